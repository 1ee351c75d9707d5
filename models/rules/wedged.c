#include "core/mark.h"
#include "rules/internal.h"

struct memory {
	uint8_t restart_acknowledged;
	uint8_t no_backend; /* a stop leg failed, which only a missing backend makes it do (gate.h) */
};

static struct memory *memory_of(struct gx_rules *rules, uint64_t workspace)
{
	return (struct memory *)gx_rule_memory(rules, GX_RULE_WEDGED) + workspace;
}

static void note_answer(struct memory *memory, const struct gx_request_seen *request, uint64_t outcome)
{
	const unsigned restart = GX_STOP | GX_START;

	if (!request->probe && outcome <= GX_COALESCED && (request->legs & restart) == restart)
		memory->restart_acknowledged = 1;
	else if (!request->probe && outcome <= GX_COALESCED)
		GX_MARK("wedged: acknowledged, but no restart");
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	const struct gx_request_seen *request = gx_request_of(rules, event);

	if (!request)
		return;
	if (event->label == GX_F_ANSWER)
		note_answer(memory_of(rules, event->object), request, event->value);
	else if (event->value >> 8 == GX_LEG_FAILED && event->value & GX_STOP)
		memory_of(rules, event->object)->no_backend = 1;
}

/*
 * GX_F_QUIET says whether a workspace has no backend, not which: one without does not excuse the others. A fault of the scenario
 * strikes an op, whoever's it is.
 */
static bool is_excused(const struct memory *memory, uint64_t excuses)
{
	if (excuses & GX_EXCUSE_FAULT)
		GX_MARK("wedged: a fault has struck");
	if (excuses & GX_EXCUSE_NO_BACKEND && memory->no_backend)
		GX_MARK("wedged: it has no backend");
	return excuses & GX_EXCUSE_FAULT || (excuses & GX_EXCUSE_NO_BACKEND && memory->no_backend);
}

static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	const struct memory *memory = memory_of(rules, workspace);
	unsigned row = gx_end_of(rules, workspace)->row;
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_WEDGED, workspace);

	if (row != GX_ROW_FAILED && row != GX_ROW_PROVISIONING) {
		if (memory->restart_acknowledged)
			GX_MARK("wedged: the row says something else");
		return;
	}
	if (!memory->restart_acknowledged)
		GX_MARK("wedged: no restart was acknowledged");
	if (!memory->restart_acknowledged || is_excused(memory, quiet->value))
		return;
	finding.detail = (uint16_t)row;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t, "a restart of %s was acknowledged, and everything has come to rest with its row saying %s",
		gx_told_workspace(t), gx_row_status_name((enum gx_row_status)t->finding->detail));
}

static const char *decided(const struct gx_finding *finding GX_UNUSED, struct gx_decided decided[GX_DECIDED_MAX])
{
	decided[0] = (struct gx_decided){.fact = GX_F_ROW_STATUS};
	return GX_DECIDED_WORDS;
}

const struct gx_rule_row gx_rule_wedged = {
	.name = "wedged",
	.summary = "a restart was acknowledged, yet the workspace ends failed or provisioning",
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.facts = {GX_F_ANSWER, GX_F_LEG_END},
	.judge = judge,
	.judge_end = judge_end,
	.memory = sizeof(struct memory) * GX_WORKSPACES_MAX,
	.tell = tell,
	.decided = decided,
	.topics = GX_TOPIC_NAMES | GX_TOPIC_ROWS,
};
