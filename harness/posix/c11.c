/*
 * c11.c - C11's threads, mutexes, condition variables, thread-specific storage and call_once(): pthread's under other names (7.26). glibc has
 * them as that, word for word, and so do we.
 */
#include <errno.h>
#include <sched.h>
#include <threads.h>

#include "posix/internal.h"

_Static_assert(sizeof(mtx_t) <= sizeof(pthread_mutex_t), "it is one");
_Static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t), "it is one");
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "it is one");

static pthread_mutex_t *mutex_of(mtx_t *mutex)
{
	return (pthread_mutex_t *)(void *)mutex;
}

static pthread_cond_t *cond_of(cnd_t *cond)
{
	return (pthread_cond_t *)(void *)cond;
}

static int answer(int rc)
{
	switch (rc) {
	case 0:
		return thrd_success;
	case EBUSY:
		return thrd_busy;
	case ENOMEM:
		return thrd_nomem;
	case ETIMEDOUT:
		return thrd_timedout;
	default:
		return thrd_error;
	}
}

int mtx_init(mtx_t *mutex, int type)
{
	if (!gx_task_self())
		return GX_REAL(mtx_init)(mutex, type);
	gx_mutex_make(mutex_of(mutex), type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL,
		      GX_POSIX_MADE_BY_CALLER);
	return thrd_success;
}

int mtx_lock(mtx_t *mutex)
{
	return gx_task_self() ? answer(pthread_mutex_lock(mutex_of(mutex))) : GX_REAL(mtx_lock)(mutex);
}

int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict when)
{
	return gx_task_self() ? answer(pthread_mutex_timedlock(mutex_of(mutex), when))
			      : GX_REAL(mtx_timedlock)(mutex, when);
}

int mtx_trylock(mtx_t *mutex)
{
	return gx_task_self() ? answer(pthread_mutex_trylock(mutex_of(mutex))) : GX_REAL(mtx_trylock)(mutex);
}

int mtx_unlock(mtx_t *mutex)
{
	return gx_task_self() ? answer(pthread_mutex_unlock(mutex_of(mutex))) : GX_REAL(mtx_unlock)(mutex);
}

void mtx_destroy(mtx_t *mutex)
{
	if (gx_task_self())
		(void)pthread_mutex_destroy(mutex_of(mutex));
	else
		GX_REAL(mtx_destroy)(mutex);
}

int cnd_init(cnd_t *cond)
{
	if (!gx_task_self())
		return GX_REAL(cnd_init)(cond);
	gx_cond_make(cond_of(cond), CLOCK_REALTIME, GX_POSIX_MADE_BY_CALLER);
	return thrd_success;
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
	return gx_task_self() ? answer(pthread_cond_wait(cond_of(cond), mutex_of(mutex)))
			      : GX_REAL(cnd_wait)(cond, mutex);
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict when)
{
	return gx_task_self() ? answer(pthread_cond_timedwait(cond_of(cond), mutex_of(mutex), when))
			      : GX_REAL(cnd_timedwait)(cond, mutex, when);
}

int cnd_signal(cnd_t *cond)
{
	return gx_task_self() ? answer(pthread_cond_signal(cond_of(cond))) : GX_REAL(cnd_signal)(cond);
}

int cnd_broadcast(cnd_t *cond)
{
	return gx_task_self() ? answer(pthread_cond_broadcast(cond_of(cond))) : GX_REAL(cnd_broadcast)(cond);
}

void cnd_destroy(cnd_t *cond)
{
	if (gx_task_self())
		(void)pthread_cond_destroy(cond_of(cond));
	else
		GX_REAL(cnd_destroy)(cond);
}

int thrd_create(thrd_t *thread, thrd_start_t routine, void *argument)
{
	if (gx_posix_is_loading) {
		gx_posix_loading_refuse("a thread");
		return thrd_error;
	}
	if (!gx_posix_in_task())
		return GX_REAL(thrd_create)(thread, routine, argument);
	return answer(
		gx_thread_make(thread, NULL, gx_thread_main_c11, (void *(*)(void *))(void (*)(void))routine, argument));
}

int thrd_join(thrd_t thread, int *result)
{
	void *value = NULL;
	int rc;

	if (!gx_task_self())
		return GX_REAL(thrd_join)(thread, result);
	rc = pthread_join(thread, &value);
	if (!rc && result)
		*result = (int)(intptr_t)value;
	return answer(rc);
}

int thrd_detach(thrd_t thread)
{
	return gx_task_self() ? answer(pthread_detach(thread)) : GX_REAL(thrd_detach)(thread);
}

void thrd_exit(int result)
{
	if (!gx_task_self())
		GX_REAL(thrd_exit)(result);
	pthread_exit((void *)(intptr_t)result);
}

thrd_t thrd_current(void)
{
	return gx_task_self() ? pthread_self() : GX_REAL(thrd_current)();
}

int thrd_equal(thrd_t one, thrd_t other)
{
	return one == other;
}

void thrd_yield(void)
{
	(void)sched_yield();
}

int tss_create(tss_t *key, tss_dtor_t destroy)
{
	return gx_posix_is_guest() ? answer(pthread_key_create(key, destroy)) : GX_REAL(tss_create)(key, destroy);
}

void tss_delete(tss_t key)
{
	if (gx_posix_is_guest())
		(void)pthread_key_delete(key);
	else
		GX_REAL(tss_delete)(key);
}

void *tss_get(tss_t key)
{
	return gx_posix_is_guest() ? pthread_getspecific(key) : GX_REAL(tss_get)(key);
}

int tss_set(tss_t key, void *value)
{
	return gx_posix_is_guest() ? answer(pthread_setspecific(key, value)) : GX_REAL(tss_set)(key, value);
}

void call_once(once_flag *flag, void (*routine)(void))
{
	if (gx_task_self())
		(void)pthread_once((pthread_once_t *)(void *)flag, routine);
	else
		GX_REAL(call_once)(flag, routine);
}
