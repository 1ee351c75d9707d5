/* Clocks and sleeps: virtual for controlled tasks, real for everybody else. */
#include "tests/fixture.h"

#include <errno.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "explore/clock.h"

#define SECOND 1000000000ll

static void run(void (*task)(void *), void (*second)(void *))
{
	static struct fixture program;

	program = (struct fixture){.tasks = {task, second}};
	fixture_load(&program);
	fixture_run("");
}

static int64_t ns_of(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		return -1;
	return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

static int64_t us_of_day(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

/* Must be the first test: there is no world yet. */
static void clocks_can_be_read_before_there_is_a_world(void **state)
{
	struct timespec moment = {.tv_nsec = 1};

	(void)state;
	assert_in_range(time(NULL), 1600000000, 100000000000);
	assert_in_range(us_of_day() / 1000000, 1600000000, 100000000000);
	assert_true(ns_of(CLOCK_REALTIME) > 1600000000 * SECOND);
	assert_int_equal(nanosleep(&moment, NULL), 0);
}

static void reads_every_clock(void *argument)
{
	int64_t start = ns_of(CLOCK_REALTIME);
	int64_t up = ns_of(CLOCK_MONOTONIC);
	time_t stored;

	(void)argument;
	for (unsigned i = 0; i < 3; i++) {
		int64_t now = ns_of(CLOCK_REALTIME);

		saw(now - start);
		saw(ns_of(CLOCK_MONOTONIC) - up);
		saw(ns_of(CLOCK_BOOTTIME) - up);
		saw(us_of_day() - now / 1000);
		saw(time(&stored) - now / SECOND);
		saw(stored - now / SECOND);
		gx_sleep(GX_L_SLEEP, (uint64_t)(SECOND + SECOND / 2));
	}
}

static void all_clocks_agree_and_move_only_with_the_scheduler(void **state)
{
	(void)state;
	run(reads_every_clock, NULL);
	assert_saw(0, 0, 0, 0, 0, 0, 1500000000, 1500000000, 1500000000, 0, 0, 0, 3000000000, 3000000000, 3000000000, 0,
		   0, 0);
}

static void writes_the_date(void *argument)
{
	(void)argument;
	saw(ns_of(CLOCK_REALTIME));
	saw(time(NULL));
}

static void every_execution_begins_at_the_same_moment(void **state)
{
	(void)state;
	run(writes_the_date, NULL);
	assert_saw(1767225600 * SECOND, 1767225600); /* 2026-01-01, see posix/time.c */
}

static void sleeps_in_every_way(void *argument)
{
	struct timespec wanted = {.tv_sec = 60};

	(void)argument;
	saw(nanosleep(&wanted, NULL));
	saw((int64_t)gx_now() / SECOND);
	saw(sleep(60));
	saw((int64_t)gx_now() / SECOND);
	saw(usleep(500000));
	saw(usleep(500000));
	saw((int64_t)gx_now() / SECOND);
	saw(clock_nanosleep(CLOCK_REALTIME, 0, &wanted, NULL));
	saw((int64_t)gx_now() / SECOND);
	clock_gettime(CLOCK_MONOTONIC, &wanted);
	wanted.tv_sec += 9;
	saw(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, NULL));
	saw((int64_t)gx_now() / SECOND);
	saw(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, NULL)); /* over already */
	saw((int64_t)gx_now() / SECOND);
}

static void sleeps_take_virtual_time_and_no_real_time(void **state)
{
	double started = gx_wall_seconds();

	(void)state;
	run(sleeps_in_every_way, NULL);
	assert_saw(0, 60, 0, 120, 0, 0, 121, 0, 181, 0, 190, 0, 190);
	assert_true(gx_wall_seconds() - started < 1.5);
}

static void asks_for_times_that_are_none(void *argument)
{
	struct timespec wanted = {.tv_nsec = 1000000000};

	(void)argument;
	saw(nanosleep(&wanted, NULL) ? errno : 0);
	saw(clock_nanosleep(CLOCK_MONOTONIC, 0, &wanted, NULL));
	wanted = (struct timespec){.tv_sec = -1};
	saw(nanosleep(&wanted, NULL) ? errno : 0);
	saw(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, NULL));
	wanted = (struct timespec){.tv_nsec = -1};
	saw(nanosleep(&wanted, NULL) ? errno : 0);
}

static void a_time_that_is_none_is_refused(void **state)
{
	(void)state;
	run(asks_for_times_that_are_none, NULL);
	assert_saw(EINVAL, EINVAL, EINVAL, EINVAL, EINVAL);
	assert_int_equal(fixture_count(GX_L_CLOCK_TICK), 0);
}

static void sleeps_for_the_longest_time(void *argument)
{
	struct timespec wanted = {.tv_sec = INT64_MAX, .tv_nsec = 999999999};

	(void)argument;
	sleep(1);
	nanosleep(&wanted, NULL);
	saw(1);
}

