/*
 * views.c - what no single event says: looked up in the whole view after each step, and told to the rules as facts.
 */
#include "core/alone.h"
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

/* ---- isolation ---- */

/* Of a request that has reached the gate: a leg of it is to come; it has not been refused, nor is it served by another. */
static bool has_a_leg_to_come(unsigned id)
{
	const struct gx_service *service = gx_service();
	const struct gx_request_state *state = &service->requests[id];

	return service->reached >> id & 1 &&
	       (state->begun & gx_places->requests[id].legs) != gx_places->requests[id].legs &&
	       state->result == GX_LEG_DONE && state->answered <= GX_COALESCED + 1 &&
	       !(state->answered && !state->begun && gx_is_covered(id));
}

/*
 * In the gate, and itself in no leg: what the gate has others do, threads and tracked tasks, and who handles a request, though another may run
 * its leg. They take part in whatever a request does, for any of them may hold what it needs; who is kept by a leg stays where it is.
 */
static bool is_in_gate(const struct gx_task *task)
{
	return (task->role == GX_ROLE_THREAD || task->role == GX_ROLE_GO || GX_DOING_HANDLE(doing(task))) &&
	       !GX_DOING_LEG(doing(task));
}

/* At rest: ended, a container between heartbeats, or an actor that has yet to arrive. */
static bool is_at_rest(const struct gx_task *task)
{
	return task->state != GX_TASK_PARKED || task->op.label == GX_L_CONTAINER_REST || task->op.label == GX_L_ARRIVE;
}

static struct gx_isolation_task seen(const struct gx_task *task)
{
	unsigned handle = GX_DOING_HANDLE(doing(task));
	unsigned leg = GX_DOING_LEG(doing(task));

	return (struct gx_isolation_task){
		.at_rest = is_at_rest(task) || is_in_gate(task),
		.waits_in_gate = handle && !leg && has_a_leg_to_come(handle),
		.request = (uint8_t)handle,
		.workspace = (uint8_t)gx_fact_workspace(handle),
		.in_leg = leg != 0,
		.leg_workspace = (uint8_t)gx_fact_workspace(leg),
	};
}

static bool can_go_on(const struct gx_task *task)
{
	return gx_task_can_step(task) || gx_task_sleeps(task);
}

/* Who runs the handle() of a request, or NULL. */
static const struct gx_task *handler_of(unsigned request)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		if (GX_DOING_HANDLE(doing(gx_task_first(rest))) == request)
			return gx_task_first(rest);
	return NULL;
}

/* A request of workspace X is let go on, with all who are in the gate: everybody else stands still. */
struct alone {
	unsigned request;
	unsigned workspace;
	unsigned begun; /* how many legs of the workspace had begun before */
	bool gave_up;   /* it was refused, or answered without its legs */
};

static unsigned begun_in(unsigned workspace)
{
	unsigned begun = 0;

	for (unsigned id = 1; id <= gx_places->request_count; id++)
		if (gx_request_workspace(id) == workspace)
			begun += (unsigned)__builtin_popcount(gx_service()->requests[id].begun);
	return begun;
}

static bool is_decided(void *context)
{
	struct alone *alone = context;
	unsigned answered = gx_service()->requests[alone->request].answered;

	alone->gave_up = answered && answered != GX_ACCEPTED + 1 && answered != GX_COALESCED + 1;
	return alone->gave_up || begun_in(alone->workspace) != alone->begun;
}

static uint64_t stand_still(void)
{
	uint64_t still = 0;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (!is_in_gate(task))
			still |= rest & -rest;
	}
	return still;
}

/* Half a minute is longer than any leg takes. */
#define LONG_NS (30 * 1000000000ull)

/* Blocked or asleep, or all are who would serve it. */
static bool waits_now(unsigned request)
{
	const struct gx_task *handler = handler_of(request);

	if (handler)
		return !gx_task_can_step(handler);
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		if (is_in_gate(gx_task_first(rest)) && gx_task_can_step(gx_task_first(rest)))
			return false;
	return true;
}

static uint64_t yet_to_arrive(void)
{
	uint64_t found = 0;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		if (gx_task_first(rest)->op.label == GX_L_ARRIVE)
			found |= rest & -rest;
	return found;
}

/* It has given up: would it have come to its leg if those legs had gone on? If not it gives up for reasons of its own. */
static bool gives_up_without_them(struct alone *alone)
{
	struct gx_alone question = {.context = alone, .still = yet_to_arrive(), .over = is_decided};

	return gx_alone(&question) == GX_ALONE_OVER && !alone->gave_up;
}

