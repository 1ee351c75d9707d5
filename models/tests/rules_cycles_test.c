/* What a gate owes to requests: overlapping-cycles, lost-restart, gate-leaked, isolation, untracked-task. */
#include "rules_events.h"

/* ---- overlapping-cycles ---- */

static void cycles_one_after_the_other_do_not_overlap(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_PROGRAMMATIC, WS_A), CYCLE(1), answer(1, GX_RAN), CYCLE(2),
	    answer(2, GX_RAN));
	reaches("overlapping-cycles: the other's cycle is not open");
}

static void a_stop_leg_in_the_middle_of_another_start_leg_overlaps(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_A), STOP_LEG(1), START_LEG_BEGIN(1));
	assert_silent();
	SEE(leg_begin(2, GX_STOP));
	assert_int_equal(seen.found[0].step, seen.step);
	assert_int_equal(seen.found[0].task, 2);
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 2, 1);
	assert_says("manual-restart#2 begins its stop leg of ws-a while the cycle of manual-restart#1 is open");
}

static void a_cycle_is_open_between_its_legs_too(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_A), STOP_LEG(1), leg_begin(2, GX_STOP));
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 2, 1);
	SEE(leg_done(2, GX_STOP), leg_begin(1, GX_START));
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 1, 2);
	assert_says("manual-restart#1 begins its start leg of ws-a while the cycle of manual-restart#2 is open");
}

static void a_request_that_waits_in_the_gate_has_no_cycle_yet(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_A), STOP_LEG(2), START_LEG(2), leg_begin(1, GX_STOP));
	reaches("overlapping-cycles: the other's cycle is not open");
}

static void a_leg_that_ends_before_the_other_begins_in_the_same_step_does_not_overlap(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), request(2, GX_MANUAL, WS_A), START_LEG(1), leg_begin(2, GX_STOP));
	reaches("overlapping-cycles: the other's cycle is not open");
}

static void a_skipped_leg_closes_the_cycle(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), request(2, GX_MANUAL, WS_A), leg_begin(1, GX_STOP),
	    leg_end(1, GX_STOP, GX_LEG_SKIPPED), leg_begin(2, GX_STOP));
	reaches("its own leg has closed the cycle");
	reaches("overlapping-cycles: the other's cycle is not open");
}

static void a_failed_stop_leg_closes_the_cycle(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_A), leg_begin(1, GX_STOP),
	    leg_end(1, GX_STOP, GX_LEG_FAILED), leg_begin(2, GX_STOP));
	reaches("its own leg has closed the cycle");
	reaches("overlapping-cycles: the other's cycle is not open");
}

static void a_failed_start_leg_closes_the_cycle_only_when_fail_has_been_written(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_A), STOP_LEG(1), START_LEG_BEGIN(1),
	    name_conflict(1, OLD_CONTAINER));
	(void)next_found();
	SEE(leg_begin(2, GX_STOP));
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 2, 1);
	SEE(leg_done(2, GX_STOP), START_LEG_FAILS(1), leg_begin(2, GX_START));
}

/* Misuse (start before stop): the start leg fails while the stop leg still runs. */
static void a_failed_leg_does_not_close_a_cycle_whose_other_leg_still_runs(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_A), leg_begin(1, GX_STOP), START_LEG_BEGIN(1),
	    START_LEG_FAILS(1), leg_begin(2, GX_STOP));
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 2, 1);
	SEE(leg_done(2, GX_STOP), leg_done(1, GX_STOP), leg_begin(2, GX_START));
}

static void a_restart_overlaps_with_a_create_that_is_under_way(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), START_LEG_BEGIN(1), request(2, GX_MANUAL, WS_A), leg_begin(2, GX_STOP));
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 2, 1);
}

static void a_restart_overlaps_with_an_ungated_provision_that_is_in_no_leg(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), provision_begin(1), request(2, GX_MANUAL, WS_A), leg_begin(2, GX_STOP));
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 2, 1);
	assert_says(
		"manual-restart#2 begins its stop leg of ws-a while the ungated provision of manual-restart#1 is under way");
	SEE(provision_end(1, true), leg_done(2, GX_STOP), leg_begin(2, GX_START));
}

