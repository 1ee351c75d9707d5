#include "tests/fixture.h"

#include <stdio.h>
#include <string.h>

#include "access/labels.h"
#include "core/crash.h"
#include "core/internal.h"

/* The part of the world that belongs to the fixture. */
struct world {
	uint32_t saw_count;
	int64_t saw[FIXTURE_SAW];
};

void *fixture_shared;
struct gx_event fixture_events[FIXTURE_EVENTS];
uint32_t fixture_event_count;

static struct world *world;
static struct gx_program program;
static struct gx_explored explored;

/* ---- what tasks call ---- */

unsigned number_of(const void *argument)
{
	return (unsigned)(uintptr_t)argument;
}

void point(void)
{
	gx_point_simple(GX_L_YIELD, GX_READ, 0);
}

static bool has_come(const struct gx_task *task)
{
	return *(const uint64_t *)task->op.subject >= task->op.detail;
}

void await(const uint64_t *word, uint32_t value)
{
	gx_point(&(struct gx_op){.label = GX_L_YIELD,
				 .access = GX_READ,
				 .detail = value,
				 .object = gx_world_canonical(word),
				 .ready = has_come,
				 .subject = (void *)(uintptr_t)word,
				 .deadline = GX_FOREVER});
}

void saw(int64_t value)
{
	if (world->saw_count < FIXTURE_SAW)
		world->saw[world->saw_count] = value;
	world->saw_count++;
}

/* ---- the program ---- */

static enum gx_status setup(void *context, struct gx_error *err)
{
	const struct fixture *fixture = context;

	(void)err;
	world = gx_world_shared(sizeof(*world));
	fixture_shared = gx_world_shared(FIXTURE_SHARED);
	if (fixture->start)
		fixture->start();
	for (unsigned i = 0; i < FIXTURE_TASKS && fixture->tasks[i]; i++)
		gx_task_autoreap(gx_task_spawn(FIXTURE_ROLE, i + 1, fixture->tasks[i], (void *)(uintptr_t)(i + 1)));
	return GX_OK;
}

static bool somebody_is_blocked(void)
{
	for (unsigned i = 1; i < GX_TASKS_MAX; i++)
		if (gx_task_at(i) && gx_task_at(i)->state == GX_TASK_PARKED)
			return true;
	return false;
}

static bool at_rest(void *context)
{
	const struct fixture *fixture = context;

	if (somebody_is_blocked())
		gx_explore_hit(FOUND_DEADLOCK);
	else if (fixture->outcome)
		gx_explore_hit(OUTCOME(fixture->outcome()));
	return false;
}

/* Real observers call rules, which have frames of their own. */
static void __attribute__((noinline)) be_deep(void)
{
	char frame[2048];

	memset(frame, 0, sizeof(frame));
	__asm__ volatile("" : : "r"(frame) : "memory");
}

static void observe(void *context, const struct gx_event *event)
{
	(void)context;
	if (event->kind != GX_EVENT_FACT)
		return;
	be_deep();
	switch (event->label) {
	case GX_L_TASK_CRASH:
		gx_explore_hit(FOUND_CRASH);
		break;
	case GX_L_TASK_HANG:
		gx_explore_hit(FOUND_HANG);
		break;
	case GX_L_STEP_LIMIT:
		gx_explore_hit(FOUND_LIMIT);
		break;
	case GX_L_LIVELOCK:
		gx_explore_hit(FOUND_LIVELOCK);
		break;
	case GX_L_WORLD_FULL:
		gx_explore_hit(FOUND_FULL);
		break;
	case GX_L_DATA_RACE:
		gx_explore_hit(FOUND_RACE);
		break;
	case GX_L_POSIX_MISUSE:
		gx_explore_hit(FOUND_MISUSE(event->value));
		break;
	default:
		break;
	}
}

void fixture_open(void)
{
	struct gx_error err;

	if (gx_world_open(&err) != GX_OK || gx_crash_install(&err) != GX_OK)
		fail_msg("%s", err.text);
	gx_posix_register_labels();
	gx_access_register_labels();
}

void fixture_load(const struct fixture *fixture)
{
	struct gx_error err;

	fixture_open();
	program = (struct gx_program){
		.context = (void *)(uintptr_t)fixture,
		.setup = setup,
		.at_rest = at_rest,
		.observe = observe,
		.times_in_shared = true,
		.steps_max = fixture->steps_max ? fixture->steps_max : 20000,
		.time_ns_max = fixture->time_ns_max ? fixture->time_ns_max : 3600 * 1000000000ull,
		.spurious_max = fixture->spurious,
	};
	if (gx_sched_load(&program, &err) != GX_OK)
		fail_msg("%s", err.text);
}

/* ---- one execution ---- */

