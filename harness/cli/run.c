#include <stdio.h>

#include "cli/cli.h"

static const char doc[] =
	"Explore the interleavings of scenarios (names, or paths of .yaml files) with gates; explain what goes wrong and print a "
	"line that replays it. Without a scenario: double-click. Without --gate: every gate that the scenario's `expect` names."
	"\vExamples:\n"
	"  gatecrash run                             the race; which gates stop it\n"
	"  gatecrash run double-click --gate none\n"
	"  gatecrash run three-callers --gate ./mygate.so --require-complete\n"
	"  gatecrash run burst --strategy random --seed 7 --report json=burst.json\n\n"
	"Exit status: 0 nothing found, 1 found, 2 usage or bad input, 3 could not tell. A run that is not proven, since its exploration was "
	"incomplete and found nothing, ends with 0 as well; with 3 under --require-complete. What the scenario says to show whichever gate "
	"is used counts only with --strict.";

static bool run_file(struct gx_job *job, unsigned file)
{
	const struct gx_scenario_file *scenario = job->files[file];

	for (unsigned i = 0; i < job->gate_count; i++)
		if (gx_interrupted || !gx_job_explore(job, file, &job->gates[i], true))
			return false;
	for (unsigned i = 0; i < scenario->expectation_count && !job->gate_count; i++) {
		const struct gx_expectation *expectation = &scenario->expectations[i];
		const struct gx_gate_choice *gate = gx_job_gate(job, file, expectation->gate, expectation->line);

		if (gx_interrupted || !gate || !gx_job_explore(job, file, gate, true))
			return false;
	}
	return true;
}

/* Told before anything is explored: is there a gate for every scenario? */
static bool has_gates(struct gx_job *job)
{
	for (unsigned i = 0; i < job->file_count && !job->gate_count; i++) {
		const struct gx_scenario_file *scenario = job->files[i];

		if (!scenario->expectation_count) {
			gx_print_clean(stderr, "gatecrash: %s names no gate in `expect`: choose one with --gate",
				       scenario->path);
			job->status = GX_EXIT_USAGE;
			return false;
		}
		for (unsigned j = 0; j < scenario->expectation_count; j++)
			if (!gx_job_gate(job, i, scenario->expectations[j].gate, scenario->expectations[j].line))
				return false;
	}
	return true;
}

static int judge(const struct gx_job *job)
{
	bool incomplete = false;
	bool found = false;

	for (size_t i = 0; i < job->runs.count; i++) {
		const struct gx_result_run *run = &job->runs.runs[i];

		found |= run->verdict == GX_VERDICT_FOUND;
		incomplete |= run->interrupted || (!run->complete && job->options->require_complete);
	}
	if (job->status != GX_EXIT_HELD)
		return job->status;
	if (found)
		return GX_EXIT_FOUND;
	return incomplete || gx_interrupted ? GX_EXIT_UNKNOWN : GX_EXIT_HELD;
}

static int run(struct gx_options *options)
{
	struct gx_job job;
	int status;

	if (!options->scenario_count)
		options->scenarios[options->scenario_count++] = "double-click";
	if (gx_job_load(&job, options) == GX_EXIT_HELD && has_gates(&job)) {
		for (unsigned i = 0; i < job.file_count; i++)
			if (!run_file(&job, i))
				break;
		status = job.runs.count ? gx_write_reports(options, &job.runs, NULL) : GX_EXIT_HELD;
		job.status = status != GX_EXIT_HELD ? status : judge(&job);
	}
	status = job.status;
	gx_job_release(&job);
	return status;
}

const struct gx_command gx_command_run = {
	.name = "run",
	.summary = "explore scenarios with gates, explain what goes wrong",
	.args = "[SCENARIO...]",
	.doc = doc,
	.takes = GX_TAKES_EXPLORE | GX_TAKES_BUDGET | GX_TAKES_REPORT | GX_TAKES_GATES | GX_TAKES_STORY,
	.run = run,
};
