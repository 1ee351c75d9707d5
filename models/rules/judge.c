/*
 * rules.c - takes each event to the rules that it concerns, then into account.
 *
 *     event ─► rules about this moment (cycles, tokens, containers, program) ─► note()
 *     GX_F_QUIET ─► rules about the end, workspace by workspace ─► what they looked at is forgotten
 */
#include "rules/judge.h"

#include <string.h>

#include "rules/internal.h"

size_t gx_rules_size(void)
{
	return sizeof(struct gx_rules);
}

void gx_rules_init(struct gx_rules *rules, unsigned workspaces, gx_finding_fn *found, void *context)
{
	rules->found = found;
	rules->context = context;
	rules->workspaces = workspaces;
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

void gx_report_finding(struct gx_rules *rules, const struct gx_finding *finding)
{
	rules->found(rules->context, finding);
}

/* ---- taking events into account ---- */

static void settle(struct gx_request_seen *request)
{
	request->settled = 1;
	request->acknowledged = 0;
}

static void note_request(struct gx_request_seen *request, const struct gx_event *event)
{
	request->workspace = (uint8_t)event->object;
	request->legs = (uint8_t)(event->value >> 8 & 0xff);
	request->probe = event->value >> 16 & 1;
	if (request->probe || !(request->legs & GX_START))
		request->settled = 1;
}

static void note_answer(struct gx_workspace_seen *workspace, struct gx_request_seen *request, uint64_t outcome)
{
	const unsigned restart = GX_STOP | GX_START;

	if (request->probe) {
		request->answered = (uint8_t)((outcome > GX_BUSY ? GX_BUSY : outcome) + 1);
		return;
	}
	if (outcome > GX_COALESCED) {
		request->settled = 1;
		return;
	}
	if ((request->legs & restart) == restart)
		workspace->restart_acknowledged = 1;
	if (!request->settled)
		request->acknowledged = 1;
}

static void note_leg_begin(struct gx_rules *rules, struct gx_request_seen *request, const struct gx_event *event)
{
	request->begun |= (uint8_t)event->value;
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (rules->request[id].probe == 1 && rules->request[id].workspace == event->object)
			rules->request[id].followed = 1;
}

static void note_leg_end(struct gx_workspace_seen *workspace, struct gx_request_seen *request,
			 const struct gx_event *event)
{
	uint64_t result = event->value >> 8;

	request->over |= (uint8_t)(event->value & 0xff);
	if (result != GX_LEG_DONE) {
		request->closed = 1;
		settle(request);
	}
	if (result == GX_LEG_FAILED && event->value & GX_STOP)
		workspace->no_backend = 1;
	if (!gx_cycle_is_open(request))
		request->begun = request->over = request->closed = 0;
	if (workspace->remover == event->extra) { /* a leg waits for the removal that it asked for */
		workspace->removing = 0;
		workspace->remover = 0;
	}
}

static void note_provision(struct gx_rules *rules, struct gx_request_seen *request, uint64_t workspace)
{
	request->provision = GX_PROVISION_BEGUN;
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (rules->request[id].legs && rules->request[id].workspace == workspace)
			settle(&rules->request[id]);
}

static void note_provision_end(struct gx_request_seen *request)
{
	if (request->provision == GX_PROVISION_BEGUN)
		request->number = 0; /* a token */
	request->provision = GX_PROVISION_NONE;
	request->touched = 0;
}

static void note_container(struct gx_workspace_seen *workspace, struct gx_request_seen *request, uint64_t container)
{
	request->provision = GX_PROVISION_MADE;
	request->number = container;
	workspace->removing = 0; /* the name was free */
	workspace->remover = 0;
}

static void note_removal(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_workspace_seen *workspace = &rules->workspace[event->object];

	workspace->removing = event->value;
	workspace->remover = (uint8_t)event->extra;
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++)
		if (rules->request[id].number == event->value)
			rules->request[id].number = 0;
}

static void note_by_request(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_request_seen *request = &rules->request[event->extra];
	struct gx_workspace_seen *workspace = &rules->workspace[event->object];

	switch (event->label) {
	case GX_F_REQUEST:
		note_request(request, event);
		return;
	case GX_F_ANSWER:
		note_answer(workspace, request, event->value);
		return;
	case GX_F_LEG_BEGIN:
		note_leg_begin(rules, request, event);
		return;
	case GX_F_LEG_END:
		note_leg_end(workspace, request, event);
		return;
	case GX_F_PROVISION_BEGIN:
		note_provision(rules, request, event->object);
		return;
	case GX_F_PROVISION_END:
		note_provision_end(request);
		return;
	case GX_F_TOKEN_MINT:
		request->number = event->value;
		request->touched = 1;
		return;
	case GX_F_TOKEN_REVOKE:
	case GX_F_TOKEN_WRITE:
		request->touched = 1;
		return;
	case GX_F_CONTAINER_MADE:
		note_container(workspace, request, event->value);
		return;
	case GX_F_CONTAINER_STARTED:
		request->provision = GX_PROVISION_STARTED;
		return;
	case GX_F_PROBE_RESULT:
		request->probe = 2;
		request->answered = 0;
		request->followed = 0;
		return;
	default:
		return;
	}
}

