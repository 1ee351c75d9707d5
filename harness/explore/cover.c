#include "explore/cover.h"

#include <inttypes.h>
#include <stdlib.h>

#include "access/memory.h"
#include "access/races.h"
#include "core/track.h"
#include "explore/clock.h"
#include "explore/hits.h"

struct walker {
	struct gx_graph *graph;
	struct gx_cover *out;
	uint64_t *first;  /* edges of a state: from[first[i]] to first[i + 1] */
	uint32_t *edge;   /* numbers of edges, by the state that they leave */
	bool *taken;      /* by edge */
	bool *goes_back;  /* by edge: into a cycle */
	uint32_t *order;  /* states, those behind all that they lead to without going back */
	uint32_t *ahead;  /* by state: so many edges that nobody has taken lie on the best way from it */
	uint32_t *to_end; /* by state: steps to an end; UINT32_MAX: none can be reached */
	uint64_t taken_count;
	uint32_t at;
	bool goes_home;
	struct gx_path path;
	const struct gx_cover_limits *limits;
	struct gx_error *err;
};

static void *room(uint64_t count, size_t size)
{
	void *block = calloc(count ? count : 1, size);

	if (!block)
		gx_no_memory("a cover");
	return block;
}

static void index_edges(struct walker *w)
{
	const struct gx_graph *graph = w->graph;

	for (uint64_t i = 0; i < graph->count; i++)
		w->first[graph->edges[i].from + 1]++;
	for (uint32_t i = 0; i < graph->states; i++)
		w->first[i + 1] += w->first[i];
	for (uint64_t i = graph->count; i-- > 0;) /* the first of a state stays the first */
		w->edge[--w->first[graph->edges[i].from + 1]] = (uint32_t)i;
	for (uint32_t i = 0; i < graph->states; i++)
		w->first[i] = w->first[i + 1];
	w->first[graph->states] = graph->count;
}

/* Depth first from the start, without recursion: an edge to a state that is still open goes back. */
static void find_order(struct walker *w)
{
	enum { NEW, OPEN, DONE };
	uint32_t states = w->graph->states;
	uint8_t *state = room(states, sizeof(*state));
	uint32_t *stack = room(states, sizeof(*stack));
	uint64_t *next = room(states, sizeof(*next));
	uint32_t depth = 0;
	uint32_t done = 0;

	stack[depth++] = 0;
	state[0] = OPEN;
	next[0] = w->first[0];
	while (depth) {
		uint32_t top = stack[depth - 1];
		uint32_t to;

		if (next[top] == w->first[top + 1]) {
			state[top] = DONE;
			w->order[done++] = top;
			depth--;
			continue;
		}
		to = w->graph->edges[w->edge[next[top]]].to;
		if (to != GX_GRAPH_END && state[to] == NEW) {
			stack[depth++] = to;
			state[to] = OPEN;
			next[to] = w->first[to];
		} else if (to != GX_GRAPH_END && state[to] == OPEN) {
			w->goes_back[w->edge[next[top]]] = true;
		}
		next[top]++;
	}
	free(state);
	free(stack);
	free(next);
}

/* Breadth first from the ends, against the edges: so often as somebody comes nearer, which is soon over. */
static void find_ends(struct walker *w)
{
	bool nearer = true;

	for (uint32_t i = 0; i < w->graph->states; i++)
		w->to_end[i] = UINT32_MAX;
	while (nearer) {
		nearer = false;
		for (uint32_t i = 0; i < w->graph->states; i++) {
			uint32_t state = w->order[i];

			for (uint64_t j = w->first[state]; j < w->first[state + 1]; j++) {
				uint32_t to = w->graph->edges[w->edge[j]].to;
				uint32_t steps = to == GX_GRAPH_END ? 0 : w->to_end[to];

				if (steps == UINT32_MAX || steps + 1 >= w->to_end[state])
					continue;
				w->to_end[state] = steps + 1;
				nearer = true;
			}
		}
	}
}

