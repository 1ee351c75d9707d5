/*
 * waiters.c - who waits to be woken: on a condition variable, a barrier, a futex. Nothing is kept in the object; the tasks say it.
 */
#include "posix/internal.h"

static bool waits(const struct gx_task *task, uint16_t label, const void *object)
{
	return task->state == GX_TASK_PARKED && task->op.label == label && task->op.subject == object &&
	       !gx_is_woken(task);
}

unsigned gx_waiters_count(uint16_t label, const void *object)
{
	unsigned count = 0;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		count += waits(gx_task_first(rest), label, object);
	return count;
}

struct gx_task *gx_waiter_after(uint16_t label, const void *object, uint32_t above)
{
	struct gx_task *lowest = NULL;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		struct gx_task *task = gx_task_first(rest);

		if (waits(task, label, object) && task->slot > above && (!lowest || task->slot < lowest->slot))
			lowest = task;
	}
	return lowest;
}

struct gx_task *gx_waiter_nth(uint16_t label, const void *object, unsigned nth)
{
	struct gx_task *waiter = gx_waiter_after(label, object, 0);

	while (waiter && nth--)
		waiter = gx_waiter_after(label, object, waiter->slot);
	return waiter;
}

void gx_wake(struct gx_task *waiter)
{
	gx_touch(gx_object(GX_OBJECT_TASK, waiter->path), GX_WRITE);
	waiter->user[GX_USER_POSIX_1] |= GX_WOKEN;
}
