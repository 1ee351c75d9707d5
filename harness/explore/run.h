/*
 * run.h - what every way of exploring does, once: budgets, hits, a sample of executions run again.
 *
 *     gx_run_begin() ─► { a step, gx_run_take_hits() ... gx_run_goes_on() } ─► gx_run_end()
 *
 * A hit happens in the context of the task that broke the rule, where malloc() means the world's arena: it is noted while the step runs
 * and taken when the scheduler has the word again.
 */
#ifndef GX_EXPLORE_RUN_H
#define GX_EXPLORE_RUN_H

#include "explore/explored.h"

/* Executions that hang cost a fifth of a second each: an exploration ends after so many. */
#define GX_HANGS_MAX 10u

struct gx_run {
	const struct gx_explore_options *options;
	struct gx_explored *out;
	double started;
	unsigned hangs;        /* before the run */
	uint64_t next_recheck; /* executions until the next one that is run again */
	bool stop;             /* a budget is used up, or enough was found; out->why says which */
	struct gx_error *err;
};

typedef void gx_path_fn(void *context, struct gx_path *path);

/* Begin to explore into *out, to which is added, and to note hits. */
struct gx_run gx_run_begin(const struct gx_explore_options *options, struct gx_explored *out, struct gx_error *err);
/* Stop noting hits; the world is reset. */
void gx_run_end(struct gx_run *run);

/*
 * Who can say, until gx_run_end(), by which path the world has come to where it is: asked if the exploration has to be given up (core/rescue.h).
 * Then it must not allocate: the path has room for GX_LED_MAX choices.
 */
void gx_run_is_at(gx_path_fn *path, void *context);
enum { GX_LED_MAX = 65536 };

/* Clean up behind an exploration that had to be given up: *out->led_here says by which path. */
void gx_run_give_up(struct gx_explored *out);

/*
 * Take the hits of the last step. `path` writes the path to it (called for the first hit of each key only); `once`, if not NULL, is what a
 * count of at most one per execution is kept by: the number of the execution that last counted for hit i, + 1.
 */
void gx_run_take_hits(struct gx_run *run, gx_path_fn *path, void *context, uint64_t *once);
/* Now and then: look at the clock and for interrupts, and tell the progress. Sets `stop`. */
void gx_run_look_around(struct gx_run *run, uint64_t states, uint32_t depth);

/* After each execution: hangs cost seconds. Sets `stop`. */
void gx_run_count_hangs(struct gx_run *run);

/* Whether the execution that has just ended is one of the sample: the first, the second, the fourth, ... */
bool gx_run_rechecks(struct gx_run *run);

/*
 * Run `path` once more from the start and compare: hashes[i] is the event hash behind step i, `memory` gx_world_memory_hash() at the end.
 * Leaves the world where the path ends. GX_EDIVERGED: "not deterministic", and at which step.
 */
enum gx_status gx_run_again(struct gx_run *run, const struct gx_path *path, const uint64_t *hashes,
			    uint64_t memory) GX_MUST_USE;

/* Take a choice if it is one of those that there are now. */
bool gx_take(struct gx_choice choice);

#endif
