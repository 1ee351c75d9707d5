#include "core/sched.h"

#include <string.h>

#include "core/event.h"
#include "core/internal.h"
#include "core/snapshot.h"

static struct gx_state *initial;

static const char *const names[] = {
	"task.begin", "task.end",   "task.spawn", "task.kill", "clock.tick", "task.crash",
	"task.hang",  "step.limit", "world.full", "sleep",     "deadlock",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == GX_L_CORE_END - GX_LABELS_CORE, "every core label has a name");

enum gx_status gx_sched_load(const struct gx_program *program, struct gx_error *err)
{
	enum gx_status rc;

	gx_labels_register(GX_LABELS_CORE, names, GX_L_CORE_END - GX_LABELS_CORE);
	gx_core.program = program;
	gx_world_clear();
	GX_HIDDEN->spurious_left = program->spurious_max;
	GX_HIDDEN->time_ns_max = program->time_ns_max;
	rc = program->setup(program->context, err);
	if (rc != GX_OK)
		return rc;
	if (!initial) {
		rc = gx_state_new(&initial, err);
		if (rc != GX_OK)
			return rc;
	}
	gx_state_forget(initial);
	return gx_state_save(initial, err);
}

void gx_sched_reset(void)
{
	gx_state_restore(initial);
}

static bool is_sleeper(const struct gx_task *task)
{
	return task->op.deadline != GX_FOREVER && task->op.deadline > GX_HIDDEN->now;
}

/* How a parked task could be granted now, or -1. */
static int grant_of(const struct gx_task *task)
{
	if (!task->op.ready || task->op.ready(task))
		return GX_GRANTED_READY;
	if (task->op.deadline != GX_FOREVER && task->op.deadline <= GX_HIDDEN->now)
		return GX_GRANTED_TIMEOUT;
	return -1;
}

struct options {
	struct gx_choice *list;
	unsigned count;
	uint64_t sleepers;  /* bit per index */
	uint64_t spuriouss; /* tasks that could wake up spuriously */
};

/* Counts on beyond what there is room for, so that the caller notices: a choice left out would make "complete" a lie. */
static inline void add_choice(struct options *out, struct gx_choice choice)
{
	if (out->count < GX_OPTIONS_MAX)
		out->list[out->count] = choice;
	out->count++;
}

static void add_task(struct options *out, struct gx_task *task)
{
	unsigned ways = 1;

	if (GX_HIDDEN->conditional >> task->index & 1) {
		if (is_sleeper(task))
			out->sleepers |= 1ull << task->index;
		if (grant_of(task) < 0) {
			if (task->op.spurious)
				out->spuriouss |= 1ull << task->index;
			return;
		}
	}
	if (task->op.alternatives)
		ways = task->op.alternatives(task);
	for (unsigned i = 0; i < ways; i++)
		add_choice(out, (struct gx_choice){.task = (uint8_t)task->index, .alternative = (uint16_t)i});
}

static void add_each(struct options *out, uint64_t mask)
{
	for (; mask; mask &= mask - 1)
		add_task(out, &GX_HIDDEN->tasks[__builtin_ctzll(mask)]);
}

/* A sleeper that is a daemon does not keep an execution going. */
static bool sleeper_matters(const struct options *options)
{
	for (uint64_t rest = options->sleepers; rest; rest &= rest - 1)
		if (!gx_core.program->daemon(gx_core.program->context, &GX_HIDDEN->tasks[__builtin_ctzll(rest)]))
			return true;
	return false;
}

static void add_spurious(struct options *out)
{
	for (uint64_t rest = out->spuriouss; rest; rest &= rest - 1)
		add_choice(out, (struct gx_choice){.task = (uint8_t)__builtin_ctzll(rest), .spurious = 1});
}

/* When the earliest sleepers wake; GX_FOREVER if nobody sleeps. */
static uint64_t earliest_wake(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t earliest = GX_FOREVER;

	for (uint64_t rest = hidden->parked & hidden->conditional; rest; rest &= rest - 1) {
		const struct gx_task *task = &hidden->tasks[__builtin_ctzll(rest)];

		if (is_sleeper(task) && task->op.deadline < earliest)
			earliest = task->op.deadline;
	}
	return earliest;
}

static bool has_overtaken_enough(void)
{
	uint32_t most = gx_core.program->overtakes_max;

	return most && GX_HIDDEN->ticks >= most;
}

/* The clock may go on beside tasks that could step; but not so far that the execution would be over its limit only for that. */
static bool may_overtake(void)
{
	return !has_overtaken_enough() && earliest_wake() <= GX_HIDDEN->time_ns_max;
}

