#include "core/mark.h"
#include "rules/internal.h"

enum { STALE_AT_END, STALE_CLIENT };
/* STALE_AT_END's value: which of the three places differ, and from this bit on how many bearers live. */
enum { FILE_NOT_LIVE = 1, FILE_NOT_HELD = 2, HELD_NOT_LIVE = 4, LIVE_SHIFT = 8 };

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_STALE_BEARER);

	finding.detail = STALE_CLIENT;
	gx_report_finding(rules, &finding);
}

/* No container, no copy to be stale; nothing live, everything is admitted (wsauth: the grandfathered path). */
static bool is_stale(const struct gx_workspace_end *end)
{
	if (!end->running)
		GX_MARK("stale-bearer: nothing runs");
	else if (!end->token)
		GX_MARK("stale-bearer: nothing is live");
	else if (end->token == end->file && end->file == end->held)
		GX_MARK("stale-bearer: one and the same");
	return end->running && end->token && !(end->token == end->file && end->file == end->held);
}

static void judge_end(struct gx_rules *rules, const struct gx_event *quiet, unsigned workspace)
{
	const struct gx_workspace_end *end = gx_end_of(rules, workspace);
	struct gx_finding finding = gx_found_at_end(quiet, GX_RULE_STALE_BEARER, workspace);

	if (!is_stale(end))
		return;
	finding.detail = STALE_AT_END;
	finding.value = (uint64_t)end->live << LIVE_SHIFT;
	finding.value |= end->token != end->file ? FILE_NOT_LIVE : 0;
	finding.value |= end->file != end->held ? FILE_NOT_HELD : 0;
	finding.value |= end->token != end->held ? HELD_NOT_LIVE : 0;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	uint64_t differ = t->finding->value;

	if (t->finding->detail == STALE_CLIENT)
		gx_tell(t, "%s was given a bearer of %s and is answered 401 with it", gx_told_task(t),
			gx_told_workspace(t));
	else if (differ >> LIVE_SHIFT > 1)
		gx_tell(t, "at rest %s has %u live bearers: there is one that the running container does not present%s",
			gx_told_workspace(t), (unsigned)(differ >> LIVE_SHIFT),
			differ & FILE_NOT_HELD ? ", and the volume's file is yet another" : "");
	else
		gx_tell(t, "at rest the bearer of %s is not one and the same: %s%s%s", gx_told_workspace(t),
			differ & FILE_NOT_LIVE ? "the volume's file is not the live token"
					       : "the volume's file is the live token",
			differ & HELD_NOT_LIVE ? ", the running container presents another one than the live"
					       : ", the running container presents the live one",
			differ & HELD_NOT_LIVE ? " (401)" : "");
}

static const char *decided(const struct gx_finding *finding, struct gx_decided decided[GX_DECIDED_MAX])
{
	if (finding->detail == STALE_CLIENT) {
		decided[0] = (struct gx_decided){.fact = GX_F_TOKEN_REVOKE};
		return "the bearer is revoked, and presented";
	}
	/* Too many live ones: the last two. Else the last that was minted, and the last that was written. */
	decided[0] = (struct gx_decided){.fact = GX_F_TOKEN_MINT};
	decided[1].fact = finding->value >> LIVE_SHIFT > 1 ? GX_F_TOKEN_MINT : GX_F_TOKEN_WRITE;
	return "what is live, presented and in the file comes from here";
}

const struct gx_rule_row gx_rule_stale_bearer = {
	.name = "stale-bearer",
	.summary = "live token, volume and running container disagree at the end, or a client got 401",
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.remedy_if_ahead = GX_REMEDY_STAY_OUT,
	.remedy_if_apart = GX_REMEDY_ONE_LOCK,
	.facts = {GX_F_CLIENT_401},
	.judge = judge,
	.judge_end = judge_end,
	.tell = tell,
	.decided = decided,
	.topics = GX_TOPIC_TOKENS,
};
