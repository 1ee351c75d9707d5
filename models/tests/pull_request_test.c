/*
 * The pull request's own five gate tests, told to every gate through its plug; what they catch, and what the rules catch.
 *
 *     a Go test                                here
 *     takes the workspace's lock by itself     a request goes through handle(): locked where the gate locks
 *     the cycle is a counter or a sleep        the model's legs; the request's record says which began and which are over
 *     goroutines                               tasks; wg.Wait() and "never, in 2 s" are judged when nobody can step any more
 *     sleeps, to give the other one a chance   nothing: every interleaving is tried, the one made likely by the sleep too
 *     holds the lock until the test is over    the engine does not answer for the container of ws-a: the stop leg waits
 *
 * A port asserts what its original asserts, no more. In one respect it is more generous: the originals never go through
 * the handlers, so a gate that is right but wired wrongly (relock, start-only, early-release, leak-no-backend) would pass
 * the four that were merged.
 *
 * A test *catches* a gate if its assertion fails in at least one interleaving. `go test` sees one interleaving per run; the
 * table's percentages are the share of random schedules, every choice drawn uniformly, in which the assertion fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/sanitizer.h"
#include "core/world.h"
#include "explore/explore.h"
#include "gates/gates.h"
#include "scenario/file.h"
#include "service/labels.h"
#include "tests/searches.h"
#include "trial/trial.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { CALLERS_MAX = 2, FIRST = 1, SECOND = 2 }; /* requests by id */

/* A test of the pull request. */
struct port {
	const char *title;    /* short, for the table */
	const char *original; /* TestRestartProvisionGate_... */
	unsigned callers;
	enum gx_actor_kind kinds[CALLERS_MAX]; /* straight to the gate: neither writes the row on the way */
	bool apart;                            /* the second caller is of another workspace */
	bool waits;                            /* the second one comes when the first one is in its cycle */
	bool held;                             /* the first one stays in its cycle */
	bool (*wrong_now)(void);        /* the assertion fails at this very moment; NULL: it is about the end only */
	bool (*right_at_the_end)(void); /* it holds, now that nobody can step any more */
};

/* ---- what the assertions look at ---- */

static const struct gx_request_state *request(unsigned id)
{
	return &gx_service()->requests[id];
}

/* The caller is inside its critical section, or has been: the gate let it through to its first leg. */
static bool entered(unsigned id)
{
	return request(id)->begun != 0;
}

/* The critical section is over. A leg that failed is over too: in the originals nothing in there can fail. */
static bool left(unsigned id)
{
	return request(id)->over == (GX_STOP | GX_START) || request(id)->result != GX_LEG_DONE;
}

static unsigned count(bool (*is)(unsigned id))
{
	unsigned n = 0;

	for (unsigned id = 1; id <= gx_places->request_count; id++)
		n += is(id);
	return n;
}

/* wg.Wait() returns. A container between two heartbeats is none of the test's goroutines. */
static bool joined(void)
{
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);

		if (task && task->state == GX_TASK_PARKED && task->op.label != GX_L_CONTAINER_REST)
			return false;
	}
	return true;
}

/* ---- the five ---- */

static bool one_cycle_ran(void)
{
	return joined() && count(left) == 1;
}

/* "goroutine 2 acquired the gate BEFORE release": the first one is released no later than it leaves. */
static bool second_is_in_before_first_is_out(void)
{
	return entered(SECOND) && !left(FIRST);
}

/* "goroutine 2 never acquired the gate (deadlock)", after 2 s. */
static bool second_got_in(void)
{
	return joined() && entered(SECOND);
}

/*
 * Two starts and two ends after the join. Its message for a failure is that the cycles overlapped; but two that overlap
 * have two starts and two ends as well.
 */
static bool starts_and_ends_are_two(void)
{
	return joined() && count(entered) == 2 && count(left) == 2;
}

/* "ws-B gate acquisition blocked while ws-A was held", after 2 s. */
static bool other_workspace_got_through(void)
{
	return left(SECOND);
}

