/* One execution again: paths, repro lines, recipes; and what is said when it does not fit. */
#include "tests/fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore/path.h"
#include "explore/replay.h"
#include "explore/rng.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	uint64_t waiting;
	uint64_t order;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

/* ---- a program with choices of every kind: tasks, the clock, alternatives, spurious wake-ups ---- */

/* The first one for a second at most. */
static void waits(void *argument)
{
	struct timespec when;
	int rc;

	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_sec++;
	pthread_mutex_lock(&w->mutex);
	w->waiting++;
	rc = number_of(argument) == 1 ? pthread_cond_timedwait(&w->cond, &w->mutex, &when)
				      : pthread_cond_wait(&w->cond, &w->mutex);
	w->order = w->order * 10 + number_of(argument);
	gx_emit(GX_L_SLEEP, number_of(argument), (uint64_t)rc);
	pthread_mutex_unlock(&w->mutex);
}

static void signals_twice(void *argument)
{
	(void)argument;
	await(&w->waiting, 2); /* so that there is a choice of whom to wake */
	for (unsigned i = 0; i < 2; i++) {
		pthread_mutex_lock(&w->mutex);
		pthread_cond_signal(&w->cond);
		pthread_mutex_unlock(&w->mutex);
	}
}

static const struct fixture varied = {.tasks = {waits, waits, waits, signals_twice},
				      .start = take_shared,
				      .spurious = 1};

static void name_task(void *context, unsigned task, char *text, size_t size)
{
	(void)context;
	snprintf(text, size, task == GX_CLOCK ? "clock" : "worker#%u", task);
}

/* Up to `count` choices drawn by chance. */
static struct gx_path random_path(struct gx_rng *rng, unsigned count)
{
	struct gx_choice options[GX_OPTIONS_MAX];
	struct gx_path path = {0};
	unsigned ways;

	gx_sched_reset();
	while (path.count < count && (ways = gx_sched_options(options)) != 0) {
		gx_path_push(&path, options[gx_rng_below(rng, ways)]);
		gx_sched_step(path.choice[path.count - 1]);
	}
	return path;
}

static void assert_same_path(const struct gx_path *a, const struct gx_path *b)
{
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->choice, b->choice, a->count * sizeof(a->choice[0]));
}

static void must(enum gx_status rc, const struct gx_error *err)
{
	if (rc != GX_OK)
		fail_msg("%s", err->text);
}

/* ---- paths and repros ---- */

static void a_path_is_completed_by_the_default_choice(void **state)
{
	struct gx_replay replay = {.events = fixture_events, .capacity = FIXTURE_EVENTS};
	struct gx_path path = {0};
	struct gx_path whole = {0};
	struct gx_error err;

	(void)state;
	fixture_load(&varied);
	gx_path_push(&path, (struct gx_choice){.task = 3});
	must(gx_replay_path(&replay, &path, &whole, &err), &err);
	assert_int_equal(whole.count, gx_sched_steps());
	assert_int_equal(whole.choice[0].task, 3);
	assert_int_equal(whole.choice[1].task, 3); /* who ran last goes on */
	assert_int_equal(gx_sched_ending(), GX_ENDING_QUIET);
	assert_int_equal(fixture_events[0].task, 3);
	gx_path_release(&path);
	gx_path_release(&whole);
}

/* Run, make the line, print, parse, replay: every event is the same, whatever the choices were. */
static void a_repro_line_repeats_an_execution_event_by_event(void **state)
{
	static struct gx_event events[FIXTURE_EVENTS];
	struct gx_rng rng = gx_rng_for(11, 0);
	unsigned spurious = 0;
	unsigned alternatives = 0;
	unsigned ticks = 0;

	(void)state;
	fixture_load(&varied);
	for (unsigned i = 0; i < 300; i++) {
		struct gx_path path = random_path(&rng, i % 3 ? 1000 : gx_rng_below(&rng, 20));
		struct gx_replay first = {.events = events, .capacity = FIXTURE_EVENTS};
		struct gx_replay second = {.events = fixture_events, .capacity = FIXTURE_EVENTS};
		struct gx_path whole = {0};
		struct gx_path again = {0};
		struct gx_repro made;
		struct gx_repro parsed;
		struct gx_error err;
		char *line;
		char *line_again;

		must(gx_replay_path(&first, &path, &whole, &err), &err);
		must(gx_repro_make(&made, "a scenario", "gate/1", &path, &err), &err);
		line = gx_repro_print(&made);
		must(gx_repro_parse(&parsed, line, &err), &err);
		must(gx_replay_repro(&second, &parsed, &again, &err), &err);
		assert_int_equal(first.event_count, second.event_count);
		assert_memory_equal(events, fixture_events, first.event_count * sizeof(events[0]));
		assert_same_path(&whole, &again);
		assert_string_equal(parsed.scenario, "a scenario");
		assert_string_equal(parsed.gate, "gate/1");
		line_again = gx_repro_print(&parsed);
		assert_string_equal(line_again, line);
		for (uint32_t j = 0; j < path.count; j++) {
			spurious += path.choice[j].spurious;
			alternatives += path.choice[j].alternative > 0;
			ticks += path.choice[j].task == GX_CLOCK;
		}
		free(line);
		free(line_again);
		gx_repro_release(&made);
		gx_repro_release(&parsed);
		gx_path_release(&path);
		gx_path_release(&whole);
		gx_path_release(&again);
	}
	assert_true(spurious > 10);
	assert_true(alternatives > 10);
	assert_true(ticks > 10);
}

