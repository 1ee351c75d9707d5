#include "core/alone.h"

#include "core/footprint.h"
#include "core/internal.h"
#include "core/snapshot.h"

/* More than any gate needs to get on that nobody keeps from it; few enough to be asked in every state of a search. */
enum { STEPS_MAX = 4096, ROUNDS_MAX = 512, TICKS_MAX = 512 };
/* Before that nobody comes round; no hash is taken. */
enum { FREE_ROUNDS = 4 };
/* Who has been woken so often, and in that time, without having got on waits; design.md's probes come after an hour, too. */
enum { LONG_TICKS = 64 };
#define LONG_NS (3600ull * 1000000000ull)

/* A state is remembered, a later one after twice as many, and so on: Brent's way to find a circle (1980). */
struct lap {
	uint64_t hash;
	uint64_t
		owed; /* bit per index: slept there, and has not stepped since: how far its wake-up is away is in no hash */
	unsigned length;
	unsigned most;
};

struct run {
	struct gx_alone *question;
	struct lap ready; /* since the last tick */
	struct lap timed; /* from tick to tick */
	uint64_t begin_hash;
	uint64_t begin_owed;
	uint64_t begin_ns;
	uint32_t
		last; /* path of who stepped last in this round; they step in the order of their paths, which is that of no arrival */
	unsigned steps;
	unsigned ticks;
};

static bool takes_part(const struct run *run, unsigned index)
{
	return index != GX_CLOCK && !(run->question->still >> index & 1);
}

static uint64_t sleepers(const struct run *run)
{
	uint64_t found = 0;

	for (uint64_t rest = GX_HIDDEN->parked & GX_HIDDEN->conditional; rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (takes_part(run, task->index) && task->op.deadline != GX_FOREVER &&
		    task->op.deadline > GX_HIDDEN->now)
			found |= rest & -rest;
	}
	return found;
}

/* What the clock shows is no part of it as long as nobody looks. */
static uint64_t hash_of(uint64_t (*hash)(void))
{
	uint64_t first_look = GX_HIDDEN->first_look;
	uint64_t found;

	if (gx_core.time_needed < GX_TIME_SEEN)
		GX_HIDDEN->first_look = 0;
	found = hash();
	GX_HIDDEN->first_look = first_look;
	return found;
}

/* Whether the state is the one that is remembered; `owed`, if not, by whom in the one that is remembered now. */
static bool closes(struct lap *lap, uint64_t owed)
{
	uint64_t hash = hash_of(gx_world_hash);

	if (lap->most && hash == lap->hash && !lap->owed)
		return true;
	if (lap->length++ < lap->most)
		return false;
	lap->hash = hash;
	lap->owed = owed;
	lap->length = 0;
	lap->most = lap->most ? lap->most * 2 : 1;
	return false;
}

static void look_back(struct run *run)
{
	if (run->question->looks_back && !run->question->returned && !run->begin_owed &&
	    gx_world_memory_hash() == run->begin_hash)
		run->question->returned = true;
}

/* Of those who can step the next one in this round, or the first of the next round; the clock: nobody can. */
static struct gx_choice next_of(const struct run *run, const struct gx_choice *options, unsigned count)
{
	struct gx_choice found = {.task = GX_CLOCK};
	uint32_t least = UINT32_MAX;

	for (unsigned i = 0; i < count; i++) {
		uint32_t path;

		if (!takes_part(run, options[i].task) || options[i].spurious || options[i].alternative)
			continue;
		path = gx_task_at(options[i].task)->path;
		if (path > run->last && path <= least) {
			found = options[i];
			least = path;
		}
	}
	return found;
}

