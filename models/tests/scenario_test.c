/* Scenario files: what a good one says, field by field, and one line for every way in which a file can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/sched.h"
#include "docker/engine.h"
#include "posix/posix.h"
#include "rules/judge.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "scenario/nearest.h"
#include "tests/machine.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int register_labels(void **state)
{
	(void)state;
	gx_sched_register_labels();
	gx_facts_register();
	gx_docker_register_labels();
	gx_posix_register_labels();
	return 0;
}

static struct gx_scenario_file *parse(const char *text)
{
	struct gx_scenario_file *file = NULL;
	struct gx_error err;

	if (gx_scenario_parse(&file, "t.yaml", text, strlen(text), &err) != GX_OK)
		fail_msg("%s", err.text);
	return file;
}

/* What is said of these bytes, which must not be a scenario. */
static const char *complaint(const char *bytes, size_t size)
{
	static struct gx_error err;
	struct gx_scenario_file *file = NULL;

	memset(&err, 0, sizeof(err));
	assert_int_equal(gx_scenario_parse(&file, "t.yaml", bytes, size, &err), GX_EINPUT);
	assert_null(file);
	assert_int_equal(gx_scenario_parse(&file, "t.yaml", bytes, size, NULL), GX_EINPUT);
	return err.text;
}

/* ---- good files ---- */

static const char double_click[] =
	"name: double-click\n"
	"summary: Two manual restarts of one workspace arrive together.\n"
	"refs: [PR 2665, S1, S4, S6]\n"
	"workspaces:\n"
	"  - name: ws-a\n"
	"    state: online            # none online provisioning failed offline paused hibernated removed\n"
	"    backend: docker          # docker none; default docker\n"
	"actors:\n"
	"  - do: manual-restart\n"
	"    on: ws-a\n"
	"    at: 0s                   # virtual arrival; default 0s\n"
	"    count: 2                 # default 1; they are manual-restart#1 and #2\n"
	"faults: []                   # - {on: docker.create, give: error 500, times: 1}\n"
	"limits: {points: 20000, time: 10m}   # time: virtual, until quiescence\n"
	"expect:                      # exactly the rules that a complete search shows\n"
	"  - {gate: none, finds: [double-token-write, name-conflict, overlapping-cycles, stale-bearer,\n"
	"                         status-mismatch, victim-killed, wedged]}\n"
	"  - {gate: per-workspace, finds: []}\n"
	"interleavings:\n"
	"  - name: conflict\n"
	"    gate: none\n"
	"    finds: [name-conflict]\n"
	"    steps:\n"
	"      - {run: manual-restart#1, until: docker.create}\n"
	"      - {run: manual-restart#2, until: end}\n"
	"      - {run: manual-restart#1, until: end}\n";

static void assert_step(const struct gx_recipe_step *step, const char *task, enum gx_recipe_until until,
			const char *label, unsigned line)
{
	assert_string_equal(step->task, task);
	assert_int_equal(step->until, until);
	if (label)
		assert_string_equal(step->label, label);
	else
		assert_null(step->label);
	assert_int_equal(step->line, line);
}

static void assert_actor(const struct gx_actor *actor, const char *name, enum gx_actor_kind kind, unsigned number,
			 unsigned workspace, uint64_t at_ms)
{
	assert_string_equal(actor->name, name);
	assert_int_equal(actor->kind, kind);
	assert_int_equal(actor->number, number);
	assert_int_equal(actor->workspace, workspace);
	assert_int_equal(actor->at_ns, at_ms * 1000000u);
}

static void the_example_of_the_design_is_read_field_by_field(void **state)
{
	struct gx_scenario_file *file = parse(double_click);
	const struct gx_scenario *scenario = &file->scenario;
	const struct gx_interleaving *script;

	(void)state;
	assert_string_equal(file->path, "t.yaml");
	assert_string_equal(file->summary, "Two manual restarts of one workspace arrive together.");
	assert_int_equal(file->ref_count, 4);
	assert_string_equal(file->refs[0], "PR 2665");
	assert_string_equal(file->refs[3], "S6");
	assert_string_equal(scenario->name, "double-click");
	assert_int_equal(scenario->workspace_count, 1);
	assert_string_equal(scenario->workspaces[0].name, "ws-a");
	assert_int_equal(scenario->workspaces[0].state, GX_ROW_ONLINE);
	assert_true(scenario->workspaces[0].backend);
	assert_int_equal(scenario->actor_count, 2);
	assert_actor(&scenario->actors[0], "manual-restart#1", GX_ACTOR_MANUAL_RESTART, 1, 0, 0);
	assert_actor(&scenario->actors[1], "manual-restart#2", GX_ACTOR_MANUAL_RESTART, 2, 0, 0);
	assert_int_equal(scenario->fault_count, 0);
	assert_false(scenario->late_requests);
	assert_int_equal(scenario->points, 20000);
	assert_int_equal(scenario->time_ns, 600 * 1000000000ull);
	assert_int_equal(file->expectation_count, 2);
	assert_string_equal(file->expectations[0].gate, "none");
	assert_int_equal(file->expectations[0].rules,
			 1u << GX_RULE_DOUBLE_TOKEN_WRITE | 1u << GX_RULE_NAME_CONFLICT |
				 1u << GX_RULE_OVERLAPPING_CYCLES | 1u << GX_RULE_STALE_BEARER |
				 1u << GX_RULE_STATUS_MISMATCH | 1u << GX_RULE_VICTIM_KILLED | 1u << GX_RULE_WEDGED);
	assert_int_equal(file->expectations[0].line, 16);
	assert_string_equal(file->expectations[1].gate, "per-workspace");
	assert_int_equal(file->expectations[1].rules, 0);
	assert_int_equal(file->expectations[1].line, 18);
	assert_int_equal(file->interleaving_count, 1);
	script = gx_scenario_interleaving(file, "conflict");
	assert_ptr_equal(script, &file->interleavings[0]);
	assert_null(gx_scenario_interleaving(file, "conflic"));
	assert_string_equal(script->gate, "none");
	assert_int_equal(script->rules, 1u << GX_RULE_NAME_CONFLICT);
	assert_int_equal(script->line, 21);
	assert_int_equal(script->step_count, 3);
	assert_step(&script->steps[0], "manual-restart#1", GX_UNTIL_OP, "docker.create", 24);
	assert_step(&script->steps[1], "manual-restart#2", GX_UNTIL_END, NULL, 25);
	assert_step(&script->steps[2], "manual-restart#1", GX_UNTIL_END, NULL, 26);
	gx_scenario_free(file);
}

