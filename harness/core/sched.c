#include "core/sched.h"

#include <string.h>

#include "core/event.h"
#include "core/footprint.h"
#include "core/internal.h"
#include "core/lost.h"
#include "core/order.h"
#include "core/snapshot.h"

static struct gx_state *initial;

static const char *const names[] = {
	"task.begin", "task.end",   "task.spawn", "task.kill", "clock.tick",    "task.crash",
	"task.hang",  "step.limit", "world.full", "sleep",     "task.livelock", "task.syscall",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == GX_L_CORE_END - GX_LABELS_CORE, "every core label has a name");

void gx_sched_register_labels(void)
{
	gx_labels_register(GX_LABELS_CORE, names, GX_L_CORE_END - GX_LABELS_CORE);
}

enum gx_status gx_sched_load(const struct gx_program *program, struct gx_error *err)
{
	enum gx_status rc;

	gx_sched_register_labels();
	gx_core.program = program;
	gx_sched_count_time(GX_TIME_COME);
	gx_world_clear();
	GX_HIDDEN->whole = GX_WHOLE;
	GX_HIDDEN->spurious_left = program->spurious_max;
	GX_HIDDEN->time_ns_max = program->time_ns_max;
	rc = program->setup(program->context, err);
	if (rc != GX_OK)
		return rc;
	if (!initial) {
		rc = gx_state_new(&initial, err);
		if (rc != GX_OK)
			return rc;
	}
	gx_state_forget(initial);
	return gx_state_save(initial, err);
}

void gx_sched_count_time(enum gx_time time)
{
	gx_core.time = time;
	gx_core.time_needed = time;
	gx_core.searching = false;
	gx_core.cut = 0;
}

void gx_sched_begin_search(enum gx_time time, uint32_t overtakes_max)
{
	gx_sched_count_time(time);
	gx_core.searching = true;
	gx_core.overtakes_max = overtakes_max;
	gx_core.limits_said = 0;
}

void gx_sched_pause_search(bool paused)
{
	gx_core.searching = !paused;
}

void gx_sched_end_search(void)
{
	gx_core.searching = false;
}

unsigned gx_sched_cut(void)
{
	return gx_core.cut;
}

bool gx_sched_is_too_long(void)
{
	if (GX_HIDDEN->steps < gx_core.program->steps_max)
		return false;
	gx_need_time(GX_TIME_BOUND);
	gx_core.cut |= GX_CUT_STEPS;
	return true;
}

enum gx_time gx_sched_time_needed(void)
{
	return gx_core.time_needed;
}

void gx_sched_set_time_needed(enum gx_time time)
{
	gx_core.time_needed = time;
}

void gx_sched_limit_spurious(uint32_t wake_ups)
{
	if (GX_HIDDEN->spurious_left > wake_ups)
		GX_HIDDEN->spurious_left = wake_ups;
}

void gx_sched_reset(void)
{
	gx_arena_settling = 0; /* of a step that was given up */
	if (initial)
		gx_state_restore(initial);
	if (gx_order.follower)
		gx_order.follower->begin();
}

static bool is_sleeper(const struct gx_task *task)
{
	return task->op.deadline != GX_FOREVER && task->op.deadline > GX_HIDDEN->now;
}

/* How a parked task could be granted now, or -1. */
static int grant_of(const struct gx_task *task)
{
	if (!task->op.ready || task->op.ready(task))
		return GX_GRANTED_READY;
	if (task->op.deadline != GX_FOREVER && task->op.deadline <= GX_HIDDEN->now)
		return GX_GRANTED_TIMEOUT;
	return -1;
}

bool gx_task_can_step(const struct gx_task *task)
{
	return task->state == GX_TASK_PARKED && grant_of(task) >= 0;
}

bool gx_task_sleeps(const struct gx_task *task)
{
	return task->state == GX_TASK_PARKED && is_sleeper(task);
}

/* When the earliest sleepers wake; GX_FOREVER if nobody sleeps. */
static uint64_t earliest_wake(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t earliest = GX_FOREVER;

	for (uint64_t rest = hidden->parked & hidden->conditional; rest; rest &= rest - 1) {
		const struct gx_task *task = &hidden->tasks[__builtin_ctzll(rest)];

		if (is_sleeper(task) && task->op.deadline < earliest)
			earliest = task->op.deadline;
	}
	return earliest;
}

enum { FAR_TICKS = 300 };

/* Whether ticks of a search are counted: without bound there would be no end of them. */
static bool counts_ticks(void)
{
	return (GX_HIDDEN->first_look && gx_core.time >= GX_TIME_ABSOLUTE) || gx_core.time >= GX_TIME_BOUND;
}

