#include "core/task.h"
#include "rules/internal.h"

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_in_task(event, GX_RULE_HANG);

	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t, "%s computes without end, or waits in the kernel, and comes to no point", gx_told_task(t));
}

const struct gx_rule_row gx_rule_hang = {
	.name = "hang",
	.summary = "the gate computes without end, or waits in the kernel, and comes to no point",
	.facts = {GX_L_TASK_HANG},
	.judge = judge,
	.tell = tell,
	.remedy =
		"wait at a lock, a condition or a sleep: a loop that only reads memory lets nobody else run; sched_yield() in it would",
	.topics = GX_TOPIC_LOCKS,
	.traits = GX_RULE_COSTS_SECONDS,
};
