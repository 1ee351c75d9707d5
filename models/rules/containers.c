/*
 * containers.c - name-conflict, victim-killed and orphan-container: what cycles do to each other's containers.
 */
#include "core/mark.h"
#include "rules/internal.h"

/* The request whose provision made this container, or 0. */
static unsigned maker_of(const struct gx_rules *rules, uint64_t container)
{
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (container && rules->request[id].number == container)
			return id;
	return 0;
}

enum { SERIAL_BITS = 12 }; /* gx_task_serial(): (path << 12 | nth) */

/*
 * The request whose create has taken the name for this container without having been answered, or 0. No fact says so; but the
 * container's number comes from the same task as the token that the provision minted before, and after it.
 */
static unsigned reserver_of(const struct gx_rules *rules, uint64_t container)
{
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++) {
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
		return GX_HOLDER_MADE;
	case GX_PROVISION_STARTED:
		return GX_HOLDER_STARTED;
	case GX_PROVISION_BEGUN:
	case GX_PROVISION_NONE:
		break;
	}
	return GX_HOLDER_LEFT;
}

/* Who holds the name, and what it is doing. */
static void name_the_holder(const struct gx_rules *rules, struct gx_finding *finding)
{
	const struct gx_workspace_seen *seen = &rules->workspace[finding->workspace];
	unsigned maker = maker_of(rules, finding->value);
	unsigned reserver = reserver_of(rules, finding->value);

	if (finding->value && seen->removing == finding->value) {
		finding->requests[1] = seen->remover;
		finding->detail = GX_HOLDER_BEING_REMOVED;
	} else if (maker) {
		finding->requests[1] = (uint8_t)maker;
		finding->detail = (uint16_t)holder_at(&rules->request[maker]);
	} else if (reserver) {
		finding->requests[1] = (uint8_t)reserver;
		finding->detail = GX_HOLDER_RESERVED;
	}
}

static void judge_conflict(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_NAME_CONFLICT);

	if (finding.workspace < rules->workspaces)
		name_the_holder(rules, &finding);
	gx_report_finding(rules, &finding);
}

void gx_judge_containers(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding;
	unsigned maker;

	if (event->label == GX_F_NAME_CONFLICT) {
		judge_conflict(rules, event);
		return;
	}
	if (event->label != GX_F_CONTAINER_REMOVED)
		return;
	maker = maker_of(rules, event->value);
	if (maker && maker == event->extra)
		GX_MARK("victim-killed: by its own request");
	if (!maker || maker == event->extra || !rules->request[maker].provision)
		return;
	finding = gx_found_by(event, GX_RULE_VICTIM_KILLED);
	finding.requests[1] = (uint8_t)maker;
	gx_report_finding(rules, &finding);
}

void gx_judge_orphans(struct gx_rules *rules, const struct gx_event *event, unsigned workspace)
{
	const struct gx_workspace_end *end = &rules->workspace[workspace].end;
	struct gx_finding finding = gx_found_by(event, GX_RULE_ORPHAN_CONTAINER);
	bool accounted = end->row != GX_ROW_NONE && end->row != GX_ROW_REMOVED;

	if (!end->containers || (accounted && end->containers == 1))
		return;
	finding.workspace = (uint8_t)workspace;
	finding.detail = (uint16_t)(end->containers | (accounted ? GX_ORPHAN_BESIDE_ONE : 0));
	finding.value = end->container;
	gx_report_finding(rules, &finding);
}