static void the_longest_sleep_does_not_wrap_around(void **state)
{
	(void)state;
	run(sleeps_for_the_longest_time, NULL);
	assert_int_equal(fixture_count(GX_L_STEP_LIMIT), 1);
	assert_int_equal(fixture_count(GX_L_TASK_END), 0);
}

static void sleeps_for_nothing(void *argument)
{
	struct timespec wanted = {0};

	(void)argument;
	nanosleep(&wanted, NULL);
	saw(number_of(argument));
}

static void a_sleep_of_nothing_is_a_point(void **state)
{
	static const struct fixture program = {.tasks = {sleeps_for_nothing, sleeps_for_nothing}};

	(void)state;
	fixture_load(&program);
	fixture_run("1221");
	assert_saw(2, 1);
	assert_int_equal(gx_now(), 0);
}

/* ---- a wall clock that is set ---- */

static struct gx_wall *wall;

static void put_up_a_wall(void)
{
	wall = gx_world_shared(sizeof(*wall));
	gx_posix_wall(wall);
}

static void waits_for_ten_minutes_of_the_wall(void *argument)
{
	struct timespec until = in_seconds(CLOCK_REALTIME, 600);
	int64_t wall_began = ns_of(CLOCK_REALTIME);
	int64_t up_began = ns_of(CLOCK_MONOTONIC);

	(void)argument;
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
	saw((ns_of(CLOCK_REALTIME) - wall_began) / SECOND);
	saw((ns_of(CLOCK_MONOTONIC) - up_began) / SECOND);
}

static void waits_for_ten_minutes_of_the_other(void *argument)
{
	struct timespec until = in_seconds(CLOCK_MONOTONIC, 600);
	int64_t up_began = ns_of(CLOCK_MONOTONIC);

	(void)argument;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	saw((ns_of(CLOCK_MONOTONIC) - up_began) / SECOND);
}

static void naps_for_ten_minutes(void *argument)
{
	struct timespec until = in_seconds(CLOCK_REALTIME, 600);

	(void)argument;
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
	sleep(600); /* an interval is none of the wall's, though it was one before */
	saw((int64_t)gx_now() / SECOND);
}

static void sets_it_forward(void *argument)
{
	(void)argument;
	gx_posix_jump(3600 * SECOND);
}

static void sets_it_a_little_forward(void *argument)
{
	(void)argument;
	gx_posix_jump(60 * SECOND);
}

static void sets_it_back(void *argument)
{
	(void)argument;
	gx_posix_jump(-60 * SECOND);
}

static void who_waits_by_the_wall_goes_with_it(void **state)
{
	(void)state;
	fixture_run_tasks(put_up_a_wall, waits_for_ten_minutes_of_the_wall, sets_it_forward, "122");
	assert_saw(3600, 0); /* it has come at once */
	fixture_run_tasks(put_up_a_wall, waits_for_ten_minutes_of_the_wall, sets_it_a_little_forward, "122");
	assert_saw(600, 540);
	fixture_run_tasks(put_up_a_wall, waits_for_ten_minutes_of_the_wall, sets_it_back, "122");
	assert_saw(600, 660);
	fixture_run_tasks(put_up_a_wall, waits_for_ten_minutes_of_the_other, sets_it_forward, "122");
	assert_saw(600);
	fixture_run_tasks(put_up_a_wall, naps_for_ten_minutes, sets_it_back, "10122");
	assert_saw(1200);
	fixture_run_tasks(put_up_a_wall, waits_for_ten_minutes_of_the_wall, sets_it_forward, "22");
	assert_saw(600, 600); /* before anybody looks */
	gx_posix_wall(NULL);
}

static void everybody_else_sleeps_in_real_time(void **state)
{
	struct timespec wanted = {.tv_nsec = 20000000};
	double started = gx_wall_seconds();

	(void)state;
	fixture_open();
	assert_int_equal(nanosleep(&wanted, NULL), 0);
	assert_int_equal(clock_nanosleep(CLOCK_MONOTONIC, 0, &wanted, NULL), 0);
	assert_int_equal(usleep(20000), 0);
	assert_int_equal(sleep(0), 0);
	assert_true(gx_wall_seconds() - started >= 0.06);
	wanted.tv_nsec = -1;
	assert_int_equal(nanosleep(&wanted, NULL), -1);
	assert_int_equal(errno, EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_can_be_read_before_there_is_a_world),
		cmocka_unit_test(all_clocks_agree_and_move_only_with_the_scheduler),
		cmocka_unit_test(every_execution_begins_at_the_same_moment),
		cmocka_unit_test(sleeps_take_virtual_time_and_no_real_time),
		cmocka_unit_test(a_time_that_is_none_is_refused),
		cmocka_unit_test(the_longest_sleep_does_not_wrap_around),
		cmocka_unit_test(a_sleep_of_nothing_is_a_point),
		cmocka_unit_test(who_waits_by_the_wall_goes_with_it),
		cmocka_unit_test(everybody_else_sleeps_in_real_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
