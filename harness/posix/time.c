/*
 * time.c - virtual time under the names of POSIX's clocks.
 *
 * Reading a clock is no point: virtual time moves only by a step of the clock, which is a choice of the scheduler already. What a clock
 * shows begins with the first look at it: time that nobody has seen is no part of the state (core/internal.h).
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/time.h>
#include <threads.h>
#include <unistd.h>

#include "core/shift.h"
#include "posix/internal.h"

#define SECOND 1000000000ull
/*
 * What the first look sees: 2026-01-01 00:00:00 UTC, on a machine that has been up for years: like nothing else in memory (core/shift.h), and so
 * like no duration that programs use: with an uptime of 300,000,000 seconds, its milliseconds were the nanoseconds of five minutes.
 */
#define EPOCH  (1767225600ull * SECOND)
#define UPTIME (316200000ull * SECOND)

static void __attribute__((constructor)) register_clocks(void)
{
	gx_clock_begins_at(EPOCH);
	gx_clock_begins_at(UPTIME);
}

static bool is_wall(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

static uint64_t base_of(clockid_t clock)
{
	return is_wall(clock) ? EPOCH : UPTIME;
}

/* ---- the wall clock ---- */

static struct gx_wall *wall;

void gx_posix_wall(struct gx_wall *of)
{
	wall = of;
}

/* What the clock shows: time begins with the first look. */
static uint64_t show(clockid_t clock)
{
	uint64_t ns = base_of(clock) + gx_posix_look();

	return wall && is_wall(clock) && gx_task_self() ? ns + (uint64_t)wall->ahead : ns;
}

static void wait_by_wall(uint64_t away)
{
	if (wall && gx_task_self())
		wall->until[gx_task_self()->index] = gx_now() + away;
}

/* Those that have come already stay so. */
static void move(struct gx_task *task, int64_t by)
{
	uint64_t left = task->op.deadline - gx_now();

	if (task->op.deadline <= gx_now())
		return;
	if (by > 0)
		left -= left < (uint64_t)by ? left : (uint64_t)by;
	else
		left += (uint64_t)-by;
	task->op.deadline = gx_now() + left;
	wall->until[task->index] = task->op.deadline;
}

void gx_posix_jump(int64_t by)
{
	gx_point(&(struct gx_op){.label = GX_L_CLOCK_SET,
				 .access = GX_WRITE,
				 .object = gx_object(GX_OBJECT_CORE, GX_OBJECT_TIME),
				 .deadline = GX_FOREVER});
	gx_touch(gx_object(GX_OBJECT_CORE, GX_OBJECT_TIME), GX_WRITE);
	wall->ahead += by;
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		struct gx_task *task = gx_task_first(rest);

		if (task->state == GX_TASK_PARKED && task->op.deadline != GX_FOREVER &&
		    task->op.deadline == wall->until[task->index])
			move(task, by);
	}
}

static bool is_time(const struct timespec *when)
{
	return when->tv_nsec >= 0 && when->tv_nsec < (long)SECOND;
}

static uint64_t to_ns(const struct timespec *when)
{
	uint64_t seconds = when->tv_sec < 0 ? 0 : (uint64_t)when->tv_sec;

	return seconds >= GX_FOREVER / SECOND - 1 ? GX_FOREVER - 1 : seconds * SECOND + (uint64_t)when->tv_nsec;
}

/* A day or less from what the other clock shows, and a month or more from what this one does. */
static bool is_of_the_other(clockid_t clock, uint64_t at, uint64_t shown)
{
	uint64_t day = 86400 * SECOND;
	uint64_t other = shown - base_of(clock) + (base_of(clock) == EPOCH ? UPTIME : EPOCH);
	uint64_t from_other = at > other ? at - other : other - at;
	uint64_t from_this = at > shown ? at - shown : shown - at;

	return gx_task_self() && from_other <= day && from_this >= 30 * day;
}

/* By the clock that the program sees: who names a time has looked at it, or does so now. */
bool gx_posix_deadline(clockid_t clock, const struct timespec *when, uint64_t *away)
{
	uint64_t at = to_ns(when);
	uint64_t shown = show(clock);

	if (!is_time(when))
		return false;
	if (is_of_the_other(clock, at, shown))
		gx_posix_misuse(GX_POSIX_OTHER_CLOCK, 0, NULL, 0);
	*away = at > shown ? at - shown : 0;
	if (is_wall(clock))
		wait_by_wall(*away);
	return true;
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){.tv_sec = (time_t)(ns / SECOND), .tv_nsec = (long)(ns % SECOND)};
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (!gx_posix_is_guest())
		return GX_REAL(clock_gettime)(clock, now);
	*now = to_timespec(show(clock));
	return 0;
}

