/* pthread_create, join, detach, exit, self, equal; pthread_once; sched_yield. */
#include "tests/fixture.h"
#include "tests/machine.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "core/sanitizer.h"
#include "core/snapshot.h"

static struct {
	pthread_t thread[4];
	pthread_once_t once;
	uint64_t counter;
	uint64_t order;
	uint64_t stage;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static uint64_t order(void)
{
	return w->order;
}

static uint64_t counter(void)
{
	return w->counter;
}

static void run(void (*task)(void *), void (*second)(void *), const char *steps)
{
	fixture_run_tasks(take_shared, task, second, steps);
}

/* ---- create, join, exit ---- */

static void *doubles(void *argument)
{
	return (void *)(2 * (uintptr_t)argument);
}

static void *leaves_from_deep_inside(void *argument)
{
	pthread_exit((void *)(3 * (uintptr_t)argument));
}

static void *notes_itself(void *argument)
{
	w->order = w->order * 10 + (uintptr_t)argument;
	return NULL;
}

static void makes_two_and_joins_them(void *argument)
{
	void *result;

	(void)argument;
	saw(pthread_create(&w->thread[0], NULL, doubles, (void *)21));
	saw(pthread_create(&w->thread[1], NULL, leaves_from_deep_inside, (void *)7));
	saw(pthread_join(w->thread[1], &result));
	saw((int64_t)(uintptr_t)result);
	saw(pthread_join(w->thread[0], &result));
	saw((int64_t)(uintptr_t)result);
	saw(pthread_create(&w->thread[0], NULL, doubles, NULL));
	saw(pthread_join(w->thread[0], NULL));
}

static void a_join_returns_what_the_thread_returned_or_exited_with(void **state)
{
	(void)state;
	run(makes_two_and_joins_them, NULL, "");
	assert_saw(0, 0, 0, 21, 0, 42, 0, 0);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 0);
	assert_int_equal(fixture_count(GX_L_THREAD_CREATE), 3);
	assert_int_equal(fixture_count(GX_L_THREAD_JOIN), 3);
	for (unsigned i = 1; i < GX_TASKS_MAX; i++)
		assert_null(gx_task_at(i)); /* joined threads leave no record */
}

static void makes_one_and_notes_itself(void *argument)
{
	(void)argument;
	pthread_create(&w->thread[0], NULL, notes_itself, (void *)2);
	w->order = w->order * 10 + 1;
	pthread_join(w->thread[0], NULL);
	w->order = w->order * 10 + 3;
}

static void a_new_thread_does_not_run_before_its_makers_next_point(void **state)
{
	static const struct fixture program = {.tasks = {makes_one_and_notes_itself},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(123));
}

static void makes_one_pauses_and_notes_itself(void *argument)
{
	(void)argument;
	pthread_create(&w->thread[0], NULL, notes_itself, (void *)2);
	sched_yield();
	w->order = w->order * 10 + 1;
	pthread_join(w->thread[0], NULL);
	w->order = w->order * 10 + 3;
}

static void a_join_waits_whatever_the_order(void **state)
{
	static const struct fixture program = {.tasks = {makes_one_pauses_and_notes_itself},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(123), OUTCOME(213));
}

/* ---- identity ---- */

static void *knows_itself(void *argument)
{
	w->thread[(uintptr_t)argument] = pthread_self();
	return NULL;
}

static void compares_threads(void *argument)
{
	pthread_t made;

	(void)argument;
	pthread_create(&made, NULL, knows_itself, (void *)1);
	pthread_join(made, NULL);
	saw(pthread_equal(made, w->thread[1]) != 0);
	saw(pthread_equal(made, pthread_self()) != 0);
	saw(pthread_equal(pthread_self(), pthread_self()) != 0);
	saw(made == 0);
}

static void a_thread_is_who_its_maker_says_and_nobody_else(void **state)
{
	(void)state;
	run(compares_threads, NULL, "");
	assert_saw(true, false, true, false);
}

static void *does_nothing(void *argument)
{
	return argument;
}

static void makes_one_for_each(void *argument)
{
	unsigned number = number_of(argument);

	pthread_create(&w->thread[number], NULL, does_nothing, NULL);
	pthread_join(w->thread[number], NULL);
}

static void a_thread_has_the_same_name_in_every_order(void **state)
{
	pthread_t before[4];

	(void)state;
	run(makes_one_for_each, makes_one_for_each, "1*2*");
	memcpy(before, w->thread, sizeof(before));
	run(makes_one_for_each, makes_one_for_each, "221*");
	assert_memory_equal(w->thread, before, sizeof(before));
	assert_int_not_equal(before[1], before[2]);
}

static uint64_t hash_after(const char *steps)
{
	fixture_begin(steps);
	return gx_world_hash();
}

