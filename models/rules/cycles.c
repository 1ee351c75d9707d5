/*
 * cycles.c - overlapping-cycles, gate-leaked, isolation, untracked-task, and lost-restart: what a gate owes to requests.
 */
#include "rules/internal.h"

bool gx_cycle_is_open(const struct gx_request_seen *request)
{
	bool under_way = request->begun & ~request->over;
	bool leg_to_come = request->begun && !request->closed && (request->over & request->legs) != request->legs;

	return under_way || leg_to_come;
}

/* Another request of the workspace whose cycle is open or whose provision, in no leg, is under way; or 0. */
static unsigned in_the_way(const struct gx_rules *rules, const struct gx_event *event)
{
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++) {
		const struct gx_request_seen *request = &rules->request[id];

		if (id != event->extra && request->workspace == event->object &&
		    (gx_cycle_is_open(request) || request->provision))
			return id;
	}
	return 0;
}

static void judge_leg(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_OVERLAPPING_CYCLES);
	unsigned other = in_the_way(rules, event);

	if (!other)
		return;
	finding.requests[1] = (uint8_t)other;
	finding.detail = (uint16_t)event->value;
	if (!gx_cycle_is_open(&rules->request[other]))
		finding.detail |= GX_OVERLAPS_PROVISION;
	gx_report_finding(rules, &finding);
}

/* Blocked, or answered and neither it nor anybody else came to a leg: a probe may be coalesced into another's cycle. */
static void judge_probe(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_GATE_LEAKED);
	const struct gx_request_seen *probe = &rules->request[finding.requests[0]];

	if (event->value || (probe->answered && probe->followed))
		return;
	finding.detail = probe->answered;
	gx_report_finding(rules, &finding);
}

void gx_judge_cycles(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding;

	switch (event->label) {
	case GX_F_LEG_BEGIN:
		judge_leg(rules, event);
		return;
	case GX_F_PROBE_RESULT:
		judge_probe(rules, event);
		return;
	case GX_F_ISOLATION:
		finding = gx_found_by(event, GX_RULE_ISOLATION);
		break;
	case GX_F_LATE_STEP:
		finding = gx_found_by(event, GX_RULE_UNTRACKED_TASK);
		break;
	default:
		return;
	}
	gx_report_finding(rules, &finding);
}

/* One finding per workspace says it: the lowest lost request, else the secret. */
void gx_judge_lost(struct gx_rules *rules, const struct gx_event *event, unsigned workspace)
{
	const struct gx_workspace_seen *seen = &rules->workspace[workspace];
	struct gx_finding finding = gx_found_by(event, GX_RULE_LOST_RESTART);

	finding.workspace = (uint8_t)workspace;
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (rules->request[id].acknowledged && rules->request[id].workspace == workspace) {
			finding.requests[0] = (uint8_t)id;
			finding.detail = GX_LOST_REQUEST;
			finding.value = 0;
			gx_report_finding(rules, &finding);
			return;
		}
	if (seen->end.has_secret && seen->end.secret < seen->secrets) {
		finding.detail = GX_LOST_SECRET;
		finding.value = seen->end.secret;
		gx_report_finding(rules, &finding);
	}
}