static void the_same_repro_gives_the_same_hash_ten_thousand_times(void **state)
{
	struct gx_rng rng = gx_rng_for(12, 0);
	struct gx_replay replay = {0};
	struct gx_path path;
	struct gx_repro repro;
	struct gx_error err;

	(void)state;
	fixture_load(&varied);
	path = random_path(&rng, 1000);
	must(gx_repro_make(&repro, "s", "g", &path, &err), &err);
	for (unsigned i = 0; i < 10000; i++)
		must(gx_replay_repro(&replay, &repro, NULL, &err), &err); /* compares steps and hash */
	gx_repro_release(&repro);
	gx_path_release(&path);
}

static void a_line_looks_as_documented(void **state)
{
	struct gx_repro_run runs[] = {
		{.choice = {.task = 1}, .steps = 14, .check = 0x8c3},
		{.choice = {.task = 2, .alternative = 3}, .steps = 1, .check = 0x7f},
		{.choice = {.task = 2, .spurious = 1}, .steps = 1, .check = 0xb21},
	};
	struct gx_repro repro = {.scenario = "double click", .gate = "none", .runs = runs, .run_count = 3, .steps = 93};
	struct gx_repro parsed;
	struct gx_error err;
	char *line;

	(void)state;
	repro.hash = 0x5d1f0c9e77a1b2c3;
	line = gx_repro_print(&repro);
	assert_string_equal(line, "gx1:double%20click:none:1*14~8c3,2*1.3~07f,2*1!~b21:93:5d1f0c9e77a1b2c3");
	must(gx_repro_parse(&parsed, "  gx1:double%20click:none:1*14~8c3,2*1.3~07f,2*1!~b21:93:5d1f0c9e77a1b2c3 \n",
			    &err),
	     &err);
	assert_string_equal(parsed.scenario, "double click");
	assert_int_equal(parsed.run_count, 3);
	assert_int_equal(parsed.runs[1].choice.alternative, 3);
	assert_int_equal(parsed.runs[2].choice.spurious, 1);
	assert_int_equal(parsed.hash, repro.hash);
	gx_repro_release(&parsed);
	free(line);
}

static void a_line_says_which_accesses_are_points(void **state)
{
	static const char *const lines[] = {"gx1:a:b:1*1~000:1:0000000000000000", "gx1a:a:b:1*1~000:1:0000000000000000",
					    "gx1s1f:a:b:1*1~000:1:0000000000000000",
					    "gx1s1f.20.fffffffff:a:b:1*1~000:1:0000000000000000"};
	static const unsigned counts[] = {0, 0, 1, 3};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct gx_repro repro;
		struct gx_error err;
		char *line;

		assert_int_equal(gx_repro_parse(&repro, lines[i], &err), GX_OK);
		assert_int_equal(repro.points.count, counts[i]);
		line = gx_repro_print(&repro);
		assert_string_equal(line, lines[i]);
		free(line);
		gx_repro_release(&repro);
	}
}

