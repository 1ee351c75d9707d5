#include "core/task.h"
#include "core/world.h"
#include "rules/internal.h"

enum { LIMIT_OF_STEPS, LIMIT_OF_TIME, LIMIT_OF_WORLD };

/* Facts of core's, whose object and extra are no workspace and no request. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_STEP_LIMIT);

	finding.workspace = GX_NO_WORKSPACE;
	finding.requests[0] = 0;
	if (event->label == GX_L_WORLD_FULL)
		finding.detail = LIMIT_OF_WORLD;
	else
		finding.detail = event->extra == GX_LIMIT_TIME ? LIMIT_OF_TIME : LIMIT_OF_STEPS;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	unsigned long long value = t->finding->value;

	if (t->finding->detail == LIMIT_OF_WORLD && value)
		gx_tell(t, "%s asks for %llu bytes more than fit into the %u KiB that a task's malloc() has",
			gx_told_task(t), value, (unsigned)(GX_ARENA_BYTES >> 10));
	else if (t->finding->detail == LIMIT_OF_WORLD)
		gx_tell(t, "%s makes more tasks, or tasks with memory, than an execution can hold", gx_told_task(t));
	else if (t->finding->detail == LIMIT_OF_TIME)
		gx_tell(t, "the execution does not come to rest within %llu s of virtual time, the scenario's limit",
			value / 1000000000);
	else
		gx_tell(t, "the execution does not come to rest within %llu steps, the scenario's limit", value);
}

const struct gx_rule_row gx_rule_step_limit = {
	.name = "step-limit",
	.summary = "an execution does not come to rest within the scenario's limits, or outgrows its memory",
	.facts = {GX_L_STEP_LIMIT, GX_L_WORLD_FULL},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
	.traits = GX_RULE_HAS_NO_END,
};
