/*
 * Gates with threads of their own that never rest: pollers, janitors, timers, workers. An execution begins, ends, and is judged all the
 * same; what is still to come of a timer is waited for; and what close() and the drain leave behind is found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/sanitizer.h"
#include "core/world.h"
#include "gates/gates.h"
#include "tests/searches.h"

/* ---- what the gates share: two workspaces, a lock each, and a thread or two ---- */

struct room {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	sem_t wake;
	pthread_t thread;
	const struct gx_request *job;
	unsigned jobs; /* of the room, so far */
	bool cools;
	bool stop;
};

struct house {
	struct room rooms[2];
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t cond;
	pthread_t threads[2];
	unsigned count;
	bool stop;
};

static struct house *new_house(void)
{
	struct house *house = calloc(1, sizeof(*house));

	for (unsigned i = 0; i < 2; i++) {
		pthread_mutex_init(&house->rooms[i].mutex, NULL);
		pthread_cond_init(&house->rooms[i].cond, NULL);
		sem_init(&house->rooms[i].wake, 0, 0);
	}
	pthread_mutex_init(&house->mutex, NULL);
	pthread_cond_init(&house->cond, NULL);
	return house;
}

static void *open_alone(void)
{
	return new_house();
}

static void close_alone(void *gate)
{
	free(gate);
}

static struct room *room_of(void *gate, const struct gx_request *request)
{
	return &((struct house *)gate)->rooms[!strcmp(request->workspace, "ws-b")];
}

static enum gx_leg_result cycle(const struct gx_request *request)
{
	enum gx_leg_result result = gx_stop(request);

	return result == GX_LEG_DONE ? gx_start(request) : result;
}

static enum gx_outcome handle_locked(void *gate, const struct gx_request *request)
{
	struct room *room = room_of(gate, request);

	pthread_mutex_lock(&room->mutex);
	cycle(request);
	pthread_mutex_unlock(&room->mutex);
	return GX_RAN;
}

static enum gx_outcome handle_unlocked(void *gate, const struct gx_request *request)
{
	(void)gate;
	cycle(request);
	return GX_RAN;
}

/* A failed leg leaves the room locked. */
static enum gx_outcome handle_and_leak(void *gate, const struct gx_request *request)
{
	struct room *room = room_of(gate, request);

	pthread_mutex_lock(&room->mutex);
	if (cycle(request) != GX_LEG_DONE)
		return GX_RAN;
	pthread_mutex_unlock(&room->mutex);
	return GX_RAN;
}

/* Waits for a signal that nobody gives. */
static enum gx_outcome handle_and_wait(void *gate, const struct gx_request *request)
{
	struct room *room = room_of(gate, request);

	cycle(request);
	pthread_mutex_lock(&room->mutex);
	while (!room->cools)
		pthread_cond_wait(&room->cond, &room->mutex);
	pthread_mutex_unlock(&room->mutex);
	return GX_RAN;
}

static bool is_stopped(struct house *house)
{
	bool stop;

	pthread_mutex_lock(&house->mutex);
	stop = house->stop;
	pthread_mutex_unlock(&house->mutex);
	return stop;
}

static void stop(struct house *house)
{
	pthread_mutex_lock(&house->mutex);
	house->stop = true;
	pthread_mutex_unlock(&house->mutex);
}

static void close_and_join(void *gate)
{
	struct house *house = gate;

	stop(house);
	for (unsigned i = 0; i < 2; i++)
		if (house->threads[i])
			pthread_join(house->threads[i], NULL);
	free(house);
}

static void *open_with(void *(*one)(void *), void *(*other)(void *))
{
	struct house *house = new_house();

	if (pthread_create(&house->threads[0], NULL, one, house))
		abort();
	if (other && pthread_create(&house->threads[1], NULL, other, house))
		abort();
	return house;
}

#define OPEN_WITH(name, one, other)           \
	static void *name(void)               \
	{                                     \
		return open_with(one, other); \
	}

/* ---- those that go round ---- */

static void *janitor(void *house)
{
	do
		sleep(60);
	while (!is_stopped(house));
	return NULL;
}

static void *other_janitor(void *house)
{
	while (!is_stopped(house))
		sleep(7);
	return NULL;
}

