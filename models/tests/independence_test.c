/*
 * Footprints, held honest: in every state of the small scenarios any two enabled steps that touch nothing in common, by core/footprint.h,
 * are taken in both orders; state, what is enabled and findings have to agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/sanitizer.h"
#include "core/world.h"
#include "explore/explore.h"
#include "gates/gates.h"
#include "scenario/file.h"
#include "tests/machine.h"
#include "tests/searches.h"
#include "trial/trial.h"

static struct gx_trial trial;
static struct gx_explored seen;

/* Search the pair, each independent pair of steps in both orders. */
static void check(const char *scenario, const char *gate, uint64_t states)
{
	struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive,
					     .states = states,
					     .count_pairs = true,
					     .check_pairs = true};
	struct gx_scenario_file *file = open_scenario(scenario);

	explore_scenario(&seen, &trial, &file->scenario, gx_gate_find(gate), &options);
	print_message("%s, gate %s: %llu of %llu pairs independent\n", scenario, gate,
		      (unsigned long long)seen.independent, (unsigned long long)seen.pairs);
	if (seen.unequal)
		fail_msg("%s, gate %s: %llu pairs do not commute, the first: %s", scenario, gate,
			 (unsigned long long)seen.unequal, seen.unequal_what);
	gx_explored_release(&seen);
	gx_scenario_free(file);
}

enum { ALL = 100000 };

static const char *const gates[] = {"none", "per-workspace", "try-busy", "global", "raw-go", "legacy", "relock"};

static void for_each_gate(const char *scenario)
{
	if (GX_ASAN)
		SKIP("ASan keeps words of its own in frames: hardly any two ways lead to one state");
	for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++)
		check(scenario, gates[i], ALL);
}

#define SCENARIO(name, file)           \
	static void name(void **state) \
	{                              \
		(void)state;           \
		for_each_gate(file);   \
	}

SCENARIO(single, "single")
SCENARIO(no_backend, "no-backend")
SCENARIO(shutdown, "shutdown")
SCENARIO(e2e_poll, "e2e-poll")
SCENARIO(double_click, "double-click")
SCENARIO(failed_start, "failed-start")
SCENARIO(two_workspaces, "two-workspaces")
SCENARIO(create_vs_restart, "create-vs-restart")
SCENARIO(late_register, "late-register")
SCENARIO(manual_vs_programmatic, "manual-vs-programmatic")
SCENARIO(clock_set_back, "models/tests/gates/scenarios/clock-set-back.yaml")

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
		cmocka_unit_test(single),         cmocka_unit_test(no_backend),
		cmocka_unit_test(shutdown),       cmocka_unit_test(e2e_poll),
		cmocka_unit_test(double_click),   cmocka_unit_test(failed_start),
		cmocka_unit_test(two_workspaces), cmocka_unit_test(create_vs_restart),
		cmocka_unit_test(late_register),  cmocka_unit_test(manual_vs_programmatic),
		cmocka_unit_test(clock_set_back),
	};

	return cmocka_run_group_tests(tests, open_world, NULL);
}
