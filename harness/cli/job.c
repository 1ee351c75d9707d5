/*
 * job.c - what run and matrix share: scenarios and gates loaded, one pair explored.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "gates/gates.h"
#include "scenario/find.h"

static int load_scenario(struct gx_job *job, const char *word)
{
	struct gx_error err;
	char path[4096];
	enum gx_status rc = gx_scenario_find(path, sizeof(path), word, &err);

	if (rc == GX_OK)
		rc = gx_scenario_load(&job->files[job->file_count], path, &err);
	if (rc != GX_OK)
		return gx_complain(rc, &err);
	job->words[job->file_count++] = word;
	return GX_EXIT_HELD;
}

static int load_gate(struct gx_job *job, const char *word)
{
	struct gx_error err;
	enum gx_status rc = gx_gate_choose(&job->gates[job->gate_count], word, &err);

	if (rc != GX_OK)
		return gx_complain(rc, &err);
	job->gate_count++;
	return GX_EXIT_HELD;
}

int gx_job_load(struct gx_job *job, const struct gx_options *options)
{
	int status = GX_EXIT_HELD;

	*job = (struct gx_job){.options = options};
	for (unsigned i = 0; i < options->scenario_count && status == GX_EXIT_HELD; i++)
		status = load_scenario(job, options->scenarios[i]);
	for (unsigned i = 0; i < options->gate_count && status == GX_EXIT_HELD; i++)
		status = load_gate(job, options->gates[i]);
	job->status = status;
	return status;
}

void gx_job_release(struct gx_job *job)
{
	for (unsigned i = 0; i < job->file_count; i++)
		gx_scenario_free(job->files[i]);
	for (unsigned i = 0; i < job->gate_count; i++)
		gx_gate_choice_release(&job->gates[i]);
	gx_keep_release(&job->keep);
	free(job->runs.runs);
	*job = (struct gx_job){0};
}

const struct gx_gate_choice *gx_job_gate(struct gx_job *job, unsigned file, const char *name, unsigned line)
{
	struct gx_gate_choice *choice;
	const struct gx_gate *gate;

	for (unsigned i = 0; i < job->gate_count; i++)
		if (!strcmp(job->gates[i].gate->name, name))
			return &job->gates[i];
	gate = gx_gate_find(name);
	if (!gate) {
		struct gx_error err;
		char where[1024];

		snprintf(where, sizeof(where), "%.900s:%u: ", job->files[file]->path, line);
		job->status = gx_complain(gx_no_such_gate(name, where, &err), &err);
		return NULL;
	}
	choice = gx_keep_alloc(&job->keep, sizeof(*choice));
	*choice = (struct gx_gate_choice){.word = gate->name, .gate = gate};
	return choice;
}

/* What went wrong outranks what was found, and a broken harness outranks everything. */
static void raise_status(struct gx_job *job, int status)
{
	static const int rank[] = {[GX_EXIT_HELD] = 0, [GX_EXIT_FOUND] = 1, [GX_EXIT_UNKNOWN] = 2, [GX_EXIT_USAGE] = 3};

	if (rank[status] > rank[job->status])
		job->status = status;
}

struct gx_session gx_job_session(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate)
{
	return (struct gx_session){
		.file = job->files[file],
		.scenario = &job->files[file]->scenario,
		.scenario_word = job->words[file],
		.gate = gate,
		.strict = job->options->strict,
		.keep = &job->keep,
		.result = gx_runs_add(&job->runs),
	};
}

struct gx_result_run *gx_job_explore(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate,
				     bool minimise)
{
	struct gx_session session = gx_job_session(job, file, gate);
	struct gx_session_options options = {.explore = job->options->explore, .minimise = minimise};
	struct gx_live live;
	struct gx_error err;
	char what[128];
	enum gx_status rc;

	snprintf(what, sizeof(what), "%.60s, gate %.60s", session.scenario->name, gate->gate->name);
	gx_live_begin(&live, job->options, what);
	live.nth = job->planned ? job->runs.count : 0;
	live.of = job->planned;
	options.explore.progress = gx_live_show;
	options.explore.progress_context = &live;
	rc = gx_session_explore(&session, &options, &err);
	gx_live_end(&live);
	if (rc == GX_OK)
		return session.result;
	/* What was seen before the trouble, and what the trouble was, is still worth a report. */
	raise_status(job, gx_complain_of_run(job->options, rc, &err));
	return NULL;
}
