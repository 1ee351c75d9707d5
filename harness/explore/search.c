#include "explore/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "access/races.h"
#include "core/snapshot.h"
#include "core/track.h"
#include "explore/graph.h"
#include "explore/hits.h"
#include "explore/pairs.h"
#include "explore/run.h"
#include "explore/side.h"
#include "explore/visited.h"

struct node {
	struct gx_choice choices[GX_OPTIONS_MAX];
	unsigned count;
	unsigned next;
	uint64_t event_hash;             /* of all events up to here */
	uint64_t hash;                   /* of the state */
	double paths;                    /* interleavings behind it, so far */
	uint64_t index;                  /* in the order of discovery */
	uint64_t low;                    /* the least index of an open state that is known to be reachable from it */
	size_t members;                  /* how many open states, popped already, were there before it */
	struct gx_footprint *footprints; /* of each choice, when pairs are counted; `room` of them */
	unsigned room;
	size_t notes;                                /* how much of the notes on memory there was before it */
	struct gx_side_step touched[GX_OPTIONS_MAX]; /* by each choice, where memory is watched */
	uint64_t
		able; /* who can step, for no reason left aside, in it and all states of its component so far: bit per index, and the clock's */
	uint64_t stepped; /* whose steps lead from it, or from those, back into the component */
	bool loops;       /* a step of it leads back to itself */
	bool ends;        /* an end can be reached from it, or from a state of its component */
};

/* Of so many variables a race is shown. */
enum { RACES_MAX = 64 };

struct searcher {
	const struct gx_search *job;
	struct gx_run run;
	struct gx_explored *out;
	struct gx_visited visited;
	struct gx_visited ends;
	struct node **nodes; /* the search stack; nodes are kept for reuse */
	uint32_t depth;      /* of the node on top; the root is 0 */
	uint32_t capacity;
	uint64_t discovered; /* states, for their index */
	uint64_t *members;   /* hashes of open states that have been popped */
	size_t member_count;
	size_t member_capacity;
	unsigned rounds; /* how often go_round() has been tried */
	unsigned first;  /* the rounds begin behind so many steps of this task */
	unsigned ahead;
	bool watches;               /* memory */
	struct gx_side_notes notes; /* what the steps out of the nodes have touched */
	struct {
		uint64_t granule;
		uint8_t bytes;
	} raced[RACES_MAX]; /* that a race has been shown for */
	unsigned races;
	struct gx_side_step *race[2]; /* which is about to be shown */
	struct gx_error *err;
};

/*
 * What the visited set holds of a state. Until the strongly connected component that it belongs to is closed (Tarjan 1972), a negative
 * number: its index. Afterwards the number of interleavings behind it, infinitely many in a component with a cycle; 0 says that no end
 * can be reached from it.
 */
static double open_value(uint64_t index)
{
	return -1.0 - (double)index;
}

static uint64_t index_of(double open)
{
	return (uint64_t)(-1.0 - open);
}

static struct node *node_at(struct searcher *s, uint32_t depth)
{
	if (depth >= s->capacity) {
		uint32_t capacity = s->capacity ? s->capacity * 2 : 256;

		struct node **larger = realloc(s->nodes, capacity * sizeof(*larger));

		if (!larger)
			gx_no_memory("the search stack");
		s->nodes = larger;
		memset(s->nodes + s->capacity, 0, (capacity - s->capacity) * sizeof(struct node *));
		s->capacity = capacity;
	}
	if (!s->nodes[depth]) {
		s->nodes[depth] = malloc(sizeof(struct node)); /* each field is set when it is pushed */
		if (!s->nodes[depth])
			gx_no_memory("the search stack");
		s->nodes[depth]->footprints = NULL;
		s->nodes[depth]->room = 0;
	}
	return s->nodes[depth];
}

static void current_path(void *context, struct gx_path *path)
{
	const struct searcher *s = context;

	path->count = 0;
	for (uint32_t i = 0; s->nodes && i <= s->depth && s->nodes[i] && s->nodes[i]->next; i++)
		gx_path_push(path, s->nodes[i]->choices[s->nodes[i]->next - 1]);
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
	node->ends = true;
	if (!gx_visited_find(&s->ends, hash)) {
		enum gx_status rc = gx_visited_insert(&s->ends, hash, 0, s->err);

		if (rc != GX_OK)
			return rc;
		out->end_hash += hash;
	}
	gx_run_count_hangs(&s->run);
	return !s->run.stop && gx_run_rechecks(&s->run) ? recheck(s) : GX_OK;
}

