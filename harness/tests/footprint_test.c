/*
 * What a step touches: the footprints of core and of the primitives, each held by every interleaving of a small program: steps that touch
 * nothing in common are taken in both orders.
 */
#include "tests/fixture.h"
#include "tests/machine.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "core/footprint.h"
#include "core/sanitizer.h"

static struct {
	pthread_mutex_t mutex;
	pthread_mutex_t other;
	pthread_cond_t cond;
	pthread_once_t once;
	sem_t semaphore;
	uint64_t flag;
	void *block;
	pthread_t thread;
	uint64_t looked;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
	sem_init(&w->semaphore, 0, 0);
}

/* Search, each independent pair in both orders. */
static const struct gx_explored *check(const struct fixture *program)
{
	const struct gx_explored *out =
		fixture_explore(program, &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive,
								      .count_pairs = true,
								      .check_pairs = true});

	assert_true(out->complete);
	if (out->unequal)
		fail_msg("%llu pairs do not commute, the first: %s", (unsigned long long)out->unequal,
			 out->unequal_what);
	return out;
}

static struct gx_footprint footprint_of(uint64_t object, unsigned access)
{
	return (struct gx_footprint){.count = 1, .touches = {{object, access}}};
}

static void two_readers_do_not_conflict_and_a_writer_does(void **state)
{
	struct gx_footprint reads = footprint_of(5, GX_READ);
	struct gx_footprint writes = footprint_of(5, GX_READ | GX_WRITE);
	struct gx_footprint elsewhere = footprint_of(6, GX_WRITE);
	struct gx_footprint ends = {.everything = true};
	struct gx_footprint nothing = {0};

	(void)state;
	assert_false(gx_footprints_conflict(&reads, &reads));
	assert_true(gx_footprints_conflict(&reads, &writes));
	assert_true(gx_footprints_conflict(&writes, &reads));
	assert_true(gx_footprints_conflict(&writes, &writes));
	assert_false(gx_footprints_conflict(&writes, &elsewhere));
	assert_true(gx_footprints_conflict(&ends, &nothing));
	assert_false(gx_footprints_conflict(&nothing, &writes));
}

static void what_does_not_fit_conflicts_with_everything(void **state)
{
	struct gx_footprint footprint;
	struct gx_footprint nothing = {0};

	(void)state;
	gx_footprint_begin(&footprint);
	for (unsigned i = 1; i <= GX_TOUCHES_MAX; i++)
		gx_touch(i, GX_READ);
	gx_touch(1, GX_WRITE);
	gx_touch(0, GX_WRITE); /* no object */
	gx_footprint_end();
	assert_int_equal(footprint.count, GX_TOUCHES_MAX);
	assert_int_equal(footprint.touches[0].access, GX_READ | GX_WRITE);
	assert_false(footprint.everything);
	gx_footprint_begin(&footprint);
	for (unsigned i = 1; i <= GX_TOUCHES_MAX + 1; i++)
		gx_touch(i, GX_READ);
	gx_footprint_end();
	assert_true(gx_footprints_conflict(&footprint, &nothing));
	gx_touch(1, GX_WRITE); /* nobody collects */
}

/* ---- programs ---- */

static void locks_both(void *argument)
{
	bool first = number_of(argument) & 1;

	pthread_mutex_lock(first ? &w->mutex : &w->other);
	pthread_mutex_unlock(first ? &w->mutex : &w->other);
	if (pthread_mutex_trylock(&w->mutex) == 0)
		pthread_mutex_unlock(&w->mutex);
}

static void waits(void *argument)
{
	struct timespec when = in_seconds(CLOCK_REALTIME, 1);

	pthread_mutex_lock(&w->mutex);
	while (!w->flag)
		if (number_of(argument) == 1 ? pthread_cond_wait(&w->cond, &w->mutex)
					     : pthread_cond_timedwait(&w->cond, &w->mutex, &when))
			break;
	pthread_mutex_unlock(&w->mutex);
}

static void signals(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	w->flag = 1;
	pthread_cond_broadcast(&w->cond);
	pthread_mutex_unlock(&w->mutex);
	pthread_cond_signal(&w->cond);
}