static bool has_overtaken_enough(void)
{
	uint32_t most = gx_core.overtakes_max;

	return most && counts_ticks() && GX_HIDDEN->ticks >= most;
}

/*
 * The clock may go on beside tasks that could step. To a search that tells times apart it would never be over if it did so for ever: what
 * is left out then is noted.
 */
static bool may_overtake(void)
{
	/* Most loops come round sooner: one that does not is better bounded. */
	bool far = GX_HIDDEN->ticks >= FAR_TICKS;

	if (!gx_core.searching || (!GX_HIDDEN->first_look && !counts_ticks()))
		return true;
	if (counts_ticks() && has_overtaken_enough())
		gx_core.cut |= GX_CUT_OVERTAKES;
	else if (!counts_ticks() && far)
		gx_need_time(GX_TIME_ABSOLUTE);
	else
		return true;
	return false;
}

/* ---- what can be done ---- */

static struct gx_choice list[GX_OPTIONS_MAX];

struct listing {
	unsigned count;
};

/* Counts on beyond what there is room for, so that the caller notices: a choice left out would make "complete" a lie. */
static inline void list_choice(struct listing *out, struct gx_choice choice)
{
	if (out->count < GX_OPTIONS_MAX)
		list[out->count] = choice;
	out->count++;
}

static void list_tasks(struct listing *out, uint64_t ready)
{
	for (; ready; ready &= ready - 1) {
		const struct gx_task *task = &GX_HIDDEN->tasks[__builtin_ctzll(ready)];
		unsigned ways = task->op.alternatives ? task->op.alternatives(task) : 1;

		for (unsigned i = 0; i < ways; i++)
			list_choice(out, (struct gx_choice){.task = (uint8_t)task->index, .alternative = (uint16_t)i});
	}
}

/* Some op can go several ways, or wake up for no reason: the choices are no longer one per task. */
static void __attribute__((noinline)) list_all(struct gx_view *view, uint64_t spuriouss)
{
	struct listing out = {0};
	uint64_t last = view->ready & 1ull << view->last;

	list_tasks(&out, last);
	list_tasks(&out, view->ready & ~last);
	if (view->clock)
		list_choice(&out, (struct gx_choice){.task = GX_CLOCK});
	for (; spuriouss; spuriouss &= spuriouss - 1)
		list_choice(&out, (struct gx_choice){.task = (uint8_t)__builtin_ctzll(spuriouss), .spurious = 1});
	view->count = out.count;
	view->list = list;
}

/* The compiler's own is a call unless all processors are known to have the instruction. Without: Warren, "Hacker's Delight", 5-1. */
static inline unsigned count_bits(uint64_t x)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("popcnt")) {
		uint64_t count;

		__asm__("popcnt %1, %0" : "=r"(count) : "r"(x));
		return (unsigned)count;
	}
#endif
	x -= x >> 1 & 0x5555555555555555ull;
	x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return (unsigned)(x * 0x0101010101010101ull >> 56);
}

/* Of the tasks with a predicate or a deadline, who is ready, who late, who sleeps, who may wake up for no reason. */
static void look_at_conditional(struct gx_view *view, uint64_t rest, uint64_t *sleepers, uint64_t *spuriouss)
{
	for (; rest; rest &= rest - 1) {
		const struct gx_task *task = &GX_HIDDEN->tasks[__builtin_ctzll(rest)];
		uint64_t bit = rest & -rest;

		if (is_sleeper(task))
			*sleepers |= bit;
		switch (grant_of(task)) {
		case GX_GRANTED_TIMEOUT:
			view->late |= bit;
			view->ready |= bit;
			break;
		case GX_GRANTED_READY:
			view->ready |= bit;
			break;
		default:
			if (task->op.spurious)
				*spuriouss |= bit;
		}
	}
}

/* Look at the tasks; a count of 0 says that nobody who matters can step. */
static inline __attribute__((always_inline)) void look(struct gx_view *view)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t sleepers = 0;
	uint64_t spuriouss = 0;

	*view = (struct gx_view){.ready = hidden->parked & ~hidden->conditional, .last = hidden->last};
	if (hidden->conditional)
		look_at_conditional(view, hidden->conditional, &sleepers, &spuriouss);
	if (sleepers || !view->ready) {
		if (!view->ready && !sleepers)
			return;
		view->clock = !view->ready || may_overtake();
	}
	if (!hidden->spurious_left)
		spuriouss = 0;
	if (view->ready & hidden->branching || spuriouss)
		list_all(view, spuriouss);
	else
		view->count = count_bits(view->ready) + view->clock;
}

