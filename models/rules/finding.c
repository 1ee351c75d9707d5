#include "rules/internal.h"

struct gx_finding gx_found_by(const struct gx_event *event, enum gx_rule rule)
{
	return (struct gx_finding){
		.rule = (uint8_t)rule,
		.workspace = event->object < GX_WORKSPACES_MAX ? (uint8_t)event->object : GX_NO_WORKSPACE,
		.requests = {event->extra <= GX_REQUESTS_MAX ? (uint8_t)event->extra : 0, 0},
		.task = event->task,
		.step = event->step,
		.value = event->value,
	};
}

struct gx_finding gx_found_in_task(const struct gx_event *event, enum gx_rule rule)
{
	struct gx_finding finding = gx_found_by(event, rule);

	finding.requests[0] = (uint8_t)(event->extra >> 8);
	finding.detail = event->extra & 0xff;
	return finding;
}

struct gx_finding gx_found_at_end(const struct gx_event *quiet, enum gx_rule rule, unsigned workspace)
{
	struct gx_finding finding = gx_found_by(quiet, rule);

	finding.workspace = (uint8_t)workspace;
	return finding;
}

void gx_report_finding(struct gx_rules *rules, const struct gx_finding *finding)
{
	rules->found(rules->context, finding);
}