static void joiners_are_in_one_state_whoever_made_his_thread_first(void **state)
{
	uint64_t hash;

	(void)state;
	if (GX_ASAN)
		SKIP("ASan keeps words of its own in frames: that costs states, not soundness");
	run(makes_one_for_each, makes_one_for_each, "");
	hash = hash_after("1122");
	assert_int_equal(gx_task_at(1)->op.label, GX_L_THREAD_JOIN);
	assert_int_equal(gx_task_at(2)->op.label, GX_L_THREAD_JOIN);
	assert_int_equal(hash_after("2211"), hash);
	assert_int_equal(hash_after("1221"), hash);
}

/* ---- detach ---- */

static void *counts(void *argument)
{
	w->counter++;
	return argument;
}

static void detaches_one_that_runs_and_one_that_has_ended(void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;

	(void)argument;
	pthread_create(&thread, NULL, counts, NULL);
	saw(pthread_detach(thread));
	pthread_create(&thread, NULL, counts, NULL);
	await(&w->counter, 2);
	saw(pthread_detach(thread));
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	saw(pthread_create(&thread, &attributes, counts, NULL));
	pthread_attr_destroy(&attributes);
	await(&w->counter, 3);
}

static void detached_threads_leave_no_record(void **state)
{
	(void)state;
	run(detaches_one_that_runs_and_one_that_has_ended, NULL, "");
	assert_saw(0, 0, 0);
	assert_int_equal(w->counter, 3);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 0);
	for (unsigned i = 1; i < GX_TASKS_MAX; i++)
		assert_null(gx_task_at(i));
}

/* ---- what cannot be joined ---- */

static void *waits_for_stage_1(void *argument)
{
	await(&w->stage, 1);
	return argument;
}

static void joins_in_vain(void *argument)
{
	pthread_t thread;

	(void)argument;
	saw(pthread_join(pthread_self(), NULL));
	pthread_create(&thread, NULL, waits_for_stage_1, NULL);
	pthread_detach(thread);
	saw(pthread_join(thread, NULL));
	saw(pthread_detach(thread));
	w->stage = 1;
	pthread_create(&thread, NULL, does_nothing, NULL);
	saw(pthread_join(thread, NULL));
	saw(pthread_join(thread, NULL));
	saw(pthread_detach(thread));
}

static void who_cannot_be_joined_is_refused_with_posixs_reason(void **state)
{
	(void)state;
	run(joins_in_vain, NULL, "");
	assert_saw(EDEADLK, EINVAL, EINVAL, 0, ESRCH, ESRCH);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 4);
	assert_int_equal(fixture_value(GX_L_POSIX_MISUSE), GX_POSIX_JOIN_DETACHED);
}

static void joins_the_first_ones_thread(void *argument)
{
	(void)argument;
	await(&w->stage, 1);
	w->order += (uint64_t)pthread_join(w->thread[0], NULL);
}

static void makes_one_and_joins_it_too(void *argument)
{
	(void)argument;
	pthread_create(&w->thread[0], NULL, does_nothing, NULL);
	w->stage = 1;
	w->order += (uint64_t)pthread_join(w->thread[0], NULL);
}

static void of_two_that_join_one_thread_one_is_told(void **state)
{
	static const struct fixture program = {.tasks = {makes_one_and_joins_it_too, joins_the_first_ones_thread},
					       .start = take_shared,
					       .outcome = order};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(ESRCH), FOUND_MISUSE(GX_POSIX_JOIN_DETACHED));
}

static void *joins_its_maker_s_other_thread(void *argument)
{
	(void)argument;
	await(&w->stage, 1);
	return (void *)(uintptr_t)pthread_join(w->thread[1], NULL);
}

static void makes_two_that_join_each_other(void *argument)
{
	(void)argument;
	pthread_create(&w->thread[0], NULL, joins_its_maker_s_other_thread, NULL);
	pthread_create(&w->thread[1], NULL, waits_for_stage_1, NULL);
	w->stage = 0;
	pthread_join(w->thread[0], NULL);
}

static void a_joiner_says_for_whom_it_waits(void **state)
{
	struct gx_posix_wait wait;

	(void)state;
	run(makes_two_that_join_each_other, NULL, "");
	assert_int_equal(gx_task_at(1)->op.label, GX_L_THREAD_JOIN);
	assert_true(gx_posix_wait_describe(gx_task_at(1), &wait));
	assert_int_equal(wait.holder, gx_task_at(2)->slot);
	assert_false(gx_posix_is_work_wait(gx_task_at(1)));
}

static void leaves_though_it_is_no_thread(void *argument)
{
	pthread_exit(argument);
}

static void only_threads_may_exit(void **state)
{
	(void)state;
	run(leaves_though_it_is_no_thread, NULL, "");
	assert_int_equal(fixture_count(GX_L_TASK_CRASH), 1);
	assert_int_equal(gx_sched_ending(), GX_ENDING_FATAL);
}

