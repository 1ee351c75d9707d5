/*
 * final.c - the end, as facts for the rules: who is blocked, what rows, tokens and the engine say.
 */
#include "actors/container.h"
#include "service/labels.h"
#include "trial/internal.h"

static bool is_blocked(const struct gx_task *task)
{
	return task->state == GX_TASK_PARKED && task->op.label != GX_L_CONTAINER_REST && !gx_is_daemon(task);
}

static void report_blocked(void)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);
		unsigned request;

		if (!is_blocked(task))
			continue;
		request = GX_DOING_HANDLE(task->user[GX_USER_SERVICE_0]);
		gx_trial_running->state->troubled = 1;
		gx_emit_for(task->index, GX_F_FINAL_BLOCKED, (uint16_t)request, gx_fact_workspace(request), task->path);
	}
}

/* ---- rows and tokens ---- */

/* Live tokens without any of these marks. */
static unsigned count_tokens(const struct gx_workspace *w, uint64_t marks)
{
	unsigned count = 0;

	for (unsigned i = 0; i < w->token_count; i++)
		count += !(w->tokens[i] & marks);
	return count;
}

static uint64_t live_token(const struct gx_workspace *w, unsigned index)
{
	uint64_t live = 0;

	for (unsigned i = 0; i < w->token_count; i++)
		if (!(w->tokens[i] & GX_TOKEN_CLIENT) && (!live || w->tokens[i] != gx_service()->held[index].token))
			live = w->tokens[i];
	return live;
}

static void report_row(unsigned index)
{
	const struct gx_workspace *w = &gx_service()->workspaces[index];

	gx_emit_extra(GX_F_FINAL_ROW, w->status, index, w->url);
	gx_emit_extra(GX_F_FINAL_TOKENS,
		      (uint16_t)(count_tokens(w, GX_TOKEN_CLIENT | GX_TOKEN_BOOTSTRAP) |
				 count_tokens(w, GX_TOKEN_CLIENT) << 8),
		      index, live_token(w, index));
}

/* ---- the engine ---- */

static uint64_t running_container(unsigned index)
{
	const struct gx_docker *docker = gx_places->docker;

	for (unsigned i = 0; i < docker->container_count; i++) {
		const struct gx_docker_container *container = &docker->containers[i];

		if (container->workspace == index && gx_docker_executes(container))
			return container->id;
	}
	return 0;
}

/* As GX_F_FINAL_CONTAINER says it. */
static uint16_t stage_of(const struct gx_docker_container *container)
{
	if (gx_docker_executes(container))
		return 1;
	return gx_docker_state_of(container) == GX_DOCKER_CREATED ? 2 : 0;
}

static bool has_stray_volume(unsigned index)
{
	const struct gx_docker *docker = gx_places->docker;
	unsigned row = gx_service()->workspaces[index].status;

	if (row != GX_ROW_NONE && row != GX_ROW_REMOVED)
		return false;
	for (unsigned i = 0; i < docker->volume_count; i++)
		if (docker->volumes[i].name == gx_places->volume[index])
			return true;
	return false;
}

static void report_containers(unsigned index)
{
	const struct gx_docker *docker = gx_places->docker;
	uint64_t running = running_container(index);

	gx_emit_extra(GX_F_FINAL_FILE, has_stray_volume(index), index,
		      gx_docker_peek_token(docker, gx_places->volume[index]));
	for (unsigned i = 0; i < docker->container_count; i++)
		if (docker->containers[i].workspace == index)
			gx_emit_extra(GX_F_FINAL_CONTAINER, stage_of(&docker->containers[i]), index,
				      docker->containers[i].id);
	if (running) {
		gx_emit(GX_F_FINAL_HELD, index, gx_container_held(running));
		gx_emit(GX_F_FINAL_SECRET, index, gx_docker_peek(docker, running)->label);
	}
}

/* ---- all of it ---- */

void gx_report_end(void)
{
	uint64_t quiet = 0;

	report_blocked();
	for (unsigned i = 0; i < gx_places->workspace_count; i++) {
		report_row(i);
		report_containers(i);
		if (gx_trial_running->state->fault_struck >> i & 1)
			quiet |= GX_EXCUSE_FAULT(i);
		if (!gx_service()->workspaces[i].backend)
			quiet |= GX_EXCUSE_NO_BACKEND(i);
	}
	gx_emit(GX_F_QUIET, GX_NO_WORKSPACE, quiet);
}

void gx_report_open_blocked(void)
{
	report_blocked();
	gx_emit(GX_F_QUIET, GX_NO_WORKSPACE, GX_ONLY_BLOCKED);
}

/* close() itself, if it has not returned. */
static const struct gx_task *closer(void)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		if (gx_task_first(rest)->role == GX_ROLE_DRIVER)
			return gx_task_first(rest);
	return NULL;
}

/*
 * Threads that have ended, and that nobody has joined or detached (POSIX, pthread_create: what they leave is kept until then). And threads that
 * live on, though close() has returned: its state may be gone. One that ends by itself has ended by now. */
static void report_left_behind(void)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (task->role == GX_ROLE_THREAD && task->state == GX_TASK_PARKED)
			gx_emit_for(task->index, GX_F_MISUSE, 0, GX_NO_WORKSPACE, GX_MISUSE_THREAD_LEFT);
		else if (task->role == GX_ROLE_THREAD && task->state == GX_TASK_ENDED)
			gx_emit_for(task->index, GX_F_MISUSE, 0, GX_NO_WORKSPACE,
				    GX_MISUSE_WITH(GX_MISUSE_POSIX + GX_POSIX_LEFT_JOINABLE, 0, 0));
	}
}

void gx_report_close(void)
{
	const struct gx_task *task = closer();

	if (!task) {
		report_left_behind();
		return;
	}
	gx_emit_for(task->index, GX_F_FINAL_BLOCKED, 0, GX_NO_WORKSPACE, task->path);
	gx_emit(GX_F_QUIET, GX_NO_WORKSPACE, GX_ONLY_BLOCKED);
}
