/*
 * A developer's own gate on the command line: what it is tried with, what is expected of it, where it is found again.
 */
#include "cli_run.h"

#include <jansson.h>

#include "gates/gates.h"
#include "rules/rules.h"
#include "scenario/file.h"
#include "service/service.h"

/* One lock, given back; GUARD is what surrounds the legs. */
static const char source[] =
	"#include <gatecrash/gate.h>\n"
	"#include <pthread.h>\n"
	"#include <stdlib.h>\n"
	"static pthread_mutex_t mutex[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};\n"
	"static void *open_gate(void) { return &mutex; }\n"
	"static void close_gate(void *gate) { (void)gate; }\n"
	"static enum gx_outcome handle(void *gate, const struct gx_request *request)\n"
	"{\n"
	"	pthread_mutex_t *lock = &mutex[LOCK];\n"
	"	(void)gate;\n"
	"	(void)lock;\n"
	"	BEFORE;\n"
	"	if (gx_stop(request) == GX_LEG_DONE)\n"
	"		gx_start(request);\n"
	"	AFTER;\n"
	"	return GX_RAN;\n"
	"}\n"
	"static const struct gx_gate gate = {.abi = GX_GATE_ABI, .name = \"mine\", .summary = \"mine\",\n"
	"	.open = open_gate, .close = close_gate, .handle = handle};\n"
	"const struct gx_gate *gx_gate_plugin(void) { return &gate; }\n";

static char *build(const char *name, const char *lock, const char *before, const char *after)
{
	char *out = format("%s/%s.so", folder, name);
	char *in = write_file("gate.c", source);
	char *command =
		format("cc -w -shared -fPIC -g -Iharness/include -DLOCK='%s' -DBEFORE='%s' -DAFTER='%s' -o %s %s", lock,
		       before, after, out, in);

	assert_int_equal(system(command), 0);
	return out;
}

static char *good_gate(void)
{
	static char *path;

	if (!path)
		path = build("good", "request->workspace[3] == 98", "pthread_mutex_lock(lock)",
			     "pthread_mutex_unlock(lock)");
	return path;
}

static char *open_gate(void)
{
	static char *path;

	if (!path)
		path = build("open", "0", "(void)0", "(void)0");
	return path;
}

/* ---- results ---- */

static json_t *result(void)
{
	json_error_t error;
	json_t *json = json_loads(ran.out, 0, &error);

	if (!json)
		FAIL("not JSON: %s\n", error.text);
	return json_object_get(json, "runs");
}

static const char *text_of(json_t *runs, size_t i, const char *key)
{
	const char *text = json_string_value(json_object_get(json_array_get(runs, i), key));

	assert_non_null(text);
	return text;
}

static const char *repro_of(json_t *runs, size_t i)
{
	json_t *finding = json_array_get(json_object_get(json_array_get(runs, i), "findings"), 0);
	const char *text = json_string_value(json_object_get(finding, "repro"));

	assert_non_null(text);
	return text;
}

/* ---- what it is tried with ---- */

static void a_gate_of_ones_own_is_tried_with_the_standard_set(void **state)
{
	json_t *runs;
	char *help;

	(void)state;
	run("run", "--help");
	help = strdup(ran.out);
	run("run", "--gate", good_gate(), "--report", "json");
	assert_silent(ran.err);
	runs = result();
	if (ran.status)
		FAIL("a good gate should be clean\n");
	assert_true(json_array_size(runs) >= 9);
	for (size_t i = 0; i < json_array_size(runs); i++) {
		assert_string_equal(text_of(runs, i, "verdict"), "clean");
		assert_says(help, text_of(runs, i, "scenario"));
	}
	free(help);
}

/* Which rules a scenario expects of a gate, but for what no gate can help; false: it does not say. */
static bool expected_of(const char *scenario, const char *gate, gx_rule_set *rules)
{
	struct gx_scenario_file *file;
	struct gx_error err;
	bool known = false;

	if (gx_scenario_load(&file, format("scenarios/%s.yaml", scenario), &err) != GX_OK)
		fail_msg("%s", err.text);
	for (unsigned i = 0; i < file->expectation_count; i++)
		if (!strcmp(file->expectations[i].gate, gate)) {
			*rules = file->expectations[i].rules;
			known = true;
		}
	for (enum gx_rule rule = 0; known && rule < GX_RULE_COUNT; rule++)
		if (gx_scenario_beyond(file, rule))
			*rules &= ~gx_rule_bit(rule);
	gx_scenario_free(file);
	return known;
}

