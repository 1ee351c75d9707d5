/*
 * round.c - an execution that has come to one of its limits: would it ever have ended?
 *
 * From where it stands it is run on under a fair scheduler: every task that can step does so once in each round, then the clock. If two
 * rounds end in one state, it goes on like this for ever: a livelock. (Finding the cycle: Brent, "An improved Monte Carlo factorization
 * algorithm", 1980.) If not, all that is known is that the limit was reached. Nothing of it is observed, and the world is put back.
 */
#include "core/footprint.h"
#include "core/internal.h"
#include "core/order.h"
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

/* Some rounds, behind which all is as it was some rounds before. Background tasks alone may go round: that is how they rest. */
struct cycle {
	uint64_t tasks; /* who goes round for ever, bit per index; 0: it is not seen that anybody does */
	uint32_t rounds;
};

static struct cycle find_cycle(void)
{
	struct rounds rounds = {0};
	uint64_t hash = gx_world_hash();
	uint32_t power = 1;
	uint32_t length = 0;

	while (rounds.number < ROUNDS_MAX && rounds.steps < STEPS_MAX) {
		uint64_t now;

		if (!go_round(&rounds))
			break;
		now = gx_world_hash();
		if (now == hash && rounds.tasks & ~GX_HIDDEN->background)
			return (struct cycle){.tasks = rounds.tasks, .rounds = rounds.number};
		if (++length == power) {
			power *= 2;
			length = 0;
			hash = now;
			rounds.tasks = 0;
		}
	}
	return (struct cycle){0};
}

/* What time it is does not matter, only how far what comes and what was seen is from now; and no limit is near. */
static struct gx_core begin_rounds(bool muted)
{
	const struct gx_core before = gx_core;

	gx_core.muted = muted;
	gx_core.searching = true;
	gx_core.overtakes_max = 0;
	gx_core.time = GX_TIME_FAR;
	GX_HIDDEN->ending = GX_ENDING_NONE;
	GX_HIDDEN->time_ns_max = GX_FOREVER;
	return before;
}

static void end_rounds(const struct gx_core *before)
{
	gx_core.muted = before->muted;
	gx_core.searching = before->searching;
	gx_core.overtakes_max = before->overtakes_max;
	gx_core.time = before->time;
	gx_core.time_needed = before->time_needed;
	gx_core.cut = before->cut;
}

static struct cycle look_ahead(void)
{
	struct gx_footprint *footprint = gx_footprint_under_way;
	const struct gx_core before = begin_rounds(true);
	bool muted = gx_order.muted;
	struct cycle cycle;

	gx_footprint_under_way = NULL;
	gx_order.muted = true;
	cycle = find_cycle();
	gx_order.muted = muted;
	end_rounds(&before);
	gx_footprint_under_way = footprint;
	return cycle;
}

static struct cycle cycle_from_here(void)
{
	struct cycle cycle = {0};
	struct gx_state *here;

	if (gx_state_new(&here, NULL) != GX_OK)
		return cycle;
	if (gx_state_save(here, NULL) == GX_OK) {
		cycle = look_ahead();
		gx_state_restore(here);
	}
	gx_state_free(here);
	return cycle;
}

static void say_livelock(uint64_t tasks)
{
	for (tasks &= GX_HIDDEN->parked; tasks; tasks &= tasks - 1) {
		const struct gx_task *task = &GX_HIDDEN->tasks[__builtin_ctzll(tasks)];

		gx_emit_for(task->index, GX_L_LIVELOCK, 0, task->path, (uint64_t)__builtin_popcountll(tasks) - 1);
	}
}

bool gx_sched_goes_round(void)
{
	return !GX_HIDDEN->ending && cycle_from_here().tasks;
}

/* Shown: the rounds until it has come round, as steps like others, unless that takes very long. */
void gx_go_round(void)
{
	enum { SHOWN_MAX = 400 };
	struct cycle cycle = cycle_from_here();
	struct rounds rounds = {0};
	struct gx_core before;

	if (!cycle.tasks)
		return;
	before = begin_rounds(gx_core.muted);
	while (rounds.number < cycle.rounds && rounds.steps < SHOWN_MAX && go_round(&rounds))
		;
	end_rounds(&before);
	say_livelock(cycle.tasks);
	GX_HIDDEN->ending = GX_ENDING_FATAL;
}

void gx_say_limit(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	enum gx_limit limit = (enum gx_limit)(hidden->limit - 1);
	uint64_t tasks = 0;

	if (!hidden->limit)
		return;
	hidden->limit = 0;
	/* A search that tells apart how much time is left may come here often. */
	if (!gx_core.searching || gx_core.limits_said++ < SEARCH_SAYS_MAX)
		tasks = cycle_from_here().tasks & hidden->parked;
	if (!tasks)
		gx_emit_extra(GX_L_STEP_LIMIT, (uint16_t)limit, 0,
			      limit == GX_LIMIT_TIME ? hidden->time_ns_max : gx_core.program->steps_max);
	say_livelock(tasks);
}
