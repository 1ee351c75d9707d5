/*
 * Is the exhaustive search exhaustive? Against a search without its visited set, against programs that hide state from it, and
 * against table-driven twins of native programs, whose states and interleavings are counted by other means.
 */
#include "tests/fixture.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/sanitizer.h"
#include "explore/visited.h"

static struct {
	pthread_mutex_t mutex;
	pthread_mutex_t forks[3];
	pthread_cond_t cond[2];
	sem_t semaphore;
	pthread_once_t once;
	uint64_t x;
	uint64_t order;
	char *text;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static uint64_t x(void)
{
	return w->x;
}

static uint64_t order(void)
{
	return w->order;
}

/* ---- with and without the visited set ---- */

static void updates_without_a_lock(void *argument)
{
	uint64_t value = w->x;

	(void)argument;
	point();
	w->x = value + 1;
}

static void updates_behind_a_lock(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	updates_without_a_lock(argument);
	w->order = w->order * 10 + number_of(argument);
	pthread_mutex_unlock(&w->mutex);
}

static void dines(void *argument)
{
	unsigned first = number_of(argument) - 1;

	pthread_mutex_lock(&w->forks[first]);
	pthread_mutex_lock(&w->forks[(first + 1) % 3]);
	pthread_mutex_unlock(&w->forks[(first + 1) % 3]);
	pthread_mutex_unlock(&w->forks[first]);
}

static void consumes_without_a_loop(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	if (!w->x)
		pthread_cond_wait(&w->cond[0], &w->mutex);
	w->order |= !w->x;
	w->x -= w->x > 0;
	pthread_mutex_unlock(&w->mutex);
}

static void produces(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	w->x++;
	pthread_cond_signal(&w->cond[0]);
	pthread_mutex_unlock(&w->mutex);
}

static void sleeps_with_the_lock(void *argument)
{
	struct timespec a_second = {.tv_sec = 1};

	pthread_mutex_lock(&w->mutex);
	nanosleep(&a_second, NULL);
	w->order = w->order * 10 + number_of(argument);
	pthread_mutex_unlock(&w->mutex);
}

static void tries_for_a_second(void *argument)
{
	struct timespec when;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec++;
	if (pthread_mutex_timedlock(&w->mutex, &when)) {
		w->x++;
		return;
	}
	w->order = w->order * 10 + number_of(argument);
	pthread_mutex_unlock(&w->mutex);
}

static void *adds_its_argument(void *argument)
{
	w->order = w->order * 10 + (uintptr_t)argument;
	return argument;
}

/* What a thread is made with is nowhere but in the thread. */
static void makes_a_thread_of_what_it_saw(void *argument)
{
	pthread_t thread;

	(void)argument;
	pthread_create(&thread, NULL, adds_its_argument, (void *)(uintptr_t)(1 + w->x));
}

static void changes_it_for_a_moment(void *argument)
{
	(void)argument;
	w->x = 1;
	point();
	w->x = 0;
}

static void makes_and_joins(void *argument)
{
	pthread_t thread;
	void *result;

	pthread_create(&thread, NULL, adds_its_argument, argument);
	pthread_join(thread, &result);
	w->x += (uintptr_t)result;
}

static void passes_memory_on(void *argument)
{
	char text[32];
	char *old;

	snprintf(text, sizeof(text), "%s%u", w->text ? w->text : "", number_of(argument));
	point();
	old = w->text;
	w->text = strdup(text);
	point();
	free(old);
	w->order = (uint64_t)atoi(w->text);
}

static void counts_on_a_semaphore(void *argument)
{
	if (number_of(argument) == 1) {
		sem_post(&w->semaphore);
		sem_post(&w->semaphore);
	} else if (sem_trywait(&w->semaphore)) {
		sem_wait(&w->semaphore);
		w->order = w->order * 10 + number_of(argument);
	}
}

static void initialises(void)
{
	point();
	w->x++;
}

static void needs_it_initialised(void *argument)
{
	pthread_once(&w->once, initialises);
	w->order = w->order * 10 + number_of(argument);
}

static void detaches_if_it_saw(void *argument)
{
	pthread_t thread;

	pthread_create(&thread, NULL, adds_its_argument, argument);
	if (w->x)
		pthread_detach(thread);
}

static const struct {
	const char *name;
	struct fixture program;
} programs[] = {
	{"lost updates",
	 {.tasks = {updates_without_a_lock, updates_without_a_lock, updates_without_a_lock}, .outcome = x}},
	{"updates behind a lock",
	 {.tasks = {updates_behind_a_lock, updates_behind_a_lock, updates_behind_a_lock}, .outcome = order}},
	{"philosophers", {.tasks = {dines, dines, dines}, .outcome = order}},
	{"a condition variable without a loop",
	 {.tasks = {consumes_without_a_loop, produces, consumes_without_a_loop}, .outcome = order, .spurious = 1}},
	{"time-outs", {.tasks = {sleeps_with_the_lock, tries_for_a_second}, .outcome = order}},
	{"sleeps", {.tasks = {sleeps_with_the_lock, sleeps_with_the_lock, sleeps_with_the_lock}, .outcome = order}},
	{"a racy argument of a thread",
	 {.tasks = {makes_a_thread_of_what_it_saw, changes_it_for_a_moment}, .outcome = order}},
	{"a racy detach", {.tasks = {detaches_if_it_saw, changes_it_for_a_moment}, .outcome = order}},
	{"joins", {.tasks = {makes_and_joins, makes_and_joins}, .outcome = order}},
	{"memory passed on", {.tasks = {passes_memory_on, passes_memory_on, passes_memory_on}, .outcome = order}},
	{"a semaphore",
	 {.tasks = {counts_on_a_semaphore, counts_on_a_semaphore, counts_on_a_semaphore}, .outcome = order}},
	{"once", {.tasks = {needs_it_initialised, needs_it_initialised, needs_it_initialised}, .outcome = order}},
};

struct seen {
	uint64_t end_hash;
	uint64_t end_states;
	double interleavings;
	uint64_t executions;
	unsigned hit_count;
	uint64_t keys[GX_HITS_MAX];
};

static int by_key(const void *a, const void *b)
{
	const uint64_t *one = a;
	const uint64_t *other = b;

	return (*one > *other) - (*one < *other);
}

static struct seen search(const struct fixture *program, bool no_visited)
{
	const struct gx_explored *out =
		fixture_explore(program, &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive,
								      .no_visited = no_visited});
	struct seen seen = {.end_hash = out->end_hash,
			    .end_states = out->end_states,
			    .interleavings = out->interleavings,
			    .executions = out->executions,
			    .hit_count = out->hit_count};

