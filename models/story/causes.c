/*
 * causes.c - which steps made it so, and what a developer could do.
 *
 *     about the rule's topics, and of the workspace ─┐
 *     a fault, a wake-up for no reason ──────────────┼─► matters
 *     pinned: the ops that collide, or ──────────────┘     └─► of these as many as fit a screen; the pinned ones in any case
 *             the last op that could have prevented it
 *
 * A step that breaks a rule by itself is pinned, and the other party's before it. What is noticed at rest is nobody's step: there the steps
 * are pinned that decided what was left behind (gx_rule_row.decided), and for waiters those that took what they wait for, and the last
 * of whoever should have given it back. Who gives up waiting, and goes ahead, is shown where it did (ahead.c).
 */
#include <stdio.h>
#include <string.h>

#include "access/labels.h"
#include "access/races.h"
#include "posix/posix.h"
#include "service/labels.h"
#include "story/internal.h"
#include "story/topics.h"

/* Of the steps that matter so many are shown, those nearest to the finding. */
enum { SHOWN_MAX = 16 };

struct explainer {
	struct gx_story *story;
	struct gx_story_table *table;
	const struct gx_finding *finding;
	const struct gx_rule_row *row;
	struct gx_keep *keep;
	enum gx_story_way_in way_in; /* of who should have stayed out */
};

static bool is_step_of(const struct gx_story_table *table, size_t i, const char *task)
{
	return !strcmp(table->steps[i].task, task);
}

static size_t last_step_of(const struct gx_story_table *table, const char *task)
{
	size_t i = table->count;

	while (i-- > 0)
		if (is_step_of(table, i, task))
			return i;
	return table->count;
}

static void pin(struct gx_story_table *table, size_t i)
{
	if (i >= table->count)
		return;
	table->steps[i].matters = true;
	table->steps[i].collides = true;
}

static void add_words(struct explainer *e, size_t i, const char *words)
{
	struct gx_story_step *step;

	if (i >= e->table->count)
		return;
	step = &e->table->steps[i];
	step->value = gx_keep_format(e->keep, "%s%s%s", step->value, *step->value ? ", " : "", words);
}

/* ---- what is about the finding ---- */

/* The step is about the finding's workspace, or about none. */
static bool is_concerned(const struct explainer *e, size_t i)
{
	unsigned workspaces = e->table->workspaces[i];

	return e->finding->workspace >= GX_WORKSPACES_MAX || !workspaces || (workspaces >> e->finding->workspace & 1);
}

static bool is_lock_op(const struct gx_event *step)
{
	return step->label >= GX_LABELS_POSIX && step->label < GX_L_POSIX_END;
}

static bool is_waited_for(const struct gx_story *story, uint64_t object)
{
	for (size_t i = 0; i < story->wait_count; i++)
		if (object && story->waits[i].object_id == object)
			return true;
	return false;
}

/* The object of the misuse that the step is accused of; 0 for none. */
static uint64_t misused(const struct explainer *e)
{
	const struct gx_story_table *table = e->table;

	for (size_t i = table->count; i-- > 0 && table->events[i]->step == e->finding->step;)
		for (unsigned j = 1; j < table->event_counts[i]; j++)
			if (table->events[i][j].label == GX_L_POSIX_MISUSE)
				return table->events[i][j].object;
	return 0;
}

/* What was done to the object in the step beside its op: it was destroyed, say, or the memory of `value` bytes was freed that it lies in. */
static bool happened_to_object(const struct gx_story_table *table, size_t i, uint64_t object)
{
	const struct gx_event *events = table->events[i];

	for (unsigned j = 1; j < table->event_counts[i] && object; j++)
		if (is_lock_op(&events[j]) &&
		    (events[j].object == object || object - events[j].object < events[j].value))
			return true;
	return false;
}

static bool is_about_object(const struct gx_story_table *table, size_t i, uint64_t object)
{
	const struct gx_event *step = table->events[i];

	return object && ((step->object == object && is_lock_op(step)) || happened_to_object(table, i, object));
}

/*
 * Taking and giving back locks is what gates do all day. Where somebody waits only what touches the thing that is waited for matters, and
 * of that neither those who took it and gave it back; else what the accused task does, or what is done to what it misuses.
 */
static bool does_lock_matter(const struct explainer *e, size_t i, uint64_t object)
{
	const struct gx_event *step = e->table->events[i];

	if (is_about_object(e->table, i, object))
		return true;
	if (e->story->wait_count)
		return is_waited_for(e->story, step->object) && !(gx_posix_traits(step->label) & GX_POSIX_OF_LOCK);
	return e->finding->task && step->task == e->finding->task;
}

