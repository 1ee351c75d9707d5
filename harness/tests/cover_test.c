/* Schedules that take every transition of a state graph: counted again here, by states and steps, with nothing of what has made them. */
#include "tests/fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/snapshot.h"
#include "explore/cover.h"
#include "explore/run.h"

#define MS 1000000ull

static struct {
	uint64_t flag;
	uint64_t trace;
	pthread_mutex_t mutex;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

/* ---- programs ---- */

static void counts(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	w->trace = w->trace * 3 + number_of(argument);
	pthread_mutex_unlock(&w->mutex);
	point();
}

static void polls(void *argument)
{
	(void)argument;
	point();
	while (!w->flag)
		gx_sleep(GX_L_SLEEP, MS);
	point();
}

static void raises(void *argument)
{
	(void)argument;
	point();
	w->flag = 1;
	point();
}

static void never_ends(void *argument)
{
	(void)argument;
	for (;;)
		gx_sleep(GX_L_SLEEP, MS);
}

static void sleeps_late(void *argument)
{
	(void)argument;
	point();
	gx_sleep(GX_L_SLEEP, 10 * MS);
	w->trace = w->trace * 3 + 1;
}

static void sleeps_twice(void *argument)
{
	(void)argument;
	gx_sleep(GX_L_SLEEP, 3 * MS);
	gx_sleep(GX_L_SLEEP, 10 * MS);
	w->trace = w->trace * 3 + 2;
}

static const struct fixture programs[] = {
	{.tasks = {counts, counts}, .start = take_shared},
	{.tasks = {counts, counts, counts}, .start = take_shared},
	{.tasks = {polls, raises}, .start = take_shared}, /* a cycle */
	{.tasks = {polls, polls, raises, counts}, .start = take_shared},
	{.tasks = {never_ends, counts}, .start = take_shared}, /* no end */
};

static const struct gx_cover_limits no_limits;

/* ---- counting ---- */

struct taken {
	uint64_t state;
	struct gx_edge step;
};

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct taken));
}

static uint64_t different(struct taken *taken, size_t count)
{
	uint64_t sum = 0;

	qsort(taken, count, sizeof(*taken), by_bytes);
	for (size_t i = 0; i < count; i++)
		sum += !i || by_bytes(&taken[i - 1], &taken[i]) != 0;
	return sum;
}

static uint64_t transitions_of(const struct gx_cover *cover, const struct gx_graph *graph)
{
	struct taken *taken = calloc(cover->steps + 1, sizeof(*taken));
	size_t count = 0;
	uint64_t sum;

	gx_sched_begin_search(graph->time, graph->overtakes_max);
	for (uint32_t i = 0; i < cover->count; i++) {
		gx_sched_reset();
		for (uint32_t j = 0; j < cover->paths[i].count; j++) {
			struct gx_choice options[GX_OPTIONS_MAX];

			(void)gx_sched_options(options);
			taken[count].state = gx_world_hash();
			taken[count++].step = gx_graph_label(cover->paths[i].choice[j]);
			assert_true(gx_take(cover->paths[i].choice[j]));
		}
	}
	gx_sched_end_search();
	assert_int_equal(count, cover->steps);
	sum = different(taken, count);
	free(taken);
	return sum;
}

static void every_transition_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct gx_graph graph = {.count = 0};
		const struct gx_explore_options options = {.strategy = gx_strategy_find("exhaustive"), .graph = &graph};
		const struct gx_explored *out = fixture_explore(&programs[i], &options);
		struct gx_cover cover;
		struct gx_error err;

		assert_true(out->complete);
		assert_int_equal(graph.count, out->transitions);
		assert_int_equal(graph.states, out->states);
		if (gx_cover_make(&cover, &graph, &no_limits, &err) != GX_OK)
			fail_msg("program %zu: %s", i, err.text);
		assert_int_equal(cover.transitions, out->transitions);
		assert_int_equal(transitions_of(&cover, &graph), out->transitions);
		assert_in_range(cover.count, 1, out->transitions);
		print_message("%llu transitions: %u schedules, %llu steps\n", (unsigned long long)out->transitions,
			      cover.count, (unsigned long long)cover.steps);
		gx_cover_release(&cover);
		gx_graph_release(&graph);
	}
}

static void it_ends_when_it_has_to(void **state)
{
	static const volatile sig_atomic_t interrupted = 1;
	const struct gx_cover_limits limits[] = {{.until = 1}, {.interrupted = &interrupted}};
	static const char *const says[] = {"its time was up when 0 of ", "interrupted when 0 of "};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct gx_graph graph = {.count = 0};
		const struct gx_explore_options options = {.strategy = gx_strategy_find("exhaustive"), .graph = &graph};
		struct gx_cover cover;
		struct gx_error err;

		fixture_explore(&programs[1], &options);
		assert_int_equal(gx_cover_make(&cover, &graph, &limits[i], &err), GX_ELIMIT);
		assert_non_null(strstr(err.text, says[i]));
		gx_cover_release(&cover);
		gx_graph_release(&graph);
	}
}

/* Both asleep, due at once or one after the other, are one state to the search as long as deadlines do not count: one tick goes on to others. */
static void where_deadlines_do_not_count_the_graph_cannot_always_be_walked(void **state)
{
	static const struct fixture program = {.tasks = {sleeps_late, sleeps_twice}, .start = take_shared};
	struct gx_graph graph = {.count = 0};
	struct gx_explore_options options = {.strategy = gx_strategy_find("exhaustive"), .graph = &graph};
	uint64_t states = fixture_explore(&program, &options)->states;
	struct gx_cover cover;
	struct gx_error err;

	(void)state;
	assert_int_equal(gx_cover_make(&cover, &graph, &no_limits, &err), GX_EDIVERGED);
	assert_non_null(strstr(err.text, "looks like a time"));
	gx_cover_release(&cover);
	options.count_deadlines = true;
	assert_true(fixture_explore(&program, &options)->states > states);
	assert_int_equal(gx_cover_make(&cover, &graph, &no_limits, &err), GX_OK);
	assert_int_equal(transitions_of(&cover, &graph), graph.count);
	gx_cover_release(&cover);
	gx_graph_release(&graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_transition_is_taken),
		cmocka_unit_test(it_ends_when_it_has_to),
		cmocka_unit_test(where_deadlines_do_not_count_the_graph_cannot_always_be_walked),
	};

	fixture_open();
	return cmocka_run_group_tests_name("cover", tests, NULL, NULL);
}
