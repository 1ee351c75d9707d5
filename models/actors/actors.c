/*
 * actors.c - who sends requests (domain.md section 4), from arrival to the gate.
 *
 * An actor's task stands for its HTTP handler and for the goAsync task that the handler spawns for the dispatcher: the answer
 * to the caller (200, 503, ...) changes nothing that a rule looks at, so one task is enough.
 */
#include "core/task.h"
#include "scenario/scenario.h"
#include "service/labels.h"
#include "service/service.h"

struct actor {
	const struct gx_actor *actor;
	unsigned request; /* id; 0: it sends none */
	unsigned index;   /* of its workspace */
	struct gx_workspace *row;
};

/* A1: POST /workspaces/:id/restart. */
static void manual_restart(const struct actor *a)
{
	enum gx_row_status status = gx_row_read(a->row, a->index);

	if (status == GX_ROW_REMOVED || status == GX_ROW_NONE)
		return; /* 404 */
	if (!a->row->backend)
		return; /* 503 */
	gx_row_write(a->row, a->index, GX_ROW_PROVISIONING, true);
	gx_handle(a->request);
}

/* A2 and A3: RestartByID and its twin past the debounce differ in the request's origin. */
static void programmatic_restart(const struct actor *a)
{
	if (a->row->backend)
		gx_handle(a->request);
}

/* A4: the write is acknowledged whatever becomes of the restart that it causes. */
static void secret_write(const struct actor *a)
{
	gx_secrets_write(a->row, a->index, a->request);
	programmatic_restart(a);
}

/* A19. */
static void create(const struct actor *a)
{
	gx_row_insert(a->row, a->index);
	gx_handle(a->request);
}

enum { POLLS = 2 };

/* The e2e script's client: it was given a bearer when it made the workspace, and polls with it (S9). */
static void e2e_client(const struct actor *a)
{
	uint64_t bearer = gx_tokens_mint(a->row, a->index, 0, GX_TOKEN_CLIENT);

	for (unsigned i = 0; bearer && i < POLLS; i++)
		if (!gx_tokens_admit(a->row, a->index, bearer))
			gx_emit(GX_F_CLIENT_401, a->index, bearer);
}

static bool handlers_are_done(const struct gx_task *task GX_UNUSED)
{
	return !gx_service()->in_flight;
}

static bool tracked_are_done(const struct gx_task *task GX_UNUSED)
{
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *other = gx_task_at(i);

		if (other && other->role == GX_ROLE_GO && other->state != GX_TASK_ENDED)
			return false;
	}
	return true;
}

static void wait_for(uint16_t label, gx_ready_fn *ready)
{
	gx_point(&(struct gx_op){.label = label,
				 .access = GX_READ,
				 .object = gx_cell(GX_CELL_SERVER, 0),
				 .ready = ready,
				 .deadline = GX_FOREVER});
}

/* The server ends: no more requests, handlers return, asyncWG.Wait(), and the database handle is closed (S14). */
static void shut_down(void)
{
	gx_point_simple(GX_L_SERVER_STOP, GX_WRITE, gx_cell(GX_CELL_SERVER, 0));
	gx_service()->stopping = 1;
	wait_for(GX_L_SERVER_HANDLERS, handlers_are_done);
	wait_for(GX_L_SERVER_DRAIN, tracked_are_done);
	gx_service()->drained = 1;
	gx_emit(GX_F_DRAINED, GX_NO_WORKSPACE, 0);
}

static void act(const struct actor *a)
{
	switch (a->actor->kind) {
	case GX_ACTOR_MANUAL_RESTART:
		manual_restart(a);
		break;
	case GX_ACTOR_PROGRAMMATIC_RESTART:
	case GX_ACTOR_RESTART_AFTER_MUTATION:
		programmatic_restart(a);
		break;
	case GX_ACTOR_SECRET_WRITE:
		secret_write(a);
		break;
	case GX_ACTOR_CREATE:
		create(a);
		break;
	case GX_ACTOR_E2E_CLIENT:
		e2e_client(a);
		break;
	case GX_ACTOR_DISPATCH_RESTART:
		gx_handle(a->request); /* past the handlers' 503, as the pull request's tests do */
		break;
	case GX_ACTOR_SHUTDOWN:
		break; /* it is no handler */
	}
}

void gx_actor_main(void *argument)
{
	const struct gx_scenario *scenario = gx_trial->scenario;
	unsigned number = (unsigned)(uintptr_t)argument;
	const struct gx_actor *actor = &scenario->actors[number];
	struct actor a = {.actor = actor, .request = gx_trial->request_of[number], .index = actor->workspace};

	a.row = &gx_service()->workspaces[a.index];
	if (actor->at_ns)
		gx_sleep(GX_L_ARRIVE, actor->at_ns);
	if (actor->kind == GX_ACTOR_SHUTDOWN) {
		shut_down();
		return;
	}
	if (gx_service()->stopping)
		return; /* connection refused */
	gx_service()->in_flight++;
	act(&a);
	gx_service()->in_flight--;
}

enum { PROBE_AFTER_S = 3600 };

void gx_probe_main(void *argument)
{
	gx_sleep(GX_L_PROBE_WAIT, PROBE_AFTER_S * 1000000000ull);
	gx_handle((unsigned)(uintptr_t)argument);
}
