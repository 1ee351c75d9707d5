/* The text report, to the letter: results written down by hand against the page that a person should see. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/page.h"
#include "reports/report.h"
#include "results.h"

/* ---- pages ---- */

static const char clean_text[] =
	"double-click, gate per-workspace: clean, complete: 2,146 states and 1,234,567,890 interleavings, all\n"
	"  of them; collision chance < 1e-12 (0.03 s)\n";

static const char found_text[] =
	"double-click, gate none: found 2 kinds of failure: name-conflict, double-token-write; complete:\n"
	"  38,422 states and 3.21e+30 interleavings, all of them; collision chance < 1e-10 (12.3 s)\n"
	"\n"
	"name-conflict (ws-a): manual-restart#2 creates ws-a's container and is answered 409:\n"
	"  manual-restart#1 holds the name, its own container made but not yet started\n"
	"  step     manual-restart#1                             manual-restart#2\n"
	"     3     docker.remove.mark ws-a → stop begins\n"
	"     4     docker.remove.release ws-a → 204, stop ends\n"
	"*    7                                                  docker.remove.mark ws-a → 404 no such\n"
	"                                                          container, stop begins\n"
	"*   10  >> docker.create.reserve ws-a\n"
	"*   11                                               >> docker.create.reserve ws-a → 409 name is\n"
	"                                                          already in use, start fails\n"
	"  >> these collide; * 7 left manual-restart#1, 10 left manual-restart#2, 11 left manual-restart#1,\n"
	"  which could have gone on; 5 of 11 steps shown, 2 preemptions\n"
	"hint: let one cycle per workspace hold the gate from before its stop leg to after its start leg\n"
	"replay it:\n"
	"gatecrash replay 'gx1:double-click:none:1*14~8c3,2*31~07f,1*2~b21:93:5d1f0c9e77a1b2c3'\n"
	"\n"
	"also found:\n"
	"- double-token-write (ws-a): manual-restart#2 replaces the bearer of ws-a while the provision of\n"
	"  manual-restart#1 is still replacing it\n"
	"gatecrash replay 'gx1:double-click:none:1*9~112,2*12~07f:97:00000000000000ff'\n";

static const char deadlock_text[] =
	"double-click, gate relock: found 1 kind of failure: deadlock; incomplete: a sample with seed 7; saw\n"
	"  20,000 executions (123 s)\n"
	"\n"
	"deadlock, in 1,234 of 20,000 executions: nobody can go on who should: the waiters for the service\n"
	"  stand as shown below\n"
	"  step  manual-restart#1\n"
	"     1  mutex.lock mutex m1\n"
	"     2  mutex.lock mutex m1\n"
	"  no preemption\n"
	"  manual-restart#1 waits for mutex m1 (mutex.lock), held by manual-restart#1 itself since step 1\n"
	"  manual-restart#2 waits for mutex m1 (mutex.lock), held by manual-restart#1 since step 1, which has\n"
	"      ended\n"
	"  manual-restart#2/go#1 waits for condition c2 (cond.wait)\n"
	"  gate.close waits in thread.join for manual-restart#2/go#1\n"
	"replay it:\n"
	"gatecrash replay 'gx1:double-click:relock:1*3~001:12:0123456789abcdef'\n";

static const char incomplete_text[] =
	"three-callers, gate none: not proven: the state budget is used up; nothing found in 100,000 states\n"
	"  (0.50 s)\n";

static const char interrupted_text[] =
	"burst, gate ./mygate.so: not proven: a sample with seed 7, interrupted; nothing found in 1 execution\n"
	"  (1.00 s)\n";

static const char replayed_text[] =
	"double-click, gate none: found 1 kind of failure: double-token-write; replayed 10,000 times: 93\n"
	"  steps, event hash 5d1f0c9e77a1b2c3 each time (0.70 s)\n"
	"\n"
	"double-token-write (ws-a): manual-restart#2 replaces the bearer of ws-a while the provision of\n"
	"  manual-restart#1 is still replacing it\n"
	"  step     manual-restart#1                  manual-restart#2\n"
	"     1  >> token.revoke ws-a → 1 revoked\n"
	"*    2                                    >> token.mint ws-a\n"
	"  >> these collide; * 2 left manual-restart#1, which could have gone on; 1 preemption\n"
	"replay it:\n"
	"gatecrash replay 'gx1:double-click:none:1*9~112,2*12~07f:97:00000000000000ff'\n";

