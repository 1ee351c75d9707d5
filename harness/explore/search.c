#include "explore/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/snapshot.h"
#include "core/track.h"
#include "explore/clock.h"
#include "explore/hits.h"
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
	struct gx_explored *out;
	struct gx_visited visited;
	struct gx_visited ends;
	struct node **nodes; /* the search stack; nodes are kept for reuse */
	uint32_t depth;      /* of the node on top; the root is 0 */
	uint32_t capacity;
	uint64_t next_recheck;
	double started;
	unsigned hangs; /* before the search */
	bool stop;
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

static void current_path(const struct searcher *s, struct gx_path *path)
{
	path->count = 0;
	for (uint32_t i = 0; i <= s->depth && s->nodes[i]->next; i++)
		gx_path_push(path, s->nodes[i]->choices[s->nodes[i]->next - 1]);
}

static void on_hit(void *context, uint64_t key)
{
	struct searcher *s = context;
	struct gx_explored *out = s->out;
	unsigned i = 0;

	if (s->job->target && key != s->job->target)
		return;
	while (i < out->hit_count && out->hits[i].key != key)
		i++;
	if (i == out->hit_count) {
		if (i == GX_HITS_MAX)
			return;
		out->hit_count++;
		out->hits[i].key = key;
		current_path(s, &out->hits[i].path);
	}
	out->hits[i].count++;
	if (s->job->target || s->job->options->stop_at_first) {
		s->stop = true;
		out->why = "stopped at the first finding";
	}
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

/* ---- running executions again ---- */

static enum gx_status recheck_step(struct searcher *s, uint32_t depth, uint64_t expected)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	struct gx_choice choice = s->nodes[depth]->choices[s->nodes[depth]->next - 1];
	unsigned count = gx_sched_options(options);
	unsigned i = 0;

	while (i < count && memcmp(&options[i], &choice, sizeof(choice)) != 0)
		i++;
	if (i < count) {
		gx_sched_step(choice);
		(void)gx_sched_options(options); /* at_rest() belongs to the step */
		if (gx_sched_event_hash() == expected)
			return GX_OK;
	}
	return gx_fail(
		s->err, GX_EDIVERGED,
		"not deterministic: run a second time, the same schedule did something else at step %u (task %u%s); some "
		"state lives outside the world (a static variable of the program, a file, ...)",
		depth + 1, choice.task, i < count ? "" : ", which could not step");
}

/* The current path, once more from the start. The world is put back afterwards. */
static enum gx_status recheck(struct searcher *s)
{
	uint64_t final = gx_sched_event_hash();
	uint64_t memory = gx_world_memory_hash();
	struct gx_state *end;
	enum gx_status rc = gx_state_new(&end, s->err);

	if (rc != GX_OK)
		return rc;
	rc = gx_state_save(end, s->err);
	gx_hits_listen(false);
	gx_sched_reset();
	for (uint32_t i = 0; i <= s->depth && rc == GX_OK; i++)
		rc = recheck_step(s, i, i < s->depth ? s->nodes[i + 1]->event_hash : final);
	/* Equal events, and other bytes: what a program keeps outside the world shows in what it computes, if in nothing else. */
	if (rc == GX_OK && gx_world_memory_hash() != memory)
		rc = gx_fail(
			s->err, GX_EDIVERGED,
			"not deterministic: run a second time, the same schedule of %u steps left other bytes in memory at "
			"its end; some state lives outside the world (a static variable of the program, a file, ...)",
			s->depth + 1);
	if (rc == GX_OK) {
		gx_state_restore(end);
		s->out->rechecked++;
	}
	gx_hits_listen(true);
	gx_state_free(end);
	return rc;
}

/* ---- the search ---- */

static void look_around(struct searcher *s)
{
	const struct gx_explore_options *options = s->job->options;

	if (options->interrupted && *options->interrupted) {
		s->stop = true;
		s->out->interrupted = true;
		s->out->why = "interrupted";
	}
	if (options->seconds > 0 && gx_wall_seconds() - s->started > options->seconds) {
		s->stop = true;
		s->out->why = "the time budget is used up";
	}
	if (options->progress)
		options->progress(options->progress_context, &(struct gx_progress){.executions = s->out->executions,
										   .states = s->visited.count,
										   .transitions = s->out->transitions,
										   .depth = s->depth,
										   .hits = s->out->hit_count});
}

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
	if (gx_sched_hangs() - s->hangs >= GX_HANGS_MAX) {
		s->stop = true;
		out->why = GX_HANGS_WHY;
		return GX_OK;
	}
	if (s->job->recheck && out->executions == s->next_recheck) {
		s->next_recheck *= 2;
		return recheck(s);
	}
	return GX_OK;
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
	s->stop = true;
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
	gx_hits_take(on_hit, s);
	child->preemptions = preemptions;
	child->last = gx_sched_last();
	s->out->transitions++;
	if ((s->out->transitions & 0xfff) == 0)
		look_around(s);
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
	while (rc == GX_OK && !s->stop) {
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
	out->complete =
		rc == GX_OK && !s->stop && s->job->preemptions_max == GX_UNBOUNDED && s->job->depth_max == UINT32_MAX;
	out->states = s->visited.count;
	out->end_states = s->ends.count;
	out->points += out->transitions;
	out->collision_chance = gx_visited_collision_chance(&s->visited);
	out->bytes_per_state = gx_visited_bytes_per_state(&s->visited);
	out->stack_bytes = gx_track_high();
	out->interleavings = out->complete ? s->nodes[0]->paths : 0;
	out->seconds += gx_wall_seconds() - s->started;
}

enum gx_status gx_search(const struct gx_search *search, struct gx_error *err)
{
	struct searcher s = {.job = search, .out = search->out, .next_recheck = 1, .err = err};
	enum gx_status rc;

	s.started = gx_wall_seconds();
	s.hangs = gx_sched_hangs();
	s.out->why = "";
	rc = gx_visited_init(&s.visited, err);
	if (rc == GX_OK)
		rc = gx_visited_init(&s.ends, err);
	if (rc == GX_OK) {
		gx_hits_listen(true);
		rc = run(&s);
		gx_hits_listen(false);
		sum_up(&s, rc);
	}
	for (uint32_t i = 0; i < s.capacity; i++)
		free(s.nodes[i]);
	free(s.nodes);
	gx_visited_release(&s.visited);
	gx_visited_release(&s.ends);
	gx_sched_reset();
	return rc;
}
