/*
 * mutex.c - pthread_mutex_*: normal, recursive, error-checking, and adaptive, which is a normal one here; robust ones. There are no
 * priorities, so the protocols that raise them make no difference.
 *
 * The words are glibc's (struct __pthread_mutex_s), so that static initialisers and mutexes set up by a constructor before
 * the first execution mean the same here: __kind the type, __lock 0 or 1, __owner the holder's slot, __count the depth of a
 * recursive one; in words that glibc has for lists of robust ones the marks of posix/internal.h. Of a robust one that is held __nusers is
 * the path of its owner, who may be no more, and __spins whether it is consistent. A normal mutex that its holder locks again blocks for ever, as POSIX says: a deadlock, and reported as that.
 *
 * Unlocking is a point as well: without it nobody could ever see the mutex held (trylock, timedlock).
 */
#include <errno.h>
#include <string.h>

#include "posix/internal.h"

enum { TYPE_MASK = 3, ROBUST = 0x10, DESTROYED = -1 };
enum { CONSISTENT, INCONSISTENT, NOT_TO_RECOVER };

static int type_of(const pthread_mutex_t *mutex)
{
	return mutex->__data.__kind & TYPE_MASK;
}

static uintptr_t *made_word(pthread_mutex_t *mutex)
{
	return (uintptr_t *)(void *)&mutex->__data.__list.__next;
}

static uintptr_t *held_word(pthread_mutex_t *mutex)
{
	return (uintptr_t *)(void *)&mutex->__data.__list.__prev;
}

static bool GX_NO_ASAN is_made(const pthread_mutex_t *mutex)
{
	return gx_posix_is_made((uintptr_t)mutex->__data.__list.__next);
}

bool GX_NO_ASAN gx_mutex_is_held(const pthread_mutex_t *mutex)
{
	return mutex->__data.__lock == 1 && (uintptr_t)mutex->__data.__list.__prev == GX_POSIX_HELD(mutex);
}

/* By a constructor, in libc's own words: nobody will ever give it back. */
static bool GX_NO_ASAN is_held_by_nobody(const pthread_mutex_t *mutex)
{
	return mutex->__data.__lock && mutex->__data.__owner && mutex->__data.__nusers == 1 &&
	       !mutex->__data.__list.__prev;
}

static bool GX_NO_ASAN is_unlocked(const pthread_mutex_t *mutex)
{
	return !mutex->__data.__lock && !mutex->__data.__owner && !mutex->__data.__count && !mutex->__data.__nusers &&
	       !mutex->__data.__list.__prev;
}

/* Of __kind, what pthread_mutex_init() and the initialisers set: types and flags of the attributes. */
enum { KIND_BITS = 0x3ff };

static bool GX_NO_ASAN is_mutex(const pthread_mutex_t *mutex)
{
	return !(mutex->__data.__kind & ~KIND_BITS) && (is_made(mutex) || !mutex->__data.__list.__next) &&
	       (is_unlocked(mutex) || gx_mutex_is_held(mutex) || is_held_by_nobody(mutex));
}

/* By us or by libc; memory that is all ones is none. */
static bool GX_NO_ASAN is_destroyed(const pthread_mutex_t *mutex)
{
	return mutex->__data.__kind == DESTROYED && is_unlocked(mutex);
}

uint32_t GX_NO_ASAN gx_mutex_owner(const pthread_mutex_t *mutex)
{
	return mutex->__data.__lock ? (uint32_t)mutex->__data.__owner : 0;
}

/* Out of line: the holder must not stay behind in a register of a task that goes on to wait (core/task.c, park()). */
bool __attribute__((noinline)) gx_mutex_is_mine(const pthread_mutex_t *mutex)
{
	return gx_mutex_owner(mutex) == gx_task_self()->slot;
}

static bool GX_NO_ASAN is_robust(const pthread_mutex_t *mutex)
{
	return mutex->__data.__kind & ROBUST;
}

bool GX_NO_ASAN gx_mutex_is_robust(const pthread_mutex_t *mutex)
{
	return is_robust(mutex) && gx_mutex_is_held(mutex);
}

/* A robust one's owner has ended and has not given it back. Out of line: a record's address must not stay behind. */
static bool GX_NO_ASAN __attribute__((noinline)) is_left_by_the_dead(const pthread_mutex_t *mutex)
{
	const struct gx_task *owner = gx_task_by_slot(gx_mutex_owner(mutex));

	return gx_mutex_is_robust(mutex) &&
	       (!owner || owner->path != mutex->__data.__nusers || owner->state == GX_TASK_ENDED);
}

static void take(pthread_mutex_t *mutex, bool waited)
{
	const struct gx_task *self = gx_task_self();

	gx_posix_touch(mutex, GX_WRITE);
	mutex->__data.__lock = 1;
	mutex->__data.__owner = (int)self->slot;
	if (is_robust(mutex))
		mutex->__data.__nusers = self->path;
	*held_word(mutex) = GX_POSIX_HELD(mutex);
	gx_order_acquire(gx_world_canonical(mutex));
	gx_order_taken(gx_world_canonical(mutex));
	gx_held_take(gx_world_canonical(mutex), waited);
}

