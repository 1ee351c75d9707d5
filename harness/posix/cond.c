/*
 * cond.c - pthread_cond_*. Nothing is kept in the object but its mark and the clock of its time-outs: who waits is seen from the tasks.
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

/* The first word of the object says what it is: zero for a static initialiser's. */
static uint64_t *mark_of(pthread_cond_t *cond)
{
	return (uint64_t *)(void *)cond;
}

/* Behind the mark there is the clock, and whether processes share it: nothing else is ever set. */
static bool GX_NO_ASAN is_cond(const pthread_cond_t *cond, uint64_t mark)
{
	static const pthread_cond_t none;
	pthread_cond_t rest = *cond;

	memset(&rest, 0, sizeof(mark));
	rest.__data.__wrefs &= ~3u;
	return (!mark || gx_posix_is_made(mark)) && !memcmp(&rest, &none, sizeof(rest));
}

/* What everything that is done with one begins with, and again where there was a point. Out of line for its copy of the object. */
static int GX_NO_ASAN __attribute__((noinline)) examine(pthread_cond_t *cond)
{
	uint64_t mark = *mark_of(cond);

	gx_posix_check_memory(GX_POSIX_COND, cond, gx_posix_is_made(mark));
	gx_posix_touch(cond, GX_READ);
	if (mark == GX_POSIX_DESTROYED)
		return gx_posix_misuse_answered(GX_POSIX_USE_DESTROYED, GX_POSIX_COND, cond, EINVAL);
	if (!is_cond(cond, mark))
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_COND, cond, 0);
	return 0;
}

static int examine_first(pthread_cond_t *cond)
{
	gx_posix_check_place(GX_POSIX_COND, cond);
	return examine(cond);
}

static int examine_to_wait(pthread_cond_t *cond)
{
	gx_cancel_point();
	return examine_first(cond);
}

static bool is_woken_or_cancelled(const struct gx_task *task)
{
	return gx_cancel_or(task, gx_is_woken);
}

static unsigned ways_to_wake(const struct gx_task *task)
{
	return gx_cancel_ways(task, gx_is_woken);
}

/* Out of line: whose turn it was in a search must not stay in a register of a task that goes on to wait. */
static void __attribute__((noinline)) check_mutex_of_others(const pthread_cond_t *cond, const pthread_mutex_t *mutex)
{
	const struct gx_task *other =
		gx_waiters_count(GX_L_COND_WAIT, cond) ? gx_waiter_nth(GX_L_COND_WAIT, cond, 0) : NULL;

	if (other && other->user[GX_USER_POSIX_0] != gx_world_canonical(mutex))
		gx_posix_misuse(GX_POSIX_TWO_MUTEXES, GX_POSIX_COND | GX_POSIX_WAITS, cond, other->slot);
	gx_scrub_stack();
}

/* It ends instead: a signal that has reached it is another's (POSIX, pthread_cond_wait). */
static void __attribute__((noinline)) pass_on(const pthread_cond_t *cond)
{
	if (gx_waiters_count(GX_L_COND_WAIT, cond))
		gx_wake(gx_waiter_nth(GX_L_COND_WAIT, cond, 0));
	gx_scrub_stack();
}

/* One level of it: who holds a recursive mutex twice goes on holding it, and waits. POSIX warns of that, and glibc does it. */
static int leave_the_mutex(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	int rc;

	gx_posix_step(GX_L_COND_ENTER, GX_WRITE, cond);
	rc = examine(cond);
	if (!rc)
		rc = gx_mutex_examine(mutex);
	if (!rc)
		gx_mutex_give_back_one(mutex);
	return rc;
}

/* POSIX: [EPERM] of an error-checking one, undefined of others. */
static int wait_without(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	if (!gx_mutex_is_checked(mutex))
		gx_posix_fatal(GX_POSIX_WAIT_WITHOUT_MUTEX, GX_POSIX_COND, cond, 0);
	return gx_posix_misuse_answered(GX_POSIX_WAIT_WITHOUT_MUTEX, GX_POSIX_COND, cond, EPERM);
}

static int begin_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	int rc = gx_mutex_examine(mutex);

	if (rc)
		return rc;
	if (!gx_mutex_is_mine(mutex))
		return wait_without(cond, mutex);
	return leave_the_mutex(cond, mutex);
}

