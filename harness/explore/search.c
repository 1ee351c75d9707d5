#include "explore/search.h"

#include <stdlib.h>
#include <string.h>

#include "core/snapshot.h"
#include "core/track.h"
#include "explore/run.h"
#include "explore/visited.h"

struct node {
	struct gx_choice choices[GX_OPTIONS_MAX];
	unsigned count;
	unsigned next;
	uint32_t preemptions;
	uint32_t last;       /* task that ran last */
	uint64_t event_hash; /* of all events up to here */
	uint64_t fingerprint;
	double paths; /* interleavings behind it, so far */
};

struct searcher {
	const struct gx_search *job;
	struct gx_run run;
	struct gx_explored *out;
	struct gx_visited visited;
	struct gx_visited ends;
	struct node **nodes; /* the search stack; nodes are kept for reuse */
	uint32_t depth;      /* of the node on top; the root is 0 */
	uint32_t capacity;
	struct gx_error *err;
};

/* Marks a state whose successors are still being explored. */
#define ON_STACK (-1.0)

static struct node *node_at(struct searcher *s, uint32_t depth)
{
	if (depth >= s->capacity) {
		uint32_t capacity = s->capacity ? s->capacity * 2 : 256;

		s->nodes = realloc(s->nodes, capacity * sizeof(struct node *));
		GX_ASSERT(s->nodes);
		memset(s->nodes + s->capacity, 0, (capacity - s->capacity) * sizeof(struct node *));
		s->capacity = capacity;
	}
	if (!s->nodes[depth]) {
		s->nodes[depth] = malloc(sizeof(struct node)); /* each field is set when it is pushed */
		GX_ASSERT(s->nodes[depth]);
	}
	return s->nodes[depth];
}

static void current_path(void *context, struct gx_path *path)
{
	const struct searcher *s = context;

	path->count = 0;
	for (uint32_t i = 0; i <= s->depth && s->nodes[i]->next; i++)
		gx_path_push(path, s->nodes[i]->choices[s->nodes[i]->next - 1]);
}

/* Is the switch from the task that ran last to this choice a preemption? Only if that task could have gone on. */
static bool preempts(const struct node *node, struct gx_choice choice)
{
	return choice.task != node->last && node->count && node->choices[0].task == node->last;
}

static uint64_t fingerprint_of(const struct searcher *s, uint64_t hash, uint32_t last, uint32_t preemptions)
{
	if (s->job->preemptions_max == GX_UNBOUNDED)
		return hash;
	return (hash ^ ((uint64_t)last << 32 | preemptions)) * 0x9e3779b97f4a7c15ull;
}

/* The current path, which has come to its end, once more from the start. The world is put back afterwards. */
static enum gx_status recheck(struct searcher *s)
{
	uint64_t *hashes = malloc((s->depth + 1) * sizeof(*hashes));
	uint64_t memory = gx_world_memory_hash();
	struct gx_path path = {0};
	struct gx_state *end = NULL;
	enum gx_status rc =
		hashes ? gx_state_new(&end, s->err) : gx_fail(s->err, GX_ENOMEM, "out of memory for a path");

	if (rc == GX_OK)
		rc = gx_state_save(end, s->err);
	if (rc == GX_OK) {
		for (uint32_t i = 0; i < s->depth; i++)
			hashes[i] = s->nodes[i + 1]->event_hash;
		hashes[s->depth] = gx_sched_event_hash();
		current_path(s, &path);
		rc = gx_run_again(&s->run, &path, hashes, memory);
		gx_state_restore(end);
	}
	gx_path_release(&path);
	gx_state_free(end);
	free(hashes);
	return rc;
}

/* ---- the search ---- */

static enum gx_status at_end(struct searcher *s, struct node *node, uint64_t hash)
{
	struct gx_explored *out = s->out;

	out->executions++;
	if (s->depth + 1 > out->depth)
		out->depth = s->depth + 1;
	node->paths += 1;
	if (!gx_visited_find(&s->ends, hash)) {
		enum gx_status rc = gx_visited_insert(&s->ends, hash, 0, s->err);

		if (rc != GX_OK)
			return rc;
		out->end_hash += hash;
	}
	gx_run_count_hangs(&s->run);
	return !s->run.stop && s->job->recheck && gx_run_rechecks(&s->run) ? recheck(s) : GX_OK;
}

/* The transition led to a state that was seen before: true, and its interleavings are counted. */
static bool seen_before(struct searcher *s, struct node *node, uint64_t fingerprint)
{
	const struct gx_visited_entry *entry = gx_visited_find(&s->visited, fingerprint);

	if (!entry)
		return false;
	if (entry->value < 0)
		s->out->infinite = true; /* back to a state of the current path: a cycle */
	else
		node->paths += entry->value;
	return true;
}

static bool has_room(struct searcher *s)
{
	uint64_t budget = s->job->options->states;

	if (!budget || s->visited.count < budget)
		return true;
	s->run.stop = true;
	s->out->why = "the state budget is used up";
	return false;
}

