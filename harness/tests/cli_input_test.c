/*
 * What people write: numbers and durations, formats as `help` prints them, and a lot of nonsense.
 *
 * The nonsense is made from good input by a generator with a fixed seed: whatever comes of it, a person is answered.
 */
#include "cli_run.h"

#include "posix/posix.h"

#include "explore/path.h"
#include "explore/rng.h"
#include "gates/gates.h"
#include "scenario/file.h"
#include "service/service.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- values ---- */

static void numbers_take_units_and_exponents(void **state)
{
	static const struct {
		const char *text, *seen;
	} good[] = {
		{"7", " 7 executions"},         {"0007", " 7 executions"},
		{"0.01k", " 10 executions"},    {"1.5k", " 1,500 executions"},
		{"2e1", " 20 executions"},      {"2E+1", " 20 executions"},
		{"0.2e2", " 20 executions"},    {"1.50e1k", " 15,000 executions"},
		{"0.00001M", " 10 executions"}, {"0.00000001G", " 10 executions"},
	};
	static const char *const bad[] = {"",      "k",     "1.5",          "1k5",  "1 k",   "+1",
					  "-1",    "0x10",  "1e",           "1e-3", "1K",    "1m",
					  ".5k",   "1.k",   "1e400",        "0",    "0.0k",  "18446744073709551616",
					  "1.1e0", "19e18", "99999999999G", "1kk",  "1_000", "1,000"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		run("run", "single", "--gate", "none", "--strategy", "random", "--executions", good[i].text);
		assert_status(0);
		assert_says(ran.out, good[i].seen);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		run("run", "single", "--gate", "none", "--executions", bad[i]);
		assert_complaint(
			2, "a whole number from 1 to 18446744073709551615 is needed, such as 20000, 20k, 1.5M or 2e6");
	}
	run("run", "single", "--gate", "none", "--quiet", "--seed", "18446744073709551615", "--states", "1e15");
	assert_status(0);
}

static void durations_take_units_or_are_seconds(void **state)
{
	static const char *const good[] = {"30", "30s", "2m", "1m30s", "500ms", "1.5h", "0.5", "1h0m1s"};
	static const char *const bad[] = {"",     "0",  "0s",   "s",   "-1",  "1e3", "30s1m",
					  "3min", "1d", "1m30", "nan", "inf", "1 s"};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		run("run", "no-backend", "--gate", "none", "--quiet", "--time", good[i]);
		assert_status(0);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		run("run", "no-backend", "--gate", "none", "--time", bad[i]);
		assert_complaint(2, "a duration such as 500ms, 30, 30s, 2m, 1m30s or 1h is needed");
	}
}

