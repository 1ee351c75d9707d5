/* What is told and how: by rule, all steps, at any width, as lines of a matrix, and apart what no gate can help. */
#include <ctype.h>
#include <jansson.h>
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

static char *render(const struct gx_result_run *runs, size_t count, const struct gx_report_style *style)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_true(gx_report_text.write(out, runs, count, style));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void expect_words(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("no \"%s\" in: %s", words, text);
}

static void expect_no_words(const char *text, const char *words)
{
	if (strstr(text, words))
		fail_msg("\"%s\" in: %s", words, text);
}

/* Folded lines put together again. */
static void unfold(char *text)
{
	for (char *fold; (fold = strstr(text, "\n  "));)
		memmove(fold, fold + 2, strlen(fold + 2) + 1);
}

/* ---- width ---- */

static const struct gx_result_run *const all[] = {&gx_run_clean,       &gx_run_found,   &gx_run_deadlock,
						  &gx_run_incomplete,  &gx_run_crowded, &gx_run_bare,
						  &gx_run_interrupted, &gx_run_replayed};

enum { ALL_COUNT = sizeof(all) / sizeof(all[0]) };

static void take_command_lines_out(char *text)
{
	for (char *at; (at = strstr(text, "gatecrash replay '"));) {
		char *end = strchr(at, '\n');

		memmove(at, end, strlen(end) + 1);
	}
}

/* Every word of `narrow` is one of `wide`: none has been broken. */
static void expect_whole_words(char *narrow, const char *wide)
{
	char *rest = narrow;

	for (char *word; (word = strsep(&rest, " \n"));)
		if (strlen(word) > 1) /* a lane's letter stands for its name */
			expect_words(wide, word);
}

static void a_page_is_as_wide_as_it_is_told_and_breaks_no_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL_COUNT * 2; i++) {
		char *wide = render(all[i / 2], 1, &(struct gx_report_style){.width = 1000, .matrix = i % 2});

		for (unsigned width = GX_PAGE_WIDTH_MIN; width <= 220; width += 20) {
			char *text = render(all[i / 2], 1, &(struct gx_report_style){.width = width, .matrix = i % 2});
			char *copy;
			char *rest;

			take_command_lines_out(text);
			copy = strdup(text);
			rest = copy;
			for (char *line; (line = strsep(&rest, "\n"));)
				if (gx_text_width(line) > width && strchr(line + strspn(line, " "), ' '))
					fail_msg("%zu columns of %u: %s", gx_text_width(line), width, line);
			free(copy);
			expect_whole_words(text, wide);
			free(text);
		}
		free(wide);
	}
}

static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void a_wide_page_is_used(void **state)
{
	char *narrow = render(&gx_run_found, 1, &(struct gx_report_style){.width = 80});
	char *normal = render(&gx_run_found, 1, &(struct gx_report_style){.width = 0});
	char *wide = render(&gx_run_found, 1, &(struct gx_report_style){.width = 200});

	(void)state;
	assert_true(lines_of(narrow) > lines_of(normal));
	assert_true(lines_of(normal) > lines_of(wide));
	expect_words(wide, "docker.create.reserve ws-a → 409 name is already in use, start fails\n");
	free(narrow);
	free(normal);
	free(wide);
	/* Five tasks side by side where there is room; letters where there is none. */
	normal = render(&gx_run_crowded, 1, &(struct gx_report_style){.width = 100});
	wide = render(&gx_run_crowded, 1, &(struct gx_report_style){.width = 220});
	expect_words(normal, "  A manual-restart#1  B ");
	expect_no_words(wide, "A manual-restart#1");
	free(normal);
	free(wide);
}

static void a_matrix_on_a_narrow_page_leaves_columns_out_from_the_right(void **state)
{
	struct gx_result_run run = gx_run_clean;
	char *text;

	(void)state;
	run.scenario = "manual-vs-programmatic";
	run.gate = "per-workspace-strict";
	run.judgement = GX_JUDGEMENT_AS_EXPECTED;
	text = render(&run, 1, &(struct gx_report_style){.width = 100, .matrix = true});
	expect_words(text,
		     "ok    manual-vs-programmatic  per-workspace-strict  clean  complete  2,146 states  0.03 s\n");
	free(text);
	text = render(&run, 1, &(struct gx_report_style){.width = 80, .matrix = true});
	expect_words(text, "ok    manual-vs-programmatic  per-workspace-strict  clean  2,146 states\n");
	free(text);
}

/* ---- which findings, which steps ---- */