static void a_cycle_of_another_workspace_is_in_nobodys_way(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_B), leg_begin(1, GX_STOP), leg_begin(2, GX_STOP),
	    leg_done(1, GX_STOP), leg_done(2, GX_STOP), START_LEG_BEGIN(2), START_LEG_BEGIN(1), START_LEG_END(1),
	    START_LEG_END(2));
	reaches("overlapping-cycles: of another workspace");
}

static void the_lowest_of_several_open_cycles_is_named(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_B), request(2, GX_MANUAL, WS_A), request(3, GX_MANUAL, WS_A),
	    leg_begin(1, GX_STOP), leg_begin(3, GX_STOP), leg_begin(2, GX_STOP));
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 2, 3);
	SEE(request(4, GX_MANUAL, WS_A), leg_begin(4, GX_STOP));
	assert_found(GX_RULE_OVERLAPPING_CYCLES, WS_A, 4, 2);
}

/* ---- lost-restart: the request ---- */

static void an_acknowledged_request_that_no_provision_followed_is_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), STOP_LEG(1), START_LEG_BEGIN(1), request(2, GX_PROGRAMMATIC, WS_A),
	    answer(2, GX_COALESCED), START_LEG_END(1), answer(1, GX_RAN));
	assert_silent();
	SEE(ALL_WELL);
	assert_found(GX_RULE_LOST_RESTART, WS_A, 2, 0);
	assert_says("manual-restart#2 was acknowledged, but no provision of ws-a began after it had reached the gate");
}

static void each_kind_of_acknowledgement_binds_the_gate(void **state)
{
	static const enum gx_outcome outcomes[] = {GX_RAN, GX_ACCEPTED, GX_COALESCED};

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		SEE(request(1, GX_MANUAL, WS_A), answer(1, outcomes[i]), ALL_WELL);
		assert_found(GX_RULE_LOST_RESTART, WS_A, 1, 0);
		end(state);
		begin(state);
	}
}

static void a_refused_request_is_not_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), answer(1, GX_DROPPED), request(2, GX_MANUAL, WS_A), answer(2, GX_BUSY),
	    ALL_WELL);
	reaches("lost-restart: refused");
}

static void a_request_that_was_never_answered_is_not_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), ALL_WELL);
	reaches("lost-restart: not answered");
}

static void a_provision_that_began_after_the_request_reached_the_gate_serves_it(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), STOP_LEG(1), leg_begin(1, GX_START), request(2, GX_PROGRAMMATIC, WS_A),
	    provision_begin(1), answer(2, GX_COALESCED), START_LEG_END(1), answer(1, GX_RAN), ALL_WELL);
	reaches("lost-restart: a provision serves it");
}

static void a_provision_that_begins_after_the_answer_serves_it_too(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), answer(1, GX_ACCEPTED), CYCLE(1), ALL_WELL);
	reaches("lost-restart: a provision serves it");
}

static void a_provision_that_failed_has_served_all_the_same(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), START_LEG_BEGIN(1), START_LEG_FAILS(1), answer(1, GX_RAN), ALL_WELL);
	reaches("lost-restart: a provision serves it");
}

static void a_provision_of_another_workspace_serves_nobody_here(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), answer(1, GX_ACCEPTED), request(2, GX_MANUAL, WS_B), CYCLE(2),
	    answer(2, GX_RAN), ALL_WELL);
	assert_found(GX_RULE_LOST_RESTART, WS_A, 1, 0);
}

static void a_request_whose_leg_was_skipped_is_not_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), leg_begin(1, GX_STOP), leg_end(1, GX_STOP, GX_LEG_SKIPPED),
	    answer(1, GX_RAN), ALL_WELL);
	reaches("its own leg has closed the cycle");
}

static void a_request_whose_leg_failed_is_not_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), answer(1, GX_ACCEPTED), leg_begin(1, GX_STOP),
	    leg_end(1, GX_STOP, GX_LEG_FAILED), ALL_WELL);
	reaches("its own leg has closed the cycle");
}

