/* pthread_mutex_*, in every type, and what a blocked task is said to wait for. */
#include "tests/fixture.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "explore/clock.h"

static struct {
	pthread_mutex_t mutex; /* zero: PTHREAD_MUTEX_INITIALIZER */
	pthread_mutex_t other;
	uint64_t stage;
	uint64_t counter;
	uint64_t order;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static void run(void (*task)(void *), void (*second)(void *), const char *steps)
{
	fixture_run_tasks(take_shared, task, second, steps);
}

static void init_of_type(pthread_mutex_t *mutex, int type)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	saw(pthread_mutex_init(mutex, &attributes));
	pthread_mutexattr_destroy(&attributes);
}

/* ---- one task ---- */

static void locks_and_tries(void *argument)
{
	(void)argument;
	saw(pthread_mutex_lock(&w->mutex));
	saw(pthread_mutex_trylock(&w->mutex));
	saw(pthread_mutex_unlock(&w->mutex));
	saw(pthread_mutex_trylock(&w->mutex));
	saw(pthread_mutex_unlock(&w->mutex));
}

static void a_mutex_that_is_zero_can_be_locked_tried_and_unlocked(void **state)
{
	(void)state;
	run(locks_and_tries, NULL, "");
	assert_saw(0, EBUSY, 0, 0, 0);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 0);
	assert_int_equal(fixture_count(GX_L_MUTEX_LOCK), 1);
	assert_int_equal(fixture_count(GX_L_MUTEX_TRYLOCK), 2);
	assert_int_equal(fixture_count(GX_L_MUTEX_UNLOCK), 2);
}

static void the_object_of_a_lock_is_the_mutex(void **state)
{
	(void)state;
	run(locks_and_tries, NULL, "");
	for (uint32_t i = 0; i < fixture_event_count; i++)
		if (fixture_events[i].label == GX_L_MUTEX_LOCK)
			assert_int_equal(fixture_events[i].object, gx_world_canonical(&w->mutex));
}

static const int plain_types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_DEFAULT, PTHREAD_MUTEX_ADAPTIVE_NP};
static int type;

static void makes_a_mutex_and_uses_it(void *argument)
{
	init_of_type(&w->mutex, type);
	locks_and_tries(argument);
	saw(pthread_mutex_destroy(&w->mutex));
}

static void locks_twice(void *argument)
{
	(void)argument;
	init_of_type(&w->mutex, type);
	saw(pthread_mutex_lock(&w->mutex));
	saw(pthread_mutex_lock(&w->mutex));
	saw(-1);
}

static void normal_default_and_adaptive_ones_deadlock_when_locked_again(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		type = plain_types[i];
		run(makes_a_mutex_and_uses_it, NULL, "");
		assert_saw(0, 0, EBUSY, 0, 0, 0, 0);
		run(locks_twice, NULL, "");
		assert_saw(0, 0);
		assert_int_equal(gx_task_at(1)->op.label, GX_L_MUTEX_LOCK);
	}
}

static void locks_deeply(void *argument)
{
	(void)argument;
	saw(pthread_mutex_lock(&w->mutex));
	saw(pthread_mutex_lock(&w->mutex));
	saw(pthread_mutex_trylock(&w->mutex));
	w->stage = 1;
	for (unsigned i = 0; i < 3; i++) {
		await(&w->order, i + 1);
		saw(pthread_mutex_unlock(&w->mutex));
		w->stage++;
	}
}

static void makes_a_recursive_one_and_locks_deeply(void *argument)
{
	init_of_type(&w->mutex, PTHREAD_MUTEX_RECURSIVE);
	locks_deeply(argument);
}

static void takes_a_static_recursive_one_and_locks_deeply(void *argument)
{
	w->mutex = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
	saw(0);
	locks_deeply(argument);
}

static void tries_after_each_unlock(void *argument)
{
	(void)argument;
	for (unsigned i = 1; i <= 4; i++) {
		await(&w->stage, i);
		saw(100 + pthread_mutex_trylock(&w->mutex));
		w->order = i;
	}
}

