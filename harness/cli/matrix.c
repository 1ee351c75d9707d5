#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "explore/replay.h"
#include "scenario/find.h"

static const char doc[] =
	"Explore every scenario with every gate that its `expect` names, and hold what shows against what is expected: exactly those "
	"rules, no others. Replay its scripted interleavings: each has to show the rules that it names (others may show too); one "
	"that names none has to show none. Without a scenario: all there are."
	"\vExit status: 0 all as expected, 1 something is not, 2 usage or bad input, 3 could not tell.";

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

static bool explore(struct gx_job *job, unsigned file, const struct gx_expectation *expectation)
{
	const struct gx_gate_choice *gate = gx_job_gate(job, file, expectation->gate, expectation->line);
	struct gx_result_run *run = gate ? gx_job_explore(job, file, gate, false) : NULL;
	gx_rule_set shown;

	if (!run) {
		if (gate) /* in trouble: its line says so */
			gx_lines_write(&job->lines, &job->runs.runs[job->runs.count - 1]);
		return false;
	}
	shown = rules_of(run);
	if (run->complete)
		judge(job, run, expectation->rules & ~shown, shown & ~expectation->rules);
	else
		judge_incomplete(job, run, shown & ~expectation->rules);
	gx_lines_write(&job->lines, run);
	return true;
}

/* ---- scripted interleavings ---- */

static enum gx_status play(struct gx_session *session, const struct gx_interleaving *script, struct gx_error *err)
{
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
static bool replay(struct gx_job *job, unsigned file, const struct gx_interleaving *script)
{
	const struct gx_gate_choice *gate = gx_job_gate(job, file, script->gate, script->line);
	struct gx_session session;
	struct gx_error err;
	enum gx_status rc;

	if (!gate)
		return false;
	session = gx_job_session(job, file, gate);
	rc = play(&session, script, &err);
	session.result->scenario = gx_keep_format(&job->keep, "%s#%s", session.scenario->name, script->name);
	if (rc == GX_OK)
		judge(job, session.result, script->rules & ~rules_of(session.result),
		      script->rules ? 0 : rules_of(session.result));
	else
		judge_misfit(job, session.result, &err);
	gx_lines_write(&job->lines, session.result);
	return true;
}

/* ---- the command ---- */

static bool wants_gate(const struct gx_job *job, const char *name)
{
	for (unsigned i = 0; i < job->gate_count; i++)
		if (!strcmp(job->gates[i].gate->name, name))
			return true;
	return !job->gate_count;
}

/* Told before anything is explored: a gate that is named and that there is not. */
static bool has_gates(struct gx_job *job, unsigned file)
{
	const struct gx_scenario_file *scenario = job->files[file];
	bool has = true;

	for (unsigned i = 0; i < scenario->expectation_count && has; i++)
		if (wants_gate(job, scenario->expectations[i].gate))
			has = gx_job_gate(job, file, scenario->expectations[i].gate, scenario->expectations[i].line);
	for (unsigned i = 0; i < scenario->interleaving_count && has; i++)
		if (wants_gate(job, scenario->interleavings[i].gate))
			has = gx_job_gate(job, file, scenario->interleavings[i].gate, scenario->interleavings[i].line);
	return has;
}

/* How many runs there will be, and how wide the names that stand in their lines. */
static void plan(struct gx_job *job, unsigned file)
{
	const struct gx_scenario_file *scenario = job->files[file];
	char name[128];

	for (unsigned i = 0; i < scenario->expectation_count; i++)
		if (wants_gate(job, scenario->expectations[i].gate)) {
			gx_lines_expect(&job->lines, scenario->scenario.name, scenario->expectations[i].gate);
			job->planned++;
		}
	for (unsigned i = 0; i < scenario->interleaving_count; i++)
		if (wants_gate(job, scenario->interleavings[i].gate)) {
			snprintf(name, sizeof(name), "%s#%s", scenario->scenario.name, scenario->interleavings[i].name);
			gx_lines_expect(&job->lines, name, scenario->interleavings[i].gate);
			job->planned++;
		}
}

static bool run_file(struct gx_job *job, unsigned file)
{
	const struct gx_scenario_file *scenario = job->files[file];

	for (unsigned i = 0; i < scenario->expectation_count; i++) {
		if (!wants_gate(job, scenario->expectations[i].gate))
			continue;
		if (gx_interrupted || !explore(job, file, &scenario->expectations[i]))
			return false;
	}
	for (unsigned i = 0; i < scenario->interleaving_count; i++) {
		if (!wants_gate(job, scenario->interleavings[i].gate))
			continue;
		if (gx_interrupted || !replay(job, file, &scenario->interleavings[i]))
			return false;
	}
	return true;
}

static int exit_status(const struct gx_job *job)
{
	if (job->status != GX_EXIT_HELD)
		return job->status;
	if (job->red)
		return GX_EXIT_FOUND;
	if (job->unsure || gx_interrupted)
		return GX_EXIT_UNKNOWN;
	if (job->runs.count)
		return GX_EXIT_HELD;
	fputs("gatecrash: no scenario names this gate in `expect` or `interleavings`: nothing to hold against\n",
	      stderr);
	return GX_EXIT_USAGE;
}

/* All scenarios that there are, as if they had been named. */
static int name_all(struct gx_options *options, char ***names, size_t *count)
{
	struct gx_error err;
	enum gx_status rc = gx_scenario_names(names, count, &err);

	if (rc != GX_OK)
		return gx_complain(rc, &err);
	if (*count > GX_WORDS_MAX) {
		fprintf(stderr, "gatecrash: %zu scenarios are too many for one matrix: name at most %d\n", *count,
			GX_WORDS_MAX);
		return GX_EXIT_USAGE;
	}
	for (size_t i = 0; i < *count; i++)
		options->scenarios[options->scenario_count++] = (*names)[i];
	return GX_EXIT_HELD;
}

static int run(struct gx_options *options)
{
	struct gx_job job;
	int status = gx_job_load(&job, options);

	for (unsigned i = 0; i < job.file_count && status == GX_EXIT_HELD; i++)
		status = has_gates(&job, i) ? GX_EXIT_HELD : job.status;
	job.lines = gx_lines_begin(options);
	for (unsigned i = 0; i < job.file_count && status == GX_EXIT_HELD; i++)
		plan(&job, i);
	for (unsigned i = 0; i < job.file_count && status == GX_EXIT_HELD; i++)
		if (!run_file(&job, i))
			break;
	if (status == GX_EXIT_HELD) {
		int written = job.runs.count ? gx_write_reports(options, &job.runs, &job.lines) : GX_EXIT_HELD;

		status = written != GX_EXIT_HELD ? written : exit_status(&job);
	}
	gx_job_release(&job);
	return status;
}

static int matrix(struct gx_options *options)
{
	char **names = NULL;
	size_t count = 0;
	int status = options->scenario_count ? GX_EXIT_HELD : name_all(options, &names, &count);

	if (status == GX_EXIT_HELD)
		status = run(options);
	gx_scenario_names_free(names, count);
	return status;
}

const struct gx_command gx_command_matrix = {
	.name = "matrix",
	.summary = "every scenario with every gate it names, held against what it expects",
	.args = "[SCENARIO...]",
	.doc = doc,
	.takes = GX_TAKES_BUDGET | GX_TAKES_REPORT | GX_TAKES_GATES,
	.run = matrix,
};
