#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/standard.h"
#include "core/host.h"
#include "scenario/find.h"

static const char doc[] =
	"Explore the interleavings of scenarios (names, or paths of .yaml files) with gates; explain what goes wrong and print a "
	"line that replays it. Without a scenario: double-click; but with a gate of your own, a file, the standard set: " GX_STANDARD_SET
	". Without --gate: every gate that the scenario's `expect` names."
	"\vExamples:\n"
	"  gatecrash run                             the race; which gates stop it\n"
	"  gatecrash run double-click --gate none\n"
	"  gatecrash run --gate mygate.c            the standard set: about a minute for a good gate\n"
	"  gatecrash run --all --gate mygate.c      every scenario\n"
	"  gatecrash run three-callers --gate mygate.c --require-complete\n"
	"  gatecrash run burst --strategy random --seed 7 --report json=burst.json\n\n"
	"Of the standard set, what takes long is left out while double-click, with the same bugs in less time, is not clean. A run that "
	"fails, and a gate that cannot be loaded, do not keep the others from being run and reported.\n\n"
	"Exit status: 0 nothing found, 1 found, 2 usage or bad input, 3 could not tell. A run that is not proven, since its exploration was "
	"incomplete and found nothing, ends with 0 as well; with 3 under --require-complete. What the scenario says to show whichever gate "
	"is used counts only with --strict.";

const struct gx_standard gx_standard_set[GX_STANDARD_MAX] = {
	{"single", NULL},
	{"double-click", NULL},
	{"manual-vs-programmatic", NULL},
	{"create-vs-restart", NULL},
	{"no-backend", NULL},
	{"failed-start", NULL},
	{"two-workspaces", NULL},
	{"shutdown", NULL},
	{"burst-mutations", "double-click"},
	{"three-callers", "double-click"},
	{"secret-then-restart", "double-click"},
};

/* Whether it was run with this gate, and is guilty. */
static bool has_shown(const struct gx_job *job, const char *scenario, const struct gx_gate_choice *gate)
{
	for (size_t i = 0; i < job->runs.count; i++)
		if (!strcmp(job->runs.runs[i].scenario, scenario) && !strcmp(job->runs.runs[i].gate, gate->word) &&
		    job->runs.runs[i].verdict == GX_VERDICT_FOUND)
			return true;
	return false;
}

/* Of the standard set, what would only show in a long time what has been shown in a short one. */
static bool is_left_out(const struct gx_job *job, unsigned file, const struct gx_gate_choice *gate)
{
	const struct gx_standard *row = &gx_standard_set[file];

	return job->options->standard && row->unless && has_shown(job, row->unless, gate);
}

static void run_file(struct gx_job *job, unsigned file)
{
	const struct gx_scenario_file *scenario = job->files[file];

	for (unsigned i = 0; i < job->gate_count && !gx_interrupted; i++)
		if (is_left_out(job, file, &job->gates[i]))
			job->planned--;
		else
			gx_job_explore(job, file, &job->gates[i], true);
	for (unsigned i = 0; i < scenario->expectation_count && !job->gate_count && !gx_interrupted; i++) {
		const struct gx_expectation *expectation = &scenario->expectations[i];
		const struct gx_gate_choice *gate =
			gx_job_gate(job, file, expectation->gate, expectation->gate_path, expectation->line);

		if (gate)
			gx_job_explore(job, file, gate, true);
	}
}

/* "left out for ./x.so, ...: three-callers": what was not run is not called clean. */
static void tell_left_out(const struct gx_job *job)
{
	for (unsigned i = 0; i < job->gate_count && !job->options->quiet && !gx_interrupted; i++) {
		const char *names[GX_STANDARD_MAX];
		size_t count = 0;

		for (unsigned file = 0; file < job->file_count; file++)
			if (is_left_out(job, file, &job->gates[i]))
				names[count++] = gx_standard_set[file].name;
		if (count)
			fprintf(stderr,
				"gatecrash: not run with %s, since double-click is not clean yet and these take longer: %s\n",
				gx_quote(job->gates[i].word).text, gx_words_of(names, count, " and ").text);
	}
}

/* How many runs there will be, if nothing is left out. */
static void plan(struct gx_job *job)
{
	for (unsigned i = 0; i < job->file_count; i++)
		job->planned += job->gate_count ? job->gate_count : job->files[i]->expectation_count;
	/* Of a gate that could not be loaded there is one run, which says so. */
	for (unsigned i = 0; i < job->gate_count && job->file_count; i++)
		job->planned -= job->gates[i].refused ? job->file_count - 1 : 0;
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
			if (!gx_job_gate(job, i, scenario->expectations[j].gate, scenario->expectations[j].gate_path,
					 scenario->expectations[j].line))
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
	if (found)
		return GX_EXIT_FOUND;
	return incomplete || gx_interrupted ? GX_EXIT_UNKNOWN : GX_EXIT_HELD;
}

/* What is run if nothing is said: with a gate of one's own the standard set, else the race that all this was made for. */
static void choose_scenarios(struct gx_options *options)
{
	for (unsigned i = 0; i < options->gate_count; i++)
		options->standard |= gx_names_a_file(options->gates[i]);
	if (!options->standard)
		options->scenarios[options->scenario_count++] = "double-click";
	for (unsigned i = 0; options->standard && gx_standard_set[i].name; i++)
		options->scenarios[options->scenario_count++] = gx_standard_set[i].name;
}

/* A file of schedules is of one scenario and one gate. */
static bool is_of_one_pair(const struct gx_options *options)
{
	const char *option = options->export_cover ? "--export-cover" : "--import";

	if (!options->export_cover && !options->import)
		return true;
	if (options->export_cover && options->import)
		gx_print_clean(
			stderr,
			"gatecrash: --export-cover and --import do not go together: what is imported is a cover");
	else if (options->scenario_count != 1 || options->gate_count != 1 || options->all)
		gx_print_clean(stderr, "gatecrash: %s wants one scenario and one --gate", option);
	else if (options->export_cover && GX_HOST_TSAN)
		gx_print_clean(
			stderr,
			"gatecrash: --export-cover wants a search, which ThreadSanitizer's memory does not allow: "
			"let `gatecrash run` write it, and --import it here");
	else
		return true;
	return false;
}

static int run(struct gx_options *options)
{
	struct gx_job job;
	int status;

	if (!is_of_one_pair(options))
		return GX_EXIT_USAGE;
	if (!options->scenario_count && !options->all)
		choose_scenarios(options);
	status = gx_job_load(&job, options);
	if (status == GX_EXIT_HELD && has_gates(&job)) {
		plan(&job);
		for (unsigned i = 0; i < job.file_count && !gx_interrupted; i++)
			run_file(&job, i);
		job.status = gx_job_report(&job, NULL, judge(&job));
		tell_left_out(&job);
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
	.takes =
		GX_TAKES_EXPLORE | GX_TAKES_BUDGET | GX_TAKES_REPORT | GX_TAKES_GATES | GX_TAKES_STORY | GX_TAKES_COVER,
	.run = run,
};
