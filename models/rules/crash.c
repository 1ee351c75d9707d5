#include "core/task.h"
#include "rules/internal.h"

/* The finding's detail is enum gx_crashed, its value the signal, or what it would have ended. */
static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct gx_finding finding = gx_found_in_task(event, GX_RULE_CRASH);

	gx_report_finding(rules, &finding);
}

static const char *signal_name(uint64_t number)
{
	static const struct {
		int number;
		const char *name;
	} signals[] = {{4, "an illegal instruction (SIGILL)"},
		       {5, "a trap (SIGTRAP)"},
		       {6, "an abort (SIGABRT)"},
		       {7, "a bus error (SIGBUS)"},
		       {8, "an arithmetic error (SIGFPE)"},
		       {11, "an invalid memory access (SIGSEGV)"}};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if ((uint64_t)signals[i].number == number)
			return signals[i].name;
	return "a signal";
}

static void tell(const struct gx_telling *t)
{
	if (t->finding->detail == GX_CRASHED_BY_OVERFLOW)
		gx_tell(t, "%s overflows its stack", gx_told_task(t));
	else if (t->finding->detail == GX_CRASHED_ELSEWHERE)
		gx_tell(t, "%s goes on on a stack that is not its own (longjmp, swapcontext)", gx_told_task(t));
	else if (t->finding->detail == GX_CRASHED_SMASHED)
		gx_tell(t, "%s writes over what the harness keeps of the execution", gx_told_task(t));
	else if (t->finding->detail == GX_CRASHED_LOST)
		gx_tell(t,
			"%s takes the process that explores with it, or what was done before does: memory that is not the gate's was "
			"written over",
			gx_told_task(t));
	else if (t->finding->value == GX_ENDS_THE_PROCESS)
		gx_tell(t, "%s tries to end the process (exit)", gx_told_task(t));
	else if (t->finding->value == GX_ENDS_ITS_THREAD)
		gx_tell(t, "%s tries to end a thread that is not the gate's (pthread_exit)", gx_told_task(t));
	else
		gx_tell(t, "%s is ended by %s", gx_told_task(t), signal_name(t->finding->value));
}

static const char *advise(const struct gx_finding *finding, const struct gx_circumstances *circumstances GX_UNUSED)
{
	if (finding->detail == GX_CRASHED_ELSEWHERE)
		return "a jump stays within the function calls of one thread";
	if (finding->detail == GX_CRASHED_BY_OVERFLOW)
		return "a task has 238 KiB of stack: end the recursion, and take large buffers from malloc()";
	if (finding->detail == GX_CRASHED_LOST)
		return "from source (--gate FILE.c), or by `gatecrash cc`, the gate's accesses are watched, and the one that does it is named";
	if (finding->detail == GX_CRASHED_SMASHED)
		return "a pointer that is far off, or a size that is: what it writes to is none of the gate's memory";
	if (finding->value == GX_ENDS_THE_PROCESS)
		return "return from handle() with an answer: the process is everybody's";
	if (finding->value == GX_ENDS_ITS_THREAD)
		return "return from handle() with an answer: the thread is the service's, which has to send it";
	if (finding->value == 6)
		return "an assertion, or libc, has given up: what it found wrong was made by the steps above";
	return "look at the pointers of this step: one is not set yet, or the steps above have cleared or freed what it points to";
}

const struct gx_rule_row gx_rule_crash = {
	.name = "crash",
	.summary = "the gate crashes, aborts or overflows its stack",
	.facts = {GX_L_TASK_CRASH},
	.judge = judge,
	.tell = tell,
	.advise = advise,
	.topics = GX_TOPIC_LOCKS,
};
