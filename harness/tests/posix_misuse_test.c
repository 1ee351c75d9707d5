/* Every rule of POSIX that can be broken: broken it is told once, and the nearest correct use is silent. */
#include "tests/fixture.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	sem_t semaphore;
	pthread_once_t once;
	uint64_t waiting;
	uint64_t stage;
} * w;

/* Memory of the program that is not the world's, or is if it was adopted. */
static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	sem_t semaphore;
	pthread_once_t once;
} outside;

static bool adopt_outside;

static void take_shared(void)
{
	struct gx_error err;

	w = fixture_shared;
	memset(&outside, 0, sizeof(outside));
	sem_init(&outside.semaphore, 0, 0);
	if (adopt_outside && gx_world_adopt(&outside, sizeof(outside), &err) != GX_OK)
		fail_msg("%s", err.text);
}

/* The compiler knows what free() does, and would warn. */
static void *hidden(void *block)
{
	__asm__ volatile("" : "+r"(block) : : "memory");
	return block;
}

static pthread_t thread_of(void *(*routine)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, routine, NULL);
	return thread;
}

/* ---- mutexes ---- */

static void *holds_the_mutex_until_stage_1(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	w->waiting = 1;
	await(&w->stage, 1);
	pthread_mutex_unlock(&w->mutex);
	return argument;
}

static void unlocks_as_a_stranger(void)
{
	w->mutex = (pthread_mutex_t)PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	thread_of(holds_the_mutex_until_stage_1);
	await(&w->waiting, 1);
	saw(pthread_mutex_unlock(&w->mutex));
	w->stage = 1;
}

static void lets_the_holder_unlock(void)
{
	thread_of(holds_the_mutex_until_stage_1);
	await(&w->waiting, 1);
	w->stage = 1;
	saw(pthread_mutex_lock(&w->mutex));
	pthread_mutex_unlock(&w->mutex);
}

