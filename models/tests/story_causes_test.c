/*
 * Explanations, from a gate in C to the words that its author reads: for each way of waiting for ever, and for what is noticed at rest, which
 * steps are shown and marked, who holds what, and the hint. Each gate below has one bug; so each test is also what a stranger would read
 * who has to name the line to change.
 */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- gates ---- */

static const char gate_code[] =
	"#include <gatecrash/gate.h>\n"
	"#include <pthread.h>\n"
	"#include <semaphore.h>\n"
	"#include <time.h>\n"
	"#include <unistd.h>\n"
	"static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;\n"
	"static pthread_cond_t c = PTHREAD_COND_INITIALIZER;\n"
	"static sem_t s;\n"
	"static int busy;\n"
	"static void *open_gate(void) { sem_init(&s, 0, 1); return &a; }\n"
	"static void close_gate(void *g) { (void)g; }\n"
	"static enum gx_outcome handle(void *g, const struct gx_request *r)\n"
	"{\n"
	"	(void)g;\n"
	"	BODY\n"
	"	return GX_RAN;\n"
	"}\n"
	"static const struct gx_gate gate = {.abi = GX_GATE_ABI, .name = \"buggy\", .summary = \"\", .open = open_gate,\n"
	"	.close = close_gate, .handle = handle};\n"
	"const struct gx_gate *gx_gate_plugin(void) { return &gate; }\n";

/* ws-b, which passes by the gate */
#define OTHERS       "if (r->workspace[3] == 98) { gx_stop(r); return GX_RAN; } "
#define LEGS         "gx_stop(r); gx_start(r);"
#define LEGS_OR_FAIL "gx_stop(r); if (gx_start(r) == GX_LEG_FAILED) return GX_RAN;"

/* Two workspaces, so that there is somebody whose steps have nothing to do with it. */
static const char failing[] = "name: failing\n"
			      "workspaces: [{name: ws-a}, {name: ws-b, backend: none}]\n"
			      "actors: [{do: manual-restart, on: ws-a, count: 2}, {do: dispatch-restart, on: ws-b}]\n"
			      "faults: [{on: docker.create, give: error 500, times: 1}]\n";
static const char two_callers[] = "name: two-callers\n"
				  "workspaces: [{name: ws-a}]\n"
				  "actors: [{do: manual-restart, on: ws-a, count: 2}]\n";

/* ---- running one ---- */

static struct {
	char folder[64];
	json_t *result;
	json_t *finding;
	char words[256];
} told;

static void write_to(const char *name, const char *text)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", told.folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static const char *program(void)
{
	const char *set = getenv("GATECRASH");

	return set ? set : "build/gatecrash";
}

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *format, ...)
{
	char command[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) == -1)
		fail_msg("cannot run %s", command);
}

/* The first finding of this rule. */
static void pick(const char *rule)
{
	json_t *findings = json_object_get(json_array_get(json_object_get(told.result, "runs"), 0), "findings");

	told.finding = NULL;
	for (size_t i = json_array_size(findings); i-- > 0;)
		if (!strcmp(json_string_value(json_object_get(json_array_get(findings, i), "rule")), rule))
			told.finding = json_array_get(findings, i);
	if (!told.finding)
		fail_msg("%s should be found", rule);
}

/* Explore the scenario (a built-in one by name, or lines) with a gate (a built-in one by name, or a body), and pick a finding. */
static void explore(const char *scenario, const char *gate, const char *rule)
{
	bool own = strchr(gate, ';') != NULL;
	char name[64] = "";
	char path[192];
	json_error_t error;

	if (strchr(scenario, '\n')) {
		sscanf(scenario, "name: %48s", name);
		snprintf(path, sizeof(path), "%s.yaml", name);
		write_to(path, scenario);
		snprintf(path, sizeof(path), "%s/%s.yaml", told.folder, name);
		scenario = path;
	}
	if (own) {
		write_to("gate.c", gate_code);
		shell("cc -w -O1 -g -shared -fPIC -Iharness/include '-DBODY=%s' -o %s/gate.so %s/gate.c", gate,
		      told.folder, told.folder);
	}
	shell("%s run %s --gate %s%s --report json=%s/result.json >%s/out 2>&1", program(), scenario,
	      own ? told.folder : "", own ? "/gate.so" : gate, told.folder, told.folder);
	snprintf(path, sizeof(path), "%s/result.json", told.folder);
	json_decref(told.result);
	told.result = json_load_file(path, 0, &error);
	assert_non_null(told.result);
	pick(rule);
}

