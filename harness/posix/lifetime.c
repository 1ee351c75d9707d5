/*
 * lifetime.c - is it still one? Objects whose memory was freed or left, and such that are in use while it is.
 *
 *     block      free() clears it, so what was initialised there no longer bears its mark; of objects without one (static initialisers,
 *                calloc()) the arena is asked
 *     frame      below the stack pointer of the task whose stack it is, or that task has ended
 *     static     always there
 *
 * What was freed or left is not part of the state (core/parts.h): what a task wrote there would not be taken back. So nobody may act on such
 * an object, and no predicate may go by its bytes. Whoever frees a block is asked who uses it; whoever is granted an op asks again whether
 * the object is one: the task that left a frame, or wrote over it, was not asked.
 */
#include "posix/internal.h"

static uint32_t slot_of(const void *address)
{
	return (uint32_t)(((uintptr_t)address - (GX_WORLD_BASE + GX_WORLD_AREA_BYTES)) / GX_SLOT_BYTES);
}

static bool is_of_slot(const void *address, uint32_t slot)
{
	return gx_posix_is_on_a_stack(address) && slot_of(address) == slot;
}

/* A task that runs on a stack of its own making, in a block: then nothing is known of its frames here. */
bool __attribute__((noinline)) gx_posix_is_left(const void *object)
{
	const struct gx_task *task = gx_task_by_slot(slot_of(object));
	const void *top;

	if (!task || (task->state != GX_TASK_PARKED && task->state != GX_TASK_RUNNING))
		return true;
	top = task == gx_task_self() ? __builtin_frame_address(0) : task->sp;
	return object < top && is_of_slot(top, task->slot);
}

/* Whether a frame is left follows from what its task does: in its every step, so none of them is independent of one that asks. */
static void __attribute__((noinline)) check_frame(unsigned kind, const void *object)
{
	const struct gx_task *task = gx_task_by_slot(slot_of(object));

	if (task && task != gx_task_self())
		gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_WRITE);
	if (gx_posix_is_left(object))
		gx_posix_fatal(GX_POSIX_USE_LEFT, kind, object, slot_of(object));
	gx_scrub_stack();
}

void gx_posix_check_memory(unsigned kind, const void *object, bool made)
{
	if (gx_posix_is_on_a_stack(object)) {
		check_frame(kind, object);
	} else if (gx_arena_owns(object)) {
		gx_touch(gx_object(GX_OBJECT_ARENA, slot_of(object)), GX_READ);
		if (!made && !gx_arena_holds(object))
			gx_posix_fatal(GX_POSIX_USE_FREED, kind, object, 0);
	}
}

/* ---- who uses it ---- */

/* Who has been woken is done with the condition variable, which may be gone before it returns (POSIX, pthread_cond_destroy); or barrier, futex. */
static bool is_done(const struct gx_task *task)
{
	return task->user[GX_USER_POSIX_1] & GX_WOKEN;
}

/* The object that a parked task is going to act on, and of a wait on a condition variable the mutex; 0: none. */
static uint64_t object_of(const struct gx_task *task)
{
	return task->state == GX_TASK_PARKED && gx_posix_kind_of(task->op.label) && !is_done(task) ? task->op.object
												   : 0;
}

static uint64_t mutex_of(const struct gx_task *task)
{
	return task->state == GX_TASK_PARKED && task->op.label == GX_L_COND_WAIT ? task->user[GX_USER_POSIX_0] : 0;
}

uint32_t __attribute__((noinline)) gx_posix_waiter(unsigned kind, const void *object)
{
	uint64_t canonical = gx_world_canonical(object);
	uint32_t found = 0;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);
		bool waits = (gx_posix_kind_of(task->op.label) == kind && object_of(task) == canonical &&
			      gx_posix_traits(task->op.label) & GX_POSIX_BLOCKS) ||
			     (kind == GX_POSIX_MUTEX && mutex_of(task) == canonical);

		/* By slot: an order that does not depend on who arrived first. */
		if (waits && (!found || task->slot < found))
			found = task->slot;
	}
	return found;
}

/* What is in use of some bytes: by whom. */
struct use {
	uint64_t object;
	unsigned kind; /* with a role */
	uint32_t slot; /* 0: nobody yet */
};

static void note_use(struct use *use, uint64_t object, unsigned kind, uint32_t slot)
{
	if (!use->slot || slot < use->slot)
		*use = (struct use){.object = object, .kind = kind, .slot = slot};
}

static unsigned role_of(const struct gx_task *task)
{
	return gx_posix_traits(task->op.label) & GX_POSIX_BLOCKS ? GX_POSIX_WAITS : GX_POSIX_ABOUT_TO_USE;
}

static struct use used_by_parked(const void *block, size_t size)
{
	uint64_t from = gx_world_canonical(block);
	struct use use = {0};

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);
		uint64_t object = object_of(task);
		uint64_t mutex = mutex_of(task);

		if (object - from < size)
			note_use(&use, object, gx_posix_kind_of(task->op.label) | role_of(task), task->slot);
		else if (mutex - from < size)
			note_use(&use, mutex, GX_POSIX_MUTEX | GX_POSIX_ABOUT_TO_USE, task->slot);
	}
	return use;
}

/* A lock that is held says so. The block may hold one anywhere that is aligned as it is. */
static bool find_held(const char *at, size_t left, struct use *use)
{
	if (left >= sizeof(pthread_mutex_t) && !((uintptr_t)at % 8) && gx_mutex_is_held((const void *)at))
		*use = (struct use){.kind = GX_POSIX_MUTEX, .slot = gx_mutex_owner((const void *)at)};
	else if (left >= sizeof(pthread_rwlock_t) && !((uintptr_t)at % 8) && gx_rwlock_is_held((const void *)at))
		*use = (struct use){.kind = GX_POSIX_RWLOCK, .slot = gx_rwlock_holder((const void *)at)};
	else if (gx_spin_is_held((const void *)at))
		*use = (struct use){.kind = GX_POSIX_SPIN, .slot = gx_spin_holder((const void *)at)};
	use->object = gx_world_canonical(at);
	use->kind |= GX_POSIX_HOLDS;
	return use->kind != GX_POSIX_HOLDS;
}

static struct use used_by_holder(const char *block, size_t size)
{
	struct use use = {0};

	for (size_t at = 0; size - at >= sizeof(pthread_spinlock_t) && at < size; at += sizeof(pthread_spinlock_t)) {
		use.kind = 0;
		if (find_held(block + at, size - at, &use))
			return use;
	}
	return (struct use){0};
}

void gx_posix_check_release(const void *block, size_t size)
{
	struct use use = used_by_parked(block, size);
	const struct gx_task *task;

	if (!use.slot)
		use = used_by_holder(block, size);
	if (!use.kind)
		return;
	task = gx_task_by_slot(use.slot);
	gx_where_here();
	gx_emit_extra(GX_L_POSIX_MISUSE, GX_POSIX_EXTRA(use.kind, task ? task->index : GX_CLOCK), use.object,
		      GX_POSIX_FREE_IN_USE);
	gx_task_end_execution();
}
