#include "core/mark.h"
#include "rules/internal.h"

enum { LOST_REQUEST, LOST_SECRET };

/* By workspace: the newest acknowledged version of its secrets. */
static uint16_t *secrets_of(struct gx_rules *rules, uint64_t workspace)
{
	return (uint16_t *)gx_rule_memory(rules, GX_RULE_LOST_RESTART) + workspace;
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	if (event->object < rules->workspaces && event->value > *secrets_of(rules, event->object))
		*secrets_of(rules, event->object) = (uint16_t)event->value;
}

static void mark_innocent_secret(const struct gx_workspace_end *end, unsigned secrets)
{
	if (secrets && !end->has_secret)
		GX_MARK("lost-restart: nothing runs that could lack the secret");
	if (secrets && end->has_secret && end->secret >= secrets)
		GX_MARK("lost-restart: made with the newest secret");
}

/* One finding per workspace says it: the lowest lost request, else the secret. */
static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	const struct gx_workspace_end *end = gx_end_of(rules, workspace);
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_LOST_RESTART, workspace);

	mark_innocent_secret(end, *secrets_of(rules, workspace));
	for (unsigned id = 1; id <= rules->requests; id++) {
		if (rules->request[id].legs && !rules->request[id].acknowledged && !rules->request[id].settled)
			GX_MARK("lost-restart: not answered");
		if (rules->request[id].acknowledged && rules->request[id].workspace == workspace) {
			finding.requests[0] = (uint8_t)id;
			finding.detail = LOST_REQUEST;
			finding.value = 0;
			gx_report_finding(rules, &finding);
			return;
		}
	}
	if (end->has_secret && end->secret < *secrets_of(rules, workspace)) {
		finding.detail = LOST_SECRET;
		finding.value = end->secret;
		gx_report_finding(rules, &finding);
	}
}

static void tell(const struct gx_telling *t)
{
	if (t->finding->detail == LOST_SECRET)
		gx_tell(t,
			"a secret of %s was written and acknowledged, but the running container was made with an older version",
			gx_told_workspace(t));
	else
		gx_tell(t, "%s was acknowledged, but no provision of %s began after it had reached the gate",
			gx_told_request(t, 0), gx_told_workspace(t));
}

static const char *decided(const struct gx_finding *finding, struct gx_decided decided[GX_DECIDED_MAX])
{
	bool secret = finding->detail == LOST_SECRET;

	decided[0] =
		(struct gx_decided){.fact = secret ? GX_F_SECRET_WRITE : GX_F_ANSWER, .request = finding->requests[0]};
	decided[1] = (struct gx_decided){.fact = secret ? GX_F_SECRET_READ : GX_F_PROVISION_BEGIN};
	return "acknowledged, and the last provision that could have picked it up";
}

static const char *advise(const struct gx_finding *finding, const struct gx_circumstances *circumstances)
{
	if (finding->detail == LOST_SECRET)
		return "a write needs a provision that begins after it: one that is under way may have read the old secrets";
	if (circumstances->answer && circumstances->answer != GX_COALESCED + 1)
		return "what was accepted has to run: start its task, or wake the one that is to run it, before the answer";
	return NULL;
}

const struct gx_rule_row gx_rule_lost_restart = {
	.name = "lost-restart",
	.summary = "an acknowledged restart, or secret, that no provision picked up",
	.remedy = "a request may only be coalesced into a provision that has yet to begin",
	.advise = advise,
	.facts = {GX_F_SECRET_WRITE},
	.judge = judge,
	.judge_end = judge_end,
	.memory = sizeof(uint16_t) * GX_WORKSPACES_MAX,
	.tell = tell,
	.decided = decided,
	.topics = GX_TOPIC_SECRETS,
	.traits = GX_RULE_SHOWS_ARRIVAL,
};
