#include "core/task.h"
#include "hosts/seal.h"
#include "rules/internal.h"

/* The finding's value is the number of the system call. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_in_task(event, GX_RULE_UNCONTROLLED);

	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t, "%s makes the system call %s, whose effect lies outside of what executions reset", gx_told_task(t),
		gx_syscall_name(t->finding->value));
}

const struct gx_rule_row gx_rule_uncontrolled = {
	.name = "uncontrolled",
	.summary = "the gate makes a system call that is not modelled: a process, a file, a socket, a signal",
	.remedy = "leave it to the service, or put it behind a function that tests can replace",
	.facts = {GX_L_TASK_SYSCALL},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
};
