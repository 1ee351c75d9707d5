#include <stdio.h>

#include "rules/internal.h"

/* The finding's detail is enum gx_misuse. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_MISUSE);

	finding.detail = (uint16_t)GX_MISUSE_OF(event->value);
	gx_report_finding(rules, &finding);
}

/* Who knows the objects of the execution says more than that one is misused: which, and whose affair it is besides. */
static void tell(const struct gx_telling *t)
{
	char text[320];

	if (!t->names->misuse || !t->names->misuse(t->names->context, t->finding, text, sizeof(text)))
		(void)snprintf(text, sizeof(text), "%s", gx_misuse_text((enum gx_misuse)t->finding->detail));
	gx_tell(t, "%s %s", gx_told_task(t), text);
}

const struct gx_rule_row gx_rule_misuse = {
	.name = "misuse",
	.summary = "the gate breaks its contract or a rule of POSIX",
	.facts = {GX_F_MISUSE},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
};
