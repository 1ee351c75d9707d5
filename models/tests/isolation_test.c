/*
 * Whether a request of one workspace waits for the legs of another, in whatever way it waits: and if it does not, in whatever way it takes
 * its time.
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

struct job {
	const struct gx_request *request;
	sem_t done;
	bool waits;
};

/* A thread of its own per workspace, and the job that lies before it. */
struct desk {
	struct state *state;
	const struct gx_request *job;
	bool taken;
	pthread_t thread;
};

struct state {
	pthread_mutex_t all;
	pthread_mutex_t each[2];
	pthread_cond_t cond;
	sem_t one;
	bool busy;
	bool held[2];
	struct timespec next;
	struct job *queue[4];
	unsigned count;
	bool stop;
	pthread_t threads[2];
	struct desk desks[2];
	const struct gx_request *pending[2];
};

static void *open_alone(void)
{
	struct state *state = calloc(1, sizeof(*state));

	pthread_mutex_init(&state->all, NULL);
	pthread_mutex_init(&state->each[0], NULL);
	pthread_mutex_init(&state->each[1], NULL);
	pthread_cond_init(&state->cond, NULL);
	sem_init(&state->one, 0, 1);
	return state;
}

static void close_alone(void *gate)
{
	free(gate);
}

static unsigned which(const struct gx_request *request)
{
	return !strcmp(request->workspace, "ws-b");
}

static void cycle(const struct gx_request *request)
{
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
}

static enum gx_outcome run_and_unlock(pthread_mutex_t *mutex, const struct gx_request *request)
{
	cycle(request);
	pthread_mutex_unlock(mutex);
	return GX_RAN;
}

static struct timespec in(long ms)
{
	struct timespec when;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec += ms / 1000;
	when.tv_nsec += ms % 1000 * 1000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_nsec -= 1000000000;
		when.tv_sec++;
	}
	return when;
}

/* ---- one at a time ---- */

static enum gx_outcome blocks(void *gate, const struct gx_request *request)
{
	struct state *state = gate;

	pthread_mutex_lock(&state->all);
	return run_and_unlock(&state->all, request);
}

static enum gx_outcome polls(void *gate, const struct gx_request *request)
{
	struct state *state = gate;

	while (pthread_mutex_trylock(&state->all))
		usleep(100000);
	return run_and_unlock(&state->all, request);
}

static enum gx_outcome yields(void *gate, const struct gx_request *request)
{
	struct state *state = gate;

	while (pthread_mutex_trylock(&state->all))
		sched_yield();
	return run_and_unlock(&state->all, request);
}

static enum gx_outcome spins_on_a_try(void *gate, const struct gx_request *request)
{
	struct state *state = gate;

	while (pthread_mutex_trylock(&state->all))
		;
	return run_and_unlock(&state->all, request);
}

/* No op of it says that it waits. */
static enum gx_outcome spins_on_a_flag(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	bool mine = false;

	while (!mine) {
		pthread_mutex_lock(&state->all);
		mine = !state->busy;
		state->busy = true;
		pthread_mutex_unlock(&state->all);
	}
	cycle(request);
	pthread_mutex_lock(&state->all);
	state->busy = false;
	pthread_mutex_unlock(&state->all);
	return GX_RAN;
}

static enum gx_outcome tries_a_semaphore(void *gate, const struct gx_request *request)
{
	struct state *state = gate;

	while (sem_trywait(&state->one))
		usleep(1000);
	cycle(request);
	sem_post(&state->one);
	return GX_RAN;
}

static enum gx_outcome waits_for_a_minute(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	struct timespec when = in(60000);

	if (pthread_mutex_timedlock(&state->all, &when))
		return GX_BUSY;
	return run_and_unlock(&state->all, request);
}

static enum gx_outcome waits_again_and_again(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	struct timespec when = in(30000);

	while (pthread_mutex_timedlock(&state->all, &when))
		when = in(30000);
	return run_and_unlock(&state->all, request);
}

/* On its stack it counts its polls: no two of them are one state. */
static enum gx_outcome polls_twenty_times(void *gate, const struct gx_request *request)
{
	struct state *state = gate;