static void *yields(void *house)
{
	while (!is_stopped(house))
		sched_yield();
	return NULL;
}

static void *spins(void *house)
{
	while (!is_stopped(house))
		;
	return NULL;
}

static void *naps(void *house)
{
	while (!is_stopped(house))
		usleep(1000);
	return NULL;
}

/* No two of its rounds are alike: what the clock shows stands on its stack. */
static void *looks_at_the_clock(void *argument)
{
	struct house *house = argument;
	struct timespec now;

	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		house->count = (unsigned)now.tv_sec;
		sleep(45);
	} while (!is_stopped(house));
	return NULL;
}

/* Woken by time alone: it is told nothing when it has to end. */
static void *waits_a_second_at_a_time(void *argument)
{
	struct house *house = argument;
	struct timespec when;

	pthread_mutex_lock(&house->mutex);
	while (!house->stop) {
		clock_gettime(CLOCK_REALTIME, &when);
		when.tv_sec++;
		pthread_cond_timedwait(&house->cond, &house->mutex, &when);
	}
	pthread_mutex_unlock(&house->mutex);
	return NULL;
}

static void *ignores_its_end(void *house)
{
	for (;;)
		if (is_stopped(house))
			usleep(1000);
		else
			usleep(2000);
	return NULL;
}

OPEN_WITH(open_with_janitor, janitor, NULL)
OPEN_WITH(open_with_two_janitors, janitor, other_janitor)
OPEN_WITH(open_with_yielder, yields, NULL)
OPEN_WITH(open_with_spinner, spins, NULL)
OPEN_WITH(open_with_naps, naps, NULL)
OPEN_WITH(open_with_a_clock, looks_at_the_clock, janitor)
OPEN_WITH(open_with_timed_waiter, waits_a_second_at_a_time, NULL)
OPEN_WITH(open_with_the_deaf, ignores_its_end, NULL)

/* The janitor is made by the first request. */
static enum gx_outcome handle_and_hire(void *gate, const struct gx_request *request)
{
	struct house *house = gate;

	pthread_mutex_lock(&house->mutex);
	if (!house->threads[0] && pthread_create(&house->threads[0], NULL, janitor, house))
		abort();
	pthread_mutex_unlock(&house->mutex);
	return handle_locked(gate, request);
}

/* ---- workers ---- */

/* Takes jobs of its room until it is told to stop. */
static void *works(void *argument)
{
	struct room *room = argument;

	for (;;) {
		const struct gx_request *job;

		pthread_mutex_lock(&room->mutex);
		while (!room->job && !room->stop)
			pthread_cond_wait(&room->cond, &room->mutex);
		job = room->job;
		pthread_mutex_unlock(&room->mutex);
		if (!job)
			return NULL;
		cycle(job);
		pthread_mutex_lock(&room->mutex);
		room->job = NULL;
		room->jobs++;
		pthread_cond_broadcast(&room->cond);
		pthread_mutex_unlock(&room->mutex);
	}
}

static void *open_with_workers(void)
{
	struct house *house = new_house();

	for (unsigned i = 0; i < 2; i++)
		if (pthread_create(&house->rooms[i].thread, NULL, works, &house->rooms[i]))
			abort();
	return house;
}

/* One thread waits for the end of the workers. */
static void *supervises(void *argument)
{
	struct house *house = argument;

	for (unsigned i = 0; i < 2; i++)
		pthread_join(house->rooms[i].thread, NULL);
	return NULL;
}

static void *open_with_supervisor(void)
{
	struct house *house = open_with_workers();

	if (pthread_create(&house->threads[0], NULL, supervises, house))
		abort();
	return house;
}

static void tell_workers(struct house *house)
{
	for (unsigned i = 0; i < 2; i++) {
		pthread_mutex_lock(&house->rooms[i].mutex);
		house->rooms[i].stop = true;
		pthread_cond_broadcast(&house->rooms[i].cond);
		pthread_mutex_unlock(&house->rooms[i].mutex);
	}
}

static void close_workers(void *gate)
{
	struct house *house = gate;

	tell_workers(house);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(house->rooms[i].thread, NULL);
	free(house);
}

