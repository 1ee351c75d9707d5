#include "results.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIRST        "manual-restart#1"
#define SECOND       "manual-restart#2"
#define REPRO        "gx1:double-click:none:1*14~8c3,2*31~07f,1*2~b21:93:5d1f0c9e77a1b2c3"
#define TOKEN_REPRO  "gx1:double-click:none:1*9~112,2*12~07f:97:00000000000000ff"
#define LOCK_REPRO   "gx1:double-click:relock:1*3~001:12:0123456789abcdef"
#define CROWD_REPRO  "gx1:burst:none:1*1~001,2*1~002,3*1~003,4*1~004,5*1~005:40:0000000000000001"

const struct gx_result_run gx_run_clean = {
	.scenario = "double-click",
	.gate = "per-workspace",
	.gate_summary = "one lock per workspace, held over both legs",
	.strategy = "auto",
	.seed = 1,
	.verdict = GX_VERDICT_CLEAN,
	.complete = true,
	.incomplete_why = "",
	.explored = {.ends = 12,
		     .states = 2146,
		     .transitions = 4226,
		     .points = 4312,
		     .seconds = 0.0312345678,
		     .interleavings = 1234567890,
		     .collision_chance = 1.2e-13,
		     .depth = 93,
		     .rechecked = 12,
		     .end_hash = 0x00c0ffee00c0ffee},
	.one_identity = true,
};

/* ---- found ---- */

static const struct gx_result_step collision_steps[] = {
	{FIRST, "arrive", "ws-a", "", false, false, false, 1, 1000, "", NULL},
	{FIRST, "row.read", "ws-a", "online", false, false, false, 2, 2000, "", NULL},
	{FIRST, "docker.remove.mark", "ws-a", "stop begins", true, false, false, 3, 3000, "", NULL},
	{FIRST, "docker.remove.release", "ws-a", "204, stop ends", true, false, false, 4, 4000, "", NULL},
	{SECOND, "arrive", "ws-a", "", false, false, true, 5, 5000, FIRST, NULL},
	{SECOND, "row.read", "ws-a", "offline", false, false, false, 6, 6000, "", NULL},
	{SECOND, "docker.remove.mark", "ws-a", "404 no such container, stop begins", true, false, false, 7, 7000, "",
	 NULL},
	{SECOND, "row.write", "ws-a", "offline", false, false, false, 8, 8000, "", NULL},
	{FIRST, "token.revoke", "ws-a", "1 revoked", false, false, true, 9, 9000, SECOND, NULL},
	{FIRST, "docker.create.reserve", "ws-a", "", true, true, false, 10, 10000, "", NULL},
	{SECOND, "docker.create.reserve", "ws-a", "409 name is already in use, start fails", true, true, true, 11,
	 11000, FIRST, NULL},
};

static const struct gx_result_step token_steps[] = {
	{FIRST, "token.revoke", "ws-a", "1 revoked", true, true, false, 1, 1000, "", NULL},
	{SECOND, "token.mint", "ws-a", "", true, true, true, 2, 2000, FIRST, NULL},
};

static const struct gx_result_finding found_findings[] = {
	{
		.rule = "name-conflict",
		.workspace = "ws-a",
		.message =
			"manual-restart#2 creates ws-a's container and is answered 409: manual-restart#1 holds the name, its own "
			"container made but not yet started",
		.repro = REPRO,
		.repro_command = "gatecrash replay '" REPRO "'",
		.remedy = "let one cycle per workspace hold the gate from before its stop leg to after its start leg",
		.transitions = 214,
		.preemptions = 2,
		.steps = collision_steps,
		.step_count = COUNT(collision_steps),
	},
	{
		.rule = "double-token-write",
		.workspace = "ws-a",
		.message =
			"manual-restart#2 replaces the bearer of ws-a while the provision of manual-restart#1 is still replacing it",
		.repro = TOKEN_REPRO,
		.repro_command = "gatecrash replay '" TOKEN_REPRO "'",
		.remedy = "",
		.transitions = 2,
		.preemptions = 1,
		.steps = token_steps,
		.step_count = COUNT(token_steps),
	},
};

const struct gx_result_run gx_run_found = {
	.scenario = "double-click",
	.gate = "none",
	.gate_summary = "no gate: every request runs its legs at once",
	.strategy = "auto",
	.seed = 18446744073709551615u,
	.verdict = GX_VERDICT_FOUND,
	.complete = true,
	.incomplete_why = "",
	.explored = {.ends = 40,
		     .states = 38422,
		     .transitions = 88852,
		     .points = 90000,
		     .seconds = 12.345,
		     .interleavings = 3.21e+30,
		     .collision_chance = 4e-11,
		     .depth = 97,
		     .rechecked = 40},
	.findings = found_findings,
	.finding_count = COUNT(found_findings),
};

/* ---- deadlock ---- */

static const struct gx_result_step lock_steps[] = {
	{FIRST, "mutex.lock", "mutex m1", "", true, false, false, 1, 1000, "", NULL},
	{FIRST, "mutex.lock", "mutex m1", "", true, false, false, 2, 2000, "", NULL},
};

static const struct gx_result_wait lock_waits[] = {
	{FIRST, "mutex.lock", "mutex m1", FIRST, GX_HOLD_HELD, false, 1, NULL},
	{SECOND, "mutex.lock", "mutex m1", FIRST, GX_HOLD_HELD, true, 1, NULL},
	{SECOND "/go#1", "cond.wait", "condition c2", "", GX_HOLD_HELD, false, 0, NULL},
	{"gate.close", "thread.join", "", SECOND "/go#1", GX_HOLD_HELD, false, 0, NULL},
};