static const char crowded_text[] =
	"burst, gate none: found 1 kind of failure: name-conflict; incomplete: the state budget is used up;\n"
	"  saw 100,000 states, then 5,000 executions (2.00 s)\n"
	"\n"
	"name-conflict (ws-a): manual-restart#1 creates ws-a's container and is answered 409\n"
	"  A manual-restart#1  B manual-restart#2  C container(ws-a)#1  D programmatic-restart#1\n"
	"  E manual-restart#1/go#1\n"
	"     1     A docker.remove.mark ws-a → stop begins\n"
	"*    2         B docker.remove.mark ws-a → 409 removal in progress\n"
	"*    3             C row.heartbeat ws-a → 401\n"
	"*    5              >> D docker.create.reserve ws-a\n"
	"*    6                  >> E docker.create.reserve ws-a → 409 name is already in use by a container\n"
	"                             whose name nobody would want to read to its end, start fails\n"
	"  >> these collide; * 2 left manual-restart#1, 3 left manual-restart#2, 5 left container(ws-a)#1,\n"
	"  6 left programmatic-restart#1, which could have gone on; 5 of 6 steps shown, 4 preemptions\n"
	"replay it:\n"
	"gatecrash replay 'gx1:burst:none:1*1~001,2*1~002,3*1~003,4*1~004,5*1~005:40:0000000000000001'\n";

static const char matrix_text[] =
	"ok    double-click           per-workspace  clean    complete   2,146 states  0.03 s\n"
	"FAIL  double-click           none           missing: name-conflict; not expected: isolation,\n"
	"                                            double-token-write\n"
	"ok    double-click           none           found 2  complete  38,422 states  12.3 s\n"
	"??    burst                  ./mygate.so    incomplete: interrupted, after 1 execution\n"
	"ok    double-click           none           found 1  replayed       93 steps  0.70 s\n"
	"FAIL  double-click#conflict  none           step 3: the recipe wants manual-restart#3, which is no\n"
	"                                            task; manual-restart#1 and manual-restart#2 can go on\n"
	"\n"
	"double-click/none: double-token-write (ws-a): manual-restart#2 replaces the bearer of ws-a while the\n"
	"  provision of manual-restart#1 is still replacing it\n"
	"gatecrash replay 'gx1:double-click:none:1*9~112,2*12~07f:97:00000000000000ff'\n"
	"\n"
	"6 runs, 3 as expected, 2 not (double-click/none, double-click#conflict/none), 1 cut short\n"
	"  (burst/./mygate.so)\n";

static void expect(const struct gx_result_run *runs, size_t count, bool matrix, const char *text)
{
	char *got = gx_render(&gx_report_text, runs, count, false, matrix);

	assert_non_null(got);
	assert_string_equal(got, text);
	free(got);
}

/* Whether the report of one run holds the words. */
static void expect_words(const struct gx_result_run *run, const char *words)
{
	char *got = gx_render(&gx_report_text, run, 1, false, false);

	assert_non_null(got);
	if (!strstr(got, words))
		fail_msg("no \"%s\" in: %s", words, got);
	free(got);
}

/* The same for words of the verdict, wherever the sentence is folded. */
static void expect_in_sentence(const struct gx_result_run *run, const char *words)
{
	char *got = gx_render(&gx_report_text, run, 1, false, false);

	assert_non_null(got);
	for (char *fold; (fold = strstr(got, "\n  "));)
		memmove(fold, fold + 2, strlen(fold + 2) + 1);
	if (!strstr(got, words))
		fail_msg("no \"%s\" in: %s", words, got);
	free(got);
}

/* ---- run and replay ---- */

static void a_clean_run_is_one_sentence_that_says_how_much_was_seen(void **state)
{
	(void)state;
	expect(&gx_run_clean, 1, false, clean_text);
}

static void a_finding_is_shown_step_by_step_and_the_others_in_brief(void **state)
{
	(void)state;
	expect(&gx_run_found, 1, false, found_text);
}

static void a_deadlock_names_who_waits_for_what_and_who_holds_it(void **state)
{
	(void)state;
	expect(&gx_run_deadlock, 1, false, deadlock_text);
}

static void an_incomplete_run_says_why_and_how_far_it_came(void **state)
{
	(void)state;
	expect(&gx_run_incomplete, 1, false, incomplete_text);
}

static void an_interrupted_run_says_so(void **state)
{
	(void)state;
	expect(&gx_run_interrupted, 1, false, interrupted_text);
}

static void a_replay_says_how_often_and_with_which_hash(void **state)
{
	(void)state;
	expect(&gx_run_replayed, 1, false, replayed_text);
}