/* One step of each who can. False: an end, or nobody could. */
static bool play_round(struct run *run, enum gx_alone_end *end)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	bool stepped = false;

	run->last = 0;
	for (;;) {
		unsigned count = gx_sched_options(options);
		struct gx_choice choice = next_of(run, options, count);

		*end = GX_ALONE_BLOCKED;
		if (!count && gx_sched_ending() != GX_ENDING_QUIET)
			*end = GX_ALONE_UNKNOWN;
		else if (run->question->over && run->question->over(run->question->context))
			*end = GX_ALONE_OVER;
		if (*end != GX_ALONE_BLOCKED)
			return false;
		if (choice.task == GX_CLOCK)
			return stepped;
		run->last = gx_task_at(choice.task)->path;
		run->timed.owed &= ~(1ull << choice.task);
		run->begin_owed &= ~(1ull << choice.task);
		gx_sched_step(choice);
		stepped = true;
		if (++run->steps == STEPS_MAX) {
			*end = GX_ALONE_UNKNOWN;
			return false;
		}
	}
}

/* Until nobody can step, GX_ALONE_BLOCKED, or those who can have come round without the clock, GX_ALONE_ROUND. */
static enum gx_alone_end play_on(struct run *run)
{
	enum gx_alone_end end;

	run->ready = (struct lap){0};
	for (unsigned round = 0; play_round(run, &end); round++) {
		look_back(run);
		if (round >= FREE_ROUNDS && closes(&run->ready, 0))
			return GX_ALONE_ROUND;
		if (round == ROUNDS_MAX)
			return GX_ALONE_UNKNOWN;
	}
	return end;
}

static enum gx_alone_end play(struct run *run)
{
	for (;;) {
		enum gx_alone_end end = play_on(run);

		if (end == GX_ALONE_OVER || end == GX_ALONE_UNKNOWN || run->question->without_time || !sleepers(run))
			return end;
		look_back(run);
		if (run->ticks && closes(&run->timed, sleepers(run)))
			return GX_ALONE_ROUND;
		if (run->ticks == TICKS_MAX || (run->ticks >= LONG_TICKS && run->question->ns >= LONG_NS))
			return GX_ALONE_LONG;
		gx_sched_step((struct gx_choice){.task = GX_CLOCK});
		run->question->ns = GX_HIDDEN->now - run->begin_ns;
		run->ticks++;
	}
}

static bool nothing_more(void *context GX_UNUSED)
{
	return false;
}

/* Nobody hears of it, no limit ends it, and how far a wake-up is away does not tell states apart. */
static enum gx_alone_end play_unheard(struct gx_alone *question)
{
	struct run run = {.question = question, .begin_ns = GX_HIDDEN->now};
	const struct gx_core before = gx_core;
	const struct gx_program unheard = {.context = before.program->context,
					   .at_rest = nothing_more,
					   .steps_max = UINT32_MAX};
	struct gx_footprint *footprint = gx_footprint_under_way;
	enum gx_alone_end end;

	gx_core.program = &unheard;
	gx_core.pilot = NULL;
	gx_core.record = NULL;
	gx_core.time = GX_TIME_COME;
	gx_core.time_needed = GX_TIME_COME;
	gx_footprint_under_way = NULL;
	GX_HIDDEN->time_ns_max = GX_FOREVER;
	GX_HIDDEN->ending = GX_ENDING_NONE;
	if (question->looks_back)
		run.begin_hash = gx_world_memory_hash();
	run.begin_owed = sleepers(&run);
	end = play(&run);
	gx_core.program = before.program;
	gx_core.record = before.record;
	gx_core.time = before.time;
	gx_core.time_needed = before.time_needed;
	if (question->look)
		question->look(question->context, end);
	gx_core.pilot = before.pilot;
	gx_footprint_under_way = footprint;
	return end;
}

enum gx_alone_end gx_alone(struct gx_alone *question)
{
	enum gx_alone_end end = GX_ALONE_UNKNOWN;
	struct gx_state *here;

	question->ns = 0;
	question->returned = false;
	if (gx_state_new(&here, NULL) != GX_OK)
		return end;
	if (gx_state_save(here, NULL) == GX_OK) {
		end = play_unheard(question);
		gx_state_restore(here);
	}
	gx_state_free(here);
	return end;
}
