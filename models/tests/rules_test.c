/* What cycles do to each other and programs to themselves: containers, bearers, misuse, crashes, limits; and what is said of it. */
#include "rules_events.h"

#include <signal.h>

#include "docker/engine.h"

/* ---- name-conflict ---- */

/* Two cycles head to head, both past P9; 1 has minted its token. */
#define HEAD_TO_HEAD \
	request(1, GX_MANUAL, WS_A), leg_begin(1, GX_START), provision_begin(1), mint(1), request(2, GX_CREATE, WS_A)

/* How they meet is not the matter of the test. */
static void ignore_found(void)
{
	seen.looked_at = seen.count;
}

static void a_conflict_with_a_container_that_is_made_says_whose_it_is(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, made(1), provision_begin(2), name_conflict(2, CONTAINER(1)));
	assert_int_equal(seen.found[0].value, CONTAINER(1));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 1);
	assert_says(
		"manual-restart#2 creates ws-a's container and is answered 409: manual-restart#1 holds the name, its own container made but not yet started");
}

static void a_conflict_with_a_container_that_is_started_says_so(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, made(1), started(1), provision_begin(2), name_conflict(2, CONTAINER(1)));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 1);
	assert_says(
		"manual-restart#2 creates ws-a's container and is answered 409: manual-restart#1 holds the name, its own container started, its provision not over");
}

/* S2: the name is taken, the container not to be seen yet, and no fact has told of it. */
static void a_conflict_with_a_name_that_is_reserved_says_who_reserved_it(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, request(3, GX_MANUAL, WS_A), provision_begin(3), mint(3), provision_begin(2), mint(2));
	ignore_found();
	SEE(name_conflict(2, CONTAINER(1)));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 1);
	assert_says(
		"manual-restart#2 creates ws-a's container and is answered 409: the create of manual-restart#1 has taken the name and is not over");
}

/* A coalescer's task draws numbers for one cycle after the other. */
static void a_container_of_an_earlier_cycle_of_the_same_task_is_not_reserved_by_the_later(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), provision_begin(1), by_task(1, fact_of(GX_F_TOKEN_MINT, 1, NUMBER(1, 4))),
	    request(2, GX_CREATE, WS_A), provision_begin(2), name_conflict(2, NUMBER(1, 2)));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 0);
}

static void a_conflict_with_a_container_that_was_left_says_by_whom(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, made(1), started(1), START_LEG_END(1), provision_begin(2), name_conflict(2, CONTAINER(1)));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 1);
	assert_says(
		"manual-restart#2 creates ws-a's container and is answered 409: manual-restart#1 holds the name, its own container left standing, its provision over");
}

static void a_conflict_with_a_container_that_is_being_removed_says_by_whom(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), leg_begin(1, GX_STOP), removes(1, OLD_CONTAINER), request(2, GX_CREATE, WS_A),
	    provision_begin(2), name_conflict(2, OLD_CONTAINER));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 1);
	assert_says(
		"manual-restart#2 creates ws-a's container and is answered 409: the old one still holds the name while manual-restart#1 removes it");
}

static void a_conflict_while_nobodys_leg_removes_says_so(void **state)
{
	(void)state;
	SEE(request(2, GX_CREATE, WS_A), somebody_removes(WS_A, OLD_CONTAINER), provision_begin(2),
	    name_conflict(2, OLD_CONTAINER));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 0);
	assert_says(
		"manual-restart#2 creates ws-a's container and is answered 409: the old one still holds the name while somebody else removes it");
}

static void a_conflict_with_what_was_there_before_says_so(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, provision_begin(2), name_conflict(2, OLD_CONTAINER));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 0);
	assert_says(
		"manual-restart#2 creates ws-a's container and is answered 409: the container that was there before holds the name");
}

static void a_conflict_with_a_holder_that_is_not_known_accuses_nobody(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, provision_begin(2), name_conflict(2, 0));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 0);
}

static void a_removal_that_is_over_holds_no_name(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), leg_begin(1, GX_STOP), removes(1, OLD_CONTAINER), leg_done(1, GX_STOP),
	    START_LEG_BEGIN(1), mint(1), made(1), request(2, GX_CREATE, WS_A), provision_begin(2),
	    name_conflict(2, CONTAINER(1)));
	assert_found(GX_RULE_NAME_CONFLICT, WS_A, 2, 1);
	assert_int_equal(seen.found[0].detail, 3); /* made, not being removed */
}