/* ---- what is asked between two steps, in the scheduler's context ---- */

/* Under a pilot, who chooses does so on a task's stack: there nothing can be asked, and the scheduler has to take over. */
static bool on_a_stack;
static bool has_to_ask;
static void (*question)(void *context);

void gx_sched_ask(void (*asked)(void *context))
{
	question = asked;
}

static void answer(void)
{
	void (*asked)(void *context) = question;

	question = NULL;
	if (asked && !GX_HIDDEN->ending && !GX_HIDDEN->stop)
		asked(gx_core.program->context);
}

void gx_sched_pass_time(uint64_t ns)
{
	GX_HIDDEN->now += ns;
	GX_HIDDEN->overtaken += ns;
}

/* Nobody but those who go on by nature. */
static bool is_only_background(const struct gx_view *view)
{
	const struct gx_hidden *hidden = GX_HIDDEN;

	if (view->ready & ~hidden->background || !gx_core.program->settled)
		return false;
	for (uint64_t rest = hidden->conditional & ~hidden->background; rest; rest &= rest - 1)
		if (is_sleeper(&hidden->tasks[__builtin_ctzll(rest)]))
			return false;
	return true;
}

/* The choices there are; false: the execution is over, or the scheduler has to ask. Comes to rest where nobody who matters can step. */
static inline __attribute__((always_inline)) bool look_around(struct gx_view *view)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	while (!hidden->ending) {
		if (hidden->stop) {
			hidden->ending = GX_ENDING_STOPPED;
			break;
		}
		look(view);
		if (view->count > GX_OPTIONS_MAX) {
			gx_emit(GX_L_WORLD_FULL, 0, 0);
			hidden->ending = GX_ENDING_FATAL;
			break;
		}
		if (view->count && !(hidden->background && is_only_background(view)))
			return true;
		if (view->count && on_a_stack) {
			has_to_ask = true;
			return false;
		}
		if (view->count && !gx_core.program->settled(gx_core.program->context)) {
			if (view->list)
				look(view); /* others have been listed meanwhile */
			return true;
		}
		if (!gx_core.program->at_rest(gx_core.program->context) && !hidden->ending)
			hidden->ending = GX_ENDING_QUIET;
	}
	return false;
}

unsigned gx_sched_options(struct gx_choice options[GX_OPTIONS_MAX])
{
	struct gx_view view;
	uint64_t last;
	unsigned count = 0;

	if (!look_around(&view)) {
		gx_say_limit();
		return 0;
	}
	if (view.list) {
		memcpy(options, view.list, view.count * sizeof(options[0]));
		return view.count;
	}
	last = view.ready & 1ull << view.last;
	if (last)
		options[count++] = gx_choice_of(view.last);
	for (uint64_t rest = view.ready & ~last; rest; rest &= rest - 1)
		options[count++] = gx_choice_of((unsigned)__builtin_ctzll(rest));
	if (view.clock)
		options[count++] = gx_choice_of(GX_CLOCK);
	return count;
}

/* ---- steps ---- */

/* What there is to say of it is said where the scheduler has the word: round.c looks whether it would ever have ended. */
static void limit_reached(enum gx_limit limit)
{
	GX_HIDDEN->limit = (uint32_t)limit + 1;
	GX_HIDDEN->ending = GX_ENDING_FATAL;
}

static bool somebody_is_ready(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;

	if (hidden->parked & ~hidden->conditional)
		return true;
	for (uint64_t rest = hidden->parked & hidden->conditional; rest; rest &= rest - 1)
		if (grant_of(&hidden->tasks[__builtin_ctzll(rest)]) >= 0)
			return true;
	return false;
}

/*
 * Time that has to pass, because nobody can do anything else meanwhile. Behind half of what there is the rest of it counts: as long as no
 * path has come there, two of them, one of which goes on where it meets a state of the other, stay within the limit together.
 */
static void take_time(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t taken = hidden->now - hidden->overtaken;

	if (taken <= hidden->time_ns_max / 2)
		return;
	gx_need_time(GX_TIME_LEFT);
	if (taken > hidden->time_ns_max)
		limit_reached(GX_LIMIT_TIME);
}

static void tick(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t earliest = earliest_wake();
	bool overtakes = somebody_is_ready();

	GX_ASSERT(earliest != GX_FOREVER);
	gx_touch(gx_object(GX_OBJECT_CORE, GX_OBJECT_TIME), GX_WRITE);
	if (overtakes)
		hidden->overtaken += earliest - hidden->now;
	hidden->now = earliest;
	if (gx_core.searching && gx_core.overtakes_max && !has_overtaken_enough() &&
	    (hidden->first_look || counts_ticks()))
		hidden->ticks += hidden->ticks < FAR_TICKS || counts_ticks();
	gx_event_step(GX_CLOCK, GX_L_CLOCK_TICK, 0, earliest);
	if (!overtakes)
		take_time();
}