static void unlocks_twice(void)
{
	pthread_mutex_lock(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
	saw(pthread_mutex_unlock(&w->mutex));
}

static void unlocks_as_often_as_it_locks(void)
{
	for (unsigned i = 0; i < 2; i++) {
		pthread_mutex_lock(&w->mutex);
		saw(pthread_mutex_unlock(&w->mutex));
	}
}

static void destroys_what_it_holds(void)
{
	pthread_mutex_lock(&w->mutex);
	saw(pthread_mutex_destroy(&w->mutex));
}

static void destroys_what_it_held(void)
{
	pthread_mutex_lock(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
	saw(pthread_mutex_destroy(&w->mutex));
}

static void locks_what_it_destroyed(void)
{
	pthread_mutex_destroy(&w->mutex);
	saw(pthread_mutex_lock(&w->mutex));
}

static void tries_what_it_destroyed(void)
{
	pthread_mutex_destroy(&w->mutex);
	saw(pthread_mutex_trylock(&w->mutex));
}

static void unlocks_what_it_destroyed(void)
{
	pthread_mutex_destroy(&w->mutex);
	saw(pthread_mutex_unlock(&w->mutex));
}

static void destroys_what_it_destroyed(void)
{
	pthread_mutex_destroy(&w->mutex);
	saw(pthread_mutex_destroy(&w->mutex));
}

static void locks_what_it_destroyed_and_made_again(void)
{
	pthread_mutex_destroy(&w->mutex);
	pthread_mutex_init(&w->mutex, NULL);
	saw(pthread_mutex_lock(&w->mutex));
	pthread_mutex_unlock(&w->mutex);
	saw(pthread_mutex_destroy(&w->mutex));
}

/* ---- condition variables and semaphores ---- */

static void *waits_for_the_condition(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	w->waiting++;
	pthread_cond_wait(&w->cond, &w->mutex);
	pthread_mutex_unlock(&w->mutex);
	return argument;
}

static void destroys_while_one_waits(void)
{
	thread_of(waits_for_the_condition);
	await(&w->waiting, 1);
	pthread_mutex_lock(&w->mutex);
	saw(pthread_cond_destroy(&w->cond));
	pthread_cond_broadcast(&w->cond);
	pthread_mutex_unlock(&w->mutex);
}

/* POSIX: safe once nobody is blocked on it, even if those who were have not returned yet. */
static void destroys_after_waking_all(void)
{
	thread_of(waits_for_the_condition);
	await(&w->waiting, 1);
	pthread_mutex_lock(&w->mutex);
	pthread_cond_broadcast(&w->cond);
	saw(pthread_cond_destroy(&w->cond));
	pthread_mutex_unlock(&w->mutex);
}

static void *waits_for_the_semaphore(void *argument)
{
	w->waiting++;
	sem_wait(&w->semaphore);
	w->waiting++;
	return argument;
}

static void destroys_a_semaphore_while_one_waits(void)
{
	sem_init(&w->semaphore, 0, 0);
	thread_of(waits_for_the_semaphore);
	await(&w->waiting, 1);
	saw(sem_destroy(&w->semaphore));
	sem_post(&w->semaphore);
}

static void destroys_a_semaphore_when_nobody_waits_any_more(void)
{
	sem_init(&w->semaphore, 0, 0);
	thread_of(waits_for_the_semaphore);
	sem_post(&w->semaphore);
	await(&w->waiting, 2);
	saw(sem_destroy(&w->semaphore));
}

static void waits_without_the_mutex(void)
{
	saw(pthread_cond_wait(&w->cond, &w->mutex));
}

static void waits_without_a_mutex_that_checks(void)
{
	static const pthread_mutex_t checks = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

	w->mutex = checks;
	saw(pthread_cond_wait(&w->cond, &w->mutex));
}

static void waits_while_another_has_the_mutex(void)
{
	thread_of(holds_the_mutex_until_stage_1);
	await(&w->waiting, 1);
	saw(pthread_cond_wait(&w->cond, &w->mutex));
	w->stage = 1;
}

static void waits_with_the_mutex(void)
{
	struct timespec past = {.tv_sec = 1};

	pthread_mutex_lock(&w->mutex);
	saw(pthread_cond_timedwait(&w->cond, &w->mutex, &past));
	pthread_mutex_unlock(&w->mutex);
}

/* ---- threads ---- */

static void *ends(void *argument)
{
	return argument;
}

static void joins_a_detached_one(void)
{
	pthread_t thread = thread_of(holds_the_mutex_until_stage_1);

	pthread_detach(thread);
	saw(pthread_join(thread, NULL));
	w->stage = 1;
}

static void joins_one_twice(void)
{
	pthread_t thread = thread_of(ends);

	pthread_join(thread, NULL);
	saw(pthread_join(thread, NULL));
}

static void detaches_one_twice(void)
{
	pthread_t thread = thread_of(holds_the_mutex_until_stage_1);

	pthread_detach(thread);
	saw(pthread_detach(thread));
	w->stage = 1;
}

static void detaches_one_that_it_joined(void)
{
	pthread_t thread = thread_of(ends);

	pthread_join(thread, NULL);
	saw(pthread_detach(thread));
}

static void joins_one_and_detaches_another(void)
{
	saw(pthread_join(thread_of(ends), NULL));
	saw(pthread_detach(thread_of(ends)));
}

static void *ends_with_the_mutex(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	return argument;
}

static void *exits_with_the_mutex(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	pthread_exit(argument);
}

static void *ends_without_the_mutex(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
	return argument;
}

static void has_a_thread_that_ends_with_a_mutex(void)
{
	saw(pthread_join(thread_of(ends_with_the_mutex), NULL));
}

static void has_a_thread_that_exits_with_a_mutex(void)
{
	saw(pthread_join(thread_of(exits_with_the_mutex), NULL));
}

/* It held one, waited with it, and gave it back. */
static void has_threads_that_end_with_none(void)
{
	pthread_t waiter = thread_of(waits_for_the_condition);

	saw(pthread_join(thread_of(ends_without_the_mutex), NULL));
	await(&w->waiting, 1);
	pthread_mutex_lock(&w->mutex);
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->mutex);
	saw(pthread_join(waiter, NULL));
}

/* ---- memory ---- */

static void frees_twice(void)
{
	void *block = hidden(malloc(10));
	void *again = hidden(block);

	free(block);
	free(again);
	saw(0);
}

static void frees_the_middle_of_a_block(void)
{
	char *block = hidden(malloc(100));

	free(hidden(block + 32));
	saw(0);
}

static void frees_a_variable(void)
{
	int variable = 0;

	free(hidden(&variable));
	saw(0);
}

static void frees_what_no_execution_allocated(void)
{
	free(hidden(&outside));
	saw(0);
}

static void grows_what_it_freed(void)
{
	void *block = hidden(malloc(10));
	void *again = hidden(block);

	free(block);
	saw(realloc(again, 20) == NULL);
}

static void frees_once(void)
{
	void *block = hidden(malloc(10));

	block = realloc(block, 20);
	free(block);
	free(NULL);
	free(hidden(malloc(0)));
	saw(0);
}

/* ---- memory of no execution ---- */

static void locks_outside(void)
{
	pthread_mutex_lock(&outside.mutex);
	pthread_mutex_unlock(&outside.mutex);
}

static void signals_outside(void)
{
	pthread_cond_signal(&outside.cond);
}

static void posts_outside(void)
{
	sem_post(&outside.semaphore);
}

static void counts_a_call(void)
{
	w->stage++;
}

static void calls_once_outside(void)
{
	pthread_once(&outside.once, counts_a_call);
}

/* ---- what was written over ---- */

static void *takes_and_gives_back(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
	return argument;
}

static void clears_what_it_holds(void)
{
	pthread_t thread;

	pthread_mutex_lock(&w->mutex);
	thread = thread_of(takes_and_gives_back);
	memset(&w->mutex, 0, sizeof(w->mutex));
	pthread_join(thread, NULL);
}

static void clears_what_it_held(void)
{
	pthread_t thread;

	pthread_mutex_lock(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
	memset(&w->mutex, 0, sizeof(w->mutex));
	thread = thread_of(takes_and_gives_back);
	pthread_join(thread, NULL);
}

/* ---- the table ---- */

struct row {
	enum gx_posix_misuse misuse;
	void (*wrong)(void);
	void (*right)(void);
	int answer; /* of the wrong one */
	bool ends;  /* the execution ends there */
	bool adopt; /* the right one is the same with the memory adopted */
};

static const struct row rows[] = {
	{GX_POSIX_UNLOCK_NOT_OWNER, unlocks_as_a_stranger, lets_the_holder_unlock, .answer = EPERM},
	{GX_POSIX_UNLOCK_UNLOCKED, unlocks_twice, unlocks_as_often_as_it_locks, .answer = 0},
	{GX_POSIX_DESTROY_HELD, destroys_what_it_holds, destroys_what_it_held, .answer = EBUSY},
	{GX_POSIX_USE_DESTROYED, locks_what_it_destroyed, locks_what_it_destroyed_and_made_again, .answer = EINVAL},
	{GX_POSIX_USE_DESTROYED, tries_what_it_destroyed, destroys_what_it_held, .answer = EINVAL},
	{GX_POSIX_USE_DESTROYED, unlocks_what_it_destroyed, destroys_what_it_held, .answer = EINVAL},
	{GX_POSIX_USE_DESTROYED, destroys_what_it_destroyed, locks_what_it_destroyed_and_made_again, .answer = EINVAL},
	{GX_POSIX_DESTROY_WAITERS, destroys_while_one_waits, destroys_after_waking_all, .answer = EBUSY},
	{GX_POSIX_DESTROY_WAITERS, destroys_a_semaphore_while_one_waits,
	 destroys_a_semaphore_when_nobody_waits_any_more, .answer = 0},
	{GX_POSIX_WAIT_WITHOUT_MUTEX, waits_without_the_mutex, waits_with_the_mutex, .ends = true},
	{GX_POSIX_WAIT_WITHOUT_MUTEX, waits_while_another_has_the_mutex, waits_with_the_mutex, .ends = true},
	{GX_POSIX_WAIT_WITHOUT_MUTEX, waits_without_a_mutex_that_checks, waits_with_the_mutex, .answer = EPERM},
	{GX_POSIX_JOIN_DETACHED, joins_a_detached_one, joins_one_and_detaches_another, .answer = EINVAL},
	{GX_POSIX_JOIN_DETACHED, joins_one_twice, joins_one_and_detaches_another, .answer = ESRCH},
	{GX_POSIX_JOIN_DETACHED, detaches_one_twice, joins_one_and_detaches_another, .answer = EINVAL},
	{GX_POSIX_JOIN_DETACHED, detaches_one_that_it_joined, joins_one_and_detaches_another, .answer = ESRCH},
	{GX_POSIX_EXITED_HOLDING, has_a_thread_that_ends_with_a_mutex, has_threads_that_end_with_none, .answer = 0},
	{GX_POSIX_EXITED_HOLDING, has_a_thread_that_exits_with_a_mutex, has_threads_that_end_with_none, .answer = 0},
	{GX_POSIX_BAD_FREE, frees_twice, frees_once, .answer = 0},
	{GX_POSIX_BAD_FREE, frees_the_middle_of_a_block, frees_once, .answer = 0},
	{GX_POSIX_BAD_FREE, frees_a_variable, frees_once, .answer = 0},
	{GX_POSIX_BAD_FREE, frees_what_no_execution_allocated, frees_once, .answer = 0},
	{GX_POSIX_BAD_FREE, grows_what_it_freed, frees_once, .answer = 1},
	{GX_POSIX_USE_NONE, clears_what_it_holds, clears_what_it_held, .ends = true},
	{GX_POSIX_OUTSIDE, locks_outside, locks_outside, .ends = true, .adopt = true},
	{GX_POSIX_OUTSIDE, signals_outside, signals_outside, .ends = true, .adopt = true},
	{GX_POSIX_OUTSIDE, posts_outside, posts_outside, .ends = true, .adopt = true},
	{GX_POSIX_OUTSIDE, calls_once_outside, calls_once_outside, .ends = true, .adopt = true},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void (*body)(void);

static void runs_the_body(void *argument)
{
	(void)argument;
	body();
}

static const struct fixture program = {.tasks = {runs_the_body}, .start = take_shared};

static void run(void (*chosen)(void), bool adopt)
{
	adopt_outside = adopt;
	body = chosen;
	fixture_load(&program);
	fixture_run("");
}

static void every_misuse_is_told_once_and_nothing_else_with_it(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		run(rows[i].wrong, false);
		if (fixture_count(GX_L_POSIX_MISUSE) != 1 || fixture_value(GX_L_POSIX_MISUSE) != rows[i].misuse)
			fail_msg("row %u: %u misuses, the first is %lld", i, fixture_count(GX_L_POSIX_MISUSE),
				 (long long)fixture_value(GX_L_POSIX_MISUSE));
		assert_int_equal(gx_sched_ending(), rows[i].ends ? GX_ENDING_FATAL : GX_ENDING_QUIET);
		if (!rows[i].ends)
			assert_saw(rows[i].answer);
	}
}

static void the_nearest_correct_use_is_silent(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		run(rows[i].right, rows[i].adopt);
		if (fixture_count(GX_L_POSIX_MISUSE))
			fail_msg("row %u: %u misuses, the first is %lld", i, fixture_count(GX_L_POSIX_MISUSE),
				 (long long)fixture_value(GX_L_POSIX_MISUSE));
		assert_int_equal(gx_sched_ending(), GX_ENDING_QUIET);
		for (unsigned task = 1; task < GX_TASKS_MAX; task++)
			assert_true(!gx_task_at(task) || gx_task_at(task)->state == GX_TASK_ENDED);
	}
}

/* The correct uses in every interleaving. */
static void no_interleaving_of_a_correct_use_is_a_misuse(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		const struct gx_explored *out;

		adopt_outside = rows[i].adopt;
		body = rows[i].right;
		out = fixture_search(&program);
		for (unsigned j = 0; j < out->hit_count; j++)
			if (out->hits[j].key >= FOUND_MISUSE(0))
				fail_msg("row %u: misuse %llu", i,
					 (unsigned long long)(out->hits[j].key - FOUND_MISUSE(0)));
	}
}

static void every_misuse_has_a_text(void **state)
{
	bool seen[GX_POSIX_MISUSE_END] = {false};

	(void)state;
	for (unsigned i = 0; i < ROWS; i++)
		seen[rows[i].misuse] = true;
	for (unsigned i = 1; i < GX_POSIX_MISUSE_END; i++) {
		assert_true(seen[i] ||
			    i > GX_POSIX_OUTSIDE); /* the others: posix_lifetime_test.c, posix_locks_test.c */
		assert_string_not_equal(gx_posix_misuse_text(i), "?");
		for (unsigned j = 1; j < i; j++)
			assert_string_not_equal(gx_posix_misuse_text(i), gx_posix_misuse_text(j));
	}
	assert_string_equal(gx_posix_misuse_text(0), "?");
	assert_string_equal(gx_posix_misuse_text(GX_POSIX_MISUSE_END), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_misuse_is_told_once_and_nothing_else_with_it),
		cmocka_unit_test(the_nearest_correct_use_is_silent),
		cmocka_unit_test(no_interleaving_of_a_correct_use_is_a_misuse),
		cmocka_unit_test(every_misuse_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