static void a_slip_of_the_pen_is_answered_with_the_word_that_was_meant(void **state)
{
	static const struct {
		const char *words[5];
		const char *meant;
	} slips[] = {
		{{"run", "--strategy", "randmo"}, "did you mean random?"},
		{{"run", "--report", "jsno=x"}, "did you mean json?"},
		{{"run", "--color", "alwyas"}, "did you mean always?"},
		{{"matrix", "--sa=none"}, "did you mean --as?"},
		{{"list", "op"}, "did you mean `gatecrash list ops`?"},
		{{"help", "scenaro"}, "did you mean `gatecrash help scenario`?"},
		{{"help", "matrx"}, "did you mean `gatecrash help matrix`?"},
		{{"help", "nothing"}, "`gatecrash --help` names the commands and topics"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(slips); i++) {
		run_words(top, "/dev/null", slips[i].words);
		assert_complaint(2, slips[i].meant);
	}
}

/* ---- scenarios ---- */

static const char scenario[] = "name: t\n"
			       "workspaces: [{name: ws-a}]\n"
			       "limits: {time: %s}\n"
			       "actors:\n"
			       "  - {do: manual-restart, on: ws-a, at: %s}\n";

static void who_arrives_when_all_is_over_is_a_mistake_of_the_file(void **state)
{
	(void)state;
	run("run", write_file("t.yaml", format(scenario, "10m", "20m")), "--gate", "none");
	assert_complaint(2, "t.yaml:5:40: \"at\" is 20m, but an execution ends at 10m, the \"time\" of \"limits\"");
	run("run", write_file("t.yaml", format(scenario, "90m", "1h30m")), "--gate", "none");
	assert_complaint(2, "\"at\" is 1h30m, but an execution ends at 1h30m");
	run("run", write_file("t.yaml", format(scenario, "1h", "20m")), "--gate", "none");
	assert_status(0);
}

/* Each is taken where the list says that it is. */
static void listed_ops_are_words_of_the_format(void **state)
{
	unsigned ops = 0;

	(void)state;
	gx_service_register();
	run("list", "ops");
	assert_status(0);
	for (unsigned label = 1; label < GX_LABELS_END; label++) {
		const char *name = gx_label_name(label);
		const char *line = strcmp(name, "?") ? strstr(ran.out, format("\n  %s ", name)) : NULL;
		struct gx_scenario_file *file = NULL;
		struct gx_error err;
		char *text = format(
			"name: t\nworkspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a}]\n"
			"interleavings: [{name: i, gate: none, finds: [], steps: [{run: manual-restart#1, until: %s}]}]\n",
			name);
		char *fault = format("name: t\nworkspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a}]\n"
				     "faults: [{on: %s, give: %s}]\n",
				     name, label == GX_L_COND_SIGNAL ? "lost" : "error 500");

		if (!strcmp(name, "?"))
			continue;
		ops += line != NULL;
		if ((gx_scenario_parse(&file, "t", text, strlen(text), &err) == GX_OK) != (line != NULL))
			fail_msg("until: %s", name);
		gx_scenario_free(file);
		file = NULL;
		if ((gx_scenario_parse(&file, "t", fault, strlen(fault), &err) == GX_OK) !=
		    (line && strstr(format("%.*s", (int)strcspn(line + 1, "\n") + 1, line), "until, on")))
			fail_msg("on: %s", name);
		gx_scenario_free(file);
	}
	assert_true(ops > 40);
}

/* ---- the formats, as they are printed ---- */

/* From `from` up to `to`, which is left out. */
static char *part(const char *text, const char *from, const char *to)
{
	const char *begin = strstr(text, from);
	const char *end = begin ? strstr(begin, to) : NULL;

	if (!end)
		FAIL("\"%s\" up to \"%s\" should be there\n", from, to);
	return format("%.*s", (int)(end - begin), begin);
}

static void the_scenario_that_help_shows_is_one(void **state)
{
	char *path;

	(void)state;
	run("help", "scenario");
	assert_status(0);
	path = write_file("my-restart.yaml", part(ran.out, "name: ", "\nDurations"));
	for (enum gx_rule rule = 0; rule < GX_RULE_COUNT; rule++)
		assert_says(ran.out, gx_rule_name(rule));
	for (unsigned kind = 0; kind < GX_ACTOR_KINDS; kind++)
		assert_says(ran.out, gx_actor_kind_name((enum gx_actor_kind)kind));
	run_in(folder, "run", "./my-restart.yaml", "--gate", "per-workspace");
	assert_status(0);
	run("matrix", path);
	assert_status(0);
	assert_says(ran.out, "2 runs, all as expected");
	run_in(folder, "replay", "./my-restart.yaml#first");
	assert_status(1);
}

static void the_gate_that_help_shows_is_one(void **state)
{
	char *build;

	(void)state;
	run("help", "gate");
	assert_status(0);
	assert_says(ran.out, "#define GX_GATE_ABI");
	write_file("mygate.c", part(ran.out, "#include <gatecrash/gate.h>", "Try it"));
	build = part(ran.out, "cc -shared", "\n");
	assert_int_equal(system(format("cd %s && %s", folder, build)), 0);
	run_in(folder, "run", "two-workspaces", "double-click", "--gate", "./mygate.so");
	assert_status(1);
	assert_says(ran.out, "found 1 kind of failure: isolation");
	assert_says(ran.out, "double-click, gate ./mygate.so: clean, complete");
}

static void help_alone_lists_commands_and_topics_and_fits_a_terminal(void **state)
{
	static const char *const topics[] = {"scenario", "gate", "repro"};

	(void)state;
	run("help");
	for (const char *line = ran.out; *line; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > 79)
			FAIL("too long: %.120s\n", line);
	for (unsigned i = 0; i < COUNT(topics); i++)
		assert_says(ran.out, format(" %s ", topics[i]));
	for (unsigned i = 0; i < COUNT(topics); i++) {
		run("help", topics[i]);
		assert_status(0);
		assert_silent(ran.err);
		/* The header of gates is as wide as it is. */
		for (const char *line = ran.out; *line && strncmp(line, "/*", 2); line += strcspn(line, "\n") + 1)
			if (strcspn(line, "\n") > 79)
				FAIL("too long: %.120s\n", line);
	}
}

/* ---- nonsense ---- */

static const char *const spice[] = {"0",
				    "1",
				    "2",
				    "24",
				    "25",
				    "255",
				    "10000000",
				    "4294967296",
				    "-1",
				    "[]",
				    "{}",
				    "~",
				    "*a",
				    "&a [*a]",
				    "'",
				    "\"\\0\"",
				    "none",
				    "ws-a",
				    "ws-b",
				    "168h",
				    "1ms",
				    "error 404",
				    "docker.create",
				    "docker.start",
				    "shutdown",
				    "create",
				    "end",
				    "blocked",
				    "clock",
				    "manual-restart",
				    "e2e-client",
				    "paused",
				    "failed",
				    "./x.so",
				    ":",
				    "- ",
				    "#",
				    "\n",
				    "\t",
				    "\x1b[2J",
				    "\xff",
				    ":1*1",
				    "~fff",
				    "*",
				    ",",
				    "!",
				    ".65535",
				    "%2f",
				    "%00"};

/* A few edits: a byte away, a word in, a piece twice, the end off. */
static size_t spoil(struct gx_rng *rng, char *text, size_t length, size_t room)
{
	unsigned edits = 1 + gx_rng_below(rng, 4);

	while (edits-- && length) {
		const char *word = spice[gx_rng_below(rng, COUNT(spice))];
		size_t at = gx_rng_below(rng, (unsigned)length);
		size_t span = 1 + gx_rng_below(rng, 12);
		size_t added = strlen(word);

		span = span < length - at ? span : length - at;
		if (gx_rng_below(rng, 16) == 0) {
			length = at;
		} else if (gx_rng_below(rng, 3) == 0) {
			memmove(text + at, text + at + span, length - at - span);
			length -= span;
		} else if (length + added < room) {
			memmove(text + at + added, text + at, length - at);
			memcpy(text + at, word, added);
			length += added;
		}
	}
	text[length] = '\0';
	return length;
}

/* A status that means something, and of a mistake one line. */
static void assert_answered(void)
{
	if (ran.status < 0 || ran.status > 3 || strstr(ran.err, "bug in"))
		FAIL("that is no answer\n");
	if (ran.status == 2)
		assert_one_line(ran.err);
}

enum { ROOM = 1 << 14, SPOILED = 2000, PLAYED = 40 };

static void broken_scenarios_are_answered_and_none_ends_the_program(void **state)
{
	static const char *const names[] = {"double-click", "failed-start", "late-register", "shutdown", "single"};
	struct gx_rng rng = gx_rng_for(10, 1);
	unsigned good = 0;

	(void)state;
	gx_service_register();
	for (unsigned i = 0; i < SPOILED; i++) {
		char *whole = read_file(format("scenarios/%s.yaml", names[i % COUNT(names)]));
		char text[ROOM];
		struct gx_scenario_file *file = NULL;
		struct gx_error err = {""};
		size_t length = strlen(whole);

		assert_true(length < ROOM);
		memcpy(text, whole, length);
		free(whole);
		length = spoil(&rng, text, length, ROOM);
		if (gx_scenario_parse(&file, "t.yaml", text, length, &err) == GX_OK)
			good++;
		else if (strncmp(err.text, "t.yaml:", 7) != 0 || strchr(err.text, '\n'))
			fail_msg("%s\n---- of\n%s", err.text, text);
		if (i % (SPOILED / PLAYED) == 0) {
			run("run", write_file("t.yaml", text), "--gate", gx_gates[i % 7]->name, "--states", "300",
			    "--executions", "3", "--time", "500ms");
			assert_answered();
		}
		gx_scenario_free(file);
	}
	assert_in_range(good, SPOILED / 20, SPOILED - 1); /* some edits are of comments: it was not all noise */
}

static void broken_repros_are_answered_and_none_ends_the_program(void **state)
{
	static const struct {
		const char *scenario, *gate;
	} pairs[] = {{"single", "relock"}, {"no-backend", "leak-no-backend"}, {"two-workspaces", "global"}};
	struct gx_rng rng = gx_rng_for(10, 2);
	char *lines[COUNT(pairs)];

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		run("run", pairs[i].scenario, "--gate", pairs[i].gate);
		lines[i] = part(ran.out, "gx1:", "'");
	}
	for (unsigned i = 0; i < SPOILED; i++) {
		char text[ROOM];
		struct gx_repro repro;
		struct gx_error err = {""};
		size_t length = strlen(lines[i % COUNT(pairs)]);

		memcpy(text, lines[i % COUNT(pairs)], length);
		spoil(&rng, text, length, ROOM);
		if (gx_repro_parse(&repro, text, &err) == GX_OK)
			gx_repro_release(&repro);
		else if (!*err.text)
			fail_msg("nothing is said of %s", text);
		if (i % (SPOILED / PLAYED) == 0) {
			run("replay", text, "--quiet", i % 3 ? "--times=2" : "--then=search");
			assert_answered();
			run("replay", write_file("t.repro", text), "--quiet");
			assert_answered();
		}
	}
}