/* It says that it is free, and a task knows that it has it: that was written over, as if it had never been locked. */
static void __attribute__((noinline)) check_that_nobody_has_it(const pthread_mutex_t *mutex)
{
	uint32_t holder = gx_held_by(gx_world_canonical(mutex));

	if (holder)
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_MUTEX | GX_POSIX_HOLDS, mutex, holder);
	gx_scrub_stack();
}

/* Free, or its owner is no more. */
static int take_what_is_free(pthread_mutex_t *mutex, bool waited)
{
	uint32_t dead = is_left_by_the_dead(mutex) ? mutex->__data.__nusers : 0;

	if (is_robust(mutex) && mutex->__data.__spins == NOT_TO_RECOVER)
		return ENOTRECOVERABLE;
	if (!dead) {
		check_that_nobody_has_it(mutex);
		take(mutex, waited);
		return 0;
	}
	gx_touch(gx_object(GX_OBJECT_TASK, dead), GX_READ);
	gx_order_acquire(gx_object(GX_OBJECT_TASK, dead));
	mutex->__data.__count = 0;
	mutex->__data.__spins = INCONSISTENT;
	take(mutex, waited);
	return EOWNERDEAD;
}

/* The holder may be another task: what an unlock by a stranger does in glibc is done here too, after it was reported. */
static void give_back(pthread_mutex_t *mutex)
{
	struct gx_task *holder = gx_task_by_slot((uint32_t)mutex->__data.__owner);

	gx_posix_touch(mutex, GX_WRITE);
	gx_order_release(gx_world_canonical(mutex));
	if (holder && holder != gx_task_self())
		gx_touch(gx_object(GX_OBJECT_TASK, holder->path), GX_WRITE);
	if (holder)
		gx_held_give(holder, gx_world_canonical(mutex));
	if (mutex->__data.__spins == INCONSISTENT)
		mutex->__data.__spins = NOT_TO_RECOVER;
	mutex->__data.__lock = 0;
	mutex->__data.__owner = 0;
	mutex->__data.__nusers = 0;
	*held_word(mutex) = 0;
}

/* Or no mutex any more: whoever is granted it looks again. */
static bool GX_NO_ASAN is_free(const struct gx_task *task)
{
	const pthread_mutex_t *mutex = task->op.subject;

	if (gx_posix_is_on_a_stack(mutex) && gx_posix_is_left(mutex))
		return true;
	return !mutex->__data.__lock || !is_mutex(mutex) || is_left_by_the_dead(mutex);
}

/* What everything that is done with a mutex begins with, and again where there was a point. */
static int examine(pthread_mutex_t *mutex)
{
	gx_posix_check_memory(GX_POSIX_MUTEX, mutex, is_made(mutex));
	gx_posix_touch(mutex, GX_READ);
	if (is_destroyed(mutex))
		return gx_posix_misuse_answered(GX_POSIX_USE_DESTROYED, GX_POSIX_MUTEX, mutex, EINVAL);
	if (!is_mutex(mutex))
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_MUTEX, mutex, 0);
	return 0;
}

int gx_mutex_examine(pthread_mutex_t *mutex)
{
	gx_posix_check_place(GX_POSIX_MUTEX, mutex);
	return examine(mutex);
}

void gx_mutex_give_back_one(pthread_mutex_t *mutex)
{
	if (!mutex->__data.__count) {
		give_back(mutex);
		return;
	}
	gx_posix_touch(mutex, GX_WRITE);
	mutex->__data.__count--;
}

/* A wait on a condition variable returns with the mutex, which is the caller's still if it was its more than once. */
int gx_mutex_take_again(pthread_mutex_t *mutex)
{
	int rc = examine(mutex);

	if (rc)
		return rc;
	if (gx_mutex_is_mine(mutex)) {
		gx_posix_touch(mutex, GX_WRITE);
		mutex->__data.__count++;
		return 0;
	}
	gx_posix_block(GX_L_MUTEX_LOCK, mutex, is_free, GX_FOREVER);
	rc = examine(mutex);
	return rc ? rc : take_what_is_free(mutex, true);
}

bool gx_mutex_is_checked(const pthread_mutex_t *mutex)
{
	return type_of(mutex) == PTHREAD_MUTEX_ERRORCHECK;
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
	return gx_mutex_is_checked(mutex);
}

static int lock_until(pthread_mutex_t *mutex, uint64_t deadline)
{
	int rc = gx_mutex_examine(mutex);

	if (rc || is_relock(mutex, &rc))
		return rc;
	if (gx_posix_block(GX_L_MUTEX_LOCK, mutex, is_free, deadline) == GX_GRANTED_TIMEOUT) {
		gx_order_found_taken(gx_world_canonical(mutex));
		return ETIMEDOUT;
	}
	rc = examine(mutex);
	return rc ? rc : take_what_is_free(mutex, deadline == GX_FOREVER);
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
	rc = gx_mutex_examine(mutex);
	if (rc)
		return rc;
	gx_posix_step(GX_L_MUTEX_TRYLOCK, GX_READ | GX_WRITE, mutex);
	rc = examine(mutex);
	if (rc)
		return rc;
	if (!mutex->__data.__lock || is_left_by_the_dead(mutex))
		return take_what_is_free(mutex, false);
	if (type_of(mutex) == PTHREAD_MUTEX_RECURSIVE && is_relock(mutex, &rc))
		return 0;
	gx_order_found_taken(gx_world_canonical(mutex));
	return EBUSY;
}