static void everything_optional_has_its_default(void **state)
{
	struct gx_scenario_file *file = parse("name: a\nworkspaces: [{name: w}]\nactors: [{do: shutdown}]\n");

	(void)state;
	assert_string_equal(file->summary, "");
	assert_int_equal(file->ref_count, 0);
	assert_int_equal(file->scenario.workspaces[0].state, GX_ROW_ONLINE);
	assert_true(file->scenario.workspaces[0].backend);
	assert_actor(&file->scenario.actors[0], "shutdown#1", GX_ACTOR_SHUTDOWN, 1, 0, 0);
	assert_int_equal(file->scenario.points, 20000);
	assert_int_equal(file->scenario.time_ns, 600 * 1000000000ull);
	assert_false(file->scenario.late_requests);
	assert_int_equal(file->expectation_count, 0);
	assert_int_equal(file->interleaving_count, 0);
	gx_scenario_free(file);
}

static void actors_are_numbered_per_kind_across_entries(void **state)
{
	struct gx_scenario_file *file =
		parse("actors:\n"
		      "  - {do: secret-write, on: b, count: 2, at: 1m30s}\n"
		      "  - {do: create, on: a, at: 500ms}\n"
		      "  - {do: secret-write, on: a, at: 1h2s3ms}\n"
		      "  - {do: shutdown, at: 2m}\n"
		      "  - {do: clock-set, by: -90m, at: 1s}\n"
		      "workspaces: [{name: a, state: none, backend: none}, {name: b, state: hibernated}]\n"
		      "late_requests: true\n"
		      "beyond_gate: [wedged, {rule: stale-bearer, because: the client keeps its bearer}]\n"
		      "limits: {points: 7, time: 2h, spurious: 0}\n"
		      "name: a\n");
	const struct gx_scenario *scenario = &file->scenario;

	(void)state;
	assert_int_equal(scenario->actor_count, 6);
	assert_int_equal(scenario->actors[5].by_ns, -5400000000000);
	assert_true(scenario->bounds_spurious);
	assert_int_equal(scenario->spurious, 0);
	assert_actor(&scenario->actors[0], "secret-write#1", GX_ACTOR_SECRET_WRITE, 1, 1, 90000);
	assert_actor(&scenario->actors[1], "secret-write#2", GX_ACTOR_SECRET_WRITE, 2, 1, 90000);
	assert_actor(&scenario->actors[2], "create#1", GX_ACTOR_CREATE, 1, 0, 500);
	assert_actor(&scenario->actors[3], "secret-write#3", GX_ACTOR_SECRET_WRITE, 3, 0, 3602003);
	assert_actor(&scenario->actors[4], "shutdown#1", GX_ACTOR_SHUTDOWN, 1, 0, 120000);
	assert_int_equal(scenario->workspaces[0].state, GX_ROW_NONE);
	assert_false(scenario->workspaces[0].backend);
	assert_int_equal(scenario->workspaces[1].state, GX_ROW_HIBERNATED);
	assert_true(scenario->late_requests);
	assert_string_equal(gx_scenario_beyond(file, GX_RULE_WEDGED), "");
	assert_string_equal(gx_scenario_beyond(file, GX_RULE_STALE_BEARER), "the client keeps its bearer");
	assert_null(gx_scenario_beyond(file, GX_RULE_DEADLOCK));
	assert_int_equal(scenario->points, 7);
	assert_int_equal(scenario->time_ns, 7200 * 1000000000ull);
	gx_scenario_free(file);
}

#define HEAD "name: t\nworkspaces: [{name: ws-a}, {name: ws-b}]\nactors: [{do: manual-restart, on: ws-a}]\n"

static void a_fault_is_at_the_first_op_that_can_fail(void **state)
{
	static const struct {
		const char *on;
		unsigned label;
	} rows[] = {
		{"docker.create", GX_L_DOCKER_CREATE_RESERVE},
		{"docker.create.register", GX_L_DOCKER_CREATE_REGISTER},
		{"docker.start", GX_L_DOCKER_START}, /* its full name, although docker.start.check comes first */
		{"docker.start.check", GX_L_DOCKER_START_CHECK},
		{"docker.remove", GX_L_DOCKER_REMOVE_LOOKUP},
		{"docker.volume", GX_L_DOCKER_VOLUME_CREATE},
		{"docker.stop", GX_L_DOCKER_STOP},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gx_scenario_file *file;
		char text[256];

		snprintf(text, sizeof(text), "%sfaults: [{on: %s, give: error 503, times: 3}]\n", HEAD, rows[i].on);
		file = parse(text);
		assert_int_equal(file->scenario.fault_count, 1);
		assert_int_equal(file->scenario.faults[0].label, rows[i].label);
		assert_int_equal(file->scenario.faults[0].status, 503);
		assert_int_equal(file->scenario.faults[0].times, 3);
		gx_scenario_free(file);
	}
}