static void a_recursive_one_is_free_after_as_many_unlocks_as_locks(void **state)
{
	(void)state;
	run(makes_a_recursive_one_and_locks_deeply, tries_after_each_unlock, "");
	assert_saw(0, 0, 0, 0, 100 + EBUSY, 0, 100 + EBUSY, 0, 100 + EBUSY, 0, 100);
	run(takes_a_static_recursive_one_and_locks_deeply, tries_after_each_unlock, "");
	assert_saw(0, 0, 0, 0, 100 + EBUSY, 0, 100 + EBUSY, 0, 100 + EBUSY, 0, 100);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 0);
}

static void makes_mistakes_with_an_errorcheck_one(void *argument)
{
	(void)argument;
	init_of_type(&w->mutex, PTHREAD_MUTEX_ERRORCHECK);
	saw(pthread_mutex_lock(&w->mutex));
	saw(pthread_mutex_lock(&w->mutex));
	saw(pthread_mutex_trylock(&w->mutex));
	saw(pthread_mutex_unlock(&w->mutex));
	saw(pthread_mutex_unlock(&w->mutex));
	w->other = (pthread_mutex_t)PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	saw(pthread_mutex_lock(&w->other));
	saw(pthread_mutex_lock(&w->other));
	saw(pthread_mutex_unlock(&w->other));
}

static void an_errorcheck_one_answers_what_posix_says(void **state)
{
	(void)state;
	run(makes_mistakes_with_an_errorcheck_one, NULL, "");
	assert_saw(0, 0, EDEADLK, EBUSY, 0, EPERM, 0, EDEADLK, 0);
}

/* ---- two tasks ---- */

static void holds_until_stage_1(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	await(&w->stage, 1);
	pthread_mutex_unlock(&w->mutex);
}

static int unlock_of_a_foreign_mutex;

static void unlocks_what_another_holds(void *argument)
{
	(void)argument;
	saw(pthread_mutex_unlock(&w->mutex));
	saw(pthread_mutex_trylock(&w->mutex));
	w->stage = 1;
}

static void makes_one_of_a_type_and_holds_it(void *argument)
{
	init_of_type(&w->mutex, unlock_of_a_foreign_mutex);
	holds_until_stage_1(argument);
}

static void who_unlocks_what_another_holds_is_refused_or_gets_his_way_by_type(void **state)
{
	(void)state;
	unlock_of_a_foreign_mutex = PTHREAD_MUTEX_ERRORCHECK;
	run(makes_one_of_a_type_and_holds_it, unlocks_what_another_holds, "1*");
	assert_saw(0, EPERM, EBUSY);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 1);
	unlock_of_a_foreign_mutex = PTHREAD_MUTEX_RECURSIVE;
	run(makes_one_of_a_type_and_holds_it, unlocks_what_another_holds, "1*");
	assert_saw(0, EPERM, EBUSY);
	/* A normal one: undefined in POSIX; glibc's is free afterwards. The first holder's own unlock is then wrong too. */
	unlock_of_a_foreign_mutex = PTHREAD_MUTEX_NORMAL;
	run(makes_one_of_a_type_and_holds_it, unlocks_what_another_holds, "1*");
	assert_saw(0, 0, 0);
	assert_int_equal(fixture_value(GX_L_POSIX_MISUSE), GX_POSIX_UNLOCK_NOT_OWNER);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 2);
}

static void waits_for_it_with_a_limit(void *argument)
{
	struct timespec soon = in_seconds(CLOCK_REALTIME, 5);
	struct timespec never = {.tv_nsec = 1000000000};
	struct timespec past = {.tv_sec = 1};

	(void)argument;
	saw(pthread_mutex_timedlock(&w->mutex, &never));
	saw(pthread_mutex_timedlock(&w->mutex, &past));
	saw((int64_t)gx_now());
	saw(pthread_mutex_timedlock(&w->mutex, &soon));
	saw((int64_t)(gx_now() / 1000000000));
	soon = in_seconds(CLOCK_MONOTONIC, 2);
	saw(pthread_mutex_clocklock(&w->mutex, CLOCK_MONOTONIC, &soon));
	saw((int64_t)(gx_now() / 1000000000));
	w->stage = 1;
	soon = in_seconds(CLOCK_REALTIME, 5);
	saw(pthread_mutex_timedlock(&w->mutex, &soon));
	saw((int64_t)(gx_now() / 1000000000));
	saw(pthread_mutex_timedlock(&w->mutex, &soon)); /* its own: waits in vain as well */
	saw((int64_t)(gx_now() / 1000000000));
}