static void a_rule_that_is_asked_for_is_told_instead_of_the_first(void **state)
{
	const struct gx_report_style style = {.rule = "double-token-write"};
	char *text = render(&gx_run_found, 1, &style);

	(void)state;
	expect_words(text, "\n\ndouble-token-write (ws-a): ");
	expect_words(text, "token.mint ws-a\n");
	expect_words(text, "also found:\n- name-conflict (ws-a): ");
	expect_no_words(text, "docker.create.reserve");
	free(text);
}

static void all_of_them_can_be_asked_for_and_none_that_there_is_not(void **state)
{
	char *text = render(&gx_run_found, 1, &(struct gx_report_style){.rule = "all"});

	(void)state;
	expect_words(text, "token.mint ws-a\n");
	expect_words(text, "docker.create.reserve");
	expect_no_words(text, "also found:");
	free(text);
	text = render(&gx_run_found, 1, &(struct gx_report_style){.rule = "wedged"});
	expect_words(text, "\nno finding here is wedged\n");
	expect_words(text, "also found:\n- name-conflict (ws-a): ");
	free(text);
	assert_true(gx_finding_is(&gx_run_found.findings[0], "name-conflict/ws-a"));
	assert_false(gx_finding_is(&gx_run_found.findings[0], "name-conflict/ws-b"));
	assert_false(gx_finding_is(&gx_run_found.findings[0], "name-conflic"));
	assert_false(gx_finding_is(&gx_run_found.findings[0], "name-conflict-"));
}

static void the_finding_that_a_run_shows_is_told(void **state)
{
	struct gx_result_run run = gx_run_found;
	char *text;

	(void)state;
	run.shown = 1;
	text = render(&run, 1, &(struct gx_report_style){.width = 0});
	expect_words(text, "\n\ndouble-token-write (ws-a): ");
	expect_words(text, "also found:\n- name-conflict (ws-a): ");
	free(text);
}

static void all_steps_can_be_asked_for(void **state)
{
	char *text = render(&gx_run_found, 1, &(struct gx_report_style){.all_steps = true});

	(void)state;
	for (size_t i = 0; i < gx_run_found.findings[0].step_count; i++)
		expect_words(text, gx_run_found.findings[0].steps[i].op);
	expect_words(text, "\n*    5 ");
	expect_words(text, "* 5 left manual-restart#1, 9 left manual-restart#2, 11 left manual-restart#1,");
	expect_no_words(text, "steps shown");
	free(text);
}

static void marks_mean_what_the_finding_says(void **state)
{
	struct gx_result_finding finding = gx_run_found.findings[0];
	struct gx_result_run run = gx_run_found;
	char *text;

	(void)state;
	finding.marks = "the last chance to give it back";
	run.findings = &finding;
	run.finding_count = 1;
	text = render(&run, 1, &(struct gx_report_style){.width = 0});
	expect_words(text, "  >> the last chance to give it back; ");
	free(text);
}

static void of_what_goes_round_one_round_is_told_as_such(void **state)
{
	struct gx_result_finding finding = gx_run_found.findings[0];
	struct gx_result_run run = gx_run_found;
	char *text = render(&run, 1, &(struct gx_report_style){.width = 300});

	(void)state;
	expect_no_words(text, "goes round");
	free(text);
	finding.repeats = true;
	run.findings = &finding;
	run.finding_count = 1;
	text = render(&run, 1, &(struct gx_report_style){.width = 300});
	expect_words(text, "; what goes round is shown once: it does so for ever, the repro up to step 11\n");
	free(text);
}

/* Of somebody's own gate clean is no more than was watched. */
static void clean_says_what_was_not_watched(void **state)
{
	static const struct gx_report_style style = {.width = 300};
	struct gx_result_run run = gx_run_clean;
	struct gx_result_run runs[] = {gx_run_clean, gx_run_clean};
	char *text = render(&run, 1, &style);

	(void)state;
	expect_no_words(text, "watched");
	free(text);
	runs[0].from_file = runs[1].from_file = true;
	text = render(runs, 2, &style);
	expect_words(
		text,
		"\n2 runs: 2 clean\nmemory accesses and atomics were not watched; of a gate from source they are: --gate FILE.c, or `gatecrash cc`\n");
	assert_null(strstr(strstr(text, "watched") + 1, "watched"));
	free(text);
	run.from_file = true;
	text = render(&run, 1, &style);
	expect_words(
		text,
		" (0.03 s)\nmemory accesses and atomics were not watched; of a gate from source they are: --gate FILE.c, or `gatecrash cc`\n");
	free(text);
	run.kind = GX_RUN_REPRO;
	text = render(&run, 1, &style);
	expect_no_words(text, "watched");
	free(text);
	run = gx_run_found;
	run.from_file = true;
	text = render(&run, 1, &style);
	expect_no_words(text, "watched");
	free(text);
}

