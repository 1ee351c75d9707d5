/*
 * Gates as strangers write them: a correct one is as clean as per-workspace-strict, a broken one shows what is wrong with it, and what it
 * shows replays.
 *
 *     gates/correct/NAME.c, gates/broken/NAME.c ─► make ─► NAME.so beside this program ─► gatecrash run ─► JSON ─► the tables below
 *
 * A gate is described in its first line. The program is $GATECRASH, by default build/gatecrash; the tests run in the top folder.
 *
 *     gates_test                what `make test` has time for: the scenarios of the tables
 *     gates_test all            `make gates`: every gate of the first table in every scenario, a row printed for each
 *     gates_test all NAME...    these alone
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/sanitizer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OWN(name)    "models/tests/gates/scenarios/" name ".yaml"

/* ---- what has to be clean ---- */

/* Scenarios that every gate can pass and that take a gate milliseconds. */
static const char quick[] = "single double-click two-workspaces no-backend failed-start shutdown " OWN("paused");

/* All that per-workspace-strict passes, or shows no more in than any gate would. */
static const char every[] =
	"single double-click two-workspaces no-backend failed-start shutdown create-vs-restart manual-vs-programmatic "
	"e2e-poll late-register burst burst-mutations three-callers secret-then-restart " OWN("paused") " " OWN(
		"two-secrets") " " OWN("two-and-one") " " OWN("one-prefix");

/*
 * A refused or dropped request's status write stays in the row (V8), whatever the gate; and where a check and what follows from it are one
 * step, for there is no operation of the harness's between them, a race of creation and restart has one order less.
 */
struct correct {
	const char *name;
	const char *rules; /* that it shows beside those of per-workspace-strict, and is right to */
	const char *where; /* in these scenarios */
	const char *lacks; /* a scenario in which it cannot show what per-workspace-strict shows there */
	const char *quick; /* instead of the quick ones: where some of them take it too long */
};

#define REFUSED \
	"double-click failed-start manual-vs-programmatic create-vs-restart late-register three-callers two-and-one"

static const struct correct correct[] = {
	/* mutexes, conditions, semaphores */
	{.name = "plain-mutex"},
	{.name = "monitor"},
	{.name = "semaphore"},
	{.name = "ticket-monitor"},
	{.name = "generation"},
	{.name = "recursive"},
	{.name = "errorcheck"},
	{.name = "owner-by-self"},
	{.name = "two-locks"},
	{.name = "stripes"},
	{.name = "once"},
	{.name = "double-checked"},
	{.name = "readers-writer"},
	{.name = "deferred-unlock"},
	{.name = "manual-first"},

	{.name = "guarded-order"},
	{.name = "rwlock"},
	{.name = "c11-monitor"},
	{.name = "robust"},
	{.name = "named-semaphore"},

	/* what a thread has for itself */
	{.name = "depth-of-thread"},
	{.name = "key-of-thread"},

	/* hand-over: the turn goes from one to the next */
	{.name = "baton"},
	{.name = "fifo"},
	{.name = "chain"},
	{.name = "waiters-on-stacks"},
	{.name = "handed-by-atomic"},

	/* locks that come and go */
	{.name = "hash-map"},
	{.name = "sorted-table"},
	{.name = "refcounted"},
	{.name = "statistics"},

	/* waiting with a clock */
	{.name = "trylock-poll"},
	{.name = "backoff"},
	{.name = "timedlock-retry"},
	{.name = "sem-timed"},
	{.name = "monotonic"},

	/* no lock at all */
	{.name = "ticket-yield", .lacks = "create-vs-restart"},
	{.name = "spin-yield", .lacks = "create-vs-restart"},
	{.name = "bakery", .lacks = "create-vs-restart"},
	{.name = "spin-atomic"},
	{.name = "futex-lock"},
	{.name = "spin-pthread"},

	/* threads and tasks */
	{.name = "mailbox"},
	{.name = "pool", .quick = "single no-backend shutdown"},
	{.name = "janitor-waits"},
	{.name = "janitor-sleeps"},
	{.name = "poller", .quick = "single no-backend shutdown"},
	{.name = "lock-manager"},
	{.name = "watchdog", .quick = "single double-click no-backend shutdown"},
	{.name = "thread-joined"},
	{.name = "cancelled-timer", .quick = "single double-click no-backend"},
	{.name = "thread-detached"},
	{.name = "go-accepted"},
	{.name = "go-waits"},

	/* not every request has a cycle of its own */
	{.name = "coalescer"},
	{.name = "drop-while-one-waits"},
	{.name = "busy", .rules = "status-mismatch lost-restart", .where = REFUSED " secret-then-restart two-secrets"},
	{.name = "debounce-leading", .rules = "lost-restart", .where = "secret-then-restart two-secrets"}, /* D2 */

	/* C++ */
	{.name = "cxx-unordered-map"},
	{.name = "cxx-monitor"},
	{.name = "cxx-shared-ptr"},
	{.name = "cxx-static"},
	{.name = "cxx-call-once"},
	{.name = "cxx-exceptions"},
	{.name = "cxx-shared-mutex"},
	{.name = "cxx-future", .quick = "single double-click no-backend"},
	{.name = "cxx-wait-for"},
	{.name = "cxx-worker", .quick = "single double-click no-backend"},
};

