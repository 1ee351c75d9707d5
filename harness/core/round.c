/*
 * round.c - an execution that has come to one of its limits: would it ever have ended?
 *
 * From where it stands it is run on under a fair scheduler: every task that can step does so once in each round, then the clock. If two
 * rounds end in one state, it goes on like this for ever: a livelock. (Finding the cycle: Brent, "An improved Monte Carlo factorization
 * algorithm", 1980.) If not, all that is known is that the limit was reached. Nothing of it is observed, and the world is put back.
 */
#include "core/footprint.h"
#include "core/internal.h"
#include "core/snapshot.h"

enum { ROUNDS_MAX = 4000, STEPS_MAX = 40000, SEARCH_SAYS_MAX = 16 };

struct rounds {
	uint32_t steps;
	uint64_t tasks; /* who has stepped since the state that the next ones are compared with */
	uint32_t number;
};

/* The next choice of this round: the one of the lowest task from `from` on; of several ways of an op another one in each round. */
static bool choose(unsigned from, uint32_t round, struct gx_choice *out)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned count = gx_sched_options(options);
	unsigned ways = 0;

	for (unsigned i = 0; i < count; i++) {
		if (options[i].spurious || options[i].task == GX_CLOCK || options[i].task < from)
			continue;
		if (!ways || options[i].task < out->task) {
			*out = options[i];
			ways = 1;
		} else if (options[i].task == out->task) {
			ways++;
			if (round % ways == 0)
				*out = options[i];
		}
	}
	return ways > 0;
}

static bool can_tick(void)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned count = gx_sched_options(options);

	for (unsigned i = 0; i < count; i++)
		if (options[i].task == GX_CLOCK)
			return true;
	return false;
}

/* False: the execution has come to an end. */
static bool go_round(struct rounds *rounds)
{
	struct gx_choice choice = {0};
	uint32_t before = rounds->steps;

	for (unsigned from = 1; choose(from, rounds->number, &choice); from = choice.task + 1u) {
		gx_sched_step(choice);
		rounds->tasks |= 1ull << choice.task;
		rounds->steps++;
	}
	if (can_tick()) {
		gx_sched_step(gx_choice_of(GX_CLOCK));
		rounds->steps++;
	}
	rounds->number++;
	return rounds->steps > before && !GX_HIDDEN->ending;
}

/* The tasks that go round for ever, bit per index; 0 if it is not seen that any do. */
static uint64_t find_cycle(void)
{
	struct rounds rounds = {0};
	uint64_t hash = gx_world_hash();
	uint32_t power = 1;
	uint32_t length = 0;

	while (rounds.number < ROUNDS_MAX && rounds.steps < STEPS_MAX) {
		uint64_t now;

		if (!go_round(&rounds))
			return 0;
		now = gx_world_hash();
		if (now == hash)
			return rounds.tasks;
		if (++length == power) {
			power *= 2;
			length = 0;
			hash = now;
			rounds.tasks = 0;
		}
	}
	return 0;
}

/* As in a search that has just begun: what time it is does not matter, only how far others are, and no limit is near. */
static uint64_t look_ahead(void)
{
	struct gx_footprint *footprint = gx_footprint_under_way;
	const struct gx_core before = gx_core;
	uint64_t tasks;

	gx_footprint_under_way = NULL;
	gx_core.muted = true;
	gx_core.searching = true;
	gx_core.overtakes_max = 0;
	gx_core.time = GX_HIDDEN->first_look ? GX_TIME_SEEN : GX_TIME_COME;
	GX_HIDDEN->ending = GX_ENDING_NONE;
	GX_HIDDEN->time_ns_max = GX_FOREVER;
	tasks = find_cycle();
	gx_core.muted = false;
	gx_core.searching = before.searching;
	gx_core.overtakes_max = before.overtakes_max;
	gx_core.time = before.time;
	gx_core.time_needed = before.time_needed;
	gx_core.cut = before.cut;
	gx_footprint_under_way = footprint;
	return tasks;
}

static uint64_t tasks_of_livelock(void)
{
	struct gx_state *here;
	uint64_t tasks = 0;

	if (gx_state_new(&here, NULL) != GX_OK)
		return 0;
	if (gx_state_save(here, NULL) == GX_OK) {
		tasks = look_ahead();
		gx_state_restore(here);
	}
	gx_state_free(here);
	return tasks & GX_HIDDEN->parked;
}

void gx_say_limit(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	enum gx_limit limit = (enum gx_limit)(hidden->limit - 1);
	uint64_t tasks;

	if (!hidden->limit)
		return;
	hidden->limit = 0;
	/* A search that tells apart how much time is left may come here often. */
	tasks = gx_core.searching && gx_core.limits_said++ >= SEARCH_SAYS_MAX ? 0 : tasks_of_livelock();
	if (!tasks)
		gx_emit_extra(GX_L_STEP_LIMIT, (uint16_t)limit, 0,
			      limit == GX_LIMIT_TIME ? hidden->time_ns_max : gx_core.program->steps_max);
	for (; tasks; tasks &= tasks - 1) {
		const struct gx_task *task = &hidden->tasks[__builtin_ctzll(tasks)];

		gx_emit_for(task->index, GX_L_LIVELOCK, 0, task->path, (uint64_t)__builtin_popcountll(tasks) - 1);
	}
}
