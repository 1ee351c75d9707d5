#include "reports/columns.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	GAP = 2,
	STEP_WIDTH = 4,     /* "step" */
	COLLIDES_WIDTH = 3, /* ">> " */
	WIDE_PER_LANE = 25, /* columns of the page for each lane, at least, or there are letters */
	LANE_MIN = 22,      /* apart, at least, when cells may run on into the next column */
	STAGGER_MAX = 4,    /* the same, with letters */
	FOLDED_PERCENT = 40 /* of the page that a cell is given, at least, before it is folded */
};

/* One task's column. */
struct lane {
	const char *task;
	size_t width;  /* of its widest cell, or its name */
	size_t needed; /* of the page, from its start on */
	size_t room;   /* from its start to the next lane's */
	size_t floor;  /* the least room that it can do with */
	size_t start;
};

struct table {
	struct gx_page *page;
	const struct gx_result_step *steps;
	size_t step_count;
	size_t shown;
	struct lane *lanes;
	size_t lane_count;
	size_t margin; /* columns before the first lane */
	size_t marks;  /* columns before each cell */
	size_t collisions;
	bool all;
	bool letters;
};

static bool is_shown(const struct table *table, size_t i)
{
	return table->all || table->steps[i].matters;
}

/* ---- steps ---- */

/* Where its task stands in the gate, if that is news: the row before it of the same task did not say so. */
static const char *place_of(const struct table *table, size_t i)
{
	const char *place = table->steps[i].place ? table->steps[i].place : "";

	for (size_t j = i; j-- > 0;)
		if (is_shown(table, j) && !strcmp(table->steps[j].task, table->steps[i].task))
			return table->steps[j].place && !strcmp(table->steps[j].place, place) ? "" : place;
	return place;
}

/* "docker.create.reserve ws-a (mygate.c:24) → 409 name is already in use" */
struct cell {
	char text[512];
};

static struct cell cell_of(const struct table *table, size_t i)
{
	const struct gx_result_step *step = &table->steps[i];
	const char *place = place_of(table, i);
	const char *object = step->object ? step->object : "";
	const char *value = step->value ? step->value : "";
	struct cell cell;

	snprintf(cell.text, sizeof(cell.text), "%s%s%s%s%s%s%s%s", step->op, *object ? " " : "", object,
		 *place ? " (" : "", place, *place ? ")" : "", *value ? " → " : "", value);
	return cell;
}

/*
 * The step at which somebody was preempted for this row: its own, or one before it, left out, since when the same task has
 * been running. Without that, hiding a step would hide the switch. NULL: nobody was.
 */
static const struct gx_result_step *switch_of(const struct table *table, size_t i)
{
	const struct gx_result_step *steps = table->steps;

	for (size_t j = i;; j--) {
		if (steps[j].preempted)
			return &steps[j];
		if (!j || is_shown(table, j - 1) || strcmp(steps[j - 1].task, steps[i].task) != 0)
			return NULL;
	}
}

static struct lane *lane_of(const struct table *table, const char *task)
{
	size_t i = 0;

	while (i < table->lane_count && strcmp(table->lanes[i].task, task) != 0)
		i++;
	return i < table->lane_count ? &table->lanes[i] : NULL;
}

static void widen(struct lane *lane, size_t width)
{
	lane->width = width > lane->width ? width : lane->width;
}

/* Lanes in the order of the tasks' first steps, as wide as what they hold. */
static void survey(struct table *table)
{
	for (size_t i = 0; i < table->step_count; i++) {
		const struct gx_result_step *step = &table->steps[i];
		struct lane *lane = lane_of(table, step->task);

		if (!is_shown(table, i))
			continue;
		if (!lane) {
			lane = &table->lanes[table->lane_count++];
			*lane = (struct lane){.task = step->task, .width = gx_text_width(step->task)};
		}
		widen(lane, gx_text_width(cell_of(table, i).text));
		table->shown++;
		table->collisions += step->collides;
	}
}

