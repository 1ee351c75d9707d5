/*
 * Gates that use locks which are none any more, or end those that others use: what a complete search finds, and what a reader is told: which
 * object, who uses it, who has ended it. And the nearest gates that do as they should, which are clean.
 *
 *     lifetime_gates.inc ─► cc, c++ ─► c.so, cpp.so ─► GATE=name, gx_plugin_load() ─► random, search ─► the message of the finding
 */
#include <errno.h>
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

#include "core/crash.h"
#include "core/internal.h"
#include "core/world.h"
#include "explore/explore.h"
#include "explore/strategy.h"
#include "module/plugin.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "story/story.h"
#include "trial/trial.h"

struct row {
	const char *gate;
	const char *rule;    /* what a complete search of double-click finds, perhaps with others; "": nothing */
	const char *message; /* what is said of a misuse */
	bool cpp;
};

static const struct row rows[] = {
	{"posts-destroyed", "misuse", "uses semaphore done, which it has destroyed itself", false},
	{"signals-destroyed", "misuse", "uses condition table+0x30, which it has destroyed itself", false},
	{"waits-destroyed", "misuse", "uses condition table+0x30, which it has destroyed itself", false},
	{"locks-destroyed", "misuse", "uses mutex locks[1], which manual-restart#1 has destroyed", false},
	{"frees-waited-for", "misuse",
	 "frees the memory of mutex from make_entry() while manual-restart#2 is about to use it", false},
	{"frees-held", "misuse", "frees the memory of mutex from make_entry() while it holds it itself", false},
	{"frees-monitor", "misuse",
	 "frees the memory of condition from make_entry() while manual-restart#2 waits for it", false},
	{"moves-held", "misuse",
	 "frees the memory of mutex from moves_what_is_held() that a task holds which has ended", false},
	{"clears-held", "misuse", "uses mutex table+0x8, which was never initialised, or has been overwritten", false},
	{"makes-anew", "misuse", "initialises mutex table+0x8 while manual-restart#1 holds it", false},
	{"never-made", "misuse", "which was never initialised, or has been overwritten", false},
	{"never-made-static", "misuse",
	 "uses semaphore table+0x60, which was never initialised, or has been overwritten", false},
	{"leaves-frame", "misuse", "which lay in a frame of ", false},
	{"frees-twice", "misuse", "frees memory that is no live block (freed twice, or never allocated)", false},
	{"holds-twice", "deadlock", "", false},
	{"recursive", "", "", false},
	{"counts-users", "", "", false},
	{"cleared", "", "", false},
	{"lends-frame", "", "", false},
	{"unlocks-twice", "misuse", "unlocks mutex lock, which is not locked", true},
	{"shares-entries", "", "", true},
	{"recursive", "", "", true},
	{"holds-twice", "deadlock", "", true},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), FINDINGS_MAX = 64 };

static char folder[] = "/tmp/gatecrash-lifetime-XXXXXX";

static struct {
	struct gx_scenario_file *file;
	struct gx_plugin *plugin;
	struct gx_trial trial;
	struct gx_finding findings[FINDINGS_MAX];
	struct gx_name_book book;
} stand;

