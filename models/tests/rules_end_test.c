/* The rules at quiescence: deadlock, stale-bearer, wedged, status-mismatch, orphan-container. */
#include "rules_events.h"

/* ---- deadlock ---- */

static void one_task_that_is_blocked_for_ever_is_a_deadlock(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), blocked(7, 1, WS_A), ALL_WELL);
	assert_int_equal(seen.found[0].detail, 1);
	assert_int_equal(seen.found[0].task, 7);
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 0);
	assert_says("manual-restart#1 waits in the gate of ws-a for what nobody will do any more");
}

static void two_waiters_of_one_workspace_are_one_deadlock_that_names_both(void **state)
{
	(void)state;
	SEE(blocked(4, 2, WS_A), blocked(5, 1, WS_A), ALL_WELL);
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 2);
	assert_says("manual-restart#1 and manual-restart#2 wait in the gate of ws-a for what nobody will do any more");
}

static void of_many_waiters_one_is_named_and_the_others_counted(void **state)
{
	(void)state;
	SEE(blocked(5, 3, WS_A), blocked(6, 2, WS_A), blocked(4, 1, WS_A), ALL_WELL);
	assert_int_equal(seen.found[0].detail, 3);
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 2);
	assert_says("manual-restart#1 and 2 more wait in the gate of ws-a for what nobody will do any more");
	SEE(blocked(4, 1, WS_A), blocked(5, 3, WS_A), blocked(6, 2, WS_A), quiet(ONLY_BLOCKED));
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 2);
}

static void each_workspace_with_waiters_has_its_deadlock(void **state)
{
	(void)state;
	SEE(blocked(1, 1, WS_A), blocked(2, 2, WS_B), ALL_WELL);
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 0);
	assert_found(GX_RULE_DEADLOCK, WS_B, 2, 0);
}

static void a_waiter_in_no_request_is_a_deadlock_of_no_workspace(void **state)
{
	(void)state;
	SEE(blocked(8, 0, GX_NO_WORKSPACE), ALL_WELL);
	assert_found(GX_RULE_DEADLOCK, GX_NO_WORKSPACE, 0, 0);
	assert_says("task8 waits for what nobody will do any more");
}

static void two_waiters_in_no_request_are_counted(void **state)
{
	(void)state;
	SEE(blocked(9, 0, GX_NO_WORKSPACE), blocked(8, 0, GX_NO_WORKSPACE), ALL_WELL);
	assert_found(GX_RULE_DEADLOCK, GX_NO_WORKSPACE, 0, 0);
	assert_says("task8 and 1 more wait for what nobody will do any more");
}

static void a_waiter_in_no_request_is_part_of_the_deadlock_of_those_that_are(void **state)
{
	(void)state;
	SEE(blocked(8, 0, GX_NO_WORKSPACE), blocked(1, 1, WS_B), ALL_WELL);
	assert_found(GX_RULE_DEADLOCK, WS_B, 1, 0);
}

static void a_circle_of_waiters_is_a_deadlock_while_others_go_on(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_B), fact_of(GX_F_WAIT_CYCLE, 1, 2));
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 0);
	assert_says(
		"manual-restart#1 waits in the gate of ws-a in a circle of tasks that wait for each other, while others go on");
	SEE(CYCLE(2), answer(2, GX_RAN), blocked(1, 1, WS_A), ALL_WELL);
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 0);
}

static void who_waits_for_itself_is_told_so(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), fact_of(GX_F_WAIT_CYCLE, 1, 1));
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 0);
	assert_says("manual-restart#1 waits in the gate of ws-a for a lock that it holds itself");
}

static void a_circle_of_threads_in_no_request_names_one_of_them(void **state)
{
	(void)state;
	SEE(by_task(5, fact_on(GX_F_WAIT_CYCLE, GX_NO_WORKSPACE, 0, 3)));
	assert_found(GX_RULE_DEADLOCK, GX_NO_WORKSPACE, 0, 0);
	assert_says("task5 waits in a circle of tasks that wait for each other, while others go on");
}

static void a_gate_whose_close_blocks_is_a_deadlock_and_nothing_else(void **state)
{
	(void)state;
	SEE(ALL_WELL);
	assert_silent();
	SEE(blocked(3, 0, GX_NO_WORKSPACE), quiet(ONLY_BLOCKED));
	assert_found(GX_RULE_DEADLOCK, GX_NO_WORKSPACE, 0, 0);
}

