/*
 * fixture.h - small programs without models, run and explored; what the tests of the engine share.
 *
 *     static const struct fixture two_tasks = {.tasks = {first, second}, .outcome = sum};
 *
 *     fixture_load(&two_tasks);      a world with these two tasks, each parked at its first point
 *     fixture_run("1*2");            steps of tasks 1, 1, ..., then of 2, then the default choice to the end
 *     assert_saw(0, EBUSY);          what the tasks wrote down with saw()
 *
 *     fixture_search(&two_tasks);    every interleaving; complete, or the test fails
 *     assert_found(OUTCOME(1), OUTCOME(2), FOUND_DEADLOCK);
 *
 * Tasks never assert: cmocka's assertions leave by longjmp(), which may not cross stacks. They write down what they saw, in the
 * world, and the test judges it when the execution is over.
 */
#ifndef GX_TESTS_FIXTURE_H
#define GX_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "core/event.h"
#include "core/sched.h"
#include "core/task.h"
#include "core/world.h"
#include "explore/explore.h"
#include "posix/posix.h"

enum { FIXTURE_TASKS = 8, FIXTURE_SAW = 64, FIXTURE_EVENTS = 4096, FIXTURE_SHARED = 1024 };

/* The role of its tasks, and of those that tests of core make: no thread's. */
enum { FIXTURE_ROLE = 1 };

/* A program. What is left out: no outcome, no spurious wake-ups, limits that no test reaches. */
struct fixture {
	void (*tasks[FIXTURE_TASKS])(void *); /* argument: number of the task, from 1; see number_of() */
	void (*start)(void);                  /* more of the set-up, before the tasks are made */
	uint64_t (*outcome)(void);            /* at rest, unless somebody is blocked; becomes a finding OUTCOME() */
	uint32_t spurious;
	uint32_t steps_max;
	uint64_t time_ns_max;
};

/* What can be found: keys of gx_explore_hit(). */
enum {
	FOUND_DEADLOCK = 1, /* somebody is blocked at rest */
	FOUND_CRASH,
	FOUND_HANG,
	FOUND_LIMIT,
	FOUND_LIVELOCK,
	FOUND_FULL,
	FOUND_RACE,
	FOUND_MISUSE_FIRST = 0x100 /* + enum gx_posix_misuse */
};
#define FOUND_MISUSE(misuse) ((uint64_t)FOUND_MISUSE_FIRST + (misuse))
#define OUTCOME(value)       (0x100000000ull + (uint64_t)(value))

/* FIXTURE_SHARED bytes of the world, zero at the start of each execution: `w` of each test file points to them. */
extern void *fixture_shared;

/* [task] Which of fixture.tasks this is, from its argument. */
unsigned number_of(const void *argument);

/* [task] A point that is always ready: somebody else may run now. */
void point(void);

/* The time on a clock so many seconds from now: virtual in a task, real elsewhere. */
struct timespec in_seconds(clockid_t clock, time_t seconds);

/* [task] Park until *word, of the world, is at least `value`. */
void await(const uint64_t *word, uint32_t value);

/* [task or callback] Write down a value, for assert_saw(). A saw() beyond FIXTURE_SAW of them only counts. */
void saw(int64_t value);

/* Open the world if need be, and let crashes of tasks reach the harness again: cmocka takes the signals over in each test. */
void fixture_open(void);

/* Load a program; its set-up has run. */
void fixture_load(const struct fixture *program);

/*
 * One execution from the start. `steps`: a digit lets that task (0: the clock) take a step, which it must be able to; a digit and
 * '*' lets it run until it cannot. Then the default choice to the end. Events go to fixture_events.
 */
void fixture_run(const char *steps);
/* Load a program of these one or two tasks and run it; `second` and `start` may be NULL. */
void fixture_run_tasks(void (*start)(void), void (*task)(void *), void (*second)(void *), const char *steps);
/* The same as fixture_run(), but the execution is left where `steps` leave it. */
void fixture_begin(const char *steps);

extern struct gx_event fixture_events[FIXTURE_EVENTS];
extern uint32_t fixture_event_count;

/* How many events of the last execution have this label; the value of the first one, UINT64_MAX if there is none. */
unsigned fixture_count(unsigned label);
uint64_t fixture_value(unsigned label);

/* What saw() was told in the last execution. */
void fixture_assert_saw(const int64_t *values, unsigned count, const char *file, int line);
#define assert_saw(...)                                                                                              \
	fixture_assert_saw((const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), \
			   __FILE__, __LINE__)

/* Load and explore. The result is released by the next exploration. */
const struct gx_explored *fixture_explore(const struct fixture *program, const struct gx_explore_options *options);
/* Load and search every interleaving; asserts that the search was complete. */
const struct gx_explored *fixture_search(const struct fixture *program);

/* The last exploration found exactly these keys, in any order. */
void fixture_assert_found(const uint64_t *keys, unsigned count, const char *file, int line);
#define assert_found(...)                                     \
	fixture_assert_found((const uint64_t[]){__VA_ARGS__}, \
			     sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), __FILE__, __LINE__)

/* Whether the last exploration found this key. */
bool fixture_found(uint64_t key);

/* The hit with this key of the last exploration; the test fails if there is none. */
const struct gx_hit *fixture_hit(uint64_t key);

#endif
