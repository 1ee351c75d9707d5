#include "hosts/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/host.h"
#include "core/kernel.h"
#include "core/sanitizer.h"
#include "core/world.h"

/* What exit_group() has to be called with: of it the kernel keeps the lowest byte. */
enum { OUR_STATUS = 0x5a };
static uint32_t password;

#define ALLOW(call, count, ...) seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(call), count, ##__VA_ARGS__)

/* Memory above the world: neither that nor the program, which lies below it. */
static int allow_above_the_world(scmp_filter_ctx filter, int call)
{
	const uint64_t end = GX_WORLD_BASE + GX_WORLD_AREA_BYTES + (uint64_t)GX_SLOT_COUNT * GX_SLOT_BYTES;

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, SCMP_A0(SCMP_CMP_GE, end, 0));
}

/* The world as a whole, if a gate has written over it: gx_world_wipe(). */
static int allow_wiping(scmp_filter_ctx filter)
{
	return ALLOW(madvise, 3, SCMP_A0(SCMP_CMP_EQ, GX_WORLD_BASE, 0),
		     SCMP_A1(SCMP_CMP_EQ, GX_WORLD_AREA_BYTES + (uint64_t)GX_SLOT_COUNT * GX_SLOT_BYTES, 0),
		     SCMP_A2(SCMP_CMP_EQ, MADV_DONTNEED, 0));
}

static int allow_memory(scmp_filter_ctx filter)
{
	/* Slots of the world are opened when they are first used. */
	return ALLOW(mmap, 2, SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_FIXED | MAP_SHARED | MAP_ANONYMOUS, MAP_ANONYMOUS),
		     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) |
	       ALLOW(mprotect, 1, SCMP_A2(SCMP_CMP_EQ, PROT_READ | PROT_WRITE, 0)) | ALLOW(brk, 0) |
	       allow_above_the_world(filter, SCMP_SYS(munmap)) | allow_above_the_world(filter, SCMP_SYS(mremap)) |
	       allow_above_the_world(filter, SCMP_SYS(madvise)) | allow_wiping(filter);
}

/* A crash that nobody rescues is seen: it is raised again. */
static int allow_to_die(scmp_filter_ctx filter)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	int rc = ALLOW(exit_group, 1, SCMP_A0(SCMP_CMP_EQ, password, 0));

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		rc |= ALLOW(tgkill, 2, SCMP_A0(SCMP_CMP_EQ, (uint64_t)getpid(), 0),
			    SCMP_A2(SCMP_CMP_EQ, (uint64_t)signals[i], 0)) |
		      ALLOW(rt_sigaction, 1, SCMP_A0(SCMP_CMP_EQ, (uint64_t)signals[i], 0));
	return rc;
}

static int allow(scmp_filter_ctx filter)
{
	return allow_memory(filter) | allow_to_die(filter) | ALLOW(write, 1, SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0)) |
	       ALLOW(ioctl, 2, SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0), SCMP_A1(SCMP_CMP_EQ, TIOCGWINSZ, 0)) |
	       ALLOW(ioctl, 2, SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0), SCMP_A1(SCMP_CMP_EQ, TCGETS, 0)) |
	       ALLOW(rt_sigreturn, 0) | ALLOW(rt_sigprocmask, 1, SCMP_A0(SCMP_CMP_EQ, SIG_UNBLOCK, 0)) |
	       ALLOW(clock_gettime, 0) | ALLOW(gettimeofday, 0) | ALLOW(time, 0) | ALLOW(getpid, 0) | ALLOW(gettid, 0) |
	       ALLOW(restart_syscall, 0);
}

