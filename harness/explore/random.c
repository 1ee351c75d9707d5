#include "explore/random.h"

#include <stdlib.h>
#include <string.h>

#include "core/snapshot.h"
#include "explore/clock.h"
#include "explore/hits.h"
#include "explore/rng.h"

struct sampler {
	struct gx_explored *out;
	struct gx_path path; /* of the execution that runs */
	uint64_t hashes_capacity;
	uint64_t *hashes; /* event hash after each step, when the execution is one of the sample */
	uint64_t memory;  /* hash of its memory at the end, of an execution of the sample */
	uint64_t execution;
	uint64_t last_hit[GX_HITS_MAX]; /* execution that last counted for the hit, + 1 */
	unsigned hangs;                 /* before the exploration */
	bool found;
};

static void on_hit(void *context, uint64_t key)
{
	struct sampler *s = context;
	struct gx_explored *out = s->out;
	unsigned i = 0;

	while (i < out->hit_count && out->hits[i].key != key)
		i++;
	if (i == GX_HITS_MAX)
		return;
	s->found = true;
	if (i == out->hit_count) {
		out->hit_count++;
		out->hits[i].key = key;
		gx_path_copy(&out->hits[i].path, &s->path);
	}
	if (s->last_hit[i] != s->execution + 1)
		out->hits[i].count++;
	s->last_hit[i] = s->execution + 1;
}

static void note_hash(struct sampler *s)
{
	if (s->path.count > s->hashes_capacity) {
		s->hashes_capacity = s->path.capacity;
		s->hashes = realloc(s->hashes, s->hashes_capacity * sizeof(*s->hashes));
		GX_ASSERT(s->hashes);
	}
	s->hashes[s->path.count - 1] = gx_sched_event_hash();
}

static void run_one(struct sampler *s, uint64_t seed, bool keep_hashes)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	struct gx_rng rng = gx_rng_for(seed, s->execution);
	unsigned count;

	gx_sched_reset();
	s->path.count = 0;
	while ((count = gx_sched_options(options)) != 0) {
		struct gx_choice choice = options[count > 1 ? gx_rng_below(&rng, count) : 0];

		gx_path_push(&s->path, choice);
		gx_sched_step(choice);
		gx_hits_take(on_hit, s);
		if (keep_hashes)
			note_hash(s);
	}
	gx_hits_take(on_hit, s); /* those of coming to rest */
	if (keep_hashes)
		s->memory = gx_world_memory_hash();
	s->out->points += s->path.count;
	if (s->path.count > s->out->depth)
		s->out->depth = s->path.count;
}

static enum gx_status recheck(struct sampler *s, struct gx_error *err)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;

	gx_hits_listen(false);
	gx_sched_reset();
	for (uint32_t i = 0; i < s->path.count; i++) {
		unsigned count = gx_sched_options(options);
		unsigned j = 0;

		while (j < count && memcmp(&options[j], &s->path.choice[i], sizeof(options[j])) != 0)
			j++;
		if (j < count)
			gx_sched_step(options[j]);
		if (j == count || gx_sched_event_hash() != s->hashes[i])
			return gx_fail(
				err, GX_EDIVERGED,
				"not deterministic: run a second time, execution %llu did something else at step %u (task %u%s); "
				"some state lives outside the world (a static variable of the program, a file, ...)",
				(unsigned long long)s->execution, i + 1, s->path.choice[i].task,
				j < count ? "" : ", which could not step");
	}
	(void)gx_sched_options(options);
	if (gx_world_memory_hash() != s->memory)
		return gx_fail(
			err, GX_EDIVERGED,
			"not deterministic: run a second time, execution %llu left other bytes in memory at its end; some "
			"state lives outside the world (a static variable of the program, a file, ...)",
			(unsigned long long)s->execution);
	gx_hits_listen(true);
	s->out->rechecked++;
	return GX_OK;
}

/* Whether to go on after this execution; says why not. */
static bool go_on(struct sampler *s, const struct gx_explore_options *options, double started)
{
	struct gx_explored *out = s->out;

	if (options->interrupted && *options->interrupted) {
		out->interrupted = true;
		out->why = "interrupted";
		return false;
	}
	if (gx_sched_hangs() - s->hangs >= GX_HANGS_MAX) {
		out->why = GX_HANGS_WHY;
		return false;
	}
	if (s->found && options->stop_at_first) {
		out->why = "stopped at the first finding";
		return false;
	}
	if ((s->execution & 0x3f) == 0) {
		if (options->seconds > 0 && gx_wall_seconds() - started > options->seconds) {
			out->why = "the time budget is used up";
			return false;
		}
		if (options->progress && (s->execution & 0xfff) == 0)
			options->progress(options->progress_context,
					  &(struct gx_progress){.executions = out->executions,
								.depth = out->depth,
								.hits = out->hit_count});
	}
	return true;
}

enum gx_status gx_random(struct gx_explored *out, const struct gx_explore_options *options, struct gx_error *err)
{
	struct sampler s = {.out = out, .hangs = gx_sched_hangs()};
	double started = gx_wall_seconds();
	enum gx_status rc = GX_OK;

	gx_hits_listen(true);
	for (s.execution = 0; s.execution < options->executions && rc == GX_OK; s.execution++) {
		bool sample = (s.execution & (s.execution + 1)) == 0; /* 0, 1, 3, 7, 15, ... */

		run_one(&s, options->seed, sample);
		out->executions++;
		if (sample)
			rc = recheck(&s, err);
		if (rc == GX_OK && !go_on(&s, options, started))
			break;
	}
	gx_hits_listen(false);
	gx_path_release(&s.path);
	free(s.hashes);
	gx_sched_reset();
	out->seconds += gx_wall_seconds() - started;
	return rc;
}
