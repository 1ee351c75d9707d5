/*
 * strategy.h - who chooses, as one row and one file each: strategies/NAME.c and a line in GX_STRATEGIES.
 *
 *     begin(execution) ─► choose(view) ─► choose(view) ... ─► begin(the next execution)
 *
 * Everything else is done once, in run.c, for whichever strategy: budgets, hits, paths, running executions again. A strategy decides by
 * what the view shows, its own memory and the generator that it seeds; no clock, address or order of arrival, so that a seed repeats
 * a run.
 */
#ifndef GX_EXPLORE_STRATEGY_H
#define GX_EXPLORE_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sched.h"

/* How executions are made. */
enum gx_plan {
	GX_PLAN_SAMPLE, /* one after the other from the start, by choose() */
	GX_PLAN_SEARCH, /* over states (search.h); begin() and choose() are NULL */
	GX_PLAN_AUTO    /* a search within its budget, then `rest` */
};

struct gx_strategy {
	const char *name;    /* [a-z-]+ */
	const char *summary; /* one line, for `list` and --help */
	enum gx_plan plan;
	size_t size;                    /* bytes of its memory, zeroed before the first execution of a run */
	const struct gx_strategy *rest; /* GX_PLAN_AUTO */
	/* The execution with this number, from 0, begins. */
	void (*begin)(void *self, uint64_t seed, uint64_t execution);
	/* Which of view->count choices, of which there are two at least; from 0. On a pilot's stack: core/sched.h. */
	unsigned (*choose)(void *self, const struct gx_view *view);
};

/* All of them, closed by NULL; the first, `auto`, is the default. */
extern const struct gx_strategy *const gx_strategies[];

/* The one with this name, or NULL. */
const struct gx_strategy *gx_strategy_find(const char *name);

/* A line each, in the order of `gatecrash list strategies`: gx_strategy_NAME, defined in strategies/NAME.c. */
#define GX_STRATEGIES(STRATEGY) \
	STRATEGY(auto)          \
	STRATEGY(exhaustive)    \
	STRATEGY(random)

#define GX_STRATEGY_DECLARED(name) extern const struct gx_strategy gx_strategy_##name;
GX_STRATEGIES(GX_STRATEGY_DECLARED)

#endif