/* ---- what has to be found ---- */

struct broken {
	const char *name;
	const char *scenario; /* where it shows */
	const char *rules;    /* these at least */
};

#define UNGATED "name-conflict double-token-write overlapping-cycles stale-bearer wedged status-mismatch victim-killed"

static const struct broken broken[] = {
	/* the lock does not cover the cycle, or is not the same one for all */
	{"no-lock", "double-click", UNGATED},
	{"start-only", "double-click", "name-conflict overlapping-cycles stale-bearer victim-killed"},
	{"unlock-between", "double-click", "overlapping-cycles"},
	{"unlock-early", "double-click", UNGATED},
	{"lock-per-request", "double-click", UNGATED},
	{"lock-per-origin", "manual-vs-programmatic", UNGATED},
	/* stale-bearer shows there whichever gate is used */
	{"create-passes", "create-vs-restart",
	 "name-conflict double-token-write overlapping-cycles wedged status-mismatch victim-killed"},
	{"trylock-ignored", "double-click", "overlapping-cycles misuse"},
	{"readers-only", "double-click", UNGATED},
	{"reader-lock-for-writers", "double-click", UNGATED},
	{"pruned-while-held", "three-callers", "overlapping-cycles"},
	{"two-permits", "double-click", UNGATED},
	{"sleeps-instead", "double-click", UNGATED},
	{"forgets-the-entry", OWN("three-paused"), "deadlock misuse"},
	{"peterson-of-two", "three-callers", "overlapping-cycles"},
	{"tickets-of-one-bit", OWN("three-paused"), "deadlock gate-leaked"},
	{"cxx-temporary-guard", "double-click", UNGATED},
	{"cxx-never-kept", "double-click", UNGATED},

	{"flag-atomic", "double-click", UNGATED},

	/* memory */
	{"flag-plain", "double-click", "data-race"},
	{"double-checked-plain", "double-click", "data-race"},
	{"count-outside", "double-click", "data-race"},
	{"lock-in-the-task", "double-click", "data-race lost-restart"},
	{"statistics-outside", "two-workspaces", "data-race"},
	{"published-too-early", "double-click", "data-race"},
	{"frees-and-reads", "single", "memory-error"},
	{"name-without-its-end", "single", "memory-error"},

	/* waits, but not for long enough */
	{"gives-up-after-3", "double-click", UNGATED},
	{"gives-up-after-17", "double-click", UNGATED},
	{"gives-up-after-50", "double-click", UNGATED},
	{"impatient-500ms", "double-click", UNGATED},
	{"impatient-5min", "double-click", UNGATED},
	{"lease", "double-click", UNGATED},
	{"elapsed-by-the-wall", OWN("clock-set-back"), UNGATED},
	{"if-not-while", "double-click", UNGATED},

	/* waits for ever */
	{"check-outside", "double-click", "deadlock gate-leaked"},
	{"signal-too-soon", "double-click", "deadlock gate-leaked"},
	{"signal-to-the-janitor", "double-click", "deadlock"},
	{"counts-on-signals", OWN("lost-signal"), "deadlock"},
	{"exact-generation", OWN("three-paused"), "deadlock"},
	{"one-chair", OWN("three-paused"), "deadlock"},
	{"baton-lost", OWN("three-paused"), "deadlock"},
	{"self-deadlock", "single", "deadlock gate-leaked"},
	{"lock-order", "manual-vs-programmatic", "deadlock gate-leaked lock-order"},
	{"rwlock-retaken", "double-click", "deadlock gate-leaked"},
	{"cancelled-with-lock", "single", "misuse"},
	{"order-apart", "manual-vs-programmatic", "lock-order"},
	{"three-in-a-ring", "three-callers", "lock-order"},
	{"leak-on-failed", "failed-start", "deadlock gate-leaked"},
	{"leak-on-skipped", OWN("paused"), "gate-leaked"},
	{"worker-dies", "failed-start", "deadlock gate-leaked"},
	{"spins-after-failure", "no-backend", "livelock"},
	{"polite", "double-click", "livelock"},

	/* keeps others waiting */
	{"global-lock", "two-workspaces", "isolation"},
	{"hash-collides", "two-workspaces", "isolation"},
	{"one-worker", "two-workspaces", "isolation"},
	{"global-polled", "two-workspaces", "isolation"},
	{"global-yield", "two-workspaces", "isolation"},
	{"global-timed", "two-workspaces", "isolation"},
	{"table-held", "two-workspaces", "isolation"},
	{"key-of-12", OWN("one-prefix"), "isolation"},
	{"signal-for-all", OWN("two-and-two"), "isolation"},

	/* answers what is not so */
	{"accepts-and-forgets", "double-click", "lost-restart status-mismatch"},
	{"joins-a-running-cycle", "double-click", "lost-restart status-mismatch"},
	{"debounce-coalesces", "double-click", "lost-restart status-mismatch"},
	{"drops-while-one-runs", OWN("two-secrets"), "lost-restart"},
	{"coalescer-c1", OWN("two-secrets"), "lost-restart"},
	{"coalescer-repeats", "double-click", "lost-restart misuse"},
	{"says-it-ran", "double-click", "lost-restart misuse"},
	{"ran-too-early", "single", "misuse"},
	{"busy-but-queued", "double-click", "misuse"},
	{"start-twice", "single", "misuse"},
	{"start-first", "single", "misuse"},
	{"timer-fires-twice", "single", "misuse"},
	{"open-fails", "single", "misuse"},

	/* breaks a rule of POSIX */
	{"unlocks-twice", "failed-start", "misuse"},
	{"unlocked-elsewhere", "single", "misuse"},
	{"destroyed-while-held", "single", "misuse"},
	{"close-destroys-held", "single", "misuse"},
	{"close-leaves-worker", "single", "misuse"},
	{"frees-too-soon", "double-click", "misuse"},
	{"waits-without-the-lock", "double-click", "misuse"},
	{"never-joined", "single", "misuse"},
	{"other-clock", "double-click", "misuse"},
	{"upgrades", "single", "misuse"},

	/* does not end with the server */
	{"untracked-thread", "shutdown", "untracked-task"},
	{"works-after-the-drain", "shutdown", "untracked-task"},

	/* crashes */
	{"null-pointer", "double-click", "crash"},
	{"recursion", "no-backend", "crash"},
	{"assertion", "double-click", "crash"},
	{"exits", "no-backend", "crash"},
	{"cxx-throws", "failed-start", "crash"},
};