/* ---- what it says ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void assert_says(const char *key, const char *words)
{
	if (!strstr(text_of(told.finding, key), words))
		fail_msg("%s should say \"%s\": %s", key, words, text_of(told.finding, key));
}

/* "task op object → value" of the nth step that is shown, of those that are marked or of all. */
static const char *shown(size_t nth, bool marked)
{
	json_t *steps = json_object_get(told.finding, "steps");
	size_t seen = 0;

	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);

		if (!json_is_true(json_object_get(step, marked ? "collides" : "matters")) || seen++ != nth)
			continue;
		snprintf(told.words, sizeof(told.words), "%s %s %s: %s", text_of(step, "task"), text_of(step, "op"),
			 text_of(step, "object"), text_of(step, "value"));
		return told.words;
	}
	return "";
}

static void assert_marked(size_t nth, const char *start, const char *end)
{
	const char *words = shown(nth, true);

	if (strncmp(words, start, strlen(start)) != 0 || !strstr(words, end))
		fail_msg("mark %zu should begin with \"%s\" and say \"%s\": %s", nth, start, end, words);
}

/* Some step that is shown begins so. */
static bool is_shown(const char *start)
{
	for (size_t i = 0; *shown(i, false); i++)
		if (!strncmp(shown(i, false), start, strlen(start)))
			return true;
	return false;
}

/* Of the steps that are shown those with `words`: one, which says `all`; none for NULL. */
static void assert_shown_once(const char *words, const char *all)
{
	unsigned times = 0;

	for (size_t i = 0; *shown(i, false); i++) {
		if (!strstr(shown(i, false), words))
			continue;
		times++;
		if (!all || !strstr(told.words, all))
			fail_msg("\"%s\" should not be said of: %s", words, told.words);
	}
	assert_int_equal(times, all ? 1 : 0);
}

static const json_t *wait_of(const char *task)
{
	json_t *waits = json_object_get(told.finding, "waits");

	for (size_t i = 0; i < json_array_size(waits); i++)
		if (!strcmp(text_of(json_array_get(waits, i), "task"), task))
			return json_array_get(waits, i);
	fail_msg("%s should wait", task);
	return NULL;
}

static void assert_waits(const char *task, const char *hold, const char *holder, bool ended)
{
	const json_t *wait = wait_of(task);

	assert_string_equal(text_of(wait, "hold"), hold);
	assert_string_equal(text_of(wait, "holder"), holder);
	assert_int_equal(json_is_true(json_object_get(wait, "holder_ended")), ended);
}

/* ---- a lock that is not given back ---- */

static void expect_leak(const char *body, const char *op, const char *hold)
{
	explore(failing, body, "deadlock");
	assert_says("message", "manual-restart#2 waits in the gate of ws-a for ");
	assert_says("message", ", which manual-restart#1 took and had not given back when it ended");
	assert_marked(0, op, "");
	assert_marked(1, "manual-restart#1 row.write ws-a: failed, start fails, ran, ends without giving ", " back");
	assert_string_equal(shown(2, true), "");
	assert_says("marks", "the last chance to give it back");
	assert_true(is_shown("manual-restart#1 docker.create.reserve ws-a: 500 a fault of the scenario"));
	assert_true(is_shown("manual-restart#2 row.write ws-a: provisioning, comes to the gate"));
	assert_false(is_shown("dispatch-restart#1"));
	assert_false(is_shown("container"));
	assert_waits("manual-restart#2", hold, "manual-restart#1", true);
	assert_true(json_integer_value(json_object_get(wait_of("manual-restart#2"), "since")) > 0);
	assert_says("remedy", "give it back on every way out");
}

static void a_leaked_lock_shows_who_took_it_the_fault_and_the_way_out(void **state)
{
	(void)state;
	expect_leak(OTHERS "pthread_mutex_lock(&a); " LEGS_OR_FAIL " pthread_mutex_unlock(&a);",
		    "manual-restart#1 mutex.lock ", "held");
}

static void so_does_one_that_was_taken_by_trylock(void **state)
{
	(void)state;
	expect_leak(OTHERS "if (pthread_mutex_trylock(&a)) pthread_mutex_lock(&a); " LEGS_OR_FAIL
			   " pthread_mutex_unlock(&a);",
		    "manual-restart#1 mutex.trylock ", "held");
}

