/*
 * What an execution is told of at its end, and found for: what a failed start leaves in the engine, whom a fault excuses, who is served by a
 * leg that is skipped.
 */
#include "play.h"

static void a_start_that_fails_and_is_not_cleaned_up_leaves_an_orphan(void **state)
{
	(void)state;
	play("workspaces: [{name: ws-a, state: none}]\nactors: [{do: create, on: ws-a}]\n"
	     "faults: [{on: docker.start, give: error 500, times: 1}, {on: docker.remove.lookup, give: error 500, times: 2}]\n",
	     gx_gate_find("per-workspace-strict"));
	assert_string_equal(final_status(), "failed");
	assert_int_equal(nth_fact(GX_F_FINAL_CONTAINER, 0)->event.extra, 2);
	assert_finds(GX_RULE_ORPHAN_CONTAINER);
	/* Cleaned up, nothing is left. */
	play("workspaces: [{name: ws-a, state: none}]\nactors: [{do: create, on: ws-a}]\n"
	     "faults: [{on: docker.start, give: error 500, times: 1}]\n",
	     gx_gate_find("per-workspace-strict"));
	assert_string_equal(final_status(), "failed");
	assert_null(nth_fact(GX_F_FINAL_CONTAINER, 0));
	assert_finds_nothing();
}

static void a_fault_excuses_the_workspace_whose_leg_it_struck(void **state)
{
	(void)state;
	play("workspaces: [{name: ws-a}, {name: ws-b}]\n"
	     "actors: [{do: manual-restart, on: ws-a}, {do: manual-restart, on: ws-b, at: 60s}]\n"
	     "faults: [{on: docker.create, give: error 500, times: 1}]\n",
	     gx_gate_find("per-workspace"));
	assert_int_equal(value_of(GX_F_QUIET), GX_EXCUSE_FAULT(0));
	assert_finds_nothing();
}

static void a_workspace_without_a_backend_is_named(void **state)
{
	(void)state;
	play("workspaces: [{name: ws-a}, {name: ws-b, backend: none}]\n"
	     "actors: [{do: manual-restart, on: ws-a}, {do: dispatch-restart, on: ws-b}]\n",
	     gx_gate_find("per-workspace"));
	assert_int_equal(value_of(GX_F_QUIET), GX_EXCUSE_NO_BACKEND(1));
	assert_finds_nothing();
}

static struct gx_explored seen;

/* Of three restarts of a workspace that is paused or hibernated. */
static bool search_finds_a_lost_one(const char *status, const char *gate)
{
	const struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive, .states = 100000, .seed = 1};
	struct gx_error err;
	char lines[256];
	bool found = false;

	snprintf(lines, sizeof(lines),
		 "workspaces: [{name: ws-a, state: %s}]\nactors: [{do: restart-after-mutation, on: ws-a, count: 3}]\n",
		 status);
	play_load(lines, gx_gate_find(gate));
	gx_trial_follow(&played.trial, NULL, NULL);
	played.trial.findings = NULL;
	if (gx_explore(&seen, &options, &err) != GX_OK)
		fail_msg("%s", err.text);
	assert_true(seen.complete);
	for (unsigned i = 0; i < seen.hit_count; i++) {
		assert_int_equal(gx_key_rule(seen.hits[i].key), GX_RULE_LOST_RESTART);
		found = true;
	}
	gx_explored_release(&seen);
	return found;
}

/* All three ask for what the row does not allow; whoever is there when the row is read is served by the leg that is skipped for it. */
static void who_is_served_by_a_leg_that_is_rightly_skipped_is_not_lost(void **state)
{
	(void)state;
	assert_false(search_finds_a_lost_one("paused", "per-workspace-strict"));
	assert_false(search_finds_a_lost_one("hibernated", "per-workspace-strict"));
}

/* The merged gate coalesces even those that come later, when nobody will read the row any more. */
static void who_comes_after_it_was_skipped_is_lost_all_the_same(void **state)
{
	(void)state;
	assert_true(search_finds_a_lost_one("paused", "per-workspace"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_that_fails_and_is_not_cleaned_up_leaves_an_orphan),
		cmocka_unit_test(a_fault_excuses_the_workspace_whose_leg_it_struck),
		cmocka_unit_test(a_workspace_without_a_backend_is_named),
		cmocka_unit_test(who_is_served_by_a_leg_that_is_rightly_skipped_is_not_lost),
		cmocka_unit_test(who_comes_after_it_was_skipped_is_lost_all_the_same),
	};

	gx_service_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