/* C11's name for the same. */
int timespec_get(struct timespec *now, int base)
{
	if (!gx_posix_is_guest())
		return GX_REAL(timespec_get)(now, base);
	if (base != TIME_UTC)
		return 0;
	*now = to_timespec(show(CLOCK_REALTIME));
	return base;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	uint64_t ns;

	if (!gx_posix_is_guest())
		return GX_REAL(gettimeofday)(now, zone);
	ns = show(CLOCK_REALTIME);
	now->tv_sec = (time_t)(ns / SECOND);
	now->tv_usec = (suseconds_t)(ns % SECOND / 1000);
	return 0;
}

time_t time(time_t *out)
{
	time_t now;

	if (!gx_posix_is_guest())
		return GX_REAL(time)(out);
	now = (time_t)(show(CLOCK_REALTIME) / SECOND);
	if (out)
		*out = now;
	return now;
}

static bool is_cancelled(const struct gx_task *task)
{
	return gx_cancel_is_due(task);
}

/* Nobody waits for anything while a plugin is loaded: time does not pass there. */
static void sleep_for(uint64_t ns)
{
	if (!gx_task_self())
		return;
	gx_cancel_point();
	gx_sleep_unless(GX_L_SLEEP, ns, is_cancelled);
	gx_cancel_point();
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left)
{
	uint64_t away;

	if (!gx_posix_is_guest())
		return GX_REAL(clock_nanosleep)(clock, flags, wanted, left);
	if (!is_time(wanted) || wanted->tv_sec < 0)
		return EINVAL;
	if (!gx_task_self())
		return 0;
	if (flags & TIMER_ABSTIME)
		gx_posix_deadline(clock, wanted, &away);
	else
		away = to_ns(wanted);
	sleep_for(away);
	return 0;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	int rc;

	if (!gx_posix_is_guest())
		return GX_REAL(nanosleep)(wanted, left);
	rc = clock_nanosleep(CLOCK_MONOTONIC, 0, wanted, left);
	if (rc)
		errno = rc;
	return rc ? -1 : 0;
}

int usleep(useconds_t us)
{
	if (!gx_posix_is_guest())
		return GX_REAL(usleep)(us);
	sleep_for(us * 1000ull);
	return 0;
}

unsigned sleep(unsigned seconds)
{
	if (!gx_posix_is_guest())
		return GX_REAL(sleep)(seconds);
	sleep_for(seconds * SECOND);
	return 0;
}

/* C11's: nothing interrupts it here. */
int thrd_sleep(const struct timespec *wanted, struct timespec *left)
{
	if (!gx_posix_is_guest())
		return GX_REAL(thrd_sleep)(wanted, left);
	return clock_nanosleep(CLOCK_REALTIME, 0, wanted, left) ? -2 : 0;
}

/* ---- waiting for no file at all, which is to sleep ---- */

/* A gate has no files that it could wait for. Longer than for ever is for ever. */
static int wait_for_nothing(bool has_files, uint64_t ns)
{
	if (has_files) {
		errno = EBADF;
		return -1;
	}
	sleep_for(ns);
	return 0;
}

int poll(struct pollfd *files, nfds_t count, int ms)
{
	if (!gx_posix_is_guest())
		return GX_REAL(poll)(files, count, ms);
	return wait_for_nothing(count, ms < 0 ? GX_FOREVER : (uint64_t)ms * 1000000);
}

int ppoll(struct pollfd *files, nfds_t count, const struct timespec *most, const sigset_t *mask)
{
	if (!gx_posix_is_guest())
		return GX_REAL(ppoll)(files, count, most, mask);
	return wait_for_nothing(count, most ? to_ns(most) : GX_FOREVER);
}

int select(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except, struct timeval *restrict most)
{
	if (!gx_posix_is_guest())
		return GX_REAL(select)(count, in, out, except, most);
	return wait_for_nothing(count,
				most ? (uint64_t)most->tv_sec * SECOND + (uint64_t)most->tv_usec * 1000 : GX_FOREVER);
}

int pselect(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except,
	    const struct timespec *restrict most, const sigset_t *restrict mask)
{
	if (!gx_posix_is_guest())
		return GX_REAL(pselect)(count, in, out, except, most, mask);
	return wait_for_nothing(count, most ? to_ns(most) : GX_FOREVER);
}
