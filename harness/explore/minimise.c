/*
 * minimise.c - the simplest execution that shows a finding: fewest preemptions, then fewest steps.
 *
 * Fewest preemptions first, since most races need one or two (Musuvathi and Qadeer, "Iterative context bounding", 2007): depth first with
 * a bound of 0, 1, 2, ... switches away from tasks that could have gone on. A path that is found bounds the depth from then on (branch and
 * bound), until nothing shorter is left: then it is proven that there is none. Where the space is too large for that, what reduce.c has
 * made of the path before remains. What decides how the search can go on, and how much of
 * its bounds is left, is (state, task that ran last, preemptions, depth): a state that is reached again by fewer steps than before is
 * looked at again. Of a data race the step before counts, too: what it has touched, and who could have stepped in its place; then a path
 * shows it with two steps side by side (access/races.h). Distances in time are part of the state: they decide how many ticks a wake-up takes.
 */
#include <stdlib.h>
#include <string.h>

#include "access/races.h"
#include "core/rescue.h"
#include "core/snapshot.h"
#include "core/track.h"
#include "explore/clock.h"
#include "explore/explore.h"
#include "explore/reduce.h"
#include "explore/side.h"
#include "explore/visited.h"

struct place {
	struct gx_choice choices[GX_OPTIONS_MAX];
	unsigned count;
	unsigned next;
	uint32_t preemptions;
	uint32_t last;               /* task that ran last */
	struct gx_side_step arrived; /* by this step, if data races are looked for */
	size_t notes;                /* how much of the notes on memory there was before it */
	uint64_t able;               /* who can step here, bit per index */
};

struct shortest {
	const struct gx_minimising *job;
	struct gx_path *path;     /* the best so far */
	uint32_t preemptions_max; /* of this round */
	uint32_t steps_max;       /* only paths of fewer steps are of interest */
	struct place **places;    /* the path that is looked at; kept for reuse */
	uint32_t depth;
	uint32_t capacity;
	struct gx_visited visited;  /* with the fewest steps to each */
	struct gx_side_notes notes; /* what the steps of the path have touched */
	uint64_t looked;            /* transitions */
	double until;               /* wall clock; 0: no bound */
	bool found;
	bool stopped; /* a budget is used up */
	struct gx_error *err;
};

static enum gx_status make_place(struct shortest *s, uint32_t depth)
{
	if (depth >= s->capacity) {
		uint32_t capacity = s->capacity ? s->capacity * 2 : 256;
		struct place **larger = realloc(s->places, capacity * sizeof(*larger));

		if (!larger)
			return gx_fail(s->err, GX_ENOMEM, "out of memory for a shorter execution");
		s->places = larger;
		memset(s->places + s->capacity, 0, (capacity - s->capacity) * sizeof(*larger));
		s->capacity = capacity;
	}
	if (!s->places[depth])
		s->places[depth] = malloc(sizeof(struct place)); /* each field is set when it is pushed */
	return s->places[depth] ? GX_OK : gx_fail(s->err, GX_ENOMEM, "out of memory for a shorter execution");
}

/* Is the switch from the task that ran last to this choice a preemption? Only if that task could have gone on. */
static bool preempts(const struct place *place, struct gx_choice choice)
{
	return choice.task != place->last && place->count && place->choices[0].task == place->last;
}

/* What the next step can race with: the touches of the one that led here, as long as somebody could have stepped instead of it. */
static uint64_t hash_of_arrival(const struct shortest *s, const struct place *place, uint64_t instead)
{
	uint64_t hash = instead;

	for (unsigned i = 0; i < place->arrived.count; i++) {
		const struct gx_memory_touch *touch = &s->notes.touches[place->arrived.from + i];

		hash = (hash ^ touch->granule << 32 ^ (uint64_t)touch->atomic_read << 24 ^
			(uint64_t)touch->atomic_written << 16 ^ (uint64_t)touch->read << 8 ^ touch->written) *
		       0x9e3779b97f4a7c15ull;
		hash ^= hash >> 29;
	}
	return hash;
}

static uint64_t fingerprint(const struct shortest *s, uint64_t hash, const struct place *place, uint64_t instead)
{
	if (place->arrived.count)
		hash += hash_of_arrival(s, place, instead);
	return (hash ^ ((uint64_t)place->last << 32 | place->preemptions)) * 0x9e3779b97f4a7c15ull;
}

