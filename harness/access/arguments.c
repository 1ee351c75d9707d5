/*
 * arguments.c - what POSIX's and C11's functions read and write on the caller's behalf: times, results, attributes. What they do is modelled
 * (posix), or libc's own.
 *
 * A result of a function that waits, or looks at what others may change, is put down behind it: the access is one of the step that follows.
 */
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "access/internal.h"

#define READS_IF(p)  ((p) ? READS(p, sizeof(*(p))) : (void)0)
#define WRITES_IF(p) ((p) ? WRITES(p, sizeof(*(p))) : (void)0)

/* ---- times ---- */

static int w_clock_gettime(clockid_t clock, struct timespec *to)
{
	struct timespec now = {0};
	int rc = clock_gettime(clock, &now);

	if (!rc) {
		WRITES(to, sizeof(*to));
		*to = now;
	}
	return rc;
}

static int w_gettimeofday(struct timeval *to, void *zone)
{
	struct timeval now = {0};
	int rc = gettimeofday(&now, zone);

	if (!rc && to) {
		WRITES(to, sizeof(*to));
		*to = now;
	}
	return rc;
}

static time_t w_time(time_t *to)
{
	time_t now = time(NULL);

	if (to) {
		WRITES(to, sizeof(*to));
		*to = now;
	}
	return now;
}

static int w_timespec_get(struct timespec *to, int base)
{
	struct timespec now = {0};
	int rc = timespec_get(&now, base);

	if (rc) {
		WRITES(to, sizeof(*to));
		*to = now;
	}
	return rc;
}

/* clang-format off: a function each */
WATCHED(int, nanosleep, (const struct timespec *t, struct timespec *rest), (t, rest), READS_IF(t))
WATCHED(int, clock_nanosleep, (clockid_t c, int how, const struct timespec *t, struct timespec *rest),
	(c, how, t, rest), READS_IF(t))
WATCHED(int, thrd_sleep, (const struct timespec *t, struct timespec *rest), (t, rest), READS_IF(t))
WATCHED(int, pthread_cond_timedwait, (pthread_cond_t * c, pthread_mutex_t *m, const struct timespec *t), (c, m, t),
	READS_IF(t))
WATCHED(int, pthread_cond_clockwait, (pthread_cond_t * c, pthread_mutex_t *m, clockid_t k, const struct timespec *t),
	(c, m, k, t), READS_IF(t))
WATCHED(int, cnd_timedwait, (cnd_t * c, mtx_t *m, const struct timespec *t), (c, m, t), READS_IF(t))
WATCHED(int, pthread_mutex_timedlock, (pthread_mutex_t * m, const struct timespec *t), (m, t), READS_IF(t))
WATCHED(int, pthread_mutex_clocklock, (pthread_mutex_t * m, clockid_t k, const struct timespec *t), (m, k, t),
	READS_IF(t))
WATCHED(int, mtx_timedlock, (mtx_t * m, const struct timespec *t), (m, t), READS_IF(t))
WATCHED(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t * l, const struct timespec *t), (l, t), READS_IF(t))
WATCHED(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t * l, const struct timespec *t), (l, t), READS_IF(t))
WATCHED(int, pthread_rwlock_clockrdlock, (pthread_rwlock_t * l, clockid_t k, const struct timespec *t), (l, k, t),
	READS_IF(t))
WATCHED(int, pthread_rwlock_clockwrlock, (pthread_rwlock_t * l, clockid_t k, const struct timespec *t), (l, k, t),
	READS_IF(t))
WATCHED(int, sem_timedwait, (sem_t * s, const struct timespec *t), (s, t), READS_IF(t))
WATCHED(int, sem_clockwait, (sem_t * s, clockid_t k, const struct timespec *t), (s, k, t), READS_IF(t))

/* ---- attributes ---- */

WATCHED(int, pthread_mutex_init, (pthread_mutex_t * m, const pthread_mutexattr_t *a), (m, a), READS_IF(a))
WATCHED(int, pthread_cond_init, (pthread_cond_t * c, const pthread_condattr_t *a), (c, a), READS_IF(a))
WATCHED(int, pthread_rwlock_init, (pthread_rwlock_t * l, const pthread_rwlockattr_t *a), (l, a), READS_IF(a))
WATCHED(int, pthread_barrier_init, (pthread_barrier_t * b, const pthread_barrierattr_t *a, unsigned n), (b, a, n),
	READS_IF(a))