/*
 * It went away with its helper before the merge, so its name and the commit's message are all there is to port: TryLock,
 * false at once while another holds the gate. A plug says that with GX_BUSY.
 */
static bool second_was_refused(void)
{
	return request(SECOND)->answered == GX_BUSY + 1;
}

enum column { SINGLE, ACQUIRES, CYCLES, WORKSPACES, TRY, COLUMNS };

static const struct port ports[COLUMNS] = {
	[SINGLE] = {.title = "single call",
		    .original = "SingleCallRunsOneCycle",
		    .callers = 1,
		    .kinds = {GX_ACTOR_DISPATCH_RESTART},
		    .right_at_the_end = one_cycle_ran},
	[ACQUIRES] = {.title = "acquires serialize",
		      .original = "ConcurrentAcquiresSerialize",
		      .callers = 2,
		      .kinds = {GX_ACTOR_DISPATCH_RESTART, GX_ACTOR_DISPATCH_RESTART},
		      .waits = true,
		      .wrong_now = second_is_in_before_first_is_out,
		      .right_at_the_end = second_got_in},
	/* "when the manual HTTP Restart path and the programmatic RestartByID path ... BOTH try to enter" */
	[CYCLES] = {.title = "cycles serialize",
		    .original = "ConcurrentCyclesSerializeOnGate",
		    .callers = 2,
		    .kinds = {GX_ACTOR_DISPATCH_RESTART, GX_ACTOR_PROGRAMMATIC_RESTART},
		    .right_at_the_end = starts_and_ends_are_two},
	[WORKSPACES] = {.title = "two workspaces",
			.original = "TwoWorkspacesIndependent",
			.callers = 2,
			.kinds = {GX_ACTOR_DISPATCH_RESTART, GX_ACTOR_DISPATCH_RESTART},
			.apart = true,
			.waits = true,
			.held = true,
			.right_at_the_end = other_workspace_got_through},
	[TRY] = {.title = "try when busy (removed)",
		 .original = "TryAcquireWhenBusyReturnsFalse",
		 .callers = 2,
		 .kinds = {GX_ACTOR_DISPATCH_RESTART, GX_ACTOR_DISPATCH_RESTART},
		 .waits = true,
		 .held = true,
		 .right_at_the_end = second_was_refused},
};

/* ---- a port and a gate as a program ---- */

static struct {
	const struct port *port;
	struct gx_scenario scenario;
	struct gx_trial trial;
	struct gx_program program;
} stand;

enum { THE_TEST_FAILS = 1 }; /* key of gx_explore_hit() */

static bool first_has_entered(const struct gx_task *task GX_UNUSED)
{
	return entered(FIRST);
}

static void caller_main(void *argument)
{
	unsigned id = (unsigned)(uintptr_t)argument;

	if (id == SECOND && stand.port->waits)
		gx_point(&(struct gx_op){.label = GX_L_ARRIVE, .ready = first_has_entered, .deadline = GX_FOREVER});
	gx_handle(id);
}

/* With this option the engine's requests for a container wait while it is locked, and nobody will unlock it. */
static void hold_the_first(void)
{
	struct gx_docker *docker = stand.trial.places.docker;

	docker->options |= GX_DOCKER_LOCKS;
	for (unsigned i = 0; i < docker->container_count; i++)
		if (docker->containers[i].workspace == 0)
			docker->containers[i].flags |= GX_DOCKER_F_LOCKED;
}

static enum gx_status setup(void *context, struct gx_error *err)
{
	struct gx_trial *trial = context;
	enum gx_status rc = trial->program.setup(trial, err);

	if (rc == GX_OK && stand.port->held)
		hold_the_first();
	return rc;
}

