/*
 * No finding can be shown by a shorter execution than the one that is shown: what gx_minimise() proves is held against a search of another
 * kind, in order of cost (Dijkstra), whose states are reached by running their paths from the start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/sanitizer.h"
#include "core/snapshot.h"
#include "core/world.h"
#include "explore/hits.h"
#include "explore/visited.h"
#include "gates/gates.h"
#include "service/service.h"
#include "tests/searches.h"

static struct gx_explored seen; /* large */
static struct gx_trial trial;

/* ---- by brute force ---- */

/* A state on the way, known by the steps that lead to it. */
struct way {
	uint32_t from; /* index of the way that it goes on, or NOBODY */
	struct gx_choice choice;
	uint32_t preemptions;
	uint32_t steps;
};

enum { NOBODY = UINT32_MAX, WAYS_MAX = 1 << 21, PREEMPTIONS_MAX = 8, STEPS_MAX = 512 };

static struct way *ways;
static uint32_t way_count;
/* Ways that have yet to be gone on from, by cost: the last one of each list, and the one before it. */
static uint32_t waiting[PREEMPTIONS_MAX][STEPS_MAX];
static uint32_t *next_waiting;

static void add_way(struct way way)
{
	assert_true(way_count < WAYS_MAX && way.steps < STEPS_MAX);
	if (way.preemptions >= PREEMPTIONS_MAX)
		return;
	next_waiting[way_count] = waiting[way.preemptions][way.steps];
	waiting[way.preemptions][way.steps] = way_count;
	ways[way_count++] = way;
}

static void walk(uint32_t index)
{
	struct gx_choice choices[STEPS_MAX];
	struct gx_choice options[GX_OPTIONS_MAX];
	uint32_t count = 0;

	for (uint32_t i = index; ways[i].from != NOBODY; i = ways[i].from)
		choices[count++] = ways[i].choice;
	gx_sched_reset();
	while (count) {
		(void)gx_sched_options(options);
		gx_sched_step(choices[--count]);
	}
	gx_hits_forget();
}

static struct {
	uint64_t key;
	bool found;
	uint32_t preemptions;
	uint32_t steps;
} cheapest[GX_HITS_MAX];
static unsigned keys;

static void note_hits(const struct way *way)
{
	for (unsigned i = 0; i < gx_hits_pending(); i++)
		for (unsigned k = 0; k < keys; k++) {
			if (cheapest[k].key != gx_hits_pending_key(i) ||
			    (cheapest[k].found &&
			     (cheapest[k].preemptions < way->preemptions ||
			      (cheapest[k].preemptions == way->preemptions && cheapest[k].steps <= way->steps))))
				continue;
			cheapest[k].found = true;
			cheapest[k].preemptions = way->preemptions;
			cheapest[k].steps = way->steps;
		}
	gx_hits_forget();
}

/* Nothing that costs as much can be cheaper than what is known of any finding. */
static bool is_settled(uint32_t preemptions, uint32_t steps)
{
	for (unsigned k = 0; k < keys; k++)
		if (!cheapest[k].found || cheapest[k].preemptions > preemptions ||
		    (cheapest[k].preemptions == preemptions && cheapest[k].steps > steps))
			return false;
	return true;
}

static bool is_new(struct gx_visited *visited)
{
	uint64_t print = (gx_world_hash() ^ gx_sched_last()) * 0x9e3779b97f4a7c15ull;
	struct gx_error err;

	if (gx_visited_find(visited, print))
		return false;
	assert_int_equal(gx_visited_insert(visited, print, 0, &err), GX_OK);
	return true;
}

