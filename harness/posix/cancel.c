/*
 * cancel.c - pthread_cancel(), and where it strikes (POSIX 2.9.5).
 *
 * Deferred cancellation: a thread ends at its next cancellation point: a wait on a condition variable or a semaphore, a join, a sleep,
 * pthread_testcancel(). One that is waiting there is woken by it. What a thread has left to do is leave.c's.
 *
 * A thread that can be cancelled at any time may call nothing but the three functions below; so what it does meanwhile is seen by nobody, and it
 * ends where that time ends.
 */
#include <errno.h>

#include "posix/internal.h"

static uint64_t *flags(void)
{
	return &gx_task_self()->user[GX_USER_POSIX_1];
}

static bool is_due_now(void)
{
	if (gx_footprint_under_way)
		gx_touch(gx_object(GX_OBJECT_TASK, gx_task_self()->path), GX_READ);
	return gx_cancel_is_due(gx_task_self());
}

void gx_cancel_act(void)
{
	*flags() &= ~GX_CANCEL_PENDING;
	gx_leave(PTHREAD_CANCELED);
}

bool gx_cancel_won(enum gx_granted granted, bool event)
{
	return granted == GX_GRANTED_READY && is_due_now() && (!event || gx_task_self()->alternative == 1);
}

void gx_cancel_point(void)
{
	if (is_due_now())
		gx_cancel_act();
}

/* Out of line, as whatever looks through records. */
static int __attribute__((noinline)) cancel(pthread_t thread)
{
	struct gx_task *task;

	gx_point(&(struct gx_op){
		.label = GX_L_THREAD_CANCEL,
		.access = GX_WRITE,
		.detail = (uint32_t)thread,
		.deadline = GX_FOREVER,
	});
	task = gx_thread_of(thread);
	if (!task)
		return ESRCH;
	gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_WRITE);
	if (task->state != GX_TASK_ENDED)
		task->user[GX_USER_POSIX_1] |= GX_CANCEL_PENDING;
	return 0;
}

/* One of those that may be called while one can be cancelled at any time. */
int pthread_cancel(pthread_t thread)
{
	if (!gx_task_self())
		return GX_REAL(pthread_cancel)(thread);
	gx_scrub_stack();
	return cancel(thread);
}

/* It has been possible at any time until now: others may have come meanwhile. */
static void end_of_any_time(void)
{
	if ((*flags() & (GX_CANCEL_ASYNC | GX_CANCEL_OFF)) != GX_CANCEL_ASYNC)
		return;
	gx_posix_step(GX_L_YIELD, GX_READ, NULL);
	gx_cancel_point();
}

static void begin_of_any_time(void)
{
	if (*flags() & GX_CANCEL_ASYNC)
		gx_cancel_point();
}

int pthread_setcancelstate(int state, int *old)
{
	if (!gx_task_self())
		return GX_REAL(pthread_setcancelstate)(state, old);
	if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	if (old)
		*old = *flags() & GX_CANCEL_OFF ? PTHREAD_CANCEL_DISABLE : PTHREAD_CANCEL_ENABLE;
	end_of_any_time();
	if (state == PTHREAD_CANCEL_DISABLE) {
		*flags() |= GX_CANCEL_OFF;
	} else {
		*flags() &= ~GX_CANCEL_OFF;
		begin_of_any_time();
	}
	return 0;
}

int pthread_setcanceltype(int type, int *old)
{
	if (!gx_task_self())
		return GX_REAL(pthread_setcanceltype)(type, old);
	if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
		return EINVAL;
	if (old)
		*old = *flags() & GX_CANCEL_ASYNC ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED;
	end_of_any_time();
	if (type == PTHREAD_CANCEL_ASYNCHRONOUS) {
		*flags() |= GX_CANCEL_ASYNC;
		begin_of_any_time();
	} else {
		*flags() &= ~GX_CANCEL_ASYNC;
	}
	return 0;
}

/* A point: in a loop that only asks whether it should end, somebody has to be able to say so. */
void pthread_testcancel(void)
{
	if (!gx_task_self()) {
		GX_REAL(pthread_testcancel)();
		return;
	}
	if (*flags() & GX_CANCEL_OFF)
		return;
	gx_posix_step(GX_L_YIELD, GX_READ, NULL);
	gx_cancel_point();
}