/* ---- where they are ---- */

static char folder[512]; /* this program's */
static const char *program = "build/gatecrash";

static const char *library(const char *kind, const char *name)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/gates/%s/%s.so", folder, kind, name);
	return path;
}

/* A gate in C++ is not built where there is no compiler for it; and its operator new is ASan's own where there is one, not the gate's. */
static bool is_there(const char *kind, const char *name)
{
	char source[1024];

	snprintf(source, sizeof(source), "models/tests/gates/%s/%s.cc", kind, name);
	if (access(source, R_OK))
		return true; /* and running it says so if it is missing */
	if (!GX_ASAN && !access(library(kind, name), R_OK))
		return true;
	print_message("skipped: %s, %s\n", name, GX_ASAN ? "C++ under ASan" : "there is no C++ compiler");
	return false;
}

/* Whether one of the words is this one; a scenario by path counts by its name. */
static bool is_among(const char *word, const char *words)
{
	size_t size = strlen(word);

	for (const char *at = words; at && (at = strstr(at, word)); at += size)
		if ((at == words || at[-1] == ' ' || at[-1] == '/') &&
		    (!at[size] || at[size] == ' ' || !strncmp(at + size, ".yaml", 5)))
			return true;
	return false;
}

/* ---- one run of the program ---- */

/* The result of `gatecrash run SCENARIOS --gate GATE OPTIONS`, to be released; NULL if there is none. */
static json_t *result_of(const char *scenarios, const char *gate, const char *options)
{
	char command[4096];
	json_t *result = NULL;
	FILE *out;

	snprintf(command, sizeof(command), "'%s' run %s --gate '%s' -q --report json %s </dev/null", program, scenarios,
		 gate, options);
	out = popen(command, "r");
	if (out) {
		result = json_loadf(out, 0, NULL);
		pclose(out);
	}
	return result;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *finding_of(const json_t *run, const char *rule)
{
	json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(run, "findings"), i,
			   finding) if (!strcmp(text_of(finding, "rule"), rule)) return finding;
	return NULL;
}

