/*
 * explore.h - run a program's interleavings, find what goes wrong, say how much was seen.
 *
 *     gx_sched_load(program) ─► gx_explore(options) ─► result: what was covered, and per hit the path to it
 *
 * What a "hit" is, explore does not know: the program's observer calls gx_explore_hit() with a key whenever one of its rules
 * is broken, and explore keeps for each key the first path that leads to it, and counts.
 *
 * Main thread only; one exploration at a time.
 */
#ifndef GX_EXPLORE_EXPLORE_H
#define GX_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"
#include "explore/explored.h"
#include "explore/hits.h"

/*
 * Explore the loaded program. GX_EDIVERGED: an execution that was run again did something else; `err` says at which step. GX_EINTERNAL,
 * GX_ENOMEM: the exploration was given up; out->led_here says where. In every case *out holds what was seen until then; the caller
 * releases it.
 */
enum gx_status gx_explore(struct gx_explored *out, const struct gx_explore_options *options,
			  struct gx_error *err) GX_MUST_USE;

struct gx_minimising {
	uint64_t key;                             /* of the hit */
	uint64_t states;                          /* to look at, per number of preemptions */
	double seconds;                           /* wall clock; 0: no bound */
	bool races;                               /* the hit may be a data race */
	const volatile sig_atomic_t *interrupted; /* may be NULL */
	/* Set by gx_minimise(): */
	unsigned preemptions;
	bool proven; /* no execution shows it with fewer preemptions, nor with as many in fewer steps */
};

/*
 * Find a path to a hit with the fewest preemptions, and among those with the fewest steps. *path holds one that works and is replaced
 * by a better one. GX_ENOMEM: *path is the best so far.
 */
enum gx_status gx_minimise(struct gx_path *path, struct gx_minimising *job, struct gx_error *err) GX_MUST_USE;

/*
 * How many switches of a path lead away from a task that could have gone on; marks[i], if not NULL, is set for step i of the path if it
 * is behind such a switch. Runs the path.
 */
unsigned gx_count_preemptions(const struct gx_path *path, bool *marks);

#endif