static void a_replay_that_is_interrupted_says_how_far_it_came(void **state)
{
	struct gx_result_run run = gx_run_replayed;

	(void)state;
	run.interrupted = true;
	run.explored.executions = 1;
	expect_in_sentence(&run, "; replayed, then interrupted: 93 steps, event hash 5d1f0c9e77a1b2c3 (0.70 s)\n");
}

static void with_many_tasks_each_gets_a_letter(void **state)
{
	(void)state;
	expect(&gx_run_crowded, 1, false, crowded_text);
}

static void several_runs_are_summed_up(void **state)
{
	const struct gx_result_run runs[] = {gx_run_clean, gx_run_incomplete, gx_run_clean};

	(void)state;
	expect(runs, 3, false,
	       "double-click, gate per-workspace: clean, complete: 2,146 states and 1,234,567,890 interleavings, all\n"
	       "  of them; collision chance < 1e-12 (0.03 s)\n"
	       "three-callers, gate none: not proven: the state budget is used up; nothing found in 100,000 states\n"
	       "  (0.50 s)\n"
	       "double-click, gate per-workspace: clean, complete: 2,146 states and 1,234,567,890 interleavings, all\n"
	       "  of them; collision chance < 1e-12 (0.03 s)\n"
	       "\n"
	       "3 runs: 2 clean, 1 not proven\n");
}

static void interleavings_are_exact_rounded_infinite_or_left_out(void **state)
{
	struct gx_result_run run = gx_run_clean;

	(void)state;
	run.explored.interleavings = 9007199254740991.0;
	expect_in_sentence(&run, " and 9,007,199,254,740,991 interleavings");
	run.explored.interleavings = 9007199254740992.0;
	expect_in_sentence(&run, " and 9.01e+15 interleavings");
	run.explored.interleavings = 1;
	expect_in_sentence(&run, " and 1 interleaving, ");
	run.explored.interleavings = 0;
	expect_in_sentence(&run, "2,146 states, all of them; ");
	run.explored.interleavings_infinite = true;
	expect_in_sentence(&run, " and infinitely many interleavings (there is a loop: some never end), ");
	run.explored.interleavings_infinite = false;
	run.explored.interleavings = HUGE_VAL;
	expect_in_sentence(&run, " and more interleavings than can be counted, ");
}

static void the_collision_chance_is_the_next_power_of_ten(void **state)
{
	struct gx_result_run run = gx_run_clean;

	(void)state;
	run.explored.interleavings = 1;
	run.explored.collision_chance = 0;
	expect_in_sentence(&run, " < 1e-12 ");
	run.explored.collision_chance = 2.5e-7;
	expect_in_sentence(&run, " < 1e-6 ");
	run.explored.collision_chance = 1e-5;
	expect_in_sentence(&run, " < 1e-4 ");
	run.explored.collision_chance = 0.5;
	expect_in_sentence(&run, "; a hash collision may well have hidden states (");
}

static void a_switch_at_a_step_that_is_left_out_is_marked_at_the_next_of_the_same_task(void **state)
{
	static const struct gx_result_step steps[] = {
		{.task = "a", .op = "one", .matters = true, .number = 1},
		{.task = "b", .op = "two", .preempted = true, .number = 2, .left = "a"},
		{.task = "b", .op = "three", .matters = true, .number = 3},
		{.task = "b", .op = "four", .matters = true, .number = 4},
		{.task = "c", .op = "five", .preempted = true, .number = 5, .left = "b"},
		{.task = "a", .op = "six", .matters = true, .number = 6},
	};
	struct gx_result_finding finding = gx_run_found.findings[1];
	struct gx_result_run run = gx_run_found;

	(void)state;
	finding.steps = steps;
	finding.step_count = sizeof(steps) / sizeof(steps[0]);
	run.findings = &finding;
	run.finding_count = 1;
	expect_words(&run, "\n  step  a                     b\n"
			   "     1  one\n"
			   "*    3                        three\n"
			   "     4                        four\n"
			   "     6  six\n"
			   "  * 3 left a, which could have gone on; 4 of 6 steps shown, 1 preemption\n");
}

