/*
 * Repros on the command line: the files that hold them, and what is said when one does not fit any more.
 */
#include "cli_run.h"

#include <jansson.h>

static json_t *parsed(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);

	if (!json)
		FAIL("not JSON: %s\n", error.text);
	return json;
}

static json_t *findings(json_t *result)
{
	return json_object_get(json_array_get(json_object_get(result, "runs"), 0), "findings");
}

static const char *text_of(json_t *result, size_t i, const char *key)
{
	const char *text = json_string_value(json_object_get(json_array_get(findings(result), i), key));

	assert_non_null(text);
	return text;
}

static bool has_rule(json_t *result, const char *rule)
{
	for (size_t i = 0; i < json_array_size(findings(result)); i++)
		if (!strcmp(text_of(result, i, "rule"), rule))
			return true;
	return false;
}

/* The race, as a JSON result and as a text report; made once. */
static char *json_path;
static char *text_path;
static json_t *race;

static void make_race(void)
{
	if (race)
		return;
	json_path = format("%s/race.json", folder);
	text_path = format("%s/race.txt", folder);
	run("run", "double-click", "--gate", "none", "--report", format("json=%s", json_path), "--report",
	    format("text=%s", text_path));
	assert_status(1);
	race = parsed(read_file(json_path));
}

/* ---- files ---- */

/* Each finding of a result, asked for by its number, is the one that shows again. */
static void a_json_result_is_replayed_by_the_number_of_a_finding(void **state)
{
	(void)state;
	make_race();
	assert_int_equal(json_array_size(findings(race)), 7);
	for (size_t i = 0; i < 7; i++) {
		json_t *again;

		run("replay", json_path, "--finding", format("%zu", i + 1), "--report", "json");
		assert_status(1);
		assert_silent(ran.err);
		again = parsed(ran.out);
		if (!has_rule(again, text_of(race, i, "rule")))
			FAIL("%s should show\n", text_of(race, i, "rule"));
		assert_string_equal(text_of(again, 0, "repro"), text_of(race, i, "repro"));
		json_decref(again);
	}
}

static void without_a_number_it_is_the_first_and_how_many_there_are_is_said(void **state)
{
	(void)state;
	make_race();
	run("replay", json_path);
	assert_status(1);
	assert_one_line(ran.err);
	assert_says(ran.err,
		    "holds 7 repros, this is number 1: \"name-conflict\" of \"ws-a\"; --finding N picks another");
	run("replay", json_path, "--quiet");
	assert_silent(ran.err);
	run("replay", json_path, "--finding", "8");
	assert_complaint(2, "race.json\" holds 7 repros: there is no number 8");
	run("replay", text_of(race, 0, "repro"), "--finding", "1");
	assert_status(1);
	assert_silent(ran.err);
	run("replay", json_path, "--finding", "0");
	assert_complaint(2, "--finding \"0\"");
}

static void a_text_report_and_standard_input_are_files_too(void **state)
{
	json_t *again;

	(void)state;
	make_race();
	run("replay", text_path, "--finding", "7", "--report", "json");
	assert_status(1);
	again = parsed(ran.out);
	assert_string_equal(text_of(again, 0, "repro"), text_of(race, 6, "repro"));
	json_decref(again);
	run_words(top, text_path, (const char *const[]){"replay", "-", "--finding", "3", "--report", "json", NULL});
	assert_status(1);
	again = parsed(ran.out);
	assert_string_equal(text_of(again, 0, "repro"), text_of(race, 2, "repro"));
	json_decref(again);
	run_words(top, json_path, (const char *const[]){"replay", "-", NULL});
	assert_status(1);
	assert_says(ran.err, "standard input holds 7 repros");
	run_words(top, "/dev/null", (const char *const[]){"replay", "-", NULL});
	assert_complaint(2, "standard input holds no repro line");
}

static void repros_are_found_in_prose_and_not_in_comments(void **state)
{
	const char *repro;

	(void)state;
	make_race();
	repro = text_of(race, 0, "repro");
	run("replay",
	    write_file("prose", format("# gx1:not:this:one\nSeen on Monday (`%s`), gx and regx1:no too.\n", repro)));
	assert_status(1);
	assert_silent(ran.err);
	run("replay", write_file("colored", format("\033[1mreplay '%s'\033[0m\r\n", repro)));
	assert_status(1);
	run("replay", write_file("other", "gx2:a:b:\n"));
	assert_complaint(2, "its format is gx2, this gatecrash reads gx1");
	run("replay", write_file("none", "regards, gx\n"));
	assert_complaint(2, "holds no repro line");
	run("replay", write_file("broken.json", "{\"runs\": [\n  }\n"));
	assert_complaint(2, "broken.json:2:3: not a JSON result");
	run("replay", write_file("empty.json", "{\"runs\": [{\"findings\": []}]}"));
	assert_complaint(2, "empty.json holds no repro line");
	run("replay", write_file("odd.json", "{\"repro\": \"nonsense\"}"));
	assert_complaint(2, "'gx1:'");
}

/* ---- what no longer fits ---- */