	for (unsigned i = 0; pthread_mutex_trylock(&state->all); i++) {
		if (i == 20)
			return GX_BUSY;
		usleep(100000);
	}
	return run_and_unlock(&state->all, request);
}

static enum gx_outcome waits_for_a_condition(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	struct timespec when;

	pthread_mutex_lock(&state->all);
	while (state->busy) {
		when = in(1000);
		pthread_cond_timedwait(&state->cond, &state->all, &when);
	}
	state->busy = true;
	pthread_mutex_unlock(&state->all);
	cycle(request);
	pthread_mutex_lock(&state->all);
	state->busy = false;
	pthread_cond_broadcast(&state->cond);
	pthread_mutex_unlock(&state->all);
	return GX_RAN;
}

/* Each leg holds the lock of all, not the cycle. */
static enum gx_outcome locks_each_leg(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	enum gx_leg_result result;

	pthread_mutex_lock(&state->each[which(request)]);
	pthread_mutex_lock(&state->all);
	result = gx_stop(request);
	pthread_mutex_unlock(&state->all);
	if (result == GX_LEG_DONE) {
		pthread_mutex_lock(&state->all);
		gx_start(request);
		pthread_mutex_unlock(&state->all);
	}
	pthread_mutex_unlock(&state->each[which(request)]);
	return GX_RAN;
}

/* ---- the table is held while the workspace is waited for ---- */

static enum gx_outcome blocks_with_the_table(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	pthread_mutex_t *mutex = &state->each[which(request)];

	pthread_mutex_lock(&state->all);
	pthread_mutex_lock(mutex);
	pthread_mutex_unlock(&state->all);
	return run_and_unlock(mutex, request);
}

static enum gx_outcome sleeps_with_the_table(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	pthread_mutex_t *mutex = &state->each[which(request)];

	pthread_mutex_lock(&state->all);
	while (pthread_mutex_trylock(mutex))
		usleep(100000);
	pthread_mutex_unlock(&state->all);
	return run_and_unlock(mutex, request);
}

static enum gx_outcome spins_with_the_table(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	pthread_mutex_t *mutex = &state->each[which(request)];

	pthread_mutex_lock(&state->all);
	while (pthread_mutex_trylock(mutex))
		sched_yield();
	pthread_mutex_unlock(&state->all);
	return run_and_unlock(mutex, request);
}

static enum gx_outcome looks_at_the_table(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	pthread_mutex_t *mutex;

	pthread_mutex_lock(&state->all);
	mutex = &state->each[which(request)];
	pthread_mutex_unlock(&state->all);
	pthread_mutex_lock(mutex);
	return run_and_unlock(mutex, request);
}

/* Who finds its workspace taken gives the table back while it sleeps. */
static enum gx_outcome looks_at_the_table_again(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	pthread_mutex_t *mutex = &state->each[which(request)];

	pthread_mutex_lock(&state->all);
	while (pthread_mutex_trylock(mutex)) {
		pthread_mutex_unlock(&state->all);
		usleep(100000);
		pthread_mutex_lock(&state->all);
	}
	pthread_mutex_unlock(&state->all);
	return run_and_unlock(mutex, request);
}

/* ---- one thread for all ---- */

static struct job *take(struct state *state, bool polls_for_it)
{
	struct job *job = NULL;

	pthread_mutex_lock(&state->all);
	while (!state->count && !state->stop && !polls_for_it)
		pthread_cond_wait(&state->cond, &state->all);
	if (state->count) {
		job = state->queue[0];
		memmove(state->queue, state->queue + 1, --state->count * sizeof(*state->queue));
		state->queue[state->count] = NULL;
	}
	pthread_mutex_unlock(&state->all);
	return job;
}

static void finish(struct job *job)
{
	bool waits = job->waits;

	cycle(job->request);
	if (waits)
		sem_post(&job->done);
	else
		free(job);
}

static void *works(void *argument)
{
	struct job *job;

	while ((job = take(argument, false)) != NULL)
		finish(job);
	return NULL;
}