static void steps_name_tasks_as_reports_do(void **state)
{
	struct gx_scenario_file *file = parse(HEAD "interleavings:\n"
						   "- {name: i, gate: g, finds: [], steps: [\n"
						   "  {run: gate.open, until: end},\n"
						   "  {run: container(ws-b)#12, until: blocked},\n"
						   "  {run: manual-restart#1/go#1/thread#2, until: mutex.lock},\n"
						   "  {run: clock},\n"
						   "  {run: probe-manual(ws-a), until: docker.volume.write}]}\n");
	const struct gx_recipe_step *steps = file->interleavings[0].steps;

	(void)state;
	assert_int_equal(file->interleavings[0].step_count, 5);
	assert_step(&steps[0], "gate.open", GX_UNTIL_END, NULL, 6);
	assert_step(&steps[1], "container(ws-b)#12", GX_UNTIL_BLOCKED, NULL, 7);
	assert_step(&steps[2], "manual-restart#1/go#1/thread#2", GX_UNTIL_OP, "mutex.lock", 8);
	assert_step(&steps[3], "clock", GX_UNTIL_TICK, NULL, 9);
	assert_step(&steps[4], "probe-manual(ws-a)", GX_UNTIL_OP, "docker.volume.write", 10);
	gx_scenario_free(file);
}

static void an_alias_that_is_no_cycle_is_what_it_refers_to(void **state)
{
	struct gx_scenario_file *file = parse(HEAD "expect:\n"
						   "- {gate: a, finds: &f [wedged, crash]}\n"
						   "- {gate: b, finds: *f}\n");

	(void)state;
	assert_int_equal(file->expectations[1].rules, 1u << GX_RULE_WEDGED | 1u << GX_RULE_CRASH);
	gx_scenario_free(file);
}

/* ---- bad files ---- */

#define TOP(workspaces, actors) "name: t\nworkspaces: " workspaces "\nactors: " actors "\n"
#define WS(entry)               TOP("[" entry "]", "[{do: shutdown}]")
#define ACTOR(entry)            TOP("[{name: ws-a}, {name: ws-b}]", "[" entry "]")
#define FAULT(entry)            HEAD "faults: [" entry "]\n"
#define LIMITS(entry)           HEAD "limits: " entry "\n"
#define EXPECT(entry)           HEAD "expect:\n- " entry "\n"
#define SCRIPT(entry)           HEAD "interleavings:\n- " entry "\n"
#define STEP(entry)             SCRIPT("{name: i, gate: g, finds: [], steps: [" entry "]}")

