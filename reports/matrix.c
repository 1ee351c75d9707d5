/*
 * matrix.c - every run in one line, held against what was expected of it.
 *
 *     ok    double-click  per-workspace  clean    complete      2,146 states  0.03 s
 *     FAIL  double-click  none           missing: wedged; not expected: isolation
 *
 * A run that was cut short, by the user or by a budget, before anything unexpected showed is neither: "??". Where the runs are written one
 * by one as they are known, the columns of what no run can tell of the others are as wide as they ever need to be.
 */
#include <stdlib.h>
#include <string.h>

#include "reports/text.h"

enum { SCENARIO, GATE, VERDICT, COVERAGE, SIZE, TIME, COLUMNS };
enum { MARK = 6, GAP = 2, FOLD_AT_PERCENT = 50 };

/* Of the columns behind the names, when the other runs are not known: "found 7 +1", "complete", "6,851,242 states", "1234 s". */
static const size_t unknown_width[COLUMNS] = {[VERDICT] = 10, [COVERAGE] = 8, [SIZE] = 16, [TIME] = 6};
/* On a page that is too narrow for the widest names, they may stand out of their columns by this much. */
static const size_t narrow_width[COLUMNS] = {[SCENARIO] = 22, [GATE] = 20};

/* A run that nobody judged was given up. */
enum outcome { AS_EXPECTED, NOT_AS_EXPECTED, CANNOT_TELL };

static enum outcome outcome_of(const struct gx_result_run *run)
{
	switch (run->judgement) {
	case GX_JUDGEMENT_AS_EXPECTED:
		return AS_EXPECTED;
	case GX_JUDGEMENT_OTHERWISE:
		return NOT_AS_EXPECTED;
	case GX_JUDGEMENT_UNDECIDED:
	case GX_JUDGEMENT_NONE:
		break;
	}
	return CANNOT_TELL;
}

/* ---- the table ---- */

struct row {
	struct gx_number found;
	struct gx_number seen;
	struct gx_number seconds;
	const char *column[COLUMNS];
};

static const char *coverage_of(const struct gx_result_run *run)
{
	if (gx_is_replay(run))
		return "replayed";
	if (run->complete)
		return "complete";
	return run->explored.states ? "incomplete" : "sampled";
}

/* "clean", "found", "found 3", "clean +1", "not proven" */
static void say_kinds(struct gx_number *out, const struct gx_result_run *run)
{
	size_t kinds = gx_kinds(run, false);
	size_t beyond = gx_kinds(run, true);
	int used = 0;

	if (run->verdict != GX_VERDICT_FOUND)
		used = snprintf(out->text, sizeof(out->text), "%s",
				run->verdict == GX_VERDICT_CLEAN ? "clean" : "not proven");
	else
		used = snprintf(out->text, sizeof(out->text), "found %zu", kinds);
	if (beyond)
		(void)snprintf(out->text + used, sizeof(out->text) - (size_t)used, " +%zu", beyond);
}

static void fill(struct row *row, const struct gx_result_run *run)
{
	const struct gx_result_explored *explored = &run->explored;

	say_kinds(&row->found, run);
	row->seconds = gx_seconds(explored->seconds);
	if (gx_is_replay(run))
		row->seen = gx_count(explored->points, "step");
	else if (explored->states)
		row->seen = gx_count(explored->states, "state");
	else
		row->seen = gx_count(explored->executions, "execution");
	row->column[SCENARIO] = gx_or_empty(run->scenario);
	row->column[GATE] = gx_or_empty(run->gate);
	row->column[VERDICT] = row->found.text;
	row->column[COVERAGE] = coverage_of(run);
	row->column[SIZE] = row->seen.text;
	row->column[TIME] = row->seconds.text;
}