static bool is_stopped(struct state *state)
{
	bool stop;

	pthread_mutex_lock(&state->all);
	stop = state->stop;
	pthread_mutex_unlock(&state->all);
	return stop;
}

static void *looks_for_work(void *argument)
{
	while (!is_stopped(argument)) {
		struct job *job = take(argument, true);

		if (job)
			finish(job);
		else
			usleep(10000);
	}
	return NULL;
}

static void *open_with(unsigned count, void *(*main)(void *))
{
	struct state *state = open_alone();

	for (unsigned i = 0; i < count; i++)
		if (pthread_create(&state->threads[i], NULL, main, state))
			abort();
	return state;
}

static void *open_with_worker(void)
{
	return open_with(1, works);
}

static void *open_with_two_workers(void)
{
	return open_with(2, works);
}

static void *open_with_polling_worker(void)
{
	return open_with(1, looks_for_work);
}

static void *janitor(void *argument)
{
	do
		sleep(60);
	while (!is_stopped(argument));
	return NULL;
}

static void *open_with_janitor(void)
{
	return open_with(1, janitor);
}

static void close_threads(void *gate)
{
	struct state *state = gate;

	pthread_mutex_lock(&state->all);
	state->stop = true;
	pthread_cond_broadcast(&state->cond);
	pthread_mutex_unlock(&state->all);
	for (unsigned i = 0; i < 2 && state->threads[i]; i++)
		pthread_join(state->threads[i], NULL);
	free(state);
}

static void put(struct state *state, struct job *job)
{
	pthread_mutex_lock(&state->all);
	state->queue[state->count++] = job;
	pthread_cond_broadcast(&state->cond);
	pthread_mutex_unlock(&state->all);
}

static enum gx_outcome hands_over_and_waits(void *gate, const struct gx_request *request)
{
	struct job job = {.request = request, .waits = true};

	sem_init(&job.done, 0, 0);
	put(gate, &job);
	sem_wait(&job.done);
	return GX_RAN;
}

static enum gx_outcome hands_over(void *gate, const struct gx_request *request)
{
	struct job *job = calloc(1, sizeof(*job));

	job->request = request;
	put(gate, job);
	return GX_ACCEPTED;
}

/* ---- one thread each, a table for all ---- */

static void *serves_a_workspace(void *argument)
{
	struct desk *desk = argument;
	struct state *state = desk->state;

	pthread_mutex_lock(&state->all);
	for (;;) {
		while (!desk->job && !state->stop)
			pthread_cond_wait(&state->cond, &state->all);
		if (!desk->job)
			break;
		pthread_mutex_unlock(&state->all);
		cycle(desk->job);
		pthread_mutex_lock(&state->all);
		desk->job = NULL;
		pthread_cond_broadcast(&state->cond);
	}
	pthread_mutex_unlock(&state->all);
	return NULL;
}

static void *open_desks(void *(*main)(void *))
{
	struct state *state = open_alone();

	for (unsigned i = 0; i < 2; i++) {
		state->desks[i].state = state;
		if (pthread_create(&state->desks[i].thread, NULL, main, &state->desks[i]))
			abort();
	}
	return state;
}

static void *open_with_desks(void)
{
	return open_desks(serves_a_workspace);
}

static void close_desks(void *gate)
{
	struct state *state = gate;

	pthread_mutex_lock(&state->all);
	state->stop = true;
	pthread_cond_broadcast(&state->cond);
	pthread_mutex_unlock(&state->all);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(state->desks[i].thread, NULL);
	free(state);
}

/* Woken for no reason, or for the other's job, it holds the table for a moment, while its own leg runs elsewhere. */
static enum gx_outcome waits_for_its_desk(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	struct desk *desk = &state->desks[which(request)];

	pthread_mutex_lock(&state->all);
	while (desk->taken)
		pthread_cond_wait(&state->cond, &state->all);
	desk->taken = true;
	desk->job = request;
	pthread_cond_broadcast(&state->cond);
	while (desk->job == request)
		pthread_cond_wait(&state->cond, &state->all);
	desk->taken = false;
	pthread_cond_broadcast(&state->cond);
	pthread_mutex_unlock(&state->all);
	return GX_RAN;
}

