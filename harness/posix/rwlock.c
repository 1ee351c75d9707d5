/*
 * rwlock.c - pthread_rwlock_*: one writer, or several readers.
 *
 * Whether a reader goes in while a writer waits for others that read is left to the implementation (POSIX, pthread_rwlock_rdlock): glibc lets
 * it, others do not. So the first time that it makes a difference it is a choice, and holds for that lock from then on; with
 * PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP the program has chosen.
 *
 * The words are ours, in places where glibc's static initialisers have zeros; __flags is glibc's, the preference. Who reads is seen from the
 * tasks (held.c).
 */
#include <errno.h>
#include <string.h>

#include "posix/internal.h"

enum policy { UNDECIDED, READERS_FIRST, WRITERS_FIRST };

/* Of glibc's numbers in __flags. What it calls PREFER_WRITER lets readers in, too. */
enum { WRITERS_CHOSEN = PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, KINDS = 3 };

static uint64_t *mark_of(pthread_rwlock_t *lock)
{
	return (uint64_t *)(void *)&lock->__data.__pad2;
}

/* What it keeps while it is held, as a mutex does. */
static uint64_t *held_word(pthread_rwlock_t *lock)
{
	return (uint64_t *)(void *)&lock->__data.__wrphase_futex;
}

static uint64_t GX_NO_ASAN held_of(const pthread_rwlock_t *lock)
{
	return (uint64_t)lock->__data.__writers_futex << 32 | lock->__data.__wrphase_futex;
}

static unsigned GX_NO_ASAN policy_of(const pthread_rwlock_t *lock)
{
	return lock->__data.__flags == WRITERS_CHOSEN ? WRITERS_FIRST : lock->__data.__pad3;
}

static bool GX_NO_ASAN is_made(const pthread_rwlock_t *lock)
{
	return gx_posix_is_made(lock->__data.__pad2);
}

bool GX_NO_ASAN gx_rwlock_is_held(const pthread_rwlock_t *lock)
{
	return (!lock->__data.__readers ^ !lock->__data.__cur_writer) && held_of(lock) == GX_POSIX_HELD(lock);
}

static bool GX_NO_ASAN is_lock(const pthread_rwlock_t *lock)
{
	bool unlocked = !lock->__data.__readers && !lock->__data.__cur_writer && !held_of(lock);

	return lock->__data.__flags < KINDS && !lock->__data.__writers && lock->__data.__pad3 <= WRITERS_FIRST &&
	       (is_made(lock) || !lock->__data.__pad2) && (unlocked || gx_rwlock_is_held(lock));
}

static uint32_t GX_NO_ASAN writer_of(const pthread_rwlock_t *lock)
{
	return (uint32_t)lock->__data.__cur_writer;
}

static uint64_t for_reading(const pthread_rwlock_t *lock)
{
	return gx_world_canonical(lock) | GX_LOCK_READ;
}

uint32_t GX_NO_ASAN gx_rwlock_holder(const pthread_rwlock_t *lock)
{
	if (writer_of(lock))
		return writer_of(lock);
	return lock->__data.__readers ? gx_held_by(for_reading(lock)) : 0;
}

static int GX_NO_ASAN examine(pthread_rwlock_t *lock)
{
	gx_posix_check_memory(GX_POSIX_RWLOCK, lock, is_made(lock));
	gx_posix_touch(lock, GX_READ);
	if (lock->__data.__pad2 == GX_POSIX_DESTROYED)
		return gx_posix_misuse_answered(GX_POSIX_USE_DESTROYED, GX_POSIX_RWLOCK, lock, EINVAL);
	if (!is_lock(lock))
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_RWLOCK, lock, 0);
	return 0;
}

static int examine_first(pthread_rwlock_t *lock)
{
	gx_posix_check_place(GX_POSIX_RWLOCK, lock);
	return examine(lock);
}

/* ---- who goes first ---- */