static void waiters_of_the_first_end_are_not_those_of_the_second(void **state)
{
	(void)state;
	SEE(blocked(1, 1, WS_A), ALL_WELL);
	assert_found(GX_RULE_DEADLOCK, WS_A, 1, 0);
	SEE(quiet(ONLY_BLOCKED));
	reaches("an end at which only waiters are judged");
}

static void an_end_where_all_is_well_is_silent(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), CYCLE(1), answer(1, GX_RAN), ALL_WELL);
}

/* ---- stale-bearer ---- */

#define FINAL_BEARERS(live, file, held)                                                                  \
	final_row(WS_A, GX_ROW_ONLINE, true), final_tokens(WS_A, 1, live), final_file(WS_A, file),       \
		final_container(WS_A, OLD_CONTAINER, true), final_held(WS_A, held), FINAL_WELL(WS_B, 0), \
		quiet(NO_EXCUSE)

static void each_way_in_which_the_bearers_differ_is_stale(void **state)
{
	enum { X = 21, Y = 22, Z = 23 };
	static const struct {
		uint64_t live, file, held;
		const char *says;
	} rows[] = {
		{X, X, Y,
		 "at rest the bearer of ws-a is not one and the same: the volume's file is the live token, the running container presents another one than the live (401)"},
		{X, Y, X,
		 "at rest the bearer of ws-a is not one and the same: the volume's file is not the live token, the running container presents the live one"},
		{X, Y, Y,
		 "at rest the bearer of ws-a is not one and the same: the volume's file is not the live token, the running container presents another one than the live (401)"},
		{X, Y, Z,
		 "at rest the bearer of ws-a is not one and the same: the volume's file is not the live token, the running container presents another one than the live (401)"},
		{X, X, 0,
		 "at rest the bearer of ws-a is not one and the same: the volume's file is the live token, the running container presents another one than the live (401)"},
		{X, 0, X,
		 "at rest the bearer of ws-a is not one and the same: the volume's file is not the live token, the running container presents the live one"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		SEE(FINAL_BEARERS(rows[i].live, rows[i].file, rows[i].held));
		assert_found(GX_RULE_STALE_BEARER, WS_A, 0, 0);
		assert_says(rows[i].says);
		end(state);
		begin(state);
	}
}

/* REG minted one between P3 and P4: the container's own token is live, and so is another (O3). */
static void a_live_bearer_too_many_is_stale(void **state)
{
	(void)state;
	SEE(final_row(WS_A, GX_ROW_ONLINE, true), final_tokens(WS_A, 1 | 2 << 8, 22), final_file(WS_A, 21),
	    final_container(WS_A, OLD_CONTAINER, true), final_held(WS_A, 21), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	assert_found(GX_RULE_STALE_BEARER, WS_A, 0, 0);
	assert_says("at rest ws-a has 2 live bearers: there is one that the running container does not present");
}

static void one_bearer_in_three_places_is_not_stale(void **state)
{
	(void)state;
	SEE(FINAL_BEARERS(21, 21, 21));
	reaches("stale-bearer: one and the same");
}

static void without_a_running_container_no_copy_is_stale(void **state)
{
	(void)state;
	SEE(final_row(WS_A, GX_ROW_OFFLINE, false), final_tokens(WS_A, 1, 21), final_file(WS_A, 22),
	    final_container(WS_A, OLD_CONTAINER, false), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	reaches("stale-bearer: nothing runs");
}

static void with_nothing_live_every_bearer_is_admitted(void **state)
{
	(void)state;
	SEE(final_row(WS_A, GX_ROW_ONLINE, true), final_tokens(WS_A, 0, 0), final_file(WS_A, 22),
	    final_container(WS_A, OLD_CONTAINER, true), final_held(WS_A, 22), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	reaches("stale-bearer: nothing is live");
}

static void bearers_of_two_workspaces_are_not_compared(void **state)
{
	(void)state;
	SEE(final_row(WS_A, GX_ROW_ONLINE, true), final_tokens(WS_A, 1, 21), final_file(WS_A, 21),
	    final_container(WS_A, 1, true), final_held(WS_A, 21), final_row(WS_B, GX_ROW_ONLINE, true),
	    final_tokens(WS_B, 1, 22), final_file(WS_B, 22), final_container(WS_B, 2, true), final_held(WS_B, 22),
	    quiet(NO_EXCUSE));
	reaches("stale-bearer: one and the same");
}

static void a_client_that_is_answered_401_is_found_at_once(void **state)
{
	(void)state;
	SEE(by_task(4, fact_on(GX_F_CLIENT_401, WS_B, 0, 21)));
	assert_int_equal(seen.found[0].value, 21);
	assert_found(GX_RULE_STALE_BEARER, WS_B, 0, 0);
	assert_says("task4 was given a bearer of ws-b and is answered 401 with it");
}

static void a_container_that_is_answered_401_may_yet_be_healed(void **state)
{
	(void)state;
	SEE(by_task(4, fact_on(GX_F_CONTAINER_401, WS_A, 0, 21)), ALL_WELL);
}

/* ---- double-token-write, at the end ---- */

static void two_live_tokens_at_the_end_are_a_double_write(void **state)
{
	(void)state;
	SEE(final_row(WS_A, GX_ROW_OFFLINE, false), final_tokens(WS_A, 2, 21), final_file(WS_A, 21),
	    FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	assert_found(GX_RULE_DOUBLE_TOKEN_WRITE, WS_A, 0, 0);
	assert_says("2 live bearers of ws-a are left at the end, each minted by a provision");
}

static void one_live_token_in_each_of_two_workspaces_is_well(void **state)
{
	(void)state;
	SEE(ALL_WELL);
	reaches("double-token-write: one live token");
}

/* ---- wedged ---- */

#define WEDGED(status, excuses)  FINAL_DOWN(WS_A, status), FINAL_WELL(WS_B, 0), quiet(excuses)
#define RESTARTED(id, workspace) request(id, GX_MANUAL, workspace), CYCLE(id), answer(id, GX_RAN)

static void a_row_that_stays_failed_after_an_acknowledged_restart_is_wedged(void **state)
{
	(void)state;
	SEE(RESTARTED(1, WS_A), WEDGED(GX_ROW_FAILED, NO_EXCUSE));
	assert_found(GX_RULE_WEDGED, WS_A, 0, 0);
	assert_says("a restart of ws-a was acknowledged, and everything has come to rest with its row saying failed");
}

static void a_row_that_stays_provisioning_is_wedged_too(void **state)
{
	(void)state;
	SEE(RESTARTED(1, WS_A), WEDGED(GX_ROW_PROVISIONING, NO_EXCUSE));
	assert_found(GX_RULE_WEDGED, WS_A, 0, 0);
	assert_says(
		"a restart of ws-a was acknowledged, and everything has come to rest with its row saying provisioning");
}

static void no_other_status_is_wedged(void **state)
{
	for (unsigned status = GX_ROW_NONE; status <= GX_ROW_REMOVED; status++) {
		if (status == GX_ROW_FAILED || status == GX_ROW_PROVISIONING || status == GX_ROW_ONLINE)
			continue;
		SEE(RESTARTED(1, WS_A), WEDGED((enum gx_row_status)status, NO_EXCUSE));
		if (status == GX_ROW_DEGRADED || status == GX_ROW_HIBERNATING)
			assert_found(GX_RULE_STATUS_MISMATCH, WS_A, 0, 0);
		end(state);
		begin(state);
	}
	SEE(RESTARTED(1, WS_A), ALL_WELL);
	reaches("wedged: the row says something else");
}

static void a_row_that_fails_when_nobody_was_acknowledged_is_not_wedged(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), CYCLE(1), request(2, GX_MANUAL, WS_A), answer(2, GX_BUSY),
	    request(3, GX_PROGRAMMATIC, WS_A), answer(3, GX_DROPPED), WEDGED(GX_ROW_FAILED, NO_EXCUSE));
	reaches("wedged: no start was acknowledged");
}

static void an_acknowledged_request_without_a_start_wedges_nothing(void **state)
{
	(void)state;
	SEE(request(2, GX_PAUSE, WS_A), STOP_LEG(2), answer(2, GX_RAN), WEDGED(GX_ROW_FAILED, NO_EXCUSE));
	reaches("wedged: acknowledged, but no start");
	reaches("wedged: no start was acknowledged");
}

static void a_create_a_resume_and_a_wake_are_owed_a_start_like_any_other(void **state)
{
	static const enum gx_origin origins[] = {GX_CREATE, GX_RESUME, GX_WAKE};

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		SEE(request(1, origins[i], WS_A), START_LEG_BEGIN(1), START_LEG_FAILS(1), answer(1, GX_RAN),
		    WEDGED(GX_ROW_FAILED, NO_EXCUSE));
		assert_found(GX_RULE_WEDGED, WS_A, 0, 0);
		assert_says(
			"a start of ws-a was acknowledged, and everything has come to rest with its row saying failed");
		end(state);
		begin(state);
	}
	SEE(RESTARTED(2, WS_A), request(1, GX_CREATE, WS_A), START_LEG_BEGIN(1), START_LEG_FAILS(1), answer(1, GX_RAN),
	    WEDGED(GX_ROW_FAILED, NO_EXCUSE));
	assert_found(GX_RULE_WEDGED, WS_A, 0, 0);
	assert_says("a restart of ws-a was acknowledged, and everything has come to rest with its row saying failed");
}

static void a_fault_that_struck_explains_a_failed_row(void **state)
{
	(void)state;
	SEE(RESTARTED(1, WS_A), WEDGED(GX_ROW_FAILED, FAULT_STRUCK));
	reaches("wedged: a fault has struck");
}

static void a_fault_in_a_leg_of_another_workspace_explains_nothing_here(void **state)
{
	(void)state;
	SEE(RESTARTED(1, WS_A), WEDGED(GX_ROW_FAILED, FAULT_STRUCK_B));
	assert_found(GX_RULE_WEDGED, WS_A, 0, 0);
}

static void a_missing_backend_explains_a_failed_row(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), leg_begin(1, GX_STOP), leg_end(1, GX_STOP, GX_LEG_FAILED), answer(1, GX_RAN),
	    WEDGED(GX_ROW_FAILED, NO_BACKEND));
	reaches("wedged: it has no backend");
}

