/*
 * graph.h - the graph of states of a search, kept where somebody wants to walk it (cover.h).
 *
 * Its nodes are states, in the order of discovery, 0 is the first; its edges are transitions: a step that a search has taken out of a state, once.
 * A step is known by whose it is, by what the task is (its path in the tree of tasks): the index by which a choice names it is another one in
 * another execution that leads to the same state.
 */
#ifndef GX_EXPLORE_GRAPH_H
#define GX_EXPLORE_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sched.h"
#include "explore/visited.h"

/* Instead of a state: the execution is over. */
#define GX_GRAPH_END UINT32_MAX

struct gx_edge {
	uint32_t from;
	uint32_t to;
	uint32_t task; /* its path; 0: the clock */
	uint16_t alternative;
	bool spurious;
};

struct gx_graph {
	struct gx_edge *edges;
	uint64_t count;
	uint64_t capacity;
	uint32_t states;
	struct gx_visited numbers; /* of states, by their hashes */
	enum gx_time time;         /* what of it told states apart; for executions that are to come to the same ones */
	uint32_t overtakes_max;
	bool is_open; /* something is in it, and has to be released */
};

/* Begin, or begin again. */
enum gx_status gx_graph_begin(struct gx_graph *graph, enum gx_time time, uint32_t overtakes_max,
			      struct gx_error *err) GX_MUST_USE;
void gx_graph_release(struct gx_graph *graph);

/* The next state has this hash. */
enum gx_status gx_graph_add_state(struct gx_graph *graph, uint64_t hash, struct gx_error *err) GX_MUST_USE;
/* The number of a state, or GX_GRAPH_END for one that is not there. */
uint32_t gx_graph_number(struct gx_graph *graph, uint64_t hash);

/* What a choice says, in the state in which it is made. */
struct gx_edge gx_graph_label(struct gx_choice choice);
static inline bool gx_graph_same_step(const struct gx_edge *one, const struct gx_edge *other)
{
	return one->task == other->task && one->alternative == other->alternative && one->spurious == other->spurious;
}

/* A step that has been taken; gx_no_memory() if there is no room. */
void gx_graph_add_edge(struct gx_graph *graph, struct gx_edge edge);

#endif
