/*
 * crash.c - a task that crashes, spins or blocks in the kernel ends the execution, not the harness.
 *
 * The handler runs on the signal stack (the task's own may be what overflowed). It does not return into the task: it rewrites
 * the interrupted context so that sigreturn lands in gx_crash_leave(), on a stack of its own, which jumps back to the scheduler. So the
 * signal mask is restored by the kernel and nothing of this costs anything per step (sigsetjmp per step would).
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "core/crash.h"
#include "core/host.h"
#include "core/internal.h"
#include "core/kernel.h"
#include "core/rescue.h"
#include "core/sanitizer.h"

struct gx_crash gx_crash_last;
void (*gx_crash_hook)(const void *context);
bool gx_crash_is_watched;

static unsigned char landing_stack[64 << 10] __attribute__((aligned(16)));
static unsigned char signal_stack[64 << 10] __attribute__((aligned(16)));

/* The timer looks this often; a task that stands in one and the same step this many looks in a row spins. Sanitizers take their time. */
enum { LOOK_MS = GX_ASAN || GX_TSAN ? 100 : 50, LOOKS_MAX = GX_ASAN || GX_TSAN ? 20 : 4 };

/*
 * So does a second timer, of wall time: a task that waits in the kernel takes no CPU time. It blocks if this many looks in a row find
 * it in one step and the whole process nearly idle; a machine that is merely busy gives a process more than that.
 */
enum { BLOCKED_LOOK_S = 1, BLOCKED_LOOKS_MAX = 4, IDLE_MS = 10 };

/*
 * A stack that was written over its top reaches into the task's arena. One that holds no block is none that a reset looks at: what was
 * written there would be found by the next execution.
 */
static void clear_arena(uint32_t slot)
{
	if (!gx_arena_listed(slot) && gx_arena_high(slot))
		memset(gx_slot_arena(slot), 0, GX_ARENA_BYTES);
}

/* Abandons the task: its frames, and those of the handler, are never returned to. */
void gx_crash_leave(void)
{
	if (gx_world_is_whole())
		clear_arena(gx_current->slot);
#if GX_ASAN
	void *fake;

	__sanitizer_start_switch_fiber(&fake, gx_scheduler_bottom, gx_scheduler_size);
#endif
	gx_host_switch(NULL);
	jump_fcontext(gx_core.scheduler, GX_SAYS_CRASHED);
	GX_BUG("a crashed task was resumed");
}

#if defined(__x86_64__)
enum { DIRECTION_FLAG = 0x400 }; /* clear at every call, says the ABI; a task may crash with it set */
#endif

static void divert(void *context)
{
	ucontext_t *uc = context;
	uintptr_t top = (uintptr_t)landing_stack + sizeof(landing_stack);

#if defined(__x86_64__)
	uc->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)gx_crash_leave;
	uc->uc_mcontext.gregs[REG_RSP] = (greg_t)(top - 8); /* as after a call */
	uc->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)DIRECTION_FLAG;
#elif defined(__aarch64__)
	uc->uc_mcontext.pc = (uintptr_t)gx_crash_leave;
	uc->uc_mcontext.sp = top;
#else
#error "crash.c: say how to divert a context on this architecture"
#endif
}