#define SKIPS(id) leg_begin(id, GX_STOP), leg_end(id, GX_STOP, GX_LEG_SKIPPED)

static void a_request_that_is_coalesced_into_one_whose_leg_is_skipped_is_not_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), request(2, GX_PROGRAMMATIC, WS_A), answer(2, GX_COALESCED), SKIPS(1),
	    answer(1, GX_RAN), ALL_WELL);
	reaches("lost-restart: the leg that covers it has closed the cycle");
	end(state);
	begin(state);
	/* It is not answered before the leg is over. */
	SEE(request(1, GX_PROGRAMMATIC, WS_A), request(2, GX_AFTER_MUTATION, WS_A), SKIPS(1), answer(1, GX_RAN),
	    answer(2, GX_COALESCED), ALL_WELL);
	reaches("lost-restart: the leg that covers it has closed the cycle");
}

static void a_request_that_is_coalesced_into_one_whose_leg_fails_is_not_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), request(2, GX_MANUAL, WS_A), answer(2, GX_COALESCED),
	    leg_begin(1, GX_STOP), leg_end(1, GX_STOP, GX_LEG_FAILED), answer(1, GX_RAN), ALL_WELL);
	reaches("lost-restart: the leg that covers it has closed the cycle");
}

/* Who was promised a cycle of his own has been promised it. */
static void a_skipped_leg_of_another_request_excuses_no_other_answer(void **state)
{
	for (unsigned outcome = GX_RAN; outcome <= GX_ACCEPTED; outcome++) {
		SEE(request(1, GX_PROGRAMMATIC, WS_A), request(2, GX_PROGRAMMATIC, WS_A),
		    answer(2, (enum gx_outcome)outcome), SKIPS(1), answer(1, GX_RAN), ALL_WELL);
		assert_found(GX_RULE_LOST_RESTART, WS_A, 2, 0);
		end(state);
		begin(state);
	}
}

/* The row was looked at before the request was there, or in another workspace. */
static void a_leg_that_was_skipped_before_or_elsewhere_covers_nobody(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), SKIPS(1), request(2, GX_PROGRAMMATIC, WS_A), answer(2, GX_COALESCED),
	    answer(1, GX_RAN), ALL_WELL);
	assert_found(GX_RULE_LOST_RESTART, WS_A, 2, 0);
	end(state);
	begin(state);
	SEE(request(1, GX_PROGRAMMATIC, WS_A), request(2, GX_PROGRAMMATIC, WS_B), answer(2, GX_COALESCED), SKIPS(1),
	    answer(1, GX_RAN), ALL_WELL);
	assert_found(GX_RULE_LOST_RESTART, WS_B, 2, 0);
}

/* A person's restart, or a wake, of a row that is paused or hibernated is meant to start it. */
static void who_may_start_what_is_paused_is_lost_with_a_leg_that_is_skipped(void **state)
{
	static const enum gx_origin origins[] = {GX_MANUAL, GX_WAKE, GX_RESUME};

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		SEE(request(1, GX_PROGRAMMATIC, WS_A), request(2, origins[i], WS_A), answer(2, GX_COALESCED), SKIPS(1),
		    answer(1, GX_RAN), ALL_WELL);
		assert_found(GX_RULE_LOST_RESTART, WS_A, 2, 0);
		end(state);
		begin(state);
	}
	SEE(request(1, GX_WAKE, WS_A), leg_begin(1, GX_START), leg_end(1, GX_START, GX_LEG_SKIPPED), answer(1, GX_RAN),
	    ALL_WELL);
	assert_found(GX_RULE_LOST_RESTART, WS_A, 1, 0);
}

static void a_request_without_a_start_leg_cannot_be_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_PAUSE, WS_A), STOP_LEG(1), answer(1, GX_RAN), ALL_WELL);
	reaches("lost-restart: it has no start leg");
}

static void a_create_can_be_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_B), answer(1, GX_ACCEPTED), ALL_WELL);
	assert_found(GX_RULE_LOST_RESTART, WS_B, 1, 0);
}

