/*
 * spin.c - pthread_spin_*. A task that would spin waits: nobody else could see the difference.
 *
 * There is one word, and no static initialiser: what it says in its upper half is that it is one, in its lower half the slot of who holds it.
 */
#include <errno.h>

#include "posix/internal.h"

enum { MADE = 0x5350, GONE = 0x5351, SLOT_BITS = 16, HELD_OUTSIDE = 0xffff };
_Static_assert(GX_SLOT_COUNT <= 1u << SLOT_BITS, "a slot has room in half a word");

/* The type is volatile in itself. */
static inline const void *address_of(const pthread_spinlock_t *lock)
{
	return (const void *)(uintptr_t)lock;
}

static unsigned GX_NO_ASAN word_of(const pthread_spinlock_t *lock)
{
	return (unsigned)*lock;
}

static void set(pthread_spinlock_t *lock, unsigned what, unsigned slot)
{
	*lock = (pthread_spinlock_t)(what << SLOT_BITS | slot);
}

uint32_t GX_NO_ASAN gx_spin_holder(const pthread_spinlock_t *lock)
{
	unsigned slot = word_of(lock) & 0xffff;

	return word_of(lock) >> SLOT_BITS == MADE && slot != HELD_OUTSIDE ? slot : 0;
}

bool GX_NO_ASAN gx_spin_is_held(const pthread_spinlock_t *lock)
{
	const struct gx_task *holder = gx_task_by_slot(gx_spin_holder(lock));

	/* Four bytes may say anything: it is a lock if the task knows it. */
	return holder && gx_held_times(holder, gx_world_canonical(address_of(lock)));
}

static int examine(pthread_spinlock_t *lock)
{
	gx_posix_check_memory(GX_POSIX_SPIN, address_of(lock), word_of(lock) >> SLOT_BITS == MADE);
	gx_posix_touch(address_of(lock), GX_READ);
	if (word_of(lock) >> SLOT_BITS == GONE)
		return gx_posix_misuse_answered(GX_POSIX_USE_DESTROYED, GX_POSIX_SPIN, address_of(lock), EINVAL);
	if (word_of(lock) >> SLOT_BITS != MADE)
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_SPIN, address_of(lock), 0);
	return 0;
}

static int examine_first(pthread_spinlock_t *lock)
{
	gx_posix_check_place(GX_POSIX_SPIN, address_of(lock));
	return examine(lock);
}

/* Or no lock any more: whoever is granted it looks again. */
static bool GX_NO_ASAN is_free(const struct gx_task *task)
{
	const pthread_spinlock_t *lock = task->op.subject;

	if (gx_posix_is_on_a_stack(address_of(lock)) && gx_posix_is_left(address_of(lock)))
		return true;
	return word_of(lock) >> SLOT_BITS != MADE || !(word_of(lock) & 0xffff);
}

static void take(pthread_spinlock_t *lock, bool waited)
{
	uint64_t canonical = gx_world_canonical(address_of(lock));

	gx_posix_touch(address_of(lock), GX_WRITE);
	set(lock, MADE, gx_task_self()->slot);
	gx_order_acquire(canonical);
	gx_order_taken(canonical);
	gx_held_take(canonical, waited);
}

static void give_back(pthread_spinlock_t *lock)
{
	uint64_t canonical = gx_world_canonical(address_of(lock));
	struct gx_task *holder = gx_task_by_slot(gx_spin_holder(lock));

	gx_posix_touch(address_of(lock), GX_WRITE);
	gx_order_release(canonical);
	if (holder && holder != gx_task_self())
		gx_touch(gx_object(GX_OBJECT_TASK, holder->path), GX_WRITE);
	if (holder)
		gx_held_give(holder, canonical);
	set(lock, MADE, 0);
}

/* While a plugin is loaded there is one thread, and nobody to wait for. */
static int take_outside(pthread_spinlock_t *lock)
{
	if (word_of(lock) & 0xffff)
		return EBUSY;
	set(lock, MADE, HELD_OUTSIDE);
	return 0;
}