static void creates_that_are_answered_201_conflict_with_nobody(void **state)
{
	(void)state;
	SEE(request(1, GX_MANUAL, WS_A), STOP_LEG(1), START_LEG_BEGIN(1), REPLACES_BEARER(1), made(1), started(1),
	    START_LEG_END(1), request(2, GX_MANUAL, WS_B), STOP_LEG(2), START_LEG_BEGIN(2), REPLACES_BEARER(2), made(2),
	    started(2), START_LEG_END(2));
}

/* ---- victim-killed ---- */

static void removing_a_container_whose_provision_is_not_over_kills_a_victim(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, made(1), leg_begin(2, GX_START));
	ignore_found();
	SEE(removes(2, CONTAINER(1)));
	assert_found(GX_RULE_VICTIM_KILLED, WS_A, 2, 1);
	assert_says(
		"manual-restart#2 removes the container of ws-a that manual-restart#1 has just made and is not done with");
}

static void a_victim_that_has_been_started_is_a_victim_all_the_same(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, made(1), started(1), removes(2, CONTAINER(1)));
	assert_found(GX_RULE_VICTIM_KILLED, WS_A, 2, 1);
}

static void a_victim_of_nobodys_leg_is_a_victim_all_the_same(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, made(1), somebody_removes(WS_A, CONTAINER(1)));
	assert_found(GX_RULE_VICTIM_KILLED, WS_A, 0, 1);
	assert_says(
		"somebody else removes the container of ws-a that manual-restart#1 has just made and is not done with");
}

static void a_provision_may_discard_what_it_made(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, made(1), removes(1, CONTAINER(1)), START_LEG_FAILS(1));
	reaches("victim-killed: by its own request");
}

static void a_container_whose_provision_is_over_may_be_removed(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, made(1), started(1), provision_end(1, true), removes(2, CONTAINER(1)));
	reaches("victim-killed: its provision is over");
}

static void an_old_container_is_nobodys_victim(void **state)
{
	(void)state;
	SEE(HEAD_TO_HEAD, removes(2, OLD_CONTAINER), made(1), somebody_removes(WS_B, OLD_CONTAINER + 1));
	reaches("victim-killed: made by no request");
}

/* ---- double-token-write ---- */

static void replacing_a_bearer_that_another_provision_is_replacing_is_a_double_write(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), request(2, GX_CREATE, WS_A), provision_begin(1), provision_begin(2),
	    revoke_tokens(1, 1));
	assert_silent();
	SEE(revoke_tokens(2, 0));
	assert_found(GX_RULE_DOUBLE_TOKEN_WRITE, WS_A, 2, 1);
	assert_says(
		"manual-restart#2 replaces the bearer of ws-a while the provision of manual-restart#1 is still replacing it");
	SEE(mint(1));
	assert_found(GX_RULE_DOUBLE_TOKEN_WRITE, WS_A, 1, 2);
	SEE(write_token(2));
	assert_found(GX_RULE_DOUBLE_TOKEN_WRITE, WS_A, 2, 1);
}

/* Any of the three before, any of the three now. */
static void each_of_revoke_mint_and_write_collides_with_each(void **state)
{
	for (unsigned first = 0; first < 3; first++)
		for (unsigned second = 0; second < 3; second++) {
			const struct gx_event of_1[] = {revoke_tokens(1, 1), mint(1), write_token(1)};
			const struct gx_event of_2[] = {revoke_tokens(2, 1), mint(2), write_token(2)};

			SEE(request(1, GX_CREATE, WS_A), request(2, GX_CREATE, WS_A), provision_begin(1),
			    provision_begin(2));
			see(&of_1[first], 1);
			assert_silent();
			see(&of_2[second], 1);
			assert_found(GX_RULE_DOUBLE_TOKEN_WRITE, WS_A, 2, 1);
			end(state);
			begin(state);
		}
}

static void two_provisions_that_have_only_begun_write_nothing(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), request(2, GX_CREATE, WS_A), provision_begin(1), provision_begin(2),
	    REPLACES_BEARER(2), provision_end(2, true), REPLACES_BEARER(1));
	reaches("double-token-write: the other has only begun");
}