static void close_supervisor(void *gate)
{
	struct house *house = gate;

	tell_workers(house);
	pthread_join(house->threads[0], NULL);
	free(house);
}

static void close_without_a_word(void *gate)
{
	pthread_join(((struct house *)gate)->rooms[0].thread, NULL);
}

static enum gx_outcome handle_by_worker(void *gate, const struct gx_request *request)
{
	struct room *room = room_of(gate, request);
	unsigned jobs;

	pthread_mutex_lock(&room->mutex);
	while (room->job)
		pthread_cond_wait(&room->cond, &room->mutex);
	room->job = request;
	jobs = room->jobs;
	pthread_cond_broadcast(&room->cond);
	while (room->jobs == jobs)
		pthread_cond_wait(&room->cond, &room->mutex);
	pthread_mutex_unlock(&room->mutex);
	return GX_RAN;
}

/* ---- timers ---- */

static void *serves_in_half_a_second(void *argument)
{
	struct room *room = argument;
	const struct gx_request *job;

	usleep(500000);
	pthread_mutex_lock(&room->mutex);
	job = room->job;
	room->job = NULL;
	cycle(job);
	pthread_mutex_unlock(&room->mutex);
	return NULL;
}

static enum gx_outcome debounce(struct room *room, const struct gx_request *request, void *(*timer)(void *))
{
	pthread_t thread;
	bool first;

	pthread_mutex_lock(&room->mutex);
	first = !room->job;
	room->job = request;
	if (first && pthread_create(&thread, NULL, timer, room))
		abort();
	if (first)
		pthread_detach(thread);
	pthread_mutex_unlock(&room->mutex);
	return first ? GX_ACCEPTED : GX_COALESCED;
}

static enum gx_outcome handle_later(void *gate, const struct gx_request *request)
{
	return debounce(room_of(gate, request), request, serves_in_half_a_second);
}

static void *forgets_in_half_a_second(void *argument)
{
	struct room *room = argument;

	usleep(500000);
	pthread_mutex_lock(&room->mutex);
	pthread_mutex_unlock(&room->mutex);
	return NULL;
}

static enum gx_outcome handle_never(void *gate, const struct gx_request *request)
{
	return debounce(room_of(gate, request), request, forgets_in_half_a_second);
}

/* For ten minutes nobody else is let in; a thread ends them. */
static void *cools_down(void *argument)
{
	struct room *room = argument;

	sleep(600);
	pthread_mutex_lock(&room->mutex);
	room->cools = false;
	pthread_mutex_unlock(&room->mutex);
	return NULL;
}

static enum gx_outcome handle_and_cool(void *gate, const struct gx_request *request)
{
	struct room *room = room_of(gate, request);
	pthread_t thread;
	bool cools;

	pthread_mutex_lock(&room->mutex);
	cools = room->cools;
	if (!cools) {
		cycle(request);
		room->cools = true;
		if (pthread_create(&thread, NULL, cools_down, room))
			abort();
		pthread_detach(thread);
	}
	pthread_mutex_unlock(&room->mutex);
	return cools ? GX_DROPPED : GX_RAN;
}

/* For half an hour after a cycle nothing is done, by the clock. */
static enum gx_outcome handle_by_the_clock(void *gate, const struct gx_request *request)
{
	struct room *room = room_of(gate, request);
	struct timespec now;
	bool early;

	pthread_mutex_lock(&room->mutex);
	clock_gettime(CLOCK_MONOTONIC, &now);
	early = room->jobs && (unsigned)now.tv_sec < room->jobs;
	if (!early) {
		cycle(request);
		clock_gettime(CLOCK_MONOTONIC, &now);
		room->jobs = (unsigned)now.tv_sec + 1800;
	}
	pthread_mutex_unlock(&room->mutex);
	return early ? GX_DROPPED : GX_RAN;
}

/* Two sweeps of a janitor make up a cool-down: the first one marks, the second one clears. */
static void *sweeps(void *argument)
{
	struct house *house = argument;

	while (!is_stopped(house)) {
		for (unsigned i = 0; i < 2; i++) {
			pthread_mutex_lock(&house->rooms[i].mutex);
			if (house->rooms[i].cools && ++house->rooms[i].jobs == 2) {
				house->rooms[i].cools = false;
				house->rooms[i].jobs = 0;
			}
			pthread_mutex_unlock(&house->rooms[i].mutex);
		}
		sleep(60);
	}
	return NULL;
}

