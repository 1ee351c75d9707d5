/*
 * barrier.c - pthread_barrier_*: nobody goes on before all have come.
 *
 *     barrier.arrive   it has come; the last to do so lets all go on
 *     barrier.wait     of the others: until then
 *
 * One of them is told that it is the one (PTHREAD_BARRIER_SERIAL_THREAD), and POSIX does not say which: a choice of the scheduler. Who waits
 * is seen from the tasks, as with condition variables; who has been let go does not look back: the barrier may be gone by then.
 */
#include <errno.h>
#include <string.h>

#include "posix/internal.h"

struct barrier {
	uint64_t mark;
	uint32_t count; /* so many have to come */
	uint32_t come;
};
_Static_assert(sizeof(struct barrier) <= sizeof(pthread_barrier_t), "it has room in libc's");

static struct barrier *words_of(pthread_barrier_t *barrier)
{
	return (struct barrier *)(void *)barrier;
}

static int GX_NO_ASAN examine(pthread_barrier_t *barrier)
{
	const struct barrier *words = words_of(barrier);
	uint64_t mark = words->mark;

	gx_posix_check_memory(GX_POSIX_BARRIER, barrier, gx_posix_is_made(mark));
	gx_posix_touch(barrier, GX_READ);
	if (mark == GX_POSIX_DESTROYED)
		return gx_posix_misuse_answered(GX_POSIX_USE_DESTROYED, GX_POSIX_BARRIER, barrier, EINVAL);
	if (!gx_posix_is_made(mark) || !words->count || words->come >= words->count)
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_BARRIER, barrier, 0);
	return 0;
}

static int examine_first(pthread_barrier_t *barrier)
{
	gx_posix_check_place(GX_POSIX_BARRIER, barrier);
	return examine(barrier);
}

/* Which of them is the one, if this one is the last to come. */
static unsigned GX_NO_ASAN one_of_all(const struct gx_task *task)
{
	const struct barrier *words = task->op.subject;

	return gx_posix_is_made(words->mark) && words->come + 1 == words->count ? words->count : 1;
}

/* Alternative 0: the last to come is the one; n: the nth of those that wait. */
static void __attribute__((noinline)) let_go(const void *barrier, unsigned chosen)
{
	struct gx_task *waiter = gx_waiter_after(GX_L_BARRIER_WAIT, barrier, 0);

	for (unsigned nth = 1; waiter; nth++) {
		gx_wake(waiter);
		waiter->user[GX_USER_POSIX_1] |= nth == chosen ? GX_CHOSEN : 0;
		waiter = gx_waiter_after(GX_L_BARRIER_WAIT, barrier, waiter->slot);
	}
	gx_scrub_stack();
}

static int wait_for_others(pthread_barrier_t *barrier)
{
	bool chosen;

	gx_posix_block(GX_L_BARRIER_WAIT, barrier, gx_is_woken, GX_FOREVER);
	chosen = gx_task_self()->user[GX_USER_POSIX_1] & GX_CHOSEN;
	gx_task_self()->user[GX_USER_POSIX_1] &= ~(GX_WOKEN | GX_CHOSEN);
	gx_order_acquire(gx_world_canonical(barrier));
	return chosen ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

static int arrive(pthread_barrier_t *barrier)
{
	struct barrier *words = words_of(barrier);
	unsigned chosen = gx_task_self()->alternative;

	gx_posix_touch(barrier, GX_WRITE);
	gx_order_release(gx_world_canonical(barrier));
	if (++words->come < words->count)
		return wait_for_others(barrier);
	words->come = 0;
	let_go(barrier, chosen);
	gx_order_acquire(gx_world_canonical(barrier));
	return chosen ? 0 : PTHREAD_BARRIER_SERIAL_THREAD;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	int rc;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_barrier_wait)(barrier);
	rc = examine_first(barrier);
	if (rc)
		return rc;
	gx_point(&(struct gx_op){
		.label = GX_L_BARRIER_ARRIVE,
		.access = GX_WRITE,
		.object = gx_world_canonical(barrier),
		.alternatives = one_of_all,
		.subject = barrier,
		.deadline = GX_FOREVER,
	});
	rc = examine(barrier);
	return rc ? rc : arrive(barrier);
}

/* A gate's constructor may make one, in our words as well; nobody waits there. */
int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes, unsigned count)
{
	const struct gx_task *waiter;

	if (!gx_posix_is_guest())
		return GX_REAL(pthread_barrier_init)(barrier, attributes, count);
	if (gx_task_self()) {
		gx_posix_check_place(GX_POSIX_BARRIER, barrier);
		gx_posix_check_memory(GX_POSIX_BARRIER, barrier, false);
		waiter = gx_waiter_after(GX_L_BARRIER_WAIT, barrier, 0);
		if (waiter)
			gx_posix_fatal(GX_POSIX_INIT_IN_USE, GX_POSIX_BARRIER | GX_POSIX_WAITS, barrier, waiter->slot);
		if (!count)
			return gx_posix_misuse_answered(GX_POSIX_COUNT_OF_NONE, GX_POSIX_BARRIER, barrier, EINVAL);
		gx_posix_touch(barrier, GX_WRITE);
	}
	if (!count)
		return EINVAL;
	memset(barrier, 0, sizeof(*barrier));
	words_of(barrier)->count = count;
	words_of(barrier)->mark = GX_POSIX_MADE_BY_CALLER;
	return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	const struct gx_task *waiter;
	int rc;

	if (!gx_task_self())
		return gx_posix_is_guest() ? 0 : GX_REAL(pthread_barrier_destroy)(barrier);
	rc = examine_first(barrier);
	if (rc)
		return rc;
	waiter = gx_waiter_after(GX_L_BARRIER_WAIT, barrier, 0);
	if (waiter) {
		gx_posix_misuse(GX_POSIX_DESTROY_WAITERS, GX_POSIX_BARRIER | GX_POSIX_WAITS, barrier, waiter->slot);
		return EBUSY;
	}
	gx_posix_touch(barrier, GX_WRITE);
	gx_emit(GX_L_POSIX_DESTROY, gx_world_canonical(barrier), GX_POSIX_BARRIER);
	memset(barrier, 0, sizeof(*barrier));
	words_of(barrier)->mark = GX_POSIX_DESTROYED;
	return 0;
}