/* The same, but it keeps the table from when its job is taken to when it is done: the other desk's caller does not come in. */
static enum gx_outcome waits_at_the_table(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	struct desk *desk = &state->desks[which(request)];

	pthread_mutex_lock(&state->each[0]);
	pthread_mutex_lock(&state->all);
	desk->job = request;
	pthread_cond_broadcast(&state->cond);
	while (desk->job == request)
		pthread_cond_wait(&state->cond, &state->all);
	pthread_mutex_unlock(&state->all);
	pthread_mutex_unlock(&state->each[0]);
	return GX_RAN;
}

/* ---- who comes while another of its workspace is pending is coalesced ---- */

static const struct gx_request *take_pending(struct state *state, unsigned first, unsigned last)
{
	const struct gx_request *request = NULL;

	pthread_mutex_lock(&state->all);
	while (!state->pending[first] && !state->pending[last] && !state->stop)
		pthread_cond_wait(&state->cond, &state->all);
	if (!state->pending[first])
		first = last;
	request = state->pending[first];
	state->pending[first] = NULL;
	pthread_mutex_unlock(&state->all);
	return request;
}

static void *serves_the_pending(void *argument)
{
	const struct gx_request *request;

	while ((request = take_pending(argument, 0, 1)) != NULL)
		cycle(request);
	return NULL;
}

static void *open_with_one_for_the_pending(void)
{
	return open_with(1, serves_the_pending);
}

static void *serves_its_pending(void *argument)
{
	const struct desk *desk = argument;
	unsigned mine = desk == &desk->state->desks[1];
	const struct gx_request *request;

	while ((request = take_pending(desk->state, mine, mine)) != NULL)
		cycle(request);
	return NULL;
}

static void *open_with_one_for_each_pending(void)
{
	return open_desks(serves_its_pending);
}

/* Covered by one that has yet to begin: whether that is skipped is not its business. */
static enum gx_outcome leaves_it_pending(void *gate, const struct gx_request *request)
{
	struct state *state = gate;
	enum gx_outcome outcome = GX_COALESCED;

	pthread_mutex_lock(&state->all);
	if (!state->pending[which(request)]) {
		state->pending[which(request)] = request;
		pthread_cond_broadcast(&state->cond);
		outcome = GX_ACCEPTED;
	}
	pthread_mutex_unlock(&state->all);
	return outcome;
}

struct tracked {
	struct state *state;
	const struct gx_request *request;
};

static void go_main(void *argument)
{
	struct tracked tracked = *(struct tracked *)argument;

	free(argument);
	pthread_mutex_lock(&tracked.state->all);
	cycle(tracked.request);
	pthread_mutex_unlock(&tracked.state->all);
}

static enum gx_outcome goes(void *gate, const struct gx_request *request)
{
	struct tracked *tracked = calloc(1, sizeof(*tracked));

	*tracked = (struct tracked){.state = gate, .request = request};
	gx_go(go_main, tracked);
	return GX_ACCEPTED;
}

/* ---- each for itself ---- */

static enum gx_outcome blocks_apart(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *mutex = &((struct state *)gate)->each[which(request)];

	pthread_mutex_lock(mutex);
	return run_and_unlock(mutex, request);
}

static enum gx_outcome polls_apart(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *mutex = &((struct state *)gate)->each[which(request)];

	while (pthread_mutex_trylock(mutex))
		usleep(100000);
	return run_and_unlock(mutex, request);
}

/* Only a moment: whoever holds the table is in no leg. */
static enum gx_outcome polls_the_table(void *gate, const struct gx_request *request)
{
	struct state *state = gate;

	while (pthread_mutex_trylock(&state->all))
		usleep(100000);
	state->count++;
	sched_yield();
	pthread_mutex_unlock(&state->all);
	return blocks_apart(gate, request);
}

/* A second between any two, whatever they are of. */
static enum gx_outcome takes_its_time(void *gate, const struct gx_request *request)
{
	(void)gate;
	sleep(1);
	return blocks_apart(gate, request);
}

