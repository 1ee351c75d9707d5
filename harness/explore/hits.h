/*
 * hits.h - where gx_explore_hit() goes: the exploration that is under way listens.
 */
#ifndef GX_EXPLORE_HITS_H
#define GX_EXPLORE_HITS_H

#include <stdint.h>

/* Called for each hit while set; NULL: nobody listens. */
typedef void gx_hit_fn(void *context, uint64_t key);
void gx_hits_listen(gx_hit_fn *listener, void *context);

#endif