/* Who has taken the last step out of it. */
static uint64_t last_step(const struct node *node)
{
	return 1ull << node->choices[node->next - 1].task;
}

static uint64_t able_in(const struct node *node)
{
	uint64_t able = 0;

	for (unsigned i = 0; i < node->count; i++)
		if (!node->choices[i].spurious)
			able |= 1ull << node->choices[i].task;
	return able;
}

/* The transition led to a state that was seen before: true, and what is known of it is known of this one. */
static bool seen_before(struct searcher *s, struct node *node, uint64_t hash)
{
	const struct gx_visited_entry *entry = gx_visited_find(&s->visited, hash);

	if (!entry)
		return false;
	if (entry->value < 0) {
		uint64_t index = index_of(entry->value);

		s->out->infinite = true; /* back to a state of the same component: a cycle */
		node->stepped |= last_step(node);
		node->loops |= index == node->index;
		node->low = index < node->low ? index : node->low;
	} else {
		node->paths += entry->value;
		node->ends |= entry->value > 0;
	}
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

static void begin_node(struct searcher *s, struct node *node)
{
	node->next = 0;
	node->paths = 0;
	node->index = s->discovered++;
	node->low = node->index;
	node->members = s->member_count;
	node->able = able_in(node);
	node->stepped = 0;
	node->loops = false;
	node->ends = false;
	node->notes = s->notes.used;
	if (s->job->options->count_pairs && node->room < node->count) {
		struct gx_footprint *larger = realloc(node->footprints, node->count * sizeof(*larger));

		if (!larger)
			gx_no_memory("footprints");
		node->footprints = larger;
		node->room = node->count;
	}
}

/* Make the state that was just reached the top of the stack. */
static enum gx_status push(struct searcher *s, struct node *child, uint64_t hash)
{
	enum gx_status rc = GX_OK;

	if (!s->job->options->no_visited)
		rc = gx_visited_insert(&s->visited, hash, open_value(s->discovered), s->err);
	if (rc == GX_OK && s->job->options->graph)
		rc = gx_graph_add_state(s->job->options->graph, hash, s->err);
	child->hash = hash;
	child->event_hash = gx_sched_event_hash();
	begin_node(s, child);
	s->depth++;
	if (s->depth > s->out->depth)
		s->out->depth = s->depth;
	return rc;
}

/* Now and then: the clock costs more than many transitions. To ask whether time was seen costs next to nothing. */
enum { LOOK_EVERY = 0x1000, LOOK_AT_TIME_EVERY = 0x40 };

static void look_around(struct searcher *s)
{
	if (s->out->transitions % LOOK_EVERY == 0)
		gx_run_look_around(&s->run, s->visited.count, s->depth);
	s->out->states = s->visited.count;
	/* States have been taken for one that differ in what was seen of time: explore.c begins again. */
	if (!s->job->options->no_visited && gx_sched_time_needed() > s->job->time) {
		s->run.stop = true;
		s->out->why = "time was seen";
	}
}

/* Whether what lies behind the state that was just reached has to be looked at. */
static bool goes_on(struct searcher *s, struct node *node, uint64_t hash)
{
	if (!s->job->options->no_visited && seen_before(s, node, hash))
		return false;
	if (gx_sched_is_too_long()) {
		node->ends = true; /* it may */
		return false;
	}
	return s->job->options->no_visited || has_room(s);
}

/* The state will be looked up once its old bytes have been logged: until then its place comes into the cache. */
static void expect(void *context, uint64_t hash)
{
	const struct searcher *s = context;

	gx_visited_prefetch(&s->visited, hash);
}

static void take(struct searcher *s, struct node *node, struct gx_choice choice)
{
	if (s->job->options->count_pairs)
		gx_footprint_begin(&node->footprints[node->next - 1]);
	if (s->watches)
		gx_memory_collect(true);
	gx_sched_step(choice);
	gx_memory_collect(false);
	gx_footprint_end();
}

/* Whoever wakes for no reason could do so, too. */
static uint64_t can_step(const struct node *node)
{
	uint64_t able = 0;

	for (unsigned i = 0; i < node->count; i++)
		able |= 1ull << node->choices[i].task;
	return able;
}

static void note_touched(struct searcher *s, struct node *node, const struct node *child)
{
	unsigned choice = node->next - 1;

	node->touched[choice] = gx_side_note(&s->notes, &gx_memory_collected, node->choices[choice].task,
					     gx_memory_collected.count ? can_step(child) : 0);
}

static void note_edge(struct searcher *s, const struct node *node, struct gx_edge edge, uint32_t to)
{
	if (!s->job->options->graph)
		return;
	edge.from = (uint32_t)node->index;
	edge.to = to;
	gx_graph_add_edge(s->job->options->graph, edge);
}

/* Take one transition out of the node on top, where the world stands; if it leads nowhere new the world comes back. */
static enum gx_status expand(struct searcher *s, struct node *node)
{
	struct node *child = node_at(s, s->depth + 1);
	struct gx_choice choice = node->choices[node->next++];
	struct gx_edge edge;
	uint64_t hash;
	enum gx_status rc;

	edge = s->job->options->graph ? gx_graph_label(choice) : (struct gx_edge){.task = 0};
	take(s, node, choice);
	child->count = gx_sched_options(child->choices);
	if (s->watches)
		note_touched(s, node, child);
	gx_run_take_hits(&s->run, current_path, s, NULL);
	s->out->transitions++;
	if (s->out->transitions % LOOK_AT_TIME_EVERY == 0)
		look_around(s);
	rc = gx_track_look(&hash, expect, s, s->err);
	if (rc != GX_OK)
		return rc;
	if (!child->count) {
		note_edge(s, node, edge, GX_GRAPH_END);
		rc = at_end(s, node, hash);
	} else if (goes_on(s, node, hash)) {
		note_edge(s, node, edge, (uint32_t)s->discovered);
		gx_track_keep();
		return push(s, child, hash);
	}
	if (child->count && s->job->options->graph)
		note_edge(s, node, edge, gx_graph_number(s->job->options->graph, hash));
	gx_track_drop();
	return rc;
}

/* ---- components ---- */

static void set_value(struct searcher *s, uint64_t hash, double value)
{
	struct gx_visited_entry *entry = gx_visited_find(&s->visited, hash);

	GX_ASSERT(entry);
	entry->value = value;
}

static void path_to_top(void *context, struct gx_path *path)
{
	const struct searcher *s = context;

	path->count = 0;
	for (uint32_t i = 0; i < s->depth; i++)
		gx_path_push(path, s->nodes[i]->choices[s->nodes[i]->next - 1]);
}

/* ... some steps more, and fairly from there. */
static void path_to_rounds(void *context, struct gx_path *path)
{
	const struct searcher *s = context;

	path_to_top(context, path);
	for (unsigned i = 0; i < s->ahead; i++)
		gx_path_push(path, gx_choice_of(s->first));
	gx_path_push(path, gx_choice_of(GX_FAIR));
}

enum { ROUNDS_MAX = 16, AHEAD_MAX = 8 };

/* `ahead` steps of one task, and then rounds in which everybody steps: true if that comes round, in which case it is shown. */
static bool goes_round(struct searcher *s, unsigned first, unsigned ahead)
{
	for (s->ahead = 0; s->ahead < ahead; s->ahead++)
		if (!gx_take(gx_choice_of(first)))
			return false;
	s->first = first;
	if (!gx_sched_goes_round())
		return false;
	gx_hits_forget();
	gx_sched_step(gx_choice_of(GX_FAIR));
	gx_run_take_hits(&s->run, path_to_rounds, s, NULL);
	return true;
}

/* Until the limits end the execution: the path to here shows it again, since a replay goes on by the default choice, too. */
static void go_to_the_limit(struct searcher *s)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	enum gx_time time = gx_sched_time_needed();

	while (gx_sched_options(options))
		gx_sched_step(options[0]);
	gx_sched_set_time_needed(time);
	gx_run_take_hits(&s->run, path_to_top, s, NULL);
}

