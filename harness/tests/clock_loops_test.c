/* Loops that look at the clock: they come round to states that have been, as far as only distances count; and what counts else is not lost. */
#include "tests/fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/sanitizer.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	uint64_t done;
	uint64_t result;
	double since;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static uint64_t result(void)
{
	return w->result;
}

static void in_a_second(struct timespec *when)
{
	clock_gettime(CLOCK_REALTIME, when);
	when->tv_sec++;
}

/* ---- waits of a second, again and again ---- */

static void waits_in_turns(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&w->mutex);
	while (!w->done) {
		struct timespec until;

		in_a_second(&until);
		pthread_cond_timedwait(&w->freed, &w->mutex, &until);
	}
	pthread_mutex_unlock(&w->mutex);
}

static void works(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < 10; i++)
		point();
	pthread_mutex_lock(&w->mutex);
	w->done = 1;
	pthread_cond_signal(&w->freed);
	pthread_mutex_unlock(&w->mutex);
}

static void a_wait_that_is_begun_anew_comes_round(void **state)
{
	static const struct fixture program = {.tasks = {waits_in_turns, works}, .start = take_shared};
	const struct gx_explored *out;

	(void)state;
	out = fixture_search(&program);
	assert_true(out->complete);
	assert_true(out->infinite);
	assert_int_equal(out->cut, 0);
	assert_int_equal(out->hit_count, 0);
	assert_in_range(out->states, 20, 400);
}

/* ---- time that is kept ---- */

static unsigned rounds;

static void gives_up_after_a_while(void *argument)
{
	struct timespec since;
	struct timespec now;

	(void)argument;
	clock_gettime(CLOCK_MONOTONIC, &since);
	do {
		usleep(1000000);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!w->done && now.tv_sec - since.tv_sec < (time_t)rounds);
	w->result = w->done ? 1 : 2;
}

static void gives_up_by_a_double(void *argument)
{
	(void)argument;
	w->since = (double)time(NULL);
	do {
		usleep(1000000);
	} while (!w->done && (double)time(NULL) - w->since < (double)rounds);
	w->result = w->done ? 1 : 2;
}

/* In a form in which nobody knows it as a time. */
static void gives_up_by_the_minute(void *argument)
{
	unsigned since = (unsigned)(time(NULL) % 60);

	(void)argument;
	do {
		usleep(1000000);
	} while (!w->done && ((unsigned)(time(NULL) % 60) + 60 - since) % 60 < rounds);
	w->result = w->done ? 1 : 2;
}

static void who_gives_up_does_so_however_long_that_takes(void **state)
{
	static const struct fixture programs[] = {
		{.tasks = {gives_up_after_a_while, works}, .start = take_shared, .outcome = result},
		{.tasks = {gives_up_by_a_double, works}, .start = take_shared, .outcome = result},
	};

	(void)state;
	for (rounds = 10; rounds <= 70; rounds += 30)
		for (size_t i = 0; i < 2; i++) {
			assert_true(fixture_search(&programs[i])->complete);
			assert_found(OUTCOME(1), OUTCOME(2));
		}
}

static void a_time_in_another_form_is_not_lost_either(void **state)
{
	static const struct fixture program = {.tasks = {gives_up_by_the_minute, works},
					       .start = take_shared,
					       .outcome = result};

	(void)state;
	rounds = 10;
	fixture_search(&program);
	assert_found(OUTCOME(1), OUTCOME(2));
}

/* ---- loops without an end ---- */

static void waits_for_what_does_not_come(void *argument)
{
	(void)argument;
	while (!w->done) {
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		usleep(1000000);
	}
}

static void a_loop_that_looks_at_the_clock_can_be_a_livelock(void **state)
{
	static const struct fixture program = {.tasks = {waits_for_what_does_not_come, waits_for_what_does_not_come},
					       .start = take_shared};
	struct gx_explore_options random = {.strategy = &gx_strategy_random, .executions = 5, .seed = 1};

	(void)state;
	assert_true(fixture_search(&program)->complete);
	assert_found(FOUND_LIVELOCK);
	fixture_explore(&program, &random);
	assert_found(FOUND_LIVELOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_that_is_begun_anew_comes_round),
		cmocka_unit_test(who_gives_up_does_so_however_long_that_takes),
		cmocka_unit_test(a_time_in_another_form_is_not_lost_either),
		cmocka_unit_test(a_loop_that_looks_at_the_clock_can_be_a_livelock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