static void so_does_a_semaphore(void **state)
{
	(void)state;
	expect_leak(OTHERS "sem_wait(&s); " LEGS_OR_FAIL " sem_post(&s);", "manual-restart#1 sem.wait ", "taken");
}

static void a_probe_that_meets_it_is_told_the_same(void **state)
{
	(void)state;
	explore(failing, OTHERS "pthread_mutex_lock(&a); " LEGS_OR_FAIL " pthread_mutex_unlock(&a);", "gate-leaked");
	assert_says("message", "probe-manual(ws-a) still waits in the gate for ");
	assert_says("message", "manual-restart#1 took");
	assert_marked(1, "manual-restart#1 row.write ws-a: failed, start fails, ran, ends", "");
	assert_says("remedy", "give it back on every way out");
}

static void a_mark_that_is_not_taken_away_is_told_by_the_answer(void **state)
{
	(void)state;
	explore(failing,
		OTHERS "pthread_mutex_lock(&a); if (busy) { pthread_mutex_unlock(&a); return GX_BUSY; } busy = 1; "
		       "pthread_mutex_unlock(&a); " LEGS_OR_FAIL
		       " pthread_mutex_lock(&a); busy = 0; pthread_mutex_unlock(&a);",
		"gate-leaked");
	assert_says("message", "it was refused as busy");
	assert_says("remedy", "forget on every way out that the gate is busy");
	assert_marked(0, "manual-restart#", "start fails");
	assert_true(is_shown("manual-restart#1 docker.create.reserve ws-a: 500 a fault") ||
		    is_shown("manual-restart#2 docker.create.reserve ws-a: 500 a fault"));
	assert_false(is_shown("dispatch-restart#1"));
	assert_marked(1, "probe-manual(ws-a) ", "busy: 409");
}

/* ---- other ways of waiting for ever ---- */

static void a_lock_taken_twice_by_one(void **state)
{
	(void)state;
	explore("double-click", "relock", "deadlock");
	assert_says("message", "a lock that it holds itself");
	assert_waits("manual-restart#1", "held", "manual-restart#1", false);
	assert_marked(0, "manual-restart#1 mutex.lock ", "");
	assert_says("remedy", "the holder of a lock must not take it again");
	explore("double-click", "relock", "gate-leaked");
	assert_says("message", "manual-restart#1 still waits in the gate for ");
	assert_says("message", "which it holds itself");
}

static void two_locks_in_two_orders(void **state)
{
	(void)state;
	explore(two_callers,
		"pthread_mutex_t *x = r->id % 2 ? &a : &b, *y = r->id % 2 ? &b : &a; pthread_mutex_lock(x); "
		"pthread_mutex_lock(y); " LEGS " pthread_mutex_unlock(y); pthread_mutex_unlock(x);",
		"deadlock");
	assert_marked(0, "manual-restart#1 mutex.lock ", "");
	assert_marked(1, "manual-restart#2 mutex.lock ", "");
	assert_waits("manual-restart#1", "held", "manual-restart#2", false);
	assert_waits("manual-restart#2", "held", "manual-restart#1", false);
	assert_says("remedy", "take several locks in one order everywhere");
}

#define WAIT_FOR_IDLE \
	"pthread_mutex_lock(&a); while (busy) pthread_cond_wait(&c, &a); busy = 1; pthread_mutex_unlock(&a);"

static void a_wake_up_that_was_forgotten(void **state)
{
	(void)state;
	explore(two_callers, WAIT_FOR_IDLE LEGS "pthread_mutex_lock(&a); busy = 0; pthread_mutex_unlock(&a);",
		"deadlock");
	assert_says("message", "waits in the gate of ws-a to be woken at condition ");
	assert_marked(0, "manual-restart#", "ran, ends, and nobody wakes manual-restart#");
	assert_says("marks", "the last chance to wake");
	assert_says("remedy", "wake whoever waits for what you changed");
}

static void a_lock_whose_holder_waits_for_those_who_need_it(void **state)
{
	(void)state;
	explore(two_callers,
		"pthread_mutex_lock(&b); " WAIT_FOR_IDLE " pthread_mutex_unlock(&b);" LEGS
		"pthread_mutex_lock(&b); pthread_mutex_lock(&a); busy = 0; pthread_cond_broadcast(&c); "
		"pthread_mutex_unlock(&a); pthread_mutex_unlock(&b);",
		"deadlock");
	assert_says("message", "who waits to be woken");
	assert_says("remedy", "do not wait for others while you hold what they need");
	assert_true(is_shown("manual-restart#"));
}

