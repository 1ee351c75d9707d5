/*
 * thread.c - pthread_create, join, detach, exit, self; pthread_once; sched_yield.
 *
 * A pthread_t is the task's path, which follows from who made it, so it is the same in every interleaving and is never
 * used twice. The record of a thread that has ended stays until it is joined or detached.
 */
#include <errno.h>
#include <sched.h>

#include "posix/internal.h"
#include "posix/loading.h"

/* The C++ ABI's (Itanium), which has no header in C. */
struct cxa_eh_globals;
int __cxa_guard_acquire(int64_t *guard);
void __cxa_guard_release(int64_t *guard);
void __cxa_guard_abort(int64_t *guard);
struct cxa_eh_globals *__cxa_get_globals(void);
struct cxa_eh_globals *__cxa_get_globals_fast(void);

void (*gx_posix_thread_end_hook)(void);

#define THREAD_TAG (1ull << 32) /* so that no pthread_t is 0, and small integers are none */

static pthread_t handle_of(const struct gx_task *task)
{
	return (pthread_t)(THREAD_TAG | task->path);
}

static struct gx_task *task_of(pthread_t thread)
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

static void __attribute__((noreturn)) end_thread(void *result)
{
	struct gx_task *self;

	if (gx_posix_thread_end_hook)
		gx_posix_thread_end_hook();
	self = gx_task_self(); /* not before: the hook reaches points */
	if (self->user[GX_USER_POSIX_1])
		gx_posix_misuse(GX_POSIX_EXITED_HOLDING, 0, NULL, 0);
	self->user[GX_USER_POSIX_0] = (uint64_t)(uintptr_t)result;
	self->user[GX_USER_POSIX_1] = 0;
	gx_task_exit();
}

/* The start routine waits in user[GX_USER_POSIX_0] for the first step. */
static void thread_main(void *argument)
{
	struct gx_task *self = gx_task_self();
	void *(*routine)(void *) = (void *(*)(void *))(uintptr_t)self->user[GX_USER_POSIX_0];

	self->user[GX_USER_POSIX_0] = 0;
	end_thread(routine(argument));
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument)
{
	struct gx_task *task;
	int detached = PTHREAD_CREATE_JOINABLE;

	if (gx_posix_is_loading) {
		gx_posix_loading_refuse("a thread");
		return EAGAIN;
	}
	if (!gx_posix_in_task())
		return GX_REAL(pthread_create)(thread, attributes, routine, argument);
	if (attributes)
		pthread_attr_getdetachstate(attributes, &detached);
	gx_posix_step(GX_L_THREAD_CREATE, GX_WRITE, NULL);
	task = gx_task_spawn(GX_ROLE_THREAD, gx_task_self()->path, thread_main, argument);
	if (!task)
		return EAGAIN;
	task->user[GX_USER_POSIX_0] = (uint64_t)(uintptr_t)routine;
	gx_task_background(task);
	if (detached == PTHREAD_CREATE_DETACHED)
		gx_task_autoreap(task);
	*thread = handle_of(task);
	return 0;
}

static bool has_ended(const struct gx_task *joiner)
{
	const struct gx_task *task = task_of((pthread_t)(THREAD_TAG | joiner->op.detail));

	return !task || task->state == GX_TASK_ENDED;
}

uint32_t gx_thread_joined(const struct gx_task *joiner)
{
	const struct gx_task *task = task_of((pthread_t)(THREAD_TAG | joiner->op.detail));

	return task ? task->slot : 0;
}

/* Out of line, as collect(): whose turn it was in a search for a record must not stay in a register of a task that goes on to wait. */
static int __attribute__((noinline)) cannot_join(pthread_t thread)
{
	struct gx_task *task = task_of(thread);

	gx_touch(gx_object(GX_OBJECT_TASK, (uint32_t)thread), GX_READ);
	if (task == gx_task_self())
		return EDEADLK;
	if (task && !is_detached(task))
		return 0;
	gx_posix_misuse(GX_POSIX_JOIN_DETACHED, 0, NULL, 0);
	return task ? EINVAL : ESRCH;
}

/* The thread has ended, unless somebody else joined or detached it meanwhile. */
static int __attribute__((noinline)) collect(pthread_t thread, void **result)
{
	struct gx_task *task;
	int rc = cannot_join(thread);

	if (rc)
		return rc;
	task = task_of(thread);
	if (result)
		*result = (void *)(uintptr_t)task->user[GX_USER_POSIX_0];
	gx_task_reap(task);
	return 0;
}

/*
 * Threads are named by their path here, not by their record, whose address would tell orders of arrival apart (core/task.c, park()). Out of
 * line: the frame that waits is built where gx_posix_in_task() has cleared, and may have gaps.
 */
static int __attribute__((noinline)) join(pthread_t thread, void **result)
{
	int rc = cannot_join(thread);

	if (rc)
		return rc;
	gx_point(&(struct gx_op){
		.label = GX_L_THREAD_JOIN,
		.access = GX_READ,
		.detail = (uint32_t)thread,
		.ready = has_ended,
		.deadline = GX_FOREVER,
	});
	return collect(thread, result);
}

int pthread_join(pthread_t thread, void **result)
{
	return gx_posix_in_task() ? join(thread, result) : GX_REAL(pthread_join)(thread, result);
}