static void makes_as_many_as_there_can_be(void *argument)
{
	int rc;

	(void)argument;
	while (!(rc = pthread_create(&w->thread[0], NULL, does_nothing, NULL)))
		w->counter++;
	saw(rc);
	saw(pthread_join(w->thread[0], NULL));
	saw(pthread_create(&w->thread[0], NULL, does_nothing, NULL));
}

static void a_thread_too_many_is_refused_and_a_joined_ones_place_is_free_again(void **state)
{
	(void)state;
	run(makes_as_many_as_there_can_be, NULL, "");
	assert_saw(EAGAIN, 0, 0);
	assert_int_equal(w->counter, GX_TASKS_MAX - 2);
	assert_int_equal(gx_sched_ending(), GX_ENDING_QUIET);
}

/* ---- the end of a thread ---- */

static void notes_the_end(void)
{
	w->order = w->order * 10 + 7;
}

static void the_hook_runs_at_the_end_of_a_thread_before_its_joiner_goes_on(void **state)
{
	(void)state;
	gx_posix_thread_end_hook = notes_the_end;
	run(makes_one_and_notes_itself, NULL, "");
	gx_posix_thread_end_hook = NULL;
	assert_int_equal(w->order, 1273);
}

/* ---- once ---- */

static void initialises_slowly(void)
{
	w->counter += 1;
	point();
	w->counter += 10;
}

static void needs_it_initialised(void *argument)
{
	(void)argument;
	w->order |= (uint64_t)pthread_once(&w->once, initialises_slowly);
	w->order |= w->counter != 11;
}

static void once_runs_once_and_nobody_goes_on_before_it_is_over(void **state)
{
	static const struct fixture program = {.tasks = {needs_it_initialised, needs_it_initialised,
							 needs_it_initialised},
					       .start = take_shared,
					       .outcome = order};
	static const struct fixture count = {.tasks = {needs_it_initialised, needs_it_initialised},
					     .start = take_shared,
					     .outcome = counter};

	(void)state;
	assert_int_equal(PTHREAD_ONCE_INIT, 0);
	fixture_search(&program);
	assert_found(OUTCOME(0));
	fixture_search(&count);
	assert_found(OUTCOME(11));
}

static void yields(void *argument)
{
	(void)argument;
	saw(sched_yield());
	saw(2);
}

static void a_yield_is_a_point(void **state)
{
	(void)state;
	run(yields, yields, "1212");
	assert_saw(0, 2, 0, 2);
	assert_int_equal(fixture_count(GX_L_YIELD), 2);
	run(yields, yields, "121");
	assert_int_equal(fixture_count(GX_L_YIELD), 2);
}

/* ---- outside of controlled tasks ---- */

static pthread_once_t real_once = PTHREAD_ONCE_INIT;
static unsigned real_count;

static void counts_for_real(void)
{
	real_count++;
}

static void *is_somebody_else(void *maker)
{
	pthread_once(&real_once, counts_for_real);
	sched_yield();
	if (pthread_equal(*(pthread_t *)maker, pthread_self()))
		return NULL;
	pthread_exit(maker);
}

static void real_threads_get_libcs_functions(void **state)
{
	pthread_t self = pthread_self();
	pthread_t thread;
	void *result;

	(void)state;
	fixture_open();
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(pthread_create(&thread, NULL, is_somebody_else, &self), 0);
		assert_int_equal(pthread_join(thread, &result), 0);
		assert_ptr_equal(result, &self);
	}
	assert_int_equal(real_count, 1);
	assert_int_equal(pthread_create(&thread, NULL, is_somebody_else, &self), 0);
	assert_int_equal(pthread_detach(thread), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_join_returns_what_the_thread_returned_or_exited_with),
		cmocka_unit_test(a_new_thread_does_not_run_before_its_makers_next_point),
		cmocka_unit_test(a_join_waits_whatever_the_order),
		cmocka_unit_test(a_thread_is_who_its_maker_says_and_nobody_else),
		cmocka_unit_test(a_thread_has_the_same_name_in_every_order),
		cmocka_unit_test(joiners_are_in_one_state_whoever_made_his_thread_first),
		cmocka_unit_test(detached_threads_leave_no_record),
		cmocka_unit_test(who_cannot_be_joined_is_refused_with_posixs_reason),
		cmocka_unit_test(of_two_that_join_one_thread_one_is_told),
		cmocka_unit_test(a_joiner_says_for_whom_it_waits),
		cmocka_unit_test(only_threads_may_exit),
		cmocka_unit_test(a_thread_too_many_is_refused_and_a_joined_ones_place_is_free_again),
		cmocka_unit_test(the_hook_runs_at_the_end_of_a_thread_before_its_joiner_goes_on),
		cmocka_unit_test(once_runs_once_and_nobody_goes_on_before_it_is_over),
		cmocka_unit_test(a_yield_is_a_point),
		cmocka_unit_test(real_threads_get_libcs_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