/* Of the last step's number, which is the largest. */
static size_t digits_of(const struct gx_result_finding *finding)
{
	uint32_t number = finding->step_count ? finding->steps[finding->step_count - 1].number : 0;

	return (size_t)snprintf(NULL, 0, "%" PRIu32, number);
}

/* ---- where the columns stand ---- */

/* The first lane that does not fit the page, or lane_count. */
static size_t line_up(struct table *table)
{
	size_t at = table->margin;

	for (size_t i = 0; i < table->lane_count; i++) {
		table->lanes[i].start = at;
		if (at + table->lanes[i].needed > table->page->width)
			return i;
		at += table->lanes[i].room;
	}
	return table->lane_count;
}

static struct lane *roomiest_before(const struct table *table, size_t end)
{
	struct lane *best = NULL;

	for (size_t i = 0; i < end; i++) {
		struct lane *lane = &table->lanes[i];

		if (lane->room > lane->floor && (!best || lane->room > best->room))
			best = lane;
	}
	return best;
}

/*
 * Side by side under their names, moved together no more than it takes, with cells folded that are wider than `widest`. False if
 * that is not enough.
 */
static bool stand_wide(struct table *table, size_t widest)
{
	if (table->lane_count * WIDE_PER_LANE > table->page->width)
		return false;
	for (size_t i = 0; i < table->lane_count; i++) {
		struct lane *lane = &table->lanes[i];
		size_t floor = table->marks + gx_text_width(lane->task) + GAP;

		lane->needed = table->marks + (lane->width < widest ? lane->width : widest);
		lane->floor = floor > LANE_MIN ? floor : LANE_MIN;
		lane->room = lane->needed + GAP > lane->floor ? lane->needed + GAP : lane->floor;
	}
	for (;;) {
		size_t beyond = line_up(table);
		struct lane *lane = roomiest_before(table, beyond);

		if (beyond == table->lane_count)
			return true;
		if (!lane)
			return false;
		lane->room--;
	}
}

static void stand_staggered(struct table *table)
{
	size_t most = (table->page->width / 3) / table->lane_count;

	table->letters = true;
	for (size_t i = 0; i < table->lane_count; i++)
		table->lanes[i].start = table->margin + i * (most < STAGGER_MAX ? most : STAGGER_MAX);
}

/* ---- rows ---- */

/* A to Z, then AA, AB, ... */
static void say_letter(struct gx_page *page, size_t lane)
{
	if (lane >= 26)
		say_letter(page, lane / 26 - 1);
	gx_say(page, "%c", (char)('A' + lane % 26));
}

static void say_names(const struct table *table)
{
	struct gx_page *page = table->page;
	size_t column = table->margin;

	gx_mark(page, GX_DIM);
	gx_say(page, "%*s", (int)(table->margin - GAP), "step");
	gx_mark(page, GX_BOLD);
	for (size_t i = 0; i < table->lane_count; i++) {
		size_t start = table->lanes[i].start + table->marks;

		gx_pad(page, start - column + (i ? 0 : GAP));
		gx_say(page, "%s", table->lanes[i].task);
		column = start + gx_text_width(table->lanes[i].task);
	}
	gx_mark(page, GX_PLAIN);
	gx_end_line(page);
}

static void say_key(const struct table *table)
{
	struct gx_page *page = table->page;

	gx_fold(page, 2);
	gx_say(page, "  ");
	for (size_t i = 0; i < table->lane_count; i++) {
		gx_say(page, "%s", i ? "  " : "");
		gx_mark(page, GX_BOLD);
		say_letter(page, i);
		gx_mark(page, GX_PLAIN);
		gx_say(page, "\u00a0%s", table->lanes[i].task);
	}
	gx_end_line(page);
}

