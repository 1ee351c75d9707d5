/*
 * mutex.c - pthread_mutex_*: normal, recursive, error-checking, and adaptive, which is a normal one here.
 *
 * The words are glibc's (struct __pthread_mutex_s), so that static initialisers and mutexes set up by a constructor before
 * the first execution mean the same here: __kind the type, __lock 0 or 1, __owner the holder's slot, __count the depth of a
 * recursive one. A normal mutex that its holder locks again blocks for ever, as POSIX says: a deadlock, and reported as that.
 *
 * Unlocking is a point as well: without it nobody could ever see the mutex held (trylock, timedlock).
 */
#include <errno.h>
#include <string.h>

#include "posix/internal.h"

enum { TYPE_MASK = 3, DESTROYED = -1 };

static int type_of(const pthread_mutex_t *mutex)
{
	return mutex->__data.__kind & TYPE_MASK;
}

uint32_t gx_mutex_owner(const pthread_mutex_t *mutex)
{
	return mutex->__data.__lock ? (uint32_t)mutex->__data.__owner : 0;
}

/* Out of line: the holder must not stay behind in a register of a task that goes on to wait (core/task.c, park()). */
bool __attribute__((noinline)) gx_mutex_is_mine(const pthread_mutex_t *mutex)
{
	return gx_mutex_owner(mutex) == gx_task_self()->slot;
}

static void take(pthread_mutex_t *mutex)
{
	struct gx_task *self = gx_task_self();

	gx_posix_touch(mutex, GX_WRITE);
	mutex->__data.__lock = 1;
	mutex->__data.__owner = (int)self->slot;
	self->user[GX_USER_POSIX_1]++;
}

/* The holder may be another task: what an unlock by a stranger does in glibc is done here too, after it was reported. */
void gx_mutex_give_back(pthread_mutex_t *mutex)
{
	struct gx_task *holder = gx_task_by_slot((uint32_t)mutex->__data.__owner);

	gx_posix_touch(mutex, GX_WRITE);
	if (holder && holder != gx_task_self())
		gx_touch(gx_object(GX_OBJECT_TASK, holder->path), GX_WRITE);
	if (holder && holder->user[GX_USER_POSIX_1] & ~GX_WOKEN)
		holder->user[GX_USER_POSIX_1]--;
	mutex->__data.__lock = 0;
	mutex->__data.__owner = 0;
}

static bool is_free(const struct gx_task *task)
{
	return !((const pthread_mutex_t *)task->op.subject)->__data.__lock;
}

/* A wait on a condition variable returns with the mutex, whatever its depth was (which the caller keeps). */
void gx_mutex_take_again(pthread_mutex_t *mutex)
{
	gx_posix_block(GX_L_MUTEX_LOCK, mutex, is_free, GX_FOREVER);
	take(mutex);
}

/* Checks that all of lock, trylock and timedlock begin with. */
static int examine(pthread_mutex_t *mutex)
{
	gx_posix_check_place(mutex);
	gx_posix_touch(mutex, GX_READ);
	if (mutex->__data.__kind != DESTROYED)
		return 0;
	gx_posix_misuse(GX_POSIX_USE_DESTROYED, mutex);
	return EINVAL;
}

/* The holder locks again: true if that is answered at once, with *rc. */
static bool is_relock(pthread_mutex_t *mutex, int *rc)
{
	if (!gx_mutex_is_mine(mutex))
		return false;
	if (type_of(mutex) == PTHREAD_MUTEX_RECURSIVE) {
		gx_posix_touch(mutex, GX_WRITE);
		mutex->__data.__count++;
		*rc = 0;
		return true;
	}
	*rc = EDEADLK;
	return type_of(mutex) == PTHREAD_MUTEX_ERRORCHECK;
}

static int lock_until(pthread_mutex_t *mutex, uint64_t deadline)
{
	int rc = examine(mutex);

	if (rc || is_relock(mutex, &rc))
		return rc;
	if (gx_posix_block(GX_L_MUTEX_LOCK, mutex, is_free, deadline) == GX_GRANTED_TIMEOUT)
		return ETIMEDOUT;
	take(mutex);
	return 0;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	return gx_posix_in_task() ? lock_until(mutex, GX_FOREVER) : GX_REAL(pthread_mutex_lock)(mutex);
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *when)
{
	uint64_t deadline;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_mutex_timedlock)(mutex, when);
	return gx_posix_deadline(CLOCK_REALTIME, when, &deadline) ? lock_until(mutex, deadline) : EINVAL;
}

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_mutex_clocklock)(mutex, clock, when);
	return gx_posix_deadline(clock, when, &deadline) ? lock_until(mutex, deadline) : EINVAL;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_mutex_trylock)(mutex);
	rc = examine(mutex);
	if (rc)
		return rc;
	gx_posix_step(GX_L_MUTEX_TRYLOCK, GX_READ | GX_WRITE, mutex);
	if (!mutex->__data.__lock) {
		take(mutex);
		return 0;
	}
	if (type_of(mutex) == PTHREAD_MUTEX_RECURSIVE && is_relock(mutex, &rc))
		return 0;
	return EBUSY;
}

/* Not locked, or not by the caller: POSIX lets error-checking and recursive mutexes answer EPERM, for others it is undefined. */
static int unlock_foreign(pthread_mutex_t *mutex)
{
	int type = type_of(mutex);

	gx_posix_misuse(mutex->__data.__lock ? GX_POSIX_UNLOCK_NOT_OWNER : GX_POSIX_UNLOCK_UNLOCKED, mutex);
	if (type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK)
		return EPERM;
	gx_posix_step(GX_L_MUTEX_UNLOCK, GX_WRITE, mutex);
	if (mutex->__data.__lock)
		gx_mutex_give_back(mutex);
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_mutex_unlock)(mutex);
	rc = examine(mutex);
	if (rc)
		return rc;
	if (!gx_mutex_is_mine(mutex))
		return unlock_foreign(mutex);
	if (mutex->__data.__count) { /* recursive, and not the last one */
		gx_posix_touch(mutex, GX_WRITE);
		mutex->__data.__count--;
		return 0;
	}
	gx_posix_step(GX_L_MUTEX_UNLOCK, GX_WRITE, mutex);
	gx_mutex_give_back(mutex);
	return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	int type = PTHREAD_MUTEX_DEFAULT;
	int robust = PTHREAD_MUTEX_STALLED;

	if (!gx_task_self())
		return GX_REAL(pthread_mutex_init)(mutex, attributes);
	gx_posix_check_place(mutex);
	if (attributes) {
		pthread_mutexattr_gettype(attributes, &type);
		pthread_mutexattr_getrobust(attributes, &robust);
	}
	if (robust != PTHREAD_MUTEX_STALLED)
		return ENOTSUP;
	gx_posix_touch(mutex, GX_WRITE);
	memset(mutex, 0, sizeof(*mutex));
	mutex->__data.__kind = type;
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	int rc;

	if (!gx_task_self())
		return GX_REAL(pthread_mutex_destroy)(mutex);
	rc = examine(mutex);
	if (rc)
		return rc;
	if (mutex->__data.__lock) {
		gx_posix_misuse(GX_POSIX_DESTROY_HELD, mutex);
		return EBUSY;
	}
	gx_posix_touch(mutex, GX_WRITE);
	memset(mutex, 0, sizeof(*mutex));
	mutex->__data.__kind = DESTROYED;
	return 0;
}
