/*
 * once.c - what is done once: pthread_once(), C++'s std::call_once() over it, and its static variables of functions.
 *
 * The first to come does it and the others wait. If it ends by an exception the next one tries: built with -fexceptions (Makefile), so that
 * the unwinder, which passes through here, tells.
 */
#include "core/host.h"
#include "posix/internal.h"
#include "posix/loading.h"

/* The C++ ABI's (Itanium), which has no header in C. */
int __cxa_guard_acquire(int64_t *guard);
void __cxa_guard_release(int64_t *guard);
void __cxa_guard_abort(int64_t *guard);

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

/* It threw, or the thread has left by pthread_exit(): whoever comes next tries again. */
static void give_up(pthread_once_t **under_way)
{
	if (!*under_way)
		return;
	gx_posix_touch(*under_way, GX_WRITE);
	**under_way = PTHREAD_ONCE_INIT;
}

static void __attribute__((noinline)) run_once(pthread_once_t *once, void (*routine)(void))
{
	pthread_once_t *under_way __attribute__((cleanup(give_up))) = once;

	routine();
	under_way = NULL;
}

int pthread_once(pthread_once_t *once, void (*routine)(void))
{
	if (!gx_posix_in_task())
		return GX_REAL(pthread_once)(once, routine);
	if (!gx_world_contains(once) && *once == ONCE_DONE)
		return 0; /* libgcc's, of a gate in C: done before the first execution (leave.c), and for good */
	gx_posix_check_place(GX_POSIX_ONCE, once);
	examine(once);
	block_once(once, routine);
	examine(once);
	gx_order_acquire(gx_world_canonical(once));
	if (*once == ONCE_DONE)
		return 0;
	gx_posix_touch(once, GX_WRITE);
	*once = ONCE_UNDER_WAY;
	run_once(once, routine);
	gx_order_split();
	examine(once);
	gx_posix_touch(once, GX_WRITE); /* in a later step, if the routine has points */
	*once = ONCE_DONE;
	gx_order_release(gx_world_canonical(once));
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
		gx_order_acquire(gx_world_canonical(guard));
	}
	if (bytes[GUARD_DONE])
		return 0;
	bytes[GUARD_UNDER_WAY] = 1;
	return 1;
}

void __cxa_guard_release(int64_t *guard)
{
	volatile char *bytes = (volatile char *)guard;

	if (gx_task_self()) {
		gx_order_split();
		gx_posix_touch(guard, GX_WRITE);
	}
	bytes[GUARD_UNDER_WAY] = 0;
	bytes[GUARD_DONE] = 1;
	if (gx_task_self())
		gx_order_release(gx_world_canonical(guard));
}

/* The constructor threw: whoever comes next tries again. */
void __cxa_guard_abort(int64_t *guard)
{
	if (gx_task_self()) {
		gx_order_split();
		gx_posix_touch(guard, GX_WRITE);
	}
	((volatile char *)guard)[GUARD_UNDER_WAY] = 0;
}
