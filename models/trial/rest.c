/*
 * rest.c - who still has something to do, and who waits for work by nature.
 */
#include "core/alone.h"
#include "facts/objects.h"
#include "posix/posix.h"
#include "service/labels.h"
#include "trial/internal.h"

/* It has begun, and a leg of it is under way or to come. */
static bool owes_a_leg(const struct gx_service *service, unsigned id)
{
	const struct gx_request_state *state = &service->requests[id];
	unsigned legs = gx_places->requests[id].legs;

	return state->begun && (state->over & legs) != legs && state->result == GX_LEG_DONE;
}

bool gx_is_covered(unsigned id)
{
	const struct gx_service *service = gx_service();

	return service->served >> id & 1 ||
	       (service->requests[id].answered == GX_COALESCED + 1 && service->cut_short >> id & 1);
}

/* Acknowledged, but no provision covers it yet and none of its own legs has closed it. */
static bool waits_for_service(const struct gx_service *service, unsigned id)
{
	const struct gx_request_state *state = &service->requests[id];

	return state->answered && state->answered <= GX_COALESCED + 1 && !gx_is_covered(id) &&
	       state->result == GX_LEG_DONE;
}

bool gx_work_is_left(void)
{
	const struct gx_service *service = gx_service();

	for (unsigned i = 0; gx_footprint_under_way && i < gx_places->workspace_count; i++)
		gx_touch(gx_object(GX_OBJECT_REQUESTS, i), GX_READ);
	for (unsigned id = 1; id <= gx_places->request_count; id++) {
		gx_touch(gx_object(GX_OBJECT_REQUEST, id), GX_READ);
		if (owes_a_leg(service, id) || waits_for_service(service, id))
			return true;
	}
	return false;
}

/* ---- threads of the gate ---- */

static bool can_go_on(const struct gx_task *task)
{
	return gx_task_can_step(task) || gx_task_sleeps(task);
}

static const struct gx_task *joined_by(const struct gx_task *task)
{
	struct gx_posix_wait wait;

	if (task->op.label != GX_L_THREAD_JOIN || !gx_posix_wait_describe(task, &wait) || !wait.holder)
		return NULL;
	return gx_task_by_slot(wait.holder);
}

bool gx_is_daemon(const struct gx_task *task)
{
	const struct gx_task *at = task;

	for (unsigned hops = 0; at && at->role == GX_ROLE_THREAD && hops < GX_TASKS_MAX; hops++) {
		if (can_go_on(at))
			return true;
		if (gx_posix_is_work_wait(at))
			return !gx_work_is_left();
		at = joined_by(at);
	}
	return false;
}

/* Everybody that has a record and is no thread of the gate. */
static uint64_t others(void)
{
	uint64_t found = 0;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		if (!gx_task_is_background(gx_task_first(rest)))
			found |= rest & -rest;
	return found;
}

static bool others_are_done(void)
{
	for (uint64_t rest = others(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (task->state == GX_TASK_PARKED && task->op.label != GX_L_CONTAINER_REST)
			return false;
	}
	return true;
}

/* They have done something for somebody else: he can step, or a leg has begun. */
static bool somebody_gets_on(void *context GX_UNUSED)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (gx_task_is_background(task) ? GX_DOING_LEG(task->user[GX_USER_SERVICE_0]) != 0
						: gx_task_can_step(task))
			return true;
	}
	return false;
}

/*
 * Pollers and janitors never end. They are at rest when they come round, alone and with the clock, to where they are now, and so would for
 * ever: a timer that has yet to fire, or a thread on its way to where it will wait, is not. Of those who look at the clock no two rounds are
 * alike: if there is nothing to be done, that they go on is enough; else they have an hour.
 */
bool gx_is_settled(void *context GX_UNUSED)
{
	const uint64_t hour = 3600ull * 1000000000ull;
	struct gx_alone question = {.still = others(), .looks_back = true, .over = somebody_gets_on};

	if (somebody_gets_on(NULL))
		return false;
	switch (gx_alone(&question)) {
	case GX_ALONE_ROUND:
		return question.returned;
	case GX_ALONE_LONG:
		return question.ns >= hour || (others_are_done() && !gx_work_is_left());
	default:
		return false;
	}
}

/* ---- who still works ---- */

struct sleeper {
	unsigned index;
	bool is_done; /* it has ended, or waits for other work */
};

static void look_at_sleeper(void *context, enum gx_alone_end end GX_UNUSED)
{
	struct sleeper *sleeper = context;
	const struct gx_task *task = gx_task_at(sleeper->index);

	sleeper->is_done = !task || task->state != GX_TASK_PARKED || gx_posix_is_work_wait(task);
}

/* Asleep: does it go round in circles, as a janitor does, or will it go on to something else? Where a lock of another's stops it nobody knows. */
static bool sleeps_over_work(const struct gx_task *task)
{
	struct sleeper sleeper = {.index = task->index};
	struct gx_alone question = {.context = &sleeper,
				    .still = ~(1ull << task->index),
				    .looks_back = true,
				    .look = look_at_sleeper};

	switch (gx_alone(&question)) {
	case GX_ALONE_ROUND:
		return !question.returned;
	case GX_ALONE_BLOCKED:
		return sleeper.is_done;
	default:
		return false;
	}
}

struct works {
	uint64_t threads; /* those that there were */
	uint64_t found;
};

/* They have gone as far as they get at once. Who waits for work now, or for a lock, or goes round and round without a sleep, only waits. */
static void look_who_works(void *context, enum gx_alone_end end)
{
	struct works *works = context;

	for (uint64_t rest = works->threads; end != GX_ALONE_UNKNOWN && rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_at((unsigned)__builtin_ctzll(rest));

		if (!task || task->state != GX_TASK_PARKED || (gx_task_sleeps(task) && sleeps_over_work(task)))
			works->found |= rest & -rest;
	}
}

uint64_t gx_threads_at_work(void)
{
	struct works works = {0};
	struct gx_alone question = {.context = &works, .still = others(), .without_time = true, .look = look_who_works};

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (gx_task_is_background(task) && can_go_on(task) && !GX_DOING_LEG(task->user[GX_USER_SERVICE_0]))
			works.threads |= rest & -rest;
	}
	if (works.threads)
		gx_alone(&question);
	return works.found;
}

unsigned gx_fact_workspace(unsigned request)
{
	return request ? gx_request_workspace(request) : GX_NO_WORKSPACE;
}
