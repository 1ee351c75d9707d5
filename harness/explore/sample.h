/*
 * sample.h - executions one after the other from the start, chosen by a strategy.
 */
#ifndef GX_EXPLORE_SAMPLE_H
#define GX_EXPLORE_SAMPLE_H

#include "explore/explored.h"

/* Adds to *out. Every 2^n-th execution is run again and compared event by event. */
enum gx_status gx_sample(struct gx_explored *out, const struct gx_strategy *strategy,
			 const struct gx_explore_options *options, struct gx_error *err) GX_MUST_USE;

#endif
