/* sem_*: the unnamed ones. */
#include "tests/fixture.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "explore/clock.h"

static struct {
	sem_t semaphore;
	uint64_t inside;
	uint64_t order;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
	sem_init(&w->semaphore, 0, 0);
}

static uint64_t order(void)
{
	return w->order;
}

static void run(void (*task)(void *), void (*second)(void *), const char *steps)
{
	fixture_run_tasks(take_shared, task, second, steps);
}

/* 0, or errno. */
static int outcome_of(int rc)
{
	return rc ? errno : 0;
}

static int value(void)
{
	int now = -1;

	return sem_getvalue(&w->semaphore, &now) ? -2 : now;
}

static void counts_up_and_down(void *argument)
{
	(void)argument;
	memset(&w->semaphore, 0xff, sizeof(w->semaphore));
	saw(outcome_of(sem_init(&w->semaphore, 0, 2)));
	saw(value());
	saw(outcome_of(sem_wait(&w->semaphore)));
	saw(outcome_of(sem_trywait(&w->semaphore)));
	saw(outcome_of(sem_trywait(&w->semaphore)));
	saw(value());
	saw(outcome_of(sem_post(&w->semaphore)));
	saw(value());
	saw(outcome_of(sem_destroy(&w->semaphore)));
}

static void a_semaphore_counts(void **state)
{
	(void)state;
	run(counts_up_and_down, NULL, "");
	assert_saw(0, 2, 0, 0, EAGAIN, 0, 0, 1, 0);
	assert_int_equal(fixture_count(GX_L_SEM_WAIT), 1);
	assert_int_equal(fixture_count(GX_L_SEM_TRYWAIT), 2);
	assert_int_equal(fixture_count(GX_L_SEM_POST), 1);
	assert_int_equal(fixture_count(GX_L_SEM_GETVALUE), 3);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 0);
}

static void asks_for_too_much(void *argument)
{
	(void)argument;
	saw(outcome_of(sem_init(&w->semaphore, 0, (unsigned)SEM_VALUE_MAX + 1)));
	saw(outcome_of(sem_init(&w->semaphore, 0, SEM_VALUE_MAX)));
	saw(outcome_of(sem_post(&w->semaphore)));
	saw(value());
}

static void its_value_has_a_limit(void **state)
{
	(void)state;
	run(asks_for_too_much, NULL, "");
	assert_saw(EINVAL, 0, EOVERFLOW, SEM_VALUE_MAX);
}

static void waits_with_limits(void *argument)
{
	struct timespec when = {.tv_nsec = 1000000000};

	(void)argument;
	saw(outcome_of(sem_timedwait(&w->semaphore, &when)));
	when = in_seconds(CLOCK_REALTIME, 3);
	saw(outcome_of(sem_timedwait(&w->semaphore, &when)));
	saw((int64_t)(gx_now() / 1000000000));
	when = in_seconds(CLOCK_MONOTONIC, 2);
	saw(outcome_of(sem_clockwait(&w->semaphore, CLOCK_MONOTONIC, &when)));
	saw((int64_t)(gx_now() / 1000000000));
	sem_post(&w->semaphore);
	saw(outcome_of(sem_timedwait(&w->semaphore, &when))); /* late, but it need not wait */
}

static void a_timed_wait_gives_up_in_virtual_time(void **state)
{
	double started = gx_wall_seconds();

	(void)state;
	run(waits_with_limits, NULL, "");
	assert_saw(EINVAL, ETIMEDOUT, 3, ETIMEDOUT, 5, 0);
	assert_true(gx_wall_seconds() - started < 1.5);
}

static void posts(void *argument)
{
	(void)argument;
	sem_post(&w->semaphore);
}

static void waits_and_notes(void *argument)
{
	sem_wait(&w->semaphore);
	w->order = w->order * 10 + number_of(argument);
	sem_post(&w->semaphore);
}

static void a_post_lets_any_waiter_go_on(void **state)
{
	static const struct fixture program = {.tasks = {waits_and_notes, waits_and_notes, posts},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(12), OUTCOME(21));
}

static void waits(void *argument)
{
	(void)argument;
	sem_wait(&w->semaphore);
}

static void one_post_is_not_enough_for_two(void **state)
{
	static const struct fixture program = {.tasks = {waits, waits, posts}, .start = take_shared};

	(void)state;
	fixture_search(&program);
	assert_found(FOUND_DEADLOCK);
}

static void lets_two_in(void)
{
	take_shared();
	sem_init(&w->semaphore, 0, 2);
}

static void is_inside_for_a_while(void *argument)
{
	(void)argument;
	sem_wait(&w->semaphore);
	w->inside++;
	w->order = w->inside > w->order ? w->inside : w->order;
	point();
	w->inside--;
	sem_post(&w->semaphore);
}

static void as_many_are_inside_as_its_value_says(void **state)
{
	static const struct fixture program = {.tasks = {is_inside_for_a_while, is_inside_for_a_while,
							 is_inside_for_a_while},
					       .start = lets_two_in,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(1), OUTCOME(2));
}

static void is_made_by_libc(void)
{
	take_shared();
	sem_init(&w->semaphore, 0, 1);
}

static void one_that_was_made_before_the_first_task_ran_counts_too(void **state)
{
	static const struct fixture program = {.tasks = {waits_and_notes, waits_and_notes, posts},
					       .start = is_made_by_libc,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(12), OUTCOME(21));
}

static void a_waiter_says_what_it_waits_for(void **state)
{
	struct gx_posix_wait wait;

	(void)state;
	run(waits, NULL, "");
	assert_true(gx_posix_wait_describe(gx_task_at(1), &wait));
	assert_int_equal(wait.object, gx_world_canonical(&w->semaphore));
	assert_int_equal(wait.holder, 0);
	assert_true(gx_posix_is_work_wait(gx_task_at(1)));
}

static sem_t real;

static void *posts_for_real(void *argument)
{
	sem_post(&real);
	return argument;
}

static void real_threads_get_libcs_semaphores(void **state)
{
	struct timespec now;
	pthread_t thread;
	int left;

	(void)state;
	fixture_open();
	assert_int_equal(sem_init(&real, 0, 0), 0);
	assert_int_equal(sem_trywait(&real), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(pthread_create(&thread, NULL, posts_for_real, NULL), 0);
	assert_int_equal(sem_wait(&real), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	now = in_seconds(CLOCK_REALTIME, 0);
	assert_int_equal(sem_timedwait(&real, &now), -1);
	assert_int_equal(errno, ETIMEDOUT);
	now = in_seconds(CLOCK_MONOTONIC, 0);
	assert_int_equal(sem_clockwait(&real, CLOCK_MONOTONIC, &now), -1);
	assert_int_equal(sem_getvalue(&real, &left), 0);
	assert_int_equal(left, 0);
	assert_int_equal(sem_destroy(&real), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_semaphore_counts),
		cmocka_unit_test(its_value_has_a_limit),
		cmocka_unit_test(a_timed_wait_gives_up_in_virtual_time),
		cmocka_unit_test(a_post_lets_any_waiter_go_on),
		cmocka_unit_test(one_post_is_not_enough_for_two),
		cmocka_unit_test(as_many_are_inside_as_its_value_says),
		cmocka_unit_test(one_that_was_made_before_the_first_task_ran_counts_too),
		cmocka_unit_test(a_waiter_says_what_it_waits_for),
		cmocka_unit_test(real_threads_get_libcs_semaphores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