static void a_wait_says_how_its_holder_stands_to_it(void **state)
{
	static const struct gx_result_wait waits[] = {
		{"a", "sem.wait", "semaphore s1", "b", GX_HOLD_TAKEN, true, 7, NULL},
		{"c", "cond.wait", "condition c2", "b", GX_HOLD_PASSED, true, 0, NULL},
		{"d", "mutex.lock", "mutex m3", "e", GX_HOLD_HELD, false, 1234, NULL},
	};
	struct gx_result_finding finding = gx_run_deadlock.findings[0];
	struct gx_result_run run = gx_run_deadlock;
	char *text;

	(void)state;
	finding.waits = waits;
	finding.wait_count = 3;
	run.findings = &finding;
	text = render(&run, 1, &(struct gx_report_style){.width = 0});
	expect_words(text, "  a waits for semaphore s1 (sem.wait), last taken by b at step 7, which has ended\n");
	expect_words(text,
		     "  c waits for condition c2 (cond.wait), where the last to come by was b, which has ended\n");
	expect_words(text, "  d waits for mutex m3 (mutex.lock), held by e since step 1,234\n");
	free(text);
}

/* ---- beyond the gate ---- */

/* What is beyond it stands behind what is not. */
static struct gx_result_run partly_beyond(struct gx_result_finding findings[2], size_t first)
{
	struct gx_result_run run = gx_run_found;

	memcpy(findings, gx_run_found.findings, 2 * sizeof(*findings));
	for (size_t i = first; i < 2; i++) {
		findings[i].because = "the client keeps its bearer";
		findings[i].beyond_gate = true;
	}
	run.findings = findings;
	gx_run_judge(&run);
	return run;
}

static void what_no_gate_can_help_is_told_apart_and_does_not_count(void **state)
{
	struct gx_result_finding findings[2];
	struct gx_result_run run = partly_beyond(findings, 1);
	char *text = render(&run, 1, &(struct gx_report_style){.width = 0});

	(void)state;
	assert_int_equal(run.verdict, GX_VERDICT_FOUND);
	assert_int_equal(gx_run_guilty(&run), 1);
	expect_words(text, "gate none: found 1 kind of failure: name-conflict; complete");
	expect_no_words(text, "also found");
	expect_words(text, "\n\nwhat no gate can help:\n- double-token-write (ws-a): ");
	expect_words(text, "\n  it shows whichever gate is used, says the scenario: the client keeps its bearer\n");
	free(text);
	run = partly_beyond(findings, 0);
	text = render(&run, 1, &(struct gx_report_style){.width = 0});
	unfold(text);
	assert_int_equal(run.verdict, GX_VERDICT_CLEAN);
	expect_words(text, "clean but for what no gate can help (name-conflict, double-token-write), complete");
	free(text);
	run.complete = false;
	run.incomplete = GX_INCOMPLETE_STOPPED;
	run.incomplete_why = "the state budget is used up";
	gx_run_judge(&run);
	text = render(&run, 1, &(struct gx_report_style){.width = 0});
	unfold(text);
	assert_int_equal(run.verdict, GX_VERDICT_INCOMPLETE);
	expect_words(text,
		     "gate none: not proven: the state budget is used up; nothing found but for what no gate can help");
	free(text);
}

static void so_it_is_in_a_matrix_and_in_json(void **state)
{
	struct gx_result_finding findings[2];
	struct gx_result_run runs[2] = {partly_beyond(findings, 1), gx_run_clean};
	char *text;
	json_t *json;
	json_t *run;

	(void)state;
	runs[0].judgement = runs[1].judgement = GX_JUDGEMENT_AS_EXPECTED;
	text = render(runs, 2, &(struct gx_report_style){.matrix = true});
	expect_words(text, "none           found 1 +1  complete");
	expect_words(text, "\n+N, in 1 run: rules that break whichever gate is used");
	free(text);
	text = gx_render(&gx_report_json, runs, 2, false, false);
	assert_non_null(text);
	json = json_loads(text, 0, NULL);
	run = json_array_get(json_object_get(json, "runs"), 0);
	assert_int_equal(json_array_size(json_object_get(run, "findings")), 1);
	assert_int_equal(json_array_size(json_object_get(run, "beyond_gate")), 1);
	run = json_array_get(json_object_get(run, "beyond_gate"), 0);
	assert_string_equal(json_string_value(json_object_get(run, "rule")), "double-token-write");
	assert_string_equal(json_string_value(json_object_get(run, "because")), "the client keeps its bearer");
	json_decref(json);
	free(text);
}