static const struct {
	const char *text;
	const char *message;
} bad[] = {
	/* No YAML, or not one document of it. */
	{"", "1:1: the file is empty; a scenario begins with name: NAME"},
	{"# only a comment\n", "1:1: the file is empty; a scenario begins with name: NAME"},
	{"name: [a\n", "2:1: this is not YAML: while parsing a flow sequence: did not find expected ',' or ']'"},
	{"name: a\n\tsummary: b\n",
	 "2:1: this is not YAML: while scanning a plain scalar: found a tab character that violates indentation"},
	{"name: \xff\n", "1:7: this is not YAML: invalid leading UTF-8 octet"},
	{"name: a\nsummary: \x01\n", "2:10: this is not YAML: control characters are not allowed"},
	{"name: *a\n", "1:7: this is not YAML: found undefined alias"},
	{HEAD "---\n" HEAD, "4:1: a second document begins here; a file is one scenario"},
	{HEAD "limits: &l {points: *l}\n",
	 "4:9: a cycle: what begins here contains itself, by an alias (*) to its own anchor (&)"},
	{"&a [[[*a]]]\n", "1:1: a cycle: what begins here contains itself, by an alias (*) to its own anchor (&)"},
	{"? &k {*k : 1}\n: 2\n",
	 "1:3: a cycle: what begins here contains itself, by an alias (*) to its own anchor (&)"},
	{"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]\n",
	 "1:17: lists and mappings within each other, more than 16 deep; a scenario has five"},

	/* The top level. */
	{"hello\n", "1:1: a scenario has to be a mapping of keys to values, not \"hello\""},
	{"- name: t\n", "1:1: a scenario has to be a mapping of keys to values, not a list"},
	{"---\n", "2:1: a scenario has to be a mapping of keys to values, not nothing"},
	{"name: t\nworkspace: []\n", "2:1: a scenario has no key \"workspace\"; did you mean \"workspaces\"?"},
	{"name: t\nworkspcaes: []\n", "2:1: a scenario has no key \"workspcaes\"; did you mean \"workspaces\"?"},
	{"name: t\nEXPECT: []\n", "2:1: a scenario has no key \"EXPECT\"; did you mean \"expect\"?"},
	{"name: t\n<<: {}\n",
	 "2:1: a scenario has no key \"<<\"; it has name, summary, refs, workspaces, actors, faults, limits, "
	 "late_requests, beyond_gate, expect, interleavings"},
	{"name: t\n[a, b]: c\n", "2:1: a key of a scenario has to be a word, not a list"},
	{"name: t\n\"name\\0x\": u\n", "2:1: a scenario has no key \"name\"; did you mean \"name\"?"},
	{"name: t\nname: u\n", "2:1: a scenario has the key \"name\" twice; the first is in line 1"},
	{"name: t\nactors: [{do: shutdown}]\n", "1:1: a scenario needs the key \"workspaces\""},
	{"name: t\nworkspaces: [{name: a}]\n", "1:1: a scenario needs the key \"actors\""},
	{"summary: x\n", "1:1: a scenario needs the key \"name\""},
	{"name: Double Click\nworkspaces: [{name: a}]\nactors: [{do: shutdown}]\n",
	 "1:7: \"Double Click\" is no name: \"name\" has to be 1 to 47 of a-z, 0-9 and -"},
	{"name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nworkspaces: []\nactors: []\n",
	 "1:7: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" is no name: \"name\" has to be 1 to 47 of a-z, 0-9 and -"},
	{"name:\nworkspaces: [{name: a}]\nactors: [{do: shutdown}]\n", "1:6: \"name\" has to be a name, not nothing"},
	{HEAD "summary: |\n  one\n  two\n", "4:10: \"summary\" has to be one line without control characters"},
	{HEAD "summary: \"a\\0b\"\n", "4:10: \"summary\" has to be one line without control characters"},
	{HEAD "summary: [a]\n", "4:10: \"summary\" has to be one line of text, not a list"},
	{HEAD "refs: PR 1\n", "4:7: \"refs\" has to be a list, not \"PR 1\""},
	{HEAD "refs: [a, [b]]\n", "4:11: \"refs\" has to be a list of texts, not a list"},
	{HEAD "beyond_gate: stale-bearer\n", "4:14: \"beyond_gate\" has to be a list, not \"stale-bearer\""},
	{HEAD "beyond_gate: [stale-barer]\n", "4:15: there is no rule \"stale-barer\"; did you mean \"stale-bearer\"?"},
	{HEAD "beyond_gate: [wedged, {rule: wedged}]\n", "4:30: the rule \"wedged\" is named twice"},
	{HEAD "beyond_gate: [{because: x}]\n", "4:15: an entry of \"beyond_gate\" needs the key \"rule\""},
	{HEAD "beyond_gate: [{rule: wedged, becuse: x}]\n",
	 "4:30: an entry of \"beyond_gate\" has no key \"becuse\"; did you mean \"because\"?"},
	{HEAD "beyond_gate: [{rule: wedged, because: [x]}]\n", "4:39: \"because\" has to be text, not a list"},
	{HEAD "late_requests: yes\n", "4:16: \"late_requests\" has to be true or false, not \"yes\""},
	{HEAD "faults:\n", "4:8: \"faults\" has to be a list, not nothing"},

	/* Workspaces. */
	{TOP("[]", "[{do: shutdown}]"), "2:13: \"workspaces\" is empty; one at least is needed"},
	{TOP("{name: a}", "[{do: shutdown}]"), "2:13: \"workspaces\" has to be a list, not a mapping"},
	{WS("ws-a"), "2:14: a workspace has to be a mapping of keys to values, not \"ws-a\""},
	{WS("{state: online}"), "2:14: a workspace needs the key \"name\""},
	{WS("{name: a}, {name: b}, {name: a}"), "2:43: two workspaces are named \"a\""},
	{WS("{name: a, sate: online}"), "2:24: a workspace has no key \"sate\"; did you mean \"state\"?"},
	{WS("{name: a, state: onlien}"), "2:31: \"state\" cannot be \"onlien\"; did you mean \"online\"?"},
	{WS("{name: a, state: asleep}"),
	 "2:31: \"state\" cannot be \"asleep\"; it can be none, provisioning, online, degraded, offline, failed, paused, "
	 "hibernating, hibernated, awaiting_agent, removed"},
	{WS("{name: a, backend: dokcer}"), "2:33: \"backend\" cannot be \"dokcer\"; did you mean \"docker\"?"},
	{WS("{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}, {name: g}, {name: h}, {name: i}"),
	 "2:102: \"workspaces\" has 9 entries; at most 8 fit"},

	/* Actors. */
	{TOP("[{name: a}]", "[]"), "3:9: \"actors\" is empty; one at least is needed"},
	{ACTOR("{on: ws-a}"), "3:10: an actor needs the key \"do\""},
	{ACTOR("{do: manual-restart}"), "3:10: manual-restart needs the key \"on\", the name of a workspace"},
	{ACTOR("{do: manual-restrat, on: ws-a}"),
	 "3:15: \"do\" cannot be \"manual-restrat\"; did you mean \"manual-restart\"?"},
	{ACTOR("{do: restart-after-mutaton, on: ws-a}"),
	 "3:15: \"do\" cannot be \"restart-after-mutaton\"; did you mean \"restart-after-mutation\"?"},
	{ACTOR("{do: secret-write, on: ws-c}"), "3:33: there is no workspace \"ws-c\"; did you mean \"ws-a\"?"},
	{ACTOR("{do: secret-write, on: main}"), "3:33: there is no workspace \"main\"; there is ws-a, ws-b"},
	{ACTOR("{do: create, on: ws-a}"),
	 "3:27: create makes a workspace whose state is none, but \"ws-a\" begins as online"},
	{ACTOR("{do: shutdown, on: ws-a}"), "3:29: shutdown takes no \"on\": it concerns all workspaces"},
	{ACTOR("{do: shutdown, count: 2}"), "3:32: shutdown takes no \"count\": it happens once"},
	{ACTOR("{do: shutdown}, {do: shutdown}"), "3:31: a second shutdown; the server shuts down once"},
	{ACTOR("{do: clock-set}"), "3:10: clock-set needs the key \"by\": 1h, or -1h for back"},
	{ACTOR("{do: clock-set, by: 0s}"), "3:30: \"by\" is more than nothing and at most 23h, forward or back"},
	{ACTOR("{do: clock-set, by: -24h}"), "3:30: \"by\" is more than nothing and at most 23h, forward or back"},
	{ACTOR("{do: clock-set, by: --1h}"),
	 "3:30: \"by\" has to be a duration, forward or back, such as 500ms, 1h or -1h, not \"--1h\""},
	{ACTOR("{do: shutdown, by: 1h}"), "3:29: shutdown takes no \"by\""},
	{ACTOR("{do: manual-restart, on: ws-a, at: 10}"),
	 "3:45: \"at\" has to be a duration such as 500ms, 30s, 2m, 1h or 1m30s, not \"10\""},
	{ACTOR("{do: manual-restart, on: ws-a, at: -1s}"),
	 "3:45: \"at\" has to be a duration such as 500ms, 30s, 2m, 1h or 1m30s, not \"-1s\""},
	{ACTOR("{do: manual-restart, on: ws-a, at: 30s1m}"),
	 "3:45: \"at\" has to be a duration such as 500ms, 30s, 2m, 1h or 1m30s, not \"30s1m\""},
	{ACTOR("{do: manual-restart, on: ws-a, at: 10m}"),
	 "3:45: \"at\" is 10m, but an execution ends at 10m, the \"time\" of \"limits\": arrive earlier, or allow more"},
	{ACTOR("{do: manual-restart, on: ws-a, at: 1h2m3s4ms}"),
	 "3:45: \"at\" is 1h2m3s4ms, but an execution ends at 10m, the \"time\" of \"limits\": arrive earlier, or allow more"},
	{ACTOR("{do: manual-restart, on: ws-a, at: 169h}"), "3:45: \"at\" is \"169h\"; at most 168h are possible"},
	{ACTOR("{do: manual-restart, on: ws-a, at: 999999999h999999999m}"),
	 "3:45: \"at\" is \"999999999h999999999m\"; at most 168h are possible"},
	{ACTOR("{do: manual-restart, on: ws-a, count: 0}"),
	 "3:48: \"count\" has to be a whole number from 1 to 24, not \"0\""},
	{ACTOR("{do: manual-restart, on: ws-a, count: [2]}"),
	 "3:48: \"count\" has to be a whole number from 1 to 24, not a list"},
	{ACTOR("{do: manual-restart, on: ws-a, count: 20}, {do: create, on: ws-b, count: 5}"),
	 "3:70: create makes a workspace whose state is none, but \"ws-b\" begins as online"},
	{ACTOR("{do: manual-restart, on: ws-a, count: 20}, {do: e2e-client, on: ws-b, count: 5}"),
	 "3:53: 25 actors with this one; at most 24 fit"},

	/* Faults and limits. */
	{FAULT("{give: error 500}"), "4:10: a fault needs the key \"on\""},
	{FAULT("{on: docker.creat, give: error 500}"),
	 "4:15: there is no docker op \"docker.creat\"; did you mean \"docker.create\"?"},
	{FAULT("{on: mutex.lock, give: error 500}"),
	 "4:15: there is no docker op \"mutex.lock\"; `gatecrash list ops` names them, one is docker.create"},
	{FAULT("{on: docker, give: error 500}"),
	 "4:15: there is no docker op \"docker\"; did you mean \"docker.create\"?"},
	{FAULT("{on: docker.remove.mark, give: error 500}"),
	 "4:15: no fault can strike at \"docker.remove.mark\", only where a request begins, at docker.create.register "
	 "and at docker.start"},
	{FAULT("{on: docker.create, give: 500}"),
	 "4:36: \"give\" has to be an error from 400 to 599, such as error 500, not \"500\""},
	{FAULT("{on: docker.create, give: error 399}"),
	 "4:36: \"give\" has to be an error from 400 to 599, such as error 500, not \"error 399\""},
	{FAULT("{on: docker.create, give: error 500, times: 256}"),
	 "4:54: \"times\" has to be a whole number from 1 to 255, not \"256\""},
	{LIMITS("20000"), "4:9: \"limits\" has to be a mapping of keys to values, not \"20000\""},
	{LIMITS("{point: 1}"), "4:10: \"limits\" has no key \"point\"; did you mean \"points\"?"},
	{LIMITS("{points: 99999999999999999999}"),
	 "4:18: \"points\" has to be a whole number from 1 to 10000000, not \"99999999999999999999\""},
	{LIMITS("{points: 4294967297}"),
	 "4:18: \"points\" has to be a whole number from 1 to 10000000, not \"4294967297\""},
	{LIMITS("{spurious: 1001}"), "4:20: \"spurious\" has to be a whole number from 0 to 1000, not \"1001\""},
	{LIMITS("{time: 0s}"), "4:16: \"time\" has to be longer than 0s, not \"0s\""},
	{LIMITS("{time: 5 minutes}"),
	 "4:16: \"time\" has to be a duration such as 500ms, 30s, 2m, 1h or 1m30s, not \"5 minutes\""},

	/* Expectations. */
	{EXPECT("{gate: none}"), "5:3: an expectation needs the key \"finds\""},
	{EXPECT("{gate: none, finds: wedged}"), "5:23: \"finds\" has to be a list, not \"wedged\""},
	{EXPECT("{gate: none, finds: [wegded]}"), "5:24: there is no rule \"wegded\"; did you mean \"wedged\"?"},
	{EXPECT("{gate: none, finds: [wedged, crash, wedged]}"), "5:39: the rule \"wedged\" is named twice"},
	{EXPECT("{gate: Mine, finds: []}"), "5:10: \"Mine\" is no name: \"gate\" has to be 1 to 63 of a-z, 0-9 and -"},
	{EXPECT("{gate: none, finds: []}\n- {gate: none, finds: [crash]}"),
	 "6:10: a second expectation for the gate \"none\"; the first is in line 5"},

	/* Interleavings. */
	{SCRIPT("{name: i, gate: g, finds: []}"), "5:3: an interleaving needs the key \"steps\""},
	{SCRIPT("{name: a, gate: g, finds: [], steps: []}\n- {name: a, gate: g, finds: [], steps: []}"),
	 "6:10: two interleavings are named \"a\""},
	{SCRIPT("{name: a/b, gate: g, finds: [], steps: []}"),
	 "5:10: \"a/b\" is no name: \"name\" has to be 1 to 47 of a-z, 0-9 and -"},
	{STEP("{until: end}"), "5:41: a step needs the key \"run\""},
	{STEP("{run: manual-restart#1}"),
	 "5:41: a step needs the key \"until\": an op such as docker.create, end or blocked"},
	{STEP("{run: manual-restart#2, until: end}"),
	 "5:47: there is no task \"manual-restart#2\"; did you mean \"manual-restart#1\"?"},
	{STEP("{run: container(ws-c)#1, until: end}"),
	 "5:47: there is no task \"container(ws-c)#1\"; did you mean \"container(ws-a)#1\"?"},
	{STEP("{run: container(ws-a)#0, until: end}"),
	 "5:47: there is no task \"container(ws-a)#0\"; did you mean \"container(ws-a)#1\"?"},
	{STEP("{run: manual-restart#1/goo#1, until: end}"),
	 "5:47: there is no task \"manual-restart#1/goo#1\"; what a task made is named /go#1 or /thread#1"},
	{STEP("{run: manual-restart#1, until: docker.craete}"),
	 "5:72: there is no op \"docker.craete\"; did you mean \"docker.create\"?"},
	{STEP("{run: manual-restart#1, until: docker.create.regsiter}"),
	 "5:72: there is no op \"docker.create.regsiter\"; did you mean \"docker.create.register\"?"},
	{STEP("{run: manual-restart#1, until: gate.answer}"),
	 "5:72: no task ever stops at \"gate.answer\"; `gatecrash list ops` names where, others are end and blocked"},
	{STEP("{run: manual-restart#1, until: task.end}"),
	 "5:72: no task ever stops at \"task.end\"; `gatecrash list ops` names where, others are end and blocked"},
	{STEP("{run: manual-restart#1, until: task.begin}"),
	 "5:72: no task ever stops at \"task.begin\"; `gatecrash list ops` names where, others are end and blocked"},
	{STEP("{run: manual-restart#1, until: clock.tick}"),
	 "5:72: no task ever stops at \"clock.tick\"; `gatecrash list ops` names where, others are end and blocked"},
	{STEP("{run: manual-restart#1, until: task}"),
	 "5:72: there is no op \"task\"; `gatecrash list ops` names them, others are end and blocked"},
	{STEP("{run: manual-restart#1, until: docker.cr}"),
	 "5:72: there is no op \"docker.cr\"; did you mean \"docker.create\"?"},
	{STEP("{run: clock, until: end}"), "5:61: the clock takes no \"until\": each step is one tick"},

	/* What is shown of a text fits a line of a terminal. */
	{"name: \"a\\e[31m\\nb\\N\"\nworkspaces: []\nactors: []\n",
	 "1:7: \"name\" has to be one line without control characters"},
	{"\"\\e]0;x\\a\\N\": 1\n",
	 "1:1: a scenario has no key \"?]0;x??\"; it has name, summary, refs, workspaces, actors, faults, limits, "
	 "late_requests, beyond_gate, expect, interleavings"},
	{"name: ääääääääääääääääääääääääääääääää\nworkspaces: []\nactors: []\n",
	 "1:7: \"ääääääääääääääääääääääääääääää...\" is no name: \"name\" has to be 1 to 47 of a-z, 0-9 and -"},
};

