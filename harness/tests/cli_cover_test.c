/*
 * --export-cover and --import: what is found is what the search has found, and a file that is not what it should be is refused.
 */
#include "cli_run.h"

#include "core/sanitizer.h"

static char *text_of(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t size;
	char *text;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	text = calloc(1, size + 1);
	assert_int_equal(fread(text, 1, size, file), size);
	fclose(file);
	return text;
}

static char *cover(const char *scenario, const char *gate)
{
	char *path = format("%s/%s.%s.cover", folder, scenario, gate);

	if (GX_ASAN) {
		print_message(
			"skipped: ASan keeps words of its own in frames: another way to a state is another state\n");
		skip();
	}
	run("run", scenario, "--gate", gate, "--export-cover", path);
	return path;
}

static void a_cover_finds_what_the_search_has_found(void **state)
{
	static const char *const rules[] = {"name-conflict", "double-token-write", "overlapping-cycles", "stale-bearer",
					    "wedged",        "status-mismatch",    "victim-killed"};
	char *path = cover("double-click", "none");

	(void)state;
	assert_status(1);
	assert_says(ran.err, "that take each of 54,5");
	run("run", "double-click", "--gate", "none", "--import", path);
	assert_status(1);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		assert_says(ran.out, rules[i]);
	assert_says(ran.out, "complete: every transition of the state graph was taken");
	path = cover("single", "per-workspace");
	assert_status(0);
	run("run", "single", "--gate", "per-workspace", "--import", path, "--report", "json");
	assert_status(0);
	assert_says(ran.out, "\"strategy\": \"import\"");
	assert_says(ran.out, "\"verdict\": \"clean\"");
	/* It is a file of repros, too. */
	run("replay", path, "--finding", "2");
	assert_status(0);
	assert_says(ran.out, "replayed");
}

static void expect_refused(const char *text, const char *says)
{
	char *path = write_file("changed.cover", text);

	run("run", "single", "--gate", "none", "--import", path);
	assert_complaint(2, says);
}

static void where_a_cover_cannot_be_written_nothing_is_explored(void **state)
{
	(void)state;
	run("run", "three-callers", "--gate", "none", "--export-cover", format("%s/there/is/no/folder", folder));
	assert_complaint(2, "--export-cover");
	assert_says(ran.err, "No such file or directory");
	run("run", "three-callers", "--gate", "none", "--export-cover", folder);
	assert_complaint(2, "Is a directory");
}

static void a_cover_goes_to_standard_output_too(void **state)
{
	(void)state;
	if (GX_ASAN)
		skip();
	run("run", "single", "--gate", "none", "-q", "--export-cover", "/dev/stdout");
	assert_int_equal(strncmp(ran.out, "# gatecrash cover 1\n", 20), 0);
	assert_says(ran.out, "\n# end ");
}

static void a_file_that_is_not_whole_is_refused(void **state)
{
	char *text = text_of(cover("single", "none"));
	char *changed = strdup(text);
	char *last = strstr(text, "\n# end");

	(void)state;
	assert_non_null(last);
	expect_refused("", "changed.cover:1:1: not a file of schedules");
	expect_refused("gx1:single:none:1*1~eee:1:0000000000000000\n", ":1:1: not a file of schedules");
	expect_refused("# gatecrash cover 1\n", ":2:1: here it should say how many");
	expect_refused("# gatecrash cover 1\n# states 0, transitions 0, schedules 0\n",
		       ":2:1: here it should say how many");
	expect_refused(format("%.*s\n", (int)(last - text), text), "its end is missing");
	*strstr(changed, "gx1:") = 'x';
	expect_refused(changed, "changed since it was written");
	run("run", "single", "--gate", "none", "--import", "/nowhere/at/all");
	assert_complaint(2, "No such file");
}

static void it_is_of_one_pair(void **state)
{
	char *path = cover("single", "none");

	(void)state;
	run("run", "single", "--gate", "per-workspace", "--import", path);
	assert_complaint(2, ":3: a schedule of single with gate none, and not of single with per-workspace");
	run("run", "double-click", "--gate", "none", "--import", path);
	assert_complaint(2, "and not of double-click with none");
	run("run", "--import", path);
	assert_complaint(2, "--import wants one scenario and one --gate");
	run("run", "single", "--gate", "none", "--gate", "relock", "--export-cover", path);
	assert_complaint(2, "--export-cover wants one scenario and one --gate");
	run("run", "single", "--gate", "none", "--import", path, "--export-cover", path);
	assert_complaint(2, "do not go together");
	/* What is not complete is no cover, and no file. */
	path = format("%s/never", folder);
	run("run", "double-click", "--gate", "none", "--states", "100", "--export-cover", path);
	assert_int_equal(ran.status, 3);
	assert_says(ran.out, "no cover was written");
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_a_cover_cannot_be_written_nothing_is_explored),
		cmocka_unit_test(a_cover_goes_to_standard_output_too),
		cmocka_unit_test(a_cover_finds_what_the_search_has_found),
		cmocka_unit_test(a_file_that_is_not_whole_is_refused),
		cmocka_unit_test(it_is_of_one_pair),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