static int give_back_at_a_point(pthread_mutex_t *mutex)
{
	int rc;

	gx_posix_step(GX_L_MUTEX_UNLOCK, GX_WRITE, mutex);
	rc = examine(mutex);
	if (!rc && mutex->__data.__lock)
		give_back(mutex);
	return rc;
}

/* Not locked, or not by the caller: POSIX lets error-checking and recursive mutexes answer EPERM, for others it is undefined. */
static int unlock_foreign(pthread_mutex_t *mutex)
{
	int type = type_of(mutex);

	if (mutex->__data.__lock)
		gx_posix_misuse(GX_POSIX_UNLOCK_NOT_OWNER, GX_POSIX_MUTEX | GX_POSIX_HOLDS, mutex,
				gx_mutex_owner(mutex));
	else
		gx_posix_misuse(GX_POSIX_UNLOCK_UNLOCKED, GX_POSIX_MUTEX, mutex, 0);
	if (type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK) {
		gx_posix_step(GX_L_YIELD, GX_READ, NULL); /* the caller may try for ever */
		return EPERM;
	}
	return give_back_at_a_point(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_mutex_unlock)(mutex);
	rc = gx_mutex_examine(mutex);
	if (rc)
		return rc;
	if (!gx_mutex_is_mine(mutex))
		return unlock_foreign(mutex);
	if (mutex->__data.__count) { /* recursive, and not the last one */
		gx_mutex_give_back_one(mutex);
		return 0;
	}
	return give_back_at_a_point(mutex);
}

/* Slot of who holds a mutex or waits for it, with the role; 0: nobody does. What lies there may be no mutex yet. */
static uint32_t user_of(const pthread_mutex_t *mutex, unsigned *kind)
{
	bool held = gx_mutex_is_held(mutex);

	*kind = GX_POSIX_MUTEX | (held ? GX_POSIX_HOLDS : GX_POSIX_WAITS);
	return held ? gx_mutex_owner(mutex) : gx_posix_waiter(GX_POSIX_MUTEX, mutex);
}

void gx_mutex_make(pthread_mutex_t *mutex, int kind, uint64_t mark)
{
	unsigned role;
	uint32_t user;

	gx_posix_check_place(GX_POSIX_MUTEX, mutex);
	gx_posix_check_memory(GX_POSIX_MUTEX, mutex, false);
	user = user_of(mutex, &role);
	if (user)
		gx_posix_fatal(GX_POSIX_INIT_IN_USE, role, mutex, user);
	gx_posix_touch(mutex, GX_WRITE);
	memset(mutex, 0, sizeof(*mutex));
	mutex->__data.__kind = kind;
	*made_word(mutex) = mark;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	int type = PTHREAD_MUTEX_DEFAULT;
	int robust = PTHREAD_MUTEX_STALLED;

	if (!gx_task_self())
		return GX_REAL(pthread_mutex_init)(mutex, attributes);
	if (attributes) {
		pthread_mutexattr_gettype(attributes, &type);
		pthread_mutexattr_getrobust(attributes, &robust);
	}
	gx_mutex_make(mutex, robust == PTHREAD_MUTEX_ROBUST ? type | ROBUST : type, GX_POSIX_MADE_BY_CALLER);
	return 0;
}

/* Its new owner has mended what it protects. */
int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
	int rc;

	if (!gx_task_self())
		return GX_REAL(pthread_mutex_consistent)(mutex);
	rc = gx_mutex_examine(mutex);
	if (rc)
		return rc;
	if (!is_robust(mutex) || !gx_mutex_is_mine(mutex) || mutex->__data.__spins != INCONSISTENT)
		return EINVAL;
	gx_posix_touch(mutex, GX_WRITE);
	mutex->__data.__spins = CONSISTENT;
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	unsigned kind;
	uint32_t user;
	int rc;

	if (!gx_task_self())
		return GX_REAL(pthread_mutex_destroy)(mutex);
	rc = gx_mutex_examine(mutex);
	if (rc)
		return rc;
	user = user_of(mutex, &kind);
	if (user || mutex->__data.__lock) {
		gx_posix_misuse(mutex->__data.__lock ? GX_POSIX_DESTROY_HELD : GX_POSIX_DESTROY_WAITERS, kind, mutex,
				user);
		return EBUSY;
	}
	gx_posix_touch(mutex, GX_WRITE);
	gx_emit(GX_L_POSIX_DESTROY, gx_world_canonical(mutex), GX_POSIX_MUTEX);
	memset(mutex, 0, sizeof(*mutex));
	mutex->__data.__kind = DESTROYED;
	return 0;
}