/* The path that is looked at, which shows the hit with its last step, is the best so far. */
static void keep_path(struct shortest *s)
{
	gx_path_reserve(s->path, s->depth + 1);
	s->path->count = s->depth + 1;
	for (uint32_t i = 0; i <= s->depth; i++)
		s->path->choice[i] = s->places[i]->choices[s->places[i]->next - 1];
	s->steps_max = s->depth + 1;
	s->found = true;
}

/* Whether the state that was just reached, in `steps` steps, has to be looked at; then that is noted. */
static enum gx_status visit(struct shortest *s, uint64_t print, uint32_t steps, bool *goes_on)
{
	struct gx_visited_entry *entry = gx_visited_find(&s->visited, print);

	*goes_on = !entry || entry->value > steps;
	if (entry && *goes_on)
		entry->value = steps;
	if (entry)
		return GX_OK;
	if (s->visited.count >= s->job->states) {
		s->stopped = true;
		return GX_OK;
	}
	return gx_visited_insert(&s->visited, print, steps, s->err);
}

/* Now and then: the clock costs more than many transitions. */
enum { LOOK_EVERY = 0x1000 };

static bool is_over(void *context)
{
	const struct shortest *s = context;

	return (s->job->interrupted && *s->job->interrupted) || (s->until > 0 && gx_wall_seconds() > s->until);
}

static void look_around(struct shortest *s)
{
	if (++s->looked % LOOK_EVERY == 0)
		s->stopped |= is_over(s);
}

static uint64_t can_step(const struct place *place)
{
	uint64_t able = 0;

	for (unsigned i = 0; i < place->count; i++)
		able |= 1ull << place->choices[i].task;
	return able;
}

/* Take it; who could have taken it instead of the step before may race with that. */
static void take(struct shortest *s, const struct place *place, struct gx_choice choice)
{
	const struct place *before = s->depth ? s->places[s->depth - 1] : NULL;

	if (s->job->races) {
		gx_memory_collect(true);
		if (before && place->arrived.count && before->able >> choice.task & 1)
			gx_races_beside(s->notes.touches + place->arrived.from, place->arrived.count,
					place->arrived.task);
	}
	gx_sched_step(choice);
	gx_memory_collect(false);
	gx_races_end();
}

/* Take one step from the place on top; if nothing shorter can come of it the world comes back. */
static enum gx_status expand(struct shortest *s, struct place *place)
{
	struct gx_choice choice = place->choices[place->next++];
	uint32_t preemptions = place->preemptions + preempts(place, choice);
	struct place *child;
	bool shown;
	bool goes_on = false;
	uint64_t hash;
	enum gx_status rc;

	if (preemptions > s->preemptions_max)
		return GX_OK;
	rc = make_place(s, s->depth + 1);
	if (rc != GX_OK)
		return rc;
	child = s->places[s->depth + 1];
	take(s, place, choice);
	child->count = gx_sched_options(child->choices);
	child->next = 0;
	child->preemptions = preemptions;
	child->last = gx_sched_last();
	child->able = can_step(child);
	child->notes = s->notes.used;
	child->arrived = (struct gx_side_step){0};
	if (s->job->races)
		child->arrived = gx_side_note(&s->notes, &gx_memory_collected, choice.task, 0);
	shown = gx_hits_take(s->job->key);
	look_around(s);
	rc = gx_track_look(&hash, NULL, NULL, s->err);
	if (rc == GX_OK && shown)
		keep_path(s);
	else if (rc == GX_OK && child->count && s->depth + 2 < s->steps_max && !gx_sched_is_too_long())
		rc = visit(s, fingerprint(s, hash, child, place->able), s->depth + 1, &goes_on);
	if (rc == GX_OK && goes_on) {
		gx_track_keep();
		s->depth++;
	} else {
		s->notes.used = child->notes;
		gx_track_drop();
	}
	return rc;
}

static enum gx_status look(struct shortest *s)
{
	enum gx_status rc = make_place(s, 0);
	struct place *root;

