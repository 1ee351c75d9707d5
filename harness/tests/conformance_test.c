/*
 * What POSIX and C11 say of a primitive, done twice: on libc, for real, and modelled, in all interleavings. What libc answers is among what the
 * model can answer; where the standard leaves a choice the model has more. The table is printed.
 *
 *     note(...)    one answer: an error number, a value; the same code runs in both worlds, its objects lie in `o`
 */
#include "tests/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "posix/loading.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { NOTES = 24 };

static struct area {
	uint32_t count;
	int32_t notes[NOTES];
	pthread_mutex_t mutex;
	pthread_mutex_t other;
	pthread_cond_t cond;
	pthread_rwlock_t rwlock;
	pthread_barrier_t barrier;
	pthread_spinlock_t spin;
	pthread_once_t once;
	pthread_key_t key;
	pthread_t thread;
	sem_t semaphore;
	sem_t ready;
	mtx_t mtx;
	cnd_t cnd;
	once_flag flag;
	int word;
	int stage;
} * o;
_Static_assert(sizeof(struct area) <= FIXTURE_SHARED, "the objects have room in the world");

static void note(long value)
{
	if (o->count < NOTES)
		o->notes[o->count++] = (int32_t)value;
}

/* Of those that answer by errno. */
static void note_errno(int rc)
{
	note(rc == -1 ? errno : rc);
}

static void *in_thread(void *(*routine)(void *), void *argument)
{
	pthread_t thread;
	void *result = NULL;

	if (pthread_create(&thread, NULL, routine, argument) || pthread_join(thread, &result))
		note(-1);
	return result;
}

/* A time that has come; and one that is none. */
static const struct timespec past = {.tv_sec = 1};
static const struct timespec none = {.tv_sec = 1, .tv_nsec = 1000000000};

static struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec when;

	clock_gettime(clock, &when);
	when.tv_nsec += ms * 1000000;
	when.tv_sec += when.tv_nsec / 1000000000;
	when.tv_nsec %= 1000000000;
	return when;
}

/* ---- mutexes ---- */

static void make_mutex(int type, int robust)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, type);
	pthread_mutexattr_setrobust(&attributes, robust);
	note(pthread_mutex_init(&o->mutex, &attributes));
	pthread_mutexattr_destroy(&attributes);
}

static void *tries_to_lock(void *unused)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 1);
	int rc = pthread_mutex_trylock(&o->mutex);

	(void)unused;
	note(rc);
	if (!rc)
		note(pthread_mutex_unlock(&o->mutex));
	else
		note(pthread_mutex_timedlock(&o->mutex, &soon));
	return NULL;
}

static void mutex_normal(void)
{
	make_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
	note(pthread_mutex_lock(&o->mutex));
	note(pthread_mutex_trylock(&o->mutex));
	note(pthread_mutex_timedlock(&o->mutex, &past));
	in_thread(tries_to_lock, NULL);
	note(pthread_mutex_unlock(&o->mutex));
	in_thread(tries_to_lock, NULL);
	note(pthread_mutex_destroy(&o->mutex));
}

