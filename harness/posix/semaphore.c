/*
 * semaphore.c - sem_*, the unnamed ones. The value is the first word of the object, as in glibc on 64-bit machines; behind glibc's words
 * stands the mark of one that sem_init() has made, in a task or before: there are no static initialisers of semaphores.
 */
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <string.h>

#include "posix/internal.h"

static unsigned *value_of(sem_t *semaphore)
{
	return (unsigned *)(void *)semaphore;
}

enum { MARK_WORD = 2 };

static uint64_t *mark_of(sem_t *semaphore)
{
	return (uint64_t *)(void *)semaphore + MARK_WORD;
}

static bool GX_NO_ASAN is_semaphore(const sem_t *semaphore)
{
	const uint64_t *words = (const void *)semaphore;

	return gx_posix_is_made(words[MARK_WORD]) && words[0] <= SEM_VALUE_MAX;
}

/*
 * What everything that is done with one begins with, and again where there was a point. One that was destroyed and one that never was are
 * the same bytes: what has been would tell states apart.
 */
static void GX_NO_ASAN examine(sem_t *semaphore)
{
	gx_posix_check_memory(GX_POSIX_SEMAPHORE, semaphore, gx_posix_is_made(*mark_of(semaphore)));
	gx_posix_touch(semaphore, GX_READ);
	if (!is_semaphore(semaphore))
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_SEMAPHORE, semaphore, 0);
}

static void examine_first(sem_t *semaphore)
{
	gx_posix_check_place(GX_POSIX_SEMAPHORE, semaphore);
	examine(semaphore);
}

/* Or no semaphore any more: whoever is granted it looks again. */
static bool GX_NO_ASAN is_positive(const struct gx_task *task)
{
	const sem_t *semaphore = task->op.subject;

	if (gx_posix_is_on_a_stack(semaphore) && gx_posix_is_left(semaphore))
		return true;
	return *(const unsigned *)task->op.subject > 0 || !is_semaphore(semaphore);
}

static int wait_until(sem_t *semaphore, uint64_t deadline)
{
	if (gx_posix_block(GX_L_SEM_WAIT, semaphore, is_positive, deadline) == GX_GRANTED_TIMEOUT) {
		gx_order_found_taken(gx_world_canonical(semaphore));
		errno = ETIMEDOUT;
		return -1;
	}
	examine(semaphore);
	--*value_of(semaphore);
	gx_order_acquire(gx_world_canonical(semaphore));
	gx_order_taken(gx_world_canonical(semaphore));
	return 0;
}

static int wait_for_ever(sem_t *semaphore)
{
	examine_first(semaphore);
	return wait_until(semaphore, GX_FOREVER);
}

int sem_wait(sem_t *semaphore)
{
	return gx_posix_in_task() ? wait_for_ever(semaphore) : GX_REAL(sem_wait)(semaphore);
}

static int wait_by_clock(sem_t *semaphore, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline;

	examine_first(semaphore);
	if (gx_posix_deadline(clock, when, &deadline))
		return wait_until(semaphore, deadline);
	errno = EINVAL;
	return -1;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *when)
{
	return gx_posix_in_task() ? wait_by_clock(semaphore, CLOCK_REALTIME, when)
				  : GX_REAL(sem_timedwait)(semaphore, when);
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *when)
{
	return gx_posix_in_task() ? wait_by_clock(semaphore, clock, when)
				  : GX_REAL(sem_clockwait)(semaphore, clock, when);
}

int sem_trywait(sem_t *semaphore)
{
	if (!gx_posix_in_task())
		return GX_REAL(sem_trywait)(semaphore);
	examine_first(semaphore);
	gx_posix_step(GX_L_SEM_TRYWAIT, GX_READ | GX_WRITE, semaphore);
	examine(semaphore);
	if (!*value_of(semaphore)) {
		gx_order_found_taken(gx_world_canonical(semaphore));
		errno = EAGAIN;
		return -1;
	}
	--*value_of(semaphore);
	gx_order_acquire(gx_world_canonical(semaphore));
	gx_order_taken(gx_world_canonical(semaphore));
	return 0;
}

int sem_post(sem_t *semaphore)
{
	if (!gx_posix_in_task())
		return GX_REAL(sem_post)(semaphore);
	examine_first(semaphore);
	gx_posix_step(GX_L_SEM_POST, GX_WRITE, semaphore);
	examine(semaphore);
	if (*value_of(semaphore) == SEM_VALUE_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	++*value_of(semaphore);
	gx_order_release(gx_world_canonical(semaphore));
	return 0;
}

int sem_getvalue(sem_t *semaphore, int *value)
{
	if (!gx_task_self())
		return GX_REAL(sem_getvalue)(semaphore, value);
	examine_first(semaphore);
	gx_posix_step(GX_L_SEM_GETVALUE, GX_READ, semaphore);
	examine(semaphore);
	*value = (int)*value_of(semaphore);
	return 0;
}

static int init_outside(sem_t *semaphore, int shared, unsigned value)
{
	int rc = GX_REAL(sem_init)(semaphore, shared, value);

	if (!rc)
		*mark_of(semaphore) = GX_POSIX_MADE;
	return rc;
}

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	uint32_t waiter;

	if (!gx_task_self())
		return init_outside(semaphore, shared, value);
	gx_posix_check_place(GX_POSIX_SEMAPHORE, semaphore);
	gx_posix_check_memory(GX_POSIX_SEMAPHORE, semaphore, false);
	waiter = gx_posix_waiter(GX_L_SEM_WAIT, semaphore);
	if (waiter)
		gx_posix_fatal(GX_POSIX_INIT_IN_USE, GX_POSIX_SEMAPHORE | GX_POSIX_WAITS, semaphore, waiter);
	if (value > SEM_VALUE_MAX) {
		errno = EINVAL;
		return -1;
	}
	gx_posix_touch(semaphore, GX_WRITE);
	memset(semaphore, 0, sizeof(*semaphore));
	*value_of(semaphore) = value;
	*mark_of(semaphore) = GX_POSIX_MADE_BY_CALLER;
	return 0;
}

int sem_destroy(sem_t *semaphore)
{
	uint32_t waiter;

	if (!gx_task_self())
		return GX_REAL(sem_destroy)(semaphore);
	examine_first(semaphore);
	waiter = gx_posix_waiter(GX_L_SEM_WAIT, semaphore);
	if (waiter) { /* told, and not done */
		gx_posix_misuse(GX_POSIX_DESTROY_WAITERS, GX_POSIX_SEMAPHORE | GX_POSIX_WAITS, semaphore, waiter);
		return 0;
	}
	gx_posix_touch(semaphore, GX_WRITE);
	gx_emit(GX_L_POSIX_DESTROY, gx_world_canonical(semaphore), GX_POSIX_SEMAPHORE);
	memset(semaphore, 0, sizeof(*semaphore));
	return 0;
}
