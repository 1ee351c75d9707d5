/*
 * ahead.c - who goes ahead though somebody is in there: the last try that failed, or the wait that timed out, before its leg began; or the
 * lock by which it went in, if that is not the one by which the other did.
 *
 *     somebody's cycle is open ─► this one's tries, time-outs, sleeps ─► its leg begins
 *                                                          the last ┘
 *
 * A gate that gives up after so many tries breaks a rule steps later, and far from the line that lets it in.
 */
#include <string.h>

#include "core/task.h"
#include "gatecrash/gate.h"
#include "posix/posix.h"
#include "story/internal.h"

static bool is_of_task(const struct gx_story_table *table, size_t i, const char *task)
{
	return !strcmp(table->steps[i].task, task);
}

/* Of the facts of step `i` that its own task says: the first with this label, or NULL. */
static const struct gx_event *fact_of(const struct gx_story_table *table, size_t i, unsigned label)
{
	const struct gx_event *events = table->events[i];

	for (unsigned j = 1; j < table->event_counts[i]; j++)
		if (events[j].label == label && events[j].task == events[0].task)
			return &events[j];
	return NULL;
}

/* A leg after which none of its cycle follows. */
static bool is_last_leg(const struct gx_event *end)
{
	return (end->value & 3) == GX_START || end->value >> 8;
}

/* Where another request of the workspace has begun a cycle that is not over at step `at`; or table->count. */
static size_t begin_of_other(const struct gx_story_table *table, size_t at, const struct gx_event *begin)
{
	size_t since = table->count;
	unsigned inside = 0;

	for (size_t i = 0; i < at; i++) {
		const struct gx_event *begun = fact_of(table, i, GX_F_LEG_BEGIN);
		const struct gx_event *end = fact_of(table, i, GX_F_LEG_END);

		if (end && end->extra == inside && is_last_leg(end))
			inside = 0;
		if (begun && begun->extra != begin->extra && begun->object == begin->object) {
			since = inside == begun->extra ? since : i;
			inside = begun->extra;
		}
	}
	return inside ? since : table->count;
}

/* ---- tries ---- */

static bool has_timed_out(const struct gx_event *step)
{
	return step->value >> 16 == GX_GRANTED_TIMEOUT && gx_posix_traits(step->label) & GX_POSIX_BLOCKS;
}

/* Of a semaphore nobody knows how many it had: then it is a try, whatever came of it, of which nothing was given back later. */
static bool is_in_vain(const struct gx_story_table *table, size_t i)
{
	const struct gx_event *step = table->events[i];
	size_t held;

	if (has_timed_out(step))
		return true;
	if (step->label == GX_L_SEM_TRYWAIT) {
		for (size_t j = i + 1; j < table->count; j++)
			if (table->events[j]->label == GX_L_SEM_POST && table->events[j]->object == step->object &&
			    is_of_task(table, j, table->steps[i].task))
				return false;
		return true;
	}
	if (!(gx_posix_traits(step->label) & GX_POSIX_TRIES))
		return false;
	held = gx_story_take_before(table, step->object, i);
	return held < table->count && !is_of_task(table, held, table->steps[i].task);
}

/* Its task steps on the same object later, up to `at`: there it may have got it. */
static bool is_outdone(const struct gx_story_table *table, size_t i, size_t at)
{
	for (size_t j = i + 1; j <= at; j++)
		if (table->events[j]->object == table->events[i]->object && is_of_task(table, j, table->steps[i].task))
			return true;
	return false;
}

/* Where its task came to the gate, or where its last leg ended, before `at`. */
static size_t begin_of_wait(const struct gx_story_table *table, size_t at)
{
	for (size_t i = at; i-- > 0;)
		if (is_of_task(table, i, table->steps[at].task) &&
		    (fact_of(table, i, GX_F_REQUEST) || fact_of(table, i, GX_F_LEG_END)))
			return i;
	return 0;
}