int pthread_detach(pthread_t thread)
{
	struct gx_task *task;

	if (!gx_task_self())
		return GX_REAL(pthread_detach)(thread);
	gx_posix_step(GX_L_THREAD_DETACH, GX_WRITE, NULL);
	task = task_of(thread);
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

void pthread_exit(void *result)
{
	const struct gx_task *self = gx_task_self();

	if (self && self->role == GX_ROLE_THREAD)
		end_thread(result);
	if (self) /* it was made by another layer, and is not the program's to end */
		gx_task_fatal(GX_L_TASK_CRASH, 0);
	GX_REAL(pthread_exit)(result);
	__builtin_unreachable();
}

/* ---- once: the words are glibc's, 0 not yet, 1 under way, 2 done ---- */

enum { ONCE_UNDER_WAY = 1, ONCE_DONE = 2 };

static bool GX_NO_ASAN not_under_way(const struct gx_task *task)
{
	const pthread_once_t *once = task->op.subject;

	return (gx_posix_is_on_a_stack(once) && gx_posix_is_left(once)) || *once != ONCE_UNDER_WAY;
}

static void GX_NO_ASAN examine(const pthread_once_t *once)
{
	gx_posix_check_memory(GX_POSIX_ONCE, once, *once == ONCE_DONE);
	gx_posix_touch(once, GX_READ);
	if (*once != PTHREAD_ONCE_INIT && *once != ONCE_UNDER_WAY && *once != ONCE_DONE)
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_ONCE, once, 0);
}

/*
 * std::call_once() says what is to be called in two words of its thread's, and that is the same for all tasks: from a caller's words to
 * its turn others may have written theirs.
 */
static struct {
	void **word[2];
	void (*proxy)(void);
} of_call_once;

void gx_posix_find_call_once(void)
{
	of_call_once.word[0] = dlsym(RTLD_DEFAULT, "_ZSt15__once_callable");
	of_call_once.word[1] = dlsym(RTLD_DEFAULT, "_ZSt11__once_call");
	*(void **)&of_call_once.proxy = dlsym(RTLD_DEFAULT, "__once_proxy");
}

static void block_once(pthread_once_t *once, void (*routine)(void))
{
	void *words[2];
	bool is_call_once = of_call_once.proxy && routine == of_call_once.proxy && of_call_once.word[0];

	for (unsigned i = 0; i < 2 && is_call_once; i++)
		words[i] = *of_call_once.word[i];
	gx_posix_block(GX_L_ONCE, once, not_under_way, GX_FOREVER);
	for (unsigned i = 0; i < 2 && is_call_once; i++)
		*of_call_once.word[i] = words[i];
}

int pthread_once(pthread_once_t *once, void (*routine)(void))
{
	if (!gx_posix_in_task())
		return GX_REAL(pthread_once)(once, routine);
	gx_posix_check_place(GX_POSIX_ONCE, once);
	examine(once);
	block_once(once, routine);
	examine(once);
	if (*once == ONCE_DONE)
		return 0;
	gx_posix_touch(once, GX_WRITE);
	*once = ONCE_UNDER_WAY;
	routine();
	examine(once);
	gx_posix_touch(once, GX_WRITE); /* in a later step, if the routine has points */
	*once = ONCE_DONE;
	return 0;
}

/* ---- C++: a static variable of a function, whose constructor runs once; its first byte says that it has ---- */

enum { GUARD_DONE, GUARD_UNDER_WAY };

static bool guard_is_free(const struct gx_task *task)
{
	const char *guard = task->op.subject;

	return guard[GUARD_DONE] || !guard[GUARD_UNDER_WAY];
}

int __cxa_guard_acquire(int64_t *guard)
{
	volatile char *bytes = (volatile char *)guard;

	if (gx_posix_in_task()) {
		gx_posix_check_place(GX_POSIX_ONCE, guard);
		gx_posix_block(GX_L_ONCE, guard, guard_is_free, GX_FOREVER);
	}
	if (bytes[GUARD_DONE])
		return 0;
	bytes[GUARD_UNDER_WAY] = 1;
	return 1;
}

void __cxa_guard_release(int64_t *guard)
{
	volatile char *bytes = (volatile char *)guard;

	if (gx_task_self())
		gx_posix_touch(guard, GX_WRITE);
	bytes[GUARD_UNDER_WAY] = 0;
	bytes[GUARD_DONE] = 1;
}

/* The constructor threw: whoever comes next tries again. */
void __cxa_guard_abort(int64_t *guard)
{
	if (gx_task_self())
		gx_posix_touch(guard, GX_WRITE);
	((volatile char *)guard)[GUARD_UNDER_WAY] = 0;
}

/* Which exceptions a thread has caught, and how many are on their way: libstdc++ keeps that per thread, and asks here for it. */
struct cxa_eh_globals {
	void *caught;
	unsigned uncaught;
};
_Static_assert(sizeof(struct cxa_eh_globals) <= GX_TASK_LOCAL_BYTES, "they have room in a task");

struct cxa_eh_globals *__cxa_get_globals(void)
{
	return gx_task_self() ? gx_task_local() : GX_REAL(__cxa_get_globals)();
}

struct cxa_eh_globals *__cxa_get_globals_fast(void)
{
	return gx_task_self() ? gx_task_local() : GX_REAL(__cxa_get_globals_fast)();
}

int sched_yield(void)
{
	if (!gx_task_self())
		return GX_REAL(sched_yield)();
	gx_posix_step(GX_L_YIELD, GX_READ, NULL);
	return 0;
}
