#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/worker.h"
#include "explore/replay.h"
#include "gates/gates.h"

static const char doc[] =
	"Explore every scenario with every gate that its `expect` names, and hold what shows against what is expected: exactly those "
	"rules, no others. Replay its scripted interleavings: each has to show the rules that it names (others may show too); one "
	"that names none has to show none. Without a scenario: all there are."
	"\vExamples:\n"
	"  gatecrash matrix\n"
	"  gatecrash matrix double-click burst --gate per-workspace\n"
	"  gatecrash matrix --gate mygate.c --as per-workspace-strict\n\n"
	"With --gate, only what is expected of this gate: of its name, or of its file where `expect` names one (gate: ./mine.so, beside "
	"the scenario). With --as, what is expected of another one, interleavings aside, which are schedules of that one's steps.\n\n"
	"Exit status: 0 all as expected, 1 something is not, 2 usage or bad input, 3 could not tell.";

/* ---- sets of rules ---- */

static gx_rule_set rules_of(const struct gx_result_run *run)
{
	gx_rule_set set = 0;

	for (size_t i = 0; i < run->finding_count; i++)
		set |= gx_rule_bit(gx_rule_find(run->findings[i].rule));
	return set;
}

static struct gx_result_rules names_of(gx_rule_set set, struct gx_keep *keep)
{
	const char **names = gx_keep_alloc(keep, GX_RULE_COUNT * sizeof(*names));
	size_t count = 0;

	for (unsigned rule = 0; rule < GX_RULE_COUNT; rule++)
		if (set >> rule & 1)
			names[count++] = gx_rule_name((enum gx_rule)rule);
	return (struct gx_result_rules){.names = names, .count = count};
}

static void judge(struct gx_job *job, struct gx_result_run *run, gx_rule_set missing, gx_rule_set extra)
{
	run->missing = names_of(missing, &job->keep);
	run->unexpected = names_of(extra, &job->keep);
	run->judgement = missing || extra ? GX_JUDGEMENT_OTHERWISE : GX_JUDGEMENT_AS_EXPECTED;
	job->red |= run->judgement == GX_JUDGEMENT_OTHERWISE;
}

/* What has not shown yet is missing only once everything was seen; what should not have shown counts at once. */
static void judge_incomplete(struct gx_job *job, struct gx_result_run *run, gx_rule_set extra)
{
	judge(job, run, 0, extra);
	if (run->judgement != GX_JUDGEMENT_AS_EXPECTED)
		return;
	run->judgement = GX_JUDGEMENT_UNDECIDED;
	job->unsure = true;
}

/* A recipe that no longer fits, and why. */
static void judge_misfit(struct gx_job *job, struct gx_result_run *run, const struct gx_error *err)
{
	run->judgement = GX_JUDGEMENT_OTHERWISE;
	run->misfit = gx_keep_text(&job->keep, err->text);
	job->red = true;
}

/* ---- explorations ---- */

static void explore(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate, gx_rule_set expected)
{
	struct gx_result_run *run = gx_job_explore(job, file, gate, false);
	gx_rule_set shown = rules_of(run);

	if (run->complete)
		judge(job, run, expected & ~shown, shown & ~expected);
	else
		judge_incomplete(job, run, shown & ~expected);
	gx_lines_write(&job->lines, run);
}

/* One expectation, with the gate that it names, or with each that is held against it. */
static void hold(struct gx_job *job, unsigned file, const struct gx_expectation *expectation)
{
	const struct gx_gate_choice *gate;

	for (unsigned i = 0; job->options->as && i < job->gate_count && !gx_interrupted; i++)
		explore(job, file, &job->gates[i], expectation->rules);
	if (job->options->as)
		return;
	gate = gx_job_gate(job, file, expectation->gate, expectation->gate_path, expectation->line);
	if (gate)
		explore(job, file, gate, expectation->rules);
}

/* ---- scripted interleavings ---- */

struct playing {
	struct gx_session *session;
	const struct gx_interleaving *script;
};

static enum gx_status play(void *context, struct gx_error *err)
{
	const struct playing *it = context;
	struct gx_session *session = it->session;
	const struct gx_interleaving *script = it->script;
	struct gx_path whole = {0};
	enum gx_status rc = gx_session_load(session, GX_RUN_INTERLEAVING, err);

	if (rc == GX_OK)
		rc = gx_session_play(session, script, &whole, err);
	if (rc == GX_OK)
		rc = gx_session_describe(session, &whole, NULL, err);
	gx_path_release(&whole);
	return rc;
}

/* A recipe that no longer fits is not as expected, and says why; the other runs go on. */
static void replay(struct gx_job *job, unsigned file, const struct gx_interleaving *script)
{
	const struct gx_gate_choice *gate = gx_job_gate(job, file, script->gate, script->gate_path, script->line);
	struct gx_session session;
	struct gx_error err;
	enum gx_status rc;

	if (!gate || gate->refused) {
		if (gate)
			gx_job_give_up(job, file, gate);
		return;
	}
	session = gx_job_session(job, file, gate);
	job->ran = true;
	rc = gx_worker_run(play, &(struct playing){&session, script}, session.result, &err);
	session.result->scenario = gx_keep_format(&job->keep, "%s#%s", session.scenario->name, script->name);
	if (rc == GX_OK)
		judge(job, session.result, script->rules & ~rules_of(session.result),
		      script->rules ? 0 : rules_of(session.result));
	else
		judge_misfit(job, session.result, &err);
	gx_lines_write(&job->lines, session.result);
}

