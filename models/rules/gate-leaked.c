#include "core/mark.h"
#include "rules/internal.h"

/* Blocked, or answered and neither it nor anybody else came to a leg: a probe may be coalesced into another's cycle. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_GATE_LEAKED);
	const struct gx_request_seen *probe = &rules->request[finding.requests[0]];

	if (event->value)
		GX_MARK("gate-leaked: the probe came to a leg");
	if (!event->value && probe->answered && probe->followed)
		GX_MARK("gate-leaked: another's cycle followed");
	if (event->value || (probe->answered && probe->followed))
		return;
	finding.detail = probe->answered;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	static const char *const came[] = {
		[0] = "it is still blocked in the gate",
		[GX_RAN + 1] = "it was answered as if it had run",
		[GX_ACCEPTED + 1] = "it was accepted and nothing followed",
		[GX_COALESCED + 1] = "it was coalesced into a cycle that never came",
		[GX_DROPPED + 1] = "it was dropped",
		[GX_BUSY + 1] = "it was refused as busy",
	};
	unsigned how = t->finding->detail;
	char why[256];

	if (!how && gx_told_wait(t, why, sizeof(why))) {
		gx_tell(t, "a restart of %s an hour later does not reach its first leg: %s still waits in the gate %s",
			gx_told_workspace(t), t->names->wait->task, why);
		return;
	}
	gx_tell(t, "a restart of %s an hour later does not reach its first leg: %s", gx_told_workspace(t),
		how < sizeof(came) / sizeof(came[0]) ? came[how] : "?");
}

/* By what became of the probe: it waits, or it was answered. */
static const char *advise(const struct gx_finding *finding, const struct gx_circumstances *circumstances)
{
	switch (finding->detail) {
	case 0:
		return gx_remedy_of_wait(circumstances->cause);
	case GX_ACCEPTED + 1:
		return "what was accepted has to run: start its task, or wake the one that is to run it, before the answer";
	case GX_COALESCED + 1:
		return "forget on every way out that a cycle is under way or planned: a request may only be coalesced into one "
		       "that will still begin";
	case GX_DROPPED + 1:
	case GX_BUSY + 1:
		return "forget on every way out that the gate is busy: early returns, legs that failed or were skipped, panics "
		       "(gx_defer)";
	default:
		return "answer GX_RAN only when the legs are over";
	}
}

static const char *decided(const struct gx_finding *finding, struct gx_decided decided[GX_DECIDED_MAX])
{
	decided[0] = (struct gx_decided){.fact = GX_F_ANSWER, .request = finding->requests[0]};
	decided[1] = (struct gx_decided){.fact = GX_F_LEG_END};
	return "the last leg before, and what the gate answered an hour later";
}

const struct gx_rule_row gx_rule_gate_leaked = {
	.name = "gate-leaked",
	.summary = "a later restart does not get through the gate any more",
	.remedy = "release the gate on every way out of handle(), early returns and panics included (gx_defer)",
	.advise = advise,
	.decided = decided,
	.facts = {GX_F_PROBE_RESULT},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_LOCKS | GX_TOPIC_PROBES,
	.traits = GX_RULE_SHOWS_WAITS | GX_RULE_SHOWS_ARRIVAL,
};