static void a_missing_backend_of_another_workspace_explains_nothing_here(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), STOP_LEG(1), START_LEG_BEGIN(1), START_LEG_FAILS(1), answer(1, GX_RAN),
	    request(2, GX_MANUAL, WS_B), leg_begin(2, GX_STOP), leg_end(2, GX_STOP, GX_LEG_FAILED), answer(2, GX_RAN),
	    FINAL_DOWN(WS_A, GX_ROW_FAILED), FINAL_DOWN(WS_B, GX_ROW_FAILED), quiet(NO_BACKEND_B));
	assert_found(GX_RULE_WEDGED, WS_A, 0, 0);
}

static void a_restart_of_another_workspace_wedges_nothing_here(void **state)
{
	(void)state;
	SEE(RESTARTED(1, WS_B), WEDGED(GX_ROW_FAILED, NO_EXCUSE));
	reaches("wedged: no start was acknowledged");
}

/* ---- status-mismatch ---- */

static struct gx_event no_news(void)
{
	return fact_on(GX_F_NOTE, GX_NO_WORKSPACE, 0, 0);
}

/* The table of the rule, whole: every status, url or not, no container, one that is stopped, one that runs. */
static void each_status_agrees_with_what_runs_or_is_found(void **state)
{
	enum container { NONE, STOPPED, RUNS };

	for (unsigned status = GX_ROW_NONE; status <= GX_ROW_REMOVED; status++)
		for (unsigned url = 0; url < 2; url++)
			for (unsigned container = NONE; container <= RUNS; container++) {
				bool runs = container == RUNS;
				bool parked = status == GX_ROW_PAUSED || status == GX_ROW_HIBERNATED ||
					      status == GX_ROW_REMOVED || status == GX_ROW_FAILED ||
					      status == GX_ROW_OFFLINE;
				bool up = status == GX_ROW_ONLINE || status == GX_ROW_DEGRADED;
				bool empty = status == GX_ROW_ONLINE && !url;
				bool rowless = status == GX_ROW_NONE || status == GX_ROW_REMOVED;

				SEE(final_row(WS_A, (enum gx_row_status)status, url), final_tokens(WS_A, 0, 0),
				    final_file(WS_A, 0),
				    container == NONE ? no_news() : final_container(WS_A, OLD_CONTAINER, runs),
				    FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
				if ((up && !runs) || empty || (parked && runs) || status == GX_ROW_HIBERNATING)
					assert_found(GX_RULE_STATUS_MISMATCH, WS_A, 0, 0);
				if (rowless && container != NONE)
					assert_found(GX_RULE_ORPHAN_CONTAINER, WS_A, 0, 0);
				end(state);
				begin(state);
			}
}

static void a_mismatch_says_what_the_row_says_and_what_runs(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_ONLINE), final_row(WS_B, GX_ROW_ONLINE, false), final_tokens(WS_B, 0, 0),
	    final_file(WS_B, 0), final_container(WS_B, OLD_CONTAINER, true), quiet(NO_EXCUSE));
	assert_found(GX_RULE_STATUS_MISMATCH, WS_A, 0, 0);
	assert_says("at rest the row of ws-a says online, but no container runs");
	assert_found(GX_RULE_STATUS_MISMATCH, WS_B, 0, 0);
	assert_says("at rest the row of ws-b says online, but its url is empty");
	end(state);
	begin(state);
	SEE(final_row(WS_A, GX_ROW_HIBERNATED, false), final_tokens(WS_A, 0, 0), final_file(WS_A, 0),
	    final_container(WS_A, OLD_CONTAINER, true), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	assert_found(GX_RULE_STATUS_MISMATCH, WS_A, 0, 0);
	assert_says("at rest the row of ws-a says hibernated, but its container runs");
	end(state);
	begin(state);
	SEE(FINAL_DOWN(WS_A, GX_ROW_HIBERNATING), FINAL_DOWN(WS_B, GX_ROW_DEGRADED), quiet(NO_EXCUSE));
	assert_found(GX_RULE_STATUS_MISMATCH, WS_A, 0, 0);
	assert_says("at rest the row of ws-a still says hibernating");
	assert_found(GX_RULE_STATUS_MISMATCH, WS_B, 0, 0);
	assert_says("at rest the row of ws-b says degraded, but no container runs");
}

