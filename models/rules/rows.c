/*
 * rows.c - wedged and status-mismatch: what the row says when everything has come to rest.
 */
#include "rules/internal.h"

/*
 * GX_F_QUIET says whether a workspace has no backend, not which: one without does not excuse the others. A fault of the scenario
 * strikes an op, whoever's it is.
 */
static bool is_excused(const struct gx_workspace_seen *seen, uint64_t excuses)
{
	return excuses & GX_EXCUSE_FAULT || (excuses & GX_EXCUSE_NO_BACKEND && seen->no_backend);
}

static bool is_wedged(const struct gx_workspace_seen *seen, uint64_t excuses)
{
	return (seen->end.row == GX_ROW_FAILED || seen->end.row == GX_ROW_PROVISIONING) && seen->restart_acknowledged &&
	       !is_excused(seen, excuses);
}

static bool contradicts(const struct gx_workspace_end *end)
{
	switch (end->row) {
	case GX_ROW_ONLINE:
		return !end->running || !end->url;
	case GX_ROW_PAUSED:
	case GX_ROW_HIBERNATED:
	case GX_ROW_REMOVED:
	case GX_ROW_FAILED:
		return end->running;
	default:
		return false;
	}
}

void gx_judge_rows(struct gx_rules *rules, const struct gx_event *event, unsigned workspace)
{
	const struct gx_workspace_seen *seen = &rules->workspace[workspace];
	struct gx_finding finding = gx_found_by(event, GX_RULE_WEDGED);

	finding.workspace = (uint8_t)workspace;
	finding.detail = seen->end.row;
	finding.value = (uint64_t)(seen->end.running | seen->end.url << 8);
	if (is_wedged(seen, event->value))
		gx_report_finding(rules, &finding);
	finding.rule = GX_RULE_STATUS_MISMATCH;
	if (contradicts(&seen->end))
		gx_report_finding(rules, &finding);
}
