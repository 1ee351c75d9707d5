/* What nobody foresaw: bugs of the harness, crashes outside of tasks, no memory. What was found so far is told, and what comes next is as ever. */
#include "tests/fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/internal.h"
#include "core/rescue.h"
#include "core/sanitizer.h"
#include "explore/replay.h"
#include "posix/loading.h"

/* What was under way when it had to be given up is lost, by design (core/rescue.h). */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static struct {
	uint64_t value;
	uint64_t done;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static void increments(void *argument)
{
	uint64_t seen;

	(void)argument;
	point();
	seen = w->value;
	point();
	w->value = seen + 1;
	w->done++;
}

/* ---- trouble, after some executions ---- */

static unsigned executions_left;
static void (*trouble)(void);

static uint64_t outcome(void)
{
	if (executions_left && --executions_left == 0)
		trouble();
	return w->value;
}

static const struct fixture lost_update = {.tasks = {increments, increments, increments},
					   .start = take_shared,
					   .outcome = outcome};

static void finds_a_bug(void)
{
	GX_BUG("something");
}

static void crashes(void)
{
	static volatile uintptr_t nowhere = 8;

	*(volatile int *)nowhere = 1; /* outside of any task */
}

static void wipes_the_world(void)
{
	memset((void *)(GX_WORLD_BASE + 8), 0xff, 65528); /* all but the word by which that is noticed */
}

static void aborts(void)
{
	abort();
}

static struct gx_explored seen; /* large */

static enum gx_status explore(const struct gx_strategy *strategy, struct gx_error *err)
{
	struct gx_explore_options options = {.strategy = strategy, .executions = 50, .seed = 1};

	gx_explored_release(&seen);
	return gx_explore(&seen, &options, err);
}

static void explored_to_the_end_as_ever(void)
{
	struct gx_error err;

	assert_int_equal(explore(&gx_strategy_exhaustive, &err), GX_OK);
	assert_true(seen.complete);
	assert_int_equal(seen.hit_count, 3); /* 1, 2 or 3 of three updates are left */
}

static const struct gx_strategy *const strategies[] = {&gx_strategy_exhaustive, &gx_strategy_random};

static void whatever_goes_wrong_what_was_found_is_kept_and_the_way_there_is_told(void **state)
{
	static void (*const troubles[])(void) = {finds_a_bug, crashes, wipes_the_world, aborts};

	(void)state;
	fixture_load(&lost_update);
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
		for (size_t j = 0; j < 2; j++) {
			struct gx_error err = {""};

			if (GX_ASAN && troubles[i] != finds_a_bug) /* its handlers come first */
				continue;
			trouble = troubles[i];
			executions_left = 3;
			assert_int_equal(explore(strategies[j], &err), GX_EINTERNAL);
			assert_non_null(strstr(err.text, "harness"));
			assert_false(seen.complete);
			assert_in_range(seen.hit_count, 1, 3);
			assert_int_equal(seen.led_here.count, 6 + 3); /* the whole execution behind which it happened */
			executions_left = 0;
			explored_to_the_end_as_ever();
		}
}

/* ---- in a task ---- */

static void finds_a_bug_in_a_task(void *argument)
{
	(void)argument;
	gx_sleep(GX_L_SLEEP, 0);
	GX_ASSERT(2 + 2 == 5);
}

static void a_bug_that_a_task_notices_is_no_crash_of_the_program(void **state)
{
	static const struct fixture bug = {.tasks = {increments, finds_a_bug_in_a_task}, .start = take_shared};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct gx_error err = {""};

		fixture_load(&bug);
		assert_int_equal(explore(strategies[i], &err), GX_EINTERNAL);
		assert_non_null(strstr(err.text, "bug in the harness"));
		assert_non_null(strstr(err.text, "2 + 2 == 5"));
		assert_int_equal(seen.hit_count, 0);
		fixture_load(&lost_update);
		executions_left = 0;
		explored_to_the_end_as_ever();
	}
}

static enum gx_status goes_wrong(void *context)
{
	*(bool *)context = true;
	GX_ASSERT(1 + 1 == 3);
	return GX_OK;
}

static enum gx_status loads(void *context)
{
	gx_posix_loading_begin();
	return goes_wrong(context);
}

/* Or all that the harness does from here on would be taken for a plugin's. */
static void who_was_loading_when_it_happened_is_no_more(void **state)
{
	bool was_there = false;
	struct gx_error err;

	(void)state;
	fixture_load(&lost_update);
	assert_int_equal(gx_rescue(loads, &was_there, &err), GX_EINTERNAL);
	assert_true(was_there);
	assert_int_not_equal(getpid(), 1000); /* a guest's */
}

static enum gx_status rescues(void *context)
{
	struct gx_error err;

	assert_int_equal(gx_rescue(goes_wrong, context, &err), GX_EINTERNAL);
	assert_non_null(strstr(err.text, "1 + 1 == 3"));
	return GX_EINPUT;
}

static void the_innermost_rescue_counts_and_other_news_pass(void **state)
{
	struct gx_error err;
	bool was_there = false;

	(void)state;
	fixture_load(&lost_update);
	assert_int_equal(gx_rescue(rescues, &was_there, &err), GX_EINPUT);
	assert_true(was_there);
}

/* ---- no memory ---- */

static enum gx_status everything(struct gx_error *err)
{
	enum gx_status rc = explore(&gx_strategy_auto, err);
	struct gx_minimising job = {.states = 1000};
	struct gx_repro repro;

	for (unsigned i = 0; i < seen.hit_count && rc == GX_OK; i++) {
		job.key = seen.hits[i].key;
		rc = gx_minimise(&seen.hits[i].path, &job, err);
		if (rc == GX_OK)
			rc = gx_repro_make(&repro, "scenario", "gate", &seen.hits[i].path, err);
		if (rc == GX_OK)
			gx_repro_release(&repro);
	}
	if (rc == GX_OK)
		rc = explore(&gx_strategy_random, err);
	return rc;
}

static enum gx_status everything_at_once(void *err)
{
	return everything(err);
}

/* Each allocation in turn fails, until there are no more. */
static void out_of_memory_anywhere_is_said_and_nothing_more(void **state)
{
	unsigned failed = 0;

	(void)state;
	fixture_load(&lost_update);
	for (unsigned long nth = 1;; nth++) {
		struct gx_error err = {""};
		enum gx_status rc;

		gx_posix_fail_allocation(nth);
		rc = gx_rescue(everything_at_once, &err, &err);
		gx_posix_fail_allocation(0);
		if (rc == GX_OK)
			break;
		assert_int_equal(rc, GX_ENOMEM);
		assert_non_null(strstr(err.text, "memory"));
		failed++;
	}
	assert_true(failed > 20);
	explored_to_the_end_as_ever();
}

static int release(void **state)
{
	(void)state;
	gx_explored_release(&seen);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_goes_wrong_what_was_found_is_kept_and_the_way_there_is_told),
		cmocka_unit_test(a_bug_that_a_task_notices_is_no_crash_of_the_program),
		cmocka_unit_test(who_was_loading_when_it_happened_is_no_more),
		cmocka_unit_test(the_innermost_rescue_counts_and_other_news_pass),
		cmocka_unit_test(out_of_memory_anywhere_is_said_and_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