OPEN_WITH(open_with_sweeper, sweeps, NULL)

static enum gx_outcome handle_between_sweeps(void *gate, const struct gx_request *request)
{
	struct room *room = room_of(gate, request);
	bool cools;

	pthread_mutex_lock(&room->mutex);
	cools = room->cools;
	if (!cools) {
		cycle(request);
		room->cools = true;
	}
	pthread_mutex_unlock(&room->mutex);
	return cools ? GX_DROPPED : GX_RAN;
}

/* A request waits until a thread that comes by every minute lets it go. */
static void *lets_go(void *argument)
{
	struct house *house = argument;

	while (!is_stopped(house)) {
		sleep(60);
		for (unsigned i = 0; i < 2; i++) {
			pthread_mutex_lock(&house->rooms[i].mutex);
			house->rooms[i].cools = true;
			pthread_cond_broadcast(&house->rooms[i].cond);
			pthread_mutex_unlock(&house->rooms[i].mutex);
		}
	}
	return NULL;
}

OPEN_WITH(open_with_a_guard, lets_go, NULL)

/* ---- what is left behind ---- */

static void close_and_leave(void *gate)
{
	(void)gate;
}

static void *ends_soon(void *argument)
{
	is_stopped(argument);
	usleep(1000);
	return NULL;
}

OPEN_WITH(open_with_the_short_lived, ends_soon, NULL)

static void close_and_detach(void *gate)
{
	struct house *house = gate;

	stop(house);
	pthread_detach(house->threads[0]);
}

/* ---- after the drain ---- */

struct errand {
	struct house *house;
	const struct gx_request *request;
	sem_t done;
};

static void *runs_and_counts(void *argument)
{
	struct errand *errand = argument;
	struct house *house = errand->house;

	cycle(errand->request);
	sem_post(&errand->done);
	for (unsigned i = 0; i < 2; i++) {
		pthread_mutex_lock(&house->mutex);
		house->count += i ? -1u : 1;
		pthread_mutex_unlock(&house->mutex);
		usleep(1000);
	}
	return NULL;
}

static void *runs_and_ends(void *argument)
{
	struct errand *errand = argument;

	cycle(errand->request);
	sem_post(&errand->done);
	return NULL;
}

static enum gx_outcome run_an_errand(void *gate, const struct gx_request *request, void *(*main)(void *))
{
	struct errand errand = {.house = gate, .request = request};
	struct room *room = room_of(gate, request);
	pthread_t thread;

	sem_init(&errand.done, 0, 0);
	pthread_mutex_lock(&room->mutex);
	if (pthread_create(&thread, NULL, main, &errand))
		abort();
	pthread_detach(thread);
	sem_wait(&errand.done);
	pthread_mutex_unlock(&room->mutex);
	return GX_RAN;
}

static enum gx_outcome handle_by_errand(void *gate, const struct gx_request *request)
{
	return run_an_errand(gate, request, runs_and_counts);
}

static enum gx_outcome handle_by_short_errand(void *gate, const struct gx_request *request)
{
	return run_an_errand(gate, request, runs_and_ends);
}

/* ---- what is found ---- */

static struct gx_trial trial;
static struct gx_explored seen;

#define GATE(title, opens, closes, handles)                                                                \
	&(const struct gx_gate)                                                                            \
	{                                                                                                  \
		.abi = GX_GATE_ABI, .name = title, .summary = "of a test", .open = opens, .close = closes, \
		.handle = handles                                                                          \
	}

/* More than most of the gates have. */
enum { STATES = 20000 };

static void explore(const char *scenario, const struct gx_gate *gate, const struct gx_strategy *strategy)
{
	struct gx_explore_options options = {.strategy = strategy, .states = STATES, .executions = 200, .seed = 1};
	struct gx_scenario_file *file = open_scenario(scenario);

	explore_scenario(&seen, &trial, &file->scenario, gate, &options);
	gx_scenario_free(file);
}