static unsigned hangs;

unsigned gx_sched_hangs(void)
{
	return hangs;
}

/*
 * How far a task gets that never comes to a point again depends on when the timer looked: what it said on the way is not part of what
 * happened, or no two executions of one schedule would be the same.
 */
static void forget_the_step(void)
{
	GX_HIDDEN->event_hash = gx_core.step_hash;
	if (gx_core.record)
		*gx_core.record_count = gx_core.step_records;
}

/*
 * Nothing of the state is left: what the execution was until the step began is known outside of it, and the rest is the initial state's. The
 * index is that of a task that may not be there; whoever names tasks has followed the execution.
 */
static void report_smashed(void)
{
	gx_event_abandon();
	gx_world_wipe();
	gx_arena_settling = 0;
	gx_state_restore(initial);
	GX_HIDDEN->steps = gx_core.step_number;
	forget_the_step();
	gx_emit_for(gx_core.step_task, GX_L_TASK_CRASH, GX_CRASHED_SMASHED, 0, 0);
	gx_crash_last.kind = GX_CRASH_NONE;
	GX_HIDDEN->ending = GX_ENDING_FATAL;
}

static void report_crash(const struct gx_task *task)
{
	unsigned how;

	if (gx_crash_last.kind == GX_CRASH_SMASHED) {
		report_smashed();
		return;
	}
	hangs += gx_crash_last.kind == GX_CRASH_HANG;
	gx_event_abandon();
	if (gx_crash_last.kind == GX_CRASH_HANG)
		forget_the_step();
	if (gx_crash_last.kind == GX_CRASH_HANG)
		gx_emit_for(task->index, GX_L_TASK_HANG, 0, task->path, 0);
	else if (gx_crash_last.kind == GX_CRASH_SYSCALL)
		gx_emit_for(task->index, GX_L_TASK_SYSCALL, 0, task->path, (uint64_t)gx_crash_last.signal);
	else {
		how = gx_crash_last.kind == GX_CRASH_OVERFLOW ? GX_CRASHED_BY_OVERFLOW
		      : gx_crash_last.kind == GX_CRASH_LOST   ? GX_CRASHED_LOST
							      : 0;
		gx_emit_for(task->index, GX_L_TASK_CRASH, (uint16_t)how, task->path, (uint64_t)gx_crash_last.signal);
	}
	gx_crash_last.kind = GX_CRASH_NONE;
	GX_HIDDEN->ending = GX_ENDING_FATAL;
}

/* The task is told how its op goes, and everybody else that it goes on. */
static inline void grant(struct gx_task *task, struct gx_choice choice, int how)
{
	GX_ASSERT(how >= 0);
	if (choice.spurious && GX_HIDDEN->spurious_left != GX_NO_LIMIT)
		GX_HIDDEN->spurious_left--;
	task->grants = (uint8_t)how;
	task->alternative = choice.alternative;
	gx_order.touched = task->op.access && task->op.object;
	gx_order.opened = false;
	gx_order.before_point = NULL;
	gx_order.accessed = false;
	gx_arena_changes++;
	gx_event_step(task->index, task->op.label, task->op.object, (uint64_t)how << 16 | choice.alternative);
	gx_core.step_hash = GX_HIDDEN->event_hash;
	gx_core.step_records = gx_core.record ? *gx_core.record_count : 0;
	gx_core.step_number = GX_HIDDEN->steps;
	gx_core.step_task = task->index;
}

/* A choice is taken: returns the task whose step it is, ready to run; NULL: it was the clock's, which is over. `how`: enum gx_granted. */
static inline struct gx_task *begin_step(struct gx_choice choice, int how)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	hidden->steps++;
	gx_core.lookers = 0;
	if (choice.task == GX_CLOCK) {
		tick();
		return NULL;
	}
	GX_ASSERT(hidden->parked >> choice.task & 1);
	grant(&hidden->tasks[choice.task], choice, how);
	hidden->last = choice.task;
	return &hidden->tasks[choice.task];
}

static inline void end_step(void)
{
	if (__builtin_expect(gx_arena_settling != 0, 0))
		gx_arena_settle();
	if (gx_core.program->after_step && !gx_core.muted)
		gx_core.program->after_step(gx_core.program->context);
	/* How long the way here was is no part of a state: a search asks gx_sched_is_too_long(). */
	if (GX_HIDDEN->steps >= gx_core.program->steps_max && !GX_HIDDEN->ending && !gx_core.searching)
		limit_reached(GX_LIMIT_STEPS);
	if (gx_footprint_under_way && (GX_HIDDEN->ending || GX_HIDDEN->stop))
		gx_footprint_under_way->everything = true;
}

