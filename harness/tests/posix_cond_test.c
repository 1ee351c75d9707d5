/* pthread_cond_*: who is woken, when, with which mutex, and by which clock. */
#include "tests/fixture.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "explore/clock.h"

#define SECOND 1000000000ull

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	uint64_t waiting; /* tasks that hold the mutex on their way to a wait */
	uint64_t items;
	uint64_t order; /* decimal digits: who came when */
	uint64_t stage;
	uint64_t in_section;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static uint64_t order(void)
{
	return w->order;
}

static void run(void (*task)(void *), void (*second)(void *), const char *steps)
{
	fixture_run_tasks(take_shared, task, second, steps);
}

/* Until all the tasks that wait have let go of the mutex: `count` of them. */
static void lock_when_all_wait(uint32_t count)
{
	await(&w->waiting, count);
	pthread_mutex_lock(&w->mutex);
}

/* ---- signal and broadcast ---- */

static void waits_once(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	w->waiting++;
	pthread_cond_wait(&w->cond, &w->mutex);
	w->order = w->order * 10 + number_of(argument);
	pthread_mutex_unlock(&w->mutex);
}

static void signals_and_then_broadcasts(void *argument)
{
	(void)argument;
	lock_when_all_wait(3);
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->mutex);
	await(&w->order, 1);
	pthread_cond_broadcast(&w->cond);
}

static void signals_once(void *argument)
{
	(void)argument;
	lock_when_all_wait(1);
	pthread_cond_signal(&w->cond);
	w->order = 9;
	pthread_mutex_unlock(&w->mutex);
}

static void broadcasts(void *argument)
{
	(void)argument;
	lock_when_all_wait(3);
	pthread_cond_broadcast(&w->cond);
	pthread_mutex_unlock(&w->mutex);
}

static void a_waiter_goes_on_when_it_is_signalled_and_has_the_mutex(void **state)
{
	static const struct fixture program = {.tasks = {waits_once, signals_once},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(91)); /* never before the signaller has let go of the mutex */
}

static void a_signal_may_wake_any_waiter_and_only_one(void **state)
{
	static const struct fixture program = {.tasks = {waits_once, waits_once, waits_once,
							 signals_and_then_broadcasts},
					       .start = take_shared,
					       .outcome = order};
	const struct gx_explored *out;

	(void)state;
	out = fixture_search(&program);
	assert_found(OUTCOME(123), OUTCOME(132), OUTCOME(213), OUTCOME(231), OUTCOME(312), OUTCOME(321));
	assert_false(out->infinite);
}

static void which_waiter_a_signal_wakes_is_a_choice_of_the_scheduler(void **state)
{
	static const struct fixture program = {.tasks = {waits_once, waits_once, waits_once,
							 signals_and_then_broadcasts},
					       .start = take_shared};
	struct gx_choice options[GX_OPTIONS_MAX];

	(void)state;
	fixture_load(&program);
	fixture_begin("1*2*3*444");
	assert_int_equal(gx_task_at(4)->op.label, GX_L_COND_SIGNAL);
	assert_int_equal(gx_sched_options(options), 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(options[i].task, 4);
		assert_int_equal(options[i].alternative, i);
	}
}

static void a_broadcast_wakes_all_in_any_order(void **state)
{
	static const struct fixture program = {.tasks = {waits_once, waits_once, waits_once, broadcasts},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(123), OUTCOME(132), OUTCOME(213), OUTCOME(231), OUTCOME(312), OUTCOME(321));
}

static void signals_without_looking(void *argument)
{
	(void)argument;
	pthread_cond_signal(&w->cond);
}

static void a_signal_that_nobody_waits_for_is_lost(void **state)
{
	static const struct fixture program = {.tasks = {waits_once, signals_without_looking},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(1), FOUND_DEADLOCK);
}

/* ---- the predicate ---- */

static void consumes_if(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	if (!w->items)
		pthread_cond_wait(&w->cond, &w->mutex);
	w->order |= !w->items;
	w->items -= w->items > 0;
	pthread_mutex_unlock(&w->mutex);
}

