/*
 * search.h - depth first over the states of the world, each expanded once (Holzmann, SPIN; Godefroid, 1996).
 *
 * Every transition is one step of the scheduler. A state that was seen before is not expanded again, however many interleavings
 * lead to it; what lies behind it has been seen. The number of interleavings is summed up on the way back.
 *
 * With a preemption bound (Musuvathi and Qadeer, "Iterative context bounding", 2007) a state is (world, task that ran last,
 * preemptions so far).
 */
#ifndef GX_EXPLORE_SEARCH_H
#define GX_EXPLORE_SEARCH_H

#include "explore/explored.h"

#define GX_UNBOUNDED UINT32_MAX

struct gx_search {
	const struct gx_explore_options *options;
	struct gx_explored *out;
	uint32_t preemptions_max; /* GX_UNBOUNDED: none */
	uint32_t depth_max;       /* do not look deeper than this many steps; UINT32_MAX: no limit */
	uint64_t target;          /* stop at this key, whose path is then in out->hits[0]; 0: none */
	enum gx_time time; /* what of it tells states apart; when more is needed a search without bounds ends early */
	bool recheck;      /* run a sample of the executions again and compare */
};

enum gx_status gx_search(const struct gx_search *search, struct gx_error *err) GX_MUST_USE;

#endif