static void choose_password(void)
{
	struct timespec now;

	/* No secret from somebody who wants to know it: only nothing that a program would say by itself. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	password = ((uint32_t)(now.tv_nsec * 2654435761u) & 0x7fffff00u) | 0x40000000u | OUR_STATUS;
}

/* `rc`: whether all of it could be said. */
static enum gx_status put_on(scmp_filter_ctx filter, int rc, struct gx_error *err)
{
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc ? gx_fail(err, GX_ESYSTEM, "this process cannot be sealed: %s", strerror(-rc)) : GX_OK;
}

enum gx_status gx_seal(struct gx_error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int rc;

	choose_password();
	if (!filter)
		return gx_fail(err, GX_ENOMEM, "out of memory for a seal");
	rc = allow(filter);
	return put_on(filter, rc, err);
}

/* What a process does to others, and to files and networks. */
enum gx_status gx_seal_from_others(bool starts_some, struct gx_error *err)
{
	static const int starts[] = {SCMP_SYS(fork),   SCMP_SYS(vfork),  SCMP_SYS(clone),
				     SCMP_SYS(clone3), SCMP_SYS(execve), SCMP_SYS(execveat)};
	static const int reaches[] = {
		SCMP_SYS(kill),     SCMP_SYS(tkill),     SCMP_SYS(ptrace),  SCMP_SYS(socket),    SCMP_SYS(socketpair),
		SCMP_SYS(connect),  SCMP_SYS(bind),      SCMP_SYS(unlink),  SCMP_SYS(unlinkat),  SCMP_SYS(rename),
		SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(mkdir),   SCMP_SYS(mkdirat),   SCMP_SYS(rmdir),
		SCMP_SYS(truncate), SCMP_SYS(ftruncate), SCMP_SYS(chmod),   SCMP_SYS(fchmodat),  SCMP_SYS(chown),
		SCMP_SYS(fchownat), SCMP_SYS(link),      SCMP_SYS(linkat),  SCMP_SYS(symlink),   SCMP_SYS(symlinkat),
		SCMP_SYS(creat),    SCMP_SYS(mount),     SCMP_SYS(umount2), SCMP_SYS(setsid),    SCMP_SYS(setpgid),
		SCMP_SYS(chdir),    SCMP_SYS(chroot),    SCMP_SYS(reboot),  SCMP_SYS(setitimer), SCMP_SYS(timer_create),
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = 0;

	if (!filter)
		return gx_fail(err, GX_ENOMEM, "out of memory for a seal");
	for (size_t i = 0; !starts_some && i < sizeof(starts) / sizeof(starts[0]); i++)
		rc |= seccomp_rule_add(filter, SCMP_ACT_TRAP, starts[i], 0);
	for (size_t i = 0; i < sizeof(reaches) / sizeof(reaches[0]); i++)
		rc |= seccomp_rule_add(filter, SCMP_ACT_TRAP, reaches[i], 0);
	return put_on(filter, rc, err);
}

/* ---- loading ---- */

static void (*on_trap)(int number);

static void trapped(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	on_trap(info->si_syscall);
}

/* What the dynamic loader, libc's start-up and an end do. */
static int allow_loading(scmp_filter_ctx filter, int out)
{
	static const int harmless[] = {
		SCMP_SYS(read),
		SCMP_SYS(pread64),
		SCMP_SYS(close),
		SCMP_SYS(fstat),
		SCMP_SYS(newfstatat),
		SCMP_SYS(stat),
		SCMP_SYS(lseek),
		SCMP_SYS(access),
		SCMP_SYS(readlink),
		SCMP_SYS(readlinkat),
		SCMP_SYS(getcwd),
		SCMP_SYS(mmap),
		SCMP_SYS(mprotect),
		SCMP_SYS(munmap),
		SCMP_SYS(mremap),
		SCMP_SYS(madvise),
		SCMP_SYS(brk),
		SCMP_SYS(futex),
		SCMP_SYS(getrandom),
		SCMP_SYS(clock_gettime),
		SCMP_SYS(gettimeofday),
		SCMP_SYS(time),
		SCMP_SYS(getpid),
		SCMP_SYS(gettid),
		SCMP_SYS(getrlimit),
		SCMP_SYS(sysinfo),
		SCMP_SYS(uname),
		SCMP_SYS(sched_getaffinity),
		SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rt_sigprocmask),
		SCMP_SYS(rt_sigaction),
		SCMP_SYS(sigaltstack),
		SCMP_SYS(restart_syscall),
		SCMP_SYS(exit),
		SCMP_SYS(exit_group),
	};
	static const uint64_t writes = O_ACCMODE | O_CREAT | O_TRUNC | O_TMPFILE;
	int rc = ALLOW(openat, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, writes, O_RDONLY)) |
		 ALLOW(open, 1, SCMP_A1(SCMP_CMP_MASKED_EQ, writes, O_RDONLY)) |
		 ALLOW(write, 1, SCMP_A0(SCMP_CMP_EQ, (uint64_t)out, 0)) |
		 ALLOW(write, 1, SCMP_A0(SCMP_CMP_LE, STDERR_FILENO, 0)) |
		 ALLOW(tgkill, 1, SCMP_A0(SCMP_CMP_EQ, (uint64_t)getpid(), 0)) |
		 ALLOW(prlimit64, 1, SCMP_A2(SCMP_CMP_EQ, 0, 0));

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, harmless[i], 0);
	return rc;
}

