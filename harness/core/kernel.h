/*
 * kernel.h - system calls of the harness's own, in whatever context: libc's syscall() is the program's under test (posix/futex.c).
 *
 * Async-signal-safe; any thread.
 */
#ifndef GX_CORE_KERNEL_H
#define GX_CORE_KERNEL_H

/* What the kernel answers: a negative one is -errno. */
static inline long gx_kernel(long number, long one, long two, long three)
{
#if defined(__x86_64__)
	long answer;

	__asm__ volatile("syscall"
			 : "=a"(answer)
			 : "a"(number), "D"(one), "S"(two), "d"(three)
			 : "rcx", "r11", "memory");
	return answer;
#else
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = one;
	register long x1 __asm__("x1") = two;
	register long x2 __asm__("x2") = three;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
#endif
}

#endif
