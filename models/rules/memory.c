/*
 * memory.c - what the rules share: of each request how far it has come, of each workspace the view of the end.
 */
#include <string.h>

#include "core/mark.h"
#include "rules/internal.h"

bool gx_cycle_is_open(const struct gx_request_seen *request)
{
	bool under_way = request->begun & ~request->over;
	bool leg_to_come = request->begun && !request->closed && (request->over & request->legs) != request->legs;

	return under_way || leg_to_come;
}

unsigned gx_maker_of(const struct gx_rules *rules, uint64_t container)
{
	for (unsigned id = 1; id <= rules->requests; id++)
		if (container && rules->request[id].number == container)
			return id;
	return 0;
}

/* From GX_F_FINAL_BLOCKED on, `extra` is a number of its own in most facts. */
static bool is_about_a_request(const struct gx_rules *rules, const struct gx_event *event)
{
	return event->extra && event->extra <= rules->requests &&
	       (event->label < GX_F_FINAL_BLOCKED || event->label == GX_F_PROBE_RESULT);
}

struct gx_request_seen *gx_request_of(struct gx_rules *rules, const struct gx_event *event)
{
	if (event->object >= rules->workspaces || !is_about_a_request(rules, event))
		return NULL;
	return &rules->request[event->extra];
}

/* ---- requests ---- */

static void settle(struct gx_request_seen *request)
{
	request->settled = 1;
	request->acknowledged = 0;
	request->obeys = 0;
	request->covered = 0;
}

static void note_request(struct gx_request_seen *request, const struct gx_event *event)
{
	enum gx_origin origin = (enum gx_origin)(event->value & 0xff);

	request->workspace = (uint8_t)event->object;
	request->legs = (uint8_t)(event->value >> 8 & 0xff);
	request->probe = event->value >> 16 & 1;
	request->obeys = origin == GX_PROGRAMMATIC || origin == GX_AFTER_MUTATION;
	if (request->probe)
		GX_MARK("lost-restart: a probe");
	else if (!(request->legs & GX_START))
		GX_MARK("lost-restart: it has no start leg");
	if (request->probe || !(request->legs & GX_START))
		settle(request);
}

static void note_answer(struct gx_request_seen *request, uint64_t outcome)
{
	if (request->probe) {
		request->answered = (uint8_t)((outcome > GX_BUSY ? GX_BUSY : outcome) + 1);
	} else if (outcome > GX_COALESCED) {
		GX_MARK("lost-restart: refused");
		settle(request);
	} else if (outcome == GX_COALESCED && request->covered) {
		GX_MARK("lost-restart: the leg that covers it has closed the cycle");
		settle(request);
	} else if (!request->settled) {
		request->acknowledged = outcome == GX_COALESCED ? 2 : 1;
		request->covered = 0;
	}
}

static void note_leg_begin(struct gx_rules *rules, struct gx_request_seen *request, const struct gx_event *event)
{
	request->begun |= (uint8_t)event->value;
	for (unsigned id = 1; id <= rules->requests; id++)
		if (rules->request[id].probe == 1 && rules->request[id].workspace == event->object)
			rules->request[id].followed = 1;
}

/* A leg was skipped: for a row from which a wake, or a person, would have been let start it that is no excuse. */
static bool is_excused(const struct gx_request_seen *request, uint64_t result)
{
	return result == GX_LEG_FAILED || request->obeys;
}

/* Of its workspace, and it has reached the gate: coalesced, it is served by this leg; or will be, if that is what it is answered. */
static void cover(struct gx_request_seen *request, uint64_t result)
{
	if (request->settled || !is_excused(request, result))
		return;
	if (request->acknowledged == 2) {
		GX_MARK("lost-restart: the leg that covers it has closed the cycle");
		settle(request);
	} else if (!request->acknowledged) {
		request->covered = 1;
	}
}

static void note_leg_end(struct gx_rules *rules, struct gx_request_seen *request, const struct gx_event *event)
{
	uint64_t result = event->value >> 8;

	request->over |= (uint8_t)(event->value & 0xff);
	if (result != GX_LEG_DONE) {
		request->closed = 1;
		if (!request->settled && is_excused(request, result)) {
			GX_MARK("its own leg has closed the cycle");
			settle(request);
		}
		for (unsigned id = 1; id <= rules->requests; id++)
			if (rules->request[id].legs && rules->request[id].workspace == event->object)
				cover(&rules->request[id], result);
	}
	if (!gx_cycle_is_open(request))
		request->begun = request->over = request->closed = 0;
}

static void note_provision(struct gx_rules *rules, struct gx_request_seen *request, uint64_t workspace)
{
	request->provision = GX_PROVISION_BEGUN;
	for (unsigned id = 1; id <= rules->requests; id++)
		if (rules->request[id].legs && rules->request[id].workspace == workspace) {
			GX_MARK("lost-restart: a provision serves it");
			settle(&rules->request[id]);
		}
}

static void note_provision_end(struct gx_request_seen *request)
{
	if (request->provision == GX_PROVISION_BEGUN)
		request->number = 0; /* a token */
	request->provision = GX_PROVISION_NONE;
	request->touched = 0;
}

static void note_by_request(struct gx_rules *rules, struct gx_request_seen *request, const struct gx_event *event)
{
	switch (event->label) {
	case GX_F_REQUEST:
		note_request(request, event);
		return;
	case GX_F_ANSWER:
		note_answer(request, event->value);
		return;
	case GX_F_LEG_BEGIN:
		note_leg_begin(rules, request, event);
		return;
	case GX_F_LEG_END:
		note_leg_end(rules, request, event);
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
		request->provision = GX_PROVISION_MADE;
		request->number = event->value;
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

/* ---- workspaces ---- */

static void note_removal(struct gx_rules *rules, uint64_t container)
{
	for (unsigned id = 1; id <= rules->requests; id++)
		if (rules->request[id].number == container)
			rules->request[id].number = 0;
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
		end->volume = (uint8_t)event->extra;
		return;
	case GX_F_FINAL_CONTAINER:
		if (!end->containers++ || event->value < end->container)
			end->container = event->value;
		end->running = (uint8_t)(end->running + (event->extra == 1));
		end->created = (uint8_t)(end->created + (event->extra == 2));
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

void gx_rules_note(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_request_seen *request = gx_request_of(rules, event);

	if (event->object >= rules->workspaces)
		return;
	if (request)
		note_by_request(rules, request, event);
	if (event->label == GX_F_CONTAINER_REMOVED)
		note_removal(rules, event->value);
	else
		note_end(gx_end_of(rules, (unsigned)event->object), event);
}

/* ---- forgetting: byte by byte, not by assignment, since padding is hashed, too ---- */

void gx_rules_forget_end(struct gx_rules *rules)
{
	memset(gx_end_of(rules, 0), 0, rules->workspaces * sizeof(struct gx_workspace_end));
}

void gx_rules_forget_past(struct gx_rules *rules)
{
	for (unsigned id = 1; id <= rules->requests; id++) {
		struct gx_request_seen *request = &rules->request[id];

		if (request->legs)
			settle(request);
		if (!request->provision)
			request->number = 0;
	}
}