	if (rc != GX_OK)
		return rc;
	root = s->places[0];
	gx_sched_reset();
	*root = (struct place){.last = gx_sched_last()};
	root->count = gx_sched_options(root->choices);
	root->able = can_step(root);
	s->depth = 0;
	s->notes.used = 0;
	rc = gx_track_begin(s->err);
	while (rc == GX_OK && !s->stopped) {
		struct place *place = s->places[s->depth];

		if (place->next < place->count && s->depth + 1 < s->steps_max) {
			rc = expand(s, place);
			continue;
		}
		if (!s->depth)
			break;
		s->notes.used = place->notes;
		gx_track_undo();
		s->depth--;
	}
	return rc;
}

/* One round: true, by s->found, if it has found a path, which is the shortest with so many preemptions unless it was stopped. */
static enum gx_status look_within(struct shortest *s, uint32_t preemptions, uint32_t steps)
{
	enum gx_time time = gx_sched_time_needed();
	enum gx_status rc = gx_visited_init(&s->visited, s->err);

	if (rc != GX_OK)
		return rc;
	s->preemptions_max = preemptions;
	s->steps_max = steps;
	s->found = false;
	s->stopped = false;
	gx_hits_listen(true);
	gx_races_end();
	gx_sched_begin_search(time > GX_TIME_SEEN ? time : GX_TIME_SEEN, 0);
	rc = look(s);
	gx_sched_end_search();
	gx_hits_listen(false);
	if (gx_memory_is_watched())
		gx_races_by_clocks();
	gx_sched_reset();
	gx_sched_set_time_needed(time);
	gx_visited_release(&s->visited);
	return rc;
}

unsigned gx_count_preemptions(const struct gx_path *path, bool *marks)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned preemptions = 0;

	gx_sched_reset();
	for (uint32_t i = 0; i < path->count; i++) {
		unsigned last = gx_sched_last();
		unsigned count = gx_sched_options(options);
		bool preempted = count && options[0].task == last && path->choice[i].task != last;

		preemptions += preempted;
		if (marks)
			marks[i] = preempted;
		gx_sched_step(path->choice[i]);
	}
	gx_sched_reset();
	return preemptions;
}

/* Most races need one or two: beyond so many only the path that is there is made shorter. */
enum { PREEMPTIONS_MAX = 6, REDUCE_ABOVE = 2, REDUCE_STEPS = 400000 };

static enum gx_status minimise(struct gx_path *path, struct gx_minimising *job, struct gx_error *err)
{
	struct shortest s = {.job = job, .path = path, .err = err};
	unsigned have = gx_count_preemptions(path, NULL);
	enum gx_status rc = GX_OK;
	bool all = true;

	if (job->seconds > 0)
		s.until = gx_wall_seconds() + job->seconds;
	if (have > REDUCE_ABOVE) {
		gx_reduce(path, job->key, REDUCE_STEPS, is_over, &s);
		have = gx_count_preemptions(path, NULL);
	}
	/* With more preemptions there is more to look at: where a round was too much, the next ones would be. */
	for (unsigned bound = 0; bound < have && bound <= PREEMPTIONS_MAX && rc == GX_OK && !s.found && all; bound++) {
		rc = look_within(&s, bound, UINT32_MAX);
		all &= !s.stopped;
	}
	if (!s.found && rc == GX_OK && all) {
		rc = look_within(&s, have, path->count);
		all &= !s.stopped && have <= PREEMPTIONS_MAX + 1;
	}
	job->preemptions = gx_count_preemptions(path, NULL);
	job->proven = rc == GX_OK && all;
	for (uint32_t i = 0; i < s.capacity; i++)
		free(s.places[i]);
	free(s.places);
	gx_side_release(&s.notes);
	return rc;
}

struct minimisation {
	struct gx_path *path;
	struct gx_minimising *job;
	struct gx_error *err;
};

static enum gx_status minimise_it(void *context)
{
	const struct minimisation *it = context;

	return minimise(it->path, it->job, it->err);
}

enum gx_status gx_minimise(struct gx_path *path, struct gx_minimising *job, struct gx_error *err)
{
	enum gx_status rc = gx_rescue(minimise_it, &(struct minimisation){.path = path, .job = job, .err = err}, err);

	if (rc != GX_OK)
		gx_hits_listen(false);
	return rc;
}
