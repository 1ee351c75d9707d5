/*
 * thread.c - pthread_create, join, detach, exit, self, names; sched_yield.
 *
 * A pthread_t is the task's path, which follows from who made it, so it is the same in every interleaving and is never
 * used twice. The record of a thread that has ended stays until it is joined or detached.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unwind.h>

#include "posix/internal.h"
#include "posix/loading.h"

/* The C++ ABI's (Itanium), which has no header in C. */
struct cxa_eh_globals;
struct cxa_eh_globals *__cxa_get_globals(void);
struct cxa_eh_globals *__cxa_get_globals_fast(void);

void (*gx_posix_thread_end_hook)(void);

#define THREAD_TAG (1ull << 32) /* so that no pthread_t is 0, and small integers are none */

static pthread_t handle_of(const struct gx_task *task)
{
	return (pthread_t)(THREAD_TAG | task->path);
}

struct gx_task *gx_thread_of(pthread_t thread)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		if (handle_of(gx_task_first(rest)) == thread)
			return gx_task_first(rest);
	return NULL;
}

/* Detached is what core calls reaped by itself. Tasks that are no threads may be that from birth: nobody joins them. */
static bool is_detached(const struct gx_task *task)
{
	return gx_task_is_autoreap(task);
}

void gx_thread_end(void *result)
{
	struct gx_task *self;

	gx_task_self()->user[GX_USER_POSIX_1] |= GX_CANCEL_OFF;
	gx_keys_end();
	if (gx_posix_thread_end_hook)
		gx_posix_thread_end_hook();
	self = gx_task_self(); /* not before: the hook reaches points */
	gx_posix_check_held();
	if (gx_held_for_good())
		gx_posix_misuse(GX_POSIX_EXITED_HOLDING, 0, NULL, 0);
	self->user[GX_USER_POSIX_0] = (uint64_t)(uintptr_t)result;
	self->user[GX_USER_POSIX_1] = 0;
	self->user[GX_USER_POSIX_2] = 0;
	gx_order_release(gx_object(GX_OBJECT_TASK, self->path));
	gx_task_exit();
}

/* The start routine waits in user[GX_USER_POSIX_0] for the first step. */
static void thread_main(void *argument)
{
	struct gx_task *self = gx_task_self();
	void *(*routine)(void *) = (void *(*)(void *))(uintptr_t)self->user[GX_USER_POSIX_0];

	self->user[GX_USER_POSIX_0] = 0;
	gx_thread_end(routine(argument));
}

/* C11's start routines return an int, which is their result. */
void gx_thread_main_c11(void *argument)
{
	struct gx_task *self = gx_task_self();
	int (*routine)(void *) = (int (*)(void *))(uintptr_t)self->user[GX_USER_POSIX_0];

	self->user[GX_USER_POSIX_0] = 0;
	gx_thread_end((void *)(intptr_t)routine(argument));
}

bool gx_thread_is_main(const void *code)
{
	const void *function = _Unwind_FindEnclosingFunction((void *)(uintptr_t)code);

	return function == (void *)(uintptr_t)thread_main || function == (void *)(uintptr_t)gx_thread_main_c11;
}

int gx_thread_make(pthread_t *thread, const pthread_attr_t *attributes, void (*main)(void *), void *(*routine)(void *),
		   void *argument)
{
	struct gx_task *task;
	int detached = PTHREAD_CREATE_JOINABLE;

	if (attributes)
		pthread_attr_getdetachstate(attributes, &detached);
	gx_posix_step(GX_L_THREAD_CREATE, GX_WRITE, NULL);
	task = gx_task_spawn(GX_ROLE_THREAD, gx_task_self()->path, main, argument);
	if (!task)
		return EAGAIN;
	task->user[GX_USER_POSIX_0] = (uint64_t)(uintptr_t)routine;
	gx_task_background(task);
	if (detached == PTHREAD_CREATE_DETACHED)
		gx_task_autoreap(task);
	*thread = handle_of(task);
	return 0;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument)
{
	if (gx_posix_is_loading) {
		gx_posix_loading_refuse("a thread");
		return EAGAIN;
	}
	if (!gx_posix_in_task())
		return GX_REAL(pthread_create)(thread, attributes, routine, argument);
	return gx_thread_make(thread, attributes, thread_main, routine, argument);
}

static bool has_ended(const struct gx_task *joiner)
{
	const struct gx_task *task = gx_thread_of((pthread_t)(THREAD_TAG | joiner->op.detail));

	return !task || task->state == GX_TASK_ENDED;
}

static bool has_ended_or_cancelled(const struct gx_task *joiner)
{
	return gx_cancel_or(joiner, has_ended);
}

static unsigned ways_to_join(const struct gx_task *joiner)
{
	return gx_cancel_ways(joiner, has_ended);
}

uint32_t gx_thread_joined(const struct gx_task *joiner)
{
	const struct gx_task *task = gx_thread_of((pthread_t)(THREAD_TAG | joiner->op.detail));

	return task ? task->slot : 0;
}

/* Out of line, as collect(): whose turn it was in a search for a record must not stay in a register of a task that goes on to wait. */
static int __attribute__((noinline)) cannot_join(pthread_t thread)
{
	struct gx_task *task = gx_thread_of(thread);

	gx_touch(gx_object(GX_OBJECT_TASK, (uint32_t)thread), GX_READ);
	if (task == gx_task_self())
		return EDEADLK;
	if (task && !is_detached(task))
		return 0;
	return gx_posix_misuse_answered(GX_POSIX_JOIN_DETACHED, 0, NULL, task ? EINVAL : ESRCH);
}

