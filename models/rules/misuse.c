#include "rules/internal.h"

/* The finding's detail is enum gx_misuse. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_MISUSE);

	finding.detail = (uint16_t)event->value;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t, "%s %s", gx_told_task(t), gx_misuse_text((enum gx_misuse)t->finding->detail));
}

const struct gx_rule_row gx_rule_misuse = {
	.name = "misuse",
	.summary = "the gate breaks its contract or a rule of POSIX",
	.facts = {GX_F_MISUSE},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
};