static void the_end_before_the_gate_was_open_loses_nothing(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), answer(1, GX_ACCEPTED), quiet(ONLY_BLOCKED));
	reaches("an end at which only waiters are judged");
}

/* ---- lost-restart: the secret ---- */

static struct gx_event secret_write(unsigned id, unsigned version)
{
	return fact_of(GX_F_SECRET_WRITE, id, version);
}

static void an_acknowledged_secret_that_the_running_container_lacks_is_lost(void **state)
{
	(void)state;
	SEE(request(3, GX_PROGRAMMATIC, WS_A), secret_write(3, 1), answer(3, GX_DROPPED), ALL_WELL);
	assert_found(GX_RULE_LOST_RESTART, WS_A, 0, 0);
	assert_int_equal(seen.found[0].value, 0);
	assert_says(
		"a secret of ws-a was written and acknowledged, but the running container was made with an older version");
}

static void the_newest_of_several_secrets_counts(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), secret_write(1, 2), secret_write(1, 1), answer(1, GX_BUSY),
	    FINAL_WELL(WS_A, 1), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	assert_found(GX_RULE_LOST_RESTART, WS_A, 0, 0);
	assert_int_equal(seen.found[0].value, 1);
}

static void a_secret_that_the_running_container_was_made_with_is_not_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), secret_write(1, 1), answer(1, GX_DROPPED), FINAL_WELL(WS_A, 1),
	    FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	reaches("lost-restart: made with the newest secret");
}

static void without_a_running_container_no_secret_is_lost(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_A), secret_write(1, 1), answer(1, GX_DROPPED),
	    FINAL_DOWN(WS_A, GX_ROW_OFFLINE), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	reaches("lost-restart: nothing runs that could lack the secret");
}

static void a_secret_of_another_workspace_is_not_missed_here(void **state)
{
	(void)state;
	SEE(request(1, GX_PROGRAMMATIC, WS_B), secret_write(1, 1), answer(1, GX_DROPPED), FINAL_WELL(WS_A, 0),
	    FINAL_WELL(WS_B, 1), quiet(NO_EXCUSE));
	reaches("lost-restart: made with the newest secret");
}

/* ---- gate-leaked ---- */

static void a_probe_that_comes_to_a_leg_is_well(void **state)
{
	(void)state;
	SEE(ALL_WELL, probe(1, WS_A), leg_begin(1, GX_STOP), leg_done(1, GX_STOP), leg_begin(1, GX_START),
	    leg_done(1, GX_START), answer(1, GX_RAN), probe_result(1, true));
	reaches("gate-leaked: the probe came to a leg");
}

static void a_probe_that_is_refused_although_it_came_to_a_leg_is_well(void **state)
{
	(void)state;
	SEE(ALL_WELL, probe(1, WS_A), leg_begin(1, GX_STOP), leg_done(1, GX_STOP), answer(1, GX_BUSY),
	    probe_result(1, true));
	reaches("gate-leaked: the probe came to a leg");
}

static void a_probe_that_blocks_shows_a_leak(void **state)
{
	(void)state;
	SEE(ALL_WELL, probe(1, WS_B), probe_result(1, false));
	assert_found(GX_RULE_GATE_LEAKED, WS_B, 1, 0);
	assert_says("a restart of ws-b an hour later does not reach its first leg: it is still blocked in the gate");
}

static void a_probe_that_is_answered_without_a_cycle_shows_a_leak(void **state)
{
	static const struct {
		enum gx_outcome outcome;
		const char *says;
	} rows[] = {
		{GX_RAN, "it was answered as if it had run"},
		{GX_ACCEPTED, "it was accepted and nothing followed"},
		{GX_COALESCED, "it was coalesced into a cycle that never came"},
		{GX_DROPPED, "it was dropped"},
		{GX_BUSY, "it was refused as busy"},
		{(enum gx_outcome)99, "it was refused as busy"}, /* a misuse besides */
	};
	char text[160];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		SEE(ALL_WELL, probe(1, WS_A), answer(1, rows[i].outcome), probe_result(1, false));
		assert_found(GX_RULE_GATE_LEAKED, WS_A, 1, 0);
		snprintf(text, sizeof(text), "a restart of ws-a an hour later does not reach its first leg: %s",
			 rows[i].says);
		assert_says(text);
		end(state);
		begin(state);
	}
}

