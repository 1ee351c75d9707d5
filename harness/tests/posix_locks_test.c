/*
 * Reader-writer locks, spin locks, barriers, futexes, keys, cancellation, robust mutexes: each misuse is told, and the nearest correct use is not,
 * in any interleaving; and what interleavings can lead to. What single calls answer is conformance_test.c's.
 */
#include "posix/internal.h"
#include "tests/fixture.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct {
	pthread_rwlock_t rwlock;
	pthread_rwlock_t second;
	pthread_spinlock_t spin;
	pthread_barrier_t barrier;
	pthread_mutex_t mutex;
	pthread_mutex_t other;
	pthread_cond_t cond;
	pthread_key_t key;
	int word;
	uint64_t stage;
	uint64_t done;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static pthread_t thread_of(void *(*routine)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, routine, NULL);
	return thread;
}

static void join(pthread_t thread)
{
	pthread_join(thread, NULL);
}

/* ---- reader-writer locks ---- */

static void *reads(void *unused)
{
	pthread_rwlock_rdlock(&w->rwlock);
	w->stage = 1;
	await(&w->done, 1);
	pthread_rwlock_unlock(&w->rwlock);
	return unused;
}

static void *writes(void *unused)
{
	pthread_rwlock_wrlock(&w->rwlock);
	w->stage = 1;
	await(&w->done, 1);
	pthread_rwlock_unlock(&w->rwlock);
	return unused;
}

static void gives_back_what_another_reads(void)
{
	pthread_t thread = thread_of(reads);

	await(&w->stage, 1);
	pthread_rwlock_unlock(&w->rwlock);
	w->done = 1;
	join(thread);
}

static void gives_back_what_another_writes(void)
{
	pthread_t thread = thread_of(writes);

	await(&w->stage, 1);
	pthread_rwlock_unlock(&w->rwlock);
	w->done = 1;
	join(thread);
}

static void gives_back_what_it_has(void)
{
	pthread_t thread = thread_of(reads);

	pthread_rwlock_rdlock(&w->rwlock);
	pthread_rwlock_unlock(&w->rwlock);
	w->done = 1;
	join(thread);
	pthread_rwlock_wrlock(&w->rwlock);
	pthread_rwlock_unlock(&w->rwlock);
}

static void gives_back_what_nobody_has(void)
{
	pthread_rwlock_unlock(&w->rwlock);
}

static void asks_to_write_what_it_reads(void)
{
	pthread_rwlock_rdlock(&w->rwlock);
	pthread_rwlock_wrlock(&w->rwlock);
}

static void tries_to_write_what_it_reads(void)
{
	pthread_rwlock_rdlock(&w->rwlock);
	if (pthread_rwlock_trywrlock(&w->rwlock) == EBUSY)
		pthread_rwlock_unlock(&w->rwlock);
}

static void destroys_what_it_reads(void)
{
	pthread_rwlock_rdlock(&w->rwlock);
	pthread_rwlock_destroy(&w->rwlock);
}

static void destroys_what_it_has_read(void)
{
	pthread_rwlock_rdlock(&w->rwlock);
	pthread_rwlock_unlock(&w->rwlock);
	pthread_rwlock_destroy(&w->rwlock);
	pthread_rwlock_init(&w->rwlock, NULL);
	pthread_rwlock_wrlock(&w->rwlock);
	pthread_rwlock_unlock(&w->rwlock);
}

static void reads_what_it_destroyed(void)
{
	pthread_rwlock_destroy(&w->rwlock);
	pthread_rwlock_rdlock(&w->rwlock);
}

static void reads_what_is_none(void)
{
	memset(&w->rwlock, 0x5a, sizeof(w->rwlock));
	pthread_rwlock_rdlock(&w->rwlock);
}

static void frees_what_it_reads(void)
{
	pthread_rwlock_t *lock = malloc(sizeof(*lock));

	pthread_rwlock_init(lock, NULL);
	pthread_rwlock_rdlock(lock);
	free(lock);
}