/* Scenario and gate of every run count; the rest only of those that show it. */
static void measure(size_t *width, const struct gx_result_run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned columns = outcome_of(&runs[i]) == AS_EXPECTED ? COLUMNS : GATE + 1;
		struct row row;

		fill(&row, &runs[i]);
		for (unsigned j = 0; j < columns; j++) {
			size_t needed = gx_text_width(row.column[j]);

			width[j] = needed > width[j] ? needed : width[j];
		}
	}
}

/* Left out, to make room. */
static const size_t no_column = SIZE_MAX;

static bool fits(const struct gx_page *page, const size_t *width)
{
	size_t total = MARK;

	for (unsigned i = 0; i < COLUMNS; i++)
		total += width[i] == no_column ? 0 : width[i] + (i ? GAP : 0);
	return total <= page->width;
}

/* On a narrow page the names stand closer, then the time is left out, then how much was seen. What still does not fit is folded. */
static void make_fit(const struct gx_page *page, size_t *width)
{
	for (unsigned i = SCENARIO; i <= GATE && !fits(page, width); i++)
		if (width[i] > narrow_width[i])
			width[i] = narrow_width[i];
	if (!fits(page, width))
		width[TIME] = no_column;
	if (!fits(page, width))
		width[COVERAGE] = no_column;
}

static void say_name_columns(struct gx_page *page, const struct row *row, const size_t *width)
{
	for (unsigned i = SCENARIO; i <= GATE; i++) {
		size_t own = gx_text_width(row->column[i]);

		gx_say(page, "%s", row->column[i]);
		gx_pad(page, (width[i] > own ? width[i] - own : 0) + GAP);
	}
}

static void say_as_expected(struct gx_page *page, const struct gx_result_run *run, const size_t *width)
{
	struct row row;

	fill(&row, run);
	gx_fold(page, MARK);
	gx_mark(page, GX_GOOD);
	gx_say(page, "ok");
	gx_mark(page, GX_PLAIN);
	gx_pad(page, 4);
	say_name_columns(page, &row, width);
	for (unsigned i = VERDICT; i < COLUMNS; i++) {
		size_t own = gx_text_width(row.column[i]);
		size_t pad = width[i] > own ? width[i] - own : 0;
		bool number = i >= SIZE;

		if (width[i] == no_column)
			continue;
		gx_pad(page, number ? pad : 0);
		gx_say(page, "%s", row.column[i]);
		gx_pad(page, (number ? 0 : pad) + GAP);
	}
	gx_end_line(page);
}

static void say_how(struct gx_page *page, const struct gx_result_run *run)
{
	char *text = gx_otherwise_text(run);

	page->failed |= !text;
	gx_say(page, "%s", gx_or_empty(text));
	free(text);
}

static void say_otherwise(struct gx_page *page, const struct gx_result_run *run, const size_t *width)
{
	bool fails = outcome_of(run) == NOT_AS_EXPECTED;
	size_t indent = MARK + width[SCENARIO] + GAP + width[GATE] + GAP;
	struct row row;

	fill(&row, run);
	gx_fold(page, indent <= page->width * FOLD_AT_PERCENT / 100 ? (unsigned)indent : MARK);
	gx_mark(page, fails ? GX_BAD : GX_ODD);
	gx_say(page, "%s", fails ? "FAIL" : "??");
	gx_mark(page, GX_PLAIN);
	gx_pad(page, fails ? 2 : 4);
	say_name_columns(page, &row, width);
	if (run->judgement == GX_JUDGEMENT_NONE)
		gx_say(page, "not judged%s%s", *gx_or_empty(run->incomplete_why) ? ": " : "",
		       gx_or_empty(run->incomplete_why));
	else
		say_how(page, run);
	if (!fails)
		gx_say(page, ", after %s", row.seen.text);
	gx_end_line(page);
}

/* ---- below the table ---- */