/* Nobody waits: who comes too late is told so. */
static enum gx_outcome refuses(void *gate, const struct gx_request *request)
{
	struct state *state = gate;

	if (pthread_mutex_trylock(&state->all))
		return GX_BUSY;
	return run_and_unlock(&state->all, request);
}

/* It takes a while to find out that there is nothing to be done for this workspace. */
static enum gx_outcome refuses_one_later(void *gate, const struct gx_request *request)
{
	if (!which(request))
		return blocks_apart(gate, request);
	sleep(1);
	return GX_BUSY;
}

/* ---- what is found ---- */

static struct gx_trial trial;
static struct gx_explored seen;

/* Its text, or the name of one that there is. */
static struct gx_scenario_file *load(const char *scenario)
{
	struct gx_scenario_file *file = NULL;
	struct gx_error err;

	if (!strchr(scenario, '\n'))
		return open_scenario(scenario);
	if (gx_scenario_parse(&file, "test.yaml", scenario, strlen(scenario), &err) != GX_OK)
		fail_msg("%s", err.text);
	return file;
}

static bool finds(unsigned rule)
{
	for (unsigned i = 0; i < seen.hit_count; i++)
		if (gx_key_rule(seen.hits[i].key) == rule)
			return true;
	return false;
}

static bool finds_isolation(const char *scenario, const struct gx_gate *gate, const struct gx_strategy *strategy)
{
	struct gx_explore_options options = {.strategy = strategy, .states = 400000, .executions = 200, .seed = 1};
	struct gx_scenario_file *file = load(scenario);

	explore_scenario(&seen, &trial, &file->scenario, gate, &options);
	gx_scenario_free(file);
	return finds(GX_RULE_ISOLATION);
}

struct row {
	const char *name;
	void *(*open)(void);
	void (*close)(void *gate);
	enum gx_outcome (*handle)(void *gate, const struct gx_request *request);
};

static struct gx_gate gate_of(const struct row *row)
{
	return (struct gx_gate){.abi = GX_GATE_ABI,
				.name = row->name,
				.summary = "of a test",
				.open = row->open,
				.close = row->close,
				.handle = row->handle};
}

static void assert_rows(const struct row *rows, size_t count, bool broken)
{
	for (size_t i = 0; i < count; i++) {
		const struct gx_gate gate = gate_of(&rows[i]);
		bool found = finds_isolation("two-workspaces", &gate, &gx_strategy_exhaustive);
		bool complete = seen.complete;
		bool sampled = finds_isolation("two-workspaces", &gate, &gx_strategy_random);

		if ((found != broken && (complete || !broken)) || sampled != broken)
			fail_msg("%s: isolation is%s found by search, is%s by sampling", gate.name, found ? "" : " not",
				 sampled ? "" : " not");
	}
}

#define ALONE open_alone, close_alone

static void who_waits_for_another_workspace_is_found_however_he_waits(void **state)
{
	static const struct row rows[] = {
		{"blocks", ALONE, blocks},
		{"polls", ALONE, polls},
		{"yields", ALONE, yields},
		{"spins-on-a-try", ALONE, spins_on_a_try},
		{"spins-on-a-flag", ALONE, spins_on_a_flag},
		{"tries", ALONE, tries_a_semaphore},
		{"a-minute", ALONE, waits_for_a_minute},
		{"again", ALONE, waits_again_and_again},
		{"twenty-times", ALONE, polls_twenty_times},
		{"condition", ALONE, waits_for_a_condition},
		{"each-leg", ALONE, locks_each_leg},
		{"goes", ALONE, goes},
		{"worker", open_with_worker, close_threads, hands_over_and_waits},
		{"accepts", open_with_worker, close_threads, hands_over},
		{"polling-worker", open_with_polling_worker, close_threads, hands_over_and_waits},
		{"beside-a-janitor", open_with_janitor, close_threads, yields},
		{"at-the-table", open_with_desks, close_desks, waits_at_the_table},
	};

	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(rows[0]), true);
}

