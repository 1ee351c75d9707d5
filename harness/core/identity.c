#include "core/identity.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/sanitizer.h"

static enum gx_identity identity;

/* Set while the program starts itself again, so that it does so once even where the new process is randomised all the same. */
static const char again[] = "GATECRASH_STARTED_AGAIN";

enum { ASK = -1, STACK_BYTES_MAX = 64 << 20 };

static bool is_fixed(void)
{
	int now = personality((unsigned long)ASK);

	return now != -1 && now & ADDR_NO_RANDOMIZE && !(now & ADDR_COMPAT_LAYOUT);
}

/*
 * The kernel puts the libraries below the room that the limit gives to the stack, 128 MiB at least, and turns the address space upside
 * down where there is no limit.
 */
static bool has_usual_stack(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur <= STACK_BYTES_MAX;
}

static void limit_stack(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit))
		return;
	limit.rlim_cur = STACK_BYTES_MAX;
	setrlimit(RLIMIT_STACK, &limit);
}

/* Returns only if it cannot be done. */
static void start_again(char **argv)
{
	int now = personality((unsigned long)ASK);
	int wanted = (now | ADDR_NO_RANDOMIZE) & ~ADDR_COMPAT_LAYOUT;
	char path[4096] = "";

	if (now == -1 || personality((unsigned long)wanted) == -1 || !is_fixed())
		return;
	limit_stack();
	if (setenv(again, "1", 1))
		return;
	/* By its name first: under valgrind the link leads to valgrind, and only reading it leads to the program. */
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) > 0)
		execv(path, argv);
	execv("/proc/self/exe", argv);
	execv((const char *)getauxval(AT_EXECFN), argv); /* without /proc: as it was started */
	unsetenv(again);
}

/* Libc checks the word at the end of functions that have begun after this; main() itself is built without (Makefile). */
static void forget_the_guard(void)
{
#if defined(__x86_64__)
	__asm__ volatile("movq %0, %%fs:0x28" : : "r"((uintptr_t)0x5e17ed00) : "memory");
#endif
}

static void settle(char **argv)
{
	if (!getenv(again) && !(is_fixed() && has_usual_stack())) {
		start_again(argv);
		return; /* forbidden */
	}
	if (getenv(again)) {
		unsetenv(again);
		prctl(PR_SET_NAME, program_invocation_short_name); /* the kernel has called the process "exe" */
	}
	if (!is_fixed() || !has_usual_stack())
		return;
	identity = GX_ASAN ? GX_IDENTITY_PROCESS : GX_IDENTITY_MACHINE;
	forget_the_guard();
}

/* The stack ends below arguments and environment, which take less than this, or twice this, ...: go on at such a place. */
enum { ENVIRONMENT_BYTES = 1 << 20 };

static int __attribute__((noinline)) run_below(int argc, char **argv, int (*program)(int argc, char **argv))
{
	char above[(uintptr_t)__builtin_frame_address(0) % ENVIRONMENT_BYTES + 1];

	__asm__ volatile("" : : "r"(above) : "memory"); /* it is used, and so is there */
	return program(argc, argv);
}

int gx_identity_main(int argc, char **argv, int (*program)(int argc, char **argv))
{
	settle(argv);
	return run_below(argc, argv, program);
}

enum gx_identity gx_identity(void)
{
	return identity;
}