static void a_line_that_is_none_is_refused_at_the_character_that_is_wrong(void **state)
{
	static const struct {
		const char *line;
		unsigned character;
		const char *wanted;
	} rows[] = {
		{"", 1, "'gx1:', the version of the format,"},
		{"gy1:a:b::0:0000000000000000", 1, "'gx1:', the version of the format,"},
		{"gx1::b::0:0000000000000000", 5, "a name"},
		{"gx1:a b::0:0000000000000000", 6, "':'"},
		{"gx1:a%zz:b::0:0000000000000000", 6, "%XX, a byte in lower case hexadecimal,"},
		{"gx1:a%00:b::0:0000000000000000", 6, "%XX, a byte in lower case hexadecimal,"},
		{"gx1:a%2", 6, "%XX, a byte in lower case hexadecimal,"},
		{"gx1:a:b:64*1~000:1:0000000000000000", 10, "a smaller number"},
		{"gx1:a:b:1+1~000:1:0000000000000000", 10, "'*'"},
		{"gx1:a:b:1*~000:1:0000000000000000", 11, "a number"},
		{"gx1:a:b:1*4294967296~000:1:0000000000000000", 20, "a smaller number"},
		{"gx1:a:b:1*1.65536~000:1:0000000000000000", 17, "a smaller number"},
		{"gx1:a:b:1*1~00:1:0000000000000000", 15, "a digit of a hash"},
		{"gx1:a:b:1*1~00G:1:0000000000000000", 15, "a digit of a hash"},
		{"gx1:a:b:1*1~0001:1:0000000000000000", 16, "','"},
		{"gx1:a:b:1*1~000,:1:0000000000000000", 17, "a number"},
		{"gx1:a:b::x:0000000000000000", 10, "a number"},
		{"gx1:a:b::0:000000000000000", 27, "a digit of a hash"},
		{"gx1:a:b::0:00000000000000000", 28, "the end"},
		{"gx1:a:b::0:0000000000000000 x", 29, "the end"},
		{"gx1ab:a:b::0:0000000000000000", 5, "':'"},
		{"gx1s:a:b::0:0000000000000000", 5, "a place in the code, in hexadecimal,"},
		{"gx1s1.:a:b::0:0000000000000000", 7, "a place in the code, in hexadecimal,"},
		{"gx1s1.2x:a:b::0:0000000000000000", 8, "':'"},
		{"gx1s2.1:a:b::0:0000000000000000", 8, "a place behind the one before it"},
		{"gx1s11111111111111111:a:b::0:0000000000000000", 5, "a place in the code, in hexadecimal,"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gx_repro repro;
		struct gx_error err;
		char place[32];

		assert_int_equal(gx_repro_parse(&repro, rows[i].line, &err), GX_EINPUT);
		assert_null(repro.runs);
		snprintf(place, sizeof(place), "character %u is ", rows[i].character);
		if (!strstr(err.text, place) || !strstr(err.text, rows[i].wanted))
			fail_msg("row %u, \"%s\": %s", i, rows[i].line, err.text);
	}
}

static void names_of_any_length_and_byte_survive_or_are_refused(void **state)
{
	char name[GX_REPRO_NAME_MAX + 1];
	struct gx_repro repro;
	struct gx_repro parsed;
	struct gx_path path = {0};
	struct gx_error err;
	char *line;

	(void)state;
	fixture_load(&varied);
	for (unsigned i = 0; i < GX_REPRO_NAME_MAX; i++)
		name[i] = (char)(i % 255 + 1);
	name[GX_REPRO_NAME_MAX - 1] = 0;
	must(gx_repro_make(&repro, name, name, &path, &err), &err);
	line = gx_repro_print(&repro);
	must(gx_repro_parse(&parsed, line, &err), &err);
	assert_string_equal(parsed.scenario, name);
	assert_string_equal(parsed.gate, name);
	gx_repro_release(&repro);
	gx_repro_release(&parsed);
	free(line);
	memset(name, 'a', GX_REPRO_NAME_MAX);
	name[GX_REPRO_NAME_MAX] = 0;
	assert_int_equal(gx_repro_make(&repro, name, "g", &path, &err), GX_EINPUT);
}

/* ---- programs that have changed ---- */

enum change { UNCHANGED, OTHER_EVENT, SHORTER, BLOCKED, OTHER_END };
static enum change change; /* part of the program: it is the same for all executions of a load */

static void steps_five_times(void *argument)
{
	for (unsigned i = 0; i < 5; i++) {
		if (change == SHORTER && i == 3 && number_of(argument) == 2)
			return;
		if (change == BLOCKED && i == 2 && number_of(argument) == 2)
			pthread_mutex_lock(&w->mutex);
		if (change == OTHER_EVENT && i == 1 && number_of(argument) == 2)
			gx_emit(GX_L_SLEEP, 0, 0);
		point();
	}
	if (change == OTHER_END && number_of(argument) == 1)
		gx_emit(GX_L_SLEEP, 0, 0);
}

static void holds_the_mutex(void)
{
	take_shared();
	pthread_mutex_lock(&w->mutex); /* libc's: no task's, and nobody's to give back */
}

static const struct fixture changeable = {.tasks = {steps_five_times, steps_five_times}, .start = holds_the_mutex};

/* A repro of the unchanged program: 1 1 2 2 2 2, then the default choice. */
static struct gx_repro repro_before_the_change(void)
{
	struct gx_path path = {0};
	struct gx_repro repro;
	struct gx_error err;

	change = UNCHANGED;
	fixture_load(&changeable);
	for (unsigned i = 0; i < 6; i++)
		gx_path_push(&path, (struct gx_choice){.task = i < 2 ? 1 : 2});
	must(gx_repro_make(&repro, "s", "g", &path, &err), &err);
	gx_path_release(&path);
	return repro;
}

static void a_changed_program_is_noticed_where_it_differs_and_the_message_says_what_was_expected(void **state)
{
	static const struct {
		enum change change;
		const char *said;
	} rows[] = {
		{OTHER_EVENT, "this execution is no longer possible from step 3 on (run 2 of the repro): worker#2 does "
			      "something else in steps 3 to 6, now task.begin"},
		{SHORTER, "this execution is no longer possible from step 3 on (run 2 of the repro): worker#2 does "
			  "something else in steps 3 to 6, now task.begin"},
		{BLOCKED,
		 "this execution is no longer possible from step 6 on (run 2 of the repro): expected a step of worker#2, which cannot "
		 "step (it is at mutex.lock); enabled: worker#1 (yield)"},
		{OTHER_END,
		 "this execution is no longer possible behind the last run of the repro: expected the end after 12 steps with "
		 "event hash "},
	};
	struct gx_repro repro = repro_before_the_change();
	struct gx_replay replay = {.namer = name_task};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gx_error err;

		change = rows[i].change;
		fixture_load(&changeable);
		assert_int_equal(gx_replay_repro(&replay, &repro, NULL, &err), GX_EDIVERGED);
		if (strncmp(err.text, rows[i].said, strlen(rows[i].said)) != 0)
			fail_msg("row %u: %s", i, err.text);
	}
	change = UNCHANGED;
	fixture_load(&changeable);
	must(gx_replay_repro(&replay, &repro, NULL, &(struct gx_error){""}), &(struct gx_error){""});
	gx_repro_release(&repro);
}

