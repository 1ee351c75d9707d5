/*
 * cond.c - pthread_cond_*. Nothing is kept in the object but the clock of its time-outs: who waits is seen from the tasks.
 *
 * A wait is three steps, as POSIX tells them apart:
 *
 *     cond.enter   gives the mutex back and begins to wait, atomically
 *     cond.wait    until signalled, timed out, or woken for no reason (POSIX allows spurious wake-ups)
 *     mutex.lock   takes the mutex again
 *
 * Which waiter a signal wakes is a choice of the scheduler: POSIX promises "at least one", not the first.
 */
#include <errno.h>
#include <string.h>

#include "posix/internal.h"

/* glibc keeps the clock in bit 1 of __wrefs; so do we, for objects that a constructor or an initialiser made. */
enum { CLOCK_IS_MONOTONIC = 2 };

static bool waits_on(const struct gx_task *task, const void *cond)
{
	return task->state == GX_TASK_PARKED && task->op.label == GX_L_COND_WAIT && task->op.subject == cond &&
	       !(task->user[GX_USER_POSIX_1] & GX_WOKEN);
}

static unsigned count_waiters(const void *cond)
{
	unsigned count = 0;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		count += waits_on(gx_task_first(rest), cond);
	return count;
}

/* The nth waiter by slot: an order that does not depend on who arrived first. */
static struct gx_task *nth_waiter(const void *cond, unsigned nth)
{
	uint32_t above = 0;

	for (;;) {
		struct gx_task *lowest = NULL;

		for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
			struct gx_task *task = gx_task_first(rest);

			if (waits_on(task, cond) && task->slot > above && (!lowest || task->slot < lowest->slot))
				lowest = task;
		}
		if (!lowest || !nth--)
			return lowest;
		above = lowest->slot;
	}
}

static void wake(struct gx_task *waiter)
{
	gx_touch(gx_object(GX_OBJECT_TASK, waiter->path), GX_WRITE);
	waiter->user[GX_USER_POSIX_1] |= GX_WOKEN;
}

static bool is_woken(const struct gx_task *task)
{
	return task->user[GX_USER_POSIX_1] & GX_WOKEN;
}

static void leave_the_mutex(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	gx_posix_step(GX_L_COND_ENTER, GX_WRITE, cond);
	gx_mutex_give_back(mutex);
}

static int wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline)
{
	enum gx_granted granted;
	unsigned depth;

	gx_posix_check_place(cond);
	gx_posix_check_place(mutex);
	if (!gx_mutex_is_mine(mutex)) {
		gx_posix_misuse(GX_POSIX_WAIT_WITHOUT_MUTEX, cond);
		return EPERM;
	}
	gx_posix_touch(mutex, GX_WRITE);
	depth = mutex->__data.__count;
	mutex->__data.__count = 0;
	leave_the_mutex(cond, mutex);
	gx_task_self()->user[GX_USER_POSIX_0] = gx_world_canonical(mutex);
	granted = gx_point(&(struct gx_op){
		.label = GX_L_COND_WAIT,
		.access = GX_READ | GX_WRITE,
		.spurious = 1,
		.object = gx_world_canonical(cond),
		.ready = is_woken,
		.subject = cond,
		.deadline = deadline,
	});
	gx_task_self()->user[GX_USER_POSIX_0] = 0;
	gx_task_self()->user[GX_USER_POSIX_1] &= ~GX_WOKEN;
	gx_scrub_stack(); /* how it was woken makes no difference to the wait for the mutex */
	gx_mutex_take_again(mutex);
	mutex->__data.__count = depth;
	return granted == GX_GRANTED_TIMEOUT ? ETIMEDOUT : 0;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	if (!gx_posix_in_task())
		return GX_REAL_VERSION(pthread_cond_wait, "GLIBC_2.3.2")(cond, mutex);
	return wait_until(cond, mutex, GX_FOREVER);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *when)
{
	clockid_t clock;
	uint64_t deadline;

	if (!gx_posix_in_task())
		return GX_REAL_VERSION(pthread_cond_timedwait, "GLIBC_2.3.2")(cond, mutex, when);
	clock = cond->__data.__wrefs & CLOCK_IS_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	return gx_posix_deadline(clock, when, &deadline) ? wait_until(cond, mutex, deadline) : EINVAL;
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_cond_clockwait)(cond, mutex, clock, when);
	return gx_posix_deadline(clock, when, &deadline) ? wait_until(cond, mutex, deadline) : EINVAL;
}

static unsigned one_of_the_waiters(const struct gx_task *task)
{
	unsigned count = count_waiters(task->op.subject);

	return count ? count : 1;
}

int pthread_cond_signal(pthread_cond_t *cond)
{
	struct gx_task *waiter;

	if (!gx_posix_in_task())
		return GX_REAL_VERSION(pthread_cond_signal, "GLIBC_2.3.2")(cond);
	gx_posix_check_place(cond);
	gx_point(&(struct gx_op){
		.label = GX_L_COND_SIGNAL,
		.access = GX_WRITE,
		.object = gx_world_canonical(cond),
		.alternatives = one_of_the_waiters,
		.subject = cond,
		.deadline = GX_FOREVER,
	});
	waiter = nth_waiter(cond, gx_task_self()->alternative);
	if (waiter)
		wake(waiter);
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
	struct gx_task *waiter;

	if (!gx_posix_in_task())
		return GX_REAL_VERSION(pthread_cond_broadcast, "GLIBC_2.3.2")(cond);
	gx_posix_check_place(cond);
	gx_posix_step(GX_L_COND_BROADCAST, GX_WRITE, cond);
	while ((waiter = nth_waiter(cond, 0)) != NULL)
		wake(waiter);
	return 0;
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
	clockid_t clock = CLOCK_REALTIME;

	if (!gx_task_self())
		return GX_REAL_VERSION(pthread_cond_init, "GLIBC_2.3.2")(cond, attributes);
	gx_posix_check_place(cond);
	if (attributes)
		pthread_condattr_getclock(attributes, &clock);
	gx_posix_touch(cond, GX_WRITE);
	memset(cond, 0, sizeof(*cond));
	cond->__data.__wrefs = clock == CLOCK_MONOTONIC ? CLOCK_IS_MONOTONIC : 0;
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
	if (!gx_task_self())
		return GX_REAL_VERSION(pthread_cond_destroy, "GLIBC_2.3.2")(cond);
	gx_posix_check_place(cond);
	if (count_waiters(cond)) {
		gx_posix_misuse(GX_POSIX_DESTROY_WAITERS, cond);
		return EBUSY;
	}
	gx_posix_touch(cond, GX_WRITE);
	memset(cond, 0, sizeof(*cond));
	return 0;
}