static void a_timed_lock_gives_up_in_virtual_time(void **state)
{
	double started = gx_wall_seconds();

	(void)state;
	run(holds_until_stage_1, waits_for_it_with_a_limit, "1*2*02*02*12*12*");
	assert_saw(EINVAL, ETIMEDOUT, 0, ETIMEDOUT, 5, ETIMEDOUT, 7, 0, 7, ETIMEDOUT, 12);
	assert_true(gx_wall_seconds() - started < 1.5);
}

static void takes_it_or_gives_up(void *argument)
{
	struct timespec soon = in_seconds(CLOCK_REALTIME, 1);

	(void)argument;
	w->order = (uint64_t)pthread_mutex_timedlock(&w->mutex, &soon);
	if (!w->order)
		pthread_mutex_unlock(&w->mutex);
}

static void holds_it_for_two_seconds(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	gx_sleep(GX_L_SLEEP, 2000000000);
	pthread_mutex_unlock(&w->mutex);
}

static uint64_t order(void)
{
	return w->order;
}

static void a_timed_lock_may_go_either_way(void **state)
{
	static const struct fixture program = {.tasks = {holds_it_for_two_seconds, takes_it_or_gives_up},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(0), OUTCOME(ETIMEDOUT));
}

/* ---- every interleaving ---- */

static void increments_unlocked(void *argument)
{
	uint64_t value = w->counter;

	(void)argument;
	point();
	w->counter = value + 1;
}

static void increments_locked(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	increments_unlocked(argument);
	pthread_mutex_unlock(&w->mutex);
}

static uint64_t counter(void)
{
	return w->counter;
}

static void a_mutex_keeps_others_out_in_every_interleaving(void **state)
{
	static const struct fixture locked = {.tasks = {increments_locked, increments_locked, increments_locked},
					      .start = take_shared,
					      .outcome = counter};
	static const struct fixture unlocked = {.tasks = {increments_unlocked, increments_unlocked,
							  increments_unlocked},
						.start = take_shared,
						.outcome = counter};

	(void)state;
	fixture_search(&locked);
	assert_found(OUTCOME(3));
	fixture_search(&unlocked);
	assert_found(OUTCOME(1), OUTCOME(2), OUTCOME(3));
}

static void notes_when_it_gets_in(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	w->order = w->order * 10 + number_of(argument);
	pthread_mutex_unlock(&w->mutex);
}

static void any_waiter_may_be_next(void **state)
{
	static const struct fixture program = {.tasks = {notes_when_it_gets_in, notes_when_it_gets_in,
							 notes_when_it_gets_in},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(123), OUTCOME(132), OUTCOME(213), OUTCOME(231), OUTCOME(312), OUTCOME(321));
}

static void locks_both(void *argument)
{
	bool first = number_of(argument) == 1;

	pthread_mutex_lock(first ? &w->mutex : &w->other);
	pthread_mutex_lock(first ? &w->other : &w->mutex);
	pthread_mutex_unlock(&w->mutex);
	pthread_mutex_unlock(&w->other);
}

static void locks_both_in_order(void *argument)
{
	(void)argument;
	locks_both((void *)1);
}

static void two_locks_in_two_orders_deadlock_and_in_one_order_do_not(void **state)
{
	static const struct fixture crossed = {.tasks = {locks_both, locks_both}, .start = take_shared};
	static const struct fixture ordered = {.tasks = {locks_both_in_order, locks_both_in_order},
					       .start = take_shared};

	(void)state;
	fixture_search(&crossed);
	assert_found(FOUND_DEADLOCK);
	assert_int_equal(fixture_search(&ordered)->hit_count, 0);
}

static void tries_only(void *argument)
{
	int rc = pthread_mutex_trylock(&w->mutex);

	w->order = w->order * 10 + (rc ? number_of(argument) : 0);
	if (!rc)
		pthread_mutex_unlock(&w->mutex);
}

