#include "core/mark.h"
#include "rules/internal.h"

/* The finding's detail: the number of containers, and these bits: the row accounts for one; it is a volume; it was never started. */
enum { BESIDE_ONE = 0x100, VOLUME = 0x200, NEVER_STARTED = 0x400 };

/* What a start that failed, and could not be cleaned up, leaves behind is nothing that the row knows of. */
static bool is_failed_attempt(const struct gx_workspace_end *end)
{
	return end->row == GX_ROW_FAILED && end->containers == 1 && end->created == 1;
}

static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	const struct gx_workspace_end *end = gx_end_of(rules, workspace);
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_ORPHAN_CONTAINER, workspace);
	bool accounted = end->row != GX_ROW_NONE && end->row != GX_ROW_REMOVED;

	if (is_failed_attempt(end))
		accounted = false;
	if (end->containers == 1 && accounted)
		GX_MARK("orphan-container: its row accounts for one");
	if (!end->containers && !end->volume && !accounted)
		GX_MARK("orphan-container: there is none");
	if ((!end->containers && !end->volume) || (accounted && end->containers == 1))
		return;
	finding.detail = (uint16_t)(end->containers | (accounted ? BESIDE_ONE : 0));
	if (!end->containers)
		finding.detail = VOLUME;
	if (is_failed_attempt(end))
		finding.detail |= NEVER_STARTED;
	finding.value = end->container;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	unsigned count = t->finding->detail & 0xffu;

	if (t->finding->detail & VOLUME)
		gx_tell(t, "the volume of %s exists at rest although there is no row of it", gx_told_workspace(t));
	else if (t->finding->detail & NEVER_STARTED)
		gx_tell(t, "a container of %s exists at rest that was never started, and its row says failed",
			gx_told_workspace(t));
	else if (t->finding->detail & BESIDE_ONE)
		gx_tell(t, "%u containers of %s exist at rest, and its row accounts for one", count,
			gx_told_workspace(t));
	else if (count == 1)
		gx_tell(t, "a container of %s exists at rest that no row accounts for", gx_told_workspace(t));
	else
		gx_tell(t, "%u containers of %s exist at rest that no row accounts for", count, gx_told_workspace(t));
}

static const char *decided(const struct gx_finding *finding GX_UNUSED, struct gx_decided decided[GX_DECIDED_MAX])
{
	decided[0] = (struct gx_decided){.fact = GX_F_CONTAINER_MADE};
	return GX_DECIDED_WORDS;
}

const struct gx_rule_row gx_rule_orphan_container = {
	.name = "orphan-container",
	.summary = "a container, or a volume, exists that no row accounts for",
	.judge_end = judge_end,
	.tell = tell,
	.decided = decided,
	.topics = GX_TOPIC_NAMES | GX_TOPIC_ROWS,
};