static void note_blocked(struct gx_blocked *blocked, const struct gx_event *event)
{
	uint8_t request = event->extra <= GX_REQUESTS_MAX ? (uint8_t)event->extra : 0;

	if (!blocked->count++ || event->task < blocked->task)
		blocked->task = (uint8_t)event->task;
	if (!request)
		return;
	if (!blocked->requests[0] || request < blocked->requests[0]) {
		blocked->requests[1] = blocked->requests[0];
		blocked->requests[0] = request;
	} else if (!blocked->requests[1] || request < blocked->requests[1]) {
		blocked->requests[1] = request;
	}
}

static void note_end(struct gx_workspace_end *end, const struct gx_event *event)
{
	switch (event->label) {
	case GX_F_FINAL_ROW:
		end->row = (uint8_t)event->extra;
		end->url = (uint8_t)event->value;
		return;
	case GX_F_FINAL_TOKENS:
		end->tokens = (uint8_t)event->extra;
		end->live = (uint8_t)(event->extra >> 8);
		end->token = event->value;
		return;
	case GX_F_FINAL_FILE:
		end->file = event->value;
		return;
	case GX_F_FINAL_CONTAINER:
		if (!end->containers++ || event->value < end->container)
			end->container = event->value;
		end->running = (uint8_t)(end->running + event->extra);
		return;
	case GX_F_FINAL_HELD:
		end->held = event->value;
		return;
	case GX_F_FINAL_SECRET:
		end->secret = (uint16_t)event->value;
		end->has_secret = 1;
		return;
	default:
		return;
	}
}

static void note_by_workspace(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_workspace_seen *workspace = &rules->workspace[event->object];

	switch (event->label) {
	case GX_F_CONTAINER_REMOVED:
		note_removal(rules, event);
		return;
	case GX_F_SECRET_WRITE:
		if (event->value > workspace->secrets)
			workspace->secrets = (uint16_t)event->value;
		return;
	case GX_F_FINAL_BLOCKED:
		note_blocked(&workspace->blocked, event);
		return;
	default:
		note_end(&workspace->end, event);
		return;
	}
}

/* Byte by byte, not by assignment: padding is hashed, too. */
static void forget_the_end(struct gx_rules *rules)
{
	memset(&rules->blocked_elsewhere, 0, sizeof(rules->blocked_elsewhere));
	for (unsigned i = 0; i < rules->workspaces; i++) {
		memset(&rules->workspace[i].blocked, 0, sizeof(rules->workspace[i].blocked));
		memset(&rules->workspace[i].end, 0, sizeof(rules->workspace[i].end));
	}
}

/* What follows are probes, for which only a cycle or a provision that is still open counts. */
static void forget_the_past(struct gx_rules *rules)
{
	for (unsigned i = 0; i < rules->workspaces; i++)
		memset(&rules->workspace[i], 0, sizeof(rules->workspace[i]));
	for (unsigned id = 1; id <= GX_REQUESTS_MAX; id++) {
		struct gx_request_seen *request = &rules->request[id];

		if (request->legs)
			settle(request);
		if (!request->provision)
			request->number = 0;
	}
}

static void judge_the_end(struct gx_rules *rules, const struct gx_event *event)
{
	gx_judge_blocked(rules, event);
	if (!(event->value & GX_ONLY_BLOCKED)) {
		for (unsigned i = 0; i < rules->workspaces; i++) {
			gx_judge_bearer(rules, event, i);
			gx_judge_rows(rules, event, i);
			gx_judge_lost(rules, event, i);
			gx_judge_orphans(rules, event, i);
		}
		forget_the_past(rules);
	}
	forget_the_end(rules);
}

/* From GX_F_FINAL_BLOCKED on, `extra` is a number of its own in most facts. */
static bool is_about_a_request(const struct gx_event *event)
{
	return event->extra && event->extra <= GX_REQUESTS_MAX &&
	       (event->label < GX_F_FINAL_BLOCKED || event->label == GX_F_PROBE_RESULT);
}

void gx_rules_observe(struct gx_rules *rules, const struct gx_event *event)
{
	if (event->kind != GX_EVENT_FACT)
		return;
	if (event->label < GX_LABELS_DOCKER) {
		gx_judge_program(rules, event);
		return;
	}
	if (event->label < GX_F_REQUEST || event->label >= GX_F_END)
		return;
	gx_judge_cycles(rules, event);
	gx_judge_tokens(rules, event);
	gx_judge_containers(rules, event);
	gx_judge_program(rules, event);
	if (event->label == GX_F_QUIET) {
		judge_the_end(rules, event);
		return;
	}
	if (event->object >= rules->workspaces) {
		if (event->label == GX_F_FINAL_BLOCKED)
			note_blocked(&rules->blocked_elsewhere, event);
		return;
	}
	if (is_about_a_request(event))
		note_by_request(rules, event);
	note_by_workspace(rules, event);
}