/* What a complete search shows is what they expect: `gatecrash matrix` holds that. */
static void the_standard_set_shows_the_bug_of_every_gate_that_has_one(void **state)
{
	json_t *runs;

	(void)state;
	gx_service_register();
	run("run", "--gate", good_gate(), "--report", "json");
	runs = result();
	for (const struct gx_gate *const *gate = gx_gates; *gate; gate++) {
		bool good = !strcmp((*gate)->name, "per-workspace-strict");
		gx_rule_set all = 0;

		for (size_t i = 0; i < json_array_size(runs); i++) {
			gx_rule_set rules;

			if (expected_of(text_of(runs, i, "scenario"), (*gate)->name, &rules))
				all |= rules;
		}
		if (good ? all != 0 : all == 0)
			fail_msg("%s: the standard set should %s", (*gate)->name, good ? "be clean" : "show its bug");
	}
}

static void what_takes_long_is_left_out_once_the_race_has_shown_and_that_is_said(void **state)
{
	json_t *runs;

	(void)state;
	run("run", "--gate", open_gate(), "--report", "json");
	assert_status(1);
	assert_one_line(ran.err);
	assert_says(ran.err, "since double-click is not clean yet");
	assert_says(ran.err, "three-callers");
	runs = result();
	for (size_t i = 0; i < json_array_size(runs); i++)
		assert_string_not_equal(text_of(runs, i, "scenario"), "three-callers");
	run("run", "--gate", open_gate(), "--quiet");
	assert_status(1);
	assert_silent(ran.err);
}

