/*
 * sched.h - one execution, step by step: who can step, step them, notice the end.
 *
 *     gx_sched_load(program) ─► set-up, initial snapshot
 *     step by step:  gx_sched_options() ─► somebody picks one ─► gx_sched_step(choice)
 *                    until gx_sched_options() gives 0: the execution is over, gx_sched_ending() says how
 *     all at once:   gx_sched_run(pilot), who picks at the points themselves
 *     gx_sched_reset() ─► the initial snapshot again
 *
 * Time is a pseudo-task: the clock can step whenever somebody sleeps, and its step wakes the earliest sleepers. Times are virtual ns.
 *
 * Main thread only, and outside of controlled tasks, but for gx_sched_stop() and what only answers a question.
 */
#ifndef GX_CORE_SCHED_H
#define GX_CORE_SCHED_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/event.h"
#include "core/status.h"
#include "core/task.h"

/* One way to go on. Equal choices have equal bytes. */
struct gx_choice {
	uint8_t task;         /* index; GX_CLOCK for the clock */
	uint8_t spurious;     /* 1: a spurious wake-up */
	uint16_t alternative; /* which way the op goes */
};

/* An execution in which there are more choices at once ends with GX_L_WORLD_FULL. */
#define GX_OPTIONS_MAX 256

/* What can be done next, as one who chooses sees it: `count` choices, the task that ran last first, then by index, spurious ones last. */
struct gx_view {
	unsigned count;
	unsigned last;                /* index of the task that ran last */
	uint64_t ready;               /* bit per task: it can be granted its op */
	uint64_t late;                /* of those: only because its deadline has come */
	bool clock;                   /* time can advance */
	const struct gx_choice *list; /* the choices, if an op can go several ways or wake up spuriously; else NULL */
};

/* The nth bit, from 0; 0 if there are fewer. Without a branch that a processor could only guess: which task is drawn is as good as random. */
static inline uint64_t gx_nth_bit(uint64_t bits, unsigned n)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("bmi2")) {
		uint64_t found;

		__asm__("pdep %2, %1, %0" : "=r"(found) : "r"(1ull << n), "r"(bits));
		return found;
	}
#endif
	for (; n; n--)
		bits &= bits - 1;
	return bits & -bits;
}

/* A task's only one, in one piece: put together from bytes it would have to wait for them to be read back as a word. */
static inline struct gx_choice gx_choice_of(unsigned task)
{
	_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");
	const uint32_t word = task;
	struct gx_choice choice;

	memcpy(&choice, &word, sizeof(choice));
	return choice;
}

/* The nth of them, from 0. */
static inline struct gx_choice gx_view_choice(const struct gx_view *view, unsigned n)
{
	uint64_t last = view->ready & 1ull << view->last;
	uint64_t rest = view->ready & ~last;
	unsigned is_last = last != 0;
	uint64_t stays = 0 - (uint64_t)(n < is_last);
	uint64_t found;

	if (view->list)
		return view->list[n];
	found = (last & stays) | (gx_nth_bit(rest, (n - is_last) % 64) & ~stays);
	/* Behind the tasks comes the clock. */
	return gx_choice_of((unsigned)__builtin_ctzll(found | !found));
}

/*
 * Who chooses, while gx_sched_run() runs an execution. choose() gives one of the choices, gx_view_choice(view, ...), or gx_pilot_pause to come
 * back to the caller of gx_sched_run() before anything is done. It is called where the last step ended, most often on that task's stack: at most
 * GX_PILOT_STACK_BYTES of it may be used. No task runs meanwhile: gx_task_self() is NULL, malloc() is libc's.
 */
struct gx_pilot {
	struct gx_choice (*choose)(void *context, const struct gx_view *view);
	void *context;
};

static const struct gx_choice gx_pilot_pause = {.task = UINT8_MAX};
#define GX_PILOT_STACK_BYTES (16u << 10)

/*
 * What is executed. The callbacks get `context`; they run between the steps of tasks, but for observe(), and must keep all that changes in
 * the world (gx_world_shared()). They reach no points.
 */