static bool is_fault(const struct gx_story_table *table, size_t i)
{
	const struct gx_event *step = table->events[i];

	for (unsigned j = 1; j < table->event_counts[i] && step->label == GX_L_COND_SIGNAL; j++)
		if (step[j].label == GX_L_SIGNAL_LOST)
			return true;
	return step->label >= GX_LABELS_DOCKER && step->label < GX_L_DOCKER_END && (step->value & 0xffff) != 0;
}

static bool is_spurious(const struct gx_event *step)
{
	return step->value >> 16 == GX_GRANTED_SPURIOUS && step->label != GX_L_CLOCK_TICK;
}

/* The locks that two or more take in opposite orders: the accused's two. */
static bool is_of_circle(const struct explainer *e, uint64_t object)
{
	uint32_t id = gx_lock_id(object);

	return object && (id == (uint32_t)(e->finding->value >> 32) || id == (uint32_t)e->finding->value);
}

/* The step takes a lock beside another; which two, of a circle of two. */
static bool takes_beside(const struct explainer *e, size_t i)
{
	const struct gx_event *events = e->table->events[i];

	for (unsigned j = 1; j < e->table->event_counts[i]; j++)
		if (events[j].label == GX_L_LOCK_NESTED &&
		    (e->finding->detail > 2 ||
		     (is_of_circle(e, events[j].object) && is_of_circle(e, events[j].value & ~GX_LOCK_READ))))
			return true;
	return false;
}

/* Up to the step that closes the circle: who takes what of it, and gives it back. */
static bool is_in_circle(const struct explainer *e, size_t i)
{
	const struct gx_event *step = e->table->events[i];

	return step->step <= e->finding->step && gx_posix_traits(step->label) & GX_POSIX_OF_LOCK &&
	       (is_of_circle(e, step->object) || takes_beside(e, i));
}

static bool does_matter(const struct explainer *e, size_t i, uint64_t object)
{
	const struct gx_event *step = e->table->events[i];
	unsigned topics = gx_topics_of_step(step, e->table->event_counts[i]);
	unsigned wanted = e->row->topics | GX_TOPIC_LEGS;

	/* Whoever does it: in the end of an object all have a share who use it. */
	if (happened_to_object(e->table, i, object))
		return true;
	if (!is_concerned(e, i))
		return false;
	/* A wake-up for no reason is never by the way: most gates that it breaks forget that there are any. Nor is what failed. */
	if (is_spurious(step) || is_fault(e->table, i))
		return true;
	if (e->finding->rule == GX_RULE_LOCK_ORDER && is_lock_op(step))
		return is_in_circle(e, i);
	if (is_lock_op(step))
		topics = does_lock_matter(e, i, object) ? topics : topics & ~(unsigned)GX_TOPIC_LOCKS;
	return (topics & wanted) != 0;
}

/* ---- what decided it ---- */

/* The step itself broke the rule; it was not only noticed there. Callbacks of the trial speak for nobody. */
static bool is_deed(const struct explainer *e)
{
	return e->finding->task != GX_CLOCK && !(e->row->traits & GX_RULE_NOTICED);
}

/* Before step `at` that misuses the object: where it came to its end, else where somebody else used it last; or table->count. */
static size_t culprit_before(const struct gx_story_table *table, size_t at, uint64_t object)
{
	for (size_t i = at; i-- > 0;)
		if (happened_to_object(table, i, object))
			return i;
	for (size_t i = at; i-- > 0;)
		if (is_about_object(table, i, object) && !is_step_of(table, i, table->steps[at].task))
			return i;
	return table->count;
}

/* The other party's last step before `at`, of those that are shown: on the same object, else in its leg at all; or table->count. */
static size_t last_of_party(const struct gx_story_table *table, size_t at, unsigned request)
{
	size_t any = table->count;

	for (size_t i = at; i-- > 0;) {
		if (table->legs[i] != request || !table->steps[i].matters)
			continue;
		if ((table->events[i]->object & 0xffffffff) == (table->events[at]->object & 0xffffffff))
			return i;
		any = any < table->count ? any : i;
	}
	return any;
}