/* The condition variable has been examined. */
static int wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline)
{
	enum gx_granted granted;
	bool cancelled;
	bool woken;
	int rc = begin_wait(cond, mutex);

	if (rc)
		return rc;
	check_mutex_of_others(cond, mutex);
	gx_task_self()->user[GX_USER_POSIX_0] = gx_world_canonical(mutex);
	granted = gx_point(&(struct gx_op){
		.label = GX_L_COND_WAIT,
		.access = GX_READ | GX_WRITE,
		.spurious = 1,
		.object = gx_world_canonical(cond),
		.ready = is_woken_or_cancelled,
		.alternatives = ways_to_wake,
		.subject = cond,
		.deadline = deadline,
	});
	woken = gx_is_woken(gx_task_self());
	cancelled = gx_cancel_won(granted, woken);
	gx_task_self()->user[GX_USER_POSIX_0] = 0;
	gx_task_self()->user[GX_USER_POSIX_1] &= ~GX_WOKEN;
	/* Who has been woken does not look back: the condition variable may be gone already. */
	if (!woken)
		examine(cond);
	else if (cancelled)
		pass_on(cond);
	gx_scrub_stack(); /* how it was woken makes no difference to the wait for the mutex */
	rc = gx_mutex_take_again(mutex);
	if (cancelled)
		gx_cancel_act();
	return rc ? rc : granted == GX_GRANTED_TIMEOUT ? ETIMEDOUT : 0;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL_VERSION(pthread_cond_wait, "GLIBC_2.3.2")(cond, mutex);
	rc = examine_to_wait(cond);
	return rc ? rc : wait_until(cond, mutex, GX_FOREVER);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *when)
{
	clockid_t clock;
	uint64_t deadline;
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL_VERSION(pthread_cond_timedwait, "GLIBC_2.3.2")(cond, mutex, when);
	rc = examine_to_wait(cond);
	if (rc)
		return rc;
	clock = cond->__data.__wrefs & CLOCK_IS_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	return gx_posix_deadline(clock, when, &deadline) ? wait_until(cond, mutex, deadline) : EINVAL;
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline;
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_cond_clockwait)(cond, mutex, clock, when);
	rc = examine_to_wait(cond);
	if (rc)
		return rc;
	return gx_posix_deadline(clock, when, &deadline) ? wait_until(cond, mutex, deadline) : EINVAL;
}

bool (*gx_posix_may_lose)(const struct gx_task *task);
void (*gx_posix_lost)(void);

/* Or, the last alternative, none of them. */
static unsigned one_of_the_waiters(const struct gx_task *task)
{
	unsigned count = gx_waiters_count(GX_L_COND_WAIT, task->op.subject);

	if (count && gx_posix_may_lose)
		count += gx_posix_may_lose(task);
	return count ? count : 1;
}

static void __attribute__((noinline)) lose(const pthread_cond_t *cond)
{
	gx_posix_lost();
	gx_emit(GX_L_SIGNAL_LOST, gx_world_canonical(cond), 0);
}

int pthread_cond_signal(pthread_cond_t *cond)
{
	struct gx_task *waiter;
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL_VERSION(pthread_cond_signal, "GLIBC_2.3.2")(cond);
	rc = examine_first(cond);
	if (rc)
		return rc;
	gx_point(&(struct gx_op){
		.label = GX_L_COND_SIGNAL,
		.access = GX_WRITE,
		.object = gx_world_canonical(cond),
		.alternatives = one_of_the_waiters,
		.subject = cond,
		.deadline = GX_FOREVER,
	});
	rc = examine(cond);
	waiter = rc ? NULL : gx_waiter_nth(GX_L_COND_WAIT, cond, gx_task_self()->alternative);
	if (waiter)
		gx_wake(waiter);
	else if (!rc && gx_task_self()->alternative)
		lose(cond);
	return rc;
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
	struct gx_task *waiter;
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL_VERSION(pthread_cond_broadcast, "GLIBC_2.3.2")(cond);
	rc = examine_first(cond);
	if (rc)
		return rc;
	gx_posix_step(GX_L_COND_BROADCAST, GX_WRITE, cond);
	rc = examine(cond);
	while (!rc && (waiter = gx_waiter_nth(GX_L_COND_WAIT, cond, 0)) != NULL)
		gx_wake(waiter);
	return rc;
}

void gx_cond_make(pthread_cond_t *cond, clockid_t clock, uint64_t mark)
{
	uint32_t waiter;

	gx_posix_check_place(GX_POSIX_COND, cond);
	gx_posix_check_memory(GX_POSIX_COND, cond, false);
	waiter = gx_waiters_count(GX_L_COND_WAIT, cond) ? gx_waiter_nth(GX_L_COND_WAIT, cond, 0)->slot : 0;
	if (waiter)
		gx_posix_fatal(GX_POSIX_INIT_IN_USE, GX_POSIX_COND | GX_POSIX_WAITS, cond, waiter);
	gx_posix_touch(cond, GX_WRITE);
	memset(cond, 0, sizeof(*cond));
	cond->__data.__wrefs = clock == CLOCK_MONOTONIC ? CLOCK_IS_MONOTONIC : 0;
	*mark_of(cond) = mark;
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
	clockid_t clock = CLOCK_REALTIME;

	if (!gx_task_self())
		return GX_REAL_VERSION(pthread_cond_init, "GLIBC_2.3.2")(cond, attributes);
	if (attributes)
		pthread_condattr_getclock(attributes, &clock);
	gx_cond_make(cond, clock, GX_POSIX_MADE_BY_CALLER);
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
	int rc;

	if (!gx_task_self())
		return GX_REAL_VERSION(pthread_cond_destroy, "GLIBC_2.3.2")(cond);
	rc = examine_first(cond);
	if (rc)
		return rc;
	if (gx_waiters_count(GX_L_COND_WAIT, cond)) {
		gx_posix_misuse(GX_POSIX_DESTROY_WAITERS, GX_POSIX_COND | GX_POSIX_WAITS, cond,
				gx_waiter_nth(GX_L_COND_WAIT, cond, 0)->slot);
		return EBUSY;
	}
	gx_posix_touch(cond, GX_WRITE);
	gx_emit(GX_L_POSIX_DESTROY, gx_world_canonical(cond), GX_POSIX_COND);
	memset(cond, 0, sizeof(*cond));
	*mark_of(cond) = GX_POSIX_DESTROYED;
	return 0;
}