/* ---- the command ---- */

static bool wants_gate(const struct gx_job *job, const char *name, const char *path)
{
	if (job->options->as)
		return !path && !strcmp(job->options->as, name);
	for (unsigned i = 0; i < job->gate_count; i++)
		if (gx_job_is_gate(&job->gates[i], name, path))
			return true;
	return !job->gate_count;
}

static bool wants_script(const struct gx_job *job, const struct gx_interleaving *script)
{
	return !job->options->as && wants_gate(job, script->gate, script->gate_path);
}

/* Told before anything is explored: a gate that is named and that there is not. */
static bool has_gates(struct gx_job *job, unsigned file)
{
	const struct gx_scenario_file *scenario = job->files[file];
	bool has = true;

	for (unsigned i = 0; i < scenario->expectation_count && has && !job->options->as; i++) {
		const struct gx_expectation *it = &scenario->expectations[i];

		has = !wants_gate(job, it->gate, it->gate_path) ||
		      gx_job_gate(job, file, it->gate, it->gate_path, it->line);
	}
	for (unsigned i = 0; i < scenario->interleaving_count && has; i++) {
		const struct gx_interleaving *it = &scenario->interleavings[i];

		has = !wants_script(job, it) || gx_job_gate(job, file, it->gate, it->gate_path, it->line);
	}
	return has;
}

/* How many runs there will be, and how wide the names that stand in their lines. */
static void plan_one(struct gx_job *job, const char *scenario, const char *gate)
{
	gx_lines_expect(&job->lines, scenario, gate);
	job->planned++;
}

static void plan(struct gx_job *job, unsigned file)
{
	const struct gx_scenario_file *scenario = job->files[file];
	char name[128];

	for (unsigned i = 0; i < scenario->expectation_count; i++) {
		const struct gx_expectation *it = &scenario->expectations[i];

		if (!wants_gate(job, it->gate, it->gate_path))
			continue;
		for (unsigned j = 0; job->options->as && j < job->gate_count; j++)
			plan_one(job, scenario->scenario.name, job->gates[j].word);
		if (!job->options->as)
			plan_one(job, scenario->scenario.name, it->gate);
	}
	for (unsigned i = 0; i < scenario->interleaving_count; i++) {
		snprintf(name, sizeof(name), "%s#%s", scenario->scenario.name, scenario->interleavings[i].name);
		if (wants_script(job, &scenario->interleavings[i]))
			plan_one(job, name, scenario->interleavings[i].gate);
	}
}

static void run_file(struct gx_job *job, unsigned file)
{
	const struct gx_scenario_file *scenario = job->files[file];

	for (unsigned i = 0; i < scenario->expectation_count && !gx_interrupted; i++)
		if (wants_gate(job, scenario->expectations[i].gate, scenario->expectations[i].gate_path))
			hold(job, file, &scenario->expectations[i]);
	for (unsigned i = 0; i < scenario->interleaving_count && !gx_interrupted; i++)
		if (wants_script(job, &scenario->interleavings[i]))
			replay(job, file, &scenario->interleavings[i]);
}

static int nothing_to_hold(const struct gx_job *job)
{
	if (job->options->as)
		fprintf(stderr,
			"gatecrash: no scenario says in `expect` what the gate %s shows: nothing to hold against\n",
			gx_quote(job->options->as).text);
	else
		fputs("gatecrash: no scenario names this gate in `expect` or `interleavings`: nothing to hold against; "
		      "--as NAME holds a gate of your own against what is expected of another\n",
		      stderr);
	return GX_EXIT_USAGE;
}

static int judgement(const struct gx_job *job)
{
	if (job->red)
		return GX_EXIT_FOUND;
	if (job->unsure || gx_interrupted)
		return GX_EXIT_UNKNOWN;
	return job->runs.count || job->status != GX_EXIT_HELD ? GX_EXIT_HELD : nothing_to_hold(job);
}

/* A slip of the pen in --as is told as one. */
static int check_as(const struct gx_options *options)
{
	struct gx_error err;

	if (!options->as || gx_gate_find(options->as))
		return GX_EXIT_HELD;
	return gx_complain(gx_no_such_gate(options->as, "--as: ", &err), &err);
}

static int matrix(struct gx_options *options)
{
	struct gx_job job;
	int status = check_as(options);

	if (status != GX_EXIT_HELD)
		return status;
	options->all = !options->scenario_count;
	status = gx_job_load(&job, options);
	for (unsigned i = 0; i < job.file_count && status == GX_EXIT_HELD; i++)
		status = has_gates(&job, i) ? GX_EXIT_HELD : job.status;
	job.lines = gx_lines_begin(options);
	for (unsigned i = 0; i < job.file_count && status == GX_EXIT_HELD; i++)
		plan(&job, i);
	for (unsigned i = 0; i < job.file_count && status == GX_EXIT_HELD && !gx_interrupted; i++)
		run_file(&job, i);
	if (status == GX_EXIT_HELD)
		status = gx_job_report(&job, &job.lines, judgement(&job));
	gx_job_release(&job);
	return status;
}

const struct gx_command gx_command_matrix = {
	.name = "matrix",
	.summary = "every scenario with every gate, held against what it expects",
	.args = "[SCENARIO...]",
	.doc = doc,
	.takes = GX_TAKES_BUDGET | GX_TAKES_REPORT | GX_TAKES_GATES | GX_TAKES_AS,
	.run = matrix,
};