/* The step that broke the rule, and the other party's before it. */
static void pin_collision(struct explainer *e, uint64_t object)
{
	const struct gx_story_table *table = e->table;
	unsigned other = e->finding->requests[1];
	size_t at = table->count;

	for (size_t i = 0; i < table->count; i++)
		if (table->events[i]->step == e->finding->step)
			at = i;
	pin(e->table, at);
	if (at == table->count)
		return;
	if (object) {
		pin(e->table, culprit_before(table, at, object));
		return;
	}
	if (other)
		pin(e->table, last_of_party(table, at, other));
}

static void pin_circle(struct explainer *e)
{
	for (size_t i = 0; i < e->table->count && e->table->events[i]->step <= e->finding->step; i++)
		if (takes_beside(e, i))
			pin(e->table, i);
	e->story->marks = "each takes one while it holds another";
}

static size_t step_numbered(const struct gx_story_table *table, uint32_t number)
{
	for (size_t i = 0; i < table->count; i++)
		if (number && table->steps[i].number == number)
			return i;
	return table->count;
}

/* What the earlier access does, once: the step may have raced before. */
static void say_earlier(struct explainer *e, size_t i)
{
	const char *does = GX_RACE_EARLIER_WRITES(e->finding->detail) ? "writes" : "reads";
	char name[96] = "it";
	char words[128];

	if (e->finding->value >> 48 != 1) /* static memory has a name; of the rest that stands in the sentence */
		gx_name_memory(NULL, e->finding->value, name, sizeof(name));
	(void)snprintf(words, sizeof(words), "%s %s", does, name);
	if (!strstr(e->table->steps[i].value, words))
		add_words(e, i, words);
}

/* The step with the later access, and the one with the earlier: where that is not known, the other task's last before it. */
static void pin_race(struct explainer *e)
{
	struct gx_story_table *table = e->table;
	unsigned other = GX_RACE_OTHER(e->finding->detail);
	size_t at = step_numbered(table, e->finding->step);
	struct gx_race_places places = {0};

	(void)gx_races_places(e->finding->value, e->finding->step, &places);
	pin(table, at);
	for (size_t i = at < table->count ? at : 0; i-- > 0;)
		if (table->events[i]->task == other && (!places.step || table->events[i]->step == places.step)) {
			pin(table, i);
			say_earlier(e, i);
			return;
		}
}

static bool has_fact(const struct explainer *e, size_t i, const struct gx_decided *what)
{
	const struct gx_event *events = e->table->events[i];

	for (unsigned j = 1; j < e->table->event_counts[i]; j++)
		if (events[j].label == what->fact && (!what->request || events[j].extra == what->request) &&
		    (e->finding->workspace >= GX_WORKSPACES_MAX || events[j].object == e->finding->workspace))
			return true;
	return false;
}

/* The last steps with these facts; a fact that is named twice is that of the last two. */
static void pin_decided(struct explainer *e)
{
	struct gx_decided decided[GX_DECIDED_MAX] = {{0}};
	const char *words;

	if (!e->row->decided)
		return;
	words = e->row->decided(e->finding, decided);
	if (words)
		e->story->marks = words;
	for (unsigned d = 0; d < GX_DECIDED_MAX && decided[d].fact; d++)
		for (size_t i = e->table->count; i-- > 0;)
			if (!e->table->steps[i].collides && has_fact(e, i, &decided[d])) {
				pin(e->table, i);
				break;
			}
}

/* Of those who are lost, refused or kept waiting: when they came. */
static void show_arrival(struct explainer *e)
{
	for (unsigned r = 0; r < 2 && e->row->traits & GX_RULE_SHOWS_ARRIVAL; r++) {
		const struct gx_decided arrival = {.fact = GX_F_REQUEST, .request = e->finding->requests[r]};

		for (size_t i = 0; i < e->table->count && arrival.request; i++)
			if (has_fact(e, i, &arrival))
				e->table->steps[i].matters = true;
	}
}

/* The legs of whoever does not give it back: where it left. Of another workspace's, too. */
static void show_ways_out(struct explainer *e, size_t taken, const char *holder)
{
	for (size_t i = taken; i < e->table->count; i++)
		if (is_step_of(e->table, i, holder) &&
		    (is_fault(e->table, i) ||
		     gx_topics_of_step(e->table->events[i], e->table->event_counts[i]) & GX_TOPIC_LEGS))
			e->table->steps[i].matters = true;
}