	assert_true(out->complete);
	assert_false(out->infinite);
	for (unsigned i = 0; i < out->hit_count; i++)
		seen.keys[i] = out->hits[i].key;
	qsort(seen.keys, seen.hit_count, sizeof(seen.keys[0]), by_key);
	return seen;
}

static void the_visited_set_hides_no_end_and_no_finding_and_counts_every_interleaving(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct fixture program = programs[i].program;
		struct seen set;
		struct seen plain;

		program.start = take_shared;
		set = search(&program, false);
		plain = search(&program, true);
		print_message("%s: %llu interleavings, %llu ends, %u findings\n", programs[i].name,
			      (unsigned long long)plain.executions, (unsigned long long)plain.end_states,
			      plain.hit_count);
		assert_int_equal(set.end_states, plain.end_states);
		assert_int_equal(set.end_hash, plain.end_hash);
		assert_int_equal(set.hit_count, plain.hit_count);
		assert_memory_equal(set.keys, plain.keys, plain.hit_count * sizeof(plain.keys[0]));
		assert_true(set.interleavings == (double)plain.executions);
		assert_true(plain.executions > 1);
		assert_true(plain.hit_count > 0);
	}
}

/* ---- state outside of the world ---- */

static unsigned hidden; /* the program's own, and no part of the world: no reset puts it back */

static void tells_how_often_it_ran(void *argument)
{
	(void)argument;
	point();
	gx_emit(GX_L_SLEEP, 0, ++hidden);
	point();
}

static bool hidden_is_even(const struct gx_task *task)
{
	(void)task;
	return hidden % 2 == 0;
}