/* ", 1 not (double-click/none)" */
static void say_tally(struct gx_page *page, const struct gx_result_run *runs, size_t count, enum outcome outcome,
		      const char *word)
{
	size_t number = 0;

	for (size_t i = 0; i < count; i++)
		number += outcome_of(&runs[i]) == outcome;
	if (!number)
		return;
	gx_say(page, ", %zu %s (", number, word);
	for (size_t i = 0, said = 0; i < count; i++)
		if (outcome_of(&runs[i]) == outcome)
			gx_say(page, "%s%s/%s", said++ ? ", " : "", gx_or_empty(runs[i].scenario),
			       gx_or_empty(runs[i].gate));
	gx_say(page, ")");
}

static void say_sum(struct gx_page *page, const struct gx_result_run *runs, size_t count)
{
	size_t as_expected = 0;

	for (size_t i = 0; i < count; i++)
		as_expected += outcome_of(&runs[i]) == AS_EXPECTED;
	gx_end_line(page);
	gx_fold(page, 2);
	gx_say(page, "%s, ", gx_count(count, "run").text);
	if (as_expected < count)
		gx_say(page, "%zu as expected", as_expected);
	else
		gx_say(page, "%sas expected", count > 1 ? "all " : "");
	say_tally(page, runs, count, NOT_AS_EXPECTED, "not");
	say_tally(page, runs, count, CANNOT_TELL, "cut short");
	gx_end_line(page);
}

static bool is_unexpected(const struct gx_result_run *run, const char *rule)
{
	for (size_t i = 0; i < run->unexpected.count; i++)
		if (!strcmp(run->unexpected.names[i], rule))
			return true;
	return false;
}

static void say_unexpected(struct gx_page *page, const struct gx_result_run *run)
{
	for (size_t i = 0; i < run->finding_count; i++) {
		const struct gx_result_finding *finding = &run->findings[i];

		if (!is_unexpected(run, finding->rule))
			continue;
		gx_end_line(page);
		gx_fold(page, 2);
		gx_say(page, "%s/%s: ", gx_or_empty(run->scenario), gx_or_empty(run->gate));
		gx_say_rule(page, finding);
		gx_say(page, ": %s", gx_or_empty(finding->message));
		gx_end_line(page);
		gx_say_command(page, finding);
	}
}

static void say_line(struct gx_page *page, const struct gx_result_run *run, const size_t *width)
{
	if (outcome_of(run) == AS_EXPECTED)
		say_as_expected(page, run, width);
	else
		say_otherwise(page, run, width);
}

void gx_say_matrix_line(struct gx_page *page, const struct gx_result_run *run, const struct gx_report_style *style)
{
	size_t width[COLUMNS];

	memcpy(width, unknown_width, sizeof(width));
	width[SCENARIO] = style->scenario_width;
	width[GATE] = style->gate_width;
	make_fit(page, width);
	say_line(page, run, width);
}

/* What "+1" is, if it is said. */
static void say_beyond(struct gx_page *page, const struct gx_result_run *runs, size_t count)
{
	size_t with = 0;

	for (size_t i = 0; i < count; i++)
		with += gx_kinds(&runs[i], true) > 0;
	if (!with)
		return;
	gx_fold(page, 2);
	gx_say(page, "+N, in %s: rules that break whichever gate is used, as the scenario says",
	       gx_count(with, "run").text);
	gx_end_line(page);
}

void gx_say_matrix(struct gx_page *page, const struct gx_result_run *runs, size_t count,
		   const struct gx_report_style *style)
{
	size_t width[COLUMNS] = {[SCENARIO] = style->scenario_width, [GATE] = style->gate_width};

	measure(width, runs, count);
	make_fit(page, width);
	for (size_t i = 0; i < count && !style->lines_are_out; i++)
		say_line(page, &runs[i], width);
	say_beyond(page, runs, count);
	for (size_t i = 0; i < count; i++)
		if (outcome_of(&runs[i]) == NOT_AS_EXPECTED)
			say_unexpected(page, &runs[i]);
	say_sum(page, runs, count);
}