static void all_means_every_scenario(void **state)
{
	static const char text[] = "name: %s\nworkspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a}]\n";
	json_t *runs;

	(void)state;
	mkdir(format("%s/scenarios", folder), 0777);
	write_file("scenarios/a.yaml", format(text, "a"));
	write_file("scenarios/b.yaml", format(text, "b"));
	run_in(folder, "run", "--all", "--gate", "none", "--report", "json");
	assert_status(0);
	runs = result();
	assert_int_equal(json_array_size(runs), 2);
	assert_string_equal(text_of(runs, 1, "scenario"), "b");
	/* Those of the program are known beside one's own. */
	run_in(folder, "run", "single", "a", "--gate", "none", "--quiet");
	assert_status(0);
	run_in(folder, "run", "c", "--gate", "none");
	assert_complaint(2, "no scenario named \"c\" in ./scenarios");
	run("run", "--all", "single");
	assert_complaint(2, "--all is every scenario: \"single\" is one of them");
	assert_int_equal(nftw(format("%s/scenarios", folder), remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void a_folder_may_have_many_scenarios(void **state)
{
	static const char text[] = "name: s%u\nworkspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a}]\n"
				   "expect: [{gate: none, finds: []}]\n";

	(void)state;
	mkdir(format("%s/scenarios", folder), 0777);
	for (unsigned i = 0; i < 100; i++)
		write_file(format("scenarios/s%u.yaml", i), format(text, i));
	run_in(folder, "matrix");
	assert_status(0);
	assert_says(ran.out, "100 runs, all as expected");
	assert_int_equal(nftw(format("%s/scenarios", folder), remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* ---- what is expected of it ---- */

static void what_is_expected_of_another_gate_may_be_expected_of_it(void **state)
{
	(void)state;
	run("matrix", "double-click", "no-backend", "--gate", good_gate(), "--as", "per-workspace-strict");
	assert_status(0);
	assert_says(ran.out, "2 runs, all as expected");
	run("matrix", "two-workspaces", "--gate", "global", "--gate", good_gate(), "--as", "per-workspace-strict");
	assert_status(1);
	assert_says(ran.out, "two-workspaces global not expected: isolation");
	run("matrix", "double-click", "--gate", open_gate(), "--as", "none");
	assert_status(0);
	run("matrix", "single", "--gate", good_gate(), "--as", "per-workspace-stict");
	assert_complaint(
		2, "--as: there is no gate named \"per-workspace-stict\"; did you mean \"per-workspace-strict\"?");
	run("matrix", "single", "--as", "none");
	assert_complaint(2, "--as \"none\": which gate is to be held against it? Name one with --gate");
	run("matrix", "single", "--gate", good_gate());
	assert_complaint(2, "--as NAME holds a gate of your own");
	run("matrix", "three-callers", "--gate", good_gate(), "--as", "global");
	assert_complaint(2, "no scenario says in `expect` what the gate \"global\" shows");
}

/* `expect: {gate: ./mine.so}` is beside the scenario, wherever it is played. */
static void a_scenario_may_expect_something_of_a_gate_beside_it(void **state)
{
	static const char text[] =
		"name: beside\nworkspaces: [{name: ws-a}]\n"
		"actors: [{do: manual-restart, on: ws-a, count: 2}]\n"
		"expect:\n"
		"  - {gate: ./good.so, finds: []}\n"
		"  - {gate: %s, finds: [%s]}\n"
		"interleavings:\n"
		"  - {name: one, gate: good.so, finds: [], steps: [{run: manual-restart#1, until: end}]}\n";
	char *path = write_file("beside.yaml", format(text, "none", "wedged"));
	json_t *runs;

	(void)state;
	good_gate();
	open_gate();
	run_in("/", "matrix", path);
	assert_status(1);
	assert_says(ran.out, "ok beside ./good.so clean");
	assert_says(ran.out, "ok beside#one ./good.so clean replayed");
	run_in("/", "replay", format("%s#one", path));
	assert_status(0);
	run_in(folder, "matrix", "beside.yaml", "--gate", "good.so");
	assert_status(0);
	assert_says(ran.out, "2 runs, all as expected");

	write_file("beside.yaml", format(text, "./open.so", "wedged"));
	run_in(folder, "run", "beside.yaml", "--report", "json");
	assert_status(1);
	runs = result();
	assert_int_equal(json_array_size(runs), 2);
	run_in("/", "replay", repro_of(runs, 1));
	assert_status(1);

	write_file("beside.yaml", format(text, "../nosuch.so", ""));
	run_in("/", "matrix", path);
	assert_status(2);
	assert_one_line(ran.err);
	assert_says(ran.err, "beside.yaml:6: ");
	assert_says(ran.err, "nosuch.so: cannot open the gate");
	assert_says(ran.out, "ok beside ./good.so clean");
	write_file("beside.yaml", format(text, "./Mine", ""));
	run_in("/", "matrix", path, "--gate", "nosuch");
	assert_complaint(2, "no gate named \"nosuch\"");
}

/* ---- where it is found again ---- */

static void a_repro_replays_from_any_folder(void **state)
{
	char *repro;

	(void)state;
	open_gate();
	write_file("meet.yaml", "name: meet\nworkspaces: [{name: ws-a}]\n"
				"actors: [{do: manual-restart, on: ws-a, count: 2}]\n");
	run_in(folder, "run", "meet.yaml", "--gate", "open.so", "--report", "json");
	assert_status(1);
	repro = format("%s", repro_of(result(), 0));
	assert_non_null(strstr(repro, format("gx1:%s/meet.yaml:%s/open.so:", folder, folder)));
	run_in("/", "replay", repro);
	assert_status(1);
	run_in("/", "replay", repro, "--gate", "none", "--quiet");
	assert_true(ran.status == 1 || ran.status == 3);
	/* A name stays one, unless it is not the program's own. */
	run_in(folder, "run", "single", "--gate", "relock", "--report", "json");
	assert_int_equal(strncmp(repro_of(result(), 0), "gx1:single:relock:", 18), 0);
	run_in("/", "replay", repro_of(result(), 0));
	assert_status(1);
}

static void a_repro_of_what_is_not_there_says_where_it_looked(void **state)
{
	char *file;
	char *repro;

	(void)state;
	open_gate();
	run_in(folder, "run", "double-click", "--gate", "open.so", "--report", "json");
	repro = format("%s", repro_of(result(), 0));
	run("replay", format("gx1:double-click:/nosuch/open.so%s", strrchr(repro, '/') + 8));
	assert_complaint(
		2,
		"the repro names the gate /nosuch/open.so, which is not there: No such file or directory; --gate FILE");
	file = write_file("one.repro", format("gx1:double-click:open.so%s", strrchr(repro, '/') + 8));
	run_in("/", "replay", file); /* beside the file */
	assert_status(1);
	file = write_file("two.repro", format("gx1:./nosuch.yaml:open.so%s", strrchr(repro, '/') + 8));
	run_in("/", "replay", file);
	assert_complaint(2, format("the scenario ./nosuch.yaml, which is not there, neither in / nor beside %s", file));
}

/* ---- one of several ---- */

static void a_gate_that_cannot_be_loaded_leaves_the_results_of_the_others(void **state)
{
	char *bad = write_file("bad.so", "not an object\n");
	json_t *runs;

	(void)state;
	run("run", "single", "no-backend", "--gate", good_gate(), "--gate", bad, "--gate", "none", "--report", "json",
	    "--report", format("text=%s/text", folder));
	assert_status(2);
	assert_one_line(ran.err);
	runs = result();
	assert_int_equal(json_array_size(runs), 5); /* the bad one once */
	assert_string_equal(text_of(runs, 0, "verdict"), "clean");
	assert_string_equal(text_of(runs, 1, "incomplete"), "trouble");
	assert_says(text_of(runs, 1, "incomplete_why"), "not an ELF shared object");
	assert_string_equal(text_of(runs, 4, "verdict"), "clean");
	assert_says(read_file(format("%s/text", folder)), "single, gate none: clean");
	run("run", "single", "--gate", bad);
	assert_complaint(2, "not an ELF shared object");
	run("matrix", "single", "--gate", bad, "--gate", good_gate(), "--as", "per-workspace-strict");
	assert_status(2);
	assert_says(ran.out, "ok single");
}

/* It notes down what the world does not hold, something else each time: it is noticed; the others are run and reported all the same. */
static void a_run_that_fails_leaves_the_results_of_the_others(void **state)
{
	char *fickle =
		build("fickle", "0",
		      "char text[32]; snprintf(text, sizeof(text), \"%llu\", __builtin_ia32_rdtsc()); gx_note(text); "
		      "pthread_mutex_lock(lock)",
		      "pthread_mutex_unlock(lock)");
	json_t *runs;

	(void)state;
	run("run", "single", "no-backend", "--gate", fickle, "--gate", "none", "--states", "1k", "--executions", "100",
	    "--report", "json");
	if (ran.status != 3 && ran.status != 2)
		FAIL("it should be noticed\n");
	runs = result();
	assert_string_equal(text_of(runs, 0, "incomplete"), "trouble");
	assert_string_equal(text_of(runs, 1, "verdict"), "clean");
	assert_string_equal(text_of(runs, json_array_size(runs) - 1, "scenario"), "no-backend");
	assert_string_equal(text_of(runs, json_array_size(runs) - 1, "verdict"), "clean");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_of_ones_own_is_tried_with_the_standard_set),
		cmocka_unit_test(the_standard_set_shows_the_bug_of_every_gate_that_has_one),
		cmocka_unit_test(what_takes_long_is_left_out_once_the_race_has_shown_and_that_is_said),
		cmocka_unit_test(all_means_every_scenario),
		cmocka_unit_test(a_folder_may_have_many_scenarios),
		cmocka_unit_test(what_is_expected_of_another_gate_may_be_expected_of_it),
		cmocka_unit_test(a_scenario_may_expect_something_of_a_gate_beside_it),
		cmocka_unit_test(a_repro_replays_from_any_folder),
		cmocka_unit_test(a_repro_of_what_is_not_there_says_where_it_looked),
		cmocka_unit_test(a_gate_that_cannot_be_loaded_leaves_the_results_of_the_others),
		cmocka_unit_test(a_run_that_fails_leaves_the_results_of_the_others),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
