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

	gx_tell(t, "a restart of %s an hour later does not reach its first leg: %s", gx_told_workspace(t),
		how < sizeof(came) / sizeof(came[0]) ? came[how] : "?");
}

const struct gx_rule_row gx_rule_gate_leaked = {
	.name = "gate-leaked",
	.summary = "a later restart does not get through the gate any more",
	.remedy = "release the gate on every way out of handle(), early returns and panics included (gx_defer)",
	.facts = {GX_F_PROBE_RESULT},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_LOCKS | GX_TOPIC_PROBES,
	.traits = GX_RULE_SHOWS_WAITS,
};
