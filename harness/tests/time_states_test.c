/* Time as a part of the state: what tells states apart, what does not, and that nothing is lost by it. */
#include "tests/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "core/sanitizer.h"
#include "explore/replay.h"
#include "explore/rng.h"

#define SECOND 1000000000ull
#define MS     1000000ull

static struct {
	uint64_t flag;
	uint64_t trace; /* of whoever writes: order and values, all of it */
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static uint64_t trace(void)
{
	return w->trace;
}

static void write_down(uint64_t value)
{
	w->trace = w->trace * 31 + value + 1;
}

/* ---- polling ---- */

static void polls(void *argument)
{
	(void)argument;
	point();
	while (!w->flag)
		gx_sleep(GX_L_SLEEP, MS);
}

static void raises_after_a_while(void *argument)
{
	(void)argument;
	gx_sleep(GX_L_SLEEP, 10 * SECOND);
	w->flag = 1;
}

static void who_polls_beside_a_long_sleep_has_as_few_states_as_beside_a_short_one(void **state)
{
	static const struct fixture program = {.tasks = {polls, polls, raises_after_a_while}, .start = take_shared};
	const struct gx_explored *out;

	(void)state;
	out = fixture_search(&program);
	assert_int_equal(out->hit_count, 0);
	assert_true(out->infinite);
	assert_in_range(out->states, 10, 100); /* 10,000 polls fit into the long sleep */
}

static void a_poll_that_nothing_ends_comes_to_its_limit(void **state)
{
	static const struct fixture alone = {.tasks = {polls, polls}, .start = take_shared};
	struct gx_explore_options random = {.strategy = &gx_strategy_random, .executions = 10, .seed = 1};

	(void)state;
	assert_true(fixture_search(&alone)->infinite);
	assert_found(FOUND_LIVELOCK);
	fixture_explore(&alone, &random);
	assert_found(FOUND_LIVELOCK);
}

static void spins_on_a_flag(void *argument)
{
	(void)argument;
	while (!w->flag)
		point();
}

static void raises(void *argument)
{
	(void)argument;
	point();
	w->flag = 1;
	point();
}

static void a_loop_that_somebody_can_end_is_none_that_nothing_ends(void **state)
{
	static const struct fixture program = {.tasks = {spins_on_a_flag, raises}, .start = take_shared};

	(void)state;
	assert_true(fixture_search(&program)->infinite);
	assert_int_equal(fixture_search(&program)->hit_count, 0);
}

static void lowers_for_good(void *argument)
{
	(void)argument;
	point();
	if (!w->flag)
		w->flag = 2;
	while (w->flag == 2)
		point();
}

/* Only in some interleavings: a component without a way out beside others that have one. */
static void a_loop_without_a_way_out_is_found_among_others(void **state)
{
	static const struct fixture program = {.tasks = {lowers_for_good, raises}, .start = take_shared};
	static const struct fixture broken = {.tasks = {raises, lowers_for_good, lowers_for_good},
					      .start = take_shared};

	(void)state;
	fixture_search(&program); /* raises() ends it, whoever was first */
	assert_int_equal(fixture_search(&program)->hit_count, 0);
	fixture_search(&broken);
	assert_int_equal(fixture_search(&broken)->hit_count, 0);
}

static void waits_for_three(void *argument)
{
	(void)argument;
	point();
	w->flag++;
	while (w->flag % 4 != 3)
		point();
}

static void a_way_out_that_was_missed_is_missed_for_ever(void **state)
{
	/* Whoever comes third lets everybody out, unless the fourth comes before they have looked. */
	static const struct fixture program = {.tasks = {waits_for_three, waits_for_three, waits_for_three,
							 raises_after_a_while},
					       .start = take_shared};

	(void)state;
	fixture_search(&program);
	assert_found(FOUND_LIVELOCK);
}

static void is_polite(void *argument)
{
	(void)argument;
	for (;;) {
		w->flag++;
		point();
		if (w->flag == 1)
			break;
		point();
		w->flag--;
		point();
	}
	point();
	w->flag--;
}

static void tries_again(void *argument)
{
	(void)argument;
	while (w->flag)
		point();
	w->flag = 1;
	point();
	w->flag = 0;
}

/* There is a way out, but who steps in turn does not find it; the path ends where the rounds begin, and is repeated. */
static void two_polite_ones_are_in_a_livelock(void **state)
{
	static const struct fixture polite = {.tasks = {is_polite, is_polite}, .start = take_shared};
	static const struct fixture simple = {.tasks = {tries_again, tries_again, tries_again}, .start = take_shared};
	struct gx_repro repro;
	struct gx_repro parsed;
	struct gx_error err;
	char *line;

	(void)state;
	fixture_search(&polite);
	assert_found(FOUND_LIVELOCK);
	assert_int_equal(gx_repro_make(&repro, "s", "g", &fixture_hit(FOUND_LIVELOCK)->path, &err), GX_OK);
	line = gx_repro_print(&repro);
	assert_non_null(strstr(line, "fair*1~"));
	assert_int_equal(gx_repro_parse(&parsed, line, &err), GX_OK);
	assert_int_equal(gx_replay_repro(&(struct gx_replay){0}, &parsed, NULL, &err), GX_OK);
	assert_int_equal(fixture_search(&simple)->hit_count, 0);
	/* A program that has changed does not come round: the repro says so, and is not believed. */
	assert_int_equal(gx_replay_repro(&(struct gx_replay){0}, &parsed, NULL, &err), GX_EDIVERGED);
	free(line);
	gx_repro_release(&repro);
	gx_repro_release(&parsed);
}

/* ---- the clock ---- */

static void sleeps_looks_sleeps_looks(void *argument)
{
	(void)argument;
	gx_sleep(GX_L_SLEEP, 5 * SECOND);
	saw((int64_t)(gx_clock_look() / SECOND));
	gx_sleep(GX_L_SLEEP, 2 * SECOND);
	saw((int64_t)(gx_clock_look() / SECOND));
}

static void the_clock_begins_with_the_first_look(void **state)
{
	(void)state;
	fixture_run_tasks(take_shared, sleeps_looks_sleeps_looks, NULL, "");
	assert_saw(0, 2);
}

static void times_its_sleep(void *argument)
{
	uint64_t before = gx_clock_look();

	(void)argument;
	gx_sleep(GX_L_SLEEP, SECOND);
	w->trace = 1 + (gx_clock_look() - before) / SECOND;
}

static void sleeps_longer(void *argument)
{
	(void)argument;
	gx_sleep(GX_L_SLEEP, 3 * SECOND);
}

static void who_has_looked_sees_how_long_it_took(void **state)
{
	static const struct fixture program = {.tasks = {times_its_sleep, sleeps_longer},
					       .start = take_shared,
					       .outcome = trace};

	(void)state;
	fixture_search(&program);
	/* In time; or overtaken by the wake-up of the other, who began before the sleep, or as late as at its end. */
	assert_found(OUTCOME(1 + 1), OUTCOME(1 + 3), OUTCOME(1 + 4));
}

static void sleeps_twice(void *argument)
{
	(void)argument;
	gx_sleep(GX_L_SLEEP, 2 * SECOND);
	gx_sleep(GX_L_SLEEP, 2 * SECOND);
}

static void a_limit_of_time_is_met_in_a_search_as_in_samples(void **state)
{
	static const struct fixture program = {.tasks = {sleeps_twice, raises_after_a_while},
					       .start = take_shared,
					       .time_ns_max = 14 * SECOND};
	static const struct fixture tight = {.tasks = {sleeps_twice, raises_after_a_while},
					     .start = take_shared,
					     .time_ns_max = 9 * SECOND};
	struct gx_explore_options random = {.strategy = &gx_strategy_random, .executions = 100, .seed = 1};

	(void)state;
	assert_int_equal(fixture_search(&program)->hit_count, 0);
	fixture_search(&tight);
	assert_found(FOUND_LIMIT);
	fixture_explore(&tight, &random);
	assert_found(FOUND_LIMIT);
}

static void sleeps_longer_if_it_is_late(void *argument)
{
	(void)argument;
	point();
	if (w->flag == 1)
		gx_sleep(GX_L_SLEEP, 5 * SECOND);
	w->flag = 2;
	point();
	gx_sleep(GX_L_SLEEP, 5 * SECOND);
}

static void makes_it_late(void *argument)
{
	(void)argument;
	point();
	w->flag = w->flag == 2 ? 2 : 1;
}

/* The state in which both ways meet was seen first with more time left. */
static void a_limit_of_time_is_met_behind_a_state_that_was_come_to_sooner(void **state)
{
	static const struct fixture program = {.tasks = {sleeps_longer_if_it_is_late, makes_it_late},
					       .start = take_shared,
					       .time_ns_max = 9 * SECOND};

	(void)state;
	fixture_search(&program);
	assert_found(FOUND_LIMIT);
}

/* It is only never let run: a fair scheduler would. */
static void who_starves_another_that_would_end_it_is_in_no_livelock(void **state)
{
	static const struct fixture program = {.tasks = {spins_on_a_flag, raises},
					       .start = take_shared,
					       .steps_max = 100};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(fixture_count(GX_L_STEP_LIMIT), 1);
	assert_int_equal(fixture_count(GX_L_LIVELOCK), 0);
}

/* ---- nothing is lost ---- */

enum { TASKS = 3, OPS_MAX = 4, PROGRAMS = GX_ASAN ? 10 : 150 };

enum op { OP_POINT, OP_SLEEP, OP_LONG_SLEEP, OP_LOOK, OP_COUNT };

static struct {
	unsigned count[TASKS + 1];
	enum op op[TASKS + 1][OPS_MAX];
} drawn;

static void does_what_was_drawn(void *argument)
{
	unsigned number = number_of(argument);

	for (unsigned i = 0; i < drawn.count[number]; i++) {
		switch (drawn.op[number][i]) {
		case OP_POINT:
			point();
			break;
		case OP_SLEEP:
			gx_sleep(GX_L_SLEEP, number * MS);
			break;
		case OP_LONG_SLEEP:
			gx_sleep(GX_L_SLEEP, 5 * MS);
			break;
		case OP_LOOK:
			write_down(100 + gx_clock_look() / MS);
			break;
		case OP_COUNT:
			break;
		}
		write_down(number);
	}
}

static void draw(uint64_t seed)
{
	struct gx_rng rng = gx_rng_for(7, seed);

	for (unsigned t = 1; t <= TASKS; t++) {
		drawn.count[t] = 1 + gx_rng_below(&rng, t == TASKS ? 2 : 3);
		for (unsigned i = 0; i < drawn.count[t]; i++)
			drawn.op[t][i] = (enum op)gx_rng_below(&rng, seed % 2 ? OP_COUNT : OP_LOOK);
	}
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static unsigned outcomes(uint64_t *keys, bool no_visited)
{
	static const struct fixture program = {.tasks = {does_what_was_drawn, does_what_was_drawn, does_what_was_drawn},
					       .start = take_shared,
					       .outcome = trace};
	const struct gx_explored *out =
		fixture_explore(&program, &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive,
								       .no_visited = no_visited});

	assert_true(out->complete);
	for (unsigned i = 0; i < out->hit_count; i++)
		keys[i] = out->hits[i].key;
	qsort(keys, out->hit_count, sizeof(keys[0]), by_key);
	return out->hit_count;
}

/* Programs that sleep, and some that look at the clock: each order of their steps, with each time that can be seen. */
static void merging_states_by_what_was_seen_of_time_loses_no_outcome(void **state)
{
	static uint64_t merged[GX_HITS_MAX];
	static uint64_t every[GX_HITS_MAX];
	unsigned compared = 0;

	(void)state;
	for (uint64_t seed = 0; seed < PROGRAMS; seed++) {
		unsigned count;

		draw(seed);
		count = outcomes(merged, false);
		if (count == GX_HITS_MAX)
			continue; /* more than can be told apart */
		assert_int_equal(outcomes(every, true), count);
		assert_memory_equal(merged, every, count * sizeof(every[0]));
		compared++;
	}
	assert_true(compared > PROGRAMS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_polls_beside_a_long_sleep_has_as_few_states_as_beside_a_short_one),
		cmocka_unit_test(a_poll_that_nothing_ends_comes_to_its_limit),
		cmocka_unit_test(a_loop_that_somebody_can_end_is_none_that_nothing_ends),
		cmocka_unit_test(a_loop_without_a_way_out_is_found_among_others),
		cmocka_unit_test(a_way_out_that_was_missed_is_missed_for_ever),
		cmocka_unit_test(two_polite_ones_are_in_a_livelock),
		cmocka_unit_test(the_clock_begins_with_the_first_look),
		cmocka_unit_test(who_has_looked_sees_how_long_it_took),
		cmocka_unit_test(a_limit_of_time_is_met_in_a_search_as_in_samples),
		cmocka_unit_test(a_limit_of_time_is_met_behind_a_state_that_was_come_to_sooner),
		cmocka_unit_test(who_starves_another_that_would_end_it_is_in_no_livelock),
		cmocka_unit_test(merging_states_by_what_was_seen_of_time_loses_no_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