static void consumes_while(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	while (!w->items)
		pthread_cond_wait(&w->cond, &w->mutex);
	w->order |= !w->items;
	w->items--;
	pthread_mutex_unlock(&w->mutex);
}

static void produces_one(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	w->items++;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->mutex);
}

static void without_spurious_wake_ups_one_waiter_may_do_without_a_loop(void **state)
{
	static const struct fixture program = {.tasks = {consumes_if, produces_one},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(0));
}

static void a_spurious_wake_up_needs_a_loop(void **state)
{
	static const struct fixture without = {.tasks = {consumes_if, produces_one},
					       .start = take_shared,
					       .outcome = order,
					       .spurious = 1};
	static const struct fixture with = {.tasks = {consumes_while, produces_one},
					    .start = take_shared,
					    .outcome = order,
					    .spurious = 2};
	const struct gx_hit *hit;
	unsigned spurious = 0;

	(void)state;
	fixture_search(&without);
	assert_found(OUTCOME(0), OUTCOME(1));
	hit = fixture_hit(OUTCOME(1));
	for (uint32_t i = 0; i < hit->path.count; i++)
		spurious += hit->path.choice[i].spurious;
	assert_int_equal(spurious, 1);
	fixture_search(&with);
	assert_found(OUTCOME(0));
}

static void a_consumer_that_comes_between_signal_and_wake_up_needs_a_loop_too(void **state)
{
	static const struct fixture without = {.tasks = {consumes_if, consumes_if, produces_one, produces_one},
					       .start = take_shared,
					       .outcome = order};
	static const struct fixture with = {.tasks = {consumes_while, consumes_while, produces_one, produces_one},
					    .start = take_shared,
					    .outcome = order};

	(void)state;
	fixture_search(&without);
	assert_found(OUTCOME(0), OUTCOME(1));
	fixture_search(&with);
	assert_found(OUTCOME(0));
}

/* ---- time-outs ---- */

static clockid_t clock_of_the_condition;
static bool broken_time;

static void makes_the_condition_variable(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	saw(pthread_condattr_setclock(&attributes, clock_of_the_condition));
	saw(pthread_cond_init(&w->cond, &attributes));
	pthread_condattr_destroy(&attributes);
}

static void waits_three_seconds(void *argument)
{
	struct timespec when = in_seconds(clock_of_the_condition, 3);

	(void)argument;
	makes_the_condition_variable();
	if (broken_time)
		when.tv_nsec = -1;
	pthread_mutex_lock(&w->mutex);
	saw(pthread_cond_timedwait(&w->cond, &w->mutex, &when));
	saw((int64_t)(gx_now() / SECOND));
	saw(pthread_mutex_trylock(&w->mutex)); /* held: a normal mutex is busy for its holder too */
	pthread_mutex_unlock(&w->mutex);
	saw(pthread_cond_destroy(&w->cond));
}

static void a_timed_wait_ends_by_the_clock_of_its_condition_variable(void **state)
{
	double started = gx_wall_seconds();

	(void)state;
	clock_of_the_condition = CLOCK_REALTIME;
	run(waits_three_seconds, NULL, "");
	assert_saw(0, 0, ETIMEDOUT, 3, EBUSY, 0);
	clock_of_the_condition = CLOCK_MONOTONIC;
	run(waits_three_seconds, NULL, "");
	assert_saw(0, 0, ETIMEDOUT, 3, EBUSY, 0);
	assert_true(gx_wall_seconds() - started < 1.5);
}

static void a_time_that_is_none_is_refused_and_the_mutex_kept(void **state)
{
	(void)state;
	broken_time = true;
	clock_of_the_condition = CLOCK_REALTIME;
	run(waits_three_seconds, NULL, "");
	broken_time = false;
	assert_saw(0, 0, EINVAL, 0, EBUSY, 0);
}

static void waits_by_a_clock_of_its_choice(void *argument)
{
	struct timespec when = in_seconds(CLOCK_MONOTONIC, 2);

	(void)argument;
	pthread_mutex_lock(&w->mutex);
	saw(pthread_cond_clockwait(&w->cond, &w->mutex, CLOCK_MONOTONIC, &when));
	saw((int64_t)(gx_now() / SECOND));
	when = in_seconds(CLOCK_REALTIME, 2);
	saw(pthread_cond_clockwait(&w->cond, &w->mutex, CLOCK_REALTIME, &when));
	saw((int64_t)(gx_now() / SECOND));
	pthread_mutex_unlock(&w->mutex);
}

