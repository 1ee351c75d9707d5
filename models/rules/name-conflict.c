#include "rules/internal.h"

/* What the holder of the name was doing. */
enum {
	HOLDER_UNKNOWN, /* a container that no provision of this execution made */
	HOLDER_BEING_REMOVED,
	HOLDER_RESERVED, /* its create has taken the name and is not over */
	HOLDER_MADE,
	HOLDER_STARTED,
	HOLDER_LEFT /* by a provision that is over */
};

/* By workspace, as long as it lasts: the container whose removal is under way, and the request whose leg removes it; 0 somebody else. */
struct removal {
	uint64_t container;
	uint64_t remover;
};

static struct removal *removal_of(struct gx_rules *rules, uint64_t workspace)
{
	return (struct removal *)gx_rule_memory(rules, GX_RULE_NAME_CONFLICT) + workspace;
}

static void forget(struct removal *removal)
{
	removal->container = 0;
	removal->remover = 0;
}

enum { SERIAL_BITS = 12 }; /* gx_task_serial(): (path << 12 | nth) */

/*
 * The request whose create has taken the name for this container without having been answered, or 0. No fact says so; but the
 * container's number comes from the same task as the token that the provision minted before, and after it.
 */
static unsigned reserver_of(const struct gx_rules *rules, uint64_t container)
{
	for (unsigned id = 1; id <= rules->requests; id++) {
		const struct gx_request_seen *request = &rules->request[id];

		if (request->provision == GX_PROVISION_BEGUN && request->number && container > request->number &&
		    container >> SERIAL_BITS == request->number >> SERIAL_BITS)
			return id;
	}
	return 0;
}

static unsigned holder_at(const struct gx_request_seen *maker)
{
	switch ((enum gx_provision_stage)maker->provision) {
	case GX_PROVISION_MADE:
		return HOLDER_MADE;
	case GX_PROVISION_STARTED:
		return HOLDER_STARTED;
	case GX_PROVISION_BEGUN:
	case GX_PROVISION_NONE:
		break;
	}
	return HOLDER_LEFT;
}

/* Who holds the name, and what it is doing. */
static void name_the_holder(struct gx_rules *rules, struct gx_finding *finding)
{
	const struct removal *removal = removal_of(rules, finding->workspace);
	unsigned maker = gx_maker_of(rules, finding->value);
	unsigned reserver = reserver_of(rules, finding->value);

	if (finding->value && removal->container == finding->value) {
		finding->requests[1] = (uint8_t)removal->remover;
		finding->detail = HOLDER_BEING_REMOVED;
	} else if (maker) {
		finding->requests[1] = (uint8_t)maker;
		finding->detail = (uint16_t)holder_at(&rules->request[maker]);
	} else if (reserver) {
		finding->requests[1] = (uint8_t)reserver;
		finding->detail = HOLDER_RESERVED;
	}
}

static void judge_conflict(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_NAME_CONFLICT);

	if (finding.workspace < rules->workspaces)
		name_the_holder(rules, &finding);
	gx_report_finding(rules, &finding);
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct removal *removal;

	if (event->label == GX_F_NAME_CONFLICT) {
		judge_conflict(rules, event);
		return;
	}
	if (event->object >= rules->workspaces)
		return;
	removal = removal_of(rules, event->object);
	if (event->label == GX_F_CONTAINER_REMOVED) {
		removal->container = event->value;
		removal->remover = event->extra;
	} else if (!gx_request_of(rules, event)) {
		return;
	} else if (event->label == GX_F_CONTAINER_MADE || removal->remover == event->extra) {
		forget(removal); /* the name was free; or a leg is over, which waits for the removal that it asked for */
	}
}

static void tell(const struct gx_telling *t)
{
	const char *who = gx_told_request(t, 0);
	const char *where = gx_told_workspace(t);
	const char *other = gx_told_request(t, 1);

	switch (t->finding->detail) {
	case HOLDER_BEING_REMOVED:
		gx_tell(t,
			"%s creates %s's container and is answered 409: the old one still holds the name while %s removes it",
			who, where, other);
		return;
	case HOLDER_RESERVED:
		gx_tell(t,
			"%s creates %s's container and is answered 409: the create of %s has taken the name and is not over",
			who, where, other);
		return;
	case HOLDER_MADE:
		gx_tell(t,
			"%s creates %s's container and is answered 409: %s holds the name, its own container made but not yet started",
			who, where, other);
		return;
	case HOLDER_STARTED:
		gx_tell(t,
			"%s creates %s's container and is answered 409: %s holds the name, its own container started, its provision not over",
			who, where, other);
		return;
	case HOLDER_LEFT:
		gx_tell(t,
			"%s creates %s's container and is answered 409: %s holds the name, its own container left standing, its provision over",
			who, where, other);
		return;
	default:
		gx_tell(t,
			"%s creates %s's container and is answered 409: the container that was there before holds the name",
			who, where);
	}
}

const struct gx_rule_row gx_rule_name_conflict = {
	.name = "name-conflict",
	.summary = "the create of a provision is answered 409: the container name is in use",
	.remedy = GX_REMEDY_ONE_CYCLE,
	.remedy_if_spurious = GX_REMEDY_LOOK_AGAIN,
	.remedy_if_ahead = GX_REMEDY_STAY_OUT,
	.remedy_if_apart = GX_REMEDY_ONE_LOCK,
	.facts = {GX_F_NAME_CONFLICT, GX_F_CONTAINER_REMOVED, GX_F_CONTAINER_MADE, GX_F_LEG_END},
	.judge = judge,
	.memory = sizeof(struct removal) * GX_WORKSPACES_MAX,
	.tell = tell,
	.topics = GX_TOPIC_NAMES,
};