/* Its last step was the last chance. */
static void pin_last_chance(struct explainer *e, const struct gx_story_wait *wait)
{
	size_t last = last_step_of(e->table, wait->holder);
	bool told = last < e->table->count && e->table->steps[last].collides;

	pin(e->table, last);
	if (told && wait->since != e->table->steps[last].number)
		return;
	if (wait->hold == GX_STORY_PASSED)
		add_words(e, last, gx_keep_format(e->keep, "ends, and nobody wakes %s", wait->task));
	else
		add_words(e, last, gx_keep_format(e->keep, "ends without giving %s back", wait->object));
}

static bool is_poll(unsigned label)
{
	return label == GX_L_MUTEX_TRYLOCK || label == GX_L_SEM_TRYWAIT;
}

static void pin_wait(struct explainer *e, const struct gx_story_wait *wait)
{
	size_t taken = step_numbered(e->table, wait->since);
	size_t begun = last_step_of(e->table, wait->task);

	if (wait->label == GX_L_COND_WAIT && begun < e->table->count) {
		e->table->steps[begun].matters = true;
		add_words(e, begun, "begins to wait");
	}
	for (size_t i = e->table->count; i-- > 0 && is_poll(wait->label);)
		if (is_step_of(e->table, i, wait->task) && e->table->events[i]->object == wait->object_id) {
			e->table->steps[i].matters = true;
			add_words(e, i, "not free: it looks again");
			break;
		}
	if (taken < e->table->count) {
		/* Who came by and is gone should have done something later: that is where the mark belongs. */
		if (wait->hold == GX_STORY_PASSED && wait->holder_ended)
			e->table->steps[taken].matters = true;
		else
			pin(e->table, taken);
		show_ways_out(e, taken, wait->holder);
	}
	if (wait->holder_ended)
		pin_last_chance(e, wait);
}

static bool is_told_twice(const struct gx_story *story, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (story->waits[j].object_id == story->waits[i].object_id &&
		    !strcmp(story->waits[j].holder, story->waits[i].holder) && story->waits[i].label != GX_L_COND_WAIT)
			return true;
	return false;
}

static const char *words_of_cause(enum gx_wait_cause cause)
{
	switch (cause) {
	case GX_WAIT_ENDED:
		return "taken, and the last chance to give it back";
	case GX_WAIT_READING:
		return "taken to read, and to be taken so again";
	case GX_WAIT_SELF:
		return "taken here, and taken again by its holder";
	case GX_WAIT_CIRCLE:
		return "what each holds while it waits for another's";
	case GX_WAIT_HOLDING:
		return "held by somebody who waits as well";
	case GX_WAIT_UNWOKEN:
		return "the last chance to wake whoever waits";
	case GX_WAIT_UNKNOWN:
		break;
	}
	return "taken here, and held still";
}

/* Somebody who goes on has come by last where all wait, and holds nothing that they wait for. */
static bool is_about_passers(const struct gx_story *story)
{
	for (size_t i = 0; i < story->wait_count; i++)
		if (story->waits[i].hold != GX_STORY_PASSED)
			return false;
	return story->cause == GX_WAIT_UNKNOWN;
}

static void pin_waits(struct explainer *e)
{
	for (size_t i = 0; i < e->story->wait_count; i++)
		if (!is_told_twice(e->story, i))
			pin_wait(e, &e->story->waits[i]);
	e->story->marks =
		is_about_passers(e->story) ? "the last to come by, who goes on" : words_of_cause(e->story->cause);
}

/* ---- switches ---- */

/* More of them than a reader follows are the work of chance. */
enum { SWITCHES_MAX = 4 };

/* A step of the same run of steps, from `i` on, is shown: a report marks it as the switch. */
static bool is_switch_shown(const struct gx_story_table *table, size_t i)
{
	for (size_t j = i; j < table->count && is_step_of(table, j, table->steps[i].task); j++) {
		if (j > i && table->steps[j].preempted)
			return false;
		if (table->steps[j].matters)
			return true;
	}
	return false;
}

/* What is counted has to be seen: who was preempted, and by whom. */
static void show_switches(struct explainer *e)
{
	unsigned switches = 0;

	for (size_t i = 0; i < e->table->count; i++)
		switches += e->table->steps[i].preempted;
	for (size_t i = 0; i < e->table->count && switches <= SWITCHES_MAX; i++)
		if (e->table->steps[i].preempted && is_concerned(e, i) && !is_switch_shown(e->table, i))
			e->table->steps[i].matters = true;
}

/* ---- rounds ---- */

static bool is_same_row(const struct gx_story_step *a, const struct gx_story_step *b)
{
	return !strcmp(a->task, b->task) && !strcmp(a->op, b->op) && !strcmp(a->object, b->object) &&
	       !strcmp(a->value, b->value);
}

