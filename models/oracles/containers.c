/*
 * containers.c - name-conflict, victim-killed and orphan-container: what cycles do to each other's containers.
 */
#include "oracles/internal.h"

/* The request whose unfinished provision made this container, or 0. */
static unsigned maker_of(const struct gx_oracles *oracles, uint64_t container)
{
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (container && oracles->request[id].made == container)
			return id;
	return 0;
}

static void judge_conflict(struct gx_oracles *oracles, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_by(event, GX_RULE_NAME_CONFLICT);
	unsigned maker = maker_of(oracles, event->value);
	const struct gx_workspace_seen *seen =
		event->object < oracles->workspaces ? &oracles->workspace[event->object] : NULL;

	if (maker) {
		finding.requests[1] = (uint8_t)maker;
		finding.detail = oracles->request[maker].provision == 2 ? GX_HOLDER_STARTED : GX_HOLDER_MADE;
	}
	if (seen && event->value && seen->removing == event->value) {
		finding.requests[1] = seen->remover;
		finding.detail = GX_HOLDER_BEING_REMOVED;
	}
	gx_report_finding(oracles, &finding);
}

void gx_judge_containers(struct gx_oracles *oracles, const struct gx_event *event)
{
	struct gx_finding finding;
	unsigned maker;

	if (event->label == GX_F_NAME_CONFLICT) {
		judge_conflict(oracles, event);
		return;
	}
	if (event->label != GX_F_CONTAINER_REMOVED)
		return;
	maker = maker_of(oracles, event->value);
	if (!maker || maker == event->extra)
		return;
	finding = gx_found_by(event, GX_RULE_VICTIM_KILLED);
	finding.requests[1] = (uint8_t)maker;
	gx_report_finding(oracles, &finding);
}

void gx_judge_orphans(struct gx_oracles *oracles, const struct gx_event *event, unsigned workspace)
{
	const struct gx_workspace_seen *seen = &oracles->workspace[workspace];
	struct gx_finding finding = gx_found_by(event, GX_RULE_ORPHAN_CONTAINER);
	bool accounted = seen->row != GX_ROW_NONE && seen->row != GX_ROW_REMOVED;

	if (!seen->containers || (accounted && seen->containers == 1))
		return;
	finding.workspace = (uint8_t)workspace;
	finding.detail = seen->containers;
	finding.value = seen->container;
	gx_report_finding(oracles, &finding);
}