static void a_try_succeeds_or_fails_but_never_waits(void **state)
{
	static const struct fixture program = {.tasks = {tries_only, tries_only},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	/* Both; the first only, told before or after the other gave up; the second only, likewise. */
	assert_found(OUTCOME(0), OUTCOME(1), OUTCOME(2));
}

/* ---- what is said about a blocked task ---- */

static void a_blocked_task_says_which_mutex_it_waits_for_and_who_holds_it(void **state)
{
	struct gx_posix_wait wait;

	(void)state;
	run(holds_until_stage_1, increments_locked, "1*2*");
	assert_int_equal(gx_task_at(2)->op.label, GX_L_MUTEX_LOCK);
	assert_true(gx_posix_wait_describe(gx_task_at(2), &wait));
	assert_int_equal(wait.object, gx_world_canonical(&w->mutex));
	assert_int_equal(wait.holder, gx_task_at(1)->slot);
	assert_false(gx_posix_is_work_wait(gx_task_at(2)));
	assert_false(gx_posix_wait_describe(gx_task_at(1), &wait)); /* it is at a point of the test's own */
}

/* ---- outside of controlled tasks ---- */

static struct {
	pthread_mutex_t mutex;
	pthread_mutex_t recursive;
	unsigned long counter;
} real = {.mutex = PTHREAD_MUTEX_INITIALIZER, .recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP};

enum { REAL_ROUNDS = 100000 };

static void *counts_on_a_real_thread(void *argument)
{
	for (unsigned i = 0; i < REAL_ROUNDS; i++) {
		pthread_mutex_lock(&real.mutex);
		real.counter++;
		pthread_mutex_unlock(&real.mutex);
	}
	return argument;
}

static void real_threads_get_libcs_mutexes(void **state)
{
	struct timespec soon;
	pthread_t threads[2];
	void *result;

	(void)state;
	fixture_open();
	for (uintptr_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, counts_on_a_real_thread, (void *)(i + 7)), 0);
	for (uintptr_t i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, (void *)(i + 7));
	}
	assert_int_equal(real.counter, 2 * REAL_ROUNDS);
	assert_int_equal(pthread_mutex_lock(&real.recursive), 0);
	assert_int_equal(pthread_mutex_trylock(&real.recursive), 0);
	assert_int_equal(pthread_mutex_unlock(&real.recursive), 0);
	assert_int_equal(pthread_mutex_unlock(&real.recursive), 0);
	assert_int_equal(pthread_mutex_lock(&real.mutex), 0);
	soon = in_seconds(CLOCK_REALTIME, 0);
	assert_int_equal(pthread_mutex_timedlock(&real.mutex, &soon), ETIMEDOUT);
	soon = in_seconds(CLOCK_MONOTONIC, 0);
	assert_int_equal(pthread_mutex_clocklock(&real.mutex, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
	assert_int_equal(pthread_mutex_unlock(&real.mutex), 0);
	assert_int_equal(pthread_mutex_destroy(&real.mutex), 0);
	assert_int_equal(pthread_mutex_init(&real.mutex, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mutex_that_is_zero_can_be_locked_tried_and_unlocked),
		cmocka_unit_test(the_object_of_a_lock_is_the_mutex),
		cmocka_unit_test(normal_default_and_adaptive_ones_deadlock_when_locked_again),
		cmocka_unit_test(a_recursive_one_is_free_after_as_many_unlocks_as_locks),
		cmocka_unit_test(an_errorcheck_one_answers_what_posix_says),
		cmocka_unit_test(who_unlocks_what_another_holds_is_refused_or_gets_his_way_by_type),
		cmocka_unit_test(a_timed_lock_gives_up_in_virtual_time),
		cmocka_unit_test(a_timed_lock_may_go_either_way),
		cmocka_unit_test(a_mutex_keeps_others_out_in_every_interleaving),
		cmocka_unit_test(any_waiter_may_be_next),
		cmocka_unit_test(two_locks_in_two_orders_deadlock_and_in_one_order_do_not),
		cmocka_unit_test(a_try_succeeds_or_fails_but_never_waits),
		cmocka_unit_test(a_blocked_task_says_which_mutex_it_waits_for_and_who_holds_it),
		cmocka_unit_test(real_threads_get_libcs_mutexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