static void marks_are_explained_only_where_they_are_used(void **state)
{
	static const struct gx_result_step steps[] = {{.task = "a", .op = "one", .matters = true, .number = 1}};
	struct gx_result_finding finding = gx_run_found.findings[1];
	struct gx_result_run run = gx_run_found;

	(void)state;
	finding.steps = steps;
	finding.step_count = 1;
	finding.preemptions = 0;
	run.findings = &finding;
	run.finding_count = 1;
	expect_words(&run, "\n  step  a\n     1  one\n  no preemption\nreplay it:\n");
	finding.step_count = 0;
	expect_words(&run, "is still replacing it\nreplay it:\n");
}

/* ---- matrix ---- */

static void a_matrix_is_a_line_per_run_and_shows_what_was_not_expected(void **state)
{
	static const char *const missing[] = {"name-conflict"};
	static const char *const unexpected[] = {"isolation", "double-token-write"};
	struct gx_result_run runs[] = {gx_run_clean,       gx_run_found,    gx_run_found,
				       gx_run_interrupted, gx_run_replayed, gx_run_bare};

	(void)state;
	runs[0].judgement = runs[2].judgement = runs[4].judgement = GX_JUDGEMENT_AS_EXPECTED;
	runs[1].judgement = GX_JUDGEMENT_OTHERWISE;
	runs[1].missing = (struct gx_result_rules){missing, 1};
	runs[1].unexpected = (struct gx_result_rules){unexpected, 2};
	runs[3].judgement = GX_JUDGEMENT_UNDECIDED;
	expect(runs, 6, true, matrix_text);
}

static void an_interrupted_run_that_has_shown_something_unexpected_is_not_as_expected(void **state)
{
	static const char *const unexpected[] = {"wedged"};
	struct gx_result_run run = gx_run_interrupted;

	(void)state;
	run.judgement = GX_JUDGEMENT_OTHERWISE;
	run.unexpected = (struct gx_result_rules){unexpected, 1};
	expect(&run, 1, true,
	       "FAIL  burst  ./mygate.so  incomplete: interrupted; not expected: wedged\n"
	       "\n"
	       "1 run, 0 as expected, 1 not (burst/./mygate.so)\n");
}

static void a_matrix_without_surprises_ends_in_all_as_expected(void **state)
{
	struct gx_result_run runs[] = {gx_run_clean, gx_run_found};

	(void)state;
	runs[0].judgement = runs[1].judgement = GX_JUDGEMENT_AS_EXPECTED;
	expect(runs, 2, true,
	       "ok    double-click  per-workspace  clean    complete   2,146 states  0.03 s\n"
	       "ok    double-click  none           found 2  complete  38,422 states  12.3 s\n"
	       "\n"
	       "2 runs, all as expected\n");
}

/* ---- every page ---- */

static const struct gx_result_run *const all[] = {&gx_run_clean,       &gx_run_found,   &gx_run_deadlock,
						  &gx_run_incomplete,  &gx_run_crowded, &gx_run_bare,
						  &gx_run_interrupted, &gx_run_replayed};

#define ALL_COUNT (sizeof(all) / sizeof(all[0]))

/* Take "\033[...m" out; how many there were. */
static unsigned strip_escapes(char *text)
{
	unsigned count = 0;
	char *to = text;

	while (*text) {
		if (*text != '\033') {
			*to++ = *text++;
			continue;
		}
		text = strchr(text, 'm') + 1;
		count++;
	}
	*to = 0;
	return count;
}

static void color_adds_escape_sequences_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL_COUNT * 2; i++) {
		char *plain = gx_render(&gx_report_text, all[i / 2], 1, false, i % 2);
		char *colored = gx_render(&gx_report_text, all[i / 2], 1, true, i % 2);

		assert_non_null(plain);
		assert_non_null(colored);
		assert_null(strchr(plain, '\033'));
		assert_true(strip_escapes(colored) > 0);
		assert_string_equal(plain, colored);
		free(plain);
		free(colored);
	}
}

static void lines_fit_the_page_but_for_commands_which_are_whole_and_uncolored(void **state)
{
	unsigned commands = 0;

	(void)state;
	for (size_t i = 0; i < ALL_COUNT; i++) {
		char *text = gx_render(&gx_report_text, all[i], 1, true, false);
		char *rest = text;

		for (char *line; (line = strsep(&rest, "\n"));) {
			if (strstr(line, "gatecrash replay")) {
				commands++;
				assert_memory_equal(line, "gatecrash replay '", 18);
				assert_int_equal(line[strlen(line) - 1], '\'');
				assert_null(strchr(line, '\033'));
			} else {
				strip_escapes(line);
				assert_true(gx_text_width(line) <= GX_PAGE_WIDTH);
				assert_true(!*line || line[strlen(line) - 1] != ' ');
			}
		}
		free(text);
	}
	assert_int_equal(commands, 5);
}