/* Let a task take a step; false if it cannot. */
static bool step(unsigned task)
{
	struct gx_choice options[GX_OPTIONS_MAX];
	unsigned count = gx_sched_options(options);

	for (unsigned i = 0; i < count; i++)
		if (options[i].task == task && !options[i].spurious) {
			gx_sched_step(options[i]);
			return true;
		}
	return false;
}

static void take_steps(const char *steps)
{
	for (const char *at = steps; *at; at++) {
		unsigned task = (unsigned)(*at - '0');

		if (at[1] != '*') {
			if (!step(task))
				fail_msg("task %u cannot take the step %d of \"%s\"", task, (int)(at - steps), steps);
			continue;
		}
		while (step(task))
			;
		at++;
	}
}

void fixture_run_tasks(void (*start)(void), void (*task)(void *), void (*second)(void *), const char *steps)
{
	static struct fixture pair;

	pair = (struct fixture){.tasks = {task, second}, .start = start};
	fixture_load(&pair);
	fixture_run(steps);
}

struct timespec in_seconds(clockid_t clock, time_t seconds)
{
	struct timespec when;

	clock_gettime(clock, &when);
	when.tv_sec += seconds;
	return when;
}

void fixture_begin(const char *steps)
{
	gx_sched_reset();
	gx_sched_record(fixture_events, FIXTURE_EVENTS, &fixture_event_count);
	take_steps(steps);
	gx_sched_record(NULL, 0, NULL);
}

void fixture_run(const char *steps)
{
	struct gx_choice options[GX_OPTIONS_MAX];

	gx_sched_reset();
	gx_sched_record(fixture_events, FIXTURE_EVENTS, &fixture_event_count);
	take_steps(steps);
	while (gx_sched_options(options))
		gx_sched_step(options[0]);
	gx_sched_record(NULL, 0, NULL);
}

static uint32_t kept_events(void)
{
	return fixture_event_count < FIXTURE_EVENTS ? fixture_event_count : FIXTURE_EVENTS;
}

unsigned fixture_count(unsigned label)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < kept_events(); i++)
		count += fixture_events[i].label == label;
	return count;
}

uint64_t fixture_value(unsigned label)
{
	for (uint32_t i = 0; i < kept_events(); i++)
		if (fixture_events[i].label == label)
			return fixture_events[i].value;
	return UINT64_MAX;
}

void fixture_assert_saw(const int64_t *values, unsigned count, const char *file, int line)
{
	bool same = world->saw_count == count;

	for (unsigned i = 0; i < count && same; i++)
		same = world->saw[i] == values[i];
	if (same)
		return;
	print_error("%u values were seen, %u were expected:\n", world->saw_count, count);
	for (unsigned i = 0; (i < count || i < world->saw_count) && i < FIXTURE_SAW; i++)
		print_error("  %2u: seen %lld, expected %lld%s\n", i, (long long)world->saw[i],
			    i < count ? (long long)values[i] : 0ll, i < count ? "" : " (nothing)");
	_fail(file, line);
}

/* ---- explorations ---- */

const struct gx_explored *fixture_explore(const struct fixture *fixture, const struct gx_explore_options *options)
{
	struct gx_error err;

	gx_explored_release(&explored);
	fixture_load(fixture);
	if (gx_explore(&explored, options, &err) != GX_OK)
		fail_msg("%s", err.text);
	return &explored;
}

const struct gx_explored *fixture_search(const struct fixture *fixture)
{
	fixture_explore(fixture, &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive});
	assert_true(explored.complete);
	assert_string_equal(explored.why, "");
	return &explored;
}

static const struct gx_hit *find_hit(uint64_t key)
{
	for (unsigned i = 0; i < explored.hit_count; i++)
		if (explored.hits[i].key == key)
			return &explored.hits[i];
	return NULL;
}

bool fixture_found(uint64_t key)
{
	return find_hit(key);
}

const struct gx_hit *fixture_hit(uint64_t key)
{
	const struct gx_hit *hit = find_hit(key);

	if (!hit)
		fail_msg("0x%llx was not found", (unsigned long long)key);
	return hit;
}

void fixture_assert_found(const uint64_t *keys, unsigned count, const char *file, int line)
{
	bool same = explored.hit_count == count;

	for (unsigned i = 0; i < count && same; i++)
		same = find_hit(keys[i]) != NULL;
	if (same)
		return;
	print_error("found:   ");
	for (unsigned i = 0; i < explored.hit_count; i++)
		print_error(" 0x%llx", (unsigned long long)explored.hits[i].key);
	print_error("\nexpected:");
	for (unsigned i = 0; i < count; i++)
		print_error(" 0x%llx", (unsigned long long)keys[i]);
	print_error("\n");
	_fail(file, line);
}