static void frees_what_it_has_read(void)
{
	pthread_rwlock_t *lock = malloc(sizeof(*lock));

	pthread_rwlock_init(lock, NULL);
	pthread_rwlock_rdlock(lock);
	pthread_rwlock_unlock(lock);
	pthread_rwlock_destroy(lock);
	free(lock);
}

static void initialises_what_it_writes(void)
{
	pthread_rwlock_wrlock(&w->rwlock);
	pthread_rwlock_init(&w->rwlock, NULL);
}

static void *reads_for_good(void *unused)
{
	pthread_rwlock_rdlock(&w->rwlock);
	return unused;
}

static void has_a_thread_that_ends_as_a_reader(void)
{
	join(thread_of(reads_for_good));
}

/* ---- spin locks ---- */

static void *spins(void *unused)
{
	pthread_spin_lock(&w->spin);
	w->stage = 1;
	await(&w->done, 1);
	pthread_spin_unlock(&w->spin);
	return unused;
}

static void gives_back_another_ones_spin_lock(void)
{
	pthread_spin_init(&w->spin, 0);
	thread_of(spins);
	await(&w->stage, 1);
	pthread_spin_unlock(&w->spin);
	pthread_spin_lock(&w->spin);
	w->done = 1;
	pthread_spin_unlock(&w->spin);
}

static void waits_for_the_spin_lock(void)
{
	pthread_t thread;

	pthread_spin_init(&w->spin, 0);
	w->done = 1;
	thread = thread_of(spins);
	pthread_spin_lock(&w->spin);
	pthread_spin_unlock(&w->spin);
	join(thread);
	pthread_spin_destroy(&w->spin);
}

static void spins_on_what_was_never_made(void)
{
	pthread_spin_lock(&w->spin);
}

static void spins_on_what_it_destroyed(void)
{
	pthread_spin_init(&w->spin, 0);
	pthread_spin_destroy(&w->spin);
	pthread_spin_lock(&w->spin);
}

static void destroys_the_spin_lock_that_it_has(void)
{
	pthread_spin_init(&w->spin, 0);
	pthread_spin_lock(&w->spin);
	pthread_spin_destroy(&w->spin);
}

static void frees_the_spin_lock_that_it_has(void)
{
	char *block = malloc(20);

	pthread_spin_init((pthread_spinlock_t *)(void *)(block + 12), 0);
	pthread_spin_lock((pthread_spinlock_t *)(void *)(block + 12));
	free(block);
}

/* ---- barriers ---- */

static void *comes(void *unused)
{
	pthread_barrier_wait(&w->barrier);
	w->done++;
	return unused;
}

static void destroys_a_barrier_at_which_one_waits(void)
{
	pthread_barrier_init(&w->barrier, NULL, 2);
	thread_of(comes);
	await(&w->stage, 0);
	usleep(1);
	pthread_barrier_destroy(&w->barrier);
	pthread_barrier_wait(&w->barrier);
}

/* The other may be on its way out still: it does not look back. */
static void destroys_a_barrier_that_both_have_passed(void)
{
	pthread_t thread;

	pthread_barrier_init(&w->barrier, NULL, 2);
	thread = thread_of(comes);
	pthread_barrier_wait(&w->barrier);
	pthread_barrier_destroy(&w->barrier);
	join(thread);
}

static void frees_a_barrier_that_both_have_passed(void)
{
	pthread_t thread;
	pthread_barrier_t *barrier = malloc(sizeof(*barrier));

	pthread_barrier_init(&w->barrier, NULL, 2);
	thread = thread_of(comes);
	pthread_barrier_wait(&w->barrier);
	free(barrier);
	join(thread);
}

static void makes_a_barrier_for_nobody(void)
{
	pthread_barrier_init(&w->barrier, NULL, 0);
}

