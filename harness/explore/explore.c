#include "explore/explore.h"

#include <string.h>
#include <time.h>

#include "core/rescue.h"
#include "explore/clock.h"
#include "explore/import.h"
#include "explore/run.h"
#include "explore/sample.h"
#include "explore/search.h"

double gx_wall_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * As little of time as will do: a search ends when it sees that it needs more, which most often is soon. And as much of a loop that looks
 * at the clock: with each search four times as many of its rounds, as long as there are few states.
 */
enum { OVERTAKES_MIN = 16, OVERTAKES_MAX = 4096, FEW_STATES = 200000 };

static bool sees_further(struct gx_search *search)
{
	const struct gx_explored *out = search->out;
	const struct gx_explore_options *options = search->options;

	if (gx_sched_time_needed() > search->time) {
		search->time = gx_sched_time_needed();
		return true;
	}
	if (!(out->cut & GX_CUT_OVERTAKES) || *out->why == 0 || search->overtakes_max >= OVERTAKES_MAX)
		return false;
	if (out->states > FEW_STATES || (options->states && out->states > options->states / 8) || out->stopped)
		return false;
	search->overtakes_max *= 4;
	return true;
}

/*
 * Times that are kept in a form in which they are not known as such (core/shift.h) make states one that are not. So it is looked, as far as
 * that goes with few states, whether more is found if what the clock shows counts: then that is the search that counts.
 */
static bool has_hit(const struct gx_explored *seen, uint64_t key)
{
	for (unsigned i = 0; i < seen->hit_count; i++)
		if (seen->hits[i].key == key)
			return true;
	return false;
}

static enum gx_status check_shifts(struct gx_search *search, bool *differs, struct gx_error *err)
{
	static struct gx_explored seen; /* large */
	struct gx_explore_options few = *search->options;
	const struct gx_search check = {.options = &few,
					.out = &seen,
					.time = GX_TIME_ABSOLUTE,
					.overtakes_max = OVERTAKES_MIN};
	enum gx_status rc;

	*differs = false;
	if ((search->time != GX_TIME_SEEN && search->time != GX_TIME_FAR) || !search->out->complete)
		return GX_OK;
	memset(&seen, 0, sizeof(seen));
	few.states = FEW_STATES;
	few.graph = NULL;
	rc = gx_search(&check, err);
	search->out->seconds += seen.seconds;
	for (unsigned i = 0; i < seen.hit_count; i++)
		*differs |= rc == GX_OK && !has_hit(search->out, seen.hits[i].key);
	if (*differs)
		search->time = GX_TIME_ABSOLUTE;
	gx_explored_release(&seen);
	return rc;
}

static enum gx_status search_all(struct gx_explored *out, const struct gx_explore_options *options,
				 struct gx_error *err)
{
	struct gx_search search = {.options = options,
				   .out = out,
				   .time = options->count_deadlines ? GX_TIME_SEEN : GX_TIME_COME,
				   .overtakes_max = OVERTAKES_MIN};

	for (;;) {
		enum gx_status rc = gx_search(&search, err);

		bool again = false;

		if (rc != GX_OK || out->interrupted)
			return rc;
		again = sees_further(&search);
		if (!again && !options->no_visited)
			rc = check_shifts(&search, &again, err);
		if (!again)
			return rc;
		gx_explored_release(out);
		*out = (struct gx_explored){.seconds = out->seconds, .counted_pairs = out->counted_pairs};
	}
}

/* Whether more executions would add anything to a search that has ended. */
static bool is_done(const struct gx_explored *out, const struct gx_explore_options *options, unsigned hangs)
{
	return out->complete || out->interrupted || out->stopped ||
	       (options->seconds > 0 && out->seconds >= options->seconds) || hangs >= GX_HANGS_MAX;
}

/* A search within its budget, then samples of what it has not come to. */
static enum gx_status search_then_sample(struct gx_explored *out, const struct gx_strategy *rest,
					 const struct gx_explore_options *options, struct gx_error *err)
{
	struct gx_explore_options left = *options;
	unsigned hangs = gx_sched_hangs();
	enum gx_status rc = search_all(out, options, err);
	const char *why = out->why;

	if (rc != GX_OK || is_done(out, options, gx_sched_hangs() - hangs))
		return rc;
	if (left.seconds > 0)
		left.seconds -= out->seconds;
	rc = gx_sample(out, rest, &left, err);
	if (!out->interrupted)
		out->why = why;
	return rc;
}

struct exploration {
	struct gx_explored *out;
	const struct gx_explore_options *options;
	struct gx_error *err;
};

static enum gx_status explore(void *context)
{
	const struct exploration *it = context;
	const struct gx_strategy *strategy = it->options->strategy ? it->options->strategy : gx_strategies[0];

	if (it->options->schedules)
		return gx_import(it->out, it->options, it->err);
	switch (strategy->plan) {
	case GX_PLAN_SAMPLE:
		return gx_sample(it->out, strategy, it->options, it->err);
	case GX_PLAN_SEARCH:
		return search_all(it->out, it->options, it->err);
	case GX_PLAN_AUTO:
		break;
	}
	return search_then_sample(it->out, strategy->rest, it->options, it->err);
}

enum gx_status gx_explore(struct gx_explored *out, const struct gx_explore_options *options, struct gx_error *err)
{
	enum gx_status rc;

	memset(out, 0, sizeof(*out));
	out->why = "";
	out->counted_pairs = options->count_pairs;
	rc = gx_rescue(explore, &(struct exploration){.out = out, .options = options, .err = err}, err);
	if (rc == GX_EINTERNAL || rc == GX_ENOMEM) {
		out->complete = false;
		gx_run_give_up(out);
	}
	return rc;
}
