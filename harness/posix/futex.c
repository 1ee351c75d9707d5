/*
 * futex.c - syscall(): futexes, as C++'s atomics, latches and semaphores wait with them; what else a call means that libc has a function for.
 * Any other is a call of the system, and ends the execution (access to the outside is uncontrolled).
 *
 *     futex.enter   the word is as expected: begins to wait, in one step (futex(2)); else EAGAIN
 *     futex.wait    until woken, timed out, or woken for no reason
 *
 * Who is woken is a choice: the kernel's order is none that futex(2) promises. No order of memory comes of it: the word is an atomic, and its
 * accesses make that.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "posix/internal.h"

static void examine(const int *word)
{
	gx_posix_check_place(GX_POSIX_FUTEX, word);
	gx_posix_check_memory(GX_POSIX_FUTEX, word, false);
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static int wait_until(int *word, int expected, uint64_t deadline)
{
	enum gx_granted granted;

	examine(word);
	gx_posix_step(GX_L_FUTEX_ENTER, GX_READ, word);
	examine(word);
	if (*word != expected) {
		gx_order_look();
		return fail(EAGAIN);
	}
	granted = gx_point(&(struct gx_op){
		.label = GX_L_FUTEX_WAIT,
		.access = GX_READ | GX_WRITE,
		.spurious = 1,
		.object = gx_world_canonical(word),
		.ready = gx_is_woken,
		.subject = word,
		.deadline = deadline,
	});
	gx_task_self()->user[GX_USER_POSIX_1] &= ~GX_WOKEN;
	return granted == GX_GRANTED_TIMEOUT ? fail(ETIMEDOUT) : 0;
}

/* How many ways there are to take so many of them, up to more than are looked at. */
enum { WAYS_MAX = 200 };
static unsigned ways(unsigned count, unsigned taken)
{
	uint64_t ways = 1;

	if (taken > count)
		return 0;
	for (unsigned i = 0; i < taken && ways <= WAYS_MAX; i++)
		ways = ways * (count - i) / (i + 1);
	return ways > WAYS_MAX ? WAYS_MAX + 1 : (unsigned)ways;
}

/* Who is woken, if not all are: any so many of them; of very many, any run of them by slot. */
static unsigned whom(const struct gx_task *task)
{
	unsigned count = gx_waiters_count(GX_L_FUTEX_WAIT, task->op.subject);
	unsigned chosen = ways(count, task->op.detail);

	return !chosen ? 1 : chosen > WAYS_MAX ? count : chosen;
}

/* From the one that was chosen on, round and round by slot. */
static void wake_run(const int *word, unsigned woken)
{
	struct gx_task *waiter = gx_waiter_nth(GX_L_FUTEX_WAIT, word, gx_task_self()->alternative);

	for (unsigned i = 0; i < woken; i++) {
		uint32_t slot = waiter->slot;

		gx_wake(waiter);
		waiter = gx_waiter_after(GX_L_FUTEX_WAIT, word, slot);
		if (!waiter)
			waiter = gx_waiter_after(GX_L_FUTEX_WAIT, word, 0);
	}
}

/* The nth of all ways to take `woken` of `count`, in the order of slots (Knuth, The Art of Computer Programming, volume 4A, 7.2.1.3). */
static void wake_set(const int *word, unsigned count, unsigned woken)
{
	struct gx_task *waiter = gx_waiter_after(GX_L_FUTEX_WAIT, word, 0);
	unsigned nth = gx_task_self()->alternative;

	for (; woken; count--) {
		unsigned with_it = ways(count - 1, woken - 1);
		uint32_t slot = waiter->slot;

		if (nth < with_it) {
			gx_wake(waiter);
			woken--;
		} else {
			nth -= with_it;
		}
		waiter = gx_waiter_after(GX_L_FUTEX_WAIT, word, slot);
	}
}

static int __attribute__((noinline)) wake_some(const int *word, unsigned most)
{
	unsigned count = gx_waiters_count(GX_L_FUTEX_WAIT, word);
	unsigned woken = count < most ? count : most;

	if (ways(count, woken) > WAYS_MAX)
		wake_run(word, woken);
	else
		wake_set(word, count, woken);
	gx_scrub_stack();
	return (int)woken;
}

static int wake(int *word, unsigned most)
{
	examine(word);
	gx_point(&(struct gx_op){
		.label = GX_L_FUTEX_WAKE,
		.access = GX_WRITE,
		.detail = most,
		.object = gx_world_canonical(word),
		.alternatives = whom,
		.subject = word,
		.deadline = GX_FOREVER,
	});
	return wake_some(word, most);
}

/* Of FUTEX_WAIT from now on, of FUTEX_WAIT_BITSET by a clock. False: it is no time. */
static bool deadline_of(int op, const struct timespec *when, uint64_t *deadline)
{
	struct timespec now = {0};

	*deadline = GX_FOREVER;
	if (!when)
		return true;
	if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET)
		return gx_posix_deadline(op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, when, deadline);
	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec += when->tv_sec + (now.tv_nsec + when->tv_nsec) / 1000000000;
	now.tv_nsec = (now.tv_nsec + when->tv_nsec) % 1000000000;
	return when->tv_nsec >= 0 && when->tv_nsec < 1000000000 && when->tv_sec >= 0 &&
	       gx_posix_deadline(CLOCK_MONOTONIC, &now, deadline);
}

static long futex(int *word, int op, int value, const struct timespec *when, unsigned bits)
{
	uint64_t deadline;

	if ((uintptr_t)word % sizeof(*word))
		return fail(EINVAL);
	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT_BITSET:
		if (bits != FUTEX_BITSET_MATCH_ANY)
			break;
		/* fall through */
	case FUTEX_WAIT:
		return deadline_of(op, when, &deadline) ? wait_until(word, value, deadline) : fail(EINVAL);
	case FUTEX_WAKE_BITSET:
		if (bits != FUTEX_BITSET_MATCH_ANY)
			break;
		/* fall through */
	case FUTEX_WAKE:
		return wake(word, value < 0 ? 0 : (unsigned)value);
	default:
		break;
	}
	gx_task_fatal(GX_L_TASK_SYSCALL, GX_SYSCALL_WITH(SYS_futex, (unsigned)(op & FUTEX_CMD_MASK)));
}

static long call(long number, const long *with)
{
	switch (number) {
	case SYS_futex:
		return futex((int *)with[0], (int)with[1], (int)with[2], (const struct timespec *)with[3],
			     (unsigned)with[5]);
	case SYS_sched_yield:
		return sched_yield();
	case SYS_getpid:
		return getpid();
	case SYS_gettid:
		return gettid();
	case SYS_getrandom:
		return getrandom((void *)with[0], (size_t)with[1], (unsigned)with[2]);
	case SYS_clock_gettime:
		return clock_gettime((clockid_t)with[0], (struct timespec *)with[1]);
	default:
		gx_task_fatal(GX_L_TASK_SYSCALL, (uint64_t)number);
	}
}

enum { ARGUMENTS = 6 };

long syscall(long number, ...)
{
	long with[ARGUMENTS];
	va_list rest;

	va_start(rest, number);
	for (unsigned i = 0; i < ARGUMENTS; i++)
		with[i] = va_arg(rest, long);
	va_end(rest);
	if (gx_posix_in_task())
		return call(number, with);
	if (gx_posix_is_loading) {
		gx_posix_loading_refuse("a system call");
		return fail(ENOSYS);
	}
	return GX_REAL(syscall)(number, with[0], with[1], with[2], with[3], with[4], with[5]);
}