static void comes_to_what_it_destroyed(void)
{
	pthread_barrier_init(&w->barrier, NULL, 1);
	pthread_barrier_wait(&w->barrier);
	pthread_barrier_destroy(&w->barrier);
	pthread_barrier_wait(&w->barrier);
}

/* ---- condition variables ---- */

static void *waits_with_the_other(void *unused)
{
	pthread_mutex_lock(&w->other);
	w->stage++;
	while (!w->done)
		pthread_cond_wait(&w->cond, &w->other);
	pthread_mutex_unlock(&w->other);
	return unused;
}

static void waits_with_two_mutexes(void)
{
	pthread_t thread = thread_of(waits_with_the_other);
	struct timespec when = {0};

	await(&w->stage, 1);
	pthread_mutex_lock(&w->other);
	pthread_mutex_unlock(&w->other);
	pthread_mutex_lock(&w->mutex);
	pthread_cond_timedwait(&w->cond, &w->mutex, &when);
	pthread_mutex_unlock(&w->mutex);
	pthread_mutex_lock(&w->other);
	w->done = 1;
	pthread_cond_broadcast(&w->cond);
	pthread_mutex_unlock(&w->other);
	join(thread);
}

/* One after the other: nobody waits with the first any more. */
static void waits_with_one_and_then_the_other(void)
{
	struct timespec when = {0};
	pthread_t thread = thread_of(waits_with_the_other);

	await(&w->stage, 1);
	pthread_mutex_lock(&w->other);
	w->done = 1;
	pthread_cond_broadcast(&w->cond);
	pthread_mutex_unlock(&w->other);
	join(thread);
	pthread_mutex_lock(&w->mutex);
	pthread_cond_timedwait(&w->cond, &w->mutex, &when);
	pthread_mutex_unlock(&w->mutex);
}

/* ---- keys, cancellation ---- */

static void sets_a_key_that_it_deleted(void)
{
	pthread_key_create(&w->key, NULL);
	pthread_key_delete(w->key);
	pthread_setspecific(w->key, w);
}

static void sets_a_key(void)
{
	pthread_key_create(&w->key, NULL);
	pthread_setspecific(w->key, w);
	pthread_key_delete(w->key);
}

static void *locks_at_any_time(void *unused)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_mutex_lock(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
	return unused;
}

static void can_be_cancelled_while_it_locks(void)
{
	join(thread_of(locks_at_any_time));
}

static void *computes_at_any_time(void *unused)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	w->word++;
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
	pthread_mutex_lock(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
	return unused;
}

static void can_be_cancelled_while_it_computes(void)
{
	pthread_t thread = thread_of(computes_at_any_time);

	pthread_cancel(thread);
	join(thread);
}

/* ---- the table ---- */

