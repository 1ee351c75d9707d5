/*
 * explored.h - what an exploration is asked for, and what it has seen.
 */
#ifndef GX_EXPLORE_EXPLORED_H
#define GX_EXPLORE_EXPLORED_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"
#include "explore/path.h"
#include "explore/strategy.h"

struct gx_graph;
struct gx_schedules;

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
	bool (*passes)(const void *context, uint64_t key); /* ... but not at hits with such a key; NULL: at any */
	const void *passes_context;
	bool count_pairs; /* search: collect footprints, say how many pairs of enabled steps are independent */
	bool check_pairs; /* and take each of these in both orders */
	const struct gx_schedules *schedules; /* run these, and nothing else; NULL: the strategy chooses */
	struct gx_graph *graph; /* search: keep it here, of the search whose figures are told; NULL: nobody wants it */
	bool count_deadlines; /* search: how far off they are tells states apart from the start, as who walks the graph needs it (cover.h) */
	bool no_visited; /* search without the visited set: every path, for checking the search itself */
	const volatile sig_atomic_t *interrupted; /* ends the exploration when it becomes true; may be NULL */
	void (*progress)(void *context, const struct gx_progress *progress); /* now and then; may be NULL */
	void *progress_context;
};

#define GX_HITS_MAX 256

struct gx_hit {
	uint64_t key;
	uint64_t count;      /* search: transitions that show it; random: executions */
	uint64_t sampled;    /* of these: executions. The two are never one figure: `auto` has both */
	struct gx_path path; /* to the step that showed it first, that step included */
};

struct gx_explored {
	bool complete; /* every reachable state was seen */
	bool interrupted;
	bool stopped;  /* at the first hit */
	bool searched; /* a search took place: the figures below that say so are valid */
	const char *
		why; /* not complete, because: "state budget", "time budget", "stopped at the first finding", "interrupted", "" */
	unsigned cut;         /* search: enum gx_cut bits, what was left out because it would never have been over */
	uint64_t executions;  /* executions run to their end; of a search: transitions into an end */
	uint64_t sampled;     /* of these: executions of a sample */
	uint64_t states;      /* search */
	uint64_t transitions; /* search */
	uint64_t points;      /* steps granted, in all */
	uint64_t covered; /* transitions of the graph that schedules were made to cover, all of which they have taken */
	uint64_t covered_states;
	uint64_t end_states; /* search: different ones */
	uint64_t end_hash;   /* search: sum over the different end states, for comparing searches */
	uint32_t depth;      /* steps of the longest execution */
	bool counted_pairs;
	uint64_t pairs;       /* search that counts them: of enabled steps of different tasks, over all states */
	uint64_t independent; /* of those: footprints do not conflict */
	uint64_t unequal;     /* of those: the two orders did not agree, which is a bug of the harness */
	char unequal_what[160];
	uint64_t rechecked;
	double seconds;
	double interleavings; /* search, complete only: number of different executions; exact below 2^53 */
	bool infinite;        /* the state graph has a cycle: some interleavings never end */
	double collision_chance;
	double bytes_per_state;
	uint64_t stack_bytes; /* search: the most that the search stack took */
	struct gx_path
		led_here; /* the exploration had to be given up (GX_EINTERNAL, GX_ENOMEM): behind this path; empty if that is not known */
	unsigned hit_count;
	struct gx_hit hits[GX_HITS_MAX];
};

/* Release the paths. */
void gx_explored_release(struct gx_explored *explored);

#endif
