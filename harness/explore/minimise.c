/*
 * minimise.c - the simplest execution that shows a finding.
 *
 * Fewest preemptions first (most races need one or two: Musuvathi and Qadeer, 2007), by searching with a bound of 0, 1, 2, ... switches away
 * from tasks that could have gone on; then fewer steps, by searching again with the bound on the depth.
 */
#include <string.h>

#include "explore/explore.h"
#include "explore/search.h"

enum { PREEMPTIONS_MAX = 6, SHORTER_ROUNDS = 12 };

static enum gx_status look(struct gx_explored *out, uint64_t key, uint64_t states, uint32_t preemptions, uint32_t depth,
			   struct gx_error *err)
{
	struct gx_explore_options options = {.states = states};

	memset(out, 0, sizeof(*out));
	return gx_search(&(struct gx_search){.options = &options,
					     .out = out,
					     .preemptions_max = preemptions,
					     .depth_max = depth,
					     .target = key,
					     .time = gx_sched_time_needed()},
			 err);
}

/* One bounded search; true if it found a path, which then replaces *path. */
static bool improve(struct gx_path *path, uint64_t key, uint64_t states, uint32_t preemptions, uint32_t depth,
		    enum gx_status *rc, struct gx_error *err)
{
	static struct gx_explored seen;
	bool found;

	*rc = look(&seen, key, states, preemptions, depth, err);
	found = *rc == GX_OK && seen.hit_count > 0;
	if (found)
		gx_path_copy(path, &seen.hits[0].path);
	gx_explored_release(&seen);
	return found;
}

unsigned gx_count_preemptions(const struct gx_path *path, bool *marks)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned preemptions = 0;

	gx_sched_reset();
	for (uint32_t i = 0; i < path->count; i++) {
		unsigned last = gx_sched_last();
		unsigned count = gx_sched_options(options);
		bool preempted = count && options[0].task == last && path->choice[i].task != last;

		preemptions += preempted;
		if (marks)
			marks[i] = preempted;
		gx_sched_step(path->choice[i]);
	}
	gx_sched_reset();
	return preemptions;
}

enum gx_status gx_minimise(struct gx_path *path, uint64_t key, uint64_t states, unsigned *preemptions,
			   struct gx_error *err)
{
	enum gx_status rc = GX_OK;
	unsigned have = gx_count_preemptions(path, NULL);

	for (unsigned bound = 0; bound < have && bound <= PREEMPTIONS_MAX && rc == GX_OK; bound++)
		if (improve(path, key, states, bound, UINT32_MAX, &rc, err)) {
			have = gx_count_preemptions(path, NULL);
			break;
		}
	for (unsigned i = 0; i < SHORTER_ROUNDS && rc == GX_OK; i++)
		if (!improve(path, key, states, have, path->count, &rc, err))
			break;
	*preemptions = have;
	return rc;
}