enum gx_status gx_seal_loading(int out, void (*trap)(int number), struct gx_error *err)
{
	struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int rc;

	if (!filter)
		return gx_fail(err, GX_ENOMEM, "out of memory for a seal");
	on_trap = trap;
	rc = sigaction(SIGSYS, &action, NULL) ? -errno : allow_loading(filter, out);
	return put_on(filter, rc, err);
}

void gx_seal_exit(void)
{
	for (;;)
		gx_kernel(SYS_exit_group, password ? password : OUR_STATUS, 0, 0);
}

bool gx_seal_is_our_exit(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == OUR_STATUS;
}

/* In a child: what cannot be taken off is not put on to try it. */
static bool try_in_a_child(void)
{
	struct gx_error err;
	pid_t child = fork();
	int status = 0;

	if (!child) {
		if (gx_seal(&err) == GX_OK)
			gx_seal_exit();
		_exit(0);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && gx_seal_is_our_exit(status);
}

bool gx_seal_is_available(void)
{
	static int available = -1;

	if (available < 0)
		available = !GX_ASAN && !GX_TSAN && !GX_HOST_TSAN && !getenv("GATECRASH_UNSEALED") && try_in_a_child();
	return available;
}

/* linux/futex.h */
static const char *const futex_ops[] = {
	"WAIT",      "WAKE",       "FD",          "REQUEUE",     "CMP_REQUEUE",     "WAKE_OP",        "LOCK_PI",
	"UNLOCK_PI", "TRYLOCK_PI", "WAIT_BITSET", "WAKE_BITSET", "WAIT_REQUEUE_PI", "CMP_REQUEUE_PI", "LOCK_PI2",
};

/* Behind the name of the call. */
static void add_what(char *text, size_t size, uint64_t call)
{
	uint64_t what = (call >> 32) - 1;
	size_t used = strlen(text);

	if (!(call >> 32))
		return;
	if ((uint32_t)call == SYS_futex && what < sizeof(futex_ops) / sizeof(futex_ops[0]))
		(void)snprintf(text + used, size - used, " (FUTEX_%s)", futex_ops[what]);
	else
		(void)snprintf(text + used, size - used, " (%" PRIu64 ")", what);
}

const char *gx_syscall_name(uint64_t call)
{
	static char text[96];
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)(uint32_t)call);

	if (name)
		(void)snprintf(text, sizeof(text), "%s", name);
	else
		(void)snprintf(text, sizeof(text), "system call %" PRIu32, (uint32_t)call);
	free(name);
	add_what(text, sizeof(text), call);
	return text;
}
