/*
 * Is the search of the model sound? Every small scenario once more, plain depth first without the visited set, interleaving by
 * interleaving: the same ends, the same findings, and as many interleavings as the search has counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/sanitizer.h"
#include "core/world.h"
#include "explore/explore.h"
#include "gates/gates.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "tests/searches.h"
#include "trial/trial.h"

/* Interleavings that a plain search may have to run through, each of some 20 to 60 steps; and how many pairs are as small as that. */
#if GX_ASAN
enum { INTERLEAVINGS_MAX = 3000, PAIRS_MIN = 15 };
#else
enum { INTERLEAVINGS_MAX = 400000, PAIRS_MIN = 20 };
#endif

static struct gx_explored known; /* large */
static struct gx_explored plain;
static struct gx_trial trial;

static void explore(struct gx_explored *out, const struct gx_scenario *scenario, const struct gx_gate *gate,
		    bool no_visited)
{
	struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive,
					     .states = no_visited ? 0 : 100000,
					     .no_visited = no_visited};

	explore_scenario(out, &trial, scenario, gate, &options);
}

static bool has_hit(const struct gx_explored *explored, uint64_t key)
{
	for (unsigned i = 0; i < explored->hit_count; i++)
		if (explored->hits[i].key == key)
			return true;
	return false;
}

static void assert_same(void)
{
	assert_true(plain.complete);
	assert_int_equal(plain.end_states, known.end_states);
	assert_int_equal(plain.end_hash, known.end_hash);
	assert_int_equal(plain.hit_count, known.hit_count);
	for (unsigned i = 0; i < known.hit_count; i++)
		assert_true(has_hit(&plain, known.hits[i].key));
	assert_true((double)plain.executions == known.interleavings);
}

/* True if the pair is small enough to have been compared. */
static bool compare(const struct gx_scenario *scenario, const struct gx_gate *gate)
{
	bool small;

	explore(&known, scenario, gate, false);
	small = known.complete && !known.infinite && known.interleavings <= INTERLEAVINGS_MAX;
	if (small) {
		explore(&plain, scenario, gate, true);
		print_message("%s, %s: %.0f interleavings, %llu ends, %u findings\n", scenario->name, gate->name,
			      known.interleavings, (unsigned long long)known.end_states, known.hit_count);
		assert_same();
		gx_explored_release(&plain);
	}
	gx_explored_release(&known);
	return small;
}

static void a_search_without_the_visited_set_sees_the_same(void **state)
{
	struct gx_error err;
	char **names = NULL;
	size_t count = 0;
	unsigned compared = 0;

	(void)state;
	if (gx_world_open(&err) != GX_OK || gx_scenario_names(&names, &count, &err) != GX_OK)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < count; i++) {
		struct gx_scenario_file *file = open_scenario(names[i]);

		for (const struct gx_gate *const *gate = gx_gates; *gate; gate++)
			compared += compare(&file->scenario, *gate);
		gx_scenario_free(file);
	}
	gx_scenario_names_free(names, count);
	print_message("%u pairs of scenario and gate compared\n", compared);
	assert_true(compared >= PAIRS_MIN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_without_the_visited_set_sees_the_same),
	};

	gx_service_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
