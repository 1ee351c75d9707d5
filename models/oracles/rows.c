/*
 * rows.c - wedged and status-mismatch: what the row says when everything has come to rest.
 */
#include "oracles/internal.h"

static bool is_wedged(const struct gx_workspace_seen *seen, uint64_t excuses)
{
	return (seen->row == GX_ROW_FAILED || seen->row == GX_ROW_PROVISIONING) && seen->restart_acknowledged &&
	       !(excuses & (GX_EXCUSE_FAULT | GX_EXCUSE_NO_BACKEND));
}

static bool contradicts(const struct gx_workspace_seen *seen, uint64_t excuses)
{
	switch (seen->row) {
	case GX_ROW_ONLINE:
		/* A workspace without a backend has no container to be online with. */
		return (!seen->running && !(excuses & GX_EXCUSE_NO_BACKEND)) || !seen->url;
	case GX_ROW_PAUSED:
	case GX_ROW_HIBERNATED:
	case GX_ROW_REMOVED:
	case GX_ROW_FAILED:
		return seen->running;
	default:
		return false;
	}
}

void gx_judge_rows(struct gx_oracles *oracles, const struct gx_event *event, unsigned workspace)
{
	const struct gx_workspace_seen *seen = &oracles->workspace[workspace];
	struct gx_finding finding = gx_found_by(event, GX_RULE_WEDGED);

	finding.workspace = (uint8_t)workspace;
	finding.detail = seen->row;
	finding.value = (uint64_t)(seen->running | seen->url << 8);
	if (is_wedged(seen, event->value))
		gx_report_finding(oracles, &finding);
	finding.rule = GX_RULE_STATUS_MISMATCH;
	if (contradicts(seen, event->value))
		gx_report_finding(oracles, &finding);
}