static void waits_for_an_even_number(void *argument)
{
	(void)argument;
	point();
	gx_point(&(struct gx_op){.label = GX_L_YIELD, .ready = hidden_is_even, .deadline = GX_FOREVER});
	hidden++;
}

static void wakes_it_after_a_second(void *argument)
{
	(void)argument;
	gx_sleep(GX_L_SLEEP, 1000000000);
}

/* The first execution is run again as soon as it is over, so this does not depend on luck. */
static void assert_diverges(const struct fixture *program, const char *said)
{
	static const struct gx_strategy *const strategies[] = {&gx_strategy_exhaustive, &gx_strategy_random};

	for (unsigned i = 0; i < 2; i++) {
		struct gx_explored out;
		struct gx_error err;

		hidden = 0;
		fixture_load(program);
		assert_int_equal(gx_explore(&out,
					    &(struct gx_explore_options){.strategy = strategies[i], .executions = 10},
					    &err),
				 GX_EDIVERGED);
		if (strncmp(err.text, "not deterministic", 17) != 0 || !strstr(err.text, said))
			fail_msg("%s", err.text);
		gx_explored_release(&out);
	}
}

static void an_event_that_depends_on_a_static_variable_is_noticed_at_its_step(void **state)
{
	static const struct fixture program = {.tasks = {tells_how_often_it_ran}};

	(void)state;
	assert_diverges(&program, "did something else at step 2 (task 1)");
}

/* Nothing that it does shows in an event: only its memory differs. */
static void writes_down_how_often_it_ran(void *argument)
{
	(void)argument;
	point();
	w->x = (uint8_t)++hidden;
}

static void memory_that_depends_on_a_static_variable_is_noticed_at_the_end(void **state)
{
	static const struct fixture program = {.tasks = {writes_down_how_often_it_ran}};

	(void)state;
	assert_diverges(&program, "left other bytes in memory");
}

static void a_wait_that_depends_on_a_static_variable_is_noticed_at_its_step(void **state)
{
	static const struct fixture program = {.tasks = {waits_for_an_even_number, wakes_it_after_a_second}};
	struct gx_explored out;
	struct gx_error err;

	(void)state;
	hidden = 0;
	fixture_load(&program);
	assert_int_equal(gx_explore(&out, &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive}, &err),
			 GX_EDIVERGED);
	if (!strstr(err.text, "at step 3 (task 1, which could not step)"))
		fail_msg("%s", err.text);
	gx_explored_release(&out);
}

static void adopts_the_hidden_word(void)
{
	struct gx_error err;

	hidden = 0;
	if (gx_world_adopt(&hidden, sizeof(hidden), &err) != GX_OK)
		fail_msg("%s", err.text);
}

static void the_same_program_is_deterministic_once_its_variable_is_part_of_the_world(void **state)
{
	static const struct fixture program = {.tasks = {tells_how_often_it_ran, tells_how_often_it_ran},
					       .start = adopts_the_hidden_word};

	(void)state;
	assert_true(fixture_search(&program)->rechecked > 1);
}

/* ---- twins ---- */

/*
 * A program as a table: its state in a few bytes, its steps as a function. Explored by recursion with a memory of its own. What is
 * the same for both: the number of interleavings, exactly. What is compared: the number of states; native code keeps dead
 * words in frames and registers, which may tell equal situations apart.
 */
struct twin_state {
	uint8_t pc[6];
	uint8_t local[6];
	uint8_t woken[6];
	uint8_t x;
};

struct twin {
	unsigned tasks;
	/* In how many ways the task can step now; 0: it cannot. */
	unsigned (*ways)(const struct twin_state *state, unsigned task);
	void (*step)(struct twin_state *state, unsigned task, unsigned way);
};

static struct gx_visited twin_seen;

static double interleavings_from(const struct twin *twin, const struct twin_state *state)
{
	uint64_t hash = XXH3_64bits(state, sizeof(*state));
	const struct gx_visited_entry *known = gx_visited_find(&twin_seen, hash);
	double sum = 0;
	struct gx_error err;

	if (known)
		return known->value;
	for (unsigned task = 0; task < twin->tasks; task++)
		for (unsigned way = 0; way < twin->ways(state, task); way++) {
			struct twin_state next = *state;

			twin->step(&next, task, way);
			sum += interleavings_from(twin, &next);
		}
	if (sum == 0)
		sum = 1;
	if (gx_visited_insert(&twin_seen, hash, sum, &err) != GX_OK)
		fail_msg("%s", err.text);
	return sum;
}

