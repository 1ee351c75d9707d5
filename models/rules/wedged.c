#include "core/mark.h"
#include "rules/internal.h"

enum { RESTART = 1, START = 2 };

/* What was acknowledged: one of these, a restart before a start alone. */
static uint8_t *memory_of(struct gx_rules *rules, uint64_t workspace)
{
	return (uint8_t *)gx_rule_memory(rules, GX_RULE_WEDGED) + workspace;
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	const struct gx_request_seen *request = gx_request_of(rules, event);
	uint8_t *memory;

	if (!request || request->probe || event->value > GX_COALESCED)
		return;
	memory = memory_of(rules, event->object);
	if (!(request->legs & GX_START))
		GX_MARK("wedged: acknowledged, but no start");
	else if (request->legs & GX_STOP)
		*memory = RESTART;
	else if (!*memory)
		*memory = START;
}

/* What is amiss elsewhere excuses nothing here. */
static bool is_excused(unsigned workspace, uint64_t excuses)
{
	if (excuses & GX_EXCUSE_FAULT(workspace))
		GX_MARK("wedged: a fault has struck");
	if (excuses & GX_EXCUSE_NO_BACKEND(workspace))
		GX_MARK("wedged: it has no backend");
	return excuses & (GX_EXCUSE_FAULT(workspace) | GX_EXCUSE_NO_BACKEND(workspace));
}

static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	unsigned acknowledged = *memory_of(rules, workspace);
	unsigned row = gx_end_of(rules, workspace)->row;
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_WEDGED, workspace);

	if (row != GX_ROW_FAILED && row != GX_ROW_PROVISIONING) {
		if (acknowledged)
			GX_MARK("wedged: the row says something else");
		return;
	}
	if (!acknowledged)
		GX_MARK("wedged: no start was acknowledged");
	if (!acknowledged || is_excused(workspace, quiet->value))
		return;
	finding.detail = (uint16_t)row;
	finding.value = acknowledged;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t, "a %s of %s was acknowledged, and everything has come to rest with its row saying %s",
		t->finding->value == START ? "start" : "restart", gx_told_workspace(t),
		gx_row_status_name((enum gx_row_status)t->finding->detail));
}

static const char *decided(const struct gx_finding *finding GX_UNUSED, struct gx_decided decided[GX_DECIDED_MAX])
{
	decided[0] = (struct gx_decided){.fact = GX_F_ROW_STATUS};
	return GX_DECIDED_WORDS;
}

const struct gx_rule_row gx_rule_wedged = {
	.name = "wedged",
	.summary = "a start was acknowledged, yet the workspace ends failed or provisioning",
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.remedy_if_ahead = GX_REMEDY_STAY_OUT,
	.remedy_if_apart = GX_REMEDY_ONE_LOCK,
	.facts = {GX_F_ANSWER},
	.judge = judge,
	.judge_end = judge_end,
	.memory = GX_WORKSPACES_MAX,
	.tell = tell,
	.decided = decided,
	.topics = GX_TOPIC_NAMES | GX_TOPIC_ROWS,
};
