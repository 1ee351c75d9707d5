/*
 * tsan_start.c - gatecrash-tsan begins again without address space randomisation before ThreadSanitizer's runtime looks where things lie.
 *
 *     ld.so ─► .preinit_array: __tsan_init(), wrapped (Makefile) ─┬─ addresses are random ─► exec of the same program, without
 *                                                                 └─ they are not, or have to be ─► the runtime's own ─► main()
 *
 * The runtime knows some ranges of addresses, and ends the process, or crashes, where a kernel puts libraries elsewhere: with vm.mmap_rnd_bits of 32
 * one start of fifteen did not get as far as main(), where core/identity.h asks for the same.
 */
#include "core/host.h"

#if GX_HOST_TSAN

#include <stdbool.h>
#include <stdint.h>
#include <sys/personality.h>
#include <sys/syscall.h>

#include "core/kernel.h"
#include "hosts/tsan.h"

bool gx_tsan_has_options;

void __real___tsan_init(void);
void __wrap___tsan_init(int argc, char **argv, char **envp);

#if defined(__x86_64__)
/* Where the runtime wants libraries to be: kHiAppMemBeg of lib/tsan/rtl/tsan_platform.h, x86-64. */
#define LIBRARIES_FROM 0x7e8000000000ull

static void say_what_to_do(void)
{
	static const char hint[] =
		"gatecrash-tsan: the kernel has put libraries where ThreadSanitizer's runtime cannot have them, and does not let the program choose "
		"(personality() is refused): allow that, in Docker by --security-opt seccomp=unconfined, or set `sysctl vm.mmap_rnd_bits=28`\n";

	gx_kernel(SYS_write, 2, (long)hint, sizeof(hint) - 1);
}

#endif

/* Nothing of libc's that the runtime stands in for may be called yet. Returns if it need not be, or cannot be done. */
static void start_again(char **argv, char **envp)
{
	long now = gx_kernel(SYS_personality, 0xffffffff, 0, 0);

	if (now >= 0 && !(now & ADDR_NO_RANDOMIZE) && gx_kernel(SYS_personality, now | ADDR_NO_RANDOMIZE, 0, 0) >= 0)
		gx_kernel(SYS_execve, (long)"/proc/self/exe", (long)argv, (long)envp);
}

/* libc has not looked at them yet, either. */
static bool says_something(char **envp, const char *name)
{
	for (; *envp; envp++) {
		const char *word = *envp;
		const char *wanted = name;

		while (*wanted && *word == *wanted) {
			word++;
			wanted++;
		}
		if (!*wanted && *word)
			return true;
	}
	return false;
}

/* As ld.so calls the functions of .preinit_array; constructors of what is instrumented call it later, without arguments. */
void __wrap___tsan_init(int argc, char **argv, char **envp)
{
	static bool begun;

	(void)argc;
	if (!begun) {
		begun = true;
		start_again(argv, envp);
		gx_tsan_has_options = says_something(envp, "TSAN_OPTIONS=");
#if defined(__x86_64__)
		if ((uintptr_t)__builtin_return_address(0) < LIBRARIES_FROM) /* ld.so's */
			say_what_to_do();
#endif
	}
	__real___tsan_init();
}

#endif