/* Polite ones stay in step only if one is so many steps ahead of the other. */
static void look_for_rounds(struct searcher *s, const struct node *node, const struct gx_state *here)
{
	for (uint64_t rest = node->stepped & ~(1ull << GX_CLOCK); rest; rest &= rest - 1)
		for (unsigned ahead = 0; ahead < AHEAD_MAX; ahead++) {
			if (goes_round(s, (unsigned)__builtin_ctzll(rest), ahead))
				return;
			gx_state_restore(here);
		}
}

/*
 * The component of the state on top has a cycle. From one without an end to be reached, whoever goes on goes on for ever: that is shown. In one
 * with an end a fair scheduler may be able to stay all the same (a livelock): everybody steps in turn, and it comes round. Not if somebody
 * can step in all of its states and does so in none of its steps, most often a leg that would be over some time.
 */
static enum gx_status go_round(struct searcher *s, const struct node *node)
{
	unsigned hits = s->out->hit_count;
	struct gx_state *here;
	enum gx_status rc;

	if (s->rounds == ROUNDS_MAX || node->able & ~node->stepped)
		return GX_OK;
	s->rounds++;
	rc = gx_state_new(&here, s->err);
	if (rc == GX_OK)
		rc = gx_state_save(here, s->err);
	gx_sched_pause_search(true);
	if (rc == GX_OK && node->ends)
		look_for_rounds(s, node, here);
	else if (rc == GX_OK && !goes_round(s, 0, 0))
		go_to_the_limit(s);
	gx_hits_forget();
	gx_sched_pause_search(false);
	if (s->out->hit_count > hits)
		s->rounds = ROUNDS_MAX; /* others would say the same */
	if (rc == GX_OK)
		gx_state_restore(here);
	gx_state_free(here);
	return rc;
}

