#include "cli/debug.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/sched.h"
#include "core/where.h"
#include "story/places.h"

/* The script, which is installed, too. */
extern const char gx_debug_script[];
__asm__(".pushsection .rodata\n.global gx_debug_script\ngx_debug_script:\n.incbin \"harness/cli/debug.py\"\n.byte 0\n.popsection\n");

static const struct gx_name_book *book;

/* ---- in the process that is looked at ---- */

void __attribute__((noinline, used)) gx_break_here(uint32_t step, const char *task, const void *back)
{
	__asm__ volatile("" : : "r"(step), "r"(task), "r"(back) : "memory");
}

static const char *doing(const struct gx_task *task, bool runs)
{
	const char *op = gx_label_name(task->op.label);

	if (runs)
		return "runs";
	if (task->state == GX_TASK_ENDED)
		return "has ended";
	return *op == '?' ? "comes to a point" : op;
}

/* gdb calls it in a task's context: what is printed and allocated here is not the task's. */
void __attribute__((noinline, used)) gx_debug_tasks(void)
{
	struct gx_task *self = gx_current;

	gx_current = NULL;
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);
		struct gx_keep keep = {0};

		if (task)
			printf("%c %2u  %-28s %-24s %s\n", task == self ? '*' : ' ', i, gx_name_book_task(book, i),
			       doing(task, task == self), gx_place_of_task(i, &keep));
		gx_keep_release(&keep);
	}
	fflush(stdout);
	gx_current = self;
}

/* The innermost call in the gate is where it goes on. */
static void stop(uint32_t step, unsigned task)
{
	const struct gx_where where = gx_where_of_step(step, false);

	gx_break_here(step, gx_name_book_task(book, task), where.count ? (const char *)where.pc[0] + 1 : NULL);
}

/* They would go on in another program, too. */
static void stop_timers(void)
{
	const struct itimerval never = {{0, 0}, {0, 0}};

	setitimer(ITIMER_VIRTUAL, &never, NULL);
	setitimer(ITIMER_REAL, &never, NULL);
}

void gx_debug_break_at(uint32_t step, const struct gx_name_book *follows)
{
	book = follows;
	stop_timers();
	gx_sched_break_at = step;
	gx_sched_break_hook = stop;
}

/* ---- the process that becomes gdb ---- */

enum { WORDS_MAX = 32 };

void gx_debug_replay(const char *const *words)
{
	const char *argv[WORDS_MAX + 8] = {"gdb", "-q", "-ex"};
	char load[128];
	char program[PATH_MAX] = {0};
	unsigned count = 3;
	int script = memfd_create("gatecrash.py", 0);

	if (script < 0 || write(script, gx_debug_script, strlen(gx_debug_script)) < 0) {
		perror("gatecrash: the script for gdb");
		return;
	}
	(void)!readlink("/proc/self/exe", program, sizeof(program) - 1);
	snprintf(load, sizeof(load), "python exec(open('/proc/%d/fd/%d').read())", (int)getpid(), script);
	argv[count++] = load;
	argv[count++] = "--args";
	argv[count++] = program;
	argv[count++] = "replay";
	for (unsigned i = 0; i < WORDS_MAX && words[i]; i++)
		argv[count++] = words[i];
	fflush(NULL);
	stop_timers();
	execvp("gdb", (char *const *)(uintptr_t)argv);
	fprintf(stderr,
		"gatecrash: there is no gdb here (Debian's package gdb); --break-at STEP is for other debuggers: they stop at gx_break_here()\n");
}
