/*
 * container.c - the process in a workspace's container, as far as the platform sees it.
 *
 * It reads its token file once, when it starts (#1877: a token written later is not noticed), registers, beats once, and rests until
 * everything else has come to rest; then it beats once more. Killed, it takes its request with it, unless the scenario says
 * `late_requests`: then a request that has reached the platform runs to its end there.
 */
#include "actors/container.h"

#include "facts/objects.h"
#include "service/labels.h"
#include "service/service.h"

/*
 * A workspace's name is unique, so at most one container of it runs: one place per workspace is enough for the copy of the
 * token, and the next container's takes it over. Out of line: where the record stands in the engine's table, which depends on who else has
 * come and gone, must not stay in a register of the container's task.
 */
static void __attribute__((noinline)) keep_copy(uint64_t container, uint64_t token)
{
	const struct gx_docker_container *record = gx_docker_peek(gx_places->docker, container);

	if (!record)
		return;
	gx_touch(gx_object(GX_OBJECT_HELD, record->workspace), GX_WRITE);
	gx_service()->held[record->workspace].container = container;
	gx_service()->held[record->workspace].token = token;
}

uint64_t gx_container_held(uint64_t container)
{
	for (unsigned i = 0; i < gx_places->workspace_count; i++) {
		gx_touch(gx_object(GX_OBJECT_HELD, i), GX_READ);
		if (gx_service()->held[i].container == container)
			return gx_service()->held[i].token;
	}
	return 0;
}

/* A process that is gone knows nothing any more. */
static void forget(uint64_t container)
{
	for (unsigned i = 0; i < gx_places->workspace_count; i++) {
		gx_touch(gx_object(GX_OBJECT_HELD, i), GX_READ);
		if (gx_service()->held[i].container == container) {
			gx_touch(gx_object(GX_OBJECT_HELD, i), GX_WRITE);
			gx_service()->held[i].container = 0;
			gx_service()->held[i].token = 0;
		}
	}
}

struct life {
	struct gx_workspace *row;
	unsigned index;
	uint64_t token;
	bool registered;
};

static void enter_platform(void)
{
	gx_task_self()->user[GX_USER_SERVICE_0] |= GX_DOING_REQUEST;
}

/* The request is over; a container that was killed meanwhile ends with it. */
static void leave_platform(void)
{
	uint64_t *doing = &gx_task_self()->user[GX_USER_SERVICE_0];

	*doing &= ~GX_DOING_REQUEST;
	if (*doing & GX_DOING_DYING)
		gx_task_exit();
}

/* A new copy of the token is known to the container only: kept in the engine's record of it, where the rules look. */
static void hold(struct life *life, uint64_t token)
{
	life->token = token;
	keep_copy(gx_task_self()->user[GX_USER_SERVICE_1], token);
}

/* The token gate with core#2611's second look: a mismatch is forgiven when nothing is live any more. */
static bool admitted(struct life *life)
{
	if (gx_tokens_admit(life->row, life->index, life->token))
		return true;
	if (!gx_tokens_any(life->row, life->index))
		return true;
	gx_emit(GX_F_CONTAINER_401, life->index, life->token);
	return false;
}

/* REG. */
static void register_once(struct life *life)
{
	enter_platform();
	if (admitted(life)) {
		life->registered = true;
		gx_row_register(life->row, life->index);
		gx_keys_alive(life->row, life->index);
		if (!gx_tokens_any(life->row, life->index))
			hold(life, gx_tokens_mint(life->row, life->index, 0, GX_TOKEN_BOOTSTRAP));
	}
	leave_platform();
}

/* HB. */
static void beat_once(struct life *life)
{
	enter_platform();
	if (admitted(life)) {
		gx_row_heartbeat(life->row, life->index);
		gx_scrub_stack();
		gx_keys_alive(life->row, life->index);
	}
	leave_platform();
}

static bool may_beat(const struct gx_task *task GX_UNUSED)
{
	return gx_service()->beat;
}

static void rest(const struct life *life)
{
	gx_point(&(struct gx_op){.label = GX_L_CONTAINER_REST,
				 .access = GX_READ,
				 .object = gx_cell(GX_CELL_KEYS, life->index),
				 .ready = may_beat,
				 .deadline = GX_FOREVER});
}

static void live(struct life *life)
{
	if (life->registered) {
		beat_once(life);
		return;
	}
	register_once(life);
	if (life->registered)
		beat_once(life);
}

static uint64_t own_id(void)
{
	return gx_task_self()->user[GX_USER_SERVICE_1];
}

/* `argument`: 1 for the container that runs when the scenario begins, 0 for one that starts. */
static void container_main(void *argument)
{
	struct life life = {.index = gx_task_self()->number};

	life.row = &gx_service()->workspaces[life.index];
	if (argument) {
		life.token = gx_container_held(own_id());
		life.registered = true;
	} else {
		hold(&life, gx_docker_read_token(gx_places->docker, own_id()));
		live(&life);
	}
	rest(&life);
	live(&life);
}

/* Or NULL: there is no room. */
static struct gx_task *spawn(unsigned workspace, uint64_t container, void *argument)
{
	struct gx_task *task = gx_task_spawn(GX_ROLE_CONTAINER, workspace, container_main, argument);

	if (!task)
		return NULL;
	task->user[GX_USER_SERVICE_1] = container;
	gx_task_autoreap(task);
	return task;
}

static unsigned workspace_of(uint16_t name)
{
	for (unsigned i = 0; i < gx_places->workspace_count; i++)
		if (gx_places->name[i] == name)
			return i;
	return GX_NO_WORKSPACE;
}

void gx_container_started(void *context GX_UNUSED, uint64_t container, uint16_t name)
{
	unsigned index = workspace_of(name);

	if (index != GX_NO_WORKSPACE && !spawn(index, container, NULL))
		gx_task_fatal(GX_L_WORLD_FULL, 0);
}

void gx_container_place(unsigned workspace, uint64_t container, uint64_t token)
{
	struct gx_task *task = spawn(workspace, container, (void *)1);

	GX_ASSERT(task);
	keep_copy(container, token);
}

void gx_container_exited(void *context GX_UNUSED, uint64_t container, uint16_t name GX_UNUSED)
{
	forget(container);
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		struct gx_task *task = gx_task_first(rest);

		if (task->role != GX_ROLE_CONTAINER || task->user[GX_USER_SERVICE_1] != container ||
		    task->state != GX_TASK_PARKED)
			continue;
		gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_WRITE);
		if (gx_places->late_requests && task->user[GX_USER_SERVICE_0] & GX_DOING_REQUEST)
			task->user[GX_USER_SERVICE_0] |= GX_DOING_DYING;
		else
			gx_task_kill(task);
	}
}