static void assert_twins(const char *name, const struct fixture *program, const struct twin *twin)
{
	static const struct twin_state start;
	const struct gx_explored *out = fixture_search(program);
	double native = (double)(out->states + out->end_states);
	double interleavings;
	double states;
	struct gx_error err;

	if (gx_visited_init(&twin_seen, &err) != GX_OK)
		fail_msg("%s", err.text);
	interleavings = interleavings_from(twin, &start);
	states = (double)twin_seen.count;
	gx_visited_release(&twin_seen);
	print_message("%s: %.0f states, its twin %.0f (%.2f times); %.0f interleavings\n", name, native, states,
		      native / states, interleavings);
	assert_true(out->interleavings == interleavings);
	assert_true(native >= states);
	if (!GX_ASAN) /* whose frames keep more */
		assert_true(native <= 3 * states);
}

/* Text in a short-lived buffer, kept on the heap: what ordinary code does with what it read. */
static char *__attribute__((noinline)) describe(unsigned number, uint64_t value)
{
	char text[64];

	snprintf(text, sizeof(text), "task %u has read %llu", number, (unsigned long long)value);
	return strdup(text);
}

enum { ROUNDS = 4 };

static void accesses_eight_times(void *argument)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t value = w->x;
		char *text = describe(number_of(argument), value);

		point();
		w->x = value + 1;
		free(text);
		if (i + 1 < ROUNDS)
			point();
	}
}

static unsigned accesses_ways(const struct twin_state *state, unsigned task)
{
	return state->pc[task] < 2 * ROUNDS;
}

static void accesses_step(struct twin_state *state, unsigned task, unsigned way)
{
	(void)way;
	if (state->pc[task]++ % 2 == 0) {
		state->local[task] = state->x;
	} else {
		state->x = (uint8_t)(state->local[task] + 1);
		state->local[task] = 0;
	}
}

static void three_unlocked_tasks_of_eight_accesses_have_about_the_states_of_their_twin(void **state)
{
	static const struct fixture program = {.tasks = {accesses_eight_times, accesses_eight_times,
							 accesses_eight_times},
					       .start = take_shared};
	static const struct twin twin = {.tasks = 3, .ways = accesses_ways, .step = accesses_step};

	(void)state;
	assert_twins("3 tasks of 8 unlocked accesses", &program, &twin);
}

/* begin, lock, three accesses, unlock: 6 steps; the lock is held from the end of step 1 to the end of step 5 */
enum { LOCK = 1, UNLOCK = 5, LOCKED_STEPS = 6 };

static void accesses_behind_a_mutex(void *argument)
{
	char *text;

	pthread_mutex_lock(&w->mutex);
	text = describe(number_of(argument), w->x);
	for (unsigned i = 0; i < 3; i++) {
		point();
		w->x++;
	}
	free(text);
	pthread_mutex_unlock(&w->mutex);
}

static unsigned locked_ways(const struct twin_state *state, unsigned task)
{
	if (state->pc[task] == LOCK)
		for (unsigned i = 0; i < 6; i++)
			if (state->pc[i] > LOCK && state->pc[i] <= UNLOCK)
				return 0;
	return state->pc[task] < LOCKED_STEPS;
}

static void locked_step(struct twin_state *state, unsigned task, unsigned way)
{
	(void)way;
	state->x = (uint8_t)(state->x + (state->pc[task] > LOCK && state->pc[task] < UNLOCK));
	/* A task that ends leaves no record: who has ended is known, in native code too, from who has not. */
	state->pc[task]++;
}