static const struct gx_result_finding lock_finding = {
	.rule = "deadlock",
	.workspace = "",
	.message = "nobody can go on who should: the waiters for the service stand as shown below",
	.repro = LOCK_REPRO,
	.repro_command = "gatecrash replay '" LOCK_REPRO "'",
	.remedy = "",
	.executions = 1234,
	.preemptions = 0,
	.steps = lock_steps,
	.step_count = COUNT(lock_steps),
	.waits = lock_waits,
	.wait_count = COUNT(lock_waits),
};

const struct gx_result_run gx_run_deadlock = {
	.scenario = "double-click",
	.gate = "relock",
	.gate_summary = "locks twice",
	.strategy = "random",
	.seed = 7,
	.verdict = GX_VERDICT_FOUND,
	.incomplete = GX_INCOMPLETE_SAMPLE,
	.incomplete_why = "",
	.explored = {.executions = 20000, .points = 1000000, .seconds = 123.4},
	.findings = &lock_finding,
	.finding_count = 1,
};

/* ---- not to the end ---- */

const struct gx_result_run gx_run_incomplete = {
	.scenario = "three-callers",
	.gate = "none",
	.gate_summary = "",
	.strategy = "exhaustive",
	.seed = 1,
	.verdict = GX_VERDICT_INCOMPLETE,
	.incomplete = GX_INCOMPLETE_STOPPED,
	.incomplete_why = "the state budget is used up",
	.explored = {.states = 100000, .transitions = 250000, .points = 250000, .seconds = 0.5},
};

const struct gx_result_run gx_run_interrupted = {
	.scenario = "burst",
	.gate = "./mygate.so",
	.gate_summary = "",
	.strategy = "random",
	.seed = 7,
	.verdict = GX_VERDICT_INCOMPLETE,
	.incomplete = GX_INCOMPLETE_INTERRUPTED,
	.incomplete_why = "interrupted",
	.interrupted = true,
	.explored = {.executions = 1, .points = 93, .seconds = 1},
};

const struct gx_result_run gx_run_replayed = {
	.scenario = "double-click",
	.gate = "none",
	.gate_summary = "",
	.kind = GX_RUN_REPRO,
	.strategy = "replay",
	.verdict = GX_VERDICT_FOUND,
	.incomplete_why = "",
	.event_hash = 0x5d1f0c9e77a1b2c3,
	.explored = {.executions = 10000, .points = 93, .seconds = 0.7, .depth = 93},
	.findings = &found_findings[1],
	.finding_count = 1,
};

/* ---- many tasks ---- */

static const struct gx_result_step crowd_steps[] = {
	{"manual-restart#1", "docker.remove.mark", "ws-a", "stop begins", true, false, false, 1, 1000, "", NULL},
	{"manual-restart#2", "docker.remove.mark", "ws-a", "409 removal in progress", true, false, true, 2, 2000,
	 "manual-restart#1", NULL},
	{"container(ws-a)#1", "row.heartbeat", "ws-a", "401", true, false, true, 3, 3000, "manual-restart#2", NULL},
	{"programmatic-restart#1", "token.revoke", "ws-a", "1 revoked", false, false, true, 4, 4000,
	 "container(ws-a)#1", NULL},
	{"programmatic-restart#1", "docker.create.reserve", "ws-a", "", true, true, false, 5, 5000, "", NULL},
	{"manual-restart#1/go#1", "docker.create.reserve", "ws-a",
	 "409 name is already in use by a container whose name nobody would want to read to its end, start fails", true,
	 true, true, 6, 6000, "programmatic-restart#1", NULL},
};

static const struct gx_result_finding crowd_finding = {
	.rule = "name-conflict",
	.workspace = "ws-a",
	.message = "manual-restart#1 creates ws-a's container and is answered 409",
	.repro = CROWD_REPRO,
	.repro_command = "gatecrash replay '" CROWD_REPRO "'",
	.remedy = "",
	.transitions = 1,
	.preemptions = 4,
	.steps = crowd_steps,
	.step_count = COUNT(crowd_steps),
};

const struct gx_result_run gx_run_crowded = {
	.scenario = "burst",
	.gate = "none",
	.gate_summary = "",
	.strategy = "auto",
	.seed = 1,
	.verdict = GX_VERDICT_FOUND,
	.incomplete = GX_INCOMPLETE_STOPPED,
	.incomplete_why = "the state budget is used up",
	.explored = {.executions = 5000, .states = 100000, .transitions = 250000, .points = 300000, .seconds = 2},
	.findings = &crowd_finding,
	.finding_count = 1,
};

const struct gx_result_run gx_run_bare = {
	.scenario = "double-click#conflict",
	.gate = "none",
	.verdict = GX_VERDICT_INCOMPLETE,
	.kind = GX_RUN_INTERLEAVING,
	.judgement = GX_JUDGEMENT_OTHERWISE,
	.misfit =
		"step 3: the recipe wants manual-restart#3, which is no task; manual-restart#1 and manual-restart#2 can go on",
};

char *gx_render(const struct gx_report_format *format, const struct gx_result_run *runs, size_t count, bool color,
		bool matrix)
{
	const struct gx_report_style style = {.color = color, .matrix = matrix, .version = "0.1.0"};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool written;

	if (!out)
		return NULL;
	written = format->write(out, runs, count, &style);
	if (fclose(out) == 0 && written)
		return text;
	free(text);
	return NULL;
}