static bool waits_to_write(const void *lock)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (task->state == GX_TASK_PARKED && task->op.label == GX_L_RWLOCK_WRLOCK && task->op.subject == lock)
			return true;
	}
	return false;
}

static bool is_gone(const pthread_rwlock_t *lock)
{
	return (gx_posix_is_on_a_stack(lock) && gx_posix_is_left(lock)) || !is_lock(lock);
}

/* Others read, and somebody waits for them to write. */
static bool GX_NO_ASAN is_contended(const pthread_rwlock_t *lock)
{
	return lock->__data.__readers && waits_to_write(lock);
}

/* Or no lock any more: whoever is granted it looks again. */
static bool GX_NO_ASAN can_read(const struct gx_task *task)
{
	const pthread_rwlock_t *lock = task->op.subject;

	if (is_gone(lock))
		return true;
	return !writer_of(lock) && !(policy_of(lock) == WRITERS_FIRST && is_contended(lock));
}

static bool GX_NO_ASAN can_write(const struct gx_task *task)
{
	const pthread_rwlock_t *lock = task->op.subject;

	return is_gone(lock) || (!writer_of(lock) && !lock->__data.__readers);
}

static unsigned GX_NO_ASAN ways_to_read(const struct gx_task *task)
{
	const pthread_rwlock_t *lock = task->op.subject;

	return !is_gone(lock) && !writer_of(lock) && policy_of(lock) == UNDECIDED && is_contended(lock) ? 2 : 1;
}

/* It made a difference: which implementation this is has been decided. Out of line, as whatever looks through tasks before a wait. */
static bool __attribute__((noinline)) is_decided_for_writers(pthread_rwlock_t *lock)
{
	bool writers = gx_task_self()->alternative == 1;

	if (policy_of(lock) == UNDECIDED && is_contended(lock)) {
		gx_posix_touch(lock, GX_WRITE);
		lock->__data.__pad3 = writers ? WRITERS_FIRST : READERS_FIRST;
	}
	gx_scrub_stack();
	return writers;
}

/* ---- taking it ---- */

static void take_to_read(pthread_rwlock_t *lock, bool waited)
{
	gx_posix_touch(lock, GX_WRITE);
	lock->__data.__readers++;
	*held_word(lock) = GX_POSIX_HELD(lock);
	gx_order_acquire(gx_world_canonical(lock));
	gx_order_taken(for_reading(lock));
	gx_held_take(for_reading(lock), waited);
}

/* Behind all that wrote, and all that read. */
static void take_to_write(pthread_rwlock_t *lock, bool waited)
{
	gx_posix_touch(lock, GX_WRITE);
	lock->__data.__cur_writer = (int)gx_task_self()->slot;
	*held_word(lock) = GX_POSIX_HELD(lock);
	gx_order_acquire(gx_world_canonical(lock));
	gx_order_acquire(for_reading(lock));
	gx_order_taken(gx_world_canonical(lock));
	gx_held_take(gx_world_canonical(lock), waited);
}

static enum gx_granted block_to_read(pthread_rwlock_t *lock, uint64_t deadline)
{
	return gx_point(&(struct gx_op){
		.label = GX_L_RWLOCK_RDLOCK,
		.access = GX_READ | GX_WRITE,
		.object = gx_world_canonical(lock),
		.ready = can_read,
		.alternatives = ways_to_read,
		.subject = lock,
		.deadline = deadline,
	});
}

static bool is_mine(const pthread_rwlock_t *lock)
{
	return writer_of(lock) == gx_task_self()->slot;
}

static int read_until(pthread_rwlock_t *lock, uint64_t deadline)
{
	int rc = examine_first(lock);

	if (rc || is_mine(lock))
		return rc ? rc : EDEADLK;
	do {
		if (block_to_read(lock, deadline) == GX_GRANTED_TIMEOUT) {
			gx_order_found_taken(gx_world_canonical(lock));
			return ETIMEDOUT;
		}
		rc = examine(lock);
		if (rc)
			return rc;
	} while (is_decided_for_writers(lock));
	take_to_read(lock, deadline == GX_FOREVER);
	return 0;
}

