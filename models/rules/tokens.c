/*
 * tokens.c - double-token-write and stale-bearer: who may write the bearer, and whether everybody ends with the same one.
 */
#include "rules/internal.h"

static unsigned other_writer(const struct gx_rules *rules, const struct gx_event *event)
{
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (id != event->extra && rules->request[id].touched && rules->request[id].workspace == event->object)
			return id;
	return 0;
}

void gx_judge_tokens(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding;

	switch (event->label) {
	case GX_F_TOKEN_REVOKE:
	case GX_F_TOKEN_MINT:
	case GX_F_TOKEN_WRITE:
		finding = gx_found_by(event, GX_RULE_DOUBLE_TOKEN_WRITE);
		finding.requests[1] = (uint8_t)other_writer(rules, event);
		finding.detail = GX_TOKENS_OVERLAP;
		if (event->extra && finding.requests[1]) /* by nobody's provision: extra is 0 */
			gx_report_finding(rules, &finding);
		return;
	case GX_F_CLIENT_401:
		finding = gx_found_by(event, GX_RULE_STALE_BEARER);
		finding.detail = GX_STALE_CLIENT;
		gx_report_finding(rules, &finding);
		return;
	default:
		return;
	}
}

/* No container, no copy to be stale; nothing live, everything is admitted (wsauth: the grandfathered path). */
static bool is_stale(const struct gx_workspace_end *end)
{
	return end->running && end->token && !(end->token == end->file && end->file == end->held);
}

void gx_judge_bearer(struct gx_rules *rules, const struct gx_event *event, unsigned workspace)
{
	const struct gx_workspace_end *end = &rules->workspace[workspace].end;
	struct gx_finding finding = gx_found_by(event, GX_RULE_DOUBLE_TOKEN_WRITE);

	finding.workspace = (uint8_t)workspace;
	if (end->tokens > 1) {
		finding.detail = GX_TOKENS_TWO_LIVE;
		finding.value = end->tokens;
		gx_report_finding(rules, &finding);
	}
	if (is_stale(end)) {
		finding.rule = GX_RULE_STALE_BEARER;
		finding.detail = GX_STALE_AT_END;
		finding.value = (uint64_t)((end->token != end->file) | (end->file != end->held) << 1 |
					   (end->token != end->held) << 2 | end->live << 8);
		gx_report_finding(rules, &finding);
	}
}
