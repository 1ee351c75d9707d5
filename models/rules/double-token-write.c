#include "rules/internal.h"

enum { TOKENS_OVERLAP, TOKENS_TWO_LIVE };

static unsigned other_writer(const struct gx_rules *rules, const struct gx_event *event)
{
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (id != event->extra && rules->request[id].touched && rules->request[id].workspace == event->object)
			return id;
	return 0;
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_DOUBLE_TOKEN_WRITE);

	finding.requests[1] = (uint8_t)other_writer(rules, event);
	finding.detail = TOKENS_OVERLAP;
	if (event->extra && finding.requests[1]) /* by nobody's provision: extra is 0 */
		gx_report_finding(rules, &finding);
}

static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_DOUBLE_TOKEN_WRITE, workspace);

	if (rules->end[workspace].tokens < 2)
		return;
	finding.detail = TOKENS_TWO_LIVE;
	finding.value = rules->end[workspace].tokens;
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

const struct gx_rule_row gx_rule_double_token_write = {
	.name = "double-token-write",
	.summary = "two provisions of one workspace replace the bearer at the same time, or two stay live",
	.remedy = GX_REMEDY_ONE_CYCLE,
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.facts = {GX_F_TOKEN_REVOKE, GX_F_TOKEN_MINT, GX_F_TOKEN_WRITE},
	.judge = judge,
	.judge_end = judge_end,
	.tell = tell,
	.topics = GX_TOPIC_TOKENS,
};