static void a_lock_that_is_polled_for_ever_is_told_by_one_round(void **state)
{
	unsigned rows = 0;

	(void)state;
	explore(failing,
		OTHERS "while (pthread_mutex_trylock(&a)) sched_yield(); " LEGS_OR_FAIL " pthread_mutex_unlock(&a);",
		"livelock");
	while (*shown(rows, false))
		rows++;
	assert_in_range(rows, 5, 16);
	/* Nobody looks for the simplest of such: whoever it was. */
	assert_marked(0, "manual-restart#", " mutex a");
	assert_marked(1, "manual-restart#", " row.write ws-a: failed, start fails, ran, ends without giving ");
	assert_string_equal(shown(2, true), "");
	assert_says("remedy", "give it back on every way out");
	assert_true(json_is_true(json_object_get(told.finding, "repeats")));
}

static void one_lock_for_all_is_told_by_who_holds_it_and_who_came(void **state)
{
	(void)state;
	explore("two-workspaces", "global", "isolation");
	assert_true(is_shown("manual-restart#1 row.write ws-a: provisioning, comes to the gate"));
	assert_marked(0, "manual-restart#2 mutex.lock ", "");
	assert_says("remedy", "one lock per workspace");
}

/* ---- what is noticed at rest, or lost ---- */

static void a_lost_request_shows_its_arrival_and_its_answer(void **state)
{
	(void)state;
	explore(two_callers,
		"pthread_mutex_lock(&a); if (busy) { pthread_mutex_unlock(&a); return GX_COALESCED; } busy = 1; "
		"pthread_mutex_unlock(&a); " LEGS " pthread_mutex_lock(&a); busy = 0; pthread_mutex_unlock(&a);",
		"lost-restart");
	assert_true(is_shown("manual-restart#2 row.write ws-a: provisioning, comes to the gate"));
	assert_marked(0, "manual-restart#1 secrets.read ws-a: version 0, start begins", "");
	assert_marked(1, "manual-restart#2 mutex.unlock ", "coalesced");
	assert_says("remedy", "a provision that has yet to begin");
	explore(two_callers, "return GX_ACCEPTED;", "lost-restart");
	assert_says("remedy", "what was accepted has to run");
}

static void what_is_left_behind_is_marked_where_it_was_decided(void **state)
{
	(void)state;
	explore("double-click", "none", "wedged");
	assert_marked(0, "manual-restart#2 row.write ws-a: failed, start fails", "");
	assert_string_equal(shown(1, true), "");
	explore("double-click", "none", "status-mismatch");
	assert_marked(0, "manual-restart#2 row.write ws-a: failed", "");
	assert_marked(1, "manual-restart#1 docker.start ws-a", "");
	explore("double-click", "none", "stale-bearer");
	assert_marked(0, "manual-restart#2 token.mint ws-a", "");
	assert_marked(1, "manual-restart#1 docker.archive.put ws-a", "");
}

static void what_ends_a_task_is_the_last_word_of_its_step(void **state)
{
	(void)state;
	explore(two_callers,
		"pthread_mutex_lock(&a); " LEGS " if (r->id == 2) *(volatile int *)8 = 1; pthread_mutex_unlock(&a);",
		"crash");
	assert_marked(0, "manual-restart#2 url.cache ws-a: start ends, Segmentation fault", "");
	assert_false(is_shown("manual-restart#1 mutex"));
}

static void a_preemption_says_who_was_left(void **state)
{
	json_t *steps;

	(void)state;
	explore("double-click", "none", "victim-killed");
	steps = json_object_get(told.finding, "steps");
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);
		bool preempted = json_is_true(json_object_get(step, "preempted"));

		assert_string_equal(text_of(step, "left"), preempted ? "manual-restart#1" : "");
	}
}

/* ---- who goes ahead ---- */

#define IN_TWO_SECONDS      "struct timespec t; clock_gettime(CLOCK_REALTIME, &t); t.tv_sec += 2; int got = 0; "
#define THEN_LEGS_AND(what) LEGS " if (got) " what ";"

/* With the one that lets it in, last of all its tries, and advice against that. */
static void expect_ahead(const char *body, const char *words)
{
	static const char *const rules[] = {"name-conflict", "overlapping-cycles", "stale-bearer"};

	explore(two_callers, body, rules[0]);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		pick(rules[i]);
		assert_shown_once("goes ahead", words);
		assert_says("remedy", "who finds it taken may not go ahead");
	}
}

