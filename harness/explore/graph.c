#include "explore/graph.h"

#include <stdlib.h>

#include "core/task.h"

enum gx_status gx_graph_begin(struct gx_graph *graph, enum gx_time time, uint32_t overtakes_max, struct gx_error *err)
{
	gx_graph_release(graph);
	graph->time = time;
	graph->overtakes_max = overtakes_max;
	graph->is_open = true;
	return gx_visited_init(&graph->numbers, err);
}

void gx_graph_release(struct gx_graph *graph)
{
	if (graph->is_open)
		gx_visited_release(&graph->numbers);
	free(graph->edges);
	*graph = (struct gx_graph){.count = 0};
}

enum gx_status gx_graph_add_state(struct gx_graph *graph, uint64_t hash, struct gx_error *err)
{
	if (graph->states == GX_GRAPH_END)
		return gx_fail(err, GX_ELIMIT, "more states than a cover can be made of");
	return gx_visited_insert(&graph->numbers, hash, graph->states++, err);
}

uint32_t gx_graph_number(struct gx_graph *graph, uint64_t hash)
{
	const struct gx_visited_entry *entry = gx_visited_find(&graph->numbers, hash);

	return entry ? (uint32_t)entry->value : GX_GRAPH_END;
}

struct gx_edge gx_graph_label(struct gx_choice choice)
{
	const struct gx_task *task = choice.task == GX_CLOCK ? NULL : gx_task_at(choice.task);

	return (struct gx_edge){.task = task ? task->path : 0,
				.alternative = choice.alternative,
				.spurious = choice.spurious};
}

void gx_graph_add_edge(struct gx_graph *graph, struct gx_edge edge)
{
	if (graph->count == graph->capacity) {
		uint64_t capacity = graph->capacity ? graph->capacity * 2 : 1024;
		struct gx_edge *larger = realloc(graph->edges, capacity * sizeof(*larger));

		if (!larger)
			gx_no_memory("the graph of states");
		graph->edges = larger;
		graph->capacity = capacity;
	}
	graph->edges[graph->count++] = edge;
}