static void a_probe_that_is_coalesced_into_a_cycle_that_follows_is_well(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), answer(1, GX_ACCEPTED), ALL_WELL);
	assert_found(GX_RULE_LOST_RESTART, WS_A, 1, 0);
	SEE(probe(2, WS_A), answer(2, GX_COALESCED), CYCLE(1), probe_result(2, false));
	reaches("gate-leaked: another's cycle followed");
}

static void a_probe_that_blocks_is_a_leak_although_another_cycle_follows(void **state)
{
	(void)state;
	SEE(ALL_WELL, request(1, GX_MANUAL, WS_A), probe(2, WS_A), CYCLE(1), probe_result(2, false));
	assert_found(GX_RULE_GATE_LEAKED, WS_A, 2, 0);
}

static void a_cycle_of_another_workspace_or_of_before_excuses_no_probe(void **state)
{
	(void)state;
	SEE(ALL_WELL, request(3, GX_MANUAL, WS_B), probe(1, WS_A), leg_begin(1, GX_STOP), leg_done(1, GX_STOP),
	    leg_begin(1, GX_START), leg_done(1, GX_START), answer(1, GX_RAN), probe_result(1, true), probe(2, WS_A),
	    leg_begin(3, GX_STOP), answer(2, GX_DROPPED), probe_result(2, false));
	assert_found(GX_RULE_GATE_LEAKED, WS_A, 2, 0);
}

static void a_probe_is_no_request_that_could_be_lost(void **state)
{
	(void)state;
	SEE(probe(1, WS_A), answer(1, GX_ACCEPTED), ALL_WELL);
	reaches("lost-restart: a probe");
}

/* ---- isolation: the view ---- */

#define REST                                                                                    \
	{                                                                                       \
		.at_rest = true, .workspace = GX_NO_WORKSPACE, .leg_workspace = GX_NO_WORKSPACE \
	}
#define STEPS                                                                  \
	{                                                                      \
		.workspace = GX_NO_WORKSPACE, .leg_workspace = GX_NO_WORKSPACE \
	}
#define WAITS(id, where)                                                                                       \
	{                                                                                                      \
		.waits_in_gate = true, .request = (id), .workspace = (where), .leg_workspace = GX_NO_WORKSPACE \
	}
#define DECIDES(id, where)                                                              \
	{                                                                               \
		.request = (id), .workspace = (where), .leg_workspace = GX_NO_WORKSPACE \
	}
#define IN_LEG(id, where)                                                                       \
	{                                                                                       \
		.request = (id), .workspace = (where), .in_leg = true, .leg_workspace = (where) \
	}
/* A leg in a task that the gate made: it is in no handle(). */
#define IN_DETACHED_LEG(where)                                                         \
	{                                                                              \
		.workspace = GX_NO_WORKSPACE, .in_leg = true, .leg_workspace = (where) \
	}
#define ISOLATION_BROKEN(...)                                               \
	gx_isolation_asked((const struct gx_isolation_task[]){__VA_ARGS__}, \
			   sizeof((const struct gx_isolation_task[]){__VA_ARGS__}) / sizeof(struct gx_isolation_task))

static void waiting_while_only_another_workspace_is_in_a_leg_breaks_isolation(void **state)
{
	(void)state;
	assert_int_equal(ISOLATION_BROKEN(IN_LEG(1, WS_A), WAITS(2, WS_B)), 2);
	assert_int_equal(ISOLATION_BROKEN(WAITS(2, WS_B), REST, IN_LEG(1, WS_A), REST), 2);
	assert_int_equal(ISOLATION_BROKEN(WAITS(2, WS_B), IN_DETACHED_LEG(WS_A)), 2);
	assert_int_equal(ISOLATION_BROKEN(WAITS(3, WS_B), IN_LEG(1, WS_A), IN_DETACHED_LEG(WS_A)), 3);
}

