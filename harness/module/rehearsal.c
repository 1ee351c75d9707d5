/*
 * rehearsal.c - a plugin is loaded in a child first: its constructors, its gx_gate_plugin() and its destructors are anybody's code.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/kernel.h"
#include "hosts/seal.h"
#include "module/internal.h"

enum { LOAD_SECONDS_MAX = 5 };

/* What the child says at the end. A constructor that ends the process says nothing, whatever its status. */
struct verdict {
	enum gx_status rc;
	struct gx_error err;
};

_Static_assert(sizeof(struct verdict) <= PIPE_BUF, "a verdict is written whole");

/*
 * In the child nothing that belongs to the harness may be touched: no input taken, no output made (a constructor that ends the process
 * would also print what stands in the harness's buffers), no core dumped; and it does not outlive the harness.
 */
static void isolate_child(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGVTALRM};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	for (int fd = 0; fd <= 2 && null >= 0; fd++)
		dup2(null, fd);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static struct {
	const char *path;
	int out;
} child;

/* Whatever it calls for: a constructor that forks must not do it once. */
static void refuse_call(int number)
{
	struct verdict verdict;

	verdict.rc = gx_module_refuse(
		&verdict.err,
		"%s: the gate makes the system call %s while it is loaded (in a constructor, in gx_gate_plugin() or in a destructor)",
		child.path, gx_syscall_name((unsigned)number));
	/* libc's functions are the model's while a plugin is loaded. */
	(void)gx_kernel(SYS_write, child.out, (long)&verdict, sizeof(verdict));
	for (;;)
		(void)gx_kernel(SYS_exit_group, 0, 0, 0);
}

static void __attribute__((noreturn)) try_in_child(const char *path, int out)
{
	struct gx_plugin plugin = {0};
	struct verdict verdict = {.rc = GX_OK};

	isolate_child();
	child.path = path;
	child.out = out;
	gx_module_load_names(path); /* they could not be made behind the seal */
	if (gx_seal_is_available())
		verdict.rc = gx_seal_loading(out, refuse_call, &verdict.err);
	if (verdict.rc == GX_OK)
		verdict.rc = gx_module_open(&plugin, path, &verdict.err);
	gx_module_close(&plugin); /* its destructors are tried too */
	_exit(write(out, &verdict, sizeof(verdict)) == (ssize_t)sizeof(verdict) ? 0 : 1);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * Wait for the end of the child, and end what it leaves running; false if its time was up. The pipe would not tell: a plugin can close
 * it, and a process that a plugin makes can hold it open.
 */
static bool await_child(pid_t process, int *status)
{
	const struct timespec tick = {.tv_nsec = 200000};
	uint64_t deadline = now_ms() + LOAD_SECONDS_MAX * 1000;
	bool in_time = true;
	siginfo_t info = {0};

	while (!waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) && !info.si_pid && in_time) {
		nanosleep(&tick, NULL);
		in_time = now_ms() < deadline;
	}
	kill(process, SIGKILL);
	kill(-process, SIGKILL); /* its group: not yet reaped, it still has the number */
	while (waitpid(process, status, 0) < 0 && errno == EINTR)
		;
	return in_time;
}

enum gx_status gx_module_rehearse(const char *path, struct gx_error *err)
{
	struct verdict verdict = {.rc = GX_OK};
	int pipes[2];
	int status = 0;
	bool in_time;
	ssize_t got;
	pid_t process;

	(void)gx_seal_is_available(); /* which is found out once, in a child */
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		return gx_fail(err, GX_ESYSTEM, "pipe: %s", strerror(errno));
	fflush(NULL); /* or a child that calls exit() would write it, too */
	process = fork();
	if (!process)
		try_in_child(path, pipes[1]);
	close(pipes[1]);
	if (process < 0) {
		close(pipes[0]);
		return gx_fail(err, GX_ESYSTEM, "fork: %s", strerror(errno));
	}
	in_time = await_child(process, &status);
	got = read(pipes[0], &verdict, sizeof(verdict));
	close(pipes[0]);
	if (!in_time)
		return gx_module_refuse(
			err,
			"%s: the gate hangs while it is loaded (%d s in a constructor, in gx_gate_plugin() or in a destructor)",
			path, LOAD_SECONDS_MAX);
	if (WIFSIGNALED(status))
		return gx_module_refuse(
			err,
			"%s: the gate crashes while it is loaded (%s in a constructor, in gx_gate_plugin() or in a destructor)",
			path, strsignal(WTERMSIG(status)));
	if (got != (ssize_t)sizeof(verdict))
		return gx_module_refuse(err, "%s: the gate ends the process while it is loaded", path);
	if (verdict.rc != GX_OK && err)
		*err = verdict.err;
	return verdict.rc;
}