static void run_command(const char *format, ...) GX_PRINTF(1, 2);
static void run_command(const char *format, ...)
{
	char command[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

#define FLAGS "-O1 -w -fPIC -shared -D_GNU_SOURCE -Iharness/include"

static bool has_cpp;
static unsigned faults;

/* All of them are told before the test fails. */
#define fault(...) (print_error(__VA_ARGS__), print_error("\n"), faults++)

static int build_gates(void **state)
{
	const char *own = getenv("CC");
	struct gx_error err;

	(void)state;
	if (!mkdtemp(folder))
		fail_msg("%s: %s", folder, strerror(errno));
	run_command("%s -x c " FLAGS " -o '%s/c.so' models/tests/lifetime_gates.inc", own && *own ? own : "gcc",
		    folder);
	/* AddressSanitizer's operator new does not ask the world for memory. */
	has_cpp = !GX_ASAN && system("c++ --version >/dev/null 2>&1") == 0;
	if (has_cpp)
		run_command("c++ -x c++ " FLAGS " -o '%s/cpp.so' models/tests/lifetime_gates.inc", folder);
	gx_service_register();
	if (gx_world_open(&err) != GX_OK)
		fail_msg("%s", err.text);
	return 0;
}

static int remove_gates(void **state)
{
	(void)state;
	run_command("rm -rf '%s'", folder);
	return 0;
}

static void put_up(const struct row *row)
{
	struct gx_error err;
	char path[4096];

	setenv("GATE", row->gate, 1);
	if (gx_crash_install(&err) != GX_OK || gx_scenario_find(path, sizeof(path), "double-click", &err) != GX_OK ||
	    gx_scenario_load(&stand.file, path, &err) != GX_OK)
		fail_msg("%s", err.text);
	/* A file for each row: an object with unique symbols, as C++ has them, stays loaded, and would not look which gate it is a second time. */
	snprintf(path, sizeof(path), "%s/%s-%s.so", folder, row->gate, row->cpp ? "cpp" : "c");
	run_command("cp '%s/%s.so' '%s'", folder, row->cpp ? "cpp" : "c", path);
	if (gx_plugin_load(&stand.plugin, path, &err) != GX_OK)
		fail_msg("%s: %s", row->gate, err.text);
	gx_trial_init(&stand.trial, &stand.file->scenario, gx_plugin_gate(stand.plugin));
	stand.trial.adopt = gx_plugin_adopt;
	stand.trial.plugin = stand.plugin;
	if (gx_sched_load(&stand.trial.program, &err) != GX_OK)
		fail_msg("%s", err.text);
}

static void take_down(void)
{
	gx_plugin_free(stand.plugin);
	gx_scenario_free(stand.file);
	stand.plugin = NULL;
	stand.file = NULL;
}

static const struct gx_explored *explore(const char *strategy, uint64_t executions)
{
	static struct gx_explored explored;
	const struct gx_explore_options options = {.strategy = gx_strategy_find(strategy),
						   .seed = 1,
						   .executions = executions};
	struct gx_error err;

	gx_explored_release(&explored);
	if (gx_explore(&explored, &options, &err) != GX_OK)
		fail_msg("%s: %s", getenv("GATE"), err.text);
	return &explored;
}

/* Other rules may break besides, of gates that do not keep requests apart. */
static bool is_found(const struct gx_explored *explored, const char *rule)
{
	for (unsigned i = 0; i < explored->hit_count; i++)
		if (!strcmp(gx_rule_name((enum gx_rule)gx_key_rule(explored->hits[i].key)), rule))
			return true;
	return false;
}

static const struct gx_finding *finding_of(uint64_t key)
{
	for (unsigned i = 0; i < stand.trial.finding_count; i++)
		if (gx_finding_key(stand.findings[i].rule, stand.findings[i].workspace) == key)
			return &stand.findings[i];
	return NULL;
}

/* Play the path of a hit, the book beside it, to the step that shows it. */
static void check_message(const struct row *row, const struct gx_hit *hit)
{
	const struct gx_finding *finding = NULL;
	struct gx_choice options[GX_OPTIONS_MAX];
	struct gx_keep keep = {0};
	struct gx_story story = {0};

	gx_sched_reset();
	stand.trial.findings = stand.findings;
	stand.trial.finding_capacity = FINDINGS_MAX;
	stand.trial.finding_count = 0;
	gx_name_book_attach(&stand.book, &stand.trial);
	for (uint32_t i = 0; !finding && gx_sched_options(options); i++) {
		gx_sched_step(i < hit->path.count ? hit->path.choice[i] : options[0]);
		finding = finding_of(hit->key);
	}
	gx_name_book_detach(&stand.trial);
	stand.trial.findings = NULL;
	assert_non_null(finding);
	gx_story_message(&story, &stand.book, finding, &keep);
	if (!strstr(story.message, row->message))
		fault("%s: \"%s\", not \"%s\"", row->gate, story.message, row->message);
	gx_keep_release(&keep);
}

static void check(const struct row *row)
{
	const struct gx_explored *explored;

	put_up(row);
	explore("random", 200); /* executions are run again: what is not the same the second time is an error */
	explored = explore("exhaustive", 0);
	if (!explored->complete)
		fault("%s: not complete, because: %s", row->gate, explored->why);
	if (!*row->rule && explored->hit_count)
		fault("%s: finds %s", row->gate, gx_rule_name((enum gx_rule)gx_key_rule(explored->hits[0].key)));
	if (*row->rule && !is_found(explored, row->rule))
		fault("%s: does not find %s", row->gate, row->rule);
	if (is_found(explored, "misuse")) {
		uint64_t key = 0;

		for (unsigned i = 0; i < explored->hit_count; i++)
			if (gx_key_rule(explored->hits[i].key) == GX_RULE_MISUSE)
				key = i;
		check_message(row, &explored->hits[key]);
	}
	take_down();
}

static void what_becomes_of_locks_is_found_and_told(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ROWS; i++)
		if (has_cpp || !rows[i].cpp)
			check(&rows[i]);
	assert_int_equal(faults, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_locks_is_found_and_told),
	};

	return cmocka_run_group_tests(tests, build_gates, remove_gates);
}
