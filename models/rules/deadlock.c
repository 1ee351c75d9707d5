#include <stdio.h>
#include <string.h>

#include "rules/internal.h"

/* The finding's detail: the number of tasks that are blocked for ever, or 0 for a circle of waiters while others go on. */
enum { CIRCLE };

/* Tasks that are blocked for ever. */
struct blocked {
	uint8_t count;
	uint8_t requests[2]; /* the two lowest whose handle() they run; 0 none */
	uint8_t task;        /* lowest index; not canonical, but gone before anybody hashes it */
};

/* From the first GX_F_FINAL_BLOCKED to GX_F_QUIET. */
struct memory {
	struct blocked at[GX_WORKSPACES_MAX];
	struct blocked elsewhere;
};

static void note(struct blocked *blocked, const struct gx_event *event)
{
	uint8_t request = event->extra <= GX_REQUESTS_MAX ? (uint8_t)event->extra : 0;

	if (!blocked->count++ || event->task < blocked->task)
		blocked->task = (uint8_t)event->task;
	if (!request)
		return;
	if (!blocked->requests[0] || request < blocked->requests[0]) {
		blocked->requests[1] = blocked->requests[0];
		blocked->requests[0] = request;
	} else if (!blocked->requests[1] || request < blocked->requests[1]) {
		blocked->requests[1] = request;
	}
}

static void report(struct gx_rules *rules, struct gx_finding *finding, const struct blocked *blocked)
{
	finding->requests[0] = blocked->requests[0];
	finding->requests[1] = blocked->requests[1];
	finding->task = blocked->task;
	finding->detail = blocked->count;
	gx_report_finding(rules, finding);
}

/* Waiters that run no request's handle() are most often part of what blocks those that do: alone they are a finding. */
static void judge_blocked(struct gx_rules *rules, const struct gx_event *quiet, const struct memory *memory)
{
	struct gx_finding finding = gx_found_by(quiet, GX_RULE_DEADLOCK);
	bool named = false;

	finding.value = 0;
	for (unsigned i = 0; i < rules->workspaces; i++) {
		if (!memory->at[i].count)
			continue;
		named = true;
		finding.workspace = (uint8_t)i;
		report(rules, &finding, &memory->at[i]);
	}
	if (named || !memory->elsewhere.count)
		return;
	finding.workspace = GX_NO_WORKSPACE;
	report(rules, &finding, &memory->elsewhere);
}

static void judge_circle(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_DEADLOCK);

	finding.detail = CIRCLE;
	gx_report_finding(rules, &finding);
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct memory *memory = gx_rule_memory(rules, GX_RULE_DEADLOCK);

	switch (event->label) {
	case GX_F_WAIT_CYCLE:
		judge_circle(rules, event);
		return;
	case GX_F_FINAL_BLOCKED:
		note(event->object < rules->workspaces ? &memory->at[event->object] : &memory->elsewhere, event);
		return;
	default:
		judge_blocked(rules, event, memory);
		memset(memory, 0, sizeof(*memory));
	}
}

/* The request that waits, or the task of one that runs none. */
static const char *waiter(const struct gx_telling *t)
{
	return t->finding->requests[0] ? gx_told_request(t, 0) : gx_told_task(t);
}

static void tell(const struct gx_telling *t)
{
	unsigned count = t->finding->detail;
	char others[128] = "";
	char where[80] = "";
	char why[256];

	if (count == 2 && t->finding->requests[1])
		(void)snprintf(others, sizeof(others), " and %s", gx_told_request(t, 1));
	else if (count >= 2)
		(void)snprintf(others, sizeof(others), " and %u more", count - 1);
	if (t->finding->workspace < t->names->workspace_count)
		(void)snprintf(where, sizeof(where), " in the gate of %s", gx_told_workspace(t));
	if (count == CIRCLE && t->finding->value == 1 && gx_told_wait(t, why, sizeof(why)) &&
	    t->names->wait->cause == GX_WAIT_READING)
		gx_tell(t, "%s waits%s %s", waiter(t), where, why);
	else if (count == CIRCLE && t->finding->value == 1)
		gx_tell(t, "%s waits%s for a lock that it holds itself", waiter(t), where);
	else if (count == 1 && gx_told_wait(t, why, sizeof(why)))
		gx_tell(t, "%s waits%s %s", t->names->wait->task, where, why);
	else if (gx_told_wait(t, why, sizeof(why)) && t->names->wait->cause != GX_WAIT_CIRCLE)
		gx_tell(t, "%s%s wait%s for what nobody will do any more: %s waits %s", waiter(t), others, where,
			t->names->wait->task, why);
	else if (count == CIRCLE)
		gx_tell(t, "%s waits%s in a circle of tasks that wait for each other, while others go on", waiter(t),
			where);
	else
		gx_tell(t, "%s%s %s%s for what nobody will do any more", waiter(t), others,
			count == 1 ? "waits" : "wait", where);
}

static const char *advise(const struct gx_finding *finding GX_UNUSED, const struct gx_circumstances *circumstances)
{
	return gx_remedy_of_wait(circumstances->cause);
}

const struct gx_rule_row gx_rule_deadlock = {
	.name = "deadlock",
	.summary = "somebody waits for what nobody will do any more",
	.remedy = "take no lock twice, several in one order everywhere, and wake whoever waits for what you changed",
	.advise = advise,
	.facts = {GX_F_WAIT_CYCLE, GX_F_FINAL_BLOCKED, GX_F_QUIET},
	.judge = judge,
	.memory = sizeof(struct memory),
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
	/* Noticed at some step of whoever could still take one: the waits explain it, not that step. */
	.traits = GX_RULE_SHOWS_WAITS | GX_RULE_NOTICED | GX_RULE_SHOWS_ARRIVAL,
};
