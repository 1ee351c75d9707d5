#include "core/alone.h"

#include "core/footprint.h"
#include "core/internal.h"
#include "core/order.h"
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

/* Where they have come to when nobody can step, or those who can go round and round: of a circle, the least of its hashes. */
struct pause {
	uint64_t memory;
	uint64_t world;
	bool at_home; /* where it all began is one of the states of the circle */
};

struct run {
	struct gx_alone *question;
	struct lap timed; /* from tick to tick */
	struct pause here;
	uint64_t begin_memory;
	uint64_t begin_ns;

	/* The first pause, to which they come back; and what it was when they had come back once, parked as they park here. */
	uint64_t home_memory;
	uint64_t home_world;
	uint64_t home_owed;
	uint64_t
		awaited; /* all others are in a circle, and have to go on in it until one of these wakes up; 0: there is none */
	bool been_home;
	bool met_home; /* since the last lap */

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

/* Whether the state is the one that is remembered, which those in `owed` may yet leave; if not, and from time to time, it is remembered. */
static bool closes(struct lap *lap, uint64_t owed)
{
	uint64_t hash = hash_of(gx_world_hash);

	if (lap->most && hash == lap->hash)
		return true;
	if (lap->length++ < lap->most)
		return false;
	lap->hash = hash;
	lap->owed = owed;
	lap->length = 0;
	lap->most = lap->most ? lap->most * 2 : 1;
	return false;
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
		run->home_owed &= ~(1ull << choice.task);
		gx_sched_step(choice);
		stepped = true;
		if (++run->steps == STEPS_MAX) {
			*end = GX_ALONE_UNKNOWN;
			return false;
		}
	}
}

/* Hashes cost more than all else here: only for those who look back. */
static void note_pause(struct run *run, bool first)
{
	struct pause *here = &run->here;
	uint64_t memory;
	uint64_t world;

	if (!run->question->looks_back)
		return;
	memory = hash_of(gx_world_memory_hash);
	world = hash_of(gx_world_hash);
	if (first)
		*here = (struct pause){.memory = memory, .world = world};
	here->memory = memory < here->memory ? memory : here->memory;
	here->world = world < here->world ? world : here->world;
	here->at_home |= memory == run->begin_memory;
}

/* Once more round a circle of so many rounds. */
static enum gx_alone_end go_round(struct run *run, unsigned rounds)
{
	enum gx_alone_end end;

	for (unsigned i = 0; i < rounds; i++) {
		note_pause(run, !i);
		if (!play_round(run, &end))
			return end == GX_ALONE_BLOCKED ? GX_ALONE_UNKNOWN : end;
	}
	return GX_ALONE_ROUND;
}

/* Until nobody can step, GX_ALONE_BLOCKED, or those who can have come round without the clock, GX_ALONE_ROUND. */
static enum gx_alone_end play_on(struct run *run)
{
	struct lap lap = {0};
	enum gx_alone_end end;

	for (unsigned round = 0; play_round(run, &end); round++) {
		if (round >= FREE_ROUNDS && closes(&lap, 0))
			return go_round(run, lap.length + 1);
		if (round == ROUNDS_MAX)
			return GX_ALONE_UNKNOWN;
	}
	if (end == GX_ALONE_BLOCKED)
		note_pause(run, true);
	return end;
}

/*
 * Whether they have come back to the first pause, time and again. That is told by the memory, for where they have parked before anybody asked
 * their stacks may hold what a pilot has left there; only from the first return on stacks count, too, on which a thread may count its rounds.
 */
static bool is_home(struct run *run)
{
	bool again;

	if (run->here.memory != run->home_memory)
		return false;
	run->met_home = true;
	if (run->home_owed)
		return false;
	again = run->been_home && run->here.world == run->home_world;
	run->been_home = true;
	run->home_world = run->here.world;
	run->home_owed = sleepers(run);
	return again;
}

/* The first pause: whoever could step has to be there already, in his circle, or is on his way to somewhere else. */
static bool begins_at_home(struct run *run, enum gx_alone_end end)
{
	run->home_memory = run->here.memory;
	run->home_owed = sleepers(run);
	return !run->steps || (end == GX_ALONE_ROUND && run->here.at_home);
}

/* At a pause; true: that is the end of it. */
static bool is_enough(struct run *run, enum gx_alone_end *end)
{
	struct gx_alone *question = run->question;
	bool sleep = !question->without_time && sleepers(run);

	if (question->looks_back && !run->ticks && !begins_at_home(run, *end))
		return true;
	if (!sleep) {
		question->returned = question->looks_back && *end == GX_ALONE_ROUND && !run->ticks;
		return true;
	}
	if (!run->ticks)
		return false;
	*end = GX_ALONE_ROUND;
	if (question->looks_back && is_home(run)) {
		question->returned = true;
		return true;
	}
	run->awaited = 0;
	if (closes(&run->timed, sleepers(run))) {
		run->awaited = run->timed.owed;
		if (!run->awaited && (!question->looks_back || !run->met_home))
			return true;
		if (!run->awaited) {
			run->met_home = false;
			run->timed = (struct lap){0};
		}
	}
	*end = GX_ALONE_LONG;
	return run->ticks == TICKS_MAX || (run->ticks >= LONG_TICKS && question->ns >= LONG_NS);
}

/* To the next wake-up. Where all is as it was but for some who sleep on, to theirs: what the others do until then has been seen. */
static void let_time_pass(const struct run *run)
{
	uint64_t until = GX_FOREVER;

	for (uint64_t rest = run->awaited ? run->awaited : sleepers(run); rest; rest &= rest - 1)
		if (gx_task_first(rest)->op.deadline < until)
			until = gx_task_first(rest)->op.deadline;
	GX_HIDDEN->now = until;
}

static enum gx_alone_end play(struct run *run)
{
	for (;;) {
		enum gx_alone_end end = play_on(run);

		if (end == GX_ALONE_OVER || end == GX_ALONE_UNKNOWN || is_enough(run, &end))
			return end;
		let_time_pass(run);
		run->question->ns = GX_HIDDEN->now - run->begin_ns;
		run->ticks++;
	}
}

/* Nor does time come for those who stand still: whether they are due would tell states apart. */
static void stop_their_clocks(const struct run *run)
{
	for (uint64_t rest = GX_HIDDEN->parked & GX_HIDDEN->conditional; rest; rest &= rest - 1)
		if (!takes_part(run, gx_task_first(rest)->index))
			gx_task_first(rest)->op.deadline = GX_FOREVER;
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
	bool muted = gx_order.muted;
	const struct gx_program unheard = {.context = before.program->context,
					   .at_rest = nothing_more,
					   .steps_max = UINT32_MAX};
	struct gx_footprint *footprint = gx_footprint_under_way;
	enum gx_alone_end end;

	gx_core.program = &unheard;
	gx_core.pilot = NULL;
	gx_core.record = NULL;
	gx_order.muted = true;
	gx_core.searching = false;
	gx_core.time = GX_TIME_COME;
	gx_core.time_needed = GX_TIME_COME;
	gx_footprint_under_way = NULL;
	GX_HIDDEN->time_ns_max = GX_FOREVER;
	GX_HIDDEN->ending = GX_ENDING_NONE;
	stop_their_clocks(&run);
	if (question->looks_back)
		run.begin_memory = hash_of(gx_world_memory_hash);
	end = play(&run);
	gx_core.program = before.program;
	gx_core.record = before.record;
	gx_order.muted = muted;
	gx_core.searching = before.searching;
	gx_core.cut = before.cut;
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