/* Once the gate is open the callers come; when they have come to rest, the test judges. */
static bool at_rest(void *context GX_UNUSED)
{
	struct gx_trial_state *state = stand.trial.state;

	if (state->phase != GX_PHASE_OPEN || !state->opened) {
		GX_ASSERT(!stand.port->held || !state->opened || (entered(FIRST) && !left(FIRST)));
		if (!state->opened || !stand.port->right_at_the_end())
			gx_explore_hit(THE_TEST_FAILS);
		return false;
	}
	state->phase = GX_PHASE_RUN;
	for (unsigned id = 1; id <= stand.port->callers; id++) {
		struct gx_task *task = gx_task_spawn(GX_ROLE_ACTOR, id, caller_main, (void *)(uintptr_t)id);

		GX_ASSERT(task);
		gx_task_autoreap(task);
	}
	return true;
}

static bool is_settled(void *context)
{
	struct gx_trial *trial = context;

	return trial->program.settled(trial);
}

/* The rules are not asked here. What would end `go test` itself fails the test. */
static void observe(void *context GX_UNUSED, const struct gx_event *event)
{
	if (event->kind != GX_EVENT_FACT)
		return;
	if (event->label == GX_L_TASK_CRASH || event->label == GX_L_TASK_HANG || event->label == GX_L_STEP_LIMIT ||
	    event->label == GX_L_WORLD_FULL)
		gx_explore_hit(THE_TEST_FAILS);
}

static void after_step(void *context GX_UNUSED)
{
	if (stand.port->wrong_now && stand.port->wrong_now())
		gx_explore_hit(THE_TEST_FAILS);
}

static void make_scenario(struct gx_scenario *scenario, const struct port *port)
{
	memset(scenario, 0, sizeof(*scenario));
	snprintf(scenario->name, sizeof(scenario->name), "pull-request");
	scenario->workspace_count = port->apart ? 2 : 1;
	for (unsigned i = 0; i < scenario->workspace_count; i++) {
		snprintf(scenario->workspaces[i].name, sizeof(scenario->workspaces[i].name), "ws-%c", 'a' + (char)i);
		scenario->workspaces[i].state = GX_ROW_ONLINE;
		scenario->workspaces[i].backend = true;
	}
	scenario->actor_count = port->callers;
	for (unsigned i = 0; i < port->callers; i++) {
		scenario->actors[i].kind = port->kinds[i];
		scenario->actors[i].workspace = port->apart ? i : 0;
	}
	scenario->points = 20000;
	scenario->time_ns = 600 * 1000000000ull;
}

static void load(const struct port *port, const struct gx_gate *gate)
{
	struct gx_error err;

	stand.port = port;
	make_scenario(&stand.scenario, port);
	gx_trial_init(&stand.trial, &stand.scenario, gate);
	stand.program = stand.trial.program; /* its limits */
	stand.program.context = &stand.trial;
	stand.program.setup = setup;
	stand.program.at_rest = at_rest;
	stand.program.settled = is_settled;
	stand.program.observe = observe;
	stand.program.heard = NULL;
	stand.program.after_step = after_step;
	if (gx_sched_load(&stand.program, &err) != GX_OK)
		fail_msg("%s", err.text);
}

/* ---- measuring ---- */

/*
 * ASan's frames hold more that tells states apart: its searches are many times larger, and slower. There a search is cut
 * short and followed by random schedules; the sanitizer is what may find something then, the figures are other builds'.
 */
enum { SCHEDULES = GX_ASAN ? 200 : 1000, STATES_MAX = GX_ASAN ? 2000 : 0 };

static const struct gx_explored *explore(const struct gx_strategy *strategy)
{
	static struct gx_explored explored;
	struct gx_explore_options options = {.strategy = strategy,
					     .seed = 1,
					     .executions = SCHEDULES,
					     .states = STATES_MAX};
	struct gx_error err;

	gx_explored_release(&explored);
	if (gx_explore(&explored, &options, &err) != GX_OK)
		fail_msg("%s", err.text);
	return &explored;
}

/* Every interleaving. */
static const struct gx_explored *search(void)
{
	const struct gx_explored *explored = explore(&gx_strategy_auto);

	if (!GX_ASAN)
		assert_true(explored->complete);
	return explored;
}