static const struct {
	enum gx_posix_misuse misuse;
	void (*wrong)(void);
	void (*right)(void);
} rows[] = {
	{GX_POSIX_UNLOCK_NOT_OWNER, gives_back_what_another_reads, gives_back_what_it_has},
	{GX_POSIX_UNLOCK_NOT_OWNER, gives_back_what_another_writes, gives_back_what_it_has},
	{GX_POSIX_UNLOCK_UNLOCKED, gives_back_what_nobody_has, gives_back_what_it_has},
	{GX_POSIX_UPGRADE, asks_to_write_what_it_reads, tries_to_write_what_it_reads},
	{GX_POSIX_DESTROY_HELD, destroys_what_it_reads, destroys_what_it_has_read},
	{GX_POSIX_USE_DESTROYED, reads_what_it_destroyed, destroys_what_it_has_read},
	{GX_POSIX_USE_NONE, reads_what_is_none, destroys_what_it_has_read},
	{GX_POSIX_FREE_IN_USE, frees_what_it_reads, frees_what_it_has_read},
	{GX_POSIX_INIT_IN_USE, initialises_what_it_writes, destroys_what_it_has_read},
	{GX_POSIX_EXITED_HOLDING, has_a_thread_that_ends_as_a_reader, gives_back_what_it_has},
	{GX_POSIX_UNLOCK_NOT_OWNER, gives_back_another_ones_spin_lock, waits_for_the_spin_lock},
	{GX_POSIX_USE_NONE, spins_on_what_was_never_made, waits_for_the_spin_lock},
	{GX_POSIX_USE_DESTROYED, spins_on_what_it_destroyed, waits_for_the_spin_lock},
	{GX_POSIX_DESTROY_HELD, destroys_the_spin_lock_that_it_has, waits_for_the_spin_lock},
	{GX_POSIX_FREE_IN_USE, frees_the_spin_lock_that_it_has, waits_for_the_spin_lock},
	{GX_POSIX_DESTROY_WAITERS, destroys_a_barrier_at_which_one_waits, destroys_a_barrier_that_both_have_passed},
	{GX_POSIX_COUNT_OF_NONE, makes_a_barrier_for_nobody, frees_a_barrier_that_both_have_passed},
	{GX_POSIX_USE_DESTROYED, comes_to_what_it_destroyed, destroys_a_barrier_that_both_have_passed},
	{GX_POSIX_TWO_MUTEXES, waits_with_two_mutexes, waits_with_one_and_then_the_other},
	{GX_POSIX_USE_DESTROYED, sets_a_key_that_it_deleted, sets_a_key},
	{GX_POSIX_ASYNC, can_be_cancelled_while_it_locks, can_be_cancelled_while_it_computes},
};

static void (*body)(void);

static void runs_the_body(void *argument)
{
	(void)argument;
	body();
}

static const struct fixture program = {.tasks = {runs_the_body}, .start = take_shared, .spurious = 1};

static const struct gx_explored *search_of(void (*chosen)(void))
{
	body = chosen;
	return fixture_search(&program);
}

static bool is_found(const struct gx_explored *out, uint64_t key)
{
	for (unsigned i = 0; i < out->hit_count; i++)
		if (out->hits[i].key == key)
			return true;
	return false;
}

static void each_misuse_is_found_and_its_near_miss_is_not(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		const struct gx_explored *out = search_of(rows[i].wrong);

		if (!is_found(out, FOUND_MISUSE(rows[i].misuse)))
			fail_msg("row %u: not found", i);
		out = search_of(rows[i].right);
		for (unsigned j = 0; j < out->hit_count; j++)
			fail_msg("row %u: found %llx", i, (unsigned long long)out->hits[j].key);
	}
}

/* ---- what interleavings lead to ---- */

static void *reads_twice(void *unused)
{
	pthread_rwlock_rdlock(&w->rwlock);
	pthread_rwlock_rdlock(&w->rwlock);
	pthread_rwlock_unlock(&w->rwlock);
	pthread_rwlock_unlock(&w->rwlock);
	return unused;
}

static void *writes_once(void *unused)
{
	pthread_rwlock_wrlock(&w->rwlock);
	w->stage++;
	pthread_rwlock_unlock(&w->rwlock);
	return unused;
}

static void with_a_writer(void)
{
	pthread_t threads[] = {thread_of(reads_twice), thread_of(writes_once)};

	join(threads[0]);
	join(threads[1]);
}

static void that_prefers_writers(void)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&w->rwlock, &attributes);
	with_a_writer();
}

/* The second read lock waits for the writer, who waits for the first. */
static void a_read_lock_that_is_taken_again_deadlocks_where_writers_go_first(void **state)
{
	(void)state;
	assert_true(is_found(search_of(with_a_writer), FOUND_DEADLOCK));
	assert_true(is_found(search_of(that_prefers_writers), FOUND_DEADLOCK));
}

static void *counts_as_a_writer(void *unused)
{
	int word;

	pthread_rwlock_wrlock(&w->rwlock);
	word = w->word;
	point();
	w->word = word + 1;
	pthread_rwlock_unlock(&w->rwlock);
	return unused;
}

