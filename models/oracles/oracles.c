/*
 * oracles.c - takes each event to the rules that it concerns, then into account.
 *
 *     event ─► rules about this moment (cycles, tokens, containers, program) ─► note()
 *     GX_F_QUIET ─► rules about the end, workspace by workspace ─► the view of the end is cleared
 */
#include "oracles/oracles.h"

#include <string.h>

#include "oracles/internal.h"

size_t gx_oracles_size(void)
{
	return sizeof(struct gx_oracles);
}

void gx_oracles_init(struct gx_oracles *oracles, unsigned workspaces, gx_finding_fn *found, void *context)
{
	oracles->found = found;
	oracles->context = context;
	oracles->workspaces = workspaces;
}

struct gx_finding gx_found_by(const struct gx_event *event, enum gx_rule rule)
{
	return (struct gx_finding){
		.rule = (uint8_t)rule,
		.workspace = event->object < GX_WORKSPACES_MAX ? (uint8_t)event->object : GX_NO_WORKSPACE,
		.requests = {event->extra <= GX_REQUESTS_MAX ? (uint8_t)event->extra : 0, 0},
		.task = event->task,
		.step = event->step,
		.value = event->value,
	};
}

void gx_report_finding(struct gx_oracles *oracles, const struct gx_finding *finding)
{
	oracles->found(oracles->context, finding);
}

/* ---- taking events into account ---- */

static void note_request(struct gx_request_seen *request, const struct gx_event *event)
{
	request->workspace = (uint8_t)event->object;
	request->legs = (uint8_t)(event->value >> 8 & 0xff);
	request->probe = event->value >> 16 & 1;
}

static void note_answer(struct gx_oracles *oracles, struct gx_request_seen *request, const struct gx_event *event)
{
	request->answered = (uint8_t)(event->value + 1);
	if (gx_is_acknowledged(request) && request->legs & GX_STOP)
		oracles->workspace[event->object].restart_acknowledged = 1;
}

static void note_leg_end(struct gx_request_seen *request, const struct gx_event *event)
{
	request->over |= (uint8_t)(event->value & 0xff);
	if (event->value >> 8 != GX_LEG_DONE)
		request->closed = 1;
}

static void note_provision(struct gx_oracles *oracles, struct gx_request_seen *request, uint64_t workspace)
{
	request->provision = 1;
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (oracles->request[id].legs && oracles->request[id].workspace == workspace)
			oracles->request[id].served = 1;
}

static void note_provision_end(struct gx_request_seen *request)
{
	request->provision = 0;
	request->touched = 0;
	request->made = 0;
}

static void note_by_request(struct gx_oracles *oracles, const struct gx_event *event)
{
	struct gx_request_seen *request = &oracles->request[event->extra];

	switch (event->label) {
	case GX_F_REQUEST:
		note_request(request, event);
		return;
	case GX_F_ANSWER:
		note_answer(oracles, request, event);
		return;
	case GX_F_LEG_BEGIN:
		request->begun |= (uint8_t)event->value;
		return;
	case GX_F_LEG_END:
		note_leg_end(request, event);
		return;
	case GX_F_PROVISION_BEGIN:
		note_provision(oracles, request, event->object);
		return;
	case GX_F_PROVISION_END:
		note_provision_end(request);
		return;
	case GX_F_TOKEN_REVOKE:
	case GX_F_TOKEN_MINT:
	case GX_F_TOKEN_WRITE:
		request->touched = 1;
		return;
	case GX_F_CONTAINER_MADE:
		request->made = event->value;
		oracles->workspace[event->object].removing = 0;
		oracles->workspace[event->object].remover = 0;
		return;
	case GX_F_CONTAINER_STARTED:
		request->provision = 2;
		return;
	default:
		return;
	}
}

static void note_by_workspace(struct gx_workspace_seen *workspace, const struct gx_event *event)
{
	switch (event->label) {
	case GX_F_CONTAINER_REMOVED:
		workspace->removing = event->value;
		workspace->remover = (uint8_t)event->extra;
		return;
	case GX_F_SECRET_WRITE:
		if (event->value > workspace->secrets)
			workspace->secrets = (uint16_t)event->value;
		return;
	case GX_F_FINAL_BLOCKED:
		workspace->blocked = 1;
		workspace->blocked_request = (uint8_t)event->extra;
		return;
	case GX_F_FINAL_ROW:
		workspace->row = (uint8_t)event->extra;
		workspace->url = (uint8_t)event->value;
		return;
	case GX_F_FINAL_TOKENS:
		workspace->tokens = (uint8_t)event->extra;
		workspace->token = event->value;
		return;
	case GX_F_FINAL_FILE:
		workspace->file = event->value;
		return;
	case GX_F_FINAL_CONTAINER:
		workspace->containers++;
		workspace->running = (uint8_t)(workspace->running + event->extra);
		workspace->container = event->value;
		return;
	case GX_F_FINAL_HELD:
		workspace->held = event->value;
		return;
	case GX_F_FINAL_SECRET:
		workspace->secret = (uint16_t)event->value;
		workspace->has_secret = 1;
		return;
	default:
		return;
	}
}

static void clear_the_end(struct gx_oracles *oracles)
{
	for (unsigned i = 0; i < oracles->workspaces; i++) {
		struct gx_workspace_seen *workspace = &oracles->workspace[i];

		*workspace = (struct gx_workspace_seen){
			.removing = workspace->removing,
			.secrets = workspace->secrets,
			.remover = workspace->remover,
			.restart_acknowledged = workspace->restart_acknowledged,
		};
	}
	oracles->blocked_elsewhere = 0;
}

static void judge_the_end(struct gx_oracles *oracles, const struct gx_event *event)
{
	gx_judge_blocked(oracles, event);
	if (!(event->value & GX_ONLY_BLOCKED))
		for (unsigned i = 0; i < oracles->workspaces; i++) {
			gx_judge_bearer(oracles, event, i);
			gx_judge_rows(oracles, event, i);
			gx_judge_lost(oracles, event, i);
			gx_judge_orphans(oracles, event, i);
		}
	clear_the_end(oracles);
}

void gx_oracles_observe(struct gx_oracles *oracles, const struct gx_event *event)
{
	if (event->kind != GX_EVENT_FACT)
		return;
	if (event->label < GX_LABELS_DOCKER) {
		gx_judge_program(oracles, event);
		return;
	}
	if (event->label < GX_F_REQUEST || event->label >= GX_F_END)
		return;
	gx_judge_cycles(oracles, event);
	gx_judge_tokens(oracles, event);
	gx_judge_containers(oracles, event);
	gx_judge_program(oracles, event);
	if (event->label == GX_F_QUIET) {
		judge_the_end(oracles, event);
		return;
	}
	if (event->object >= oracles->workspaces) {
		if (event->label == GX_F_FINAL_BLOCKED)
			oracles->blocked_elsewhere = 1;
		return;
	}
	if (event->extra && event->extra <= GX_REQUESTS_MAX && event->label < GX_F_FINAL_BLOCKED)
		note_by_request(oracles, event);
	note_by_workspace(&oracles->workspace[event->object], event);
}