/* The state on top is the first of its component that was found, and all of it has been seen. */
static enum gx_status close_component(struct searcher *s, struct node *node)
{
	bool cycle = node->loops || s->member_count > node->members;

	if (cycle)
		node->paths = node->ends ? INFINITY : 0;
	while (s->member_count > node->members)
		set_value(s, s->members[--s->member_count], node->paths);
	set_value(s, node->hash, node->paths);
	return cycle ? go_round(s, node) : GX_OK;
}

/* It belongs to the component of a state below it on the stack. */
static enum gx_status keep_open(struct searcher *s, const struct node *node, struct node *parent)
{
	if (s->member_count == s->member_capacity) {
		size_t capacity = s->member_capacity ? s->member_capacity * 2 : 1024;
		uint64_t *larger = realloc(s->members, capacity * sizeof(*larger));

		if (!larger)
			return gx_fail(s->err, GX_ENOMEM, "out of memory for the states of a cycle");
		s->members = larger;
		s->member_capacity = capacity;
	}
	s->members[s->member_count++] = node->hash;
	parent->low = node->low < parent->low ? node->low : parent->low;
	parent->ends |= node->ends;
	parent->able &= node->able;
	parent->stepped |= node->stepped | last_step(parent);
	return GX_OK;
}

static enum gx_status look_at_pairs(struct searcher *s, const struct node *node)
{
	const struct gx_pairs_state state = {.choices = node->choices,
					     .footprints = node->footprints,
					     .count = node->count};

	gx_pairs_count(&state, s->out);
	return s->job->options->check_pairs ? gx_pairs_check(&state, s->out, s->err) : GX_OK;
}

/* ---- data races ---- */

static void path_to_race(void *context, struct gx_path *path)
{
	const struct searcher *s = context;
	const struct node *node = s->nodes[s->depth];

	path_to_top(context, path);
	for (unsigned i = 0; i < 2; i++)
		gx_path_push(path, node->choices[s->race[i] - node->touched]);
}

/* Take both, one after the other: who looks on tells of the race. The world comes back. */
static enum gx_status show_race(struct searcher *s, struct node *node, unsigned before)
{
	uint64_t hash;
	enum gx_status rc;

	gx_hits_forget();
	gx_sched_step(node->choices[s->race[0] - node->touched]);
	gx_races_beside(s->notes.touches + s->race[0]->from, s->race[0]->count, s->race[0]->task);
	if (gx_take(node->choices[s->race[1] - node->touched]))
		gx_run_take_hits(&s->run, path_to_race, s, NULL);
	else
		s->races = before; /* they are not side by side after all: others may be */
	gx_races_end();
	gx_hits_forget();
	rc = gx_track_look(&hash, NULL, NULL, s->err);
	if (rc == GX_OK)
		gx_track_drop();
	return rc;
}

static bool are_new(struct searcher *s, uint64_t granule, uint8_t bytes)
{
	for (unsigned i = 0; i < s->races; i++)
		if (s->raced[i].granule == granule)
			bytes &= (uint8_t)~s->raced[i].bytes;
	if (!bytes || s->races == RACES_MAX)
		return false;
	s->raced[s->races].granule = granule;
	s->raced[s->races++].bytes = bytes;
	return true;
}

/* Some of these bytes have not been shown yet. */
static bool is_new_race(struct searcher *s)
{
	bool is_new = false;
	unsigned nth = 0;
	uint64_t granule;
	uint8_t bytes;

	while ((granule = gx_side_granule(&s->notes, s->race[0], s->race[1], &nth, &bytes)) != 0)
		is_new |= are_new(s, granule, bytes);
	return is_new;
}

static enum gx_status look_for_races(struct searcher *s, struct node *node)
{
	enum gx_status rc = GX_OK;
	unsigned before;

