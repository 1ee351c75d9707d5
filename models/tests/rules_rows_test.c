/* That the rows of the rules are whole, and that what one rule remembers is its own. */
#include <string.h>

#include "rules_events.h"

#include "rules/internal.h"

static void every_row_has_a_name_of_its_own_and_says_when_it_is_broken(void **state GX_UNUSED)
{
	for (unsigned i = 0; i < GX_RULE_COUNT; i++) {
		const struct gx_rule_row *row = gx_rule_row((enum gx_rule)i);

		assert_true(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-") == strlen(row->name) && *row->name);
		assert_int_equal(gx_rule_find(row->name), i); /* a second one of this name would not be found */
		assert_string_equal(gx_rule_name((enum gx_rule)i), row->name);
		assert_true(*gx_rule_summary((enum gx_rule)i));
		assert_true(row->topics);
	}
	assert_int_equal(gx_rule_find("name-conflic"), GX_RULE_COUNT);
	assert_int_equal(gx_rule_find(""), GX_RULE_COUNT);
	assert_string_equal(gx_rule_name(GX_RULE_COUNT), "?");
}

/* Whoever is never asked finds nothing; whoever is asked about facts has to answer; whoever finds has to tell. */
static void every_row_judges_something_and_tells_it(void **state GX_UNUSED)
{
	for (unsigned i = 0; i < GX_RULE_COUNT; i++) {
		const struct gx_rule_row *row = gx_rule_row((enum gx_rule)i);

		assert_true(row->judge || row->judge_end);
		assert_int_equal(row->judge != NULL, row->facts[0] != 0);
		assert_non_null(row->tell);
	}
}

static void the_memories_of_rules_lie_side_by_side_behind_what_they_share(void **state GX_UNUSED)
{
	char *next = (char *)gx_end_of(seen.rules, WORKSPACES);

	for (unsigned i = 0; i < GX_RULE_COUNT; i++) {
		char *memory = gx_rule_memory(seen.rules, (enum gx_rule)i);

		assert_true(memory >= next);
		assert_int_equal((uintptr_t)memory % 8, 0);
		next = memory + gx_rule_row((enum gx_rule)i)->memory;
	}
	assert_true(next <= (char *)seen.rules + gx_rules_size(WORKSPACES, GX_REQUESTS_MAX));
}

/* Three rules remember something of their own here, which nobody needs any more once the end has been judged. */
static void what_a_rule_remembers_of_its_own_is_zero_again_after_the_end(void **state GX_UNUSED)
{
	char *own = gx_rule_memory(seen.rules, (enum gx_rule)0);
	size_t size = gx_rules_size(WORKSPACES, GX_REQUESTS_MAX) - (size_t)(own - (char *)seen.rules);
	char *zero = calloc(1, size);
	const struct gx_event first[] = {request(1, GX_MANUAL, WS_A), leg_begin(1, GX_STOP), removes(1, OLD_CONTAINER),
					 fact_on(GX_F_SECRET_WRITE, WS_A, 1, 1), answer(1, GX_ACCEPTED)};
	const struct gx_event last[] = {ALL_WELL};

	assert_non_null(zero);
	see(first, sizeof(first) / sizeof(first[0]));
	assert_memory_not_equal(own, zero, size);
	see(last, sizeof(last) / sizeof(last[0]));
	assert_memory_equal(own, zero, size);
	assert_found(GX_RULE_LOST_RESTART, WS_A, 1, 0);
	free(zero);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_a_name_of_its_own_and_says_when_it_is_broken),
		cmocka_unit_test(every_row_judges_something_and_tells_it),
		TEST(the_memories_of_rules_lie_side_by_side_behind_what_they_share),
		TEST(what_a_rule_remembers_of_its_own_is_zero_again_after_the_end),
	};

	return cmocka_run_group_tests_name("rules: rows", tests, NULL, NULL);
}