struct gx_program {
	void *context;
	/* Lay out what the program has in the shared area and spawn the first tasks. Once per load, before the initial snapshot. */
	enum gx_status (*setup)(void *context, struct gx_error *err);
	/* Nobody who matters can step. Return true after changing the world so that somebody can, false to end the execution. */
	bool (*at_rest)(void *context);
	/*
	 * Nobody can step, now or when time comes, but tasks that go on by nature (gx_task_background()): is it all the same at rest? In the
	 * scheduler's context, so it may ask gx_alone(). NULL: never.
	 */
	bool (*settled)(void *context);
	/* Every event, in order, as it happens, in the emitting context: of a fact most often a task's. May be NULL. */
	void (*observe)(void *context, const struct gx_event *event);
	/* By label, the facts that observe() is told; of steps, those of tasks that are watched (gx_task_watch()). NULL: all. */
	const bool *heard;
	/* After each step, for what no single event says. May be NULL. */
	void (*after_step)(void *context);
	bool times_in_shared; /* the shared area may hold times that clocks have shown (gx_clock_look()): shift.h */
	uint32_t steps_max;   /* of one execution: with this many it ends, GX_L_STEP_LIMIT */
	uint64_t
		time_ns_max; /* an execution that has to wait longer, because nobody can step, ends: GX_L_STEP_LIMIT, too */
	/*
	 * Spurious wake-ups per execution; GX_NO_LIMIT: none is left out. A count of them would tell states apart, so that it costs a search more
	 * states than what it leaves out.
	 */
	uint32_t spurious_max;
};

enum gx_ending {
	GX_ENDING_NONE,   /* not over */
	GX_ENDING_QUIET,  /* at_rest() had nothing more to do */
	GX_ENDING_FATAL,  /* a crash, a hang, a limit: see the last event */
	GX_ENDING_STOPPED /* gx_sched_stop() */
};

/* Name core's labels, for whoever reads or lists names before anything is loaded; loading does it, too. */
void gx_sched_register_labels(void);

/* Load a program: clear the world, run its set-up, keep the initial snapshot. The program must outlive its last step. */
enum gx_status gx_sched_load(const struct gx_program *program, struct gx_error *err) GX_MUST_USE;

/* From where the execution is, at most so many spurious wake-ups. */
void gx_sched_limit_spurious(uint32_t wake_ups);
#define GX_NO_LIMIT UINT32_MAX

/* Back to the initial snapshot, in the time of one copy of the used bytes. */
void gx_sched_reset(void);

/*
 * The choices that there are now, the task that ran last first, then by index, spurious ones last; returns how many. Calls at_rest()
 * when there is nobody who matters; 0 means that the execution is over.
 */
unsigned gx_sched_options(struct gx_choice options[GX_OPTIONS_MAX]);

/*
 * Run the execution, from where it is, to its end or until the pilot pauses. The choice is made at the point itself: without a switch
 * when the same task goes on, with one when another does. Nothing that a step leaves dead on its stack is cleared: for executions
 * whose states are not compared. Returns as gx_sched_ending().
 */
enum gx_ending gx_sched_run(const struct gx_pilot *pilot);

/* Perform one of the choices of the last gx_sched_options(), or GX_FAIR where gx_sched_goes_round(). */
void gx_sched_step(struct gx_choice choice);

/*
 * From here on fairly: every task that can step does so in turn, then the clock, until all is as it was some rounds before. The execution ends
 * there, GX_L_LIVELOCK. No choice that gx_sched_options() lists, but one that a path may end with.
 */
#define GX_FAIR 254u
/* Whether it would come round like that; nothing of it is observed. Takes as long as thousands of steps. */
bool gx_sched_goes_round(void);

enum gx_ending gx_sched_ending(void);

/* For at_rest(): from now on the execution may take until this virtual time, instead of the program's time_ns_max. */
void gx_sched_limit_time(uint64_t time_ns_max);

