/*
 * matrix.c - every run in one line, held against what was expected of it.
 *
 *     ok    double-click  per-workspace  clean    complete      2,146 states  0.03 s
 *     FAIL  double-click  none           missing: wedged; not expected: isolation
 *
 * A run that was cut short, by the user or by a budget, before anything unexpected showed is neither: "??".
 */
#include <stdlib.h>
#include <string.h>

#include "reports/text.h"

enum { GAP = 2, COLUMNS = 6, FOLD_AT_MAX = 50 };

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
	const char *column[COLUMNS]; /* scenario, gate, verdict, coverage, size, time */
};

static const char *coverage_of(const struct gx_result_run *run)
{
	if (gx_is_replay(run))
		return "replayed";
	if (run->complete)
		return "complete";
	return run->explored.states ? "incomplete" : "sampled";
}

static void fill(struct row *row, const struct gx_result_run *run)
{
	const struct gx_result_explored *explored = &run->explored;

	row->found = (struct gx_number){"found"};
	if (gx_kinds(run) > 1)
		snprintf(row->found.text, sizeof(row->found.text), "found %zu", gx_kinds(run));
	row->seconds = gx_seconds(explored->seconds);
	if (gx_is_replay(run))
		row->seen = gx_count(explored->points, "step");
	else if (explored->states)
		row->seen = gx_count(explored->states, "state");
	else
		row->seen = gx_count(explored->executions, "execution");
	row->column[0] = gx_or_empty(run->scenario);
	row->column[1] = gx_or_empty(run->gate);
	row->column[2] = run->verdict == GX_VERDICT_FOUND   ? row->found.text
			 : run->verdict == GX_VERDICT_CLEAN ? "clean"
							    : "incomplete";
	row->column[3] = coverage_of(run);
	row->column[4] = row->seen.text;
	row->column[5] = row->seconds.text;
}

/* Scenario and gate of every run count; the rest only of those that show it. */
static void measure(size_t *width, const struct gx_result_run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned columns = outcome_of(&runs[i]) == AS_EXPECTED ? COLUMNS : 2;
		struct row row;

		fill(&row, &runs[i]);
		for (unsigned j = 0; j < columns; j++) {
			size_t needed = gx_text_width(row.column[j]);

			width[j] = needed > width[j] ? needed : width[j];
		}
	}
}

static void say_name_columns(struct gx_page *page, const struct row *row, const size_t *width)
{
	for (unsigned i = 0; i < 2; i++) {
		gx_say(page, "%s", row->column[i]);
		gx_pad(page, width[i] - gx_text_width(row->column[i]) + GAP);
	}
}

static void say_as_expected(struct gx_page *page, const struct gx_result_run *run, const size_t *width)
{
	struct row row;

	fill(&row, run);
	gx_mark(page, GX_GOOD);
	gx_say(page, "ok");
	gx_mark(page, GX_PLAIN);
	gx_pad(page, 4);
	say_name_columns(page, &row, width);
	for (unsigned i = 2; i < COLUMNS; i++) {
		size_t pad = width[i] - gx_text_width(row.column[i]);
		bool number = i >= 4;

		gx_pad(page, number ? pad : 0);
		gx_say(page, "%s", row.column[i]);
		gx_pad(page, i + 1 < COLUMNS ? (number ? 0 : pad) + GAP : 0);
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
	size_t indent = 6 + width[0] + GAP + width[1] + GAP;
	struct row row;

	fill(&row, run);
	gx_fold(page, indent <= FOLD_AT_MAX ? (unsigned)indent : 6);
	gx_mark(page, fails ? GX_BAD : GX_ODD);
	gx_say(page, "%s", fails ? "FAIL" : "??");
	gx_mark(page, GX_PLAIN);
	gx_pad(page, fails ? 2 : 4);
	say_name_columns(page, &row, width);
	if (run->judgement == GX_JUDGEMENT_NONE)
		gx_say(page, "not judged");
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

void gx_say_matrix(struct gx_page *page, const struct gx_result_run *runs, size_t count)
{
	size_t width[COLUMNS] = {0};

	measure(width, runs, count);
	for (size_t i = 0; i < count; i++)
		if (outcome_of(&runs[i]) == AS_EXPECTED)
			say_as_expected(page, &runs[i], width);
		else
			say_otherwise(page, &runs[i], width);
	for (size_t i = 0; i < count; i++)
		if (outcome_of(&runs[i]) == NOT_AS_EXPECTED)
			say_unexpected(page, &runs[i]);
	say_sum(page, runs, count);
}