static void say_row(const struct table *table, size_t i)
{
	struct gx_page *page = table->page;
	const struct gx_result_step *step = &table->steps[i];
	const struct lane *lane = lane_of(table, step->task);

	gx_fold(page, (unsigned)(lane->start + table->marks + GAP));
	gx_mark(page, GX_ODD);
	gx_say(page, "%s", switch_of(table, i) ? "*" : " ");
	gx_mark(page, GX_DIM);
	gx_say(page, "%*" PRIu32, (int)(table->margin - GAP - 1), step->number);
	gx_mark(page, step->collides ? GX_BAD : GX_PLAIN);
	gx_pad(page, lane->start - table->margin + GAP);
	if (table->marks)
		gx_say(page, "%s", step->collides ? ">> " : "   ");
	if (table->letters) {
		say_letter(page, (size_t)(lane - table->lanes));
		gx_say(page, " ");
	}
	gx_say(page, "%s", cell_of(table, i).text);
	gx_mark(page, GX_PLAIN);
	gx_end_line(page);
}

/* "* 11 left manual-restart#1, which could have gone on": the steps that are marked, and whom each left. */
static void say_switches(const struct table *table)
{
	struct gx_page *page = table->page;
	size_t said = 0;

	for (size_t i = 0; i < table->step_count; i++) {
		const struct gx_result_step *at = is_shown(table, i) ? switch_of(table, i) : NULL;

		if (!at)
			continue;
		gx_say(page, "%s%" PRIu32 "\u00a0left\u00a0%s", said++ ? ", " : "*\u00a0", table->steps[i].number,
		       at->left && *at->left ? at->left : "the task before");
	}
	if (said)
		gx_say(page, ", which could have gone on; ");
}

static const char *meaning_of_marks(const struct table *table, const struct gx_result_finding *finding)
{
	if (finding->marks && *finding->marks)
		return finding->marks;
	return table->collisions > 1 ? "these collide" : "this breaks the rule";
}

static void say_legend(const struct table *table, const struct gx_result_finding *finding)
{
	struct gx_page *page = table->page;

	gx_fold(page, 2);
	gx_mark(page, GX_DIM);
	gx_say(page, "  ");
	if (table->collisions)
		gx_say(page, ">>\u00a0%s; ", meaning_of_marks(table, finding));
	say_switches(table);
	if (table->shown < table->step_count)
		gx_say(page, "%s of %s shown, ", gx_number(table->shown).text,
		       gx_count(table->step_count, "step").text);
	gx_say(page, "%s", finding->preemptions ? gx_count(finding->preemptions, "preemption").text : "no preemption");
	if (finding->shortest)
		gx_say(page, "; no shorter one exists");
	if (finding->repeats)
		gx_say(page, "; what goes round is shown once: it does so for ever, the repro up to step\u00a0%s",
		       gx_number(finding->step_count).text);
	gx_mark(page, GX_PLAIN);
	gx_end_line(page);
}

void gx_say_columns(struct gx_page *page, const struct gx_result_finding *finding, bool all_steps)
{
	struct table table = {.page = page,
			      .steps = finding->steps,
			      .step_count = finding->step_count,
			      .all = all_steps};
	size_t digits = digits_of(finding);

	table.margin = 2 + (digits > STEP_WIDTH ? digits : STEP_WIDTH) + GAP;
	table.lanes = calloc(finding->step_count + 1, sizeof(*table.lanes));
	if (!table.lanes) {
		page->failed = true;
		return;
	}
	survey(&table);
	if (table.shown) {
		table.marks = table.collisions ? COLLIDES_WIDTH : 0;
		if (stand_wide(&table, page->width) || stand_wide(&table, page->width * FOLDED_PERCENT / 100)) {
			say_names(&table);
		} else {
			stand_staggered(&table);
			say_key(&table);
		}
		for (size_t i = 0; i < table.step_count; i++)
			if (is_shown(&table, i))
				say_row(&table, i);
		say_legend(&table, finding);
	}
	free(table.lanes);
}