static void who_gives_up_and_goes_ahead_is_shown_where_it_does(void **state)
{
	(void)state;
	expect_ahead(
		"int got = 0; for (int i = 0; i < 17 && !(got = !pthread_mutex_trylock(&a)); i++) usleep(100000); " THEN_LEGS_AND(
			"pthread_mutex_unlock(&a)"),
		"mutex.trylock mutex a: not free, 17 tries: goes ahead");
	expect_ahead("int got = !pthread_mutex_trylock(&a); " THEN_LEGS_AND("pthread_mutex_unlock(&a)"),
		     "mutex.trylock mutex a: not free: goes ahead");
	expect_ahead(IN_TWO_SECONDS
		     "got = !pthread_mutex_timedlock(&a, &t); " THEN_LEGS_AND("pthread_mutex_unlock(&a)"),
		     "mutex.lock mutex a: timed out: goes ahead");
	expect_ahead(IN_TWO_SECONDS "got = !sem_timedwait(&s, &t); " THEN_LEGS_AND("sem_post(&s)"),
		     "sem.wait semaphore s: timed out: goes ahead");
	expect_ahead(
		"int got = 0; for (int i = 0; i < 3 && !(got = !sem_trywait(&s)); i++) usleep(100000); " THEN_LEGS_AND(
			"sem_post(&s)"),
		"sem.trywait semaphore s: 3 tries: goes ahead");
}

static void so_is_who_has_waited_or_slept_for_long_enough(void **state)
{
	(void)state;
	expect_ahead(IN_TWO_SECONDS
		     "pthread_mutex_lock(&a); while (busy && !got) got = pthread_cond_timedwait(&c, &a, &t); busy = 1; "
		     "pthread_mutex_unlock(&a); " LEGS " pthread_mutex_lock(&a); busy = 0; pthread_cond_broadcast(&c); "
		     "pthread_mutex_unlock(&a);",
		     "cond.wait condition c: timed out: goes ahead");
	expect_ahead("for (int i = 0, was = 1; was && i < 4; i++) { pthread_mutex_lock(&a); was = busy; busy = 1; "
		     "pthread_mutex_unlock(&a); if (was) sleep(1); } " LEGS
		     " pthread_mutex_lock(&a); busy = 0; pthread_mutex_unlock(&a);",
		     "sleep : 4 sleeps: goes ahead");
}

/* Tries that failed before one that did not, or where nobody was in there, have let nobody in. */
static void who_gets_it_in_the_end_does_not_go_ahead(void **state)
{
	(void)state;
	explore(two_callers,
		"if (r->id == 2 && !pthread_mutex_trylock(&a)) { pthread_mutex_unlock(&a); return GX_BUSY; } "
		"while (pthread_mutex_trylock(&a)) usleep(100000); gx_stop(r); pthread_mutex_unlock(&a); gx_start(r);",
		"overlapping-cycles");
	assert_shown_once("goes ahead", NULL);
	assert_says("remedy", "let one cycle per workspace hold the gate");
	explore(two_callers,
		IN_TWO_SECONDS "got = !pthread_mutex_timedlock(&a, &t); if (!got) return GX_BUSY; "
			       "pthread_mutex_unlock(&a); " LEGS,
		"overlapping-cycles");
	assert_shown_once("goes ahead", NULL);
	explore("double-click", "none", "name-conflict");
	assert_shown_once("goes ahead", NULL);
}

static void two_locks_of_one_workspace_are_both_shown(void **state)
{
	(void)state;
	explore(two_callers,
		"pthread_mutex_t *l = r->id % 2 ? &a : &b; pthread_mutex_lock(l); " LEGS " pthread_mutex_unlock(l);",
		"name-conflict");
	assert_true(is_shown("manual-restart#1 mutex.lock mutex a: goes in by it"));
	assert_true(is_shown("manual-restart#2 mutex.lock mutex b: goes in by it"));
	assert_says("remedy", "two locks of one workspace keep nobody out");
	pick("wedged");
	assert_says("remedy", "two locks of one workspace keep nobody out");
	/* One that is given back too early is one all the same. */
	explore(two_callers, "pthread_mutex_lock(&a); gx_stop(r); pthread_mutex_unlock(&a); gx_start(r);",
		"overlapping-cycles");
	assert_shown_once("goes in by it", NULL);
	assert_says("remedy", "let one cycle per workspace hold the gate");
}