static void mutex_recursive(void)
{
	make_mutex(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
	note(pthread_mutex_lock(&o->mutex));
	note(pthread_mutex_lock(&o->mutex));
	note(pthread_mutex_trylock(&o->mutex));
	note(pthread_mutex_unlock(&o->mutex));
	note(pthread_mutex_unlock(&o->mutex));
	in_thread(tries_to_lock, NULL);
	note(pthread_mutex_unlock(&o->mutex));
	in_thread(tries_to_lock, NULL);
}

static void *unlocks(void *unused)
{
	(void)unused;
	note(pthread_mutex_unlock(&o->mutex));
	return NULL;
}

static void mutex_errorcheck(void)
{
	make_mutex(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
	note(pthread_mutex_unlock(&o->mutex));
	note(pthread_mutex_lock(&o->mutex));
	note(pthread_mutex_lock(&o->mutex));
	note(pthread_mutex_timedlock(&o->mutex, &past));
	in_thread(unlocks, NULL);
	note(pthread_mutex_unlock(&o->mutex));
}

static void *dies_holding(void *unused)
{
	(void)unused;
	note(pthread_mutex_lock(&o->mutex));
	return NULL;
}

static void mutex_robust(void)
{
	make_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
	note(pthread_mutex_consistent(&o->mutex));
	in_thread(dies_holding, NULL);
	note(pthread_mutex_lock(&o->mutex));
	note(pthread_mutex_consistent(&o->mutex));
	note(pthread_mutex_unlock(&o->mutex));
	note(pthread_mutex_lock(&o->mutex));
	note(pthread_mutex_unlock(&o->mutex));
}

static void mutex_robust_given_up(void)
{
	make_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
	in_thread(dies_holding, NULL);
	note(pthread_mutex_trylock(&o->mutex));
	note(pthread_mutex_unlock(&o->mutex));
	note(pthread_mutex_lock(&o->mutex));
	note(pthread_mutex_trylock(&o->mutex));
}

static void mutex_times(void)
{
	make_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
	note(pthread_mutex_timedlock(&o->mutex, &past)); /* free: it gets it, whatever the time */
	note(pthread_mutex_clocklock(&o->mutex, CLOCK_MONOTONIC, &past));
	note(pthread_mutex_timedlock(&o->mutex, &none));
}

/* ---- condition variables ---- */

static void cond_times(void)
{
	note(pthread_cond_init(&o->cond, NULL));
	make_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
	pthread_mutex_lock(&o->mutex);
	note(pthread_cond_timedwait(&o->cond, &o->mutex, &past));
	note(pthread_cond_timedwait(&o->cond, &o->mutex, &none));
	note(pthread_cond_clockwait(&o->cond, &o->mutex, CLOCK_MONOTONIC, &past));
	note(pthread_mutex_trylock(&o->mutex));
	note(pthread_cond_signal(&o->cond));
	note(pthread_cond_broadcast(&o->cond));
	note(pthread_cond_destroy(&o->cond));
}

static void cond_without_its_mutex(void)
{
	note(pthread_cond_init(&o->cond, NULL));
	make_mutex(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
	note(pthread_cond_wait(&o->cond, &o->mutex));
	note(pthread_cond_timedwait(&o->cond, &o->mutex, &past));
}

static void *sets_the_stage(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&o->mutex);
	o->stage = 1;
	note(pthread_cond_signal(&o->cond));
	pthread_mutex_unlock(&o->mutex);
	return NULL;
}

static void cond_hand_over(void)
{
	pthread_t thread;

	pthread_cond_init(&o->cond, NULL);
	pthread_mutex_init(&o->mutex, NULL);
	pthread_mutex_lock(&o->mutex);
	note(pthread_create(&thread, NULL, sets_the_stage, NULL));
	while (!o->stage)
		if (pthread_cond_wait(&o->cond, &o->mutex))
			note(-1);
	note(pthread_mutex_unlock(&o->mutex));
	note(pthread_join(thread, NULL));
}

static void cond_clocks(void)
{
	pthread_condattr_t attributes;
	struct timespec soon;

	pthread_condattr_init(&attributes);
	note(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
	note(pthread_condattr_setclock(&attributes, CLOCK_PROCESS_CPUTIME_ID));
	note(pthread_cond_init(&o->cond, &attributes));
	pthread_mutex_init(&o->mutex, NULL);
	pthread_mutex_lock(&o->mutex);
	soon = in_ms(CLOCK_MONOTONIC, 1);
	note(pthread_cond_timedwait(&o->cond, &o->mutex, &soon));
}

/* ---- semaphores ---- */

static void semaphore_counts(void)
{
	int value = -1;

	note_errno(sem_init(&o->semaphore, 0, 1));
	note_errno(sem_trywait(&o->semaphore));
	note_errno(sem_trywait(&o->semaphore));
	note_errno(sem_timedwait(&o->semaphore, &past));
	note_errno(sem_timedwait(&o->semaphore, &none));
	note_errno(sem_clockwait(&o->semaphore, CLOCK_MONOTONIC, &past));
	note_errno(sem_post(&o->semaphore));
	note_errno(sem_getvalue(&o->semaphore, &value));
	note(value);
	note_errno(sem_wait(&o->semaphore));
	note_errno(sem_destroy(&o->semaphore));
}

static void semaphore_bounds(void)
{
	note_errno(sem_init(&o->semaphore, 0, (unsigned)SEM_VALUE_MAX + 1));
	note_errno(sem_init(&o->semaphore, 0, SEM_VALUE_MAX));
	note_errno(sem_post(&o->semaphore));
}

static void semaphore_named(void)
{
	char name[64];
	sem_t *first;

	snprintf(name, sizeof(name), "/gatecrash-test-%d", (int)getpid());
	note(sem_open(name, 0) == SEM_FAILED ? errno : 0);
	first = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
	note(first == SEM_FAILED ? errno : 0);
	note(sem_open(name, O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED ? errno : 0);
	note(sem_open(name, O_CREAT, 0600, 5) == first);
	note_errno(sem_wait(first));
	note_errno(sem_trywait(first));
	note_errno(sem_close(first));
	note_errno(sem_unlink(name));
	note_errno(sem_unlink(name));
	note_errno(sem_post(first)); /* open still */
	note_errno(sem_close(first));
}

/* ---- reader-writer locks ---- */

static void *tries_both(void *unused)
{
	int rc = pthread_rwlock_tryrdlock(&o->rwlock);

	(void)unused;
	note(rc);
	if (!rc)
		pthread_rwlock_unlock(&o->rwlock);
	rc = pthread_rwlock_trywrlock(&o->rwlock);
	note(rc);
	if (!rc)
		pthread_rwlock_unlock(&o->rwlock);
	note(pthread_rwlock_timedwrlock(&o->rwlock, &past));
	return NULL;
}

static void rwlock_read(void)
{
	note(pthread_rwlock_init(&o->rwlock, NULL));
	note(pthread_rwlock_rdlock(&o->rwlock));
	note(pthread_rwlock_rdlock(&o->rwlock));
	in_thread(tries_both, NULL);
	note(pthread_rwlock_unlock(&o->rwlock));
	in_thread(tries_both, NULL);
	note(pthread_rwlock_unlock(&o->rwlock));
}

static void rwlock_write(void)
{
	note(pthread_rwlock_init(&o->rwlock, NULL));
	note(pthread_rwlock_wrlock(&o->rwlock));
	note(pthread_rwlock_wrlock(&o->rwlock));
	note(pthread_rwlock_rdlock(&o->rwlock));
	note(pthread_rwlock_tryrdlock(&o->rwlock));
	note(pthread_rwlock_trywrlock(&o->rwlock));
	in_thread(tries_both, NULL);
	note(pthread_rwlock_unlock(&o->rwlock));
	note(pthread_rwlock_destroy(&o->rwlock));
}

static void *times_of_reading(void *unused)
{
	(void)unused;
	note(pthread_rwlock_timedrdlock(&o->rwlock, &past));
	note(pthread_rwlock_timedrdlock(&o->rwlock, &none));
	note(pthread_rwlock_clockrdlock(&o->rwlock, CLOCK_MONOTONIC, &past));
	note(pthread_rwlock_clockwrlock(&o->rwlock, CLOCK_MONOTONIC, &past));
	note(pthread_rwlock_timedwrlock(&o->rwlock, &none));
	return NULL;
}

static void rwlock_times(void)
{
	note(pthread_rwlock_init(&o->rwlock, NULL));
	note(pthread_rwlock_wrlock(&o->rwlock));
	in_thread(times_of_reading, NULL);
	note(pthread_rwlock_unlock(&o->rwlock));
}

static void *writes(void *unused)
{
	(void)unused;
	sem_post(&o->ready);
	note(pthread_rwlock_wrlock(&o->rwlock));
	pthread_rwlock_unlock(&o->rwlock);
	return NULL;
}

/* A reader comes while a writer waits: the standard leaves it to the implementation, so the model has both. */
static void rwlock_who_goes_first(void)
{
	pthread_t thread;
	int rc;

	pthread_rwlock_init(&o->rwlock, NULL);
	sem_init(&o->ready, 0, 0);
	pthread_rwlock_rdlock(&o->rwlock);
	pthread_create(&thread, NULL, writes, NULL);
	sem_wait(&o->ready);
	usleep(20000); /* it waits now, as far as one can know */
	rc = pthread_rwlock_tryrdlock(&o->rwlock);
	note(rc);
	if (!rc)
		pthread_rwlock_unlock(&o->rwlock);
	pthread_rwlock_unlock(&o->rwlock);
	pthread_join(thread, NULL);
}

/* ---- spin locks, barriers, once ---- */

static void *tries_to_spin(void *unused)
{
	(void)unused;
	note(pthread_spin_trylock(&o->spin));
	return NULL;
}

static void spin_lock(void)
{
	note(pthread_spin_init(&o->spin, PTHREAD_PROCESS_PRIVATE));
	note(pthread_spin_lock(&o->spin));
	note(pthread_spin_trylock(&o->spin));
	in_thread(tries_to_spin, NULL);
	note(pthread_spin_unlock(&o->spin));
	note(pthread_spin_trylock(&o->spin));
	note(pthread_spin_unlock(&o->spin));
	note(pthread_spin_destroy(&o->spin));
}

static void *comes_to_the_barrier(void *unused)
{
	(void)unused;
	return (void *)(intptr_t)(pthread_barrier_wait(&o->barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
}

static void barrier_one_of_three(void)
{
	pthread_t threads[2];
	long ones = 0;

	note(pthread_barrier_init(&o->barrier, NULL, 0));
	note(pthread_barrier_init(&o->barrier, NULL, 3));
	for (unsigned i = 0; i < COUNT(threads); i++)
		pthread_create(&threads[i], NULL, comes_to_the_barrier, NULL);
	ones += pthread_barrier_wait(&o->barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
	for (unsigned i = 0; i < COUNT(threads); i++) {
		void *result;

		pthread_join(threads[i], &result);
		ones += (intptr_t)result;
	}
	note(ones);
	note(pthread_barrier_destroy(&o->barrier));
}

/* Whoever is the one: the standard does not say which. */
static void barrier_which_one(void)
{
	pthread_t thread;

	pthread_barrier_init(&o->barrier, NULL, 2);
	pthread_create(&thread, NULL, comes_to_the_barrier, NULL);
	note(pthread_barrier_wait(&o->barrier) == PTHREAD_BARRIER_SERIAL_THREAD);
	pthread_join(thread, NULL);
}

static void count_up(void)
{
	o->stage++;
}

static void *once_again(void *unused)
{
	(void)unused;
	note(pthread_once(&o->once, count_up));
	return NULL;
}

static void once(void)
{
	in_thread(once_again, NULL);
	in_thread(once_again, NULL);
	note(o->stage);
}

/* ---- threads ---- */

static void *returns_it(void *argument)
{
	return argument;
}

static void *leaves_with_it(void *argument)
{
	pthread_exit(argument);
}

static void thread_results(void)
{
	note((intptr_t)in_thread(returns_it, (void *)5));
	note((intptr_t)in_thread(leaves_with_it, (void *)6));
	note(pthread_join(pthread_self(), NULL));
	note(pthread_equal(pthread_self(), pthread_self()));
	note_errno(sched_yield());
}

static void *waits_for_the_semaphore(void *unused)
{
	(void)unused;
	sem_wait(&o->semaphore);
	return (void *)7;
}

static void thread_joins(void)
{
	struct timespec soon = in_ms(CLOCK_REALTIME, 1);
	pthread_t thread;
	void *result = NULL;

	sem_init(&o->semaphore, 0, 0);
	note(pthread_create(&thread, NULL, waits_for_the_semaphore, NULL));
	note(pthread_tryjoin_np(thread, &result));
	note(pthread_timedjoin_np(thread, &result, &soon));
	sem_post(&o->semaphore);
	note(pthread_clockjoin_np(thread, &result, CLOCK_MONOTONIC, NULL));
	note((intptr_t)result);
}

static void *joins_a_detached_one(void *unused)
{
	(void)unused;
	note(pthread_detach(pthread_self()) ? -1 : 0);
	sem_post(&o->ready);
	sem_wait(&o->semaphore);
	sem_post(&o->ready);
	return NULL;
}

static void thread_detached(void)
{
	pthread_t thread;

	sem_init(&o->semaphore, 0, 0);
	sem_init(&o->ready, 0, 0);
	pthread_create(&thread, NULL, joins_a_detached_one, NULL);
	sem_wait(&o->ready);
	note(pthread_join(thread, NULL));
	note(pthread_detach(thread));
	sem_post(&o->semaphore);
	sem_wait(&o->ready);
}

/* ---- cancellation ---- */

static void note_it(void *value)
{
	note((intptr_t)value);
}

static void *can_be_cancelled(void *unused)
{
	int old = -1;

	(void)unused;
	pthread_cleanup_push(note_it, (void *)11);
	pthread_cleanup_push(note_it, (void *)12);
	note(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old));
	note(old == PTHREAD_CANCEL_ENABLE);
	sem_post(&o->ready);
	sem_wait(&o->semaphore); /* cancelled by now, and does not let itself be */
	pthread_testcancel();
	note(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old));
	note(old == PTHREAD_CANCEL_DISABLE);
	pthread_testcancel();
	note(-1);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel_deferred(void)
{
	pthread_t thread;
	void *result = NULL;

	sem_init(&o->semaphore, 0, 0);
	sem_init(&o->ready, 0, 0);
	pthread_create(&thread, NULL, can_be_cancelled, NULL);
	sem_wait(&o->ready);
	note(pthread_cancel(thread));
	sem_post(&o->semaphore);
	note(pthread_join(thread, &result));
	note(result == PTHREAD_CANCELED);
	note(pthread_setcancelstate(77, NULL));
	note(pthread_setcanceltype(77, NULL));
}

static void unlock_and_note(void *mutex)
{
	note(pthread_mutex_trylock(mutex)); /* a wait that is cancelled has taken it again */
	note(pthread_mutex_unlock(mutex));
}

static void *waits_for_ever(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&o->mutex);
	pthread_cleanup_push(unlock_and_note, &o->mutex);
	o->stage = 1;
	sem_post(&o->ready);
	while (o->stage)
		pthread_cond_wait(&o->cond, &o->mutex);
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel_in_a_wait(void)
{
	pthread_t thread;
	void *result = NULL;
	int cancelled;
	int joined;

	pthread_mutex_init(&o->mutex, NULL);
	pthread_cond_init(&o->cond, NULL);
	sem_init(&o->ready, 0, 0);
	pthread_create(&thread, NULL, waits_for_ever, NULL);
	sem_wait(&o->ready);
	cancelled = pthread_cancel(thread);
	joined = pthread_join(thread, &result); /* until then the other one notes */
	note(cancelled);
	note(joined);
	note(result == PTHREAD_CANCELED);
	note(pthread_mutex_trylock(&o->mutex));
}

static void *sleeps_for_ever(void *how)
{
	sem_init(&o->semaphore, 0, 0);
	sem_post(&o->ready);
	if (how)
		sem_wait(&o->semaphore);
	else
		sleep(100);
	note(-1);
	return NULL;
}

static void cancel_in_a_sleep(void)
{
	for (intptr_t how = 0; how < 2; how++) {
		pthread_t thread;
		void *result = NULL;

		sem_init(&o->ready, 0, 0);
		pthread_create(&thread, NULL, sleeps_for_ever, (void *)how);
		sem_wait(&o->ready);
		note(pthread_cancel(thread));
		note(pthread_join(thread, &result));
		note(result == PTHREAD_CANCELED);
	}
}

/* ---- what a thread keeps for itself ---- */

static void set_it_again(void *value)
{
	note((intptr_t)value);
	if ((intptr_t)value > 1)
		pthread_setspecific(o->key, (void *)((intptr_t)value - 1));
}

static void *has_a_value(void *value)
{
	note(pthread_getspecific(o->key) != NULL);
	note(pthread_setspecific(o->key, value));
	return pthread_getspecific(o->key);
}

static void keys(void)
{
	note(pthread_key_create(&o->key, set_it_again));
	note(pthread_setspecific(o->key, (void *)9));
	note((intptr_t)in_thread(has_a_value, (void *)3));
	note((intptr_t)in_thread(has_a_value, (void *)100)); /* PTHREAD_DESTRUCTOR_ITERATIONS */
	note((intptr_t)pthread_getspecific(o->key));
	note(pthread_key_delete(o->key));
}

/* ---- C11 ---- */

static int leaves_c11(void *argument)
{
	thrd_exit((int)(intptr_t)argument);
}

static void c11_threads(void)
{
	thrd_t thread;
	int result = 0;

	note(thrd_create(&thread, leaves_c11, (void *)-8) == thrd_success);
	note(thrd_join(thread, &result) == thrd_success);
	note(result);
	note(thrd_equal(thrd_current(), thrd_current()) != 0);
	note(thrd_sleep(&(struct timespec){.tv_nsec = 1}, NULL));
	note(thrd_sleep(&none, NULL) < 0);
}

static void c11_mutexes(void)
{
	note(mtx_init(&o->mtx, mtx_recursive | mtx_timed) == thrd_success);
	note(mtx_lock(&o->mtx) == thrd_success);
	note(mtx_trylock(&o->mtx) == thrd_success);
	note(mtx_timedlock(&o->mtx, &past) == thrd_success);
	for (unsigned i = 0; i < 3; i++)
		note(mtx_unlock(&o->mtx) == thrd_success);
	mtx_destroy(&o->mtx);
	note(mtx_init(&o->mtx, mtx_plain) == thrd_success);
	mtx_lock(&o->mtx);
	note(mtx_trylock(&o->mtx) == thrd_busy);
	note(cnd_init(&o->cnd) == thrd_success);
	note(cnd_timedwait(&o->cnd, &o->mtx, &past) == thrd_timedout);
	note(cnd_signal(&o->cnd) == thrd_success);
	note(cnd_broadcast(&o->cnd) == thrd_success);
	call_once(&o->flag, count_up);
	call_once(&o->flag, count_up);
	note(o->stage);
}

/* ---- time, numbers, futexes ---- */

static void times(void)
{
	struct timespec now;

	note_errno(nanosleep(&(struct timespec){.tv_nsec = 1}, NULL));
	note_errno(nanosleep(&none, NULL));
	note_errno(nanosleep(&(struct timespec){.tv_sec = -1}, NULL));
	note(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL));
	note(clock_nanosleep(CLOCK_MONOTONIC, 0, &none, NULL));
	note(timespec_get(&now, TIME_UTC));
	note(timespec_get(&now, 77));
}

static void numbers(void)
{
	unsigned char bytes[300];

	note_errno((int)getrandom(bytes, 16, 0));
	note_errno((int)getrandom(bytes, 16, 0x1000));
	note_errno(getentropy(bytes, 256));
	note_errno(getentropy(bytes, 257));
}

static void futexes(void)
{
	o->word = 3;
	note_errno((int)syscall(SYS_futex, &o->word, FUTEX_WAIT_PRIVATE, 4, NULL, NULL, 0));
	note_errno((int)syscall(SYS_futex, &o->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	note_errno(
		(int)syscall(SYS_futex, &o->word, FUTEX_WAIT_PRIVATE, 3, &(struct timespec){.tv_nsec = 1000}, NULL, 0));
	note_errno((int)syscall(SYS_futex, (char *)&o->word + 1, FUTEX_WAIT_PRIVATE, 3, NULL, NULL, 0));
	note_errno((int)syscall(SYS_futex, &o->word, FUTEX_WAIT_PRIVATE, 3, &none, NULL, 0));
}

/* ---- both worlds ---- */

static const struct row {
	const char *name;
	void (*run)(void);
	const char *chosen; /* what the standard leaves open, if it does */
} rows[] = {
	{"mutex, normal", mutex_normal, NULL},
	{"mutex, recursive", mutex_recursive, NULL},
	{"mutex, error-checking", mutex_errorcheck, NULL},
	{"mutex, robust", mutex_robust, NULL},
	{"mutex, robust, not mended", mutex_robust_given_up, NULL},
	{"mutex, times", mutex_times, NULL},
	{"condition, times", cond_times, NULL},
	{"condition, without its mutex", cond_without_its_mutex, NULL},
	{"condition, hand-over", cond_hand_over, NULL},
	{"condition, clocks", cond_clocks, "a wait may return for no reason"},
	{"semaphore, counts", semaphore_counts, NULL},
	{"semaphore, bounds", semaphore_bounds, NULL},
	{"semaphore, named", semaphore_named, NULL},
	{"rwlock, reading", rwlock_read, NULL},
	{"rwlock, writing", rwlock_write, NULL},
	{"rwlock, times", rwlock_times, NULL},
	{"rwlock, who goes first", rwlock_who_goes_first, "a reader may go in while a writer waits"},
	{"spin lock", spin_lock, NULL},
	{"barrier, one of three", barrier_one_of_three, NULL},
	{"barrier, which one", barrier_which_one, "who is told that it is the one"},
	{"once", once, NULL},
	{"thread, results", thread_results, NULL},
	{"thread, joins", thread_joins, NULL},
	{"thread, detached", thread_detached, NULL},
	{"cancel, deferred", cancel_deferred, NULL},
	{"cancel, in a wait", cancel_in_a_wait, NULL},
	{"cancel, in a sleep", cancel_in_a_sleep, "whether time passes first"},
	{"keys", keys, NULL},
	{"C11, threads", c11_threads, NULL},
	{"C11, mutexes and conditions", c11_mutexes, NULL},
	{"times", times, NULL},
	{"numbers", numbers, NULL},
	{"futexes", futexes, "a wait may return for no reason"},
};

static const struct row *row;

static uint32_t digest(void)
{
	uint32_t hash = 2166136261u;

	for (unsigned i = 0; i < o->count; i++)
		hash = (hash ^ (uint32_t)o->notes[i]) * 16777619u;
	return hash;
}

static uint64_t outcome(void)
{
	return digest();
}

static void start(void)
{
	unsigned long size;
	void *statics = gx_posix_statics(&size);
	struct gx_error err;

	assert_int_equal(gx_world_adopt(statics, size, &err), GX_OK);
	o = fixture_shared;
}

static void runs_the_row(void *argument)
{
	(void)argument;
	row->run();
}

static void print_notes(const struct area *area)
{
	for (unsigned i = 0; i < area->count; i++)
		print_message(" %d", area->notes[i]);
}

/* What the model can answer; a misuse is told beside the answer. */
static unsigned compare(const struct area *real, bool *is_there, bool *is_told)
{
	static const struct fixture program = {.tasks = {runs_the_row},
					       .start = start,
					       .outcome = outcome,
					       .spurious = 1,
					       .steps_max = 2000};
	const struct gx_explored *explored = fixture_search(&program);
	unsigned outcomes = 0;
	uint32_t expected;

	o = (struct area *)(uintptr_t)real;
	expected = digest();
	*is_there = *is_told = false;
	for (unsigned i = 0; i < explored->hit_count; i++) {
		uint64_t key = explored->hits[i].key;

		if (key < FOUND_MISUSE_FIRST)
			fail_msg("%s: finding %d", row->name, (int)key);
		*is_told |= key < OUTCOME(0);
		outcomes += key >= OUTCOME(0);
		*is_there |= key == OUTCOME(expected);
	}
	return outcomes;
}

static void modelled_and_real_agree(void **state)
{
	static struct area real;
	unsigned wrong = 0;

	(void)state;
	print_message("%-30s %-9s answers of libc; what the standard leaves open\n", "primitive", "modelled");
	for (row = rows; row < rows + COUNT(rows); row++) {
		bool is_there;
		bool is_told;
		unsigned outcomes;
		bool right;

		memset(&real, 0, sizeof(real));
		o = &real;
		row->run();
		outcomes = compare(&real, &is_there, &is_told);
		if (!is_there) {
			o = fixture_shared;
			fixture_run("");
			print_message("modelled, one way:");
			print_notes(fixture_shared);
			print_message("\n");
		}
		right = is_there && (outcomes == 1) == !row->chosen;
		wrong += !right;
		print_message("%-30s %-9s", row->name, !is_there ? "DIFFERENT" : outcomes == 1 ? "the same" : "has it");
		print_notes(&real);
		if (outcomes > 1)
			print_message("; one of %u: %s", outcomes, row->chosen ? row->chosen : "NOT SAID BY ANYBODY");
		print_message("%s\n", is_told ? "; told as misuse" : "");
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modelled_and_real_agree),
	};

	fixture_open();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