static void waiting_for_a_leg_of_ones_own_workspace_is_what_a_gate_is_for(void **state)
{
	(void)state;
	assert_int_equal(ISOLATION_BROKEN(IN_LEG(1, WS_A), WAITS(2, WS_A)), 0);
	assert_int_equal(ISOLATION_BROKEN(IN_LEG(1, WS_A), WAITS(2, WS_B), IN_LEG(3, WS_B)), 0);
	assert_int_equal(ISOLATION_BROKEN(IN_LEG(1, WS_A), WAITS(2, WS_B), IN_DETACHED_LEG(WS_B)), 0);
	reaches("isolation: a leg of its own workspace");
}

static void a_leg_of_ones_own_workspace_counts_even_if_its_task_rests(void **state)
{
	(void)state;
	assert_int_equal(ISOLATION_BROKEN(IN_LEG(1, WS_A), WAITS(2, WS_B),
					  {.at_rest = true, .in_leg = true, .leg_workspace = WS_B}),
			 0);
	reaches("isolation: a leg of its own workspace");
}

static void waiting_while_somebody_is_in_no_leg_may_be_a_short_wait(void **state)
{
	(void)state;
	assert_int_equal(ISOLATION_BROKEN(IN_LEG(1, WS_A), WAITS(2, WS_B), DECIDES(3, WS_A)), 0);
	assert_int_equal(ISOLATION_BROKEN(IN_LEG(1, WS_A), WAITS(2, WS_B), STEPS), 0);
	assert_int_equal(ISOLATION_BROKEN(DECIDES(1, WS_A), WAITS(2, WS_B)), 0);
	reaches("isolation: somebody is in no leg");
}

static void waiting_for_nobody_is_for_the_rule_of_deadlocks(void **state)
{
	(void)state;
	assert_int_equal(ISOLATION_BROKEN(WAITS(1, WS_A)), 0);
	assert_int_equal(ISOLATION_BROKEN(WAITS(1, WS_A), REST), 0);
	assert_int_equal(ISOLATION_BROKEN(WAITS(1, WS_A), WAITS(2, WS_B)), 0);
	reaches("isolation: nobody is in a leg");
}

static void nobody_waits_nothing_is_broken(void **state)
{
	(void)state;
	assert_int_equal(ISOLATION_BROKEN(IN_LEG(1, WS_A), IN_LEG(2, WS_B)), 0);
	assert_int_equal(gx_isolation_asked(NULL, 0), 0);
}

static void the_view_of_isolation_is_found_with_the_request_that_waits(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_B), leg_begin(1, GX_STOP),
	    fact_of(GX_F_ISOLATION, 2, 0));
	assert_found(GX_RULE_ISOLATION, WS_B, 2, 0);
	assert_says(
		"manual-restart#2 waits in the gate of ws-b although no leg of it is under way: only other workspaces' are");
}

/* ---- untracked-task ---- */

static void a_step_after_the_drain_is_an_untracked_task(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), leg_begin(1, GX_STOP), fact_on(GX_F_DRAINED, GX_NO_WORKSPACE, 0, 0),
	    by_task(5, fact_on(GX_F_LATE_STEP, GX_NO_WORKSPACE, 1, 0x1005)));
	assert_found(GX_RULE_UNTRACKED_TASK, GX_NO_WORKSPACE, 1, 0);
	assert_int_equal(seen.found[0].value, 0x1005);
	assert_says("task5 still steps after the shutdown drain has returned and the database is closed");
}