static void every_mistake_is_one_line_that_says_where_and_what(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char expected[1024];
		const char *said = complaint(bad[i].text, strlen(bad[i].text));

		snprintf(expected, sizeof(expected), "t.yaml:%s", bad[i].message);
		if (!strcmp(said, expected))
			continue;
		print_error("%s\n  expected %s\n  said     %s\n", bad[i].text, expected, said);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void a_kind_of_actor_that_there_is_not_is_answered_with_all_that_there_are(void **state)
{
	char expected[1024] = "t.yaml:3:15: \"do\" cannot be \"juggle\"; it can be ";

	(void)state;
	for (unsigned i = 0; i < GX_ACTOR_KINDS; i++) {
		strcat(expected, i ? ", " : "");
		strcat(expected, gx_actor_kind_name((enum gx_actor_kind)i));
	}
	assert_string_equal(complaint(ACTOR("{do: juggle, on: ws-a}"), strlen(ACTOR("{do: juggle, on: ws-a}"))),
			    expected);
}

/* Whatever goes with a kind, its row says it: a scenario that heeds that is a scenario. */
static void every_kind_of_actor_is_a_word_of_the_format(void **state)
{
	(void)state;
	for (unsigned i = 0; i < GX_ACTOR_KINDS; i++) {
		const struct gx_actor_row *row = gx_actor_row((enum gx_actor_kind)i);
		struct gx_scenario_file *file;
		char text[512];

		assert_non_null(row->act);
		assert_true(*row->summary);
		snprintf(text, sizeof(text),
			 "name: t\nworkspaces: [{name: ws-a, state: %s}]\nactors: [{do: %s%s%s%s}]\n",
			 row->traits & GX_ACTOR_MAKES_WORKSPACE ? "none" : "online", row->name,
			 row->traits & GX_ACTOR_OF_ALL ? "" : ", on: ws-a", row->once ? "" : ", count: 2",
			 row->traits & GX_ACTOR_IS_MACHINE ? ", by: 1h" : "");
		file = parse(text);
		assert_int_equal(file->scenario.actor_count, row->once ? 1 : 2);
		assert_int_equal(file->scenario.actors[0].kind, i); /* a second row of this name would not be found */
		gx_scenario_free(file);
	}
}

static void a_byte_nul_is_no_yaml(void **state)
{
	static const char text[] = "name: t\nsummary: a\0b\n";

	(void)state;
	assert_string_equal(complaint(text, sizeof(text) - 1),
			    "t.yaml:2:11: this is not YAML: control characters are not allowed");
}

enum { MEGABYTE = 1 << 20 };
static char bytes[MEGABYTE + 1];

/* Noise that is the same in every run: an xorshift (Marsaglia 2003). */
static void fill_with_noise(void)
{
	uint32_t x = 2463534242u;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		bytes[i] = (char)(x & 0xff);
	}
}