static void a_command_longer_than_the_page_stays_one_line(void **state)
{
	struct gx_result_finding finding = gx_run_found.findings[0];
	struct gx_result_run run = gx_run_found;
	char command[600] = "gatecrash replay '";

	(void)state;
	while (strlen(command) < sizeof(command) - 20)
		strcat(command, "1*2~abc, ");
	strcat(command, "'");
	finding.repro_command = command;
	run.findings = &finding;
	run.finding_count = 1;
	expect_words(&run, command);
}

static void a_terminal_is_safe_from_what_gates_say(void **state)
{
	struct gx_result_run run = gx_run_interrupted;

	(void)state;
	run.gate = "\033[2Jevil\n\x7f\xc2\x9b\xff\xe2\x82\xac";
	expect_words(&run, "burst, gate \uFFFD[2Jevil\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\u20AC: not proven: ");
}

static void a_full_device_is_noticed(void **state)
{
	const struct gx_report_style style = {.version = "0.1.0"};
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_false(gx_report_text.write(out, &gx_run_clean, 1, &style));
	assert_int_equal(errno, ENOSPC);
	fclose(out);
}

/* ---- words ---- */

static void numbers_have_thousands_separators(void **state)
{
	(void)state;
	assert_string_equal(gx_number(0).text, "0");
	assert_string_equal(gx_number(999).text, "999");
	assert_string_equal(gx_number(1000).text, "1,000");
	assert_string_equal(gx_number(123456).text, "123,456");
	assert_string_equal(gx_number(UINT64_MAX).text, "18,446,744,073,709,551,615");
	assert_string_equal(gx_count(1, "state").text, "1 state");
	assert_string_equal(gx_count(0, "state").text, "0 states");
	assert_string_equal(gx_count(UINT64_MAX, "interleaving").text, "18,446,744,073,709,551,615 interleavings");
}

static void formats_and_verdicts_have_names(void **state)
{
	(void)state;
	assert_ptr_equal(gx_report_find("text"), &gx_report_text);
	assert_ptr_equal(gx_report_find("json"), &gx_report_json);
	assert_null(gx_report_find("jso"));
	assert_null(gx_report_find(""));
	assert_string_equal(gx_verdict_name(GX_VERDICT_CLEAN), "clean");
	assert_string_equal(gx_verdict_name(GX_VERDICT_FOUND), "found");
	assert_string_equal(gx_verdict_name(GX_VERDICT_INCOMPLETE), "incomplete");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_run_is_one_sentence_that_says_how_much_was_seen),
		cmocka_unit_test(a_finding_is_shown_step_by_step_and_the_others_in_brief),
		cmocka_unit_test(a_deadlock_names_who_waits_for_what_and_who_holds_it),
		cmocka_unit_test(an_incomplete_run_says_why_and_how_far_it_came),
		cmocka_unit_test(an_interrupted_run_says_so),
		cmocka_unit_test(a_replay_says_how_often_and_with_which_hash),
		cmocka_unit_test(a_replay_that_is_interrupted_says_how_far_it_came),
		cmocka_unit_test(with_many_tasks_each_gets_a_letter),
		cmocka_unit_test(several_runs_are_summed_up),
		cmocka_unit_test(interleavings_are_exact_rounded_infinite_or_left_out),
		cmocka_unit_test(the_collision_chance_is_the_next_power_of_ten),
		cmocka_unit_test(a_switch_at_a_step_that_is_left_out_is_marked_at_the_next_of_the_same_task),
		cmocka_unit_test(marks_are_explained_only_where_they_are_used),
		cmocka_unit_test(a_matrix_is_a_line_per_run_and_shows_what_was_not_expected),
		cmocka_unit_test(an_interrupted_run_that_has_shown_something_unexpected_is_not_as_expected),
		cmocka_unit_test(a_matrix_without_surprises_ends_in_all_as_expected),
		cmocka_unit_test(color_adds_escape_sequences_and_nothing_else),
		cmocka_unit_test(lines_fit_the_page_but_for_commands_which_are_whole_and_uncolored),
		cmocka_unit_test(a_command_longer_than_the_page_stays_one_line),
		cmocka_unit_test(a_terminal_is_safe_from_what_gates_say),
		cmocka_unit_test(a_full_device_is_noticed),
		cmocka_unit_test(numbers_have_thousands_separators),
		cmocka_unit_test(formats_and_verdicts_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