WATCHED(int, pthread_attr_init, (pthread_attr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_attr_destroy, (pthread_attr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_attr_setdetachstate, (pthread_attr_t * a, int v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_attr_setstacksize, (pthread_attr_t * a, size_t v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_mutexattr_init, (pthread_mutexattr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_mutexattr_destroy, (pthread_mutexattr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_mutexattr_settype, (pthread_mutexattr_t * a, int v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_mutexattr_setrobust, (pthread_mutexattr_t * a, int v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_mutexattr_setprotocol, (pthread_mutexattr_t * a, int v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_mutexattr_setpshared, (pthread_mutexattr_t * a, int v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_mutexattr_setprioceiling, (pthread_mutexattr_t * a, int v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_condattr_init, (pthread_condattr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_condattr_destroy, (pthread_condattr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_condattr_setclock, (pthread_condattr_t * a, clockid_t v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_condattr_setpshared, (pthread_condattr_t * a, int v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_rwlockattr_init, (pthread_rwlockattr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_rwlockattr_destroy, (pthread_rwlockattr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_rwlockattr_setkind_np, (pthread_rwlockattr_t * a, int v), (a, v), WRITES_IF(a))
WATCHED(int, pthread_barrierattr_init, (pthread_barrierattr_t * a), (a), WRITES_IF(a))
WATCHED(int, pthread_barrierattr_destroy, (pthread_barrierattr_t * a), (a), WRITES_IF(a))

/* ---- results that are there before anybody else can be told of them ---- */

WATCHED(int, pthread_create, (pthread_t * id, const pthread_attr_t *a, void *(*f)(void *), void *x), (id, a, f, x),
	READS_IF(a);
	WRITES_IF(id))
WATCHED(int, thrd_create, (thrd_t * id, thrd_start_t f, void *x), (id, f, x), WRITES_IF(id))
WATCHED(int, pthread_key_create, (pthread_key_t * key, void (*f)(void *)), (key, f), WRITES_IF(key))
WATCHED(int, tss_create, (tss_t * key, tss_dtor_t f), (key, f), WRITES_IF(key))
WATCHED(int, pthread_setcancelstate, (int state, int *old), (state, old), WRITES_IF(old))
WATCHED(int, pthread_setcanceltype, (int type, int *old), (type, old), WRITES_IF(old))
WATCHED(ssize_t, getrandom, (void *to, size_t n, unsigned how), (to, n, how), WRITES(to, n))
WATCHED(int, getentropy, (void *to, size_t n), (to, n), WRITES(to, n))
WATCHED(void, arc4random_buf, (void *to, size_t n), (to, n), WRITES(to, n))
WATCHED(int, posix_memalign, (void **to, size_t a, size_t n), (to, a, n), WRITES_IF(to))
WATCHED(struct tm *, localtime_r, (const time_t *t, struct tm *to), (t, to), READS_IF(t); WRITES_IF(to))
WATCHED(struct tm *, gmtime_r, (const time_t *t, struct tm *to), (t, to), READS_IF(t); WRITES_IF(to))
WATCHED(struct tm *, localtime, (const time_t *t), (t), READS_IF(t))
WATCHED(struct tm *, gmtime, (const time_t *t), (t), READS_IF(t))
WATCHED(time_t, mktime, (struct tm * t), (t), READS_IF(t); WRITES_IF(t))
WATCHED(time_t, timegm, (struct tm * t), (t), READS_IF(t); WRITES_IF(t))
WATCHED(char *, asctime, (const struct tm *t), (t), READS_IF(t))
WATCHED(char *, ctime, (const time_t *t), (t), READS_IF(t))
WATCHED(int, poll, (struct pollfd * f, nfds_t n, int ms), (f, n, ms), n ? READS(f, n * sizeof(*f)) : (void)0)
/* clang-format on */

static int w_pthread_setname_np(pthread_t thread, const char *name)
{
	READS_TEXT(name);
	return pthread_setname_np(thread, name);
}

/* ---- results of waiting ---- */

static int put_result(int rc, void **to, void *result, const void *code)
{
	if (!rc && to) {
		gx_memory_access(to, sizeof(*to), true, code);
		*to = result;
	}
	return rc;
}

static int w_pthread_join(pthread_t thread, void **to)
{
	void *result = NULL;
	int rc = pthread_join(thread, &result);

	return put_result(rc, to, result, CODE);
}

static int w_pthread_tryjoin_np(pthread_t thread, void **to)
{
	void *result = NULL;
	int rc = pthread_tryjoin_np(thread, &result);

	return put_result(rc, to, result, CODE);
}

static int w_pthread_timedjoin_np(pthread_t thread, void **to, const struct timespec *until)
{
	void *result = NULL;
	int rc;

	READS_IF(until);
	rc = pthread_timedjoin_np(thread, &result, until);
	return put_result(rc, to, result, CODE);
}

static int w_pthread_clockjoin_np(pthread_t thread, void **to, clockid_t clock, const struct timespec *until)
{
	void *result = NULL;
	int rc;

	READS_IF(until);
	rc = pthread_clockjoin_np(thread, &result, clock, until);
	return put_result(rc, to, result, CODE);
}

static int w_thrd_join(thrd_t thread, int *to)
{
	int result = 0;
	int rc = thrd_join(thread, &result);

	if (rc == thrd_success && to) {
		WRITES(to, sizeof(*to));
		*to = result;
	}
	return rc;
}

static int w_sem_getvalue(sem_t *semaphore, int *to)
{
	int value = 0;
	int rc = sem_getvalue(semaphore, &value);

	if (!rc) {
		WRITES(to, sizeof(*to));
		*to = value;
	}
	return rc;
}

const struct gx_access_row gx_access_arguments[] = {
	ROW(clock_gettime),
	ROW(gettimeofday),
	ROW(time),
	ROW(timespec_get),
	ROW(nanosleep),
	ROW(clock_nanosleep),
	ROW(thrd_sleep),
	ROW(pthread_cond_timedwait),
	ROW(pthread_cond_clockwait),
	ROW(cnd_timedwait),
	ROW(pthread_mutex_timedlock),
	ROW(pthread_mutex_clocklock),
	ROW(mtx_timedlock),
	ROW(pthread_rwlock_timedrdlock),
	ROW(pthread_rwlock_timedwrlock),
	ROW(pthread_rwlock_clockrdlock),
	ROW(pthread_rwlock_clockwrlock),
	ROW(sem_timedwait),
	ROW(sem_clockwait),
	ROW(pthread_mutex_init),
	ROW(pthread_cond_init),
	ROW(pthread_rwlock_init),
	ROW(pthread_barrier_init),
	ROW(pthread_attr_init),
	ROW(pthread_attr_destroy),
	ROW(pthread_attr_setdetachstate),
	ROW(pthread_attr_setstacksize),
	ROW(pthread_mutexattr_init),
	ROW(pthread_mutexattr_destroy),
	ROW(pthread_mutexattr_settype),
	ROW(pthread_mutexattr_setrobust),
	ROW(pthread_mutexattr_setprotocol),
	ROW(pthread_mutexattr_setpshared),
	ROW(pthread_mutexattr_setprioceiling),
	ROW(pthread_condattr_init),
	ROW(pthread_condattr_destroy),
	ROW(pthread_condattr_setclock),
	ROW(pthread_condattr_setpshared),
	ROW(pthread_rwlockattr_init),
	ROW(pthread_rwlockattr_destroy),
	ROW(pthread_rwlockattr_setkind_np),
	ROW(pthread_barrierattr_init),
	ROW(pthread_barrierattr_destroy),
	ROW(pthread_create),
	ROW(thrd_create),
	ROW(pthread_key_create),
	ROW(tss_create),
	ROW(pthread_setcancelstate),
	ROW(pthread_setcanceltype),
	ROW(getrandom),
	ROW(getentropy),
	ROW(posix_memalign),
	ROW(localtime_r),
	ROW(gmtime_r),
	ROW(localtime),
	ROW(gmtime),
	ROW(asctime),
	ROW(ctime),
	ROW(poll),
	ROW(arc4random_buf),
	ROW(mktime),
	ROW(timegm),
	ROW(pthread_setname_np),
	ROW(pthread_join),
	ROW(pthread_tryjoin_np),
	ROW(pthread_timedjoin_np),
	ROW(pthread_clockjoin_np),
	ROW(thrd_join),
	ROW(sem_getvalue),
	{NULL, NULL, NULL},
};