static uint32_t worth(const struct walker *w, uint32_t edge)
{
	uint32_t to = w->graph->edges[edge].to;

	return !w->taken[edge] + (w->goes_back[edge] || to == GX_GRAPH_END ? 0 : w->ahead[to]);
}

static void look_ahead(struct walker *w)
{
	for (uint32_t i = 0; i < w->graph->states; i++) {
		uint32_t state = w->order[i];

		w->ahead[state] = 0;
		for (uint64_t j = w->first[state]; j < w->first[state + 1]; j++)
			if (worth(w, w->edge[j]) > w->ahead[state])
				w->ahead[state] = worth(w, w->edge[j]);
	}
}

/* Of the edges of the state that has been come to, the one with the most ahead; or, on the way home, one that nobody has taken. */
static uint32_t best_ahead(const struct walker *w)
{
	uint32_t best = UINT32_MAX;
	uint32_t most = 0;

	for (uint64_t j = w->first[w->at]; j < w->first[w->at + 1]; j++) {
		uint32_t edge = w->edge[j];

		if ((w->goes_home && w->taken[edge]) || worth(w, edge) <= most)
			continue;
		best = edge;
		most = worth(w, edge);
	}
	return best;
}

static uint32_t nearest_end(const struct walker *w)
{
	for (uint64_t j = w->first[w->at]; j < w->first[w->at + 1]; j++) {
		uint32_t to = w->graph->edges[w->edge[j]].to;

		if ((to == GX_GRAPH_END ? 0 : w->to_end[to]) < w->to_end[w->at])
			return w->edge[j];
	}
	return UINT32_MAX;
}

/*
 * The edge to take; UINT32_MAX: none leads to an end, and nothing is to be gained. What is ahead may be stale: who has come to where nothing is
 * goes home, and leaves that way only for an edge that is there, or it would go in circles.
 */
static uint32_t choose(struct walker *w)
{
	uint32_t edge = best_ahead(w);

	w->goes_home = edge == UINT32_MAX;
	return edge == UINT32_MAX ? nearest_end(w) : edge;
}

/* Take a choice, and see whether it is this edge: if not the world comes back. */
static enum gx_status try(struct walker *w, const struct gx_edge *edge, struct gx_choice choice, bool *is_it)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	uint64_t hash;
	unsigned count;
	enum gx_status rc;

	gx_memory_collect(gx_memory_is_watched()); /* as the search did */
	gx_sched_step(choice);
	gx_memory_collect(false);
	count = gx_sched_options(options);
	rc = gx_track_look(&hash, NULL, NULL, w->err);
	if (rc != GX_OK)
		return rc;
	*is_it = count ? gx_graph_number(w->graph, hash) == edge->to : edge->to == GX_GRAPH_END;
	if (*is_it)
		gx_track_keep();
	else
		gx_track_drop();
	return GX_OK;
}

static enum gx_status take(struct walker *w, uint32_t number)
{
	const struct gx_edge *edge = &w->graph->edges[number];
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned count = gx_sched_options(options);
	bool is_it = false;

	for (unsigned i = 0; i < count && !is_it; i++) {
		struct gx_edge label = gx_graph_label(options[i]);
		enum gx_status rc = gx_graph_same_step(&label, edge) ? try(w, edge, options[i], &is_it) : GX_OK;

		if (rc != GX_OK)
			return rc;
		if (is_it)
			gx_path_push(&w->path, options[i]);
	}
	if (!is_it)
		return gx_fail(
			w->err, GX_EDIVERGED,
			"step %u of a schedule leads to another state than it did in the search: the program is not deterministic, or keeps something that looks like a time",
			w->path.count + 1);
	w->taken_count += !w->taken[number];
	w->taken[number] = true;
	w->at = edge->to;
	return GX_OK;
}

static void keep(struct walker *w)
{
	struct gx_cover *out = w->out;

	if (out->count == out->capacity) {
		uint32_t capacity = out->capacity ? out->capacity * 2 : 64;
		struct gx_path *larger = realloc(out->paths, capacity * sizeof(*larger));

		if (!larger)
			gx_no_memory("a cover");
		out->paths = larger;
		out->capacity = capacity;
	}
	out->steps += w->path.count;
	out->paths[out->count++] = w->path;
	w->path = (struct gx_path){0};
}

