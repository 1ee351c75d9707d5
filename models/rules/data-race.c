#include <stdio.h>

#include "access/labels.h"
#include "rules/internal.h"

/*
 * Memory has no workspace. The finding's detail is GX_RACE_EXTRA() and GX_RACE_FOUND_BESIDE, its value the object. What the trial has added to
 * the fact: whose request each of the two handles, the later one's in extra's high byte, the other's as value.
 */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_in_task(event, GX_RULE_DATA_RACE);

	finding.workspace = GX_NO_WORKSPACE;
	finding.requests[1] = (uint8_t)event->value;
	finding.detail |= (uint16_t)(event->value & GX_RACE_FOUND_BESIDE);
	finding.value = event->object;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	const struct gx_finding *finding = t->finding;
	struct gx_message_memory memory = {.name = "memory", .earlier = "", .later = ""};

	if (t->names->memory)
		t->names->memory(t->names->context, finding->value, finding->step, &memory);
	gx_tell(t, "%s %s %s%s while %s %s it%s: nothing orders the two", gx_told_task(t),
		GX_RACE_LATER_WRITES(finding->detail) ? "writes" : "reads", memory.name, memory.later,
		t->names->task(t->names->context, GX_RACE_OTHER(finding->detail)),
		GX_RACE_EARLIER_WRITES(finding->detail) ? "writes" : "reads", memory.earlier);
}

const struct gx_rule_row gx_rule_data_race = {
	.name = "data-race",
	.summary = "two tasks access the same memory, one of them writes, and nothing orders the two",
	.remedy =
		"guard it with one lock wherever it is read or written, or make it atomic; --points auto shows what comes of it",
	.facts = {GX_L_DATA_RACE},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
};
