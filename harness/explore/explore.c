#include "explore/explore.h"

#include <string.h>
#include <time.h>

#include "explore/clock.h"
#include "explore/hits.h"
#include "explore/random.h"
#include "explore/search.h"

double gx_wall_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- hits ---- */

struct gx_hits_pending gx_hits_pending;

void gx_explore_hit(uint64_t key)
{
	struct gx_hits_pending *pending = &gx_hits_pending;

	if (!pending->listening || pending->count == GX_HITS_PENDING_MAX)
		return;
	for (unsigned i = 0; i < pending->count; i++)
		if (pending->keys[i] == key)
			return;
	pending->keys[pending->count++] = key;
}

/* ---- strategies ---- */

static const struct {
	const char *name;
	const char *summary;
} strategies[GX_STRATEGY_COUNT] = {
	[GX_STRATEGY_AUTO] = {"auto", "exhaustive within the state budget, then random (the default)"},
	[GX_STRATEGY_EXHAUSTIVE] = {"exhaustive",
				    "every reachable state once: complete, or says which budget ended it"},
	[GX_STRATEGY_RANDOM] = {"random", "every choice drawn uniformly, --executions times"},
};

const char *gx_strategy_name(enum gx_strategy_kind kind)
{
	return strategies[kind].name;
}

const char *gx_strategy_summary(enum gx_strategy_kind kind)
{
	return strategies[kind].summary;
}

enum gx_strategy_kind gx_strategy_find(const char *name)
{
	unsigned i = 0;

	while (i < GX_STRATEGY_COUNT && strcmp(strategies[i].name, name) != 0)
		i++;
	return (enum gx_strategy_kind)i;
}

/* ---- explorations ---- */

void gx_explored_release(struct gx_explored *explored)
{
	for (unsigned i = 0; i < explored->hit_count; i++)
		gx_path_release(&explored->hits[i].path);
	explored->hit_count = 0;
}

static enum gx_status search_all(struct gx_explored *out, const struct gx_explore_options *options,
				 struct gx_error *err)
{
	return gx_search(&(struct gx_search){.options = options,
					     .out = out,
					     .preemptions_max = GX_UNBOUNDED,
					     .depth_max = UINT32_MAX,
					     .recheck = true},
			 err);
}

enum gx_status gx_explore(struct gx_explored *out, const struct gx_explore_options *options, struct gx_error *err)
{
	enum gx_status rc = GX_OK;
	unsigned hangs = gx_sched_hangs();
	bool done;

	memset(out, 0, sizeof(*out));
	out->why = "";
	if (options->strategy == GX_STRATEGY_RANDOM)
		return gx_random(out, options, err);
	rc = search_all(out, options, err);
	done = out->complete || out->interrupted || (options->stop_at_first && out->hit_count) ||
	       (options->seconds > 0 && out->seconds >= options->seconds) || gx_sched_hangs() - hangs >= GX_HANGS_MAX;
	if (rc == GX_OK && !done && options->strategy == GX_STRATEGY_AUTO) {
		struct gx_explore_options rest = *options;
		const char *why = out->why;

		if (rest.seconds > 0)
			rest.seconds -= out->seconds;
		rc = gx_random(out, &rest, err);
		if (!out->interrupted)
			out->why = why;
	}
	return rc;
}