/* POSIX: [EDEADLK] may be answered to who has it; glibc spins for ever, as this waits. */
int pthread_spin_lock(pthread_spinlock_t *lock)
{
	int rc;

	if (!gx_posix_is_guest())
		return GX_REAL(pthread_spin_lock)(lock);
	if (!gx_posix_in_task())
		return take_outside(lock);
	rc = examine_first(lock);
	if (rc)
		return rc;
	gx_posix_block(GX_L_SPIN_LOCK, address_of(lock), is_free, GX_FOREVER);
	rc = examine(lock);
	if (!rc)
		take(lock, true);
	return rc;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
	int rc;

	if (!gx_posix_is_guest())
		return GX_REAL(pthread_spin_trylock)(lock);
	if (!gx_posix_in_task())
		return take_outside(lock);
	rc = examine_first(lock);
	if (rc)
		return rc;
	gx_posix_step(GX_L_SPIN_TRYLOCK, GX_READ | GX_WRITE, address_of(lock));
	rc = examine(lock);
	if (rc)
		return rc;
	if (!(word_of(lock) & 0xffff)) {
		take(lock, false);
		return 0;
	}
	gx_order_found_taken(gx_world_canonical(address_of(lock)));
	return EBUSY;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
	uint32_t holder;
	int rc;

	if (!gx_posix_is_guest())
		return GX_REAL(pthread_spin_unlock)(lock);
	if (!gx_posix_in_task()) {
		set(lock, MADE, 0);
		return 0;
	}
	rc = examine_first(lock);
	if (rc)
		return rc;
	holder = gx_spin_holder(lock);
	if (!holder)
		gx_posix_misuse(GX_POSIX_UNLOCK_UNLOCKED, GX_POSIX_SPIN, address_of(lock), 0);
	else if (holder != gx_task_self()->slot)
		gx_posix_misuse(GX_POSIX_UNLOCK_NOT_OWNER, GX_POSIX_SPIN | GX_POSIX_HOLDS, address_of(lock), holder);
	gx_posix_step(GX_L_SPIN_UNLOCK, GX_WRITE, address_of(lock));
	rc = examine(lock);
	if (!rc)
		give_back(lock);
	return rc;
}

static uint32_t user_of(const pthread_spinlock_t *lock, unsigned *kind)
{
	bool held = gx_spin_is_held(lock);

	*kind = GX_POSIX_SPIN | (held ? GX_POSIX_HOLDS : GX_POSIX_WAITS);
	return held ? gx_spin_holder(lock) : gx_posix_waiter(GX_POSIX_SPIN, address_of(lock));
}

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
	unsigned kind;
	uint32_t user;

	if (!gx_posix_is_guest())
		return GX_REAL(pthread_spin_init)(lock, shared);
	if (gx_task_self()) {
		gx_posix_check_place(GX_POSIX_SPIN, address_of(lock));
		gx_posix_check_memory(GX_POSIX_SPIN, address_of(lock), false);
		user = user_of(lock, &kind);
		if (user)
			gx_posix_fatal(GX_POSIX_INIT_IN_USE, kind, address_of(lock), user);
		gx_posix_touch(address_of(lock), GX_WRITE);
	}
	set(lock, MADE, 0);
	return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	unsigned kind;
	uint32_t user;
	int rc;

	if (!gx_posix_is_guest())
		return GX_REAL(pthread_spin_destroy)(lock);
	if (gx_task_self()) {
		rc = examine_first(lock);
		if (rc)
			return rc;
		user = user_of(lock, &kind);
		if (user) {
			gx_posix_misuse(gx_spin_is_held(lock) ? GX_POSIX_DESTROY_HELD : GX_POSIX_DESTROY_WAITERS, kind,
					address_of(lock), user);
			return EBUSY;
		}
		gx_posix_touch(address_of(lock), GX_WRITE);
		gx_emit(GX_L_POSIX_DESTROY, gx_world_canonical(address_of(lock)), GX_POSIX_SPIN);
	}
	set(lock, GONE, 0);
	return 0;
}
