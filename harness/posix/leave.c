/*
 * leave.c - pthread_exit(), and what a thread has left to do when it ends by that.
 *
 *     C, pthread_cleanup_push()                  a jump buffer in the frame: the last of them is known here, each knows the one before
 *     C with -fexceptions, C++'s destructors     found by the unwinder of libgcc, frame by frame
 *
 * Both in one walk up the stack, as glibc does it: whatever lies deeper is done first.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unwind.h>

#include "posix/internal.h"

/* glibc's, behind the macros of pthread.h; as to the buffer, __pad[0] is the one before. */
void __pthread_register_cancel(__pthread_unwind_buf_t *buffer);
void __pthread_unregister_cancel(__pthread_unwind_buf_t *buffer);
void __pthread_unwind_next(__pthread_unwind_buf_t *buffer) __attribute__((noreturn));

/* Its buffer is the first part of a whole one: without the signals. */
void jump(void *buffer, int value) __asm__("siglongjmp") __attribute__((noreturn));

void __pthread_register_cancel(__pthread_unwind_buf_t *buffer)
{
	if (!gx_task_self()) {
		GX_REAL(__pthread_register_cancel)(buffer);
		return;
	}
	buffer->__pad[0] = gx_thread_own()->cleanup;
	gx_thread_own()->cleanup = buffer;
}

void __pthread_unregister_cancel(__pthread_unwind_buf_t *buffer)
{
	if (gx_task_self())
		gx_thread_own()->cleanup = buffer->__pad[0];
	else
		GX_REAL(__pthread_unregister_cancel)(buffer);
}

/* Back into the frame of a handler, which goes on with __pthread_unwind_next(). */
static void __attribute__((noreturn)) run_handler(__pthread_unwind_buf_t *buffer)
{
	jump(buffer->__cancel_jmp_buf, 1);
}

static _Unwind_Reason_Code at_frame(int version GX_UNUSED, _Unwind_Action actions,
				    _Unwind_Exception_Class class GX_UNUSED,
				    struct _Unwind_Exception *exception GX_UNUSED, struct _Unwind_Context *context,
				    void *find GX_UNUSED)
{
	__pthread_unwind_buf_t *handler = gx_thread_own()->cleanup;
	bool is_last = actions & _UA_END_OF_STACK || gx_thread_is_main((const void *)_Unwind_GetIP(context));

	if (handler && (is_last || (uintptr_t)handler < _Unwind_GetCFA(context)))
		run_handler(handler);
	if (is_last)
		gx_thread_end(gx_thread_own()->result);
	return _URC_NO_REASON;
}

/* The unwinder does something once, on its first use: before all executions. */
static _Unwind_Reason_Code one_frame(struct _Unwind_Context *context GX_UNUSED, void *unused GX_UNUSED)
{
	return _URC_END_OF_STACK;
}

static void __attribute__((constructor)) warm_up(void)
{
	(void)_Unwind_Backtrace(one_frame, NULL);
}

/* glibc's, behind pthread_cleanup_push_defer_np(): the thread cannot be cancelled at any time in between. There `__pad[1]` is the type before. */
void __pthread_register_cancel_defer(__pthread_unwind_buf_t *buffer);
void __pthread_unregister_cancel_restore(__pthread_unwind_buf_t *buffer);

void __pthread_register_cancel_defer(__pthread_unwind_buf_t *buffer)
{
	int type;

	if (!gx_task_self()) {
		GX_REAL(__pthread_register_cancel_defer)(buffer);
		return;
	}
	__pthread_register_cancel(buffer);
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	buffer->__pad[1] = (void *)(uintptr_t)type;
}

void __pthread_unregister_cancel_restore(__pthread_unwind_buf_t *buffer)
{
	if (!gx_task_self()) {
		GX_REAL(__pthread_unregister_cancel_restore)(buffer);
		return;
	}
	__pthread_unregister_cancel(buffer);
	pthread_setcanceltype((int)(uintptr_t)buffer->__pad[1], NULL);
}

/* Caught, and not thrown on: glibc's end of that, too. */
static void is_caught(_Unwind_Reason_Code reason GX_UNUSED, struct _Unwind_Exception *exception GX_UNUSED)
{
	abort();
}

static void __attribute__((noreturn)) unwind(void)
{
	struct _Unwind_Exception *exception = gx_arena_alloc(sizeof(*exception), 16); /* frames are no place for it */

	exception->exception_cleanup = is_caught;
	(void)_Unwind_ForcedUnwind(exception, at_frame, NULL);
	/* A frame of which the unwinder knows nothing. */
	if (gx_thread_own()->cleanup)
		run_handler(gx_thread_own()->cleanup);
	gx_thread_end(gx_thread_own()->result);
}

void __pthread_unwind_next(__pthread_unwind_buf_t *buffer)
{
	if (!gx_task_self())
		GX_REAL(__pthread_unwind_next)(buffer);
	gx_thread_own()->cleanup = buffer->__pad[0];
	unwind();
}

void gx_leave(void *result)
{
	if (gx_task_self()->role != GX_ROLE_THREAD) /* it was made by another layer, and is not the program's to end */
		gx_task_fatal(GX_L_TASK_CRASH, GX_ENDS_ITS_THREAD);
	gx_scrub_stack();
	gx_thread_own()->result = result;
	gx_task_self()->user[GX_USER_POSIX_1] |= GX_CANCEL_OFF;
	unwind();
}

void pthread_exit(void *result)
{
	if (!gx_posix_in_task())
		GX_REAL(pthread_exit)(result);
	gx_leave(result);
}