static void a_wait_may_name_its_clock(void **state)
{
	(void)state;
	run(waits_by_a_clock_of_its_choice, NULL, "");
	assert_saw(ETIMEDOUT, 2, ETIMEDOUT, 4);
}

static void waits_one_second(void *argument)
{
	struct timespec when = in_seconds(CLOCK_REALTIME, 1);

	(void)argument;
	pthread_mutex_lock(&w->mutex);
	w->order = (uint64_t)pthread_cond_timedwait(&w->cond, &w->mutex, &when);
	pthread_mutex_unlock(&w->mutex);
}

static void signals_after_a_second(void *argument)
{
	gx_sleep(GX_L_SLEEP, SECOND);
	signals_without_looking(argument);
}

static void a_signal_and_a_time_out_race(void **state)
{
	static const struct fixture program = {.tasks = {waits_one_second, signals_after_a_second},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(0), OUTCOME(ETIMEDOUT));
}

/* ---- the mutex ---- */

static void checks_that_it_is_alone(void)
{
	w->stage |= w->in_section;
	w->in_section = 1;
	point();
	w->in_section = 0;
}

static void is_alone_before_and_after_a_wait(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	checks_that_it_is_alone();
	w->waiting++;
	pthread_cond_wait(&w->cond, &w->mutex);
	checks_that_it_is_alone();
	pthread_mutex_unlock(&w->mutex);
}

static void is_alone_and_broadcasts(void *argument)
{
	(void)argument;
	lock_when_all_wait(2);
	checks_that_it_is_alone();
	pthread_cond_broadcast(&w->cond);
	checks_that_it_is_alone();
	pthread_mutex_unlock(&w->mutex);
}

static uint64_t stage(void)
{
	return w->stage;
}

static void a_wait_gives_the_mutex_back_and_takes_it_again(void **state)
{
	static const struct fixture program = {.tasks = {is_alone_before_and_after_a_wait,
							 is_alone_before_and_after_a_wait, is_alone_and_broadcasts},
					       .start = take_shared,
					       .outcome = stage};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(0));
}

static void waits_with_a_deep_mutex(void *argument)
{
	(void)argument;
	w->mutex = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
	pthread_mutex_lock(&w->mutex);
	pthread_mutex_lock(&w->mutex);
	w->waiting++;
	saw(pthread_cond_wait(&w->cond, &w->mutex));
	pthread_mutex_unlock(&w->mutex);
	w->stage = 1;
	await(&w->stage, 2);
	pthread_mutex_unlock(&w->mutex);
}

static void signals_and_tries_the_deep_mutex(void *argument)
{
	(void)argument;
	await(&w->waiting, 1);
	saw(pthread_mutex_trylock(&w->mutex)); /* of two levels it has given back one */
	pthread_cond_signal(&w->cond);
	await(&w->stage, 1);
	saw(pthread_mutex_trylock(&w->mutex)); /* one unlock was not enough: it is two deep again */
	w->stage = 2;
	pthread_mutex_lock(&w->mutex);
	saw(1);
	pthread_mutex_unlock(&w->mutex);
}

static void a_wait_gives_one_level_of_a_recursive_mutex_back(void **state)
{
	(void)state;
	run(waits_with_a_deep_mutex, signals_and_tries_the_deep_mutex, "1*2*");
	assert_saw(EBUSY, 0, EBUSY, 1);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 0);
	assert_null(gx_task_at(1));
	assert_null(gx_task_at(2));
}

/* ---- making and describing ---- */

static void uses_a_static_one_and_one_that_held_garbage(void *argument)
{
	struct timespec now = in_seconds(CLOCK_REALTIME, 0);

	(void)argument;
	w->cond = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	pthread_mutex_lock(&w->mutex);
	saw(pthread_cond_timedwait(&w->cond, &w->mutex, &now));
	memset(&w->cond, 0xff, sizeof(w->cond));
	saw(pthread_cond_init(&w->cond, NULL));
	saw(pthread_cond_timedwait(&w->cond, &w->mutex, &now));
	pthread_mutex_unlock(&w->mutex);
	saw(pthread_cond_signal(&w->cond));
	saw(pthread_cond_broadcast(&w->cond));
	saw(pthread_cond_destroy(&w->cond));
}