static void who_gets_on_by_himself_is_not_however_long_it_takes(void **state)
{
	static const struct row rows[] = {
		{"blocks-apart", ALONE, blocks_apart},
		{"polls-apart", ALONE, polls_apart},
		{"polls-the-table", ALONE, polls_the_table},
		{"takes-its-time", ALONE, takes_its_time},
		{"refuses", ALONE, refuses},
		{"refuses-later", ALONE, refuses_one_later},
		{"two-workers", open_with_two_workers, close_threads, hands_over_and_waits},
		{"two-accept", open_with_two_workers, close_threads, hands_over},
		{"beside-a-janitor", open_with_janitor, close_threads, polls_apart},
		{"its-desk", open_with_desks, close_desks, waits_for_its_desk},
	};

	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(rows[0]), false);
}

/* Two of a workspace and one of another. */
static const char three[] = "name: three\nsummary: of a test\n"
			    "workspaces:\n"
			    "  - {name: ws-a, state: online}\n  - {name: ws-b, state: online}\n"
			    "actors:\n"
			    "  - {do: manual-restart, on: ws-a, count: 2}\n  - {do: manual-restart, on: ws-b}\n";

static void assert_of_three(const struct row *row, bool broken)
{
	const struct gx_gate gate = gate_of(row);

	if (finds_isolation(three, &gate, &gx_strategy_exhaustive) != broken)
		fail_msg("%s: isolation is%s found", row->name, broken ? " not" : "");
	if (!broken && !GX_ASAN) /* whose frames merge hardly any states */
		assert_true(seen.complete);
}

static void who_waits_in_the_gate_for_a_leg_gets_nobody_on(void **state)
{
	static const struct row broken[] = {
		{"blocks-with-it", ALONE, blocks_with_the_table},
		{"sleeps-with-it", ALONE, sleeps_with_the_table},
		{"spins-with-it", ALONE, spins_with_the_table},
	};
	static const struct row right[] = {
		{"looks-at-it", ALONE, looks_at_the_table},
		{"looks-again", ALONE, looks_at_the_table_again},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_of_three(&broken[i], true);
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_of_three(&right[i], false);
}

/* Two restarts of a paused workspace, of which one covers the other and is rightly skipped. */
static const char paused[] = "name: paused\nsummary: of a test\n"
			     "workspaces:\n"
			     "  - {name: ws-a, state: paused}\n  - {name: ws-b, state: online}\n"
			     "actors:\n"
			     "  - {do: programmatic-restart, on: ws-a, count: 2}\n  - {do: manual-restart, on: ws-b}\n";

static void who_was_coalesced_into_a_skipped_cycle_waits_for_nothing(void **state)
{
	static const struct row pending = {"pending", open_with_one_for_each_pending, close_desks, leaves_it_pending};
	const struct gx_gate gate = gate_of(&pending);

	(void)state;
	assert_false(finds_isolation(paused, &gx_gate_per_workspace_strict, &gx_strategy_exhaustive));
	assert_true(seen.complete);
	finds_isolation(paused, &gate, &gx_strategy_exhaustive);
	assert_false(finds(GX_RULE_ISOLATION) || finds(GX_RULE_DEADLOCK));
}

/* It was coalesced, too, but what covers it has yet to begin. */
static void who_was_coalesced_into_one_to_come_waits_for_it(void **state)
{
	static const struct row pending = {"pending-one", open_with_one_for_the_pending, close_threads,
					   leaves_it_pending};
	const struct gx_gate gate = gate_of(&pending);

	(void)state;
	assert_true(finds_isolation(three, &gate, &gx_strategy_exhaustive));
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
		cmocka_unit_test(who_waits_for_another_workspace_is_found_however_he_waits),
		cmocka_unit_test(who_gets_on_by_himself_is_not_however_long_it_takes),
		cmocka_unit_test(who_waits_in_the_gate_for_a_leg_gets_nobody_on),
		cmocka_unit_test(who_was_coalesced_into_a_skipped_cycle_waits_for_nothing),
		cmocka_unit_test(who_was_coalesced_into_one_to_come_waits_for_it),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