/* The choices there are, or 0 if nobody who matters can step. */
static unsigned collect(struct gx_choice *list)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	struct options out GX_UNINITIALISED;
	uint64_t last = hidden->parked & (1ull << hidden->last);

	out.list = list;
	out.count = 0;
	out.sleepers = 0;
	out.spuriouss = 0;
	add_each(&out, last);
	add_each(&out, hidden->parked & ~last);
	if (!out.count && !sleeper_matters(&out))
		return 0;
	if (out.sleepers && (!out.count || may_overtake()))
		add_choice(&out, (struct gx_choice){.task = GX_CLOCK});
	if (hidden->spurious_left && out.spuriouss)
		add_spurious(&out);
	return out.count;
}

unsigned gx_sched_options(struct gx_choice options[GX_OPTIONS_MAX])
{
	struct gx_hidden *hidden = GX_HIDDEN;

	while (!hidden->ending) {
		unsigned count;

		if (hidden->stop) {
			hidden->ending = GX_ENDING_STOPPED;
			break;
		}
		count = collect(options);
		if (count > GX_OPTIONS_MAX) {
			gx_emit(GX_L_WORLD_FULL, 0, 0);
			hidden->ending = GX_ENDING_FATAL;
			break;
		}
		if (count)
			return count;
		if (!gx_core.program->at_rest(gx_core.program->context) && !hidden->ending)
			hidden->ending = GX_ENDING_QUIET;
	}
	return 0;
}

static void limit_reached(enum gx_limit limit, uint64_t value)
{
	gx_emit_extra(GX_L_STEP_LIMIT, (uint16_t)limit, 0, value);
	GX_HIDDEN->ending = GX_ENDING_FATAL;
}

static void tick(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t earliest = earliest_wake();

	GX_ASSERT(earliest != GX_FOREVER);
	hidden->now = earliest;
	if (gx_core.program->overtakes_max && !has_overtaken_enough())
		hidden->ticks++;
	gx_event_step(GX_CLOCK, GX_L_CLOCK_TICK, 0, earliest);
	if (earliest > hidden->time_ns_max)
		limit_reached(GX_LIMIT_TIME, hidden->time_ns_max);
}

static unsigned hangs;

unsigned gx_sched_hangs(void)
{
	return hangs;
}

static void report_crash(const struct gx_task *task)
{
	hangs += gx_crash_last.kind == GX_CRASH_HANG;
	gx_event_abandon();
	if (gx_crash_last.kind == GX_CRASH_HANG)
		gx_emit_for(task->index, GX_L_TASK_HANG, 0, task->path, 0);
	else
		gx_emit_for(task->index, GX_L_TASK_CRASH, gx_crash_last.kind == GX_CRASH_OVERFLOW, task->path,
			    (uint64_t)gx_crash_last.signal);
	gx_crash_last.kind = GX_CRASH_NONE;
	GX_HIDDEN->ending = GX_ENDING_FATAL;
}

static void grant(struct gx_task *task, struct gx_choice choice)
{
	int how = choice.spurious ? GX_GRANTED_SPURIOUS : grant_of(task);

	GX_ASSERT(how >= 0);
	if (choice.spurious)
		GX_HIDDEN->spurious_left--;
	task->grants = (uint8_t)how;
	task->alternative = choice.alternative;
	gx_event_step(task->index, task->op.label, task->op.object, (uint64_t)how << 16 | choice.alternative);
	gx_task_resume(task);
	if (gx_crash_last.kind != GX_CRASH_NONE)
		report_crash(task);
}

void gx_sched_step(struct gx_choice choice)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	hidden->steps++;
	if (choice.task == GX_CLOCK) {
		tick();
	} else {
		GX_ASSERT(hidden->parked >> choice.task & 1);
		grant(&hidden->tasks[choice.task], choice);
		hidden->last = choice.task;
	}
	if (gx_core.program->after_step)
		gx_core.program->after_step(gx_core.program->context);
	if (hidden->steps >= gx_core.program->steps_max && !hidden->ending)
		limit_reached(GX_LIMIT_STEPS, gx_core.program->steps_max);
}

enum gx_ending gx_sched_ending(void)
{
	return (enum gx_ending)GX_HIDDEN->ending;
}

void gx_sched_limit_time(uint64_t time_ns_max)
{
	GX_HIDDEN->time_ns_max = time_ns_max;
}

void gx_sched_stop(void)
{
	GX_HIDDEN->stop = 1;
}

uint32_t gx_sched_steps(void)
{
	return GX_HIDDEN->steps;
}

uint64_t gx_sched_event_hash(void)
{
	return GX_HIDDEN->event_hash;
}

unsigned gx_sched_last(void)
{
	return GX_HIDDEN->last;
}