/* The table knows no excuse: neither a fault nor what another workspace lacks. */
static void nothing_excuses_a_mismatch(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_ONLINE), FINAL_DOWN(WS_B, GX_ROW_FAILED), quiet(FAULT_STRUCK | NO_BACKEND));
	assert_found(GX_RULE_STATUS_MISMATCH, WS_A, 0, 0);
}

/* ---- orphan-container ---- */

static void a_container_of_a_removed_row_is_an_orphan(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_REMOVED), final_container(WS_A, 21, false), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	assert_int_equal(seen.found[0].value, 21);
	assert_found(GX_RULE_ORPHAN_CONTAINER, WS_A, 0, 0);
	assert_says("a container of ws-a exists at rest that no row accounts for");
}

static void containers_without_a_row_are_orphans_each(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_NONE), final_container(WS_A, 22, false), final_container(WS_A, 21, false),
	    FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	assert_int_equal(seen.found[0].value, 21); /* whatever the order */
	assert_found(GX_RULE_ORPHAN_CONTAINER, WS_A, 0, 0);
	assert_says("2 containers of ws-a exist at rest that no row accounts for");
}

static void a_second_container_of_a_row_is_an_orphan(void **state)
{
	(void)state;
	SEE(FINAL_WELL(WS_A, 0), final_container(WS_A, 21, false), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	assert_found(GX_RULE_ORPHAN_CONTAINER, WS_A, 0, 0);
	assert_says("2 containers of ws-a exist at rest, and its row accounts for one");
}

static void one_container_per_row_is_no_orphan_even_stopped(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_PAUSED), final_container(WS_A, 1, false), FINAL_WELL(WS_B, 0), quiet(NO_EXCUSE));
	reaches("orphan-container: its row accounts for one");
}