/* The last try in vain of whoever begins a leg in step `at`; else the last sleep of one that has slept again and again; or table->count. */
static size_t last_try(const struct gx_story_table *table, size_t at, size_t from)
{
	size_t sleep = table->count;
	unsigned sleeps = 0;

	for (size_t i = at + 1; i-- > from;) {
		if (!is_of_task(table, i, table->steps[at].task))
			continue;
		if (!is_outdone(table, i, at) && is_in_vain(table, i))
			return i;
		if (table->events[i]->label != GX_L_SLEEP)
			continue;
		sleeps++;
		sleep = sleep < table->count ? sleep : i;
	}
	return sleeps > 1 ? sleep : table->count;
}

static unsigned times_tried(const struct gx_story_table *table, size_t last, size_t from)
{
	unsigned times = 0;

	for (size_t i = from; i <= last; i++)
		times += is_of_task(table, i, table->steps[last].task) &&
			 table->events[i]->label == table->events[last]->label &&
			 table->events[i]->object == table->events[last]->object;
	return times;
}

/* ---- locks ---- */

/* The last lock that the task of step `at` took before; or table->count. */
static size_t last_lock(const struct gx_story_table *table, size_t at, size_t from)
{
	for (size_t i = at + 1; i-- > from;) {
		const struct gx_event *step = table->events[i];
		bool takes = gx_posix_traits(step->label) & GX_POSIX_TAKES;

		if (takes && !has_timed_out(step) && is_of_task(table, i, table->steps[at].task))
			return i;
	}
	return table->count;
}

/* Both came by a lock, and not by the same. */
static bool show_two_locks(struct gx_story_table *table, size_t at, size_t other, struct gx_keep *keep)
{
	size_t locks[] = {last_lock(table, at, begin_of_wait(table, at)),
			  last_lock(table, other, begin_of_wait(table, other))};

	if (locks[0] == table->count || locks[1] == table->count ||
	    table->events[locks[0]]->object == table->events[locks[1]]->object)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		struct gx_story_step *step = &table->steps[locks[i]];

		if (!step->matters || !strstr(step->value, "goes in by it"))
			step->value = gx_keep_format(keep, "%s%sgoes in by it", step->value, *step->value ? ", " : "");
		step->matters = true;
	}
	return true;
}

/* ---- words ---- */

/* "not free, 17 tries: goes ahead" */
static void say_ahead(struct gx_story_table *table, size_t i, unsigned times, struct gx_keep *keep)
{
	struct gx_story_step *step = &table->steps[i];
	unsigned label = table->events[i]->label;
	const char *before = label == GX_L_MUTEX_TRYLOCK ? "not free" : step->value;
	const char *unit = has_timed_out(table->events[i]) ? "times" : label == GX_L_SLEEP ? "sleeps" : "tries";

	if (times > 1)
		step->value = gx_keep_format(keep, "%s%s%u %s: goes ahead", before, *before ? ", " : "", times, unit);
	else
		step->value = gx_keep_format(keep, "%s%sgoes ahead", before, *before ? ": " : "");
	step->matters = true;
}

enum gx_story_way_in gx_story_show_ahead(struct gx_story_table *table, unsigned workspace, struct gx_keep *keep)
{
	enum gx_story_way_in shown = GX_STORY_NO_WAY_IN;

	for (size_t at = 0; at < table->count; at++) {
		const struct gx_event *begin = fact_of(table, at, GX_F_LEG_BEGIN);
		size_t from;
		size_t last;
		size_t other;

		if (!begin || begin->object != workspace)
			continue;
		other = begin_of_other(table, at, begin);
		if (other == table->count)
			continue;
		from = begin_of_wait(table, at);
		last = last_try(table, at, from);
		if (last < table->count) {
			say_ahead(table, last, times_tried(table, last, from), keep);
			shown = GX_STORY_GAVE_UP;
		} else if (shown != GX_STORY_GAVE_UP && show_two_locks(table, at, other, keep)) {
			shown = GX_STORY_TWO_LOCKS;
		}
	}
	return shown;
}