/* A step in which the process would be lost. It counts as one that was let run: so it did where that was found. */
static void leave_out(struct gx_task *task)
{
	gx_task_pass_over(task);
	gx_crash_last = (struct gx_crash){.kind = GX_CRASH_LOST};
	report_crash(task);
}

/* Let a task run until somebody comes back to the scheduler. */
static void *resume(struct gx_task *task)
{
	struct gx_task *who;
	void *said;

	if (__builtin_expect(gx_lost != NULL, 0) && gx_lost_is_next()) {
		leave_out(task);
		return GX_SAYS_CRASHED;
	}
	said = gx_task_resume(task, &who);
	if (!gx_world_is_whole())
		gx_crash_last.kind = GX_CRASH_SMASHED;
	if (gx_crash_last.kind != GX_CRASH_NONE)
		report_crash(who);
	return said;
}

uint32_t gx_sched_break_at;
void (*gx_sched_break_hook)(uint32_t step, unsigned task);

void gx_sched_step(struct gx_choice choice)
{
	int how = choice.spurious ? GX_GRANTED_SPURIOUS : GX_GRANTED_READY;
	struct gx_task *task;

	if (choice.task == GX_FAIR) {
		gx_go_round();
		return;
	}
	/* The view in which it was found may be that of another time: a search has been elsewhere since. */
	if (choice.task != GX_CLOCK && !choice.spurious)
		how = grant_of(&GX_HIDDEN->tasks[choice.task]);
	task = begin_step(choice, how);
	if (task && __builtin_expect(gx_sched_break_at && gx_sched_break_at == GX_HIDDEN->steps, 0))
		gx_sched_break_hook(gx_sched_break_at, task->index);
	if (task)
		resume(task);
	end_step();
	answer();
}

/* ---- whole executions ---- */

static const struct gx_pilot *pilot;

static struct gx_task *choose_next(void)
{
	struct gx_view view;
	struct gx_task *task = NULL;

	while (!task) {
		struct gx_choice choice;

		if (!look_around(&view))
			return NULL;
		choice = pilot->choose(pilot->context, &view);
		if (choice.task == gx_pilot_pause.task)
			return NULL;
		task = begin_step(choice, choice.spurious                ? GX_GRANTED_SPURIOUS
					  : view.late >> choice.task & 1 ? GX_GRANTED_TIMEOUT
									 : GX_GRANTED_READY);
		if (!task) {
			end_step();
			if (question && on_a_stack)
				return NULL;
			answer();
		}
	}
	return task;
}

struct gx_task *gx_sched_next(void)
{
	struct gx_task *task = NULL;

	if (!gx_world_is_whole())
		gx_crash_leave();
	on_a_stack = true;
	end_step();
	if (!question)
		task = choose_next();
	on_a_stack = false;
	return task;
}

/* In the scheduler's context: the next task, once what was asked has been answered. */
static struct gx_task *go_on(void)
{
	has_to_ask = false;
	answer();
	return choose_next();
}

enum gx_ending gx_sched_run(const struct gx_pilot *chooser)
{
	struct gx_task *task;

	pilot = chooser;
	/* ASan wants to be told of each switch with the bounds of both stacks, and some steps may not be taken: then all go by way of the scheduler. */
	gx_core.pilot = GX_ASAN || gx_lost ? NULL : chooser;
	task = choose_next();
	while (task) {
		if (resume(task) != GX_SAYS_PAUSED)
			end_step();
		else if (!question && !has_to_ask)
			break;
		task = go_on();
	}
	gx_core.pilot = NULL;
	if (GX_HIDDEN->ending)
		gx_say_limit();
	return gx_sched_ending();
}

enum gx_ending gx_sched_ending(void)
{
	return (enum gx_ending)GX_HIDDEN->ending;
}

void gx_sched_limit_time(uint64_t time_ns_max)
{
	/* What it took to overtake does not count. */
	GX_HIDDEN->time_ns_max = time_ns_max - GX_HIDDEN->overtaken;
}

void gx_sched_stop(void)
{
	GX_HIDDEN->stop = 1;
}

uint32_t gx_sched_steps(void)
{
	return GX_HIDDEN->steps;
}

uint64_t gx_sched_event_hash(void)
{
	return GX_HIDDEN->event_hash;
}

unsigned gx_sched_last(void)
{
	return GX_HIDDEN->last;
}