static void *looks_twice_as_a_reader(void *unused)
{
	int word;

	pthread_rwlock_rdlock(&w->rwlock);
	word = w->word;
	point();
	if (w->word != word)
		abort();
	pthread_rwlock_unlock(&w->rwlock);
	return unused;
}

static void two_write_and_one_reads(void)
{
	pthread_t threads[] = {thread_of(counts_as_a_writer), thread_of(counts_as_a_writer),
			       thread_of(looks_twice_as_a_reader)};

	for (unsigned i = 0; i < COUNT(threads); i++)
		join(threads[i]);
	if (w->word != 2)
		abort();
}

static void writers_are_alone(void **state)
{
	(void)state;
	assert_int_equal(search_of(two_write_and_one_reads)->hit_count, 0);
}

/* Two rounds of one barrier: who has come once waits for the others before the second. */
static void *comes_twice(void *unused)
{
	for (int round = 1; round <= 2; round++) {
		w->word++;
		pthread_barrier_wait(&w->barrier);
		if (w->word < 2 * round)
			abort();
		pthread_barrier_wait(&w->barrier);
	}
	return unused;
}

static void two_come_twice(void)
{
	pthread_t thread;

	pthread_barrier_init(&w->barrier, NULL, 2);
	thread = thread_of(comes_twice);
	comes_twice(NULL);
	join(thread);
}

static void a_barrier_is_used_again(void **state)
{
	(void)state;
	assert_int_equal(search_of(two_come_twice)->hit_count, 0);
}

static void comes_alone(void)
{
	pthread_barrier_init(&w->barrier, NULL, 2);
	pthread_barrier_wait(&w->barrier);
}

static void a_barrier_that_too_few_come_to_blocks(void **state)
{
	(void)state;
	assert_true(is_found(search_of(comes_alone), FOUND_DEADLOCK));
}

/* ---- futexes: a lock of three states (Drepper, "Futexes are tricky", 2011), and one that forgets who waits ---- */

static void futex(int op, int value)
{
	syscall(SYS_futex, &w->word, op, value, NULL, NULL, 0);
}

static int swap(int value)
{
	int old = w->word;

	w->word = value;
	point();
	return old;
}

static void *locks_by_futex(void *unused)
{
	point();
	if (swap(w->word ? 2 : 1))
		while (swap(2))
			futex(FUTEX_WAIT_PRIVATE, 2);
	w->stage++;
	point();
	if (swap(0) == 2)
		futex(FUTEX_WAKE_PRIVATE, 1);
	return unused;
}

/* Takes it as if nobody else waited. */
static void *forgets_who_waits(void *unused)
{
	point();
	while (swap(1))
		futex(FUTEX_WAIT_PRIVATE, 1);
	if (swap(0) == 2)
		futex(FUTEX_WAKE_PRIVATE, 1);
	return unused;
}

static void three(void *(*routine)(void *))
{
	pthread_t threads[] = {thread_of(routine), thread_of(routine)};

	routine(NULL);
	for (unsigned i = 0; i < COUNT(threads); i++)
		join(threads[i]);
}

static void three_lock_by_futex(void)
{
	three(locks_by_futex);
}

static void three_forget_who_waits(void)
{
	three(forgets_who_waits);
}

static void a_lock_of_futexes_lets_everybody_through(void **state)
{
	(void)state;
	assert_false(is_found(search_of(three_lock_by_futex), FOUND_DEADLOCK));
	assert_true(is_found(search_of(three_forget_who_waits), FOUND_DEADLOCK));
}

/* ---- cancellation ---- */

static void gives_it_back(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

static void *waits_and_cleans_up(void *unused)
{
	pthread_mutex_lock(&w->mutex);
	pthread_cleanup_push(gives_it_back, &w->mutex);
	while (!w->stage)
		pthread_cond_wait(&w->cond, &w->mutex);
	pthread_cleanup_pop(1);
	return unused;
}

/* A signal that reaches one who is cancelled at the same time is the other's: nobody waits for ever. */
static void cancels_one_of_two_that_wait(void)
{
	pthread_t one = thread_of(waits_and_cleans_up);
	pthread_t other = thread_of(waits_and_cleans_up);

	pthread_mutex_lock(&w->mutex);
	w->stage = 1;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->mutex);
	pthread_cancel(one);
	pthread_mutex_lock(&w->mutex);
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->mutex);
	join(one);
	join(other);
}

