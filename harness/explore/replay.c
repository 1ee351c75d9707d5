#include "explore/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/memory.h"
#include "core/event.h"
#include "explore/run.h"

/* ---- messages ---- */

static void name_of(const struct gx_replay *replay, unsigned task, char *text, size_t size)
{
	if (replay->namer)
		replay->namer(replay->context, task, text, size);
	else
		snprintf(text, size, "task %u", task);
}

static const char *op_name(unsigned task)
{
	const struct gx_task *record = gx_task_at(task);

	if (task == GX_CLOCK)
		return "clock.tick";
	if (!record || record->state == GX_TASK_ENDED) /* most leave no record when they end */
		return "has ended, or never began";
	return gx_label_name(record->op.label);
}

/* "task 1 (mutex.lock), clock (clock.tick)" */
static void list_enabled(const struct gx_replay *replay, char *text, size_t size)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned count = gx_sched_options(options);
	size_t used = 0;

	snprintf(text, size, "nobody, the execution is over");
	for (unsigned i = 0; i < count && used < size; i++) {
		char name[96];

		if (i && options[i].task == options[i - 1].task)
			continue;
		name_of(replay, options[i].task, name, sizeof(name));
		used += (size_t)snprintf(text + used, size - used, "%s%s (%s)", i ? ", " : "", name,
					 op_name(options[i].task));
	}
}

/* `where` it stands in what a person has kept, a repro or a recipe; "" for a path. */
static enum gx_status diverged(const struct gx_replay *replay, struct gx_error *err, const char *where,
			       const char *expected)
{
	char enabled[384];

	list_enabled(replay, enabled, sizeof(enabled));
	if (!*where)
		return gx_fail(err, GX_EDIVERGED, "replay diverged at step %u: expected %s; enabled: %s",
			       gx_sched_steps() + 1, expected, enabled);
	return gx_fail(err, GX_EDIVERGED,
		       "this execution is no longer possible from step %u on%s: expected %s; enabled: %s",
		       gx_sched_steps() + 1, where, expected, enabled);
}

/* ---- running ---- */

static void begin(struct gx_replay *replay, struct gx_path *whole)
{
	if (whole)
		whole->count = 0;
	replay->event_count = 0;
	gx_sched_reset();
	if (replay->events)
		gx_sched_record(replay->events, replay->capacity, &replay->event_count);
}

static void take(struct gx_choice choice, struct gx_path *whole)
{
	if (whole)
		gx_path_push(whole, choice);
	gx_sched_step(choice);
}

static void finish(struct gx_replay *replay, struct gx_path *whole)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;

	while (gx_sched_options(options))
		take(options[0], whole);
	if (replay->events)
		gx_sched_record(NULL, 0, NULL);
}

static enum gx_status stop(struct gx_replay *replay, enum gx_status rc)
{
	if (replay->events)
		gx_sched_record(NULL, 0, NULL);
	return rc;
}

/* Take `choice` if it is one of the options. */
static bool take_option(struct gx_choice choice, struct gx_path *whole)
{
	if (!gx_take(choice))
		return false;
	if (whole)
		gx_path_push(whole, choice);
	return true;
}

static enum gx_status cannot_step(const struct gx_replay *replay, struct gx_choice choice, const char *where,
				  struct gx_error *err)
{
	char name[96];
	char expected[256];

	if (choice.task == GX_FAIR)
		return diverged(replay, err, where, "a loop in which everybody goes round for ever");
	name_of(replay, choice.task, name, sizeof(name));
	snprintf(expected, sizeof(expected), "a step of %s%s, which cannot step (it %s%s)", name,
		 choice.spurious ? " by a spurious wake-up" : "",
		 gx_task_at(choice.task) && gx_task_at(choice.task)->state != GX_TASK_ENDED ? "is at " : "",
		 op_name(choice.task));
	return diverged(replay, err, where, expected);
}

enum gx_status gx_replay_path(struct gx_replay *replay, const struct gx_path *path, struct gx_path *whole,
			      struct gx_error *err)
{
	begin(replay, whole);
	for (uint32_t i = 0; i < path->count; i++)
		if (!take_option(path->choice[i], whole))
			return stop(replay, cannot_step(replay, path->choice[i], "", err));
	finish(replay, whole);
	return GX_OK;
}

/* ---- repros ---- */

/* What a task does in a run, op by op: the first few, each with how often it comes in a row. */
enum { DOINGS_MAX = 10 };

struct doings {
	struct {
		const char *op;
		uint32_t times;
	} list[DOINGS_MAX];
	unsigned count;
	bool more;
};

/* Whoever is there once the choices have been asked for: when nobody can step that makes the next ones. */
static const char *op_now(unsigned task)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;

	if (task != GX_CLOCK && !gx_task_at(task))
		gx_sched_options(options);
	return op_name(task);
}