static gx_rule_set found(void)
{
	gx_rule_set rules = 0;

	for (unsigned i = 0; i < seen.hit_count; i++)
		rules |= gx_rule_bit((enum gx_rule)gx_key_rule(seen.hits[i].key));
	return rules;
}

static void tell_rules(gx_rule_set rules)
{
	for (; rules; rules &= rules - 1)
		print_message(" %s", gx_rule_name((enum gx_rule)__builtin_ctzll(rules)));
	print_message("\n");
}

static void assert_finds_by(const struct gx_strategy *strategy, const char *scenario, const struct gx_gate *gate,
			    gx_rule_set rules)
{
	explore(scenario, gate, strategy);
	if (found() != rules) {
		print_message("%s, %s, %s: found", scenario, gate->name, strategy->name);
		tell_rules(found());
		print_message("  instead of");
		tell_rules(rules);
		fail();
	}
	assert_true(seen.executions > 0);
}

static void assert_finds(const char *scenario, const struct gx_gate *gate, gx_rule_set rules)
{
	assert_finds_by(&gx_strategy_exhaustive, scenario, gate, rules);
	/* Who looks at the clock in a loop is never seen through. */
	assert_true(seen.complete || seen.cut || seen.states >= STATES);
	assert_finds_by(&gx_strategy_random, scenario, gate, rules);
}

#define FINDS(rule) gx_rule_bit(GX_RULE_##rule)
#define NOTHING     0

static const char *const scenarios[] = {"single", "shutdown"};
enum { SCENARIOS = GX_ASAN ? 1 : 2 };

static void assert_clean(const struct gx_gate *gate)
{
	for (unsigned i = 0; i < SCENARIOS; i++)
		assert_finds(scenarios[i], gate, NOTHING);
}

static void threads_that_go_round_keep_nothing_from_its_end(void **state)
{
	(void)state;
	assert_clean(GATE("janitor", open_with_janitor, close_and_join, handle_locked));
	assert_clean(GATE("two-janitors", open_with_two_janitors, close_and_join, handle_locked));
	assert_clean(GATE("yielder", open_with_yielder, close_and_join, handle_locked));
	assert_clean(GATE("spinner", open_with_spinner, close_and_join, handle_locked));
	assert_clean(GATE("naps", open_with_naps, close_and_join, handle_locked));
	/* What its clock shows is part of the states: too many to see them all. */
	for (unsigned i = 0; i < SCENARIOS; i++)
		assert_finds_by(&gx_strategy_random, scenarios[i],
				GATE("clock", open_with_a_clock, close_and_join, handle_locked), NOTHING);
	assert_clean(GATE("timed-waiter", open_with_timed_waiter, close_and_join, handle_locked));
	assert_clean(GATE("hired", open_alone, close_and_join, handle_and_hire));
	assert_finds("double-click", GATE("spinner", open_with_spinner, close_and_join, handle_locked), NOTHING);
}

static void workers_are_daemons_and_so_is_who_waits_for_their_end(void **state)
{
	(void)state;
	assert_clean(GATE("workers", open_with_workers, close_workers, handle_by_worker));
	assert_finds("single", GATE("supervisor", open_with_supervisor, close_supervisor, handle_by_worker), NOTHING);
}

static void what_a_timer_has_yet_to_do_is_waited_for(void **state)
{
	(void)state;
	assert_finds("single", GATE("later", open_alone, close_alone, handle_later), NOTHING);
	assert_finds("double-click", GATE("later", open_alone, close_alone, handle_later), NOTHING);
	assert_finds("single", GATE("cools", open_alone, close_alone, handle_and_cool), NOTHING);
	assert_finds("single", GATE("by-the-clock", open_with_janitor, close_and_join, handle_by_the_clock), NOTHING);
	assert_finds("single", GATE("sweeper", open_with_sweeper, close_and_join, handle_between_sweeps), NOTHING);
	assert_finds("single", GATE("guarded", open_with_a_guard, close_and_join, handle_and_wait), NOTHING);
}