/* Whoever is woken wakes the next. */
static void *waits_and_passes_on(void *unused)
{
	pthread_mutex_lock(&w->mutex);
	pthread_cleanup_push(gives_it_back, &w->mutex);
	w->done++;
	pthread_cond_wait(&w->cond, &w->mutex);
	pthread_cond_signal(&w->cond);
	pthread_cleanup_pop(1);
	return unused;
}

/* One signal is enough for both, also if it reaches the one that is cancelled. */
static void signals_once_and_cancels_one(void)
{
	pthread_t one = thread_of(waits_and_passes_on);
	pthread_t other = thread_of(waits_and_passes_on);

	await(&w->done, 2);
	pthread_mutex_lock(&w->mutex);
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->mutex);
	pthread_cancel(one);
	join(one);
	join(other);
}

static void *sleeps_for_an_hour(void *unused)
{
	w->stage = 1; /* in the step that leads into the sleep */
	sleep(3600);
	return unused;
}

static void is_back_at_once(void)
{
	struct timespec before;
	struct timespec after;
	pthread_t thread;

	clock_gettime(CLOCK_MONOTONIC, &before);
	thread = thread_of(sleeps_for_an_hour);
	await(&w->stage, 1);
	pthread_cancel(thread);
	join(thread);
	clock_gettime(CLOCK_MONOTONIC, &after);
	if (after.tv_sec - before.tv_sec < 3600)
		abort();
}

static void a_signal_for_one_that_is_cancelled_is_anothers(void **state)
{
	(void)state;
	assert_int_equal(search_of(signals_once_and_cancels_one)->hit_count, 0);
}

static void who_is_cancelled_sleeps_no_longer(void **state)
{
	(void)state;
	assert_true(is_found(search_of(is_back_at_once), FOUND_CRASH));
}

static void *waits_and_leaves_it_locked(void *unused)
{
	pthread_mutex_lock(&w->mutex);
	while (!w->stage)
		pthread_cond_wait(&w->cond, &w->mutex);
	pthread_mutex_unlock(&w->mutex);
	return unused;
}

static void cancels_one_that_cleans_nothing_up(void)
{
	pthread_t thread = thread_of(waits_and_leaves_it_locked);

	pthread_cancel(thread);
	join(thread);
	pthread_mutex_lock(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
}

static void a_wait_that_is_cancelled_has_its_mutex(void **state)
{
	const struct gx_explored *out = search_of(cancels_one_of_two_that_wait);

	(void)state;
	assert_int_equal(out->hit_count, 0);
	out = search_of(cancels_one_that_cleans_nothing_up);
	assert_true(is_found(out, FOUND_DEADLOCK));
	assert_true(is_found(out, FOUND_MISUSE(GX_POSIX_EXITED_HOLDING)));
}

/* ---- robust mutexes ---- */

static void *dies_in_between(void *unused)
{
	pthread_mutex_lock(&w->mutex);
	w->word = 1;
	if (w->stage)
		pthread_exit(NULL);
	w->word = 0;
	pthread_mutex_unlock(&w->mutex);
	return unused;
}

static void mends_what_the_dead_left(void)
{
	pthread_mutexattr_t attributes;
	pthread_t thread;
	int rc;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&w->mutex, &attributes);
	w->stage = 1;
	thread = thread_of(dies_in_between);
	rc = pthread_mutex_lock(&w->mutex);
	if (rc == EOWNERDEAD)
		w->word = 0;
	if (rc == EOWNERDEAD && pthread_mutex_consistent(&w->mutex))
		abort();
	if ((rc && rc != EOWNERDEAD) || w->word)
		abort();
	pthread_mutex_unlock(&w->mutex);
	join(thread);
	if (pthread_mutex_lock(&w->mutex) == EOWNERDEAD)
		pthread_mutex_consistent(&w->mutex);
	pthread_mutex_unlock(&w->mutex);
	pthread_mutex_destroy(&w->mutex);
}