/* ---- verdicts ---- */

static void no_run_is_found_without_a_finding(void **state)
{
	struct gx_result_run run = gx_run_found;

	(void)state;
	run.finding_count = 0;
	gx_run_judge(&run);
	assert_int_equal(run.verdict, GX_VERDICT_CLEAN);
	run.complete = false;
	run.incomplete = GX_INCOMPLETE_TROUBLE;
	gx_run_judge(&run);
	assert_int_equal(run.verdict, GX_VERDICT_INCOMPLETE);
	run.kind = GX_RUN_REPRO; /* which diverged */
	gx_run_judge(&run);
	assert_int_equal(run.verdict, GX_VERDICT_INCOMPLETE);
	run.incomplete = GX_INCOMPLETE_NOT;
	gx_run_judge(&run);
	assert_int_equal(run.verdict, GX_VERDICT_CLEAN);
}

static void executions_and_transitions_are_two_figures(void **state)
{
	struct gx_result_finding finding = gx_run_found.findings[0];
	struct gx_result_run run = gx_run_crowded; /* a search, then samples */
	char *text;
	json_t *json;
	json_t *told;

	(void)state;
	finding.transitions = 214;
	finding.executions = 3;
	run.findings = &finding;
	text = gx_render(&gx_report_json, &run, 1, false, false);
	json = json_loads(text, 0, NULL);
	told = json_array_get(json_object_get(json_array_get(json_object_get(json, "runs"), 0), "findings"), 0);
	assert_int_equal(json_integer_value(json_object_get(told, "count")), 214);
	assert_int_equal(json_integer_value(json_object_get(told, "transitions")), 214);
	assert_int_equal(json_integer_value(json_object_get(told, "executions")), 3);
	json_decref(json);
	free(text);
	text = render(&run, 1, &(struct gx_report_style){.width = 200});
	expect_words(text, "saw 100,000 states, then 5,000 executions");
	free(text);
}

/* ---- the lines of a matrix, one by one ---- */

static void lines_that_are_out_are_not_written_again(void **state)
{
	struct gx_result_run runs[2] = {gx_run_clean, gx_run_found};
	struct gx_report_style style = {.matrix = true, .scenario_width = 12, .gate_width = 13};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	runs[0].judgement = GX_JUDGEMENT_AS_EXPECTED;
	runs[1].judgement = GX_JUDGEMENT_UNDECIDED;
	assert_non_null(out);
	for (size_t i = 0; i < 2; i++)
		assert_true(gx_report_text.line(out, &runs[i], &style));
	assert_int_equal(fclose(out), 0);
	expect_words(text, "ok    double-click  per-workspace  clean       complete      2,146 states  0.03 s\n");
	expect_words(text, "\n??    double-click  none           ");
	free(text);
	style.lines_are_out = true;
	text = render(runs, 2, &style);
	assert_string_equal(text, "\n2 runs, 1 as expected, 1 cut short (double-click/none)\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_as_wide_as_it_is_told_and_breaks_no_word),
		cmocka_unit_test(a_wide_page_is_used),
		cmocka_unit_test(a_matrix_on_a_narrow_page_leaves_columns_out_from_the_right),
		cmocka_unit_test(a_rule_that_is_asked_for_is_told_instead_of_the_first),
		cmocka_unit_test(all_of_them_can_be_asked_for_and_none_that_there_is_not),
		cmocka_unit_test(the_finding_that_a_run_shows_is_told),
		cmocka_unit_test(all_steps_can_be_asked_for),
		cmocka_unit_test(marks_mean_what_the_finding_says),
		cmocka_unit_test(of_what_goes_round_one_round_is_told_as_such),
		cmocka_unit_test(clean_says_what_was_not_watched),
		cmocka_unit_test(a_wait_says_how_its_holder_stands_to_it),
		cmocka_unit_test(what_no_gate_can_help_is_told_apart_and_does_not_count),
		cmocka_unit_test(so_it_is_in_a_matrix_and_in_json),
		cmocka_unit_test(no_run_is_found_without_a_finding),
		cmocka_unit_test(executions_and_transitions_are_two_figures),
		cmocka_unit_test(lines_that_are_out_are_not_written_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