static int write_until(pthread_rwlock_t *lock, uint64_t deadline)
{
	int rc = examine_first(lock);

	if (rc || is_mine(lock))
		return rc ? rc : EDEADLK;
	if (deadline == GX_FOREVER && gx_held_times(gx_task_self(), for_reading(lock)))
		gx_posix_fatal(GX_POSIX_UPGRADE, GX_POSIX_RWLOCK, lock, 0);
	if (gx_posix_block(GX_L_RWLOCK_WRLOCK, lock, can_write, deadline) == GX_GRANTED_TIMEOUT) {
		gx_order_found_taken(gx_world_canonical(lock));
		gx_order_found_taken(for_reading(lock));
		return ETIMEDOUT;
	}
	rc = examine(lock);
	if (!rc)
		take_to_write(lock, deadline == GX_FOREVER);
	return rc;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	return gx_posix_in_task() ? read_until(lock, GX_FOREVER) : GX_REAL(pthread_rwlock_rdlock)(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	return gx_posix_in_task() ? write_until(lock, GX_FOREVER) : GX_REAL(pthread_rwlock_wrlock)(lock);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_rwlock_clockrdlock)(lock, clock, when);
	return gx_posix_deadline(clock, when, &deadline) ? read_until(lock, deadline) : EINVAL;
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_rwlock_clockwrlock)(lock, clock, when);
	return gx_posix_deadline(clock, when, &deadline) ? write_until(lock, deadline) : EINVAL;
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *when)
{
	return gx_task_self() ? pthread_rwlock_clockrdlock(lock, CLOCK_REALTIME, when)
			      : GX_REAL(pthread_rwlock_timedrdlock)(lock, when);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *when)
{
	return gx_task_self() ? pthread_rwlock_clockwrlock(lock, CLOCK_REALTIME, when)
			      : GX_REAL(pthread_rwlock_timedwrlock)(lock, when);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_rwlock_tryrdlock)(lock);
	rc = examine_first(lock);
	if (rc)
		return rc;
	gx_point(&(struct gx_op){
		.label = GX_L_RWLOCK_TRYRDLOCK,
		.access = GX_READ | GX_WRITE,
		.object = gx_world_canonical(lock),
		.alternatives = ways_to_read,
		.subject = lock,
		.deadline = GX_FOREVER,
	});
	rc = examine(lock);
	if (rc)
		return rc;
	if (is_decided_for_writers(lock) || !can_read(&(struct gx_task){.op.subject = lock})) {
		gx_order_found_taken(gx_world_canonical(lock));
		return EBUSY;
	}
	take_to_read(lock, false);
	return 0;
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_rwlock_trywrlock)(lock);
	rc = examine_first(lock);
	if (rc)
		return rc;
	gx_posix_step(GX_L_RWLOCK_TRYWRLOCK, GX_READ | GX_WRITE, lock);
	rc = examine(lock);
	if (rc)
		return rc;
	if (!writer_of(lock) && !lock->__data.__readers) {
		take_to_write(lock, false);
		return 0;
	}
	gx_order_found_taken(gx_world_canonical(lock));
	gx_order_found_taken(for_reading(lock));
	return EBUSY;
}

/* ---- giving it back ---- */

static void lose(struct gx_task *holder, uint64_t lock)
{
	if (!holder)
		return;
	if (holder != gx_task_self())
		gx_touch(gx_object(GX_OBJECT_TASK, holder->path), GX_WRITE);
	gx_held_give(holder, lock);
}