static void a_robust_mutex_outlives_its_owner(void **state)
{
	(void)state;
	assert_int_equal(search_of(mends_what_the_dead_left)->hit_count, 0);
}

/* ---- what nobody promises ---- */

static uint64_t what_is_done(void)
{
	return w->done;
}

static const struct gx_explored *ends_of(void (*task)(void *))
{
	static struct fixture one;

	one = (struct fixture){.tasks = {task}, .start = take_shared, .outcome = what_is_done};
	return fixture_search(&one);
}

static void notes(void *value)
{
	w->done = w->done * 10 + (uintptr_t)value;
}

static void *has_three_values(void *keys)
{
	for (uintptr_t i = 0; i < 3; i++)
		pthread_setspecific(((pthread_key_t *)keys)[i], (void *)(i + 1));
	return NULL;
}

static void ends_with_three_values(void *unused)
{
	pthread_key_t keys[3];
	pthread_t thread;

	(void)unused;
	for (unsigned i = 0; i < 3; i++)
		pthread_key_create(&keys[i], notes);
	pthread_create(&thread, NULL, has_three_values, keys);
	join(thread);
}

static void destructors_come_in_any_order(void **state)
{
	(void)state;
	ends_of(ends_with_three_values);
	assert_found(OUTCOME(123), OUTCOME(132), OUTCOME(213), OUTCOME(231), OUTCOME(312), OUTCOME(321));
}

static void *waits_to_be_woken(void *bit)
{
	futex(FUTEX_WAIT_PRIVATE, 0);
	w->stage |= (uintptr_t)bit;
	return NULL;
}

static void wakes_two_of_three(void *unused)
{
	pthread_t threads[3];

	(void)unused;
	for (uintptr_t i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, waits_to_be_woken, (void *)(1ul << i));
	while (gx_waiters_count(GX_L_FUTEX_WAIT, &w->word) < 3)
		usleep(1000);
	futex(FUTEX_WAKE_PRIVATE, 2);
	while (__builtin_popcountll(w->stage) < 2)
		usleep(1000);
	w->done = w->stage;
	w->word = 1; /* who has not come to wait yet need not */
	futex(FUTEX_WAKE_PRIVATE, 3);
	for (unsigned i = 0; i < 3; i++)
		join(threads[i]);
}

static void any_of_those_who_wait_are_woken(void **state)
{
	const struct gx_explored *out = ends_of(wakes_two_of_three);

	(void)state;
	assert_true(is_found(out, OUTCOME(3)));
	assert_true(is_found(out, OUTCOME(5)));
	assert_true(is_found(out, OUTCOME(6)));
	assert_false(is_found(out, OUTCOME(7)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_misuse_is_found_and_its_near_miss_is_not),
		cmocka_unit_test(a_read_lock_that_is_taken_again_deadlocks_where_writers_go_first),
		cmocka_unit_test(writers_are_alone),
		cmocka_unit_test(a_barrier_is_used_again),
		cmocka_unit_test(a_barrier_that_too_few_come_to_blocks),
		cmocka_unit_test(a_lock_of_futexes_lets_everybody_through),
		cmocka_unit_test(a_wait_that_is_cancelled_has_its_mutex),
		cmocka_unit_test(a_signal_for_one_that_is_cancelled_is_anothers),
		cmocka_unit_test(who_is_cancelled_sleeps_no_longer),
		cmocka_unit_test(a_robust_mutex_outlives_its_owner),
		cmocka_unit_test(destructors_come_in_any_order),
		cmocka_unit_test(any_of_those_who_wait_are_woken),
	};

	fixture_open();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
