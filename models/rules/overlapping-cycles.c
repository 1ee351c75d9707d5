#include "core/mark.h"
#include "rules/internal.h"

/* The finding's detail: the leg that begins, and this bit if it meets no cycle but an ungated provision. */
enum { OVERLAPS_PROVISION = 4 };

/* Another request of the workspace whose cycle is open or whose provision, in no leg, is under way; or 0. */
static unsigned in_the_way(const struct gx_rules *rules, const struct gx_event *event)
{
	for (unsigned id = 1; id <= rules->requests; id++) {
		const struct gx_request_seen *request = &rules->request[id];

		if (id != event->extra && request->workspace == event->object &&
		    (gx_cycle_is_open(request) || request->provision))
			return id;
		if (id != event->extra && request->legs && request->workspace == event->object)
			GX_MARK("overlapping-cycles: the other's cycle is not open");
		if (gx_cycle_is_open(request) && request->workspace != event->object)
			GX_MARK("overlapping-cycles: of another workspace");
	}
	return 0;
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_OVERLAPPING_CYCLES);
	unsigned other = in_the_way(rules, event);

	if (!other)
		return;
	finding.requests[1] = (uint8_t)other;
	finding.detail = (uint16_t)event->value;
	if (!gx_cycle_is_open(&rules->request[other]))
		finding.detail |= OVERLAPS_PROVISION;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	const char *leg = t->finding->detail & GX_STOP ? "stop" : "start";

	if (t->finding->detail & OVERLAPS_PROVISION)
		gx_tell(t, "%s begins its %s leg of %s while the ungated provision of %s is under way",
			gx_told_request(t, 0), leg, gx_told_workspace(t), gx_told_request(t, 1));
	else
		gx_tell(t, "%s begins its %s leg of %s while the cycle of %s is open", gx_told_request(t, 0), leg,
			gx_told_workspace(t), gx_told_request(t, 1));
}

static const char *advise(const struct gx_finding *finding, const struct gx_circumstances *circumstances GX_UNUSED)
{
	return finding->detail & OVERLAPS_PROVISION
		       ? "let whatever provisions a workspace pass through its gate, a create as well"
		       : NULL;
}

const struct gx_rule_row gx_rule_overlapping_cycles = {
	.name = "overlapping-cycles",
	.summary = "a leg begins while another request's cycle of the same workspace is open",
	.remedy = GX_REMEDY_ONE_CYCLE,
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.remedy_if_ahead = GX_REMEDY_STAY_OUT,
	.remedy_if_apart = GX_REMEDY_ONE_LOCK,
	.advise = advise,
	.facts = {GX_F_LEG_BEGIN},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_NAMES,
};
