/*
 * job.c - what run and matrix share: scenarios and gates loaded, one pair explored.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/cover.h"
#include "cli/worker.h"
#include "gates/gates.h"
#include "reports/page.h"
#include "scenario/find.h"

/* What went wrong outranks what was found, and a broken harness outranks everything. */
static void raise_status(struct gx_job *job, int status)
{
	static const int rank[] = {[GX_EXIT_HELD] = 0, [GX_EXIT_FOUND] = 1, [GX_EXIT_UNKNOWN] = 2, [GX_EXIT_USAGE] = 3};

	if (rank[status] > rank[job->status])
		job->status = status;
}

/* ---- loading ---- */

static int load_scenario(struct gx_job *job, const char *word)
{
	struct gx_error err;
	char path[PATH_MAX];
	char lasting[PATH_MAX];
	enum gx_status rc = gx_scenario_find(path, sizeof(path), word, &err);

	if (rc == GX_OK)
		rc = gx_scenario_load(&job->files[job->file_count], path, &err);
	if (rc != GX_OK)
		return gx_complain(rc, &err);
	gx_scenario_lasting_word(lasting, sizeof(lasting), word, path);
	job->words[job->file_count++] = gx_keep_text(&job->keep, lasting);
	return GX_EXIT_HELD;
}

static int load_all(struct gx_job *job)
{
	struct gx_error err;
	enum gx_status rc = gx_scenario_names(&job->names, &job->name_count, &err);
	int status = GX_EXIT_HELD;

	if (rc == GX_OK && job->name_count > GX_SCENARIOS_MAX)
		rc = gx_fail(&err, GX_EINPUT, "%zu scenarios are too many at once: name at most %u", job->name_count,
			     GX_SCENARIOS_MAX);
	if (rc != GX_OK)
		return gx_complain(rc, &err);
	for (size_t i = 0; i < job->name_count && status == GX_EXIT_HELD; i++)
		status = load_scenario(job, job->names[i]);
	return status;
}

/* A name that there is not is a slip of the pen, told at once; a file that is no gate does not keep the others from being run. */
static int load_gate(struct gx_job *job, const char *word)
{
	struct gx_error err;
	struct gx_gate_choice *choice = &job->gates[job->gate_count];
	enum gx_status rc = gx_gate_choose(choice, word, &err);
	int status;

	job->gate_count++;
	if (rc == GX_OK)
		return GX_EXIT_HELD;
	status = gx_complain(rc, &err);
	if (!choice->refused)
		return status;
	raise_status(job, status);
	return GX_EXIT_HELD;
}

/* Of the one pair that there is. */
static int load_schedules(struct gx_job *job)
{
	const char *path = job->options->import;
	struct gx_error err;
	enum gx_status rc = gx_schedules_read(&job->schedules, path, &err);

	if (rc == GX_OK)
		rc = gx_schedules_fit(&job->schedules, path, job->words[0], gx_gate_lasting_word(&job->gates[0]), &err);
	return rc == GX_OK ? GX_EXIT_HELD : gx_complain(rc, &err);
}

int gx_job_load(struct gx_job *job, const struct gx_options *options)
{
	int status = GX_EXIT_HELD;

	*job = (struct gx_job){.options = options};
	for (unsigned i = 0; i < options->scenario_count && status == GX_EXIT_HELD; i++)
		status = load_scenario(job, options->scenarios[i]);
	if (options->all && status == GX_EXIT_HELD)
		status = load_all(job);
	for (unsigned i = 0; i < options->gate_count && status == GX_EXIT_HELD; i++)
		status = load_gate(job, options->gates[i]);
	if (options->import && status == GX_EXIT_HELD)
		status = load_schedules(job);
	raise_status(job, status);
	return status;
}

void gx_job_release(struct gx_job *job)
{
	for (unsigned i = 0; i < job->file_count; i++)
		gx_scenario_free(job->files[i]);
	for (unsigned i = 0; i < job->gate_count; i++)
		gx_gate_choice_release(&job->gates[i]);
	for (unsigned i = 0; i < job->other_count; i++)
		gx_gate_choice_release(job->others[i]);
	gx_schedules_release(&job->schedules);
	gx_scenario_names_free(job->names, job->name_count);
	gx_keep_release(&job->keep);
	free(job->others);
	free(job->runs.runs);
	*job = (struct gx_job){0};
}

/* ---- gates that scenarios name ---- */