/* Make the state that was just reached the top of the stack. */
static enum gx_status push(struct searcher *s, struct node *child, uint64_t fingerprint)
{
	enum gx_status rc = GX_OK;

	if (!s->job->options->no_visited)
		rc = gx_visited_insert(&s->visited, fingerprint, ON_STACK, s->err);
	child->fingerprint = fingerprint;
	child->event_hash = gx_sched_event_hash();
	child->next = 0;
	child->paths = 0;
	s->depth++;
	if (s->depth > s->out->depth)
		s->out->depth = s->depth;
	return rc;
}

/* Whether what lies behind the state that was just reached has to be looked at. */
static bool goes_on(struct searcher *s, struct node *node, uint64_t fingerprint)
{
	if (!s->job->options->no_visited && (seen_before(s, node, fingerprint) || !has_room(s)))
		return false;
	return s->depth + 2 < s->job->depth_max;
}

/* Take one transition out of the node on top, where the world stands; if it leads nowhere new the world comes back. */
static enum gx_status expand(struct searcher *s, struct node *node)
{
	struct node *child = node_at(s, s->depth + 1);
	struct gx_choice choice = node->choices[node->next++];
	uint32_t preemptions = node->preemptions + preempts(node, choice);
	uint64_t hash;
	uint64_t fingerprint;
	enum gx_status rc;

	if (preemptions > s->job->preemptions_max)
		return GX_OK;
	gx_sched_step(choice);
	child->count = gx_sched_options(child->choices);
	gx_run_take_hits(&s->run, current_path, s, NULL);
	child->preemptions = preemptions;
	child->last = gx_sched_last();
	s->out->transitions++;
	if ((s->out->transitions & 0xfff) == 0)
		gx_run_look_around(&s->run, s->visited.count, s->depth);
	rc = gx_track_look(&hash, NULL, NULL, s->err);
	if (rc != GX_OK)
		return rc;
	fingerprint = fingerprint_of(s, hash, child->last, preemptions);
	if (!child->count)
		rc = at_end(s, node, hash);
	else if (goes_on(s, node, fingerprint))
		return push(s, child, fingerprint);
	gx_track_undo();
	return rc;
}

static void pop(struct searcher *s)
{
	struct node *node = s->nodes[s->depth];
	struct node *parent = s->nodes[s->depth - 1];

	if (!s->job->options->no_visited) {
		struct gx_visited_entry *entry = gx_visited_find(&s->visited, node->fingerprint);

		GX_ASSERT(entry);
		entry->value = node->paths;
	}
	parent->paths += node->paths;
	gx_track_undo();
	s->depth--;
}

static enum gx_status run(struct searcher *s)
{
	struct node *root = node_at(s, 0);
	enum gx_status rc;

	gx_sched_reset();
	root->count = gx_sched_options(root->choices);
	root->next = 0;
	root->paths = 0;
	root->preemptions = 0;
	root->last = gx_sched_last();
	root->event_hash = gx_sched_event_hash();
	rc = gx_track_begin(s->err);
	root->fingerprint = fingerprint_of(s, gx_track_hash(), root->last, 0);
	if (rc == GX_OK)
		rc = gx_visited_insert(&s->visited, root->fingerprint, ON_STACK, s->err);
	while (rc == GX_OK && !s->run.stop) {
		struct node *node = s->nodes[s->depth];

		if (node->next < node->count)
			rc = expand(s, node);
		else if (s->depth)
			pop(s);
		else
			break;
	}
	return rc;
}

static void sum_up(struct searcher *s, enum gx_status rc)
{
	struct gx_explored *out = s->out;

	out->searched = true;
	out->complete = rc == GX_OK && !s->run.stop && s->job->preemptions_max == GX_UNBOUNDED &&
			s->job->depth_max == UINT32_MAX;
	out->states = s->visited.count;
	out->end_states = s->ends.count;
	out->points += out->transitions;
	out->collision_chance = gx_visited_collision_chance(&s->visited);
	out->bytes_per_state = gx_visited_bytes_per_state(&s->visited);
	out->stack_bytes = gx_track_high();
	out->interleavings = out->complete ? s->nodes[0]->paths : 0;
}

enum gx_status gx_search(const struct gx_search *search, struct gx_error *err)
{
	struct searcher s = {.job = search, .out = search->out, .err = err};
	enum gx_status rc;

	s.out->why = "";
	rc = gx_visited_init(&s.visited, err);
	if (rc == GX_OK)
		rc = gx_visited_init(&s.ends, err);
	if (rc == GX_OK) {
		s.run = gx_run_begin(search->options, search->out, err);
		s.run.target = search->target;
		rc = run(&s);
		sum_up(&s, rc);
		gx_run_end(&s.run);
	}
	for (uint32_t i = 0; i < s.capacity; i++)
		free(s.nodes[i]);
	free(s.nodes);
	gx_visited_release(&s.visited);
	gx_visited_release(&s.ends);
	return rc;
}