static void a_provision_that_ended_even_failed_writes_no_more(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), request(2, GX_CREATE, WS_A), provision_begin(1), REPLACES_BEARER(1),
	    provision_end(1, false), provision_begin(2), REPLACES_BEARER(2));
	reaches("double-token-write: the other's provision is over");
}

static void a_provision_may_write_its_own_bearer_twice(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), provision_begin(1), REPLACES_BEARER(1), made(1), write_token(1), started(1),
	    provision_end(1, true));
	reaches("double-token-write: its own bearer");
}

static void bearers_of_two_workspaces_are_two_bearers(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), request(2, GX_CREATE, WS_B), provision_begin(1), provision_begin(2),
	    REPLACES_BEARER(1), REPLACES_BEARER(2));
	reaches("double-token-write: of another workspace");
}

/* A client's bearer, or one that a container is given when it registers. */
static void a_token_that_no_provision_mints_is_no_double_write(void **state)
{
	(void)state;
	SEE(request(1, GX_CREATE, WS_A), provision_begin(1), revoke_tokens(1, 1),
	    by_task(9, fact_on(GX_F_TOKEN_MINT, WS_A, 0, NUMBER(9, 1))), mint(1), provision_end(1, true),
	    request(2, GX_CREATE, WS_A), provision_begin(2), REPLACES_BEARER(2));
	reaches("double-token-write: minted by no provision");
}

/* ---- misuse ---- */

static void each_misuse_of_a_gate_says_what_the_task_did(void **state)
{
	static const struct {
		enum gx_misuse misuse;
		const char *says;
	} rows[] = {
		{GX_MISUSE_LEG_TWICE, "task1 runs a leg of a request for the second time"},
		{GX_MISUSE_START_BEFORE_STOP, "task1 runs the start leg before the stop leg is over"},
		{GX_MISUSE_LEG_AFTER_REFUSAL,
		 "task1 runs a leg of a request that it answers, or has answered, with busy or dropped"},
		{GX_MISUSE_RAN_TOO_EARLY, "task1 answers GX_RAN before the legs of the request are over"},
		{GX_MISUSE_BAD_OUTCOME, "task1 returns from handle() with no enum gx_outcome"},
		{(enum gx_misuse)(GX_MISUSE_POSIX + GX_POSIX_UNLOCK_NOT_OWNER),
		 "task1 unlocks a lock that another task holds"},
	};

	(void)state;
	SEE(request(1, GX_MANUAL, WS_B));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		SEE(fact_of(GX_F_MISUSE, 1, (uint64_t)rows[i].misuse));
		assert_found(GX_RULE_MISUSE, WS_B, 1, 0);
		assert_says(rows[i].says);
	}
}

static void misuse_outside_of_any_request_belongs_to_no_workspace(void **state)
{
	(void)state;
	SEE(by_task(4, fact_on(GX_F_MISUSE, GX_NO_WORKSPACE, 0, GX_MISUSE_FOREIGN_REQUEST)));
	assert_found(GX_RULE_MISUSE, GX_NO_WORKSPACE, 0, 0);
	assert_says("task4 runs a leg of something that is no request of this execution");
	SEE(by_task(5, fact_on(GX_F_MISUSE, GX_NO_WORKSPACE, 0, GX_MISUSE_OPEN_FAILED)));
	assert_found(GX_RULE_MISUSE, GX_NO_WORKSPACE, 0, 0);
	assert_says("task5 returns NULL from open()");
}

/* POSIX's own fact is told to the rules as GX_F_MISUSE; to hear it twice would be to find it twice. */
static void posixs_own_fact_is_not_found_a_second_time(void **state)
{
	(void)state;
	SEE(by_task(1, fact_on(GX_L_POSIX_MISUSE, 0, 0, GX_POSIX_UNLOCK_NOT_OWNER)));
}

/* ---- crash, hang, step-limit ---- */

/* Core's facts name tasks by path, and bytes. */
static struct gx_event core_fact(unsigned label, unsigned extra, uint64_t value)
{
	return by_task(6, fact_on(label, WS_A, extra, value));
}