/* ---- what is done wrong ---- */

static void expect_hint(const char *body, const char *rule, const char *hint)
{
	explore(two_callers, body, rule);
	assert_says("remedy", hint);
}

static void what_is_misused_has_a_hint_of_its_own(void **state)
{
	(void)state;
	expect_hint(LEGS " pthread_mutex_unlock(&a);", "misuse", "who has taken a lock gives it back, once");
	expect_hint("pthread_mutex_lock(&a); pthread_mutex_destroy(&a); " LEGS, "misuse",
		    "let it live until its last user is done");
	expect_hint("return GX_RAN;", "misuse", "GX_ACCEPTED if the legs are yet to run");
	expect_hint("gx_stop(r); gx_stop(r); gx_start(r);", "misuse", "call gx_stop() once");
	expect_hint(LEGS " return (enum gx_outcome)77;", "misuse", "on every way out of handle()");
	expect_hint("pthread_mutex_t own; pthread_mutex_init(&own, 0); pthread_mutex_destroy(&own); "
		    "pthread_mutex_lock(&own); " LEGS,
		    "misuse", "let it live until");
	expect_hint(LEGS " *(volatile int *)8 = 1;", "crash", "look at the pointers of this step");
	expect_hint(LEGS " __builtin_trap();", "crash", "this step");
}

/* ---- repros ---- */

/* The first line of the timeline's headline: the rule, and its last row's mark. */
static void each_repro_of_a_race_shows_the_finding_that_it_was_printed_for(void **state)
{
	json_t *findings;
	char line[512];
	char path[128];

	(void)state;
	explore("double-click", "none", "wedged");
	findings = json_object_get(json_array_get(json_object_get(told.result, "runs"), 0), "findings");
	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);
		const char *rule = text_of(finding, "rule");
		bool headed = false;
		FILE *in;

		shell("%s replay '%s' --width 300 >%s/out", program(), text_of(finding, "repro"), told.folder);
		snprintf(path, sizeof(path), "%s/out", told.folder);
		in = fopen(path, "r");
		assert_non_null(in);
		while (fgets(line, sizeof(line), in) && !headed) {
			size_t length = strlen(rule);

			/* The first headline of the page, which has the timeline below it. */
			if (strstr(line, " (ws-a): ")) {
				assert_int_equal(strncmp(line, rule, length), 0);
				headed = true;
			}
		}
		assert_true(headed);
		fclose(in);
	}
}

static int set_up(void **state)
{
	(void)state;
	strcpy(told.folder, "/tmp/gatecrash-story-XXXXXX");
	return mkdtemp(told.folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	json_decref(told.result);
	shell("rm -rf %s", told.folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leaked_lock_shows_who_took_it_the_fault_and_the_way_out),
		cmocka_unit_test(so_does_one_that_was_taken_by_trylock),
		cmocka_unit_test(so_does_a_semaphore),
		cmocka_unit_test(a_probe_that_meets_it_is_told_the_same),
		cmocka_unit_test(a_mark_that_is_not_taken_away_is_told_by_the_answer),
		cmocka_unit_test(a_lock_taken_twice_by_one),
		cmocka_unit_test(two_locks_in_two_orders),
		cmocka_unit_test(a_wake_up_that_was_forgotten),
		cmocka_unit_test(a_lock_whose_holder_waits_for_those_who_need_it),
		cmocka_unit_test(a_lock_that_is_polled_for_ever_is_told_by_one_round),
		cmocka_unit_test(one_lock_for_all_is_told_by_who_holds_it_and_who_came),
		cmocka_unit_test(a_lost_request_shows_its_arrival_and_its_answer),
		cmocka_unit_test(what_is_left_behind_is_marked_where_it_was_decided),
		cmocka_unit_test(what_ends_a_task_is_the_last_word_of_its_step),
		cmocka_unit_test(a_preemption_says_who_was_left),
		cmocka_unit_test(who_gives_up_and_goes_ahead_is_shown_where_it_does),
		cmocka_unit_test(so_is_who_has_waited_or_slept_for_long_enough),
		cmocka_unit_test(who_gets_it_in_the_end_does_not_go_ahead),
		cmocka_unit_test(two_locks_of_one_workspace_are_both_shown),
		cmocka_unit_test(what_is_misused_has_a_hint_of_its_own),
		cmocka_unit_test(each_repro_of_a_race_shows_the_finding_that_it_was_printed_for),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