static void actors_come_although_a_thread_polls(void **state)
{
	const gx_rule_set race = FINDS(OVERLAPPING_CYCLES) | FINDS(NAME_CONFLICT) | FINDS(DOUBLE_TOKEN_WRITE) |
				 FINDS(STALE_BEARER) | FINDS(STATUS_MISMATCH) | FINDS(VICTIM_KILLED) | FINDS(WEDGED);

	(void)state;
	explore("double-click", GATE("no-lock", open_with_spinner, close_and_join, handle_unlocked),
		&gx_strategy_random);
	assert_true((found() & race) == found() && found() & FINDS(OVERLAPPING_CYCLES));
}

static void what_waits_for_ever_is_found_beside_threads_that_go_round(void **state)
{
	static const struct {
		const char *name;
		void *(*open)(void);
	} with[] = {{"janitor", open_with_janitor}, {"yielder", open_with_yielder}, {"spinner", open_with_spinner}};

	(void)state;
	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++) {
		assert_finds("failed-start", GATE("leaks", with[i].open, close_and_join, handle_and_leak),
			     FINDS(DEADLOCK) | FINDS(GATE_LEAKED));
		assert_finds("single", GATE("waits", with[i].open, close_and_join, handle_and_wait), FINDS(DEADLOCK));
	}
	assert_finds_by(&gx_strategy_random, "single",
			GATE("waits", open_with_a_clock, close_and_join, handle_and_wait), FINDS(DEADLOCK));
	assert_finds("single", GATE("never", open_alone, close_alone, handle_never),
		     FINDS(LOST_RESTART) | FINDS(GATE_LEAKED) | FINDS(STATUS_MISMATCH));
}

static void a_close_that_waits_for_what_nobody_does_is_a_deadlock(void **state)
{
	(void)state;
	assert_finds("single", GATE("no-word", open_with_workers, close_without_a_word, handle_by_worker),
		     FINDS(DEADLOCK));
	assert_finds("single", GATE("deaf", open_with_the_deaf, close_and_join, handle_locked), FINDS(DEADLOCK));
}

static void what_lives_on_after_close_is_found(void **state)
{
	(void)state;
	assert_finds("single", GATE("left-worker", open_with_workers, close_and_leave, handle_by_worker),
		     FINDS(MISUSE));
	assert_finds("single", GATE("left-janitor", open_with_janitor, close_and_leave, handle_locked), FINDS(MISUSE));
	assert_finds("single", GATE("left-spinner", open_with_spinner, close_and_leave, handle_locked), FINDS(MISUSE));
	/* It ends by itself: then somebody has to join it, or detach it; a little later, where it is detached. */
	assert_finds("single", GATE("short-lived", open_with_the_short_lived, close_and_join, handle_locked), NOTHING);
	assert_finds("single", GATE("never-joined", open_with_the_short_lived, close_and_leave, handle_locked),
		     FINDS(MISUSE));
	assert_finds("single", GATE("detached", open_with_naps, close_and_detach, handle_locked), NOTHING);
}

static void who_works_after_the_drain_is_late(void **state)
{
	(void)state;
	assert_finds("shutdown", GATE("errand", open_alone, close_alone, handle_by_errand), FINDS(UNTRACKED_TASK));
	assert_finds("shutdown", GATE("errand", open_with_janitor, close_and_join, handle_by_errand),
		     FINDS(UNTRACKED_TASK));
	assert_finds("shutdown", GATE("short-errand", open_alone, close_alone, handle_by_short_errand), NOTHING);
}

static int open_world(void **state)
{
	struct gx_error err;

	(void)state;
	gx_service_register();
	return gx_world_open(&err) == GX_OK ? 0 : -1;
}

static int close_world(void **state)
{
	(void)state;
	gx_explored_release(&seen);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_that_go_round_keep_nothing_from_its_end),
		cmocka_unit_test(workers_are_daemons_and_so_is_who_waits_for_their_end),
		cmocka_unit_test(what_a_timer_has_yet_to_do_is_waited_for),
		cmocka_unit_test(actors_come_although_a_thread_polls),
		cmocka_unit_test(what_waits_for_ever_is_found_beside_threads_that_go_round),
		cmocka_unit_test(a_close_that_waits_for_what_nobody_does_is_a_deadlock),
		cmocka_unit_test(what_lives_on_after_close_is_found),
		cmocka_unit_test(who_works_after_the_drain_is_late),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