static void a_drain_after_which_nobody_steps_is_well(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), CYCLE(1), answer(1, GX_RAN), fact_on(GX_F_DRAINED, GX_NO_WORKSPACE, 0, 0),
	    ALL_WELL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cycles_one_after_the_other_do_not_overlap),
		TEST(a_stop_leg_in_the_middle_of_another_start_leg_overlaps),
		TEST(a_cycle_is_open_between_its_legs_too),
		TEST(a_request_that_waits_in_the_gate_has_no_cycle_yet),
		TEST(a_leg_that_ends_before_the_other_begins_in_the_same_step_does_not_overlap),
		TEST(a_skipped_leg_closes_the_cycle),
		TEST(a_failed_stop_leg_closes_the_cycle),
		TEST(a_failed_start_leg_closes_the_cycle_only_when_fail_has_been_written),
		TEST(a_failed_leg_does_not_close_a_cycle_whose_other_leg_still_runs),
		TEST(a_restart_overlaps_with_a_create_that_is_under_way),
		TEST(a_restart_overlaps_with_an_ungated_provision_that_is_in_no_leg),
		TEST(a_cycle_of_another_workspace_is_in_nobodys_way),
		TEST(the_lowest_of_several_open_cycles_is_named),
		TEST(an_acknowledged_request_that_no_provision_followed_is_lost),
		TEST(each_kind_of_acknowledgement_binds_the_gate),
		TEST(a_refused_request_is_not_lost),
		TEST(a_request_that_was_never_answered_is_not_lost),
		TEST(a_provision_that_began_after_the_request_reached_the_gate_serves_it),
		TEST(a_provision_that_begins_after_the_answer_serves_it_too),
		TEST(a_provision_that_failed_has_served_all_the_same),
		TEST(a_provision_of_another_workspace_serves_nobody_here),
		TEST(a_request_whose_leg_was_skipped_is_not_lost),
		TEST(a_request_whose_leg_failed_is_not_lost),
		TEST(a_request_that_is_coalesced_into_one_whose_leg_is_skipped_is_not_lost),
		TEST(a_request_that_is_coalesced_into_one_whose_leg_fails_is_not_lost),
		TEST(a_skipped_leg_of_another_request_excuses_no_other_answer),
		TEST(a_leg_that_was_skipped_before_or_elsewhere_covers_nobody),
		TEST(who_may_start_what_is_paused_is_lost_with_a_leg_that_is_skipped),
		TEST(a_request_without_a_start_leg_cannot_be_lost),
		TEST(a_create_can_be_lost),
		TEST(the_end_before_the_gate_was_open_loses_nothing),
		TEST(an_acknowledged_secret_that_the_running_container_lacks_is_lost),
		TEST(the_newest_of_several_secrets_counts),
		TEST(a_secret_that_the_running_container_was_made_with_is_not_lost),
		TEST(without_a_running_container_no_secret_is_lost),
		TEST(a_secret_of_another_workspace_is_not_missed_here),
		TEST(a_probe_that_comes_to_a_leg_is_well),
		TEST(a_probe_that_is_refused_although_it_came_to_a_leg_is_well),
		TEST(a_probe_that_blocks_shows_a_leak),
		TEST(a_probe_that_is_answered_without_a_cycle_shows_a_leak),
		TEST(a_probe_that_is_coalesced_into_a_cycle_that_follows_is_well),
		TEST(a_probe_that_blocks_is_a_leak_although_another_cycle_follows),
		TEST(a_cycle_of_another_workspace_or_of_before_excuses_no_probe),
		TEST(a_probe_is_no_request_that_could_be_lost),
		TEST(waiting_while_only_another_workspace_is_in_a_leg_breaks_isolation),
		TEST(waiting_for_a_leg_of_ones_own_workspace_is_what_a_gate_is_for),
		TEST(a_leg_of_ones_own_workspace_counts_even_if_its_task_rests),
		TEST(waiting_while_somebody_is_in_no_leg_may_be_a_short_wait),
		TEST(waiting_for_nobody_is_for_the_rule_of_deadlocks),
		TEST(nobody_waits_nothing_is_broken),
		TEST(the_view_of_isolation_is_found_with_the_request_that_waits),
		TEST(a_step_after_the_drain_is_an_untracked_task),
		TEST(a_drain_after_which_nobody_steps_is_well),
	};

	return cmocka_run_group_tests_name("rules: cycles", tests, NULL, NULL);
}
