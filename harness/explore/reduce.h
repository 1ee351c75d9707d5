/*
 * reduce.h - a simpler execution with the same hit, by leaving choices out: quick, and no proof of anything.
 */
#ifndef GX_EXPLORE_REDUCE_H
#define GX_EXPLORE_REDUCE_H

#include <stdbool.h>
#include <stdint.h>

#include "explore/path.h"

/*
 * Replace *path, which shows the hit with this key, by one with fewer preemptions, or as many and fewer steps, as long as some chunk of its
 * choices can be left out (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), or a task that is preempted
 * can take its next steps before that (Jalbert and Sen, "A trace simplification technique for effective debugging of concurrent programs",
 * 2010). What cannot be taken where its turn comes is passed over, and behind the last one the default choice goes on. At most `steps`
 * are taken in all; `stop` is asked before each execution. Main thread only; the world is reset.
 */
void gx_reduce(struct gx_path *path, uint64_t key, uint64_t steps, bool (*stop)(void *context), void *context);

#endif