static void nonsense_on_the_command_line_is_answered(void **state)
{
	static const char *const words[] = {"run",
					    "replay",
					    "list",
					    "help",
					    "--gate",
					    "none",
					    "--gate=global",
					    "--as",
					    "none",
					    "--states",
					    "1k",
					    "--time",
					    "1",
					    "--seed",
					    "1e3",
					    "--executions",
					    "5",
					    "--strategy",
					    "random",
					    "--report",
					    "json",
					    "--finding",
					    "2",
					    "--then",
					    "random",
					    "--times",
					    "2",
					    "-q",
					    "--color",
					    "never",
					    "single",
					    "no-backend",
					    "single#x",
					    "--stats",
					    "--stop-at-first",
					    "--",
					    "-",
					    "",
					    "gates",
					    "ops",
					    "-h",
					    "-V",
					    "\x1b[2J",
					    "./nosuch.yaml",
					    "/dev/null",
					    "/",
					    "\xc3\xa9",
					    "#"};
	struct gx_rng rng = gx_rng_for(10, 3);

	(void)state;
	for (unsigned i = 0; i < 2 * PLAYED; i++) {
		const char *argv[8] = {words[gx_rng_below(&rng, 4)]};
		unsigned count = gx_rng_below(&rng, 6);

		for (unsigned j = 1; j <= count; j++)
			argv[j] = words[gx_rng_below(&rng, COUNT(words))];
		run_words(folder, "/dev/null", argv);
		assert_answered();
		if (strchr(ran.err, '\033'))
			FAIL("a control character reached the terminal\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_take_units_and_exponents),
		cmocka_unit_test(durations_take_units_or_are_seconds),
		cmocka_unit_test(a_slip_of_the_pen_is_answered_with_the_word_that_was_meant),
		cmocka_unit_test(who_arrives_when_all_is_over_is_a_mistake_of_the_file),
		cmocka_unit_test(listed_ops_are_words_of_the_format),
		cmocka_unit_test(the_scenario_that_help_shows_is_one),
		cmocka_unit_test(the_gate_that_help_shows_is_one),
		cmocka_unit_test(help_alone_lists_commands_and_topics_and_fits_a_terminal),
		cmocka_unit_test(broken_scenarios_are_answered_and_none_ends_the_program),
		cmocka_unit_test(broken_repros_are_answered_and_none_ends_the_program),
		cmocka_unit_test(nonsense_on_the_command_line_is_answered),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