/* Of a stranger's the writer, or some reader, loses it, as in glibc, which does not know who reads. Out of line, as above. */
static void __attribute__((noinline)) give_back(pthread_rwlock_t *lock)
{
	uint64_t reads = for_reading(lock);
	bool mine = gx_held_times(gx_task_self(), reads);

	gx_posix_touch(lock, GX_WRITE);
	if (writer_of(lock)) {
		gx_order_release(gx_world_canonical(lock));
		lose(gx_task_by_slot(writer_of(lock)), gx_world_canonical(lock));
		lock->__data.__cur_writer = 0;
	} else {
		gx_order_release(reads);
		lose(mine ? gx_task_self() : gx_task_by_slot(gx_held_by(reads)), reads);
		lock->__data.__readers--;
	}
	if (!lock->__data.__readers)
		*held_word(lock) = 0;
	gx_scrub_stack();
}

/* Of one that is held, and of which nobody knows by whom, a task holds more than there is room to remember: not told. */
static void accuse(pthread_rwlock_t *lock)
{
	if (!gx_rwlock_is_held(lock))
		gx_posix_misuse(GX_POSIX_UNLOCK_UNLOCKED, GX_POSIX_RWLOCK, lock, 0);
	else if (gx_rwlock_holder(lock))
		gx_posix_misuse(GX_POSIX_UNLOCK_NOT_OWNER, GX_POSIX_RWLOCK | GX_POSIX_HOLDS, lock,
				gx_rwlock_holder(lock));
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_rwlock_unlock)(lock);
	rc = examine_first(lock);
	if (rc)
		return rc;
	if (!is_mine(lock) && !gx_held_times(gx_task_self(), for_reading(lock)))
		accuse(lock);
	gx_posix_step(GX_L_RWLOCK_UNLOCK, GX_WRITE, lock);
	rc = examine(lock);
	if (!rc && gx_rwlock_is_held(lock))
		give_back(lock);
	return rc;
}

static uint32_t user_of(const pthread_rwlock_t *lock, unsigned *kind)
{
	bool held = gx_rwlock_is_held(lock);

	*kind = GX_POSIX_RWLOCK | (held ? GX_POSIX_HOLDS : GX_POSIX_WAITS);
	return held ? gx_rwlock_holder(lock) : gx_posix_waiter(GX_POSIX_RWLOCK, lock);
}

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
	int preference = PTHREAD_RWLOCK_PREFER_READER_NP;
	unsigned kind;
	uint32_t user;

	if (!gx_task_self())
		return GX_REAL(pthread_rwlock_init)(lock, attributes);
	gx_posix_check_place(GX_POSIX_RWLOCK, lock);
	gx_posix_check_memory(GX_POSIX_RWLOCK, lock, false);
	user = user_of(lock, &kind);
	if (user)
		gx_posix_fatal(GX_POSIX_INIT_IN_USE, kind, lock, user);
	if (attributes)
		pthread_rwlockattr_getkind_np(attributes, &preference);
	gx_posix_touch(lock, GX_WRITE);
	memset(lock, 0, sizeof(*lock));
	lock->__data.__flags = (unsigned)preference;
	*mark_of(lock) = GX_POSIX_MADE_BY_CALLER;
	return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	unsigned kind;
	uint32_t user;
	int rc;

	if (!gx_task_self())
		return GX_REAL(pthread_rwlock_destroy)(lock);
	rc = examine_first(lock);
	if (rc)
		return rc;
	user = user_of(lock, &kind);
	if (user || gx_rwlock_is_held(lock)) {
		gx_posix_misuse(gx_rwlock_is_held(lock) ? GX_POSIX_DESTROY_HELD : GX_POSIX_DESTROY_WAITERS, kind, lock,
				user);
		return EBUSY;
	}
	gx_posix_touch(lock, GX_WRITE);
	gx_emit(GX_L_POSIX_DESTROY, gx_world_canonical(lock), GX_POSIX_RWLOCK);
	memset(lock, 0, sizeof(*lock));
	*mark_of(lock) = GX_POSIX_DESTROYED;
	return 0;
}