static void static_and_dynamic_initialisation_do(void **state)
{
	(void)state;
	run(uses_a_static_one_and_one_that_held_garbage, NULL, "");
	assert_saw(ETIMEDOUT, 0, ETIMEDOUT, 0, 0, 0);
	assert_int_equal(gx_now(), 0);
}

static void a_waiting_task_says_what_it_waits_for(void **state)
{
	struct gx_posix_wait wait;

	(void)state;
	run(waits_once, NULL, "");
	assert_true(gx_posix_wait_describe(gx_task_at(1), &wait));
	assert_int_equal(wait.object, gx_world_canonical(&w->cond));
	assert_int_equal(wait.holder, 0);
	assert_true(gx_posix_is_work_wait(gx_task_at(1)));
}

/* ---- outside of controlled tasks ---- */

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	int turn;
} real = {.mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};

static void take_turns(int mine, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++) {
		pthread_mutex_lock(&real.mutex);
		while (real.turn != mine)
			pthread_cond_wait(&real.cond, &real.mutex);
		real.turn = !mine;
		pthread_cond_signal(&real.cond);
		pthread_mutex_unlock(&real.mutex);
	}
}

static void *takes_turns_on_a_real_thread(void *argument)
{
	(void)argument;
	take_turns(1, 1000);
	return NULL;
}

static void real_threads_get_libcs_condition_variables(void **state)
{
	struct timespec now;
	pthread_t thread;

	(void)state;
	fixture_open();
	assert_int_equal(pthread_create(&thread, NULL, takes_turns_on_a_real_thread, NULL), 0);
	take_turns(0, 1000);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(real.turn, 0);
	pthread_mutex_lock(&real.mutex);
	now = in_seconds(CLOCK_REALTIME, 0);
	assert_int_equal(pthread_cond_timedwait(&real.cond, &real.mutex, &now), ETIMEDOUT);
	now = in_seconds(CLOCK_MONOTONIC, 0);
	assert_int_equal(pthread_cond_clockwait(&real.cond, &real.mutex, CLOCK_MONOTONIC, &now), ETIMEDOUT);
	pthread_mutex_unlock(&real.mutex);
	assert_int_equal(pthread_cond_broadcast(&real.cond), 0);
	assert_int_equal(pthread_cond_destroy(&real.cond), 0);
	assert_int_equal(pthread_cond_init(&real.cond, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_waiter_goes_on_when_it_is_signalled_and_has_the_mutex),
		cmocka_unit_test(a_signal_may_wake_any_waiter_and_only_one),
		cmocka_unit_test(which_waiter_a_signal_wakes_is_a_choice_of_the_scheduler),
		cmocka_unit_test(a_broadcast_wakes_all_in_any_order),
		cmocka_unit_test(a_signal_that_nobody_waits_for_is_lost),
		cmocka_unit_test(without_spurious_wake_ups_one_waiter_may_do_without_a_loop),
		cmocka_unit_test(a_spurious_wake_up_needs_a_loop),
		cmocka_unit_test(a_consumer_that_comes_between_signal_and_wake_up_needs_a_loop_too),
		cmocka_unit_test(a_timed_wait_ends_by_the_clock_of_its_condition_variable),
		cmocka_unit_test(a_time_that_is_none_is_refused_and_the_mutex_kept),
		cmocka_unit_test(a_wait_may_name_its_clock),
		cmocka_unit_test(a_signal_and_a_time_out_race),
		cmocka_unit_test(a_wait_gives_the_mutex_back_and_takes_it_again),
		cmocka_unit_test(a_wait_gives_one_level_of_a_recursive_mutex_back),
		cmocka_unit_test(static_and_dynamic_initialisation_do),
		cmocka_unit_test(a_waiting_task_says_what_it_waits_for),
		cmocka_unit_test(real_threads_get_libcs_condition_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
