/*
 * hits.h - where gx_explore_hit() goes: noted while a step runs, taken by the exploration when it is over.
 *
 * A hit happens in the context of the task that broke the rule, where malloc() means the world's arena: whatever an exploration
 * does about it (keep the path, above all) has to wait until the scheduler has the word again.
 */
#ifndef GX_EXPLORE_HITS_H
#define GX_EXPLORE_HITS_H

#include <stdbool.h>
#include <stdint.h>

/* Different keys of one step; more are dropped, and show up in another step or execution. */
#define GX_HITS_PENDING_MAX 64u

extern struct gx_hits_pending {
	bool listening;
	unsigned count;
	uint64_t keys[GX_HITS_PENDING_MAX];
} gx_hits_pending;

/* Begin or stop noting hits; what is pending is forgotten. */
static inline void gx_hits_listen(bool listening)
{
	gx_hits_pending.listening = listening;
	gx_hits_pending.count = 0;
}

/* Hand the pending hits to `take`. Outside of tasks only. */
typedef void gx_hit_fn(void *context, uint64_t key);
static inline void gx_hits_take(gx_hit_fn *take, void *context)
{
	for (unsigned i = 0; i < gx_hits_pending.count; i++)
		take(context, gx_hits_pending.keys[i]);
	gx_hits_pending.count = 0;
}

/* Executions that hang cost seconds each: an exploration ends after so many. */
#define GX_HANGS_MAX 3u
#define GX_HANGS_WHY "three executions hung, which takes seconds each"

#endif
