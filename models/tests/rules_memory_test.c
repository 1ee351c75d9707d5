/* That the memory of the rules is canonical: what no rule can tell apart any more is the same bytes. */
#include "rules_events.h"

static struct gx_rules *copy_of_memory(void)
{
	struct gx_rules *copy = malloc(gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));

	assert_non_null(copy);
	memcpy(copy, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	return copy;
}

/* Two lists leave the same bytes behind; what they find is not the matter. */
static void assert_same_memory(void **state, const struct gx_event *first, size_t first_count,
			       const struct gx_event *second, size_t second_count)
{
	struct gx_rules *after_first;

	see(first, first_count);
	after_first = copy_of_memory();
	seen.looked_at = seen.count;
	end(state);
	begin(state);
	see(second, second_count);
	assert_memory_equal(after_first, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	seen.looked_at = seen.count;
	free(after_first);
}

#define COUNT(list)                             (sizeof(list) / sizeof((list)[0]))
#define assert_same_after(state, first, second) assert_same_memory(state, first, COUNT(first), second, COUNT(second))

static void the_order_of_independent_events_is_forgotten(void **state)
{
	const struct gx_event first[] = {request(1, GX_MANUAL, WS_A), request(2, GX_MANUAL, WS_B),
					 leg_begin(1, GX_STOP),       removes(1, 1),
					 leg_begin(2, GX_STOP),       removes(2, 2),
					 leg_done(2, GX_STOP),        START_LEG_BEGIN(2),
					 REPLACES_BEARER(2),          made(2)};
	const struct gx_event second[] = {request(2, GX_MANUAL, WS_B),
					  leg_begin(2, GX_STOP),
					  removes(2, 2),
					  leg_done(2, GX_STOP),
					  START_LEG_BEGIN(2),
					  request(1, GX_MANUAL, WS_A),
					  REPLACES_BEARER(2),
					  leg_begin(1, GX_STOP),
					  made(2),
					  removes(1, 1)};

	assert_same_after(state, first, second);
}

static void the_order_of_two_requests_that_wait_is_forgotten(void **state)
{
	const struct gx_event first[] = {request(1, GX_MANUAL, WS_A), request(2, GX_PROGRAMMATIC, WS_A),
					 request(3, GX_MANUAL, WS_A), answer(2, GX_COALESCED), answer(3, GX_ACCEPTED)};
	const struct gx_event second[] = {request(3, GX_MANUAL, WS_A), answer(3, GX_RAN), request(1, GX_MANUAL, WS_A),
					  request(2, GX_PROGRAMMATIC, WS_A), answer(2, GX_COALESCED)};

	assert_same_after(state, first, second);
}

#define WHOLE(id)                                                                                          \
	leg_begin(id, GX_STOP), leg_done(id, GX_STOP), START_LEG_BEGIN(id), REPLACES_BEARER(id), made(id), \
		started(id), START_LEG_END(id)

/* Who ran, failed, was skipped or refused, and in which order: all settled, all the same, but for whose container stands. */
static void of_requests_that_are_settled_nothing_is_left_that_differs(void **state)
{
	const struct gx_event first[] = {request(1, GX_MANUAL, WS_A),
					 request(2, GX_PROGRAMMATIC, WS_A),
					 request(3, GX_PROGRAMMATIC, WS_A),
					 WHOLE(2),
					 removes(1, CONTAINER(2)),
					 WHOLE(1),
					 answer(1, GX_RAN),
					 answer(2, GX_ACCEPTED),
					 answer(3, GX_COALESCED)};
	const struct gx_event second[] = {request(3, GX_PROGRAMMATIC, WS_A),
					  answer(3, GX_DROPPED),
					  request(2, GX_PROGRAMMATIC, WS_A),
					  leg_begin(2, GX_STOP),
					  leg_end(2, GX_STOP, GX_LEG_SKIPPED),
					  answer(2, GX_RAN),
					  request(1, GX_MANUAL, WS_A),
					  answer(1, GX_ACCEPTED),
					  WHOLE(1)};

	assert_same_after(state, first, second);
}

/* Whoever covers a request closes his cycle before it is answered, or after. */
static void when_a_covered_request_was_answered_is_forgotten(void **state)
{
	const struct gx_event first[] = {request(1, GX_PROGRAMMATIC, WS_A), request(2, GX_PROGRAMMATIC, WS_A),
					 answer(2, GX_COALESCED), leg_begin(1, GX_STOP),
					 leg_end(1, GX_STOP, GX_LEG_SKIPPED)};
	const struct gx_event second[] = {request(2, GX_PROGRAMMATIC, WS_A), request(1, GX_PROGRAMMATIC, WS_A),
					  leg_begin(1, GX_STOP), leg_end(1, GX_STOP, GX_LEG_SKIPPED),
					  answer(2, GX_COALESCED)};

	assert_same_after(state, first, second);
}

static void a_provision_that_failed_leaves_nothing_behind(void **state)
{
	const struct gx_event first[] =
		{request(1, GX_CREATE, WS_A),     START_LEG_BEGIN(1), REPLACES_BEARER(1), removes(1, OLD_CONTAINER),
		 name_conflict(1, OLD_CONTAINER), START_LEG_FAILS(1), answer(1, GX_RAN)};
	const struct gx_event second[] = {request(1, GX_CREATE, WS_A), START_LEG_BEGIN(1), REPLACES_BEARER(1), made(1),
					  removes(1, CONTAINER(1)),    START_LEG_FAILS(1), answer(1, GX_RAN)};

	assert_same_after(state, first, second);
}

static void a_removal_by_nobodys_leg_is_forgotten_when_the_name_is_taken_again(void **state)
{
	const struct gx_event first[] = {request(1, GX_CREATE, WS_A), START_LEG_BEGIN(1),
					 somebody_removes(WS_A, OLD_CONTAINER), made(1)};
	const struct gx_event second[] = {request(1, GX_CREATE, WS_A), START_LEG_BEGIN(1), made(1)};

	assert_same_after(state, first, second);
}

static void the_order_in_which_the_end_is_told_does_not_matter(void **state)
{
	const struct gx_event first[] = {blocked(4, 1, WS_A), blocked(5, 2, WS_A), final_container(WS_A, 21, false),
					 final_container(WS_A, 22, true), final_row(WS_A, GX_ROW_FAILED, false)};
	const struct gx_event second[] = {final_row(WS_A, GX_ROW_FAILED, false), final_container(WS_A, 22, true),
					  blocked(5, 2, WS_A), final_container(WS_A, 21, false), blocked(4, 1, WS_A)};

	assert_same_after(state, first, second);
}

/* Different winners, different bearers and secrets, a deadlock here and a lost request there: judged, and gone. */
static void of_what_was_judged_at_the_end_nothing_is_left_that_differs(void **state)
{
	const struct gx_event first[] = {request(1, GX_MANUAL, WS_A),
					 request(2, GX_PROGRAMMATIC, WS_B),
					 WHOLE(1),
					 answer(1, GX_RAN),
					 fact_of(GX_F_SECRET_WRITE, 2, 1),
					 answer(2, GX_DROPPED),
					 somebody_removes(WS_B, 2),
					 FINAL_WELL(WS_A, 0),
					 FINAL_DOWN(WS_B, GX_ROW_REMOVED),
					 quiet(NO_EXCUSE)};
	const struct gx_event second[] = {request(2, GX_PROGRAMMATIC, WS_B),
					  WHOLE(2),
					  request(1, GX_MANUAL, WS_A),
					  answer(1, GX_ACCEPTED),
					  blocked(5, 2, WS_B),
					  blocked(6, 0, GX_NO_WORKSPACE),
					  FINAL_DOWN(WS_A, GX_ROW_FAILED),
					  FINAL_WELL(WS_B, 7),
					  quiet(FAULT_STRUCK)};

	assert_same_after(state, first, second);
}

static void of_probes_that_were_judged_nothing_is_left_that_differs(void **state)
{
	const struct gx_event first[] = {ALL_WELL,
					 request(3, GX_MANUAL, WS_A),
					 probe(1, WS_A),
					 leg_begin(1, GX_STOP),
					 leg_done(1, GX_STOP),
					 leg_begin(1, GX_START),
					 leg_done(1, GX_START),
					 answer(1, GX_RAN),
					 probe_result(1, true),
					 probe(2, WS_A),
					 CYCLE(3),
					 answer(2, GX_BUSY),
					 probe_result(2, false)};
	const struct gx_event second[] = {ALL_WELL,
					  request(3, GX_MANUAL, WS_A),
					  CYCLE(3),
					  probe(1, WS_A),
					  leg_begin(1, GX_STOP),
					  leg_end(1, GX_STOP, GX_LEG_SKIPPED),
					  answer(1, GX_ACCEPTED),
					  probe_result(1, true),
					  probe(2, WS_A),
					  probe_result(2, false)};

	assert_same_after(state, first, second);
}

/* What can still change a verdict must not be forgotten: the counterpart of the tests above. */
static void what_can_still_change_a_verdict_is_remembered(void **state)
{
	struct gx_rules *before;

	SEE(request(1, GX_MANUAL, WS_A));
	before = copy_of_memory();
	SEE(answer(1, GX_ACCEPTED));
	assert_memory_not_equal(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	memcpy(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	SEE(leg_begin(1, GX_STOP));
	assert_memory_not_equal(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	memcpy(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	SEE(leg_done(1, GX_STOP));
	assert_memory_not_equal(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	memcpy(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	SEE(START_LEG_BEGIN(1));
	assert_memory_not_equal(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	memcpy(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	SEE(revoke_tokens(1, 1));
	assert_memory_not_equal(before, seen.rules, gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
	free(before);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_order_of_independent_events_is_forgotten),
		TEST(the_order_of_two_requests_that_wait_is_forgotten),
		TEST(of_requests_that_are_settled_nothing_is_left_that_differs),
		TEST(when_a_covered_request_was_answered_is_forgotten),
		TEST(a_provision_that_failed_leaves_nothing_behind),
		TEST(a_removal_by_nobodys_leg_is_forgotten_when_the_name_is_taken_again),
		TEST(the_order_in_which_the_end_is_told_does_not_matter),
		TEST(of_what_was_judged_at_the_end_nothing_is_left_that_differs),
		TEST(of_probes_that_were_judged_nothing_is_left_that_differs),
		TEST(what_can_still_change_a_verdict_is_remembered),
	};

	return cmocka_run_group_tests_name("rules: memory", tests, NULL, NULL);
}