static void go_on(uint32_t index, struct gx_visited *visited, struct gx_state *state)
{
	struct gx_choice options[GX_OPTIONS_MAX];
	const struct way *way = &ways[index];
	struct gx_error err;
	unsigned count;
	unsigned last;

	walk(index);
	count = gx_sched_options(options);
	last = gx_sched_last();
	if (!is_new(visited))
		return;
	assert_int_equal(gx_state_save(state, &err), GX_OK);
	for (unsigned i = 0; i < count; i++) {
		struct gx_choice ignored[GX_OPTIONS_MAX];
		struct way longer = {.from = index,
				     .choice = options[i],
				     .preemptions =
					     way->preemptions + (options[0].task == last && options[i].task != last),
				     .steps = way->steps + 1};

		gx_state_restore(state);
		gx_sched_step(options[i]);
		if (gx_sched_options(ignored))
			add_way(longer);
		note_hits(&longer);
	}
}

static void look_by_cost(void)
{
	struct gx_visited visited;
	struct gx_state *state;
	struct gx_error err;

	ways = malloc(sizeof(*ways) * WAYS_MAX);
	next_waiting = malloc(sizeof(*next_waiting) * WAYS_MAX);
	assert_true(ways && next_waiting);
	assert_int_equal(gx_visited_init(&visited, &err), GX_OK);
	assert_int_equal(gx_state_new(&state, &err), GX_OK);
	memset(waiting, 0xff, sizeof(waiting));
	way_count = 0;
	gx_hits_listen(true);
	gx_sched_begin_search(GX_TIME_LEFT, 0);
	add_way((struct way){.from = NOBODY});
	for (uint32_t p = 0; p < PREEMPTIONS_MAX; p++)
		for (uint32_t s = 0; s < STEPS_MAX && !is_settled(p, s); s++)
			while (waiting[p][s] != NOBODY) {
				uint32_t index = waiting[p][s];

				waiting[p][s] = next_waiting[index];
				go_on(index, &visited, state);
			}
	gx_sched_end_search();
	gx_hits_listen(false);
	gx_state_free(state);
	gx_visited_release(&visited);
	free(ways);
	free(next_waiting);
}

/* ---- */

static void check(const char *scenario, const struct gx_gate *gate)
{
	struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive};
	struct gx_scenario_file *file = open_scenario(scenario);
	struct gx_error err;

	explore_scenario(&seen, &trial, &file->scenario, gate, &options);
	gx_scenario_free(file);
	assert_true(seen.complete && seen.hit_count > 0);
	keys = seen.hit_count;
	memset(cheapest, 0, sizeof(cheapest));
	for (unsigned i = 0; i < keys; i++)
		cheapest[i].key = seen.hits[i].key;
	look_by_cost();
	for (unsigned i = 0; i < keys; i++) {
		struct gx_minimising job = {.key = seen.hits[i].key, .states = 1000000};

		assert_int_equal(gx_minimise(&seen.hits[i].path, &job, &err), GX_OK);
		assert_true(job.proven);
		assert_true(cheapest[i].found);
		assert_int_equal(job.preemptions, cheapest[i].preemptions);
		assert_int_equal(seen.hits[i].path.count, cheapest[i].steps);
	}
	gx_explored_release(&seen);
}

static void no_finding_of_an_ungated_double_click_can_be_shown_by_less(void **state)
{
	(void)state;
	if (GX_ASAN) /* whose frames merge hardly any states */
		skip();
	check("double-click", gx_gate_find("none"));
}

static void nor_one_of_a_gate_that_deadlocks_or_leaks(void **state)
{
	(void)state;
	if (GX_ASAN)
		skip();
	check("create-vs-restart", gx_gate_find("leak-no-backend"));
	check("manual-vs-programmatic", gx_gate_find("legacy"));
	check("double-click", gx_gate_find("relock"));
}

static int open_world(void **state)
{
	struct gx_error err;

	(void)state;
	gx_service_register();
	return gx_world_open(&err) == GX_OK ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_finding_of_an_ungated_double_click_can_be_shown_by_less),
		cmocka_unit_test(nor_one_of_a_gate_that_deadlocks_or_leaks),
	};

	return cmocka_run_group_tests(tests, open_world, NULL);
}