static gx_rule_set rules_of(const struct gx_explored *explored)
{
	gx_rule_set set = 0;

	for (unsigned i = 0; i < explored->hit_count; i++)
		set |= 1u << gx_key_rule(explored->hits[i].key);
	return set;
}

/*
 * The pull request's own situations, and mutations in a row for what only the coalescer can lose. Small enough to search
 * whole, each with the gates that its `expect` names.
 */
static const char *const scenarios[] = {"double-click", "manual-vs-programmatic", "two-workspaces", "no-backend",
					"shutdown",     "burst-mutations"};

static bool concerns(const struct gx_scenario_file *file, const struct gx_gate *gate)
{
	for (unsigned i = 0; i < file->expectation_count; i++)
		if (!strcmp(file->expectations[i].gate, gate->name))
			return true;
	return false;
}

static void measure_scenario(const struct gx_scenario_file *file, gx_rule_set *rules)
{
	static struct gx_trial trial;
	struct gx_error err;

	for (unsigned i = 0; gx_gates[i]; i++) {
		if (!concerns(file, gx_gates[i]))
			continue;
		gx_trial_init(&trial, &file->scenario, gx_gates[i]);
		if (gx_sched_load(&trial.program, &err) != GX_OK)
			fail_msg("%s", err.text);
		rules[i] |= rules_of(search());
	}
}

enum { GATES_MAX = 16 };

/* What was measured, by the order of gx_gates. */
static struct {
	struct {
		bool caught;         /* in at least one interleaving */
		unsigned executions; /* of SCHEDULES random ones in which the assertion fails */
	} cells[GATES_MAX][COLUMNS];
	gx_rule_set rules[GATES_MAX];
	bool done;
} measured;

static int measure(void **state)
{
	struct gx_error err;

	(void)state;
	gx_service_register();
	if (gx_world_open(&err) != GX_OK)
		fail_msg("%s", err.text);
	for (unsigned gate = 0; gx_gates[gate]; gate++) {
		assert_in_range(gate, 0, GATES_MAX - 1);
		for (unsigned column = 0; column < COLUMNS; column++) {
			const struct gx_explored *explored;

			load(&ports[column], gx_gates[gate]);
			measured.cells[gate][column].caught = search()->hit_count > 0;
			explored = explore(&gx_strategy_random);
			measured.cells[gate][column].executions =
				explored->hit_count ? (unsigned)explored->hits[0].count : 0;
		}
	}
	for (unsigned i = 0; i < COUNT(scenarios); i++) {
		struct gx_scenario_file *file = open_scenario(scenarios[i]);

		measure_scenario(file, measured.rules);
		gx_scenario_free(file);
	}
	measured.done = true;
	return 0;
}

static unsigned number_of(const char *name)
{
	unsigned i = 0;

	while (gx_gates[i] && strcmp(gx_gates[i]->name, name) != 0)
		i++;
	if (!gx_gates[i])
		fail_msg("there is no gate \"%s\"", name);
	return i;
}

static bool catches(enum column column, const char *gate)
{
	return measured.cells[number_of(gate)][column].caught;
}

/* ---- the table ---- */

static const char *rules_text(gx_rule_set set)
{
	static char text[512];
	size_t length = 0;

	text[0] = '\0';
	for (unsigned rule = 0; rule < GX_RULE_COUNT; rule++)
		if (set >> rule & 1)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", length ? ", " : "",
						   gx_rule_name((enum gx_rule)rule));
	return text;
}

/* In the order of enum column; x: caught. Rules in the order of enum gx_rule. */
struct row {
	const char *gate;
	const char *caught;
	const char *rules;
};

#define COLLISIONS \
	"name-conflict, double-token-write, overlapping-cycles, stale-bearer, wedged, status-mismatch, victim-killed"

