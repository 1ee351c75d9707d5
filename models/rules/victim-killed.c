#include "core/mark.h"
#include "rules/internal.h"

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	unsigned maker = gx_maker_of(rules, event->value);
	struct gx_finding finding;

	if (maker && maker == event->extra)
		GX_MARK("victim-killed: by its own request");
	if (!maker)
		GX_MARK("victim-killed: made by no request");
	if (maker && maker != event->extra && !rules->request[maker].provision)
		GX_MARK("victim-killed: its provision is over");
	if (!maker || maker == event->extra || !rules->request[maker].provision)
		return;
	finding = gx_found_by(event, GX_RULE_VICTIM_KILLED);
	finding.requests[1] = (uint8_t)maker;
	gx_report_finding(rules, &finding);
}

static void tell(const struct gx_telling *t)
{
	gx_tell(t, "%s removes the container of %s that %s has just made and is not done with", gx_told_request(t, 0),
		gx_told_workspace(t), gx_told_request(t, 1));
}

const struct gx_rule_row gx_rule_victim_killed = {
	.name = "victim-killed",
	.summary = "somebody removes a container whose provision has not ended",
	.remedy = GX_REMEDY_ONE_CYCLE,
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.remedy_if_ahead = GX_REMEDY_STAY_OUT,
	.remedy_if_apart = GX_REMEDY_ONE_LOCK,
	.facts = {GX_F_CONTAINER_REMOVED},
	.judge = judge,
	.tell = tell,
	.topics = GX_TOPIC_NAMES,
};
