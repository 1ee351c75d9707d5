/*
 * search.h - depth first over the states of the world, each expanded once (Holzmann, SPIN; Godefroid, 1996).
 *
 * Every transition is one step of the scheduler. A state that was seen before is not expanded again, however many interleavings
 * lead to it; what lies behind it has been seen. The number of interleavings is summed up on the way back. */
#ifndef GX_EXPLORE_SEARCH_H
#define GX_EXPLORE_SEARCH_H

#include "explore/explored.h"

struct gx_search {
	const struct gx_explore_options *options;
	struct gx_explored *out;
	enum gx_time time;      /* what of it tells states apart; when more is needed the search ends early */
	uint32_t overtakes_max; /* gx_sched_begin_search() */
};

enum gx_status gx_search(const struct gx_search *search, struct gx_error *err) GX_MUST_USE;

#endif
