/*
 * cycles.c - overlapping-cycles, gate-leaked, isolation, untracked-task, and lost-restart: what a gate owes to requests.
 */
#include "oracles/internal.h"

static bool is_open(const struct gx_request_seen *request)
{
	return request->begun && !request->closed && (request->over & request->legs) != request->legs;
}

/* Another request of the workspace whose cycle is open, or 0. */
static unsigned open_cycle(const struct gx_oracles *oracles, const struct gx_event *event)
{
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (id != event->extra && oracles->request[id].workspace == event->object &&
		    is_open(&oracles->request[id]))
			return id;
	return 0;
}

static void judge_leg(struct gx_oracles *oracles, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_OVERLAPPING_CYCLES);
	unsigned other = open_cycle(oracles, event);

	if (!other)
		return;
	finding.requests[1] = (uint8_t)other;
	finding.detail = (uint16_t)event->value;
	gx_report_finding(oracles, &finding);
}

void gx_judge_cycles(struct gx_oracles *oracles, const struct gx_event *event)
{
	struct gx_finding finding;

	switch (event->label) {
	case GX_F_LEG_BEGIN:
		judge_leg(oracles, event);
		return;
	case GX_F_PROBE_RESULT:
		if (event->value)
			return;
		finding = gx_found_by(event, GX_RULE_GATE_LEAKED);
		if (event->extra <= GX_REQUESTS_MAX)
			finding.detail = oracles->request[event->extra].answered;
		break;
	case GX_F_ISOLATION:
		finding = gx_found_by(event, GX_RULE_ISOLATION);
		break;
	case GX_F_LATE_STEP:
		finding = gx_found_by(event, GX_RULE_UNTRACKED_TASK);
		break;
	default:
		return;
	}
	gx_report_finding(oracles, &finding);
}

static bool is_lost(const struct gx_request_seen *request, unsigned workspace)
{
	return request->legs & GX_START && request->workspace == workspace && !request->probe &&
	       gx_is_acknowledged(request) && !request->served && !request->closed;
}

void gx_judge_lost(struct gx_oracles *oracles, const struct gx_event *event, unsigned workspace)
{
	const struct gx_workspace_seen *seen = &oracles->workspace[workspace];
	struct gx_finding finding = gx_found_by(event, GX_RULE_LOST_RESTART);

	finding.workspace = (uint8_t)workspace;
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (is_lost(&oracles->request[id], workspace)) {
			finding.requests[0] = (uint8_t)id;
			finding.detail = GX_LOST_REQUEST;
			gx_report_finding(oracles, &finding);
			return;
		}
	if (seen->has_secret && seen->secret < seen->secrets) {
		finding.requests[0] = 0;
		finding.detail = GX_LOST_SECRET;
		finding.value = seen->secret;
		gx_report_finding(oracles, &finding);
	}
}