/* Its rules, each once, as one string. */
static const char *rules_of(const json_t *run)
{
	static char text[1024];
	json_t *finding;
	size_t i;

	text[0] = '\0';
	json_array_foreach(json_object_get(run, "findings"), i, finding)
	{
		const char *rule = text_of(finding, "rule");

		if (!is_among(rule, text))
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? " " : "", rule);
	}
	return text;
}

static bool is_complete(const json_t *run)
{
	return json_is_true(json_object_get(run, "complete"));
}

static double states_of(const json_t *run)
{
	return json_number_value(json_object_get(json_object_get(run, "explored"), "states"));
}

/* ---- correct gates ---- */

static json_t *strict; /* what per-workspace-strict shows: the same scenarios in the same order */

static const json_t *strict_run(const char *scenario)
{
	json_t *run;
	size_t i;

	json_array_foreach(json_object_get(strict, "runs"), i,
			   run) if (!strcmp(text_of(run, "scenario"), scenario)) return run;
	return NULL;
}

/* What it may show in this scenario and what it has to: that of the strict gate, but for what its row says. */
static bool is_as_it_should_be(const struct correct *row, const json_t *run)
{
	const char *scenario = text_of(run, "scenario");
	const json_t *model = strict_run(scenario);
	bool differs = row->where && is_among(scenario, row->where);
	json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(run, "findings"), i,
			   finding) if (!finding_of(model, text_of(finding, "rule")) &&
					!(differs && is_among(text_of(finding, "rule"), row->rules))) return false;
	json_array_foreach(json_object_get(model, "findings"), i,
			   finding) if (!finding_of(run, text_of(finding, "rule")) &&
					!(row->lacks && is_among(scenario, row->lacks))) return false;
	return true;
}

/* Says what is wrong with its runs; how many are. */
static unsigned wrong_runs(const struct correct *row, const char *scenarios, const char *options, bool has_to_complete)
{
	json_t *result = result_of(scenarios, library("correct", row->name), options);
	unsigned wrong = 0;
	json_t *run;
	size_t i;

	if (!json_array_size(json_object_get(result, "runs"))) {
		print_error("%s: no result\n", row->name);
		wrong++;
	}
	json_array_foreach(json_object_get(result, "runs"), i, run)
	{
		bool right = is_as_it_should_be(row, run) && (is_complete(run) || !has_to_complete);

		wrong += !right;
		if (!right || !has_to_complete)
			printf("%-5s %-22s %-24s %-10s %12.0f states  %s\n", right ? "ok" : "WRONG", row->name,
			       text_of(run, "scenario"), is_complete(run) ? "complete" : "incomplete", states_of(run),
			       rules_of(run));
	}
	json_decref(result);
	return wrong;
}

static void load_strict(const char *scenarios)
{
	json_decref(strict);
	strict = result_of(scenarios, "per-workspace-strict", "");
	assert_non_null(strict);
}

/* Under ASan a search is some 30 times slower. */
static const char *scenarios_of(const struct correct *row)
{
	if (GX_ASAN)
		return "single no-backend";
	return row->quick ? row->quick : quick;
}

static void a_correct_gate_is_as_clean_as_the_strict_one(void **state)
{
	unsigned wrong = 0;

	(void)state;
	load_strict(quick);
	for (size_t i = 0; i < COUNT(correct); i++)
		if (is_there("correct", correct[i].name))
			wrong += wrong_runs(&correct[i], scenarios_of(&correct[i]), "", true);
	assert_int_equal(wrong, 0);
}

/* ---- broken gates ---- */

/* A repro shows in one execution what it was printed for. */
static bool replays(const char *name, const json_t *finding)
{
	char command[8192];
	int status;

	snprintf(command, sizeof(command), "'%s' replay '%s' >/dev/null 2>&1 </dev/null", program,
		 text_of(finding, "repro"));
	status = system(command);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		return true;
	print_error("%s: what shows %s does not replay: %s\n", name, text_of(finding, "rule"),
		    text_of(finding, "repro"));
	return false;
}

