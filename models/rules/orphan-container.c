#include "core/mark.h"
#include "rules/internal.h"

/* The finding's detail: the number of containers, and this bit if the row accounts for one. */
enum { BESIDE_ONE = 0x100 };

static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	const struct gx_workspace_end *end = gx_end_of(rules, workspace);
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_ORPHAN_CONTAINER, workspace);
	bool accounted = end->row != GX_ROW_NONE && end->row != GX_ROW_REMOVED;

	if (end->containers == 1 && accounted)
		GX_MARK("orphan-container: its row accounts for one");
	if (!end->containers && !accounted)
		GX_MARK("orphan-container: there is none");
	if (!end->containers || (accounted && end->containers == 1))
		return;
	finding.detail = (uint16_t)(end->containers | (accounted ? BESIDE_ONE : 0));
	finding.value = end->container;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	unsigned count = t->finding->detail & 0xffu;

	if (t->finding->detail & BESIDE_ONE)
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
	.summary = "a container exists that no row accounts for",
	.judge_end = judge_end,
	.tell = tell,
	.decided = decided,
	.topics = GX_TOPIC_NAMES | GX_TOPIC_ROWS,
};
