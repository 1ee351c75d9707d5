/*
 * semaphore.c - sem_*, the unnamed ones. The value is the first word of the object, as in glibc on 64-bit machines.
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

static bool is_positive(const struct gx_task *task)
{
	return *(const unsigned *)task->op.subject > 0;
}

static int wait_until(sem_t *semaphore, uint64_t deadline)
{
	gx_posix_check_place(semaphore);
	if (gx_posix_block(GX_L_SEM_WAIT, semaphore, is_positive, deadline) == GX_GRANTED_TIMEOUT) {
		errno = ETIMEDOUT;
		return -1;
	}
	--*value_of(semaphore);
	return 0;
}

int sem_wait(sem_t *semaphore)
{
	return gx_posix_in_task() ? wait_until(semaphore, GX_FOREVER) : GX_REAL(sem_wait)(semaphore);
}

static int wait_by_clock(sem_t *semaphore, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline;

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
	gx_posix_check_place(semaphore);
	gx_posix_step(GX_L_SEM_TRYWAIT, GX_READ | GX_WRITE, semaphore);
	if (!*value_of(semaphore)) {
		errno = EAGAIN;
		return -1;
	}
	--*value_of(semaphore);
	return 0;
}

int sem_post(sem_t *semaphore)
{
	if (!gx_posix_in_task())
		return GX_REAL(sem_post)(semaphore);
	gx_posix_check_place(semaphore);
	gx_posix_step(GX_L_SEM_POST, GX_WRITE, semaphore);
	if (*value_of(semaphore) == SEM_VALUE_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	++*value_of(semaphore);
	return 0;
}

int sem_getvalue(sem_t *semaphore, int *value)
{
	if (!gx_task_self())
		return GX_REAL(sem_getvalue)(semaphore, value);
	gx_posix_check_place(semaphore);
	gx_posix_step(GX_L_SEM_GETVALUE, GX_READ, semaphore);
	*value = (int)*value_of(semaphore);
	return 0;
}

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	if (!gx_task_self())
		return GX_REAL(sem_init)(semaphore, shared, value);
	gx_posix_check_place(semaphore);
	if (value > SEM_VALUE_MAX) {
		errno = EINVAL;
		return -1;
	}
	gx_posix_touch(semaphore, GX_WRITE);
	memset(semaphore, 0, sizeof(*semaphore));
	*value_of(semaphore) = value;
	return 0;
}

static bool has_waiters(const sem_t *semaphore)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *task = gx_task_first(rest);

		if (task->state == GX_TASK_PARKED && task->op.label == GX_L_SEM_WAIT && task->op.subject == semaphore)
			return true;
	}
	return false;
}

int sem_destroy(sem_t *semaphore)
{
	if (!gx_task_self())
		return GX_REAL(sem_destroy)(semaphore);
	gx_posix_check_place(semaphore);
	if (has_waiters(semaphore))
		gx_posix_misuse(GX_POSIX_DESTROY_WAITERS, semaphore);
	gx_posix_touch(semaphore, GX_WRITE);
	memset(semaphore, 0, sizeof(*semaphore));
	return 0;
}
