/*
 * random.h - executions whose every choice is drawn uniformly from what can step.
 */
#ifndef GX_EXPLORE_RANDOM_H
#define GX_EXPLORE_RANDOM_H

#include "explore/explore.h"

/* Adds to *out. Every 2^n-th execution is run again and compared event by event. */
enum gx_status gx_random(struct gx_explored *out, const struct gx_explore_options *options,
			 struct gx_error *err) GX_MUST_USE;

#endif