/*
 * It is blocked, or polls for ever, or will have waited when it gives up: whoever is in another workspace's leg would have had to help it. Who
 * can step has to come round to where he is: on his way to where he will wait, he has not waited yet.
 */
static bool gets_nowhere(unsigned request)
{
	bool waits = waits_now(request);
	struct alone alone = {
		.request = request,
		.workspace = gx_request_workspace(request),
		.begun = begun_in(gx_request_workspace(request)),
	};
	struct gx_alone question = {.context = &alone,
				    .still = stand_still(),
				    .looks_back = !waits,
				    .over = is_decided};

	switch (gx_alone(&question)) {
	case GX_ALONE_BLOCKED:
		return waits;
	case GX_ALONE_ROUND:
		return waits || question.returned;
	case GX_ALONE_LONG:
		return waits && question.ns >= LONG_NS;
	case GX_ALONE_OVER:
		return waits && alone.gave_up && question.ns && gives_up_without_them(&alone);
	default:
		return false;
	}
}

static void isolation_is_broken(unsigned request)
{
	if (gx_footprint_under_way)
		gx_footprint_under_way->everything = true; /* whoever steps next may end it */
	gx_emit_extra(GX_F_ISOLATION, (uint16_t)request, gx_request_workspace(request), 0);
}

static void ask_about_isolation(void *context)
{
	const struct gx_trial *trial = context;

	if (gets_nowhere(trial->asked))
		isolation_is_broken(trial->asked);
}

static bool gate_can_go_on(void)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		if (is_in_gate(gx_task_first(rest)) && can_go_on(gx_task_first(rest)))
			return true;
	return false;
}

/* To run it alone costs as much as a hundred steps: only behind a step of somebody who would take part. A circle of polls has one. */
static bool is_worth_asking(unsigned request)
{
	const struct gx_task *last = gx_task_at(gx_sched_last());

	return last ? is_in_gate(last) : !handler_of(request);
}

static unsigned view_all(struct gx_isolation_task *view)
{
	unsigned count = 0;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		view[count++] = seen(gx_task_first(rest));
	for (unsigned id = 1; id <= gx_places->request_count; id++)
		if (gx_service()->requests[id].answered && has_a_leg_to_come(id))
			view[count++] = (struct gx_isolation_task){.at_rest = true,
								   .waits_in_gate = true,
								   .request = (uint8_t)id,
								   .workspace = (uint8_t)gx_request_workspace(id)};
	return count;
}

static void look_at_isolation(struct gx_trial *trial)
{
	struct gx_isolation_task view[GX_TASKS_MAX + GX_REQUESTS_MAX];
	unsigned count = view_all(view);
	unsigned request = gx_isolation_asked(view, count);

	if (!request)
		return;
	if (!gate_can_go_on()) {
		isolation_is_broken(request);
	} else if (is_worth_asking(request)) {
		trial->asked = request;
		gx_sched_ask(ask_about_isolation);
	}
}

/* ---- after the drain ---- */

static void mark_who_works(void *context GX_UNUSED)
{
	for (uint64_t rest = gx_threads_at_work(); rest; rest &= rest - 1)
		gx_task_first(rest)->user[GX_USER_SERVICE_0] |= GX_DOING_WORK;
}

static void look_at_server(struct gx_trial *trial)
{
	/* From the drain on each step is a finding, or not (events.c). */
	gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_DRAINED), GX_READ);
	if (!gx_service()->drained || trial->state->drained)
		return;
	trial->state->drained = 1;
	if (!gx_work_is_left()) /* else whoever steps is late, marked or not */
		gx_sched_ask(mark_who_works);
}

/* ---- all of it ---- */

/* open() has returned, and what runs when the scenario begins rests; threads that the gate has made may go on. */
static bool is_open(const struct gx_trial *trial)
{
	if (!trial->state->opened)
		return false;
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (!gx_task_is_background(task) && gx_task_can_step(task))
			return false;
	}
	return true;
}

static void begin(struct gx_trial *trial)
{
	if (gx_footprint_under_way)
		gx_footprint_under_way->everything = true;
	gx_trial_begin(trial);
}

void gx_trial_after_step(void *context)
{
	struct gx_trial *trial = context;

	if (trial->ends_server)
		look_at_server(trial);
	if (trial->state->phase == GX_PHASE_OPEN && is_open(trial))
		begin(trial);
	if (trial->state->phase != GX_PHASE_RUN)
		return;
	look_for_wait_cycle();
	if (trial->scenario->workspace_count > 1)
		look_at_isolation(trial);
}