static void posts(void *argument)
{
	(void)argument;
	sem_post(&w->semaphore);
	point();
	sem_post(&w->semaphore);
}

static void takes(void *argument)
{
	(void)argument;
	sem_wait(&w->semaphore);
	if (sem_trywait(&w->semaphore))
		errno = 0;
}

static void routine(void)
{
	point();
	w->flag++;
}

static void once_and_on(void *argument)
{
	(void)argument;
	point();
	pthread_once(&w->once, routine);
	point();
}

static void *thread(void *argument)
{
	point();
	free(w->block); /* another task's: its arena is touched */
	w->block = NULL;
	return argument;
}

static void makes_and_joins(void *argument)
{
	pthread_t mine;

	(void)argument;
	w->block = malloc(40);
	pthread_create(&mine, NULL, thread, NULL);
	free(malloc(100));
	pthread_join(mine, NULL);
	free(malloc(10));
}

static void *yields(void *argument)
{
	sched_yield();
	return argument;
}

static void makes_and_detaches(void *argument)
{
	pthread_t mine;

	(void)argument;
	pthread_create(&mine, NULL, yields, NULL);
	point();
	pthread_detach(mine);
}

static void sleeps(void *argument)
{
	gx_sleep(GX_L_SLEEP, number_of(argument) * 1000);
	gx_sleep(GX_L_SLEEP, 3000);
}

static void looks(void *argument)
{
	(void)argument;
	point();
	w->looked = gx_clock_look();
	point();
	w->looked += gx_clock_look();
}

static void is_killed(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < 4; i++)
		gx_sleep(GX_L_SLEEP, i % 2 * 1000);
}

static void kills(void *argument)
{
	struct gx_task *victim;

	(void)argument;
	point();
	victim = gx_task_at(2);
	if (victim && victim->state == GX_TASK_PARKED)
		gx_task_kill(victim);
	point();
}

static void ends_all(void *argument)
{
	(void)argument;
	point();
	gx_touch(gx_world_canonical(&w->flag), GX_READ | GX_WRITE);
	if (w->flag++ == 1)
		abort(); /* which ends what the others do, too */
	point();
}

static void steps_that_touch_nothing_in_common_commute(void **state)
{
	static const struct fixture programs[] = {
		{.tasks = {locks_both, locks_both, locks_both}},
		{.tasks = {waits, waits, signals}, .spurious = 1},
		{.tasks = {posts, takes, takes}},
		{.tasks = {once_and_on, once_and_on, once_and_on}},
		{.tasks = {makes_and_joins, locks_both}},
		{.tasks = {makes_and_detaches, makes_and_detaches}},
		{.tasks = {sleeps, sleeps, sleeps}},
		{.tasks = {sleeps, looks, locks_both}},
		{.tasks = {kills, is_killed, sleeps}},
		{.tasks = {ends_all, ends_all, locks_both}},
	};
	uint64_t independent = 0;

	(void)state;
	if (GX_ASAN)
		SKIP("ASan keeps words of its own in frames: hardly any two ways lead to one state");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct fixture program = programs[i];
		const struct gx_explored *out;

		program.start = take_shared;
		out = check(&program);
		print_message("program %zu: %llu of %llu pairs independent\n", i, (unsigned long long)out->independent,
			      (unsigned long long)out->pairs);
		assert_true(out->independent > 0);
		independent += out->independent;
	}
	assert_true(independent > 100);
}

/* A program whose steps are not what they say: the test has to notice. */
static void lies(void *argument)
{
	point();
	w->flag = w->flag * 3 + number_of(argument);
	point();
}

static void steps_that_hide_what_they_write_are_noticed(void **state)
{
	static const struct fixture program = {.tasks = {lies, lies}, .start = take_shared};
	const struct gx_explored *out =
		fixture_explore(&program, &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive,
								       .count_pairs = true,
								       .check_pairs = true});

	(void)state;
	assert_true(out->unequal > 0);
	assert_non_null(strstr(out->unequal_what, "two states"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_readers_do_not_conflict_and_a_writer_does),
		cmocka_unit_test(what_does_not_fit_conflicts_with_everything),
		cmocka_unit_test(steps_that_touch_nothing_in_common_commute),
		cmocka_unit_test(steps_that_hide_what_they_write_are_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