/* The thread has ended, unless somebody else joined or detached it meanwhile. */
static int __attribute__((noinline)) collect(pthread_t thread, void **result)
{
	struct gx_task *task;
	int rc = cannot_join(thread);

	if (rc)
		return rc;
	task = gx_thread_of(thread);
	if (result)
		*result = (void *)(uintptr_t)task->user[GX_USER_POSIX_0];
	gx_order_acquire(gx_object(GX_OBJECT_TASK, task->path));
	gx_emit(GX_L_THREAD_JOINED, task->path, 0);
	gx_task_reap(task);
	return 0;
}

/*
 * Threads are named by their path here, not by their record, whose address would tell orders of arrival apart (core/task.c, park()). Out of
 * line: the frame that waits is built where gx_posix_in_task() has cleared, and may have gaps.
 */
static int __attribute__((noinline)) join(pthread_t thread, void **result, uint64_t deadline)
{
	enum gx_granted granted;
	int rc;

	gx_cancel_point();
	rc = cannot_join(thread);
	if (rc)
		return rc;
	granted = gx_point(&(struct gx_op){
		.label = GX_L_THREAD_JOIN,
		.access = GX_READ,
		.detail = (uint32_t)thread,
		.ready = has_ended_or_cancelled,
		.alternatives = ways_to_join,
		.deadline = deadline,
	});
	if (granted == GX_GRANTED_TIMEOUT)
		return ETIMEDOUT;
	if (gx_cancel_won(granted, has_ended(&(struct gx_task){.op.detail = (uint32_t)thread})))
		gx_cancel_act();
	return collect(thread, result);
}

int pthread_join(pthread_t thread, void **result)
{
	return gx_posix_in_task() ? join(thread, result, GX_FOREVER) : GX_REAL(pthread_join)(thread, result);
}

/* No time at all is for ever, as in glibc. */
int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline = GX_FOREVER;

	if (!gx_posix_in_task())
		return GX_REAL(pthread_clockjoin_np)(thread, result, clock, when);
	return when && !gx_posix_deadline(clock, when, &deadline) ? EINVAL : join(thread, result, deadline);
}

int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *when)
{
	if (!gx_task_self())
		return GX_REAL(pthread_timedjoin_np)(thread, result, when);
	return pthread_clockjoin_np(thread, result, CLOCK_REALTIME, when);
}

/* Out of line, as join(). */
static int __attribute__((noinline)) try_join(pthread_t thread, void **result)
{
	int rc;

	gx_posix_step(GX_L_THREAD_JOIN, GX_READ, NULL);
	rc = cannot_join(thread);
	if (rc)
		return rc;
	return gx_thread_of(thread)->state == GX_TASK_ENDED ? collect(thread, result) : EBUSY;
}

int pthread_tryjoin_np(pthread_t thread, void **result)
{
	return gx_posix_in_task() ? try_join(thread, result) : GX_REAL(pthread_tryjoin_np)(thread, result);
}

int pthread_detach(pthread_t thread)
{
	struct gx_task *task;

	if (!gx_task_self())
		return GX_REAL(pthread_detach)(thread);
	gx_posix_step(GX_L_THREAD_DETACH, GX_WRITE, NULL);
	task = gx_thread_of(thread);
	if (!task || is_detached(task)) {
		gx_posix_misuse(GX_POSIX_JOIN_DETACHED, 0, NULL, 0);
		return task ? EINVAL : ESRCH;
	}
	gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_WRITE);
	if (task->state == GX_TASK_ENDED)
		gx_task_reap(task);
	else
		gx_task_autoreap(task);
	return 0;
}

pthread_t pthread_self(void)
{
	return gx_task_self() ? handle_of(gx_task_self()) : GX_REAL(pthread_self)();
}

/* libc's is an inline comparison, ours compares the same numbers; defined so that no version of libc can look inside. */
int pthread_equal(pthread_t one, pthread_t other)
{
	return one == other;
}

/* ---- names of threads: as far as the kernel keeps them, and seen by nobody else ---- */

int pthread_setname_np(pthread_t thread, const char *name)
{
	const struct gx_task *task;

	if (!gx_task_self())
		return GX_REAL(pthread_setname_np)(thread, name);
	task = gx_thread_of(thread);
	if (!task)
		return ESRCH;
	if (strlen(name) >= GX_THREAD_NAME_BYTES)
		return ERANGE;
	gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_WRITE);
	strcpy(gx_thread_own_of(task)->name, name);
	return 0;
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
	const struct gx_task *task;
	const char *known;

	if (!gx_task_self())
		return GX_REAL(pthread_getname_np)(thread, name, size);
	task = gx_thread_of(thread);
	if (!task)
		return ESRCH;
	if (size < GX_THREAD_NAME_BYTES)
		return ERANGE;
	gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_READ);
	known = gx_thread_own_of(task)->name;
	strcpy(name, *known ? known : "gate"); /* a process's threads have its name at first */
	return 0;
}

/* Which exceptions a thread has caught, and how many are on their way: libstdc++ keeps that per thread, and asks here for it. */
struct cxa_eh_globals *__cxa_get_globals(void)
{
	return gx_task_self() ? (void *)&gx_thread_own()->caught : GX_REAL(__cxa_get_globals)();
}

struct cxa_eh_globals *__cxa_get_globals_fast(void)
{
	return gx_task_self() ? (void *)&gx_thread_own()->caught : GX_REAL(__cxa_get_globals_fast)();
}

int sched_yield(void)
{
	if (!gx_task_self())
		return GX_REAL(sched_yield)();
	gx_posix_step(GX_L_YIELD, GX_READ, NULL);
	return 0;
}