static void a_step_of_a_task_that_has_ended_or_never_was_is_told(void **state)
{
	struct gx_replay replay = {.namer = name_task};
	struct gx_path path = {0};
	struct gx_repro repro;
	struct gx_error err;

	(void)state;
	change = UNCHANGED;
	fixture_load(&changeable);
	for (unsigned i = 0; i < 7; i++)
		gx_path_push(&path, (struct gx_choice){.task = 1});
	assert_int_equal(gx_replay_path(&replay, &path, NULL, &err), GX_EDIVERGED);
	assert_string_equal(err.text, "replay diverged at step 7: expected a step of worker#1, which cannot step (it "
				      "has ended, or never began); enabled: worker#2 (task.begin)");
	assert_int_equal(gx_repro_make(&repro, "s", "g", &path, &err), GX_EDIVERGED);
	assert_null(repro.runs);
	path.count = 0;
	gx_path_push(&path, (struct gx_choice){.task = GX_CLOCK});
	assert_int_equal(gx_replay_path(&replay, &path, NULL, &err), GX_EDIVERGED);
	assert_non_null(strstr(err.text, "expected a step of clock, which cannot step"));
	path.count = 0;
	gx_path_push(&path, (struct gx_choice){.task = 1, .spurious = 1});
	assert_int_equal(gx_replay_path(&replay, &path, NULL, &err), GX_EDIVERGED);
	assert_non_null(strstr(err.text, "expected a step of worker#1 by a spurious wake-up, which cannot step"));
	gx_path_release(&path);
}

/* ---- recipes ---- */

static void notes_itself_in_a_lock(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	w->order = w->order * 10 + number_of(argument);
	gx_sleep(GX_L_SLEEP, 1000);
	pthread_mutex_unlock(&w->mutex);
}

static const struct fixture locking = {.tasks = {notes_itself_in_a_lock, notes_itself_in_a_lock,
						 notes_itself_in_a_lock},
				       .start = take_shared};

static enum gx_status follow(const struct gx_recipe_step *steps, unsigned count, struct gx_error *err)
{
	struct gx_replay replay = {.namer = name_task, .events = fixture_events, .capacity = FIXTURE_EVENTS};
	enum gx_status rc;

	fixture_load(&locking);
	rc = gx_replay_recipe(&replay, steps, count, NULL, err);
	fixture_event_count = replay.event_count;
	return rc;
}

