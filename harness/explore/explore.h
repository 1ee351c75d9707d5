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

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"
#include "explore/path.h"
#include "explore/strategy.h"

struct gx_progress {
	uint64_t executions;
	uint64_t states;
	uint64_t transitions;
	uint32_t depth;
	unsigned hits;
};

struct gx_explore_options {
	const struct gx_strategy *strategy; /* NULL: the first of gx_strategies */
	uint64_t seed;
	uint64_t executions; /* of sampling, and of the second part of `auto` */
	uint64_t states;     /* budget of a search; 0: none */
	double seconds;      /* wall clock budget; 0: none */
	bool stop_at_first;
	bool no_visited; /* search without the visited set: every path, for checking the search itself */
	const volatile sig_atomic_t *interrupted; /* ends the exploration when it becomes true; may be NULL */
	void (*progress)(void *context, const struct gx_progress *progress); /* now and then; may be NULL */
	void *progress_context;
};

#define GX_HITS_MAX 256

struct gx_hit {
	uint64_t key;
	uint64_t count;      /* search: transitions that show it; random: executions */
	struct gx_path path; /* to the step that showed it first, that step included */
};

struct gx_explored {
	bool complete; /* every reachable state was seen */
	bool interrupted;
	bool searched; /* a search took place: the figures below that say so are valid */
	const char *
		why; /* not complete, because: "state budget", "time budget", "stopped at the first finding", "interrupted", "" */
	uint64_t executions;  /* executions run to their end; of a search: transitions into an end */
	uint64_t states;      /* search */
	uint64_t transitions; /* search */
	uint64_t points;      /* steps granted, in all */
	uint64_t end_states;  /* search: different ones */
	uint64_t end_hash;    /* search: sum over the different end states, for comparing searches */
	uint32_t depth;       /* steps of the longest execution */
	uint64_t rechecked;
	double seconds;
	double interleavings; /* search, complete only: number of different executions; exact below 2^53 */
	bool infinite;        /* the state graph has a cycle: some interleavings never end */
	double collision_chance;
	double bytes_per_state;
	uint64_t stack_bytes; /* search: the most that the search stack took */
	unsigned hit_count;
	struct gx_hit hits[GX_HITS_MAX];
};

/*
 * Explore the loaded program. GX_EDIVERGED: an execution that was run again did something else; `err` says at which step.
 * In every case *out holds what was seen until then; the caller releases it.
 */
enum gx_status gx_explore(struct gx_explored *out, const struct gx_explore_options *options,
			  struct gx_error *err) GX_MUST_USE;
void gx_explored_release(struct gx_explored *explored);

/*
 * For the program's observer: the rule with this key has been broken by the current step. Any number of times per execution. May be
 * called in the context of a task: it allocates nothing.
 */
void gx_explore_hit(uint64_t key);

/*
 * Find a path to `key` with the fewest preemptions, and among those a short one, looking at no more than `states` states per
 * number of preemptions. *path holds one that works and is replaced by a better one; returns its number of preemptions.
 */
enum gx_status gx_minimise(struct gx_path *path, uint64_t key, uint64_t states, unsigned *preemptions,
			   struct gx_error *err) GX_MUST_USE;

/*
 * How many switches of a path lead away from a task that could have gone on; marks[i], if not NULL, is set for step i of the path if it
 * is behind such a switch. Runs the path.
 */
unsigned gx_count_preemptions(const struct gx_path *path, bool *marks);

#endif
