#include "explore/import.h"

#include "explore/replay.h"
#include "explore/run.h"

struct importer {
	struct gx_run run;
	struct gx_path path; /* of the execution that runs */
	uint64_t once[GX_HITS_MAX];
};

static void copy_path(void *context, struct gx_path *path)
{
	gx_path_copy(path, &((const struct importer *)context)->path);
}

/* Hits are taken at its end: the path to them is longer than it has to be, and shows them all the same. */
static enum gx_status run_one(struct importer *it, uint32_t number, struct gx_error *err)
{
	const struct gx_schedules *schedules = it->run.options->schedules;
	struct gx_explored *out = it->run.out;
	struct gx_replay replay = {0};
	struct gx_error why;
	enum gx_status rc;

	it->path.count = 0;
	rc = gx_replay_repro(&replay, &schedules->repros[number], &it->path, &why);
	gx_run_take_hits(&it->run, copy_path, it, it->once);
	out->points += it->path.count;
	if (it->path.count > out->depth)
		out->depth = it->path.count;
	if (rc != GX_OK)
		return gx_fail(err, rc, "schedule %u of %u: %.700s", number + 1, schedules->count, why.text);
	out->executions++;
	out->sampled++;
	return GX_OK;
}

enum gx_status gx_import(struct gx_explored *out, const struct gx_explore_options *options, struct gx_error *err)
{
	const struct gx_schedules *schedules = options->schedules;
	struct importer it = {.run = gx_run_begin(options, out, err)};
	enum gx_status rc = GX_OK;

	gx_run_is_at(copy_path, &it);
	for (uint32_t i = 0; i < schedules->count && rc == GX_OK && !it.run.stop; i++) {
		rc = run_one(&it, i, err);
		gx_run_count_hangs(&it.run);
		gx_run_look_around(&it.run, 0, out->depth);
	}
	gx_run_end(&it.run);
	gx_path_release(&it.path);
	out->complete = rc == GX_OK && !it.run.stop && schedules->states;
	if (out->complete) {
		out->covered = schedules->transitions;
		out->covered_states = schedules->states;
	}
	return rc;
}