static void each_end_of_a_task_says_how_it_came(void **state)
{
	static const struct {
		unsigned overflow;
		uint64_t signal;
		const char *says;
	} rows[] = {
		{0, SIGSEGV, "task6 is ended by an invalid memory access (SIGSEGV)"},
		{0, SIGABRT, "task6 is ended by an abort (SIGABRT)"},
		{0, SIGILL, "task6 is ended by an illegal instruction (SIGILL)"},
		{0, SIGTRAP, "task6 is ended by a trap (SIGTRAP)"},
		{0, SIGBUS, "task6 is ended by a bus error (SIGBUS)"},
		{0, SIGFPE, "task6 is ended by an arithmetic error (SIGFPE)"},
		{0, SIGSYS, "task6 is ended by a signal"},
		{0, GX_ENDS_THE_PROCESS, "task6 tries to end the process (exit)"},
		{0, GX_ENDS_ITS_THREAD, "task6 tries to end a thread that is not the gate's (pthread_exit)"},
		{1, SIGSEGV, "task6 overflows its stack"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		SEE(core_fact(GX_L_TASK_CRASH, rows[i].overflow | 2 << 8, rows[i].signal)); /* in the handle() of 2 */
		assert_found(GX_RULE_CRASH, WS_A, 2, 0);
		assert_says(rows[i].says);
	}
}

static void a_crash_in_no_request_belongs_to_no_workspace(void **state)
{
	(void)state;
	SEE(by_task(6, fact_on(GX_L_TASK_CRASH, GX_NO_WORKSPACE, 0, SIGSEGV)));
	assert_found(GX_RULE_CRASH, GX_NO_WORKSPACE, 0, 0);
}

static void a_task_that_hangs_is_named(void **state)
{
	(void)state;
	SEE(core_fact(GX_L_TASK_HANG, 1 << 8, 0));
	assert_int_equal(seen.found[0].detail, 0);
	assert_found(GX_RULE_HANG, WS_A, 1, 0);
	assert_says("task6 computes without end, or waits in the kernel, and comes to no point");
}

static void the_limits_of_scenario_and_world_are_told_apart(void **state)
{
	(void)state;
	SEE(core_fact(GX_L_STEP_LIMIT, GX_LIMIT_STEPS, 20000));
	assert_found(GX_RULE_STEP_LIMIT, GX_NO_WORKSPACE, 0, 0);
	assert_says("the execution does not come to rest within 20000 steps, the scenario's limit");
	SEE(core_fact(GX_L_STEP_LIMIT, GX_LIMIT_TIME, 600000000000));
	assert_found(GX_RULE_STEP_LIMIT, GX_NO_WORKSPACE, 0, 0);
	assert_says("the execution does not come to rest within 600 s of virtual time, the scenario's limit");
	SEE(core_fact(GX_L_WORLD_FULL, 0, 4096));
	assert_found(GX_RULE_STEP_LIMIT, GX_NO_WORKSPACE, 0, 0);
	assert_says("task6 asks for 4096 bytes more than fit into the 768 KiB that a task's malloc() has");
	SEE(core_fact(GX_L_WORLD_FULL, 0, 0));
	assert_found(GX_RULE_STEP_LIMIT, GX_NO_WORKSPACE, 0, 0);
	assert_says("task6 makes more tasks, or tasks with memory, than an execution can hold");
}

static void who_goes_round_for_ever_is_named_once(void **state)
{
	(void)state;
	SEE(core_fact(GX_L_LIVELOCK, 1 << 8, 1), core_fact(GX_L_LIVELOCK, 0, 0)); /* a poller of the gate's beside it */
	assert_found(GX_RULE_LIVELOCK, WS_A, 1, 0);
	assert_says(
		"task6 goes round in a loop for ever: every task that can step does, and all comes back to where it was");
	SEE(core_fact(GX_L_LIVELOCK, 0, 1), by_task(6, fact_on(GX_L_LIVELOCK, GX_NO_WORKSPACE, 0, 0)));
	assert_found(GX_RULE_LIVELOCK, GX_NO_WORKSPACE, 0, 0);
}

/* ---- everything else ---- */

static void facts_that_are_no_news_to_any_rule_are_passed_over(void **state)
{
	(void)state;
	SEE(core_fact(GX_L_TASK_END, 0, 0), core_fact(GX_L_TASK_SPAWN, 0, 7), core_fact(GX_L_TASK_KILL, 0, 7),
	    fact_on(GX_L_DOCKER_ANSWER, WS_A, 0, 409), request(1, GX_MANUAL, WS_A), fact_of(GX_F_NOTE, 1, 0xbeef),
	    fact_on(GX_F_ROW_STATUS, WS_A, 0, GX_ROW_FAILED), fact_of(GX_F_SECRET_READ, 1, 0),
	    fact_on(GX_F_DRAINED, GX_NO_WORKSPACE, 0, 0));
}

/* A step's label may be the number of a fact: only facts are judged. */
static void a_step_is_no_fact(void **state)
{
	struct gx_event step = fact_of(GX_F_NAME_CONFLICT, 1, 1);

	(void)state;
	step.kind = GX_EVENT_STEP;
	see(&step, 1);
	step.label = GX_L_TASK_CRASH;
	see(&step, 1);
}

static void every_rule_has_a_name_that_finds_it_and_a_summary(void **state)
{
	(void)state;
	for (unsigned i = 0; i < GX_RULE_COUNT; i++) {
		assert_int_equal(gx_rule_find(gx_rule_name((enum gx_rule)i)), i);
		assert_true(strlen(gx_rule_summary((enum gx_rule)i)) > 10);
	}
	assert_int_equal(gx_rule_find("no-such-rule"), GX_RULE_COUNT);
	assert_string_equal(gx_rule_name(GX_RULE_COUNT), "?");
	assert_string_equal(gx_rule_summary(GX_RULE_COUNT), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_conflict_with_a_container_that_is_made_says_whose_it_is),
		TEST(a_conflict_with_a_container_that_is_started_says_so),
		TEST(a_conflict_with_a_name_that_is_reserved_says_who_reserved_it),
		TEST(a_container_of_an_earlier_cycle_of_the_same_task_is_not_reserved_by_the_later),
		TEST(a_conflict_with_a_container_that_was_left_says_by_whom),
		TEST(a_conflict_with_a_container_that_is_being_removed_says_by_whom),
		TEST(a_conflict_while_nobodys_leg_removes_says_so),
		TEST(a_conflict_with_what_was_there_before_says_so),
		TEST(a_conflict_with_a_holder_that_is_not_known_accuses_nobody),
		TEST(a_removal_that_is_over_holds_no_name),
		TEST(creates_that_are_answered_201_conflict_with_nobody),
		TEST(removing_a_container_whose_provision_is_not_over_kills_a_victim),
		TEST(a_victim_that_has_been_started_is_a_victim_all_the_same),
		TEST(a_victim_of_nobodys_leg_is_a_victim_all_the_same),
		TEST(a_provision_may_discard_what_it_made),
		TEST(a_container_whose_provision_is_over_may_be_removed),
		TEST(an_old_container_is_nobodys_victim),
		TEST(replacing_a_bearer_that_another_provision_is_replacing_is_a_double_write),
		TEST(each_of_revoke_mint_and_write_collides_with_each),
		TEST(two_provisions_that_have_only_begun_write_nothing),
		TEST(a_provision_that_ended_even_failed_writes_no_more),
		TEST(a_provision_may_write_its_own_bearer_twice),
		TEST(bearers_of_two_workspaces_are_two_bearers),
		TEST(a_token_that_no_provision_mints_is_no_double_write),
		TEST(each_misuse_of_a_gate_says_what_the_task_did),
		TEST(misuse_outside_of_any_request_belongs_to_no_workspace),
		TEST(posixs_own_fact_is_not_found_a_second_time),
		TEST(each_end_of_a_task_says_how_it_came),
		TEST(a_crash_in_no_request_belongs_to_no_workspace),
		TEST(a_task_that_hangs_is_named),
		TEST(the_limits_of_scenario_and_world_are_told_apart),
		TEST(who_goes_round_for_ever_is_named_once),
		TEST(facts_that_are_no_news_to_any_rule_are_passed_over),
		TEST(a_step_is_no_fact),
		TEST(every_rule_has_a_name_that_finds_it_and_a_summary),
	};

	return cmocka_run_group_tests_name("rules: moments", tests, NULL, NULL);
}
