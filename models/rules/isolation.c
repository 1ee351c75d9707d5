#include "rules/isolation.h"
#include "core/mark.h"

#include "rules/internal.h"

static bool isolated(const struct gx_isolation_task *view, unsigned count, unsigned waiter)
{
	unsigned others = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct gx_isolation_task *task = &view[i];

		if (i == waiter)
			continue;
		if (task->in_leg && task->leg_workspace == view[waiter].workspace) {
			GX_MARK("isolation: a leg of its own workspace");
			return false; /* under way, even if its task rests */
		}
		if (task->at_rest)
			continue;
		if (!task->in_leg) {
			GX_MARK("isolation: somebody is in no leg");
			return false;
		}
		others++;
	}
	if (!others)
		GX_MARK("isolation: nobody is in a leg");
	return others > 0;
}

unsigned gx_isolation_asked(const struct gx_isolation_task *view, unsigned count)
{
	unsigned found = 0;

	for (unsigned i = 0; i < count; i++)
		if (view[i].waits_in_gate && (!found || view[i].request < found) && isolated(view, count, i))
			found = view[i].request;
	return found;
}

/* The fact says that the view of some step breaks the rule. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_ISOLATION);

	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t, "%s waits in the gate of %s although no leg of it is under way: only other workspaces' are",
		gx_told_request(t, 0), gx_told_workspace(t));
}

/* A lock that was never given back holds up whoever comes, whatever else there is under way. */
static const char *advise(const struct gx_finding *finding GX_UNUSED, const struct gx_circumstances *circumstances)
{
	return circumstances->cause == GX_WAIT_ENDED ? gx_remedy_of_wait(circumstances->cause) : NULL;
}

const struct gx_rule_row gx_rule_isolation = {
	.name = "isolation",
	.summary = "a request waits for another workspace's cycle",
	.remedy = "keep one lock per workspace instead of one for all",
	.advise = advise,
	.facts = {GX_F_ISOLATION},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
	.traits = GX_RULE_SHOWS_WAITS | GX_RULE_SHOWS_ARRIVAL,
};
