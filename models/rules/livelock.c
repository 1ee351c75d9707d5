#include "core/task.h"
#include "rules/internal.h"

/* Of the tasks that are told of, one after the other: some have run a request's handle(). */
struct memory {
	uint8_t named;
};

/* A poller of the gate's that goes round beside them is no finding of its own. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct memory *memory = gx_rule_memory(rules, GX_RULE_LIVELOCK);
	struct gx_finding finding = gx_found_in_task(event, GX_RULE_LIVELOCK);
	bool last = event->value == 0;

	if (finding.requests[0] || (last && !memory->named))
		gx_report_finding(rules, &finding);
	memory->named = !last && (memory->named || finding.requests[0]);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t,
		"%s goes round in a loop for ever: every task that can step does, and all comes back to where it was",
		gx_told_task(t));
}

static const char *advise(const struct gx_finding *finding GX_UNUSED, const struct gx_circumstances *circumstances)
{
	return circumstances->cause == GX_WAIT_ENDED ? gx_remedy_of_wait(circumstances->cause) : NULL;
}

const struct gx_rule_row gx_rule_livelock = {
	.name = "livelock",
	.summary = "tasks go on for ever, however fairly they are scheduled, and no leg gets on",
	.remedy =
		"make sure that what the loop waits for comes: give the gate back on every way out, and let one of those who are polite go first",
	.advise = advise,
	.facts = {GX_L_LIVELOCK},
	.judge = judge,
	.memory = sizeof(struct memory),
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
	.traits = GX_RULE_SHOWS_WAITS | GX_RULE_SHOWS_ARRIVAL | GX_RULE_HAS_NO_END,
};