static bool shows(const struct broken *row)
{
	/* Three callers take a gate that lets them all through seconds: the first finding will do. */
	const char *options = strcmp(row->scenario, "three-callers") != 0 ? "" : "--stop-at-first";
	json_t *result = result_of(row->scenario, library("broken", row->name), options);
	json_t *run = json_array_get(json_object_get(result, "runs"), 0);
	bool right = run && strcmp(text_of(run, "incomplete"), "trouble") != 0; /* what is found is told */
	char rules[256];

	snprintf(rules, sizeof(rules), "%s", row->rules);
	for (char *save, *rule = strtok_r(rules, " ", &save); rule && right; rule = strtok_r(NULL, " ", &save)) {
		const json_t *finding = finding_of(run, rule);

		right = finding && replays(row->name, finding);
	}
	if (!right)
		print_error("%s, %s: not %s but %s\n", row->name, row->scenario, row->rules,
			    run ? rules_of(run) : "no result");
	json_decref(result);
	return right;
}

static bool takes_long(const struct broken *row)
{
	return strcmp(row->scenario, "single") != 0 && strcmp(row->scenario, "no-backend") != 0 &&
	       strcmp(row->scenario, "shutdown") != 0;
}

static void a_broken_gate_shows_its_rules_and_they_replay(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++)
		if (is_there("broken", broken[i].name) && !(GX_ASAN && takes_long(&broken[i])))
			wrong += !shows(&broken[i]);
	assert_int_equal(wrong, 0);
}

/* A scenario may leave out what it does not ask for: then a wait without a loop passes. */
static void no_wake_up_is_spurious_where_the_scenario_has_none(void **state)
{
	json_t *result = result_of(OWN("no-spurious"), library("broken", "if-not-while"), "");
	const json_t *run = json_array_get(json_object_get(result, "runs"), 0);

	(void)state;
	assert_string_equal(text_of(run, "verdict"), "clean");
	assert_true(is_complete(run));
	json_decref(result);
}

/* ---- the tables ---- */

static bool has_row(const char *kind, const char *name)
{
	if (!strcmp(kind, "correct")) {
		for (size_t i = 0; i < COUNT(correct); i++)
			if (!strcmp(correct[i].name, name))
				return true;
	} else {
		for (size_t i = 0; i < COUNT(broken); i++)
			if (!strcmp(broken[i].name, name))
				return true;
	}
	return false;
}

static unsigned files_without_a_row(const char *kind)
{
	char path[256];
	struct dirent *entry;
	unsigned missing = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "models/tests/gates/%s", kind);
	dir = opendir(path);
	assert_non_null(dir); /* tests run in the top folder */
	while ((entry = readdir(dir))) {
		char *dot = strchr(entry->d_name, '.');

		if (dot == entry->d_name)
			continue;
		*dot = '\0';
		if (!has_row(kind, entry->d_name)) {
			print_error("gates/%s/%s has no row\n", kind, entry->d_name);
			missing++;
		}
	}
	closedir(dir);
	return missing;
}

static void every_gate_has_a_row(void **state)
{
	(void)state;
	assert_int_equal(files_without_a_row("correct") + files_without_a_row("broken"), 0);
	assert_true(COUNT(correct) >= 30 && COUNT(broken) >= 30);
}

/* ---- all of it ---- */

static bool is_wanted(const char *name, char **names)
{
	if (!*names)
		return true;
	while (*names)
		if (!strcmp(*names++, name))
			return true;
	return false;
}

/* What a gate of many states cannot complete in this time says nothing else until then. */
static int run_all(char **names)
{
	unsigned wrong = 0;

	load_strict(every);
	for (size_t i = 0; i < COUNT(correct); i++)
		if (is_wanted(correct[i].name, names) && is_there("correct", correct[i].name))
			wrong += wrong_runs(&correct[i], every, "--time 10s", false);
	printf("%u wrong\n", wrong);
	return wrong != 0;
}

static void find_folder(void)
{
	ssize_t length = readlink("/proc/self/exe", folder, sizeof(folder) - 1);

	folder[length > 0 ? length : 0] = '\0';
	if (strrchr(folder, '/'))
		*strrchr(folder, '/') = '\0';
	if (getenv("GATECRASH"))
		program = getenv("GATECRASH");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_gate_has_a_row),
		cmocka_unit_test(a_correct_gate_is_as_clean_as_the_strict_one),
		cmocka_unit_test(a_broken_gate_shows_its_rules_and_they_replay),
		cmocka_unit_test(no_wake_up_is_spurious_where_the_scenario_has_none),
	};

	find_folder();
	if (argc > 1 && !strcmp(argv[1], "all"))
		return run_all(argv + 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