static const struct row expected[] = {
	{"none", ".x..x", COLLISIONS},
	{"legacy", ".x..x", COLLISIONS ", lost-restart"},
	{"raw-go", "....x", "lost-restart, untracked-task"},
	{"per-workspace", "....x", "lost-restart"},
	{"per-workspace-strict", "....x", ""},
	{"try-busy", ".xx..", "status-mismatch"},
	{"relock", "xxxxx", "deadlock, gate-leaked, isolation"},
	{"global", "...xx", "isolation"},
	{"start-only", ".x..x", "name-conflict, overlapping-cycles, stale-bearer, victim-killed"},
	{"early-release", ".x..x", COLLISIONS},
	{"leak-no-backend", "....x", "gate-leaked"},
};

static void every_gate_has_its_row(void **state)
{
	unsigned gates = 0;

	(void)state;
	for (unsigned i = 0; i < COUNT(expected); i++)
		number_of(expected[i].gate);
	while (gx_gates[gates])
		gates++;
	assert_int_equal(gates, COUNT(expected));
}

/* A search that was cut short may have missed some. */
static bool is_as_expected(gx_rule_set set, const char *rules)
{
	if (!GX_ASAN)
		return !strcmp(rules_text(set), rules);
	for (unsigned rule = 0; rule < GX_RULE_COUNT; rule++)
		if (set >> rule & 1 && !strstr(rules, gx_rule_name((enum gx_rule)rule)))
			return false;
	return true;
}

static void what_catches_which_gate_is_as_the_table_says(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(expected); i++) {
		unsigned gate = number_of(expected[i].gate);
		char caught[COLUMNS + 1] = "";

		for (unsigned column = 0; column < COLUMNS; column++)
			caught[column] = measured.cells[gate][column].caught ? 'x' : '.';
		if (strcmp(caught, expected[i].caught) != 0)
			fail_msg("%s: the pull request's tests say %s, not %s", expected[i].gate, caught,
				 expected[i].caught);
		if (!is_as_expected(measured.rules[gate], expected[i].rules))
			fail_msg("%s: the rules say \"%s\", not \"%s\"", expected[i].gate,
				 rules_text(measured.rules[gate]), expected[i].rules);
	}
}

/* ---- what the table means, in sentences ---- */

static void the_four_tests_that_were_merged_pass_with_the_gate_that_was_merged(void **state)
{
	(void)state;
	assert_false(catches(SINGLE, "per-workspace"));
	assert_false(catches(ACQUIRES, "per-workspace"));
	assert_false(catches(CYCLES, "per-workspace"));
	assert_false(catches(WORKSPACES, "per-workspace"));
}

static void the_test_of_concurrent_cycles_passes_without_any_gate(void **state)
{
	(void)state;
	assert_false(catches(CYCLES, "none"));
	assert_int_equal(measured.cells[number_of("none")][CYCLES].executions, 0);
	assert_true(measured.rules[number_of("none")] & 1u << GX_RULE_OVERLAPPING_CYCLES);
}

/* It is the one test of the five that can tell the service before the pull request from the service after it. */
static void only_the_test_of_concurrent_acquires_notices_that_there_is_no_gate(void **state)
{
	(void)state;
	assert_true(catches(ACQUIRES, "none"));
	assert_true(catches(ACQUIRES, "legacy"));
	assert_false(catches(SINGLE, "none") || catches(CYCLES, "none") || catches(WORKSPACES, "none"));
}

static void a_global_mutex_is_caught_by_the_test_of_two_workspaces_that_was_written_for_it(void **state)
{
	(void)state;
	assert_true(catches(WORKSPACES, "global"));
	assert_false(catches(ACQUIRES, "global"));
}

static void the_removed_test_asks_for_a_refusal_that_only_one_gate_gives(void **state)
{
	(void)state;
	for (unsigned i = 0; gx_gates[i]; i++)
		assert_int_equal(measured.cells[i][TRY].caught, strcmp(gx_gates[i]->name, "try-busy") != 0);
}

static void none_of_the_tests_tells_a_tracked_provision_from_an_untracked_one(void **state)
{
	(void)state;
	for (unsigned column = 0; column < COLUMNS; column++)
		assert_int_equal(catches((enum column)column, "raw-go"), catches((enum column)column, "per-workspace"));
	assert_true(measured.rules[number_of("raw-go")] & 1u << GX_RULE_UNTRACKED_TASK);
}

