#include "rules/internal.h"

static bool contradicts(const struct gx_workspace_end *end)
{
	switch (end->row) {
	case GX_ROW_ONLINE:
		return !end->running || !end->url;
	case GX_ROW_DEGRADED:
		return !end->running;
	case GX_ROW_HIBERNATING:
		return true;
	case GX_ROW_OFFLINE:
	case GX_ROW_PAUSED:
	case GX_ROW_HIBERNATED:
	case GX_ROW_REMOVED:
	case GX_ROW_FAILED:
		return end->running;
	default:
		return false;
	}
}

/* The finding's detail is the row's status, its value whether a container runs. */
static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	const struct gx_workspace_end *end = gx_end_of(rules, workspace);
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_STATUS_MISMATCH, workspace);

	if (!contradicts(end))
		return;
	finding.detail = end->row;
	finding.value = end->running;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	enum gx_row_status row = (enum gx_row_status)t->finding->detail;
	bool runs = t->finding->value;

	if (row == GX_ROW_HIBERNATING)
		gx_tell(t, "at rest the row of %s still says hibernating", gx_told_workspace(t));
	else if (row == GX_ROW_ONLINE && runs)
		gx_tell(t, "at rest the row of %s says online, but its url is empty", gx_told_workspace(t));
	else
		gx_tell(t, "at rest the row of %s says %s, but %s", gx_told_workspace(t), gx_row_status_name(row),
			runs ? "its container runs" : "no container runs");
}

static const char *decided(const struct gx_finding *finding, struct gx_decided decided[GX_DECIDED_MAX])
{
	decided[0] = (struct gx_decided){.fact = GX_F_ROW_STATUS};
	decided[1] = (struct gx_decided){.fact = finding->value ? GX_F_CONTAINER_STARTED : GX_F_CONTAINER_REMOVED};
	return GX_DECIDED_WORDS;
}

const struct gx_rule_row gx_rule_status_mismatch = {
	.name = "status-mismatch",
	.summary = "the row contradicts what runs when everything is at rest",
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.remedy_if_ahead = GX_REMEDY_STAY_OUT,
	.remedy_if_apart = GX_REMEDY_ONE_LOCK,
	.remedy_if_refused =
		"a manual restart writes the row before it comes to the gate: refused, it leaves that write behind",
	.judge_end = judge_end,
	.tell = tell,
	.decided = decided,
	.topics = GX_TOPIC_NAMES | GX_TOPIC_ROWS,
};
