#include "core/mark.h"
#include "rules/internal.h"

enum { TOKENS_OVERLAP, TOKENS_TWO_LIVE };

static void mark_innocent(const struct gx_request_seen *request, const struct gx_event *event, bool own)
{
	if (own && request->touched)
		GX_MARK("double-token-write: its own bearer");
	if (own || !request->legs)
		return;
	if (request->workspace != event->object) {
		if (request->touched)
			GX_MARK("double-token-write: of another workspace");
	} else if (request->provision) {
		GX_MARK("double-token-write: the other has only begun");
	} else {
		GX_MARK("double-token-write: the other's provision is over");
	}
}

static unsigned other_writer(const struct gx_rules *rules, const struct gx_event *event)
{
	for (unsigned id = 1; id <= rules->requests; id++) {
		const struct gx_request_seen *request = &rules->request[id];

		if (id != event->extra && request->touched && request->workspace == event->object)
			return id;
		mark_innocent(request, event, id == event->extra);
	}
	return 0;
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_DOUBLE_TOKEN_WRITE);

	finding.requests[1] = (uint8_t)other_writer(rules, event);
	finding.detail = TOKENS_OVERLAP;
	if (!event->extra && finding.requests[1])
		GX_MARK("double-token-write: minted by no provision");
	if (event->extra && finding.requests[1]) /* by nobody's provision: extra is 0 */
		gx_report_finding(rules, &finding);
}

static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_DOUBLE_TOKEN_WRITE, workspace);

	if (gx_end_of(rules, workspace)->tokens == 1)
		GX_MARK("double-token-write: one live token");
	if (gx_end_of(rules, workspace)->tokens < 2)
		return;
	finding.detail = TOKENS_TWO_LIVE;
	finding.value = gx_end_of(rules, workspace)->tokens;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	if (t->finding->detail == TOKENS_TWO_LIVE)
		gx_tell(t, "%llu live bearers of %s are left at the end, each minted by a provision",
			(unsigned long long)t->finding->value, gx_told_workspace(t));
	else
		gx_tell(t, "%s replaces the bearer of %s while the provision of %s is still replacing it",
			gx_told_request(t, 0), gx_told_workspace(t), gx_told_request(t, 1));
}

static const char *decided(const struct gx_finding *finding, struct gx_decided decided[GX_DECIDED_MAX])
{
	if (finding->detail != TOKENS_TWO_LIVE)
		return NULL;
	decided[0] = (struct gx_decided){.fact = GX_F_TOKEN_MINT};
	decided[1] = (struct gx_decided){.fact = GX_F_TOKEN_MINT};
	return "each of these bearers stayed live";
}

const struct gx_rule_row gx_rule_double_token_write = {
	.name = "double-token-write",
	.summary = "two provisions of one workspace replace the bearer at the same time, or two stay live",
	.remedy = GX_REMEDY_ONE_CYCLE,
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.remedy_if_ahead = GX_REMEDY_STAY_OUT,
	.remedy_if_apart = GX_REMEDY_ONE_LOCK,
	.facts = {GX_F_TOKEN_REVOKE, GX_F_TOKEN_MINT, GX_F_TOKEN_WRITE},
	.judge = judge,
	.judge_end = judge_end,
	.tell = tell,
	.decided = decided,
	.topics = GX_TOPIC_TOKENS,
};