static enum gx_status walk_one(struct walker *w)
{
	enum gx_status rc;

	gx_sched_reset();
	w->at = 0;
	w->goes_home = false;
	rc = gx_track_begin(w->err);
	while (rc == GX_OK && w->at != GX_GRAPH_END) {
		uint32_t edge = choose(w);

		if (edge == UINT32_MAX)
			break;
		rc = take(w, edge);
	}
	if (rc == GX_OK)
		keep(w);
	return rc;
}

/* What lies ahead is summed up anew for each walk, or, in a large graph, for some: what is stale costs a longer way at most. */
enum { EDGES_FEW = 100000, WALKS_EACH = 16 };

static enum gx_status go_on(const struct walker *w)
{
	const struct gx_cover_limits *limits = w->limits;
	bool stopped = limits->interrupted && *limits->interrupted;

	if (limits->progress)
		limits->progress(limits->progress_context, &(struct gx_progress){.executions = w->out->count});
	if (!stopped && !(limits->until > 0 && gx_wall_seconds() > limits->until))
		return GX_OK;
	return gx_fail(w->err, GX_ELIMIT,
		       "no cover was written: %s when %" PRIu64 " of %" PRIu64 " transitions had been taken",
		       stopped ? "interrupted" : "its time was up", w->taken_count, w->graph->count);
}

static enum gx_status walk_all(struct walker *w)
{
	enum gx_status rc = GX_OK;
	unsigned each = w->graph->count > EDGES_FEW ? WALKS_EACH : 1;
	unsigned walks = 0;

	while (rc == GX_OK && w->taken_count < w->graph->count) {
		uint64_t before = w->taken_count;

		if (walks++ % each == 0)
			look_ahead(w);
		rc = go_on(w);
		if (rc == GX_OK)
			rc = walk_one(w);
		if (rc != GX_OK || w->taken_count > before)
			continue;
		gx_path_release(&w->out->paths[--w->out->count]);
		GX_ASSERT((walks - 1) % each); /* else there is nothing ahead, and something that nobody has taken */
		walks = 0;
	}
	w->out->transitions = w->taken_count;
	return rc;
}

enum gx_status gx_cover_make(struct gx_cover *out, struct gx_graph *graph, const struct gx_cover_limits *limits,
			     struct gx_error *err)
{
	struct walker w = {
		.graph = graph,
		.out = out,
		.first = room(graph->states + 1ull, sizeof(*w.first)),
		.edge = room(graph->count, sizeof(*w.edge)),
		.taken = room(graph->count, sizeof(*w.taken)),
		.goes_back = room(graph->count, sizeof(*w.goes_back)),
		.order = room(graph->states, sizeof(*w.order)),
		.ahead = room(graph->states, sizeof(*w.ahead)),
		.to_end = room(graph->states, sizeof(*w.to_end)),
		.limits = limits,
		.err = err,
	};
	enum gx_status rc;

	*out = (struct gx_cover){.count = 0};
	index_edges(&w);
	find_order(&w);
	find_ends(&w);
	gx_hits_listen(false);
	gx_races_end(); /* who follows them keeps what a search does not */
	gx_sched_begin_search(graph->time, graph->overtakes_max);
	rc = walk_all(&w);
	gx_sched_end_search();
	if (gx_memory_is_watched())
		gx_races_by_clocks();
	gx_sched_reset();
	gx_path_release(&w.path);
	free(w.first);
	free(w.edge);
	free(w.taken);
	free(w.goes_back);
	free(w.order);
	free(w.ahead);
	free(w.to_end);
	return rc;
}

void gx_cover_release(struct gx_cover *cover)
{
	for (uint32_t i = 0; i < cover->count; i++)
		gx_path_release(&cover->paths[i]);
	free(cover->paths);
	*cover = (struct gx_cover){.count = 0};
}
