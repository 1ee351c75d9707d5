/*
 * held.c - which locks a task holds: mutexes, reader-writer locks and spin locks, in any order.
 *
 * The first stands in a word of the task's record, further ones in what it has for itself. Most tasks hold one at a time, and the record is
 * hashed in every step anyway.
 */
#include "posix/internal.h"

static uint64_t *place_of(struct gx_task *task, uint64_t lock)
{
	uint64_t *held = gx_thread_own_of(task)->held;

	if (task->user[GX_USER_POSIX_2] == lock)
		return &task->user[GX_USER_POSIX_2];
	for (unsigned i = 0; i < GX_HELD_MAX - 1; i++)
		if (held[i] == lock)
			return &held[i];
	return NULL;
}

static void tell(uint64_t lock, uint64_t has, unsigned count)
{
	if (has)
		gx_emit_extra(GX_L_LOCK_NESTED, (uint16_t)count, lock, has);
}

/* Out of line: what it looks at must not stay behind in a register of a task that goes on to wait. */
static void __attribute__((noinline)) tell_of_others(const struct gx_task *self, uint64_t lock, unsigned count)
{
	const uint64_t *held = gx_thread_own_of(self)->held;

	tell(lock, self->user[GX_USER_POSIX_2], count);
	for (unsigned i = 0; i < GX_HELD_MAX - 1; i++)
		tell(lock, held[i], count);
	gx_scrub_stack();
}

void gx_held_take(uint64_t lock, bool waited)
{
	struct gx_task *self = gx_task_self();
	unsigned count = (unsigned)GX_HELD_COUNT(self->user[GX_USER_POSIX_1]);
	uint64_t *place;

	if (count && waited)
		tell_of_others(self, lock, count);
	self->user[GX_USER_POSIX_1]++;
	place = place_of(self, 0);
	if (place)
		*place = lock;
}

bool gx_held_give(struct gx_task *holder, uint64_t lock)
{
	uint64_t *place = place_of(holder, lock);

	if (GX_HELD_COUNT(holder->user[GX_USER_POSIX_1]))
		holder->user[GX_USER_POSIX_1]--;
	if (place)
		*place = 0;
	return place;
}

unsigned gx_held_times(const struct gx_task *task, uint64_t lock)
{
	const uint64_t *held = gx_thread_own_of(task)->held;
	unsigned times = task->user[GX_USER_POSIX_2] == lock;

	for (unsigned i = 0; i < GX_HELD_MAX - 1; i++)
		times += held[i] == lock;
	return times;
}

uint32_t __attribute__((noinline)) gx_held_by(uint64_t lock)
{
	uint32_t found = 0;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (GX_HELD_COUNT(task->user[GX_USER_POSIX_1]) && task->state != GX_TASK_ENDED &&
		    (!found || task->slot < found) && gx_held_times(task, lock))
			found = task->slot;
	}
	return found;
}

static bool is_robust(uint64_t lock)
{
	const void *address = lock & GX_LOCK_READ ? NULL : gx_world_address(lock);

	return address && gx_mutex_is_robust(address);
}

bool gx_held_for_good(void)
{
	const struct gx_task *self = gx_task_self();
	const uint64_t *held = gx_thread_own_of(self)->held;
	uint64_t count = GX_HELD_COUNT(self->user[GX_USER_POSIX_1]);

	count -= self->user[GX_USER_POSIX_2] && is_robust(self->user[GX_USER_POSIX_2]);
	for (unsigned i = 0; i < GX_HELD_MAX - 1; i++)
		count -= held[i] && is_robust(held[i]);
	return count;
}

static void check_is_held(uint64_t lock)
{
	const void *address = lock ? gx_world_address(lock & ~GX_LOCK_READ) : NULL;

	if (address && !gx_posix_is_on_a_stack(address) && !gx_mutex_is_held(address) && !gx_rwlock_is_held(address) &&
	    !gx_spin_is_held(address))
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_MUTEX, address, 0);
}

void gx_posix_check_held(void)
{
	const struct gx_task *self = gx_task_self();

	if (!GX_HELD_COUNT(self->user[GX_USER_POSIX_1]))
		return;
	check_is_held(self->user[GX_USER_POSIX_2]);
	for (unsigned i = 0; i < GX_HELD_MAX - 1; i++)
		check_is_held(gx_thread_own_of(self)->held[i]);
}
