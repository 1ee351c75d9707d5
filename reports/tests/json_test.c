/* The JSON result, read back: every key, its type, its value, its place. */
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
#include <jansson.h>

#include "reports/report.h"
#include "results.h"

/* ---- reading ---- */

static json_t *written(const struct gx_result_run *runs, size_t count)
{
	char *text = gx_render(&gx_report_json, runs, count, false, false);
	json_error_t error;
	json_t *json;

	assert_non_null(text);
	json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("line %d: %s", error.line, error.text);
	free(text);
	return json;
}

/* The keys of an object in the order in which they stand, with a comma after each. */
static void expect_keys(json_t *object, const char *keys)
{
	char got[512] = "";
	size_t used = 0;

	for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
		used += (size_t)snprintf(got + used, sizeof(got) - used, "%s,", json_object_iter_key(i));
	assert_string_equal(got, keys);
}

static json_t *get(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!value)
		fail_msg("no key \"%s\"", key);
	return value;
}

static void expect_text(json_t *object, const char *key, const char *text)
{
	assert_true(json_is_string(get(object, key)));
	assert_string_equal(json_string_value(get(object, key)), text);
}

static void expect_texts(json_t *object, const char *key, const char *const *texts, size_t count)
{
	json_t *array = get(object, key);

	assert_true(json_is_array(array));
	assert_int_equal(json_array_size(array), count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(json_string_value(json_array_get(array, i)), texts[i]);
}

static void expect_whole(json_t *object, const char *key, json_int_t number)
{
	assert_true(json_is_integer(get(object, key)));
	assert_true(json_integer_value(get(object, key)) == number);
}

static void expect_real(json_t *object, const char *key, double from, double to)
{
	assert_true(json_is_real(get(object, key)));
	assert_true(json_real_value(get(object, key)) >= from);
	assert_true(json_real_value(get(object, key)) <= to);
}

static void expect_bool(json_t *object, const char *key, bool value)
{
	assert_true(json_is_boolean(get(object, key)));
	assert_int_equal(json_is_true(get(object, key)), value);
}

static void expect_null(json_t *object, const char *key)
{
	assert_true(json_is_null(get(object, key)));
}

static json_t *run_of(json_t *result, size_t i)
{
	json_t *run = json_array_get(get(result, "runs"), i);

	assert_non_null(run);
	return run;
}

/* ---- tests ---- */

static void keys_stand_in_the_promised_order(void **state)
{
	json_t *result = written(&gx_run_deadlock, 1);
	json_t *run = run_of(result, 0);
	json_t *finding = json_array_get(get(run, "findings"), 0);

	(void)state;
	expect_keys(result, "gatecrash,format,runs,");
	expect_keys(
		run,
		"scenario,gate,strategy,seed,verdict,complete,explored,findings,gate_summary,incomplete_why,"
		"interrupted,event_hash,as_expected,unexpected,identity,kind,incomplete,missing,not_expected,undecided,"
		"beyond_gate,watched,points_at,");
	expect_keys(get(run, "watched"), "primitives,memory,unwatched,weaker_orders,");
	assert_true(json_is_true(get(get(run, "watched"), "primitives")));
	assert_true(json_is_false(get(get(run, "watched"), "memory")));
	expect_keys(get(run, "explored"),
		    "executions,states,transitions,points,seconds,interleavings,"
		    "interleavings_infinite,collision_chance,depth,rechecked,covered,end_hash,ends,pairs,"
		    "independent_pairs,");
	expect_keys(finding, "rule,workspace,message,repro,count,preemptions,steps,repro_command,remedy,waits,shortest,"
			     "transitions,executions,marks,because,repeats,");
	expect_keys(json_array_get(get(finding, "steps"), 0),
		    "task,op,object,value,matters,collides,preempted,number,at_ns,left,place,");
	expect_keys(json_array_get(get(finding, "waits"), 0), "task,op,object,holder,hold,holder_ended,since,place,");
	json_decref(result);
}

static void a_clean_run_has_every_figure(void **state)
{
	json_t *result = written(&gx_run_clean, 1);
	json_t *run = run_of(result, 0);
	json_t *explored = get(run, "explored");

	(void)state;
	expect_text(result, "gatecrash", "0.1.0");
	expect_whole(result, "format", 1);
	assert_int_equal(json_array_size(get(result, "runs")), 1);
	expect_text(run, "scenario", "double-click");
	expect_text(run, "gate", "per-workspace");
	expect_text(run, "strategy", "auto");
	expect_whole(run, "seed", 1);
	expect_text(run, "verdict", "clean");
	expect_bool(run, "complete", true);
	expect_text(run, "gate_summary", "one lock per workspace, held over both legs");
	expect_text(run, "incomplete_why", "");
	expect_bool(run, "interrupted", false);
	expect_null(run, "event_hash");
	expect_null(run, "as_expected");
	expect_text(run, "unexpected", "");
	assert_int_equal(json_array_size(get(run, "findings")), 0);
	expect_whole(explored, "executions", 0);
	expect_whole(explored, "ends", 12);
	expect_whole(explored, "states", 2146);
	expect_whole(explored, "transitions", 4226);
	expect_whole(explored, "points", 4312);
	expect_real(explored, "seconds", 0.0312349, 0.0312351);
	expect_whole(explored, "interleavings", 1234567890);
	expect_bool(explored, "interleavings_infinite", false);
	expect_real(explored, "collision_chance", 1.19e-13, 1.21e-13);
	expect_whole(explored, "depth", 93);
	expect_whole(explored, "rechecked", 12);
	expect_text(explored, "end_hash", "00c0ffee00c0ffee");
	expect_text(run, "identity", "machine");
	json_decref(result);
}

static void findings_come_with_all_their_steps(void **state)
{
	json_t *result = written(&gx_run_found, 1);
	json_t *run = run_of(result, 0);
	json_t *finding = json_array_get(get(run, "findings"), 0);
	json_t *step;

	(void)state;
	expect_text(run, "verdict", "found");
	expect_real(get(run, "explored"), "interleavings", 3.2099e30, 3.2101e30);
	assert_int_equal(json_array_size(get(run, "findings")), 2);
	expect_text(finding, "rule", "name-conflict");
	expect_text(finding, "workspace", "ws-a");
	expect_text(finding, "message", gx_run_found.findings[0].message);
	expect_text(finding, "repro", gx_run_found.findings[0].repro);
	expect_text(finding, "repro_command", gx_run_found.findings[0].repro_command);
	expect_text(finding, "remedy", gx_run_found.findings[0].remedy);
	expect_whole(finding, "count", 214);
	expect_whole(finding, "preemptions", 2);
	assert_int_equal(json_array_size(get(finding, "waits")), 0);
	assert_int_equal(json_array_size(get(finding, "steps")), 11);
	step = json_array_get(get(finding, "steps"), 0);
	expect_bool(step, "matters", false);
	expect_bool(step, "collides", false);
	expect_bool(step, "preempted", false);
	step = json_array_get(get(finding, "steps"), 10);
	expect_text(step, "task", "manual-restart#2");
	expect_text(step, "op", "docker.create.reserve");
	expect_text(step, "object", "ws-a");
	expect_text(step, "value", "409 name is already in use, start fails");
	expect_bool(step, "matters", true);
	expect_bool(step, "collides", true);
	expect_bool(step, "preempted", true);
	expect_text(json_array_get(get(run, "findings"), 1), "rule", "double-token-write");
	json_decref(result);
}

static void a_deadlock_comes_with_its_waits(void **state)
{
	json_t *result = written(&gx_run_deadlock, 1);
	json_t *run = run_of(result, 0);
	json_t *finding = json_array_get(get(run, "findings"), 0);
	json_t *waits = get(finding, "waits");

	(void)state;
	expect_text(finding, "workspace", "");
	expect_whole(finding, "count", 1234);
	assert_int_equal(json_array_size(waits), 4);
	expect_text(json_array_get(waits, 1), "task", "manual-restart#2");
	expect_text(json_array_get(waits, 1), "op", "mutex.lock");
	expect_text(json_array_get(waits, 1), "object", "mutex m1");
	expect_text(json_array_get(waits, 1), "holder", "manual-restart#1");
	expect_text(json_array_get(waits, 2), "holder", "");
	expect_null(get(run, "explored"), "collision_chance"); /* a sample */
	json_decref(result);
}

static void what_is_not_known_is_null_and_never_infinite(void **state)
{
	struct gx_result_run run = gx_run_incomplete;
	json_t *result;
	json_t *explored;

	(void)state;
	run.explored.interleavings = INFINITY;
	run.explored.interleavings_infinite = true;
	run.explored.collision_chance = NAN;
	run.explored.seconds = -INFINITY;
	result = written(&run, 1);
	explored = get(run_of(result, 0), "explored");
	expect_text(run_of(result, 0), "verdict", "incomplete");
	expect_text(run_of(result, 0), "incomplete_why", "the state budget is used up");
	expect_null(explored, "interleavings");
	expect_bool(explored, "interleavings_infinite", true);
	expect_null(explored, "collision_chance");
	expect_null(explored, "seconds");
	json_decref(result);

	run.explored.interleavings_infinite = false;
	result = written(&run, 1);
	expect_null(get(run_of(result, 0), "explored"), "interleavings");
	json_decref(result);

	run.explored.interleavings = 0;
	result = written(&run, 1);
	expect_null(get(run_of(result, 0), "explored"), "interleavings");
	json_decref(result);
}

static void numbers_stay_exact(void **state)
{
	struct gx_result_run run = gx_run_clean;
	json_t *result;

	(void)state;
	run.seed = INT64_MAX;
	run.explored.interleavings = 9007199254740991.0;
	run.event_hash = 0x00ff;
	result = written(&run, 1);
	expect_whole(run_of(result, 0), "seed", INT64_MAX);
	expect_whole(get(run_of(result, 0), "explored"), "interleavings", 9007199254740991);
	expect_text(run_of(result, 0), "event_hash", "00000000000000ff");
	json_decref(result);

	run.seed = UINT64_MAX;
	run.explored.interleavings = 9007199254740992.0;
	result = written(&run, 1);
	expect_text(run_of(result, 0), "seed", "18446744073709551615");
	expect_real(get(run_of(result, 0), "explored"), "interleavings", 9.007199e15, 9.0072e15);
	json_decref(result);
}

static void runs_keep_their_order_and_their_judgement(void **state)
{
	static const char *const missing[] = {"wedged"};
	static const char *const unexpected[] = {"isolation", "crash"};
	struct gx_result_run runs[] = {gx_run_found, gx_run_interrupted, gx_run_bare, gx_run_incomplete, gx_run_found};
	json_t *result;

	(void)state;
	runs[0].judgement = GX_JUDGEMENT_AS_EXPECTED;
	runs[3].judgement = GX_JUDGEMENT_UNDECIDED;
	runs[4].judgement = GX_JUDGEMENT_OTHERWISE;
	runs[4].missing = (struct gx_result_rules){missing, 1};
	runs[4].unexpected = (struct gx_result_rules){unexpected, 2};
	result = written(runs, 5);
	assert_int_equal(json_array_size(get(result, "runs")), 5);
	expect_bool(run_of(result, 0), "as_expected", true);
	expect_bool(run_of(result, 0), "interrupted", false);
	expect_text(run_of(result, 1), "gate", "./mygate.so");
	expect_null(run_of(result, 1), "as_expected");
	expect_bool(run_of(result, 1), "interrupted", true);
	expect_bool(run_of(result, 2), "as_expected", false);
	expect_text(run_of(result, 2), "unexpected", gx_run_bare.misfit);
	expect_text(run_of(result, 0), "kind", "exploration");
	expect_text(run_of(result, 0), "incomplete", "");
	expect_text(run_of(result, 0), "unexpected", "");
	expect_text(run_of(result, 1), "incomplete", "interrupted");
	expect_text(run_of(result, 2), "kind", "interleaving");
	expect_bool(run_of(result, 3), "as_expected", false);
	expect_bool(run_of(result, 3), "undecided", true);
	expect_text(run_of(result, 3), "unexpected", "incomplete: the state budget is used up");
	expect_text(run_of(result, 3), "incomplete", "stopped");
	expect_bool(run_of(result, 4), "undecided", false);
	expect_text(run_of(result, 4), "unexpected", "missing: wedged; not expected: isolation, crash");
	expect_texts(run_of(result, 4), "missing", missing, 1);
	expect_texts(run_of(result, 4), "not_expected", unexpected, 2);
	expect_texts(run_of(result, 0), "missing", NULL, 0);
	expect_text(run_of(result, 2), "strategy", ""); /* left out by a run that was given up */
	json_decref(result);
}

static void no_runs_are_an_empty_array(void **state)
{
	json_t *result = written(NULL, 0);

	(void)state;
	assert_true(json_is_array(get(result, "runs")));
	assert_int_equal(json_array_size(get(result, "runs")), 0);
	json_decref(result);
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
	struct gx_result_run run = gx_run_clean;
	json_t *result;

	(void)state;
	run.gate = "a\"\\\n\xff\xc0\xaf\xed\xa0\x80\xf5z\u20AC\U0001F6AA\xe2\x82"; /* overlong, a surrogate, cut off */
	result = written(&run, 1);
	expect_text(run_of(result, 0), "gate",
		    "a\"\\\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDz\u20AC\U0001F6AA\uFFFD\uFFFD");
	json_decref(result);
}

static void it_is_indented_by_two_and_ends_in_a_newline(void **state)
{
	static const char begin[] = "{\n  \"gatecrash\": \"0.1.0\",\n  \"format\": 1,\n  \"runs\": [\n    {\n";
	static const char end[] = "\n    }\n  ]\n}\n";
	char *text = gx_render(&gx_report_json, &gx_run_clean, 1, false, false);

	(void)state;
	assert_non_null(text);
	assert_memory_equal(text, begin, strlen(begin));
	assert_string_equal(text + strlen(text) - strlen(end), end);
	free(text);
}

static void the_same_result_is_written_the_same_every_time(void **state)
{
	char *first = gx_render(&gx_report_json, &gx_run_found, 1, false, false);
	char *second = gx_render(&gx_report_json, &gx_run_found, 1, true, true);

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void a_full_device_is_noticed(void **state)
{
	const struct gx_report_style style = {.version = "0.1.0"};
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_false(gx_report_json.write(out, &gx_run_clean, 1, &style));
	assert_int_equal(errno, ENOSPC);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_stand_in_the_promised_order),
		cmocka_unit_test(a_clean_run_has_every_figure),
		cmocka_unit_test(findings_come_with_all_their_steps),
		cmocka_unit_test(a_deadlock_comes_with_its_waits),
		cmocka_unit_test(what_is_not_known_is_null_and_never_infinite),
		cmocka_unit_test(numbers_stay_exact),
		cmocka_unit_test(runs_keep_their_order_and_their_judgement),
		cmocka_unit_test(no_runs_are_an_empty_array),
		cmocka_unit_test(bytes_that_are_no_text_are_replaced),
		cmocka_unit_test(it_is_indented_by_two_and_ends_in_a_newline),
		cmocka_unit_test(the_same_result_is_written_the_same_every_time),
		cmocka_unit_test(a_full_device_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