static void tasks_behind_a_mutex_have_about_the_states_of_their_twin(void **state)
{
	(void)state;
	for (unsigned tasks = 2; tasks <= 5; tasks++) {
		struct fixture program = {.start = take_shared};
		struct twin twin = {.tasks = tasks, .ways = locked_ways, .step = locked_step};
		char name[40];

		for (unsigned i = 0; i < tasks; i++)
			program.tasks[i] = accesses_behind_a_mutex;
		snprintf(name, sizeof(name), "%u tasks behind a mutex", tasks);
		assert_twins(name, &program, &twin);
	}
}

/* One place; tasks 1 and 2 put something into it, 3 and 4 take it out. */
static bool is_producer(unsigned number)
{
	return number <= 2;
}

static void goes_through_one_place(void *argument)
{
	bool producer = is_producer(number_of(argument));
	char *text;

	pthread_mutex_lock(&w->mutex);
	while (w->x == producer)
		pthread_cond_wait(&w->cond[producer], &w->mutex);
	w->x = producer;
	text = describe(number_of(argument), w->x);
	pthread_cond_signal(&w->cond[!producer]);
	free(text);
	pthread_mutex_unlock(&w->mutex);
}

enum place_pc { P_BEGIN, P_LOCK, P_ENTER, P_WAIT, P_RELOCK, P_SIGNAL, P_UNLOCK, P_END };

static bool place_is_held(const struct twin_state *state)
{
	for (unsigned i = 0; i < 4; i++)
		if (state->pc[i] == P_ENTER || state->pc[i] == P_SIGNAL || state->pc[i] == P_UNLOCK)
			return true;
	return false;
}

static bool can_be_woken_by(const struct twin_state *state, unsigned waiter, unsigned task)
{
	return state->pc[waiter] == P_WAIT && !state->woken[waiter] && is_producer(waiter + 1) != is_producer(task + 1);
}

static unsigned place_ways(const struct twin_state *state, unsigned task)
{
	unsigned waiters = 0;

	switch (state->pc[task]) {
	case P_LOCK:
	case P_RELOCK:
		return !place_is_held(state);
	case P_WAIT:
		return state->woken[task];
	case P_SIGNAL:
		for (unsigned i = 0; i < 4; i++)
			waiters += can_be_woken_by(state, i, task);
		return waiters ? waiters : 1;
	default:
		return state->pc[task] < P_END;
	}
}

static void wake(struct twin_state *state, unsigned task, unsigned way)
{
	for (unsigned i = 0; i < 4; i++)
		if (can_be_woken_by(state, i, task) && !way--) {
			state->woken[i] = 1;
			return;
		}
}

static void place_step(struct twin_state *state, unsigned task, unsigned way)
{
	switch (state->pc[task]) {
	case P_LOCK:
	case P_RELOCK:
		if (state->x == is_producer(task + 1)) {
			state->pc[task] = P_ENTER;
			return;
		}
		state->x = is_producer(task + 1);
		state->pc[task] = P_SIGNAL;
		return;
	case P_WAIT:
		state->woken[task] = 0;
		break;
	case P_SIGNAL:
		wake(state, task, way);
		break;
	default:
		break;
	}
	state->pc[task]++;
}

static void producers_and_consumers_have_about_the_states_of_their_twin(void **state)
{
	static const struct fixture program = {.tasks = {goes_through_one_place, goes_through_one_place,
							 goes_through_one_place, goes_through_one_place},
					       .start = take_shared};
	static const struct twin twin = {.tasks = 4, .ways = place_ways, .step = place_step};

	(void)state;
	assert_twins("2 producers, 2 consumers, 1 place", &program, &twin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_visited_set_hides_no_end_and_no_finding_and_counts_every_interleaving),
		cmocka_unit_test(an_event_that_depends_on_a_static_variable_is_noticed_at_its_step),
		cmocka_unit_test(memory_that_depends_on_a_static_variable_is_noticed_at_the_end),
		cmocka_unit_test(a_wait_that_depends_on_a_static_variable_is_noticed_at_its_step),
		cmocka_unit_test(the_same_program_is_deterministic_once_its_variable_is_part_of_the_world),
		cmocka_unit_test(three_unlocked_tasks_of_eight_accesses_have_about_the_states_of_their_twin),
		cmocka_unit_test(tasks_behind_a_mutex_have_about_the_states_of_their_twin),
		cmocka_unit_test(producers_and_consumers_have_about_the_states_of_their_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