/* Of a loop that goes on for ever one round is enough: the last. */
static void show_one_round(struct explainer *e)
{
	size_t shown[2 * SHOWN_MAX];
	size_t count = 0;

	for (size_t i = e->table->count; i-- > 0 && e->row->traits & GX_RULE_HAS_NO_END;) {
		struct gx_story_step *step = &e->table->steps[i];

		if (!step->matters)
			continue;
		for (size_t j = 0; j < count && step->matters && !step->collides; j++)
			step->matters = !is_same_row(step, &e->table->steps[shown[j]]);
		if (step->matters && count < 2 * SHOWN_MAX)
			shown[count++] = i;
	}
}

/* ---- a screenful ---- */

static void keep_a_screenful(struct gx_story_table *table)
{
	size_t shown = 0;

	for (size_t i = table->count; i-- > 0;) {
		struct gx_story_step *step = &table->steps[i];

		if (step->matters && ++shown > SHOWN_MAX && !step->collides && !is_fault(table, i))
			step->matters = false;
	}
}

/* ---- the remedy ---- */

static bool was_refused(const struct explainer *e, size_t i)
{
	const struct gx_event *events = e->table->events[i];

	for (unsigned j = 1; j < e->table->event_counts[i]; j++)
		if (events[j].label == GX_F_ANSWER && (events[j].value == GX_BUSY || events[j].value == GX_DROPPED))
			return true;
	return false;
}

/* What the request that is accused, or lost, was answered: enum gx_outcome + 1. */
static uint8_t answer_to(const struct explainer *e)
{
	const struct gx_decided answer = {.fact = GX_F_ANSWER, .request = e->finding->requests[0]};

	for (size_t i = 0; i < e->table->count && answer.request; i++) {
		const struct gx_event *events = e->table->events[i];

		if (!has_fact(e, i, &answer))
			continue;
		for (unsigned j = 1; j < e->table->event_counts[i]; j++)
			if (events[j].label == GX_F_ANSWER)
				return (uint8_t)(events[j].value + 1);
	}
	return 0;
}

static const char *remedy_of(const struct explainer *e)
{
	const struct gx_circumstances circumstances = {.cause = e->story->cause, .answer = answer_to(e)};
	const char *remedy = e->row->advise ? e->row->advise(e->finding, &circumstances) : NULL;

	if (!remedy)
		remedy = e->row->remedy;
	if (e->way_in == GX_STORY_GAVE_UP && e->row->remedy_if_ahead)
		remedy = e->row->remedy_if_ahead;
	if (e->way_in == GX_STORY_TWO_LOCKS && e->row->remedy_if_apart)
		remedy = e->row->remedy_if_apart;
	for (size_t i = 0; i < e->table->count; i++) {
		if (!is_concerned(e, i))
			continue;
		if (e->row->remedy_if_refused && was_refused(e, i))
			remedy = e->row->remedy_if_refused;
		else if (e->row->remedy_if_spurious && is_spurious(e->table->events[i]))
			remedy = e->row->remedy_if_spurious;
	}
	return remedy ? remedy : "";
}

void gx_story_explain(struct gx_story *story, const struct gx_finding *finding, struct gx_keep *keep)
{
	struct explainer e = {.story = story,
			      .table = story->table,
			      .finding = finding,
			      .row = gx_rule_row((enum gx_rule)finding->rule),
			      .keep = keep};
	uint64_t object = misused(&e);

	story->marks = "";
	story->repeats = finding->rule == GX_RULE_LIVELOCK;
	for (size_t i = 0; i < e.table->count; i++)
		e.table->steps[i].matters = does_matter(&e, i, object);
	show_arrival(&e);
	if (finding->rule == GX_RULE_DATA_RACE)
		pin_race(&e);
	else if (finding->rule == GX_RULE_LOCK_ORDER)
		pin_circle(&e);
	else if (story->wait_count)
		pin_waits(&e);
	else
		pin_decided(&e);
	if (is_deed(&e) && !story->wait_count && finding->rule != GX_RULE_DATA_RACE &&
	    finding->rule != GX_RULE_LOCK_ORDER)
		pin_collision(&e, object);
	show_one_round(&e);
	keep_a_screenful(e.table);
	e.way_in = gx_story_show_ahead(e.table, finding->workspace, keep);
	show_switches(&e);
	story->remedy = remedy_of(&e);
}