enum { CREATED = 2 };

static void what_a_failed_start_leaves_behind_is_an_orphan(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_FAILED), fact_on(GX_F_FINAL_CONTAINER, WS_A, CREATED, 21), FINAL_WELL(WS_B, 0),
	    quiet(NO_EXCUSE));
	assert_int_equal(seen.found[0].value, 21);
	assert_found(GX_RULE_ORPHAN_CONTAINER, WS_A, 0, 0);
	assert_says("a container of ws-a exists at rest that was never started, and its row says failed");
}

/* One that has run and died is what the row is about; so is one that is created beside a row that says nothing of a failure. */
static void a_container_that_has_run_beside_a_failed_row_is_no_orphan(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_FAILED), final_container(WS_A, 21, false), FINAL_DOWN(WS_B, GX_ROW_PROVISIONING),
	    fact_on(GX_F_FINAL_CONTAINER, WS_B, CREATED, 22), quiet(NO_EXCUSE));
	reaches("orphan-container: its row accounts for one");
}

static void a_volume_without_a_row_is_an_orphan(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_REMOVED), fact_on(GX_F_FINAL_FILE, WS_A, 1, 0), FINAL_WELL(WS_B, 0),
	    quiet(NO_EXCUSE));
	assert_found(GX_RULE_ORPHAN_CONTAINER, WS_A, 0, 0);
	assert_says("the volume of ws-a exists at rest although there is no row of it");
}

