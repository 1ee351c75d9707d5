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

#include "core/world.h"
#include "explore/explore.h"
#include "gates/gates.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "trial/trial.h"

struct job {
	const struct gx_request *request;
	sem_t done;
	bool waits;
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

/* ---- what is found ---- */

static struct gx_trial trial;
static struct gx_explored seen;

static bool finds_isolation(const char *scenario, const struct gx_gate *gate, const struct gx_strategy *strategy)
{
	struct gx_explore_options options = {.strategy = strategy, .states = 20000, .executions = 200, .seed = 1};
	struct gx_scenario_file *file = NULL;
	struct gx_error err;
	char path[4096];

	if (gx_scenario_find(path, sizeof(path), scenario, &err) != GX_OK ||
	    gx_scenario_load(&file, path, &err) != GX_OK)
		fail_msg("%s", err.text);
	gx_explored_release(&seen);
	gx_trial_init(&trial, &file->scenario, gate);
	if (gx_sched_load(&trial.program, &err) != GX_OK || gx_explore(&seen, &options, &err) != GX_OK)
		fail_msg("%s: %s", gate->name, err.text);
	gx_scenario_free(file);
	for (unsigned i = 0; i < seen.hit_count; i++)
		if (gx_key_rule(seen.hits[i].key) == GX_RULE_ISOLATION)
			return true;
	return false;
}

struct row {
	const char *name;
	void *(*open)(void);
	void (*close)(void *gate);
	enum gx_outcome (*handle)(void *gate, const struct gx_request *request);
};

static void assert_rows(const struct row *rows, size_t count, bool broken)
{
	for (size_t i = 0; i < count; i++) {
		const struct gx_gate gate = {.abi = GX_GATE_ABI,
					     .name = rows[i].name,
					     .summary = "of a test",
					     .open = rows[i].open,
					     .close = rows[i].close,
					     .handle = rows[i].handle};
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
		{"two-workers", open_with_two_workers, close_threads, hands_over_and_waits},
		{"two-accept", open_with_two_workers, close_threads, hands_over},
		{"beside-a-janitor", open_with_janitor, close_threads, polls_apart},
	};

	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(rows[0]), false);
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
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