static void a_gate_that_leaks_without_a_backend_passes_the_merged_tests(void **state)
{
	(void)state;
	for (unsigned column = 0; column < TRY; column++)
		assert_false(catches((enum column)column, "leak-no-backend"));
	assert_true(measured.rules[number_of("leak-no-backend")] & 1u << GX_RULE_GATE_LEAKED);
}

static void what_fails_in_a_random_schedule_fails_in_the_search(void **state)
{
	(void)state;
	for (unsigned i = 0; gx_gates[i]; i++)
		for (unsigned column = 0; column < COLUMNS; column++)
			if (measured.cells[i][column].executions)
				assert_true(measured.cells[i][column].caught);
}

/* ---- the table for people, in Markdown ---- */

enum { GATE_WIDTH = 20, CELL_WIDTH = 13 /* "caught, 100 %" */, RULES_WIDTH = 17 };

static int width(unsigned column)
{
	size_t title = strlen(ports[column].title);

	return title > CELL_WIDTH ? (int)title : CELL_WIDTH;
}

static void print_ruler(int dashes)
{
	putchar(' ');
	while (dashes--)
		putchar('-');
	printf(" |");
}

static void print_cell(unsigned gate, unsigned column)
{
	char text[32] = "-";

	if (measured.cells[gate][column].caught)
		snprintf(text, sizeof(text), "caught, %.0f %%",
			 100.0 * measured.cells[gate][column].executions / SCHEDULES);
	printf(" %-*s |", width(column), text);
}

static void print_table(void)
{
	printf("\n| %-*s |", GATE_WIDTH, "gate");
	for (unsigned column = 0; column < COLUMNS; column++)
		printf(" %-*s |", width(column), ports[column].title);
	printf(" %-*s |\n|", RULES_WIDTH, "gatecrash's rules");
	print_ruler(GATE_WIDTH);
	for (unsigned column = 0; column < COLUMNS; column++)
		print_ruler(width(column));
	print_ruler(RULES_WIDTH);
	for (unsigned gate = 0; gx_gates[gate]; gate++) {
		printf("\n| %-*s |", GATE_WIDTH, gx_gates[gate]->name);
		for (unsigned column = 0; column < COLUMNS; column++)
			print_cell(gate, column);
		printf(" %-*s |", RULES_WIDTH, measured.rules[gate] ? rules_text(measured.rules[gate]) : "-");
	}
	printf("\n\ncaught: the assertion fails in an interleaving, and in this share of %d random schedules\n",
	       SCHEDULES);
	for (unsigned column = 0; column < COLUMNS; column++)
		printf("%s: TestRestartProvisionGate_%s\n", ports[column].title, ports[column].original);
	fflush(stdout);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_gate_has_its_row),
		cmocka_unit_test(what_catches_which_gate_is_as_the_table_says),
		cmocka_unit_test(the_four_tests_that_were_merged_pass_with_the_gate_that_was_merged),
		cmocka_unit_test(the_test_of_concurrent_cycles_passes_without_any_gate),
		cmocka_unit_test(only_the_test_of_concurrent_acquires_notices_that_there_is_no_gate),
		cmocka_unit_test(a_global_mutex_is_caught_by_the_test_of_two_workspaces_that_was_written_for_it),
		cmocka_unit_test(the_removed_test_asks_for_a_refusal_that_only_one_gate_gives),
		cmocka_unit_test(none_of_the_tests_tells_a_tracked_provision_from_an_untracked_one),
		cmocka_unit_test(a_gate_that_leaks_without_a_backend_passes_the_merged_tests),
		cmocka_unit_test(what_fails_in_a_random_schedule_fails_in_the_search),
	};
	int failed = cmocka_run_group_tests_name("pull request", tests, measure, NULL);

	if (measured.done)
		print_table();
	return failed;
}
