/*
 * views.c - what no single event says: looked up in the whole view after each step, and told to the rules as facts.
 */
#include "facts/objects.h"
#include "posix/posix.h"
#include "rules/isolation.h"
#include "service/labels.h"
#include "trial/internal.h"

static uint64_t doing(const struct gx_task *task)
{
	return task->user[GX_USER_SERVICE_0];
}

/* Who must act before a blocked task can go on; 0 if that is nobody in particular. */
static uint32_t holder_of(const struct gx_task *task)
{
	struct gx_posix_wait wait;

	if (task->state != GX_TASK_PARKED || !task->op.ready || task->op.deadline != GX_FOREVER || task->op.ready(task))
		return 0;
	if (!gx_posix_wait_describe(task, &wait))
		return 0;
	return wait.holder;
}

/* A circle of waiters that no time-out can break, even if others go on. */
static void look_for_wait_cycle(void)
{
	struct gx_task *start = gx_task_at(gx_sched_last());
	const struct gx_task *at = start;

	if (!start || gx_trial_running->state->wait_cycle)
		return;
	for (unsigned hops = 0; hops < GX_TASKS_MAX && at; hops++) {
		uint32_t holder = holder_of(at);

		if (!holder)
			return;
		at = gx_task_by_slot(holder);
		if (at) /* what it is about to do is looked at: its own step would change that */
			gx_touch(gx_object(GX_OBJECT_TASK, at->path), GX_WRITE);
		if (at == start) {
			unsigned request = GX_DOING_HANDLE(doing(start));

			gx_trial_running->state->wait_cycle = 1;
			gx_emit_for(start->index, GX_F_WAIT_CYCLE, (uint16_t)request, gx_fact_workspace(request),
				    hops + 1);
			return;
		}
	}
}

static bool can_step(const struct gx_task *task)
{
	return !task->op.ready || task->op.ready(task) || task->op.deadline != GX_FOREVER;
}

/* At rest: ended, a container between heartbeats, or an actor that has yet to arrive. */
static bool is_at_rest(const struct gx_task *task)
{
	if (task->state != GX_TASK_PARKED)
		return true;
	if (task->op.label == GX_L_CONTAINER_REST || task->op.label == GX_L_ARRIVE)
		return true;
	return task->role == GX_ROLE_THREAD && gx_posix_is_work_wait(task);
}

static void look_at_isolation(void)
{
	struct gx_isolation_task view[GX_TASKS_MAX];
	unsigned count = 0;
	unsigned request;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);
		unsigned handle = GX_DOING_HANDLE(doing(task));
		unsigned leg = GX_DOING_LEG(doing(task));

		view[count++] = (struct gx_isolation_task){
			.at_rest = is_at_rest(task),
			.blocked_in_gate = handle && !leg && !can_step(task),
			.request = (uint8_t)handle,
			.workspace = (uint8_t)gx_fact_workspace(handle),
			.in_leg = leg != 0,
			.leg_workspace = (uint8_t)gx_fact_workspace(leg),
		};
	}
	request = gx_isolation_broken(view, count);
	if (request && gx_footprint_under_way)
		gx_footprint_under_way->everything = true; /* whoever steps next may end it */
	if (request)
		gx_emit_extra(GX_F_ISOLATION, (uint16_t)request, gx_request_workspace(request), 0);
}

void gx_trial_after_step(void *context)
{
	const struct gx_trial *trial = context;

	if (trial->ends_server) /* after the drain each step is a finding, or not (events.c) */
		gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_DRAINED), GX_READ);
	if (trial->state->phase != GX_PHASE_RUN)
		return;
	look_for_wait_cycle();
	if (trial->scenario->workspace_count > 1)
		look_at_isolation();
}