static uintptr_t stack_pointer(const void *context)
{
	const ucontext_t *uc = context;

#if defined(__x86_64__)
	return (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
#else
	return uc->uc_mcontext.sp;
#endif
}

/* The guard was hit, or stepped over by a large frame: then the stack pointer tells, wherever in its frame the task wrote first. */
static bool overflows(const siginfo_t *info, const void *context)
{
	uintptr_t bottom = (uintptr_t)gx_slot_stack_bottom(gx_current->slot);
	uintptr_t at = (uintptr_t)info->si_addr;
	uintptr_t sp = stack_pointer(context);

	return (at < bottom && bottom - at <= (64u << 10)) || (sp < bottom && bottom - sp <= (64u << 20));
}

/*
 * kill() from another process: what a watchdog does to the harness is not the task's doing. System calls: in a task the functions are the
 * model's.
 */
static bool is_from_outside(const siginfo_t *info)
{
	return info->si_code <= 0 && info->si_pid != (pid_t)gx_kernel(SYS_getpid, 0, 0, 0);
}

/* What a program under test has written over may be anything, ours included. */
static const char *crashed_outside(int signal)
{
	if (signal == SIGABRT)
		return "the harness gave up outside of the gate's code (SIGABRT): did the gate write where it must not?";
	if (signal == SIGSYS)
		return "the harness made a system call that it has sealed itself against";
	return "the harness crashed outside of the gate's code: did the gate write where it must not?";
}

/* libc's own. That of ThreadSanitizer's runtime handles a signal when the program calls it next: a task that spins never does. */
static int (*handle)(int signal, const struct sigaction *action, struct sigaction *before) = sigaction;

static void GX_NO_ASAN on_crash(int signal, siginfo_t *info, void *context)
{
	if (!gx_current ||
	    is_from_outside(info)) { /* our own crash: if nobody rescues, let it be seen, core dump and all */
		if (!gx_current && !is_from_outside(info) && !gx_crash_is_watched)
			gx_rescue_jump(GX_EINTERNAL, crashed_outside(signal));
		struct sigaction plain = {.sa_handler = SIG_DFL};

		handle(signal, &plain, NULL);
		gx_kernel(SYS_tgkill, gx_kernel(SYS_getpid, 0, 0, 0), gx_kernel(SYS_gettid, 0, 0, 0), signal);
		return;
	}
	if (gx_crash_hook && gx_world_is_whole())
		gx_crash_hook(context);
	gx_crash_last.kind = signal == SIGSYS ? GX_CRASH_SYSCALL : GX_CRASH_SIGNAL;
	if (!gx_world_is_whole())
		gx_crash_last.kind = GX_CRASH_SMASHED;
	else if (signal == SIGSEGV && overflows(info, context))
		gx_crash_last.kind = GX_CRASH_OVERFLOW;
	gx_crash_last.signal = signal == SIGSYS ? info->si_syscall : signal;
	divert(context);
}

/* What a timer has seen so far. */
struct watch {
	uint64_t resume; /* not the number of the step: each of many short executions may be in its first */
	unsigned looks;
};

/* One look; the task hangs if `most` in a row find it in one and the same stretch, and it has not been seen to do anything. */
static GX_NO_ASAN void look(struct watch *watch, bool moved, unsigned most, void *context)
{
	if (!gx_current || watch->resume != gx_core.resumes || moved) {
		watch->resume = gx_current ? gx_core.resumes : 0;
		watch->looks = 0;
	} else if (++watch->looks >= most) {
		watch->looks = 0;
		gx_crash_last.kind = gx_world_is_whole() ? GX_CRASH_HANG : GX_CRASH_SMASHED;
		if (gx_crash_hook && gx_world_is_whole())
			gx_crash_hook(context);
		divert(context);
	}
}

/* A signal that a program sends is no look of ours, however often it does: those come from the kernel. */
static bool is_look(const siginfo_t *info)
{
	return info->si_code > 0;
}

static void GX_NO_ASAN on_look(int signal GX_UNUSED, siginfo_t *info, void *context)
{
	static struct watch watch;
	int saved = errno;

	if (!is_look(info))
		return;
	look(&watch, false, LOOKS_MAX, context);
	errno = saved;
}

static uint64_t cpu_ms(void)
{
	struct timespec used;

	/* The system call: in a task the function is the model's. */
	gx_kernel(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, (long)&used, 0);
	return (uint64_t)used.tv_sec * 1000 + (uint64_t)used.tv_nsec / 1000000;
}

static void GX_NO_ASAN on_blocked_look(int signal GX_UNUSED, siginfo_t *info, void *context)
{
	static struct watch watch;
	static uint64_t cpu_before;
	int saved = errno;
	uint64_t cpu;

	if (!is_look(info))
		return;
	cpu = cpu_ms();
	look(&watch, cpu - cpu_before > IDLE_MS, BLOCKED_LOOKS_MAX, context);
	cpu_before = cpu;
	errno = saved;
}

enum gx_status gx_crash_install(struct gx_error *err)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	/* CPU time, not wall time: a machine that is suspended or overloaded must not produce findings. */
	struct itimerval every = {.it_interval.tv_usec = LOOK_MS * 1000, .it_value.tv_usec = LOOK_MS * 1000};
	struct itimerval idle = {.it_interval.tv_sec = BLOCKED_LOOK_S, .it_value.tv_sec = BLOCKED_LOOK_S};
	stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof(signal_stack)};

	sigemptyset(&action.sa_mask);
	/* A look in the middle of on_crash() could divert that: the crash's signal would stay blocked for ever. */
	sigaddset(&action.sa_mask, SIGVTALRM);
	sigaddset(&action.sa_mask, SIGALRM);
	if (GX_HOST_TSAN)
		*(void **)&handle = dlsym(RTLD_NEXT, "sigaction");
	if (sigaltstack(&stack, NULL))
		goto failed;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (handle(signals[i], &action, NULL))
			goto failed;
	action.sa_sigaction = on_look;
	action.sa_flags |= SA_RESTART;
	if (handle(SIGVTALRM, &action, NULL) || setitimer(ITIMER_VIRTUAL, &every, NULL))
		goto failed;
	action.sa_sigaction = on_blocked_look;
	if (handle(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &idle, NULL))
		goto failed;
	return GX_OK;
failed:
	return gx_fail(err, GX_ESYSTEM, "cannot install the crash handlers: %s", strerror(errno));
}
