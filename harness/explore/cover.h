/*
 * cover.h - a few long executions that take every transition of a graph of states, each at least once: a postman's tours.
 *
 * Each is walked in the real world, and its states are compared with those of the graph: what is claimed has been done. The rest is heuristics: an
 * execution goes where, by the longest way without a cycle, most transitions lie ahead that nobody has taken; where none does it goes to its
 * end by the shortest way. Steps back into a cycle are taken once, as they come. (A least number of paths that cover a graph without
 * cycles is that of a minimum flow: Ntafos and Hakimi, "On path cover problems in digraphs and applications to program testing", 1979.)
 */
#ifndef GX_EXPLORE_COVER_H
#define GX_EXPLORE_COVER_H

#include "explore/explored.h"
#include "explore/graph.h"
#include "explore/path.h"

struct gx_cover {
	struct gx_path *paths; /* each from the start to an end, or to where nothing leads to one */
	uint32_t count;
	uint32_t capacity;
	uint64_t steps;       /* of all of them */
	uint64_t transitions; /* different ones that they have taken */
};

/* When to give up, and whom to tell how far it has come. */
struct gx_cover_limits {
	double until;                                                        /* gx_wall_seconds(); 0: never */
	const volatile sig_atomic_t *interrupted;                            /* may be NULL */
	void (*progress)(void *context, const struct gx_progress *progress); /* after each schedule; may be NULL */
	void *progress_context;
};

/*
 * Cover the graph of the loaded program's search, which has to be complete. GX_EDIVERGED: an execution came to another state than the search did.
 * That is no error of the search if what was one state to it goes on in the same steps, but not by the same states: as long as only it counts
 * whether deadlines have come, two ticks here are one there (sched.h, enum gx_time); then a search with count_deadlines has a graph that
 * can be walked. GX_ELIMIT: a limit was reached first. The caller releases *out in every case.
 */
enum gx_status gx_cover_make(struct gx_cover *out, struct gx_graph *graph, const struct gx_cover_limits *limits,
			     struct gx_error *err) GX_MUST_USE;
void gx_cover_release(struct gx_cover *cover);

#endif