static void a_removed_row_without_a_container_has_no_orphan(void **state)
{
	(void)state;
	SEE(FINAL_DOWN(WS_A, GX_ROW_REMOVED), FINAL_DOWN(WS_B, GX_ROW_NONE), quiet(NO_EXCUSE));
	reaches("orphan-container: there is none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_task_that_is_blocked_for_ever_is_a_deadlock),
		TEST(two_waiters_of_one_workspace_are_one_deadlock_that_names_both),
		TEST(of_many_waiters_one_is_named_and_the_others_counted),
		TEST(each_workspace_with_waiters_has_its_deadlock),
		TEST(a_waiter_in_no_request_is_a_deadlock_of_no_workspace),
		TEST(two_waiters_in_no_request_are_counted),
		TEST(a_waiter_in_no_request_is_part_of_the_deadlock_of_those_that_are),
		TEST(a_circle_of_waiters_is_a_deadlock_while_others_go_on),
		TEST(who_waits_for_itself_is_told_so),
		TEST(a_circle_of_threads_in_no_request_names_one_of_them),
		TEST(a_gate_whose_close_blocks_is_a_deadlock_and_nothing_else),
		TEST(waiters_of_the_first_end_are_not_those_of_the_second),
		TEST(an_end_where_all_is_well_is_silent),
		TEST(each_way_in_which_the_bearers_differ_is_stale),
		TEST(a_live_bearer_too_many_is_stale),
		TEST(one_bearer_in_three_places_is_not_stale),
		TEST(without_a_running_container_no_copy_is_stale),
		TEST(with_nothing_live_every_bearer_is_admitted),
		TEST(bearers_of_two_workspaces_are_not_compared),
		TEST(a_client_that_is_answered_401_is_found_at_once),
		TEST(a_container_that_is_answered_401_may_yet_be_healed),
		TEST(two_live_tokens_at_the_end_are_a_double_write),
		TEST(one_live_token_in_each_of_two_workspaces_is_well),
		TEST(a_row_that_stays_failed_after_an_acknowledged_restart_is_wedged),
		TEST(a_row_that_stays_provisioning_is_wedged_too),
		TEST(no_other_status_is_wedged),
		TEST(a_row_that_fails_when_nobody_was_acknowledged_is_not_wedged),
		TEST(an_acknowledged_request_without_a_start_wedges_nothing),
		TEST(a_create_a_resume_and_a_wake_are_owed_a_start_like_any_other),
		TEST(a_fault_in_a_leg_of_another_workspace_explains_nothing_here),
		TEST(a_fault_that_struck_explains_a_failed_row),
		TEST(a_missing_backend_explains_a_failed_row),
		TEST(a_missing_backend_of_another_workspace_explains_nothing_here),
		TEST(a_restart_of_another_workspace_wedges_nothing_here),
		TEST(each_status_agrees_with_what_runs_or_is_found),
		TEST(a_mismatch_says_what_the_row_says_and_what_runs),
		TEST(nothing_excuses_a_mismatch),
		TEST(a_container_of_a_removed_row_is_an_orphan),
		TEST(containers_without_a_row_are_orphans_each),
		TEST(a_second_container_of_a_row_is_an_orphan),
		TEST(one_container_per_row_is_no_orphan_even_stopped),
		TEST(a_removed_row_without_a_container_has_no_orphan),
		TEST(what_a_failed_start_leaves_behind_is_an_orphan),
		TEST(a_container_that_has_run_beside_a_failed_row_is_no_orphan),
		TEST(a_volume_without_a_row_is_an_orphan),
	};

	return cmocka_run_group_tests_name("rules: the end", tests, NULL, NULL);
}