static void a_megabyte_of_noise_is_one_line(void **state)
{
	(void)state;
	fill_with_noise();
	assert_string_equal(complaint(bytes, MEGABYTE), "t.yaml:1:3: this is not YAML: invalid leading UTF-8 octet");
	assert_string_equal(complaint(bytes, MEGABYTE + 1), "t.yaml:1:1: larger than 1 MiB: this is no scenario");
}

/* libyaml alone would be busy for minutes with some of these. */
static void a_megabyte_of_anything_is_refused_in_time(void **state)
{
	static const char *const pieces[] = {
		"[",       "{",    "- ", "? ", "[a: ", "{a: ",     "[\n", "- - - -\n", "&a [",
		"a: &a\n", "!!a ", "\"", "a",  "a\n",  "- &a b\n", "# ",  "x: [y]\n",
	};
	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		for (size_t at = 0; at < MEGABYTE; at++)
			bytes[at] = pieces[i][at % strlen(pieces[i])];
		assert_memory_equal(complaint(bytes, MEGABYTE), "t.yaml:", 7);
	}
}

/* The composer looks through all anchors for each new one. */
static void many_anchors_are_refused(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	for (unsigned i = 0; i < 300; i++)
		fprintf(out, "- &a%u b\n", i);
	fclose(out);
	assert_string_equal(complaint(text, size), "t.yaml:257:3: more than 256 anchors");
	free(text);
}