static void a_repro_that_no_longer_fits_says_from_where_and_what_happens_instead(void **state)
{
	(void)state;
	make_race();
	run("replay", text_of(race, 0, "repro"), "--gate", "per-workspace");
	assert_complaint(
		3, "this execution is no longer possible from step 2 on (run 2 of the repro): manual-restart#1 does "
		   "something else in steps 2 to");
	assert_says(ran.err, "mutex.lock");
	assert_says(ran.err, "enabled behind that: ");
	assert_says(ran.err, "--then random or --then search runs the rest freely");
	/* A script, too. */
	run("replay", "double-click#s1-conflict", "--gate", "per-workspace");
	assert_complaint(3, "this execution is no longer possible from step");
	assert_says(ran.err, "--then random or --then search");
}

/* With a gate that holds, none of the ways to go on breaks a rule: all were seen, or some. */
static void the_rest_of_a_repro_can_be_run_freely_and_is_clean_with_a_good_gate(void **state)
{
	(void)state;
	make_race();
	run("replay", json_path, "--finding", "1", "--gate", "per-workspace", "--then", "search");
	assert_status(0);
	assert_one_line(ran.err);
	assert_says(ran.err, "no longer possible from step");
	assert_says(ran.err, "every way to go on is looked at");
	assert_says(ran.out, "only what begins like the repro was looked at, all of it; nothing found in");
	run("replay", json_path, "--finding", "1", "--gate", "per-workspace", "--then", "random");
	assert_status(3);
	assert_says(ran.out, "nothing found in 20,000 executions");
	run("replay", "double-click#s1-conflict", "--gate", "per-workspace", "--then", "search");
	assert_status(0);
}

/* With one that does not, what breaks a rule has a repro of its own, which fits and begins like the old one. */
static void the_rest_of_a_repro_can_be_run_freely_and_shows_what_still_breaks(void **state)
{
	static const char *const ways[] = {"search", "random"};

	(void)state;
	make_race();
	for (unsigned i = 0; i < 2; i++) {
		json_t *found;

		run("replay", json_path, "--finding", "1", "--gate", "early-release", "--then", ways[i], "--report",
		    "json");
		assert_status(1);
		assert_one_line(ran.err);
		found = parsed(ran.out);
		assert_true(has_rule(found, "name-conflict"));
		assert_true(
			json_is_false(json_object_get(json_array_get(json_object_get(found, "runs"), 0), "complete")));
		for (size_t j = 0; j < json_array_size(findings(found)); j++) {
			json_t *again;

			run("replay", text_of(found, j, "repro"), "--report", "json");
			assert_status(1);
			assert_silent(ran.err);
			again = parsed(ran.out);
			if (!has_rule(again, text_of(found, j, "rule")))
				FAIL("%s should show\n", text_of(found, j, "rule"));
			json_decref(again);
		}
		json_decref(found);
	}
	/* A repro that fits is replayed, whatever was to be done otherwise. */
	run("replay", json_path, "--finding", "1", "--then", "search");
	assert_status(1);
	assert_silent(ran.err);
	assert_says(ran.out, "replayed: ");
	run("replay", json_path, "--then", "serach");
	assert_complaint(2, "--then \"serach\": random or search is needed; did you mean search?");
}

/* What the repro itself broke counts, and so does whatever can follow its last run. */
static void what_the_part_that_fits_has_broken_already_counts(void **state)
{
	char *repro;
	json_t *found;

	(void)state;
	make_race();
	repro = format("%s", text_of(race, 2, "repro"));
	assert_string_equal(text_of(race, 2, "rule"), "overlapping-cycles");
	repro = format("%.*s:9999:0123456789abcdef", (int)(strchr(strrchr(repro, '~'), ':') - repro), repro);
	run("replay", repro);
	assert_complaint(3, "no longer possible behind the last run of the repro: expected the end after 9999 steps");
	run("replay", repro, "--then", "search", "--report", "json");
	assert_status(1);
	found = parsed(ran.out);
	assert_true(has_rule(found, "overlapping-cycles"));
	assert_true(json_array_size(findings(found)) > 1);
	json_decref(found);
}

static int release_all(void **state)
{
	json_decref(race);
	free(ran.out);
	free(ran.err);
	return tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_json_result_is_replayed_by_the_number_of_a_finding),
		cmocka_unit_test(without_a_number_it_is_the_first_and_how_many_there_are_is_said),
		cmocka_unit_test(a_text_report_and_standard_input_are_files_too),
		cmocka_unit_test(repros_are_found_in_prose_and_not_in_comments),
		cmocka_unit_test(a_repro_that_no_longer_fits_says_from_where_and_what_happens_instead),
		cmocka_unit_test(the_rest_of_a_repro_can_be_run_freely_and_is_clean_with_a_good_gate),
		cmocka_unit_test(the_rest_of_a_repro_can_be_run_freely_and_shows_what_still_breaks),
		cmocka_unit_test(what_the_part_that_fits_has_broken_already_counts),
	};

	return cmocka_run_group_tests(tests, set_up, release_all);
}
