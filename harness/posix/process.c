/*
 * process.c - ways to end a process: in a controlled task they end the execution, as a crash does. And what a process knows of itself.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "posix/internal.h"

/* The C++ ABI's, and atexit()'s, whose own code is in the program that calls it. */
int __cxa_atexit(void (*function)(void *), void *argument, void *object);
void __stack_chk_fail(void) __attribute__((noreturn)); /* the compiler's */

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

void _Exit(int status)
{
	_exit(status);
}

/* An execution does not end as a process does, and the harness must not end with code that finds its memory in some state of the world. */
int __cxa_atexit(void (*function)(void *), void *argument, void *object)
{
	return gx_posix_is_guest() ? 0 : GX_REAL(__cxa_atexit)(function, argument, object);
}

/* Of those that do nothing by themselves. */
static bool is_ignored(int signal)
{
	return signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT;
}

/* Nobody can have a handler: a signal that a task sends itself does what it does by itself, to the execution. */
int raise(int signal)
{
	if (!gx_task_self())
		return GX_REAL(raise)(signal);
	if (signal < 0 || signal > SIGRTMAX) {
		errno = EINVAL;
		return -1;
	}
	if (signal && !is_ignored(signal))
		gx_task_fatal(GX_L_TASK_CRASH, (uint64_t)signal);
	return 0;
}

/* libc's would print and then call its own abort(): the same line again for each of a million executions. */
void __assert_fail(const char *what, const char *file, unsigned line, const char *function)
{
	if (gx_task_self())
		gx_task_fatal(GX_L_TASK_CRASH, SIGABRT);
	GX_REAL(__assert_fail)(what, file, line, function);
	__builtin_unreachable();
}

/* A frame's guard was overwritten: libc's would print, too. */
void __stack_chk_fail(void)
{
	if (gx_task_self())
		gx_task_fatal(GX_L_TASK_CRASH, SIGABRT);
	GX_REAL(__stack_chk_fail)();
	__builtin_unreachable();
}

/* ---- who and where; the same in every process ---- */

enum { PROCESS = 1000, PARENT = 1, PROCESSORS = 4 };

pid_t getpid(void)
{
	return gx_posix_is_guest() ? PROCESS : GX_REAL(getpid)();
}

pid_t getppid(void)
{
	return gx_posix_is_guest() ? PARENT : GX_REAL(getppid)();
}

/* No two that live at a time have one, and whoever comes later may have one again: as the kernel's. */
pid_t gettid(void)
{
	if (!gx_posix_is_guest())
		return GX_REAL(gettid)();
	return PROCESS + (gx_task_self() ? (pid_t)gx_task_self()->slot : 0);
}

int get_nprocs(void)
{
	return gx_posix_is_guest() ? PROCESSORS : GX_REAL(get_nprocs)();
}

int get_nprocs_conf(void)
{
	return gx_posix_is_guest() ? PROCESSORS : GX_REAL(get_nprocs_conf)();
}

long sysconf(int name)
{
	if (gx_posix_is_guest() && (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF))
		return PROCESSORS;
	if (gx_posix_is_guest() && (name == _SC_PHYS_PAGES || name == _SC_AVPHYS_PAGES))
		return 1 << 20;
	return GX_REAL(sysconf)(name);
}

/* ---- another program in the place of this one: for an execution that is the end of the process ---- */

#define EXEC(name, parameters, arguments)       \
	int name parameters                     \
	{                                       \
		if (gx_posix_is_guest())        \
			_exit(0);               \
		return GX_REAL(name) arguments; \
	}

EXEC(execve, (const char *path, char *const argv[], char *const env[]), (path, argv, env))
EXEC(execv, (const char *path, char *const argv[]), (path, argv))
EXEC(execvp, (const char *file, char *const argv[]), (file, argv))
EXEC(execvpe, (const char *file, char *const argv[], char *const env[]), (file, argv, env))
EXEC(fexecve, (int file, char *const argv[], char *const env[]), (file, argv, env))

/* The harness calls none of these. */
#define EXEC_LIST(name)                                       \
	int name(const char *path, const char *argument, ...) \
	{                                                     \
		(void)path;                                   \
		(void)argument;                               \
		if (gx_posix_is_guest())                      \
			_exit(0);                             \
		errno = ENOSYS;                               \
		return -1;                                    \
	}

EXEC_LIST(execl)
EXEC_LIST(execlp)
EXEC_LIST(execle)