static void a_file_cut_short_anywhere_is_no_crash(void **state)
{
	(void)state;
	for (size_t size = 0; size < strlen(double_click); size++) {
		struct gx_scenario_file *file = NULL;
		struct gx_error err = {{0}};
		enum gx_status rc = gx_scenario_parse(&file, "t.yaml", double_click, size, &err);

		if (rc == GX_OK)
			assert_true(file->scenario.actor_count > 0);
		else
			assert_memory_equal(err.text, "t.yaml:", 7);
		gx_scenario_free(file);
	}
}

/* ---- files and folders ---- */

static char folder[FOLDER_BYTES];

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static int make_folder(void **state)
{
	(void)state;
	if (!new_folder(folder, "scenario"))
		return -1;
	write_file("double-click.yaml", double_click);
	write_file("renamed.yaml", double_click);
	write_file("burst.yaml", HEAD);
	write_file("notes.txt", "");
	write_file(".hidden.yaml", "");
	return setenv("GATECRASH_SCENARIOS", folder, 1);
}

static int remove_folder(void **state)
{
	static const char *const files[] = {"double-click.yaml", "renamed.yaml", "burst.yaml", "notes.txt",
					    ".hidden.yaml"};
	char path[256];

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static void a_file_is_found_by_name_and_loaded(void **state)
{
	struct gx_scenario_file *file = NULL;
	struct gx_error err;
	char path[256];

	(void)state;
	assert_int_equal(gx_scenario_find(path, sizeof(path), "double-click", &err), GX_OK);
	assert_int_equal(gx_scenario_load(&file, path, &err), GX_OK);
	assert_string_equal(file->path, path);
	assert_string_equal(file->scenario.name, "double-click");
	gx_scenario_free(file);
}

static void assert_load_says(const char *path, const char *message)
{
	struct gx_scenario_file *file = NULL;
	struct gx_error err;
	char expected[512];

	snprintf(expected, sizeof(expected), "%s%s", path, message);
	assert_int_equal(gx_scenario_load(&file, path, &err), GX_EINPUT);
	assert_null(file);
	assert_string_equal(err.text, expected);
}

static void a_file_has_the_name_of_its_scenario(void **state)
{
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/renamed.yaml", folder);
	assert_load_says(
		path, ":1:7: \"name\" is \"double-click\", but the file's name says \"renamed\"; they have to agree");
}

static void what_cannot_be_read_is_said(void **state)
{
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/missing.yaml", folder);
	assert_load_says(path, ": cannot be opened: No such file or directory");
	assert_load_says(folder, ": cannot be read: Is a directory");
	assert_load_says("/dev/null", ":1:1: the file is empty; a scenario begins with name: NAME");
	assert_load_says("/dev/zero", ":1:1: larger than 1 MiB: this is no scenario");
}

static void names_are_those_of_yaml_files_sorted(void **state)
{
	struct gx_error err;
	char **names;
	size_t count;

	(void)state;
	assert_int_equal(gx_scenario_names(&names, &count, &err), GX_OK);
	assert_int_equal(count, 3);
	assert_string_equal(names[0], "burst");
	assert_string_equal(names[1], "double-click");
	assert_string_equal(names[2], "renamed");
	gx_scenario_names_free(names, count);
}

static void assert_not_found(const char *word, const char *hint)
{
	struct gx_error err;
	char expected[512];
	char path[256];

	snprintf(expected, sizeof(expected), "there is no scenario named \"%s\" in %s%s", word, folder, hint);
	assert_int_equal(gx_scenario_find(path, sizeof(path), word, &err), GX_EINPUT);
	assert_string_equal(err.text, expected);
}

static void an_unknown_name_is_answered_with_the_nearest(void **state)
{
	(void)state;
	assert_not_found("doubleclick", "; did you mean \"double-click\"?");
	assert_not_found("brust", "; did you mean \"burst\"?");
	assert_not_found("nothing-like-it", "; `gatecrash list scenarios` names them");
	assert_not_found(".hidden", "; `gatecrash list scenarios` names them");
	assert_not_found("", "; `gatecrash list scenarios` names them");
}

static void a_word_with_a_slash_or_suffix_is_a_path(void **state)
{
	struct gx_error err;
	char path[16];

	(void)state;
	assert_int_equal(gx_scenario_find(path, sizeof(path), "./x", &err), GX_OK);
	assert_string_equal(path, "./x");
	assert_int_equal(gx_scenario_find(path, sizeof(path), "x.yaml", &err), GX_OK);
	assert_string_equal(path, "x.yaml");
	assert_int_equal(gx_scenario_find(path, sizeof(path), "/0123456789/0123456789", &err), GX_EINPUT);
	assert_string_equal(err.text, "the path \"/0123456789/0123456789\" is too long");
}

/* ---- words ---- */

static void the_nearest_word_is_one_that_was_meant(void **state)
{
	static const char *const words[] = {"run", "matrix", "replay", "list", "name-conflict"};
	static const struct {
		const char *word;
		const char *nearest;
	} rows[] = {
		{"rnu", "run"},      {"RUN", "run"},
		{"ru", "run"},       {"runn", "run"},
		{"matrx", "matrix"}, {"lsit", "list"},
		{"lists", "list"},   {"name-conflcit", "name-conflict"},
		{"reply", "replay"}, {"nameconflicts", "name-conflict"},
		{"r", NULL},         {"", NULL},
		{"stress", NULL},    {"mat", "matrix"},
		{"ma", NULL},        {"xyz", NULL},
	};
	char longest[200];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *nearest = gx_nearest(rows[i].word, words, COUNT(words));

		if (!rows[i].nearest)
			assert_null(nearest);
		else if (!nearest || strcmp(nearest, rows[i].nearest))
			fail_msg("%s: %s, not %s", rows[i].word, nearest ? nearest : "nothing", rows[i].nearest);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(gx_nearest(longest, words, COUNT(words)));
	assert_null(gx_nearest("run", NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_design_is_read_field_by_field),
		cmocka_unit_test(everything_optional_has_its_default),
		cmocka_unit_test(actors_are_numbered_per_kind_across_entries),
		cmocka_unit_test(a_fault_is_at_the_first_op_that_can_fail),
		cmocka_unit_test(steps_name_tasks_as_reports_do),
		cmocka_unit_test(an_alias_that_is_no_cycle_is_what_it_refers_to),
		cmocka_unit_test(every_mistake_is_one_line_that_says_where_and_what),
		cmocka_unit_test(a_kind_of_actor_that_there_is_not_is_answered_with_all_that_there_are),
		cmocka_unit_test(every_kind_of_actor_is_a_word_of_the_format),
		cmocka_unit_test(a_byte_nul_is_no_yaml),
		cmocka_unit_test(a_megabyte_of_noise_is_one_line),
		cmocka_unit_test(a_megabyte_of_anything_is_refused_in_time),
		cmocka_unit_test(many_anchors_are_refused),
		cmocka_unit_test(a_file_cut_short_anywhere_is_no_crash),
		cmocka_unit_test(the_nearest_word_is_one_that_was_meant),
	};
	const struct CMUnitTest files[] = {
		cmocka_unit_test(a_file_is_found_by_name_and_loaded),
		cmocka_unit_test(a_file_has_the_name_of_its_scenario),
		cmocka_unit_test(what_cannot_be_read_is_said),
		cmocka_unit_test(names_are_those_of_yaml_files_sorted),
		cmocka_unit_test(an_unknown_name_is_answered_with_the_nearest),
		cmocka_unit_test(a_word_with_a_slash_or_suffix_is_a_path),
	};
	int failed = cmocka_run_group_tests_name("scenario", tests, register_labels, NULL);

	return failed + cmocka_run_group_tests_name("scenario files", files, make_folder, remove_folder);
}