static void a_recipe_runs_tasks_until_an_op_their_end_or_a_block(void **state)
{
	static const struct gx_recipe_step steps[] = {
		{.task = "worker#3", .until = GX_UNTIL_OP, .label = "sleep", .line = 1},
		{.task = "worker#1", .until = GX_UNTIL_BLOCKED, .line = 2},
		{.task = "clock", .until = GX_UNTIL_TICK, .line = 3},
		{.task = "worker#3", .until = GX_UNTIL_END, .line = 4},
		{.task = "worker#2", .until = GX_UNTIL_OP, .label = "mutex", .line = 5}, /* mutex.lock */
		{.task = "worker#2", .until = GX_UNTIL_BLOCKED, .line = 6},
	};
	struct gx_error err;

	(void)state;
	must(follow(steps, 6, &err), &err);
	assert_int_equal(w->order, 321);
	assert_int_equal(gx_sched_ending(), GX_ENDING_QUIET);
}

static void a_recipe_that_does_not_fit_says_at_which_line_and_what_was_enabled(void **state)
{
	static const struct {
		struct gx_recipe_step step;
		const char *said;
	} rows[] = {
		{{.task = "worker#4", .until = GX_UNTIL_END, .line = 12},
		 "this execution is no longer possible from step 3 on (line 12 of the scenario): expected a task named worker#4, which does not "
		 "exist (yet, or any more); enabled: worker#2 (task.begin), worker#3 (task.begin), clock (clock.tick)"},
		{{.task = "worker#1", .until = GX_UNTIL_END, .line = 13},
		 "this execution is no longer possible from step 3 on (line 13 of the scenario): expected a step of worker#1, which cannot step "
		 "(it is at sleep); enabled: worker#2 (task.begin), "},
		{{.task = "worker#2", .until = GX_UNTIL_OP, .label = "docker.create", .line = 14},
		 "this execution is no longer possible from step 4 on (line 14 of the scenario): expected a step of worker#2, which cannot step "
		 "(it is at mutex.lock); enabled: worker#3 (task.begin), clock (clock.tick)"},
	};
	struct gx_recipe_step steps[] = {{.task = "worker#1", .until = GX_UNTIL_OP, .label = "sleep", .line = 11}, {0}};
	struct gx_error err;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		steps[1] = rows[i].step;
		assert_int_equal(follow(steps, 2, &err), GX_EDIVERGED);
		if (strncmp(err.text, rows[i].said, strlen(rows[i].said)) != 0)
			fail_msg("row %u: %s", i, err.text);
	}
}

static void a_recipe_notices_an_end_that_came_too_early_and_a_clock_that_has_nobody_to_wake(void **state)
{
	static const struct gx_recipe_step late[] = {
		{.task = "worker#1", .until = GX_UNTIL_OP, .label = "sleep", .line = 1},
		{.task = "clock", .until = GX_UNTIL_TICK, .line = 2},
		{.task = "worker#1", .until = GX_UNTIL_OP, .label = "mutex.lock", .line = 3},
	};
	static const struct gx_recipe_step tick = {.task = "clock", .until = GX_UNTIL_TICK, .line = 7};
	struct gx_error err;

	(void)state;
	assert_int_equal(follow(late, 3, &err), GX_EDIVERGED);
	assert_non_null(strstr(err.text, "(line 3 of the scenario): expected worker#1 to come to mutex.lock, but it "
					 "ended first; enabled: worker#2 (task.begin)"));
	assert_int_equal(follow(&tick, 1, &err), GX_EDIVERGED);
	assert_non_null(strstr(err.text, "(line 7 of the scenario): expected a tick of the clock, but nobody sleeps"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_completed_by_the_default_choice),
		cmocka_unit_test(a_repro_line_repeats_an_execution_event_by_event),
		cmocka_unit_test(the_same_repro_gives_the_same_hash_ten_thousand_times),
		cmocka_unit_test(a_line_looks_as_documented),
		cmocka_unit_test(a_line_says_which_accesses_are_points),
		cmocka_unit_test(a_line_that_is_none_is_refused_at_the_character_that_is_wrong),
		cmocka_unit_test(names_of_any_length_and_byte_survive_or_are_refused),
		cmocka_unit_test(a_changed_program_is_noticed_where_it_differs_and_the_message_says_what_was_expected),
		cmocka_unit_test(a_step_of_a_task_that_has_ended_or_never_was_is_told),
		cmocka_unit_test(a_recipe_runs_tasks_until_an_op_their_end_or_a_block),
		cmocka_unit_test(a_recipe_that_does_not_fit_says_at_which_line_and_what_was_enabled),
		cmocka_unit_test(a_recipe_notices_an_end_that_came_too_early_and_a_clock_that_has_nobody_to_wake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