/*
 * What of time tells states apart. A task that is due may be kept from stepping for any time, because the clock overtakes it without
 * bound; so as long as nobody looks at the clock, however far the wake-ups are away and in which order they come, every order of the
 * steps behind them is possible, and no other is: only whether a deadline has come counts. Once somebody looks, the distances count, and
 * how far what was seen is from now (shift.h); what the clock shows counts only where its overtaking has to be bounded. Where an execution comes to steps_max, a loop may have counted its rounds, so that no two of them are one state:
 * the ticks are bounded from the start (gx_sched_begin_search()). And where one has waited for more than half of time_ns_max, what is
 * left of it counts: before that a state may stand for later ones, from which a longer way than any that was walked would go beyond the limit.
 */
enum gx_time { GX_TIME_COME, GX_TIME_SEEN, GX_TIME_FAR, GX_TIME_ABSOLUTE, GX_TIME_BOUND, GX_TIME_LEFT };

/* What a search leaves out because it would never be over otherwise. */
enum gx_cut {
	GX_CUT_OVERTAKES = 1, /* the clock overtook tasks that could step so often, and then no more */
	GX_CUT_STEPS = 2      /* an execution goes on behind steps_max */
};

/*
 * What follows is a search, in which many executions share their steps; gx_sched_count_time() or gx_sched_end_search() ends it. Of a loop
 * that polls or retries and looks at the clock, beside a task that is never given a step, no two rounds are one state. So once somebody has
 * looked (GX_TIME_BOUND: from the start), the clock overtakes tasks that could step for `overtakes_max` ticks (0: no bound), and then only
 * ticks when nobody can. As long as only distances count (below GX_TIME_ABSOLUTE) no tick is counted, and most
 * loops do come round; for one that has gone on for half of time_ns_max more is needed. Single executions know no such bound.
 */
void gx_sched_begin_search(enum gx_time time, uint32_t overtakes_max);
void gx_sched_end_search(void);
/* For a while single executions are run, of which the search learns nothing. */
void gx_sched_pause_search(bool paused);
/* enum gx_cut bits: what has been left out since gx_sched_begin_search(). */
unsigned gx_sched_cut(void);
/* The way here has steps_max steps: nothing behind it may be looked at. Notes it as cut. */
bool gx_sched_is_too_long(void);

/* Set it; GX_TIME_COME after gx_sched_load(). */
void gx_sched_count_time(enum gx_time time);
/*
 * What executions since then have shown to be needed, at least what was set. If that is more than what was set, states may have been taken
 * for one that are not: a search has to be made again.
 */
enum gx_time gx_sched_time_needed(void);

/* Say what is needed: for a caller that has made an execution which says nothing about the states of the search. */
void gx_sched_set_time_needed(enum gx_time time);

/* How many executions have ended by computing without a point since the process started: each has cost seconds. */
unsigned gx_sched_hangs(void);

/*
 * For after_step(): call question(context of the program) before anything else is chosen, in the scheduler's context, where gx_alone() can
 * answer it. It may emit.
 */
void gx_sched_ask(void (*question)(void *context));

/* For at_rest(): so much time passes at once, and whoever slept meanwhile is due. */
void gx_sched_pass_time(uint64_t ns);

/* End the execution after the current step (a callback saw what it was looking for). */
void gx_sched_stop(void);

/* Number of steps so far, and the rolling hash of all events so far (equal for equal executions, in every process). */
uint32_t gx_sched_steps(void);
uint64_t gx_sched_event_hash(void);

/* The task that ran last (index), GX_CLOCK at the start. */
unsigned gx_sched_last(void);

/*
 * Record events into a caller's array while it is set (NULL stops). `*count` goes on counting beyond `capacity`, so that a
 * trace that did not fit is noticed.
 */
void gx_sched_record(struct gx_event *events, uint32_t capacity, uint32_t *count);

/* For a debugger: called when the step with this number has been granted to the task with that index, before it goes on. 0: never. */
extern uint32_t gx_sched_break_at;
extern void (*gx_sched_break_hook)(uint32_t step, unsigned task);

#endif
