/*
 * program.c - deadlock, misuse, crash, hang and step-limit: what a program does to itself.
 */
#include "core/task.h"
#include "oracles/internal.h"

static bool rule_of(const struct gx_event *event, enum gx_rule *rule)
{
	switch (event->label) {
	case GX_F_MISUSE:
		*rule = GX_RULE_MISUSE;
		return true;
	case GX_F_WAIT_CYCLE:
		*rule = GX_RULE_DEADLOCK;
		return true;
	case GX_L_TASK_CRASH:
		*rule = GX_RULE_CRASH;
		return true;
	case GX_L_TASK_HANG:
		*rule = GX_RULE_HANG;
		return true;
	case GX_L_STEP_LIMIT:
	case GX_L_WORLD_FULL:
		*rule = GX_RULE_STEP_LIMIT;
		return true;
	default:
		return false;
	}
}

void gx_judge_program(struct gx_oracles *oracles, const struct gx_event *event)
{
	struct gx_finding finding;
	enum gx_rule rule;

	if (!rule_of(event, &rule))
		return;
	finding = gx_found_by(event, rule);
	if (rule == GX_RULE_MISUSE)
		finding.detail = (uint16_t)event->value;
	if (event->label < GX_LABELS_DOCKER) { /* core's facts name tasks and bytes, no workspaces and requests */
		finding.workspace = GX_NO_WORKSPACE;
		finding.requests[0] = 0;
		finding.detail = event->label == GX_L_WORLD_FULL ? GX_LIMIT_WORLD : event->extra;
	}
	gx_report_finding(oracles, &finding);
}

void gx_judge_blocked(struct gx_oracles *oracles, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_DEADLOCK);
	bool named = false;

	for (unsigned i = 0; i < oracles->workspaces; i++) {
		if (!oracles->workspace[i].blocked)
			continue;
		named = true;
		finding.workspace = (uint8_t)i;
		finding.requests[0] = oracles->workspace[i].blocked_request;
		gx_report_finding(oracles, &finding);
	}
	if (named || !oracles->blocked_elsewhere)
		return;
	finding.workspace = GX_NO_WORKSPACE;
	gx_report_finding(oracles, &finding);
}