static bool is_same_file(const char *a, const char *b)
{
	struct stat x;
	struct stat y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool is_file(const struct gx_gate_choice *gate, const char *path)
{
	char absolute[PATH_MAX];

	if (!gate->lasting)
		return false;
	gx_absolute_path(absolute, sizeof(absolute), path);
	return !strcmp(gate->lasting, absolute) || is_same_file(gate->lasting, absolute);
}

bool gx_job_is_gate(const struct gx_gate_choice *gate, const char *name, const char *path)
{
	if (path)
		return is_file(gate, path);
	return gate->gate && !strcmp(gate->gate->name, name);
}

static struct gx_gate_choice *add_other(struct gx_job *job)
{
	struct gx_gate_choice **larger = realloc(job->others, (job->other_count + 1) * sizeof(*larger));

	if (!larger)
		return NULL;
	job->others = larger;
	larger[job->other_count] = gx_keep_alloc(&job->keep, sizeof(**larger));
	return larger[job->other_count++];
}

/* Shown as the scenario writes it. */
static const struct gx_gate_choice *gate_at(struct gx_job *job, unsigned file, const char *name, const char *path,
					    unsigned line)
{
	struct gx_gate_choice *choice;
	struct gx_error err;
	struct gx_error told;
	enum gx_status rc;

	for (unsigned i = 0; i < job->other_count; i++)
		if (is_file(job->others[i], path))
			return job->others[i];
	choice = add_other(job);
	rc = choice ? gx_gate_choose(choice, path, &err) : gx_fail(&err, GX_ENOMEM, "out of memory for a gate");
	if (choice)
		choice->word = name;
	if (rc == GX_OK)
		return choice;
	gx_fail(&told, rc, "%.300s:%u: %.600s", job->files[file]->path, line, err.text);
	raise_status(job, gx_complain(rc, &told));
	return choice && choice->refused ? choice : NULL;
}

const struct gx_gate_choice *gx_job_gate(struct gx_job *job, unsigned file, const char *name, const char *path,
					 unsigned line)
{
	struct gx_gate_choice *choice;
	const struct gx_gate *gate;

	for (unsigned i = 0; i < job->gate_count; i++)
		if (gx_job_is_gate(&job->gates[i], name, path))
			return &job->gates[i];
	if (path)
		return gate_at(job, file, name, path, line);
	gate = gx_gate_find(name);
	if (!gate) {
		struct gx_error err;
		char where[1024];

		snprintf(where, sizeof(where), "%.900s:%u: ", job->files[file]->path, line);
		raise_status(job, gx_complain(gx_no_such_gate(name, where, &err), &err));
		return NULL;
	}
	choice = gx_keep_alloc(&job->keep, sizeof(*choice));
	*choice = (struct gx_gate_choice){.word = gate->name, .gate = gate};
	return choice;
}

/* ---- exploring ---- */

struct gx_session gx_job_session(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate)
{
	return (struct gx_session){
		.file = job->files[file],
		.scenario = &job->files[file]->scenario,
		.scenario_word = job->words[file],
		.gate = gate,
		.strict = job->options->strict,
		.points = {.which = job->options->points},
		.keep = &job->keep,
		.result = gx_runs_add(&job->runs),
	};
}

struct gx_result_run *gx_job_give_up(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate)
{
	struct gx_result_run *run;

	for (size_t i = 0; i < job->runs.count; i++)
		if (job->runs.runs[i].incomplete_why == gate->refused)
			return &job->runs.runs[i];
	run = gx_runs_add(&job->runs);
	*run = (struct gx_result_run){
		.scenario = job->files[file]->scenario.name,
		.gate = gate->word,
		.gate_summary = "",
		.strategy = "",
		.verdict = GX_VERDICT_INCOMPLETE,
		.incomplete = GX_INCOMPLETE_TROUBLE,
		.incomplete_why = gate->refused,
	};
	return run;
}

struct exploring {
	struct gx_session *session;
	struct gx_session_options *options;
	struct gx_live *live;
};

/* In the worker, with its live line. */
static enum gx_status explore_session(void *context, struct gx_error *err)
{
	const struct exploring *it = context;
	enum gx_status rc;

	it->options->explore.progress = gx_live_show;
	it->options->explore.progress_context = it->live;
	rc = gx_session_explore(it->session, it->options, err);
	gx_live_end(it->live);
	return rc;
}

static void write_cover(struct gx_job *job, const struct gx_result_run *run)
{
	const char *path = job->options->export_cover;
	struct gx_error err;

	if (!gx_write_text(path, run->cover.text))
		raise_status(job,
			     gx_complain(gx_fail(&err, GX_ESYSTEM, "--export-cover %.300s: %s", path, strerror(errno)),
					 &err));
	else if (!job->options->quiet)
		fprintf(stderr, "gatecrash: %s: %s of %s that take each of %s of the state graph\n", path,
			gx_count(run->cover.schedules, "schedule").text, gx_count(run->cover.steps, "step").text,
			gx_count(run->cover.transitions, "transition").text);
}

static struct gx_result_run *explore(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate,
				     bool minimise)
{
	struct gx_session session = gx_job_session(job, file, gate);
	struct gx_session_options options = {.explore = job->options->explore, .minimise = minimise};
	struct gx_graph graph = {.count = 0};
	struct gx_live live;
	struct gx_error err;
	char what[128];
	enum gx_status rc;

	snprintf(what, sizeof(what), "%.60s, gate %.60s", session.scenario->name, gate->gate->name);
	gx_live_begin(&live, job->options, what);
	live.nth = job->planned > 1 ? job->runs.count : 0;
	live.of = job->planned;
	if (job->options->export_cover)
		options.explore.graph = &graph;
	if (job->options->import) {
		options.explore.schedules = &job->schedules;
		session.points = job->schedules.repros[0].points;
	}
	*session.result = (struct gx_result_run){.scenario = session.scenario->name,
						 .gate = gate->plugin ? gate->word : gate->gate->name,
						 .gate_summary = "",
						 .strategy = "",
						 .incomplete_why = "",
						 .from_file = gate->plugin != NULL};
	rc = gx_worker_run(explore_session, &(struct exploring){&session, &options, &live}, session.result, &err);
	job->ran = true;
	/* What was seen before the trouble, and what the trouble was, is still worth a report. */
	if (rc != GX_OK)
		raise_status(job, gx_complain_of_run(job->options, rc, &err));
	else if (job->options->export_cover)
		write_cover(job, session.result);
	return session.result;
}

struct gx_result_run *gx_job_explore(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate,
				     bool minimise)
{
	return gate->refused ? gx_job_give_up(job, file, gate) : explore(job, file, gate, minimise);
}

int gx_job_report(struct gx_job *job, const struct gx_lines *matrix, int judged)
{
	int written = job->ran ? gx_write_reports(job->options, &job->runs, matrix) : GX_EXIT_HELD;

	if (written != GX_EXIT_HELD)
		return written;
	raise_status(job, judged);
	return job->status;
}
