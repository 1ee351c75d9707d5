/* What the options say of which findings are told, how, and what counts; from the command line to the exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static char out[1 << 18]; /* standard output and error of the last run */

static int status_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int status_of(const char *format, ...)
{
	const char *set = getenv("GATECRASH");
	char words[1024];
	char command[2048];
	size_t size;
	va_list args;
	FILE *pipe;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	snprintf(command, sizeof(command), "%s %s 2>&1", set ? set : "build/gatecrash", words);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	size = fread(out, 1, sizeof(out) - 1, pipe);
	out[size] = 0;
	return WEXITSTATUS(pclose(pipe));
}

static void says(const char *words)
{
	if (!strstr(out, words))
		fail_msg("\"%s\" should be in: %s", words, out);
}

static void does_not_say(const char *words)
{
	if (strstr(out, words))
		fail_msg("\"%s\" should not be in: %s", words, out);
}

/* ---- what no gate can help ---- */

static void a_correct_gate_is_clean_but_for_what_no_gate_can_help(void **state)
{
	(void)state;
	assert_int_equal(status_of("run e2e-poll --gate per-workspace-strict"), 0);
	says("clean but for what no gate can help (stale-bearer)");
	says("it shows whichever gate is used, says the scenario: the client keeps the bearer");
	says("what no gate can help:\n- stale-bearer (ws-a): ");
	does_not_say("steps shown");
	assert_int_equal(status_of("run e2e-poll --gate per-workspace-strict --rule stale-bearer"), 0);
	says("steps shown");
	assert_int_equal(status_of("run e2e-poll --gate per-workspace-strict --strict"), 1);
	says("found 1 kind of failure: stale-bearer; ");
	assert_int_equal(status_of("run create-vs-restart --gate try-busy"), 1);
	says("found 1 kind of failure: status-mismatch; ");
	says("what no gate can help:\n- stale-bearer (ws-a): ");
}

static void nobody_stops_at_what_no_gate_can_help(void **state)
{
	(void)state;
	assert_int_equal(status_of("run e2e-poll --gate per-workspace --stop-at-first"), 0);
	says(", complete: ");
	assert_int_equal(status_of("run create-vs-restart --gate try-busy --stop-at-first"), 1);
	says("found 1 kind of failure: status-mismatch; incomplete: stopped at");
	assert_int_equal(status_of("run e2e-poll --gate per-workspace --stop-at-first --strict"), 1);
}

static void it_is_expected_like_anything_else(void **state)
{
	(void)state;
	assert_int_equal(status_of("matrix e2e-poll --gate per-workspace --gate global"), 0);
	says("clean +1");
	says("+N, in 2 runs: rules that break whichever gate is used, as the scenario says\n\n2 runs, all as expected\n");
}

/* ---- which finding ---- */

#define VICTIM "gx1:double-click:none:1*1~eee,2*20~820,3*5~b80:69:ea36b83435254316"

static void a_replay_shows_the_finding_for_which_its_line_was_printed(void **state)
{
	(void)state;
	assert_int_equal(status_of("replay '" VICTIM ":victim-killed'"), 1);
	says(")\n\nvictim-killed (ws-a): ");
	says(">> docker.create.register ws-a");
	says("\nalso found:\n- double-token-write (ws-a): ");
	says("replay '" VICTIM ":double-token-write'\n");
	assert_int_equal(status_of("replay '" VICTIM ":overlapping-cycles'"), 1);
	says(")\n\noverlapping-cycles (ws-a): ");
	/* Printed before lines said what for: what shows where its choices end. */
	assert_int_equal(status_of("replay '" VICTIM "'"), 1);
	says(")\n\nvictim-killed (ws-a): ");
	assert_int_equal(status_of("replay '" VICTIM ":victim-killed' --rule double-token-write"), 1);
	says(")\n\ndouble-token-write (ws-a): ");
}

static void each_finding_of_a_run_can_be_asked_for(void **state)
{
	(void)state;
	assert_int_equal(status_of("run double-click --gate relock --rule gate-leaked"), 1);
	says(")\n\ngate-leaked (ws-a): ");
	says("\nalso found:\n- deadlock (ws-a): ");
	assert_int_equal(status_of("run two-workspaces --gate global --rule isolation/ws-b"), 1);
	says(")\n\nisolation (ws-b): ");
	says("\nalso found:\n- isolation (ws-a): ");
	assert_int_equal(status_of("run double-click --gate relock --rule all --steps all"), 1);
	does_not_say("also found");
	does_not_say("steps shown");
	says("     1 ");
}

static void words_that_are_no_rule_or_width_are_told(void **state)
{
	(void)state;
	assert_int_equal(status_of("run --rule isolatoin"), 2);
	says("--rule \"isolatoin\": there is no such rule; did you mean \"isolation\"?\n");
	assert_int_equal(status_of("run --steps some"), 2);
	says("--steps \"some\": all or matter is needed\n");
	assert_int_equal(status_of("run --width 39"), 2);
	says("a whole number from 40 to");
	assert_int_equal(status_of("run --width 1001"), 2);
	says("a whole number from 40 to 1000 is needed\n");
}

/* ---- no good news, no control characters ---- */

static void what_is_not_complete_is_not_proven(void **state)
{
	(void)state;
	assert_int_equal(status_of("run three-callers --gate per-workspace --states 1000 --executions 10"), 0);
	says("three-callers, gate per-workspace: not proven: the state budget is used up; nothing found in 1,000\n"
	     "  states, then 10 executions (");
	does_not_say("clean");
	assert_int_equal(status_of("run three-callers --gate per-workspace --states 1000 --executions 10 "
				   "--require-complete"),
			 3);
	assert_int_equal(status_of("matrix three-callers --gate per-workspace --states 1000"), 3);
	says("??    three-callers");
	assert_int_equal(status_of("run --help"), 0);
	says("not proven");
}

static void a_terminal_sees_nothing_of_what_names_hold(void **state)
{
	(void)state;
	assert_int_equal(status_of("run \"$(printf './x\\033]0;y\\007.yaml')\""), 2);
	assert_null(strchr(out, '\033'));
	assert_null(strchr(out, '\007'));
	assert_int_equal(status_of("run single --gate \"$(printf './x\\033[2J.so')\""), 2);
	assert_null(strchr(out, '\033'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_correct_gate_is_clean_but_for_what_no_gate_can_help),
		cmocka_unit_test(nobody_stops_at_what_no_gate_can_help),
		cmocka_unit_test(it_is_expected_like_anything_else),
		cmocka_unit_test(a_replay_shows_the_finding_for_which_its_line_was_printed),
		cmocka_unit_test(each_finding_of_a_run_can_be_asked_for),
		cmocka_unit_test(words_that_are_no_rule_or_width_are_told),
		cmocka_unit_test(what_is_not_complete_is_not_proven),
		cmocka_unit_test(a_terminal_sees_nothing_of_what_names_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