static void add_doing(struct doings *doings, const char *op)
{
	if (doings->count && !doings->more && doings->list[doings->count - 1].op == op) {
		doings->list[doings->count - 1].times++;
	} else if (doings->count == DOINGS_MAX) {
		doings->more = true;
	} else {
		doings->list[doings->count].op = op;
		doings->list[doings->count++].times = 1;
	}
}

/* "row.read, mutex.lock 3 times, ..." */
static void say_doings(const struct doings *doings, char *text, size_t size)
{
	size_t used = 0;

	snprintf(text, size, "nothing");
	for (unsigned i = 0; i < doings->count && used < size; i++) {
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", doings->list[i].op);
		if (doings->list[i].times > 1 && used < size)
			used += (size_t)snprintf(text + used, size - used, " %u times", doings->list[i].times);
	}
	if (doings->more && used < size)
		snprintf(text + used, size - used, ", ...");
}

/* The steps of a run could be taken, but what happened in them is not what happened when the repro was made. */
static enum gx_status does_something_else(const struct gx_replay *replay, const struct gx_repro_run *run,
					  uint32_t first, const char *where, const struct doings *doings,
					  struct gx_error *err)
{
	char name[96];
	char enabled[320];
	char now[320];
	char steps[48];

	say_doings(doings, now, sizeof(now));
	name_of(replay, run->choice.task, name, sizeof(name));
	list_enabled(replay, enabled, sizeof(enabled));
	snprintf(steps, sizeof(steps), run->steps > 1 ? "steps %u to %u" : "step %u", first, gx_sched_steps());
	return gx_fail(err, GX_EDIVERGED,
		       "this execution is no longer possible from step %u on%s: %s does something else in %s, now %s; "
		       "enabled behind that: %s",
		       first, where, name, steps, now, enabled);
}

static enum gx_status replay_run(struct gx_replay *replay, const struct gx_repro_run *run, unsigned number,
				 struct gx_path *whole, struct gx_error *err)
{
	uint32_t first = gx_sched_steps() + 1;
	struct doings doings GX_UNINITIALISED; /* only its count is looked at first */
	char where[48];

	doings.count = 0;
	doings.more = false;
	snprintf(where, sizeof(where), " (run %u of the repro)", number);
	for (uint32_t i = 0; i < run->steps; i++) {
		const char *op = op_now(run->choice.task);

		if (!take_option(run->choice, whole))
			return cannot_step(replay, run->choice, where, err);
		add_doing(&doings, op);
	}
	if ((gx_sched_event_hash() & 0xfff) == run->check)
		return GX_OK;
	return does_something_else(replay, run, first, where, &doings, err);
}

enum gx_status gx_replay_repro(struct gx_replay *replay, const struct gx_repro *repro, struct gx_path *whole,
			       struct gx_error *err)
{
	uint32_t steps;

	begin(replay, whole);
	for (uint32_t i = 0; i < repro->run_count; i++) {
		enum gx_status rc = replay_run(replay, &repro->runs[i], i + 1, whole, err);

		if (rc != GX_OK)
			return stop(replay, rc);
	}
	steps = gx_sched_steps();
	finish(replay, whole);
	if (gx_sched_steps() == repro->steps && gx_sched_event_hash() == repro->hash)
		return GX_OK;
	if (whole)
		whole->count = steps;
	return gx_fail(
		err, GX_EDIVERGED,
		"this execution is no longer possible behind the last run of the repro: expected the end after %u steps "
		"with event hash %016llx, but it came after %u steps with %016llx; gate, scenario or harness have changed "
		"since",
		repro->steps, (unsigned long long)repro->hash, gx_sched_steps(),
		(unsigned long long)gx_sched_event_hash());
}

static void add_step(struct gx_repro *out, uint32_t *capacity, struct gx_choice choice)
{
	struct gx_repro_run *run = out->run_count ? &out->runs[out->run_count - 1] : NULL;

	if (!run || memcmp(&run->choice, &choice, sizeof(choice)) != 0) {
		if (out->run_count == *capacity) {
			uint32_t more = *capacity ? *capacity * 2 : 16;
			struct gx_repro_run *larger = realloc(out->runs, more * sizeof(*larger));

			if (!larger)
				gx_no_memory("a repro");
			out->runs = larger;
			*capacity = more;
		}
		run = &out->runs[out->run_count++];
		*run = (struct gx_repro_run){.choice = choice};
	}
	run->steps++;
	run->check = (uint16_t)(gx_sched_event_hash() & 0xfff);
}

enum gx_status gx_repro_make(struct gx_repro *out, const char *scenario, const char *gate, const struct gx_path *path,
			     struct gx_error *err)
{
	struct gx_replay replay = {0};
	uint32_t capacity = 0;

