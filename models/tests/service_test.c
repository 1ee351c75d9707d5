/* Executions of the model as a whole: what a scenario's keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/world.h"
#include "explore/explore.h"
#include "gates/gates.h"
#include "scenario/file.h"
#include "trial/trial.h"

static struct gx_explored seen; /* large */

/* A scenario, given as the lines behind its name. */
static const struct gx_explored *explore(const char *lines, const struct gx_gate *gate,
					 const struct gx_strategy *strategy)
{
	static struct gx_scenario_file *file;
	static struct gx_trial trial;
	struct gx_explore_options options = {.strategy = strategy, .executions = 100, .seed = 1};
	struct gx_error err;
	char text[1024];
	int size = snprintf(text, sizeof(text), "name: x\n%s", lines);

	gx_scenario_free(file);
	gx_explored_release(&seen);
	file = NULL;
	if (gx_world_open(&err) != GX_OK || gx_scenario_parse(&file, "x.yaml", text, (size_t)size, &err) != GX_OK)
		fail_msg("%s", err.text);
	gx_trial_init(&trial, &file->scenario, gate);
	if (gx_sched_load(&trial.program, &err) != GX_OK || gx_explore(&seen, &options, &err) != GX_OK)
		fail_msg("%s", err.text);
	return &seen;
}

/* All of it. */
static const struct gx_explored *search(const char *lines, const struct gx_gate *gate)
{
	explore(lines, gate, &gx_strategy_exhaustive);
	assert_true(seen.complete);
	return &seen;
}

static bool found(enum gx_rule rule)
{
	for (unsigned i = 0; i < seen.hit_count; i++)
		if (gx_key_rule(seen.hits[i].key) == rule)
			return true;
	return false;
}

#define ONE_RESTART "workspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a}]\n"

static void a_fault_strikes_or_does_not_at_any_of_its_ops(void **state)
{
	uint64_t without;

	(void)state;
	without = search(ONE_RESTART, &gx_gate_per_workspace)->end_states;
	/* Its create fails or not: one more end, and a failed workspace that the fault explains. */
	assert_int_equal(search(ONE_RESTART "faults: [{on: docker.create, give: error 500}]\n", &gx_gate_per_workspace)
				 ->end_states,
			 without + 1);
	assert_int_equal(seen.hit_count, 0);
}

static void a_fault_strikes_no_more_often_than_it_may(void **state)
{
	uint64_t once;
	uint64_t twice;

	(void)state;
	once = search("workspaces: [{name: ws-a}]\nactors: [{do: programmatic-restart, on: ws-a, count: 2}]\n"
		      "faults: [{on: docker.image.inspect, give: error 500, times: 1}]\n",
		      &gx_gate_global)
		       ->end_states;
	twice = search("workspaces: [{name: ws-a}]\nactors: [{do: programmatic-restart, on: ws-a, count: 2}]\n"
		       "faults: [{on: docker.image.inspect, give: error 500, times: 2}]\n",
		       &gx_gate_global)
			->end_states;
	assert_true(twice > once);
}

static void the_limit_of_time_is_for_what_comes_before_quiescence_and_not_for_the_probes(void **state)
{
	(void)state;
	search("workspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a, at: 2m}]\nlimits: {time: 3m}\n",
	       &gx_gate_none);
	assert_int_equal(seen.hit_count, 0);
}

/* How long the way to a state was is no part of it. */
static void the_limit_of_points_is_a_bound_of_a_search_and_a_finding_of_an_execution(void **state)
{
	(void)state;
	explore(ONE_RESTART "limits: {points: 20}\n", &gx_gate_none, &gx_strategy_exhaustive);
	assert_false(seen.complete);
	assert_int_equal(seen.cut, GX_CUT_STEPS);
	assert_int_equal(seen.hit_count, 0);
	explore(ONE_RESTART "limits: {points: 20}\n", &gx_gate_none, &gx_strategy_random);
	assert_true(found(GX_RULE_STEP_LIMIT));
	assert_int_equal(seen.hit_count, 1);
}

static void an_actor_arrives_when_its_time_has_come(void **state)
{
	(void)state;
	/* A minute apart, nothing overlaps even without a gate. */
	search("workspaces: [{name: ws-a}]\nactors:\n - {do: manual-restart, on: ws-a}\n - {do: manual-restart, on: ws-a, at: 1m}\n",
	       &gx_gate_none);
	assert_true(seen.hit_count > 0); /* time may pass while a restart is under way */
	search("workspaces: [{name: ws-a}]\nactors:\n - {do: manual-restart, on: ws-a}\n - {do: manual-restart, on: ws-a, at: 1m}\n",
	       &gx_gate_per_workspace);
	assert_int_equal(seen.hit_count, 0);
}

static void rows_that_are_not_to_be_restarted_are_left_alone(void **state)
{
	static const char *const states[] = {"paused", "hibernated", "removed"};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char lines[256];

		snprintf(lines, sizeof(lines),
			 "workspaces: [{name: ws-a, state: %s}]\nactors: [{do: programmatic-restart, on: ws-a}]\n",
			 states[i]);
		search(lines, &gx_gate_per_workspace);
		assert_int_equal(seen.hit_count, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_strikes_or_does_not_at_any_of_its_ops),
		cmocka_unit_test(a_fault_strikes_no_more_often_than_it_may),
		cmocka_unit_test(the_limit_of_time_is_for_what_comes_before_quiescence_and_not_for_the_probes),
		cmocka_unit_test(the_limit_of_points_is_a_bound_of_a_search_and_a_finding_of_an_execution),
		cmocka_unit_test(an_actor_arrives_when_its_time_has_come),
		cmocka_unit_test(rows_that_are_not_to_be_restarted_are_left_alone),
	};

	gx_service_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
