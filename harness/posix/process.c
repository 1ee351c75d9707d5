/*
 * process.c - ways to end a process: in a controlled task they end the execution, as a crash does.
 */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "posix/internal.h"

void abort(void)
{
	if (gx_task_self())
		gx_task_fatal(GX_L_TASK_CRASH, SIGABRT);
	GX_REAL(abort)();
	__builtin_unreachable();
}

void exit(int status)
{
	if (gx_task_self())
		gx_task_fatal(GX_L_TASK_CRASH, 0);
	GX_REAL(exit)(status);
	__builtin_unreachable();
}

void _exit(int status)
{
	if (gx_task_self())
		gx_task_fatal(GX_L_TASK_CRASH, 0);
	GX_REAL(_exit)(status);
	__builtin_unreachable();
}

/* libc's would print and then call its own abort(): the same line again for each of a million executions. */
void __assert_fail(const char *what, const char *file, unsigned line, const char *function)
{
	if (gx_task_self())
		gx_task_fatal(GX_L_TASK_CRASH, SIGABRT);
	GX_REAL(__assert_fail)(what, file, line, function);
	__builtin_unreachable();
}