	*out = (struct gx_repro){.points = *gx_points()};
	if (strlen(scenario) >= GX_REPRO_NAME_MAX || strlen(gate) >= GX_REPRO_NAME_MAX)
		return gx_fail(err, GX_EINPUT, "the name of the scenario or gate is too long for a repro");
	memcpy(out->scenario, scenario, strlen(scenario) + 1);
	memcpy(out->gate, gate, strlen(gate) + 1);
	begin(&replay, NULL);
	for (uint32_t i = 0; i < path->count; i++) {
		if (!take_option(path->choice[i], NULL)) {
			gx_repro_release(out);
			return cannot_step(&replay, path->choice[i], "", err);
		}
		add_step(out, &capacity, path->choice[i]);
	}
	finish(&replay, NULL);
	out->steps = gx_sched_steps();
	out->hash = gx_sched_event_hash();
	return GX_OK;
}

/* ---- recipes ---- */

static int find_task(const struct gx_replay *replay, const char *wanted)
{
	for (unsigned i = 0; i < GX_TASKS_MAX; i++) {
		char name[96];

		if (i != GX_CLOCK && !gx_task_at(i))
			continue;
		name_of(replay, i, name, sizeof(name));
		if (!strcmp(name, wanted))
			return (int)i;
	}
	return -1;
}

/* The first option of a task, or false. */
static bool option_of(unsigned task, struct gx_choice *out)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned count = gx_sched_options(options);

	for (unsigned i = 0; i < count; i++)
		if (options[i].task == task && !options[i].spurious) {
			*out = options[i];
			return true;
		}
	return false;
}

static bool has_ended(unsigned task, uint32_t path)
{
	const struct gx_task *record = gx_task_at(task);

	return !record || record->path != path || record->state == GX_TASK_ENDED;
}

/* "docker.create" stands for docker.create.reserve too: a person thinks of the call, not of the steps within it. */
static bool is_at(unsigned task, const char *label)
{
	const struct gx_task *record = gx_task_at(task);
	size_t length = strlen(label);
	const char *name;

	if (!record || record->state != GX_TASK_PARKED)
		return false;
	name = gx_label_name(record->op.label);
	return !strncmp(name, label, length) && (name[length] == '\0' || name[length] == '.');
}

static enum gx_status recipe_step(struct gx_replay *replay, const struct gx_recipe_step *step, struct gx_path *whole,
				  struct gx_error *err)
{
	int task = find_task(replay, step->task);
	char where[48];
	char expected[256];
	struct gx_choice choice;
	uint32_t path;

	snprintf(where, sizeof(where), " (line %u of the scenario)", step->line);
	if (task < 0) {
		snprintf(expected, sizeof(expected), "a task named %s, which does not exist (yet, or any more)",
			 step->task);
		return diverged(replay, err, where, expected);
	}
	if (step->until == GX_UNTIL_TICK) {
		if (!option_of(GX_CLOCK, &choice))
			return diverged(replay, err, where, "a tick of the clock, but nobody sleeps");
		take(choice, whole);
		return GX_OK;
	}
	path = gx_task_at((unsigned)task)->path;
	for (;;) {
		if (has_ended((unsigned)task, path))
			break;
		if (!option_of((unsigned)task, &choice)) {
			if (step->until == GX_UNTIL_BLOCKED)
				return GX_OK;
			return cannot_step(replay, (struct gx_choice){.task = (uint8_t)task}, where, err);
		}
		take(choice, whole);
		if (step->until == GX_UNTIL_OP && is_at((unsigned)task, step->label))
			return GX_OK;
	}
	if (step->until != GX_UNTIL_OP)
		return GX_OK;
	snprintf(expected, sizeof(expected), "%s to come to %s, but it ended first", step->task, step->label);
	return diverged(replay, err, where, expected);
}

/* What comes before the first line: whoever makes its task has to act first. */
static void run_prologue(struct gx_replay *replay, const struct gx_recipe_step *first, struct gx_path *whole)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;

	while (find_task(replay, first->task) < 0) {
		if (!gx_sched_options(options)) {
			begin(replay, whole); /* it never will: say so at the start */
			return;
		}
		take(options[0], whole);
	}
}

enum gx_status gx_replay_recipe(struct gx_replay *replay, const struct gx_recipe_step *steps, unsigned count,
				struct gx_path *whole, struct gx_error *err)
{
	begin(replay, whole);
	if (count)
		run_prologue(replay, &steps[0], whole);
	for (unsigned i = 0; i < count; i++) {
		enum gx_status rc = recipe_step(replay, &steps[i], whole, err);

		if (rc != GX_OK)
			return stop(replay, rc);
	}
	finish(replay, whole);
	return GX_OK;
}
