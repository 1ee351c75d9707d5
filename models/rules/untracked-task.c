#include "rules/internal.h"

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_UNTRACKED_TASK);

	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t, "%s still steps after the shutdown drain has returned and the database is closed", gx_told_task(t));
}

const struct gx_rule_row gx_rule_untracked_task = {
	.name = "untracked-task",
	.summary = "a task still runs after the shutdown drain has returned",
	.remedy = "run the leg in a tracked task (gx_go), which the drain waits for",
	.facts = {GX_F_LATE_STEP},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_SERVER | GX_TOPIC_NAMES,
};