	for (unsigned i = 0; i < node->count; i++)
		for (unsigned j = i + 1; j < node->count && node->touched[i].count && rc == GX_OK; j++) {
			if (!gx_side_race(&s->notes, &node->touched[i], &node->touched[j]))
				continue;
			s->race[0] = &node->touched[i];
			s->race[1] = &node->touched[j];
			before = s->races;
			if (is_new_race(s))
				rc = show_race(s, node, before);
		}
	s->notes.used = node->notes;
	return rc;
}

/* All steps out of the state on top have been taken. */
static enum gx_status finish(struct searcher *s)
{
	struct node *node = s->nodes[s->depth];
	struct node *parent = s->depth ? s->nodes[s->depth - 1] : NULL;
	bool is_first = node->low == node->index;
	enum gx_status rc = GX_OK;

	if (s->job->options->count_pairs)
		rc = look_at_pairs(s, node);
	if (rc == GX_OK && s->watches)
		rc = look_for_races(s, node);
	if (rc == GX_OK && !s->job->options->no_visited)
		rc = is_first ? close_component(s, node) : keep_open(s, node, parent);
	if (parent && is_first) {
		parent->paths += node->paths;
		parent->ends |= node->ends;
	}
	return rc;
}

static void pop(struct searcher *s)
{
	gx_track_undo();
	s->depth--;
}

static enum gx_status run(struct searcher *s)
{
	struct node *root = node_at(s, 0);
	enum gx_status rc;

	gx_sched_reset();
	root->count = gx_sched_options(root->choices);
	begin_node(s, root);
	root->event_hash = gx_sched_event_hash();
	rc = gx_track_begin(s->err);
	root->hash = gx_track_hash();
	if (rc == GX_OK)
		rc = gx_visited_insert(&s->visited, root->hash, open_value(0), s->err);
	if (rc == GX_OK && s->job->options->graph)
		rc = gx_graph_add_state(s->job->options->graph, root->hash, s->err);
	while (rc == GX_OK && !s->run.stop) {
		struct node *node = s->nodes[s->depth];

		if (node->next < node->count) {
			rc = expand(s, node);
			continue;
		}
		rc = finish(s);
		if (!s->depth)
			break;
		pop(s);
	}
	return rc;
}

static void say_cut(struct searcher *s)
{
	if (s->out->cut & GX_CUT_STEPS)
		s->out->why = "executions were not followed beyond limits.points";
	else if (s->out->cut & GX_CUT_OVERTAKES)
		s->out->why = "a loop looks at the clock, which was let go on beside it only so often";
}

static void sum_up(struct searcher *s, enum gx_status rc)
{
	struct gx_explored *out = s->out;

	out->searched = true;
	out->cut = gx_sched_cut();
	out->complete = rc == GX_OK && !s->run.stop && !(out->cut & (GX_CUT_OVERTAKES | GX_CUT_STEPS));
	if (rc == GX_OK && !s->run.stop)
		say_cut(s);
	out->states = s->visited.count;
	out->end_states = s->ends.count;
	out->points += out->transitions;
	out->collision_chance = gx_visited_collision_chance(&s->visited);
	out->bytes_per_state = gx_visited_bytes_per_state(&s->visited);
	out->stack_bytes = gx_track_high();
	out->interleavings = out->complete && !out->infinite ? s->nodes[0]->paths : 0;
}

enum gx_status gx_search(const struct gx_search *search, struct gx_error *err)
{
	struct searcher s = {.job = search, .out = search->out, .err = err};
	enum gx_status rc;

	s.watches = gx_memory_is_watched();
	gx_races_end();
	s.out->why = "";
	rc = gx_visited_init(&s.visited, err);
	if (rc == GX_OK)
		rc = gx_visited_init(&s.ends, err);
	if (rc == GX_OK && search->options->graph)
		rc = gx_graph_begin(search->options->graph, search->time, search->overtakes_max, err);
	if (rc == GX_OK) {
		s.run = gx_run_begin(search->options, search->out, err);
		gx_run_is_at(current_path, &s);
		gx_sched_begin_search(search->time, search->overtakes_max);
		rc = run(&s);
		sum_up(&s, rc);
		gx_sched_end_search();
		gx_run_end(&s.run);
	}
	for (uint32_t i = 0; i < s.capacity; i++) {
		if (s.nodes[i])
			free(s.nodes[i]->footprints);
		free(s.nodes[i]);
	}
	free(s.nodes);
	gx_side_release(&s.notes);
	if (s.watches)
		gx_races_by_clocks();
	free(s.members);
	gx_visited_release(&s.visited);
	gx_visited_release(&s.ends);
	return rc;
}
