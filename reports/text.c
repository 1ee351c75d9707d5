/*
 * text.c - results for people: a sentence per run, one finding in full, the others in a line and a repro each; apart from them what shows
 * whichever gate is used.
 */
#include "reports/text.h"

#include <math.h>
#include <string.h>

#include "reports/columns.h"
#include "reports/report.h"

/* ---- words ---- */

bool gx_is_replay(const struct gx_result_run *run)
{
	return run->kind != GX_RUN_EXPLORATION;
}

static bool is_sample(const struct gx_result_run *run)
{
	return !run->explored.states && !gx_is_replay(run);
}

struct gx_number gx_seconds(double seconds)
{
	struct gx_number out;

	snprintf(out.text, sizeof(out.text), "%.*f\u00a0s", seconds < 10 ? 2 : seconds < 100 ? 1 : 0, seconds);
	return out;
}

bool gx_is_first_of_kind(const struct gx_result_run *run, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(run->findings[j].rule, run->findings[i].rule))
			return false;
	return true;
}

size_t gx_kinds(const struct gx_result_run *run, bool beyond)
{
	size_t kinds = 0;

	for (size_t i = 0; i < run->finding_count; i++)
		kinds += run->findings[i].beyond_gate == beyond && gx_is_first_of_kind(run, i);
	return kinds;
}

/* ---- the sentence ---- */

static const double exact_below = 9007199254740992.0; /* 2^53 */

static void say_interleavings(struct gx_page *page, const struct gx_result_explored *explored)
{
	double number = explored->interleavings;

	if (explored->interleavings_infinite)
		gx_say(page, " and infinitely many interleavings (there is a loop: some never end)");
	else if (isinf(number))
		gx_say(page, " and more interleavings than can be counted");
	else if (number >= exact_below)
		gx_say(page, " and %.3g interleavings", number);
	else if (number >= 1)
		gx_say(page, " and %s", gx_count((uint64_t)number, "interleaving").text);
}

/* The bound as a power of ten; less than the last one says nothing more to anybody. */
static void say_collisions(struct gx_page *page, double chance)
{
	int exponent = chance < 1e-12 ? -12 : (int)floor(log10(chance)) + 1;

	if (exponent < 0)
		gx_say(page, "; collision chance <\u00a01e%d", exponent);
	else
		gx_say(page, "; a hash collision may well have hidden states");
}

static void say_complete(struct gx_page *page, const struct gx_result_explored *explored)
{
	if (explored->covered) {
		gx_say(page, "complete: every transition of the state graph was taken, %s of %s between %s, by %s",
		       gx_number(explored->covered).text, gx_number(explored->covered).text,
		       gx_count(explored->covered_states, "state").text,
		       gx_count(explored->executions, "schedule").text);
		return;
	}
	gx_say(page, "complete: %s", gx_count(explored->states, "state").text);
	say_interleavings(page, explored);
	gx_say(page, ", all of them");
	say_collisions(page, explored->collision_chance);
}

/* "100,000 states, then 2,000 executions", "20,000 executions" */
static void say_seen(struct gx_page *page, const struct gx_result_explored *explored)
{
	if (explored->states)
		gx_say(page, "%s", gx_count(explored->states, "state").text);
	if (explored->executions || !explored->states)
		gx_say(page, "%s%s", explored->states ? ", then " : "",
		       gx_count(explored->executions, "execution").text);
}

/* Why not everything was seen. */
static void say_why(struct gx_page *page, const struct gx_result_run *run)
{
	const char *why = run->incomplete == GX_INCOMPLETE_INTERRUPTED ? "" : gx_or_empty(run->incomplete_why);

	if (is_sample(run))
		gx_say(page, "a sample with seed %llu%s", (unsigned long long)run->seed, *why ? ", " : "");
	gx_say(page, "%s", why);
	if (run->interrupted)
		gx_say(page, "%sinterrupted", *why || is_sample(run) ? ", " : "");
	else if (!*why && !is_sample(run))
		gx_say(page, "stopped early");
}

static void say_replayed(struct gx_page *page, const struct gx_result_run *run)
{
	const struct gx_result_explored *explored = &run->explored;
	bool again = explored->executions != 1;

	gx_say(page, "replayed");
	if (again)
		gx_say(page, " %s", gx_count(explored->executions, "time").text);
	if (run->interrupted)
		gx_say(page, ", then interrupted");
	gx_say(page, ": %s", gx_count(explored->points, "step").text);
	if (run->event_hash)
		gx_say(page, ", event hash %016llx%s", (unsigned long long)run->event_hash, again ? " each time" : "");
}

/* "wedged, stale-bearer": each rule once. */
static void say_rules(struct gx_page *page, const struct gx_result_run *run, bool beyond)
{
	size_t said = 0;

	for (size_t i = 0; i < run->finding_count; i++)
		if (run->findings[i].beyond_gate == beyond && gx_is_first_of_kind(run, i))
			gx_say(page, "%s%s", said++ ? ", " : "", run->findings[i].rule);
}

static void say_found(struct gx_page *page, const struct gx_result_run *run)
{
	size_t kinds = gx_kinds(run, false);

	gx_mark(page, GX_BAD);
	gx_say(page, "found %zu kind%s of failure", kinds, kinds == 1 ? "" : "s");
	gx_mark(page, GX_PLAIN);
	gx_say(page, ": ");
	say_rules(page, run, false);
}

/* " but for what no gate can help (stale-bearer)" */
static void say_beyond(struct gx_page *page, const struct gx_result_run *run)
{
	if (!gx_kinds(run, true))
		return;
	gx_say(page, " but for what no gate can help (");
	say_rules(page, run, true);
	gx_say(page, ")");
}

static void say_coverage(struct gx_page *page, const struct gx_result_run *run)
{
	if (gx_is_replay(run)) {
		say_replayed(page, run);
	} else if (run->complete) {
		say_complete(page, &run->explored);
	} else {
		gx_say(page, "incomplete: ");
		say_why(page, run);
		gx_say(page, "; saw ");
		say_seen(page, &run->explored);
	}
}

/* "stats: 64,850 transitions, 2.3 for each state; 33,116 of 40,507 pairs of enabled steps are independent (82 %)" */
static void say_stats(struct gx_page *page, const struct gx_result_explored *explored)
{
	double percent = explored->pairs ? 100.0 * (double)explored->independent / (double)explored->pairs : 0;

	gx_fold(page, 2);
	gx_say(page, "  stats: ");
	if (!explored->states) {
		gx_say(page, "pairs of enabled steps are counted by a search, not by samples");
		gx_end_line(page);
		return;
	}
	gx_say(page, "%s, %.1f for each state; ", gx_count(explored->transitions, "transition").text,
	       (double)explored->transitions / (double)explored->states);
	gx_say(page, "%s of %s of enabled steps are independent (%.0f\u00a0%%)", gx_number(explored->independent).text,
	       gx_count(explored->pairs, "pair").text, percent);
	gx_end_line(page);
}

static void say_clean(struct gx_page *page, const struct gx_result_run *run)
{
	gx_mark(page, GX_GOOD);
	gx_say(page, "clean");
	gx_mark(page, GX_PLAIN);
	say_beyond(page, run);
	gx_say(page, ", ");
	say_coverage(page, run);
}

/* Whoever reads nothing but the first words must not take it for good news. */
static void say_not_proven(struct gx_page *page, const struct gx_result_run *run)
{
	gx_mark(page, GX_ODD);
	gx_say(page, "not proven");
	gx_mark(page, GX_PLAIN);
	gx_say(page, ": ");
	say_why(page, run);
	gx_say(page, "; nothing found");
	say_beyond(page, run);
	gx_say(page, " in ");
	say_seen(page, &run->explored);
}

static bool is_clean(const struct gx_result_run *run)
{
	return run->verdict == GX_VERDICT_CLEAN && run->from_file && !gx_is_replay(run);
}

/* The first few of them: whoever wants all has the JSON. */
static void say_what_was_not(struct gx_page *page, const struct gx_result_run *run)
{
	enum { FEW = 6 };
	size_t shown = run->unwatched_count > FEW + 1 ? FEW : run->unwatched_count;

	gx_say(page, "not watched in memory: what is accessed by ");
	for (size_t i = 0; i < shown; i++)
		gx_say(page, "%s%s", !i ? "" : i + 1 == run->unwatched_count ? " and " : ", ", run->unwatched[i]);
	if (shown < run->unwatched_count)
		gx_say(page, " and %zu more (all in --report json)", run->unwatched_count - shown);
	gx_end_line(page);
}

/* What was clean is no more than was watched, once for all runs: of one gate the same in each. */
static void say_unwatched(struct gx_page *page, const struct gx_result_run *runs, size_t count)
{
	const struct gx_result_run *partly = NULL;
	bool blind = false;
	bool weak = false;

	for (size_t i = 0; i < count; i++) {
		blind |= is_clean(&runs[i]) && !runs[i].watches_memory;
		weak |= is_clean(&runs[i]) && runs[i].weak_atomics;
		if (is_clean(&runs[i]) && runs[i].unwatched_count && !partly)
			partly = &runs[i];
	}
	if (!blind && !weak && !partly)
		return;
	if (count == 1 && runs->finding_count)
		gx_end_line(page);
	gx_fold(page, 2);
	if (blind) {
		gx_say(page,
		       "memory accesses and atomics were not watched; of a gate from source they are: --gate FILE.c, or "
		       "`gatecrash cc`");
		gx_end_line(page);
	}
	if (partly)
		say_what_was_not(page, partly);
	if (weak) {
		gx_say(page,
		       "atomics were explored as sequentially consistent; the gate asks for weaker orders, whose effects "
		       "were not looked for");
		gx_end_line(page);
	}
}

static void say_points(struct gx_page *page, const struct gx_result_run *run)
{
	if (!run->point_place_count)
		return;
	gx_say(page, "; at each access of ");
	for (size_t i = 0; i < run->point_place_count; i++)
		gx_say(page, "%s%s", i ? ", " : "", run->point_places[i]);
	gx_say(page, " tasks were interleaved");
}

static void say_verdict(struct gx_page *page, const struct gx_result_run *run)
{
	gx_fold(page, 2);
	gx_mark(page, GX_BOLD);
	gx_say(page, "%s, gate %s:", gx_or_empty(run->scenario), gx_or_empty(run->gate));
	gx_mark(page, GX_PLAIN);
	gx_say(page, " ");
	switch (run->verdict) {
	case GX_VERDICT_CLEAN:
		say_clean(page, run);
		break;
	case GX_VERDICT_FOUND:
		say_found(page, run);
		gx_say(page, "; ");
		say_coverage(page, run);
		say_points(page, run);
		break;
	case GX_VERDICT_INCOMPLETE:
		say_not_proven(page, run);
		break;
	}
	gx_say(page, " (%s)", gx_seconds(run->explored.seconds).text);
	gx_end_line(page);
	if (run->explored.stats)
		say_stats(page, &run->explored);
}

/* ---- findings ---- */

void gx_say_rule(struct gx_page *page, const struct gx_result_finding *finding)
{
	const char *workspace = gx_or_empty(finding->workspace);

	gx_mark(page, GX_BOLD);
	gx_say(page, "%s", finding->rule);
	gx_mark(page, GX_PLAIN);
	if (*workspace)
		gx_say(page, " (%s)", workspace);
}

void gx_say_command(struct gx_page *page, const struct gx_result_finding *finding)
{
	gx_say(page, "%s", gx_or_empty(finding->repro_command));
	gx_end_line(page);
}

/* "name-conflict (ws-a), in 12 of 20,000 executions: somebody does something" */
static void say_headline(struct gx_page *page, const struct gx_result_run *run, const struct gx_result_finding *finding)
{
	gx_say_rule(page, finding);
	if (is_sample(run))
		gx_say(page, ", in %s of %s", gx_number(finding->executions).text,
		       gx_count(run->explored.executions, "execution").text);
	gx_say(page, ": %s", gx_or_empty(finding->message));
	gx_end_line(page);
}

static const char *const hold_words[GX_HOLD_COUNT] = {
	[GX_HOLD_HELD] = ", held by",
	[GX_HOLD_TAKEN] = ", last taken by",
	[GX_HOLD_PASSED] = ", where the last to come by was",
};

/* "manual-restart#1 waits for mutex m1 (mutex.lock), held by manual-restart#2 since step 8, which has ended" */
static void say_wait(struct gx_page *page, const struct gx_result_wait *wait)
{
	const char *object = gx_or_empty(wait->object);
	const char *holder = gx_or_empty(wait->holder);

	gx_fold(page, 6);
	gx_say(page, "  ");
	gx_mark(page, GX_BOLD);
	gx_say(page, "%s", wait->task);
	gx_mark(page, GX_PLAIN);
	if (*object)
		gx_say(page, " waits for %s (%s)", object, wait->op);
	else
		gx_say(page, " waits in %s", wait->op);
	if (*gx_or_empty(wait->place))
		gx_say(page, " at %s", wait->place);
	if (*holder) {
		gx_say(page, "%s %s%s", *object ? hold_words[wait->hold] : " for", holder,
		       strcmp(holder, wait->task) ? "" : " itself");
		if (wait->since)
			gx_say(page, " %s step %s", wait->hold == GX_HOLD_HELD ? "since" : "at",
			       gx_number(wait->since).text);
		if (wait->holder_ended)
			gx_say(page, ", which has ended");
	}
	gx_end_line(page);
}

/* "whichever gate is used, says the scenario: the client keeps the bearer that it was given" */
static void say_because(struct gx_page *page, const struct gx_result_finding *finding)
{
	if (!finding->because)
		return;
	gx_fold(page, 4);
	gx_say(page, "  it shows whichever gate is used, says the scenario%s%s", *finding->because ? ": " : "",
	       finding->because);
	gx_end_line(page);
}

static void say_in_full(struct gx_page *page, const struct gx_result_run *run, const struct gx_result_finding *finding,
			const struct gx_report_style *style)
{
	const char *remedy = gx_or_empty(finding->remedy);

	gx_end_line(page);
	gx_fold(page, 2);
	say_headline(page, run, finding);
	say_because(page, finding);
	gx_say_columns(page, finding, style->all_steps);
	for (size_t i = 0; i < finding->wait_count; i++)
		say_wait(page, &finding->waits[i]);
	if (*remedy) {
		gx_fold(page, 2);
		gx_mark(page, GX_GOOD);
		gx_say(page, "hint:");
		gx_mark(page, GX_PLAIN);
		gx_say(page, " %s", remedy);
		gx_end_line(page);
	}
	gx_say(page, "replay it:");
	gx_end_line(page);
	gx_say_command(page, finding);
}

static void say_in_brief(struct gx_page *page, const struct gx_result_run *run, const struct gx_result_finding *finding)
{
	gx_fold(page, 2);
	gx_say(page, "- ");
	say_headline(page, run, finding);
	say_because(page, finding);
	gx_say_command(page, finding);
}

/* Told in full: those that are asked for, else the one that the run shows; but in a search not what no gate can help. */
static bool is_told(const struct gx_result_run *run, size_t i, const struct gx_report_style *style)
{
	return style->rule ? gx_finding_is(&run->findings[i], style->rule)
			   : i == run->shown && (gx_is_replay(run) || !run->findings[i].beyond_gate);
}

/* The others in brief, under a title if there are any. */
static void say_others(struct gx_page *page, const struct gx_result_run *run, const struct gx_report_style *style,
		       bool beyond)
{
	bool titled = false;

	for (size_t i = 0; i < run->finding_count; i++) {
		if (is_told(run, i, style) || run->findings[i].beyond_gate != beyond)
			continue;
		if (!titled) {
			gx_end_line(page);
			gx_say(page, "%s:", beyond ? "what no gate can help" : "also found");
			gx_end_line(page);
		}
		titled = true;
		say_in_brief(page, run, &run->findings[i]);
	}
}

/* ---- the page ---- */

/* Runs without findings stand together; one with findings keeps its distance. */
static void say_run(struct gx_page *page, const struct gx_result_run *runs, size_t i,
		    const struct gx_report_style *style)
{
	const struct gx_result_run *run = &runs[i];
	size_t told = 0;

	if (i && (run->finding_count || runs[i - 1].finding_count))
		gx_end_line(page);
	say_verdict(page, run);
	for (size_t j = 0; j < run->finding_count; j++)
		if (is_told(run, j, style)) {
			say_in_full(page, run, &run->findings[j], style);
			told++;
		}
	if (style->rule && run->finding_count && !told) {
		gx_end_line(page);
		gx_say(page, "no finding here is %s", style->rule);
		gx_end_line(page);
	}
	say_others(page, run, style, false);
	say_others(page, run, style, true);
}

/* "4 runs: 1 clean, 2 found, 1 not proven" */
static void say_sum(struct gx_page *page, const struct gx_result_run *runs, size_t count)
{
	static const char *const words[] =
		{[GX_VERDICT_CLEAN] = "clean", [GX_VERDICT_FOUND] = "found", [GX_VERDICT_INCOMPLETE] = "not proven"};
	size_t of[GX_VERDICT_INCOMPLETE + 1] = {0};
	const char *before = ": ";

	for (size_t i = 0; i < count; i++)
		of[runs[i].verdict]++;
	gx_end_line(page);
	gx_say(page, "%s", gx_count(count, "run").text);
	for (unsigned verdict = 0; verdict <= GX_VERDICT_INCOMPLETE; verdict++) {
		if (!of[verdict])
			continue;
		gx_say(page, "%s%zu %s", before, of[verdict], words[verdict]);
		before = ", ";
	}
	gx_end_line(page);
}

static bool write_text(FILE *out, const struct gx_result_run *runs, size_t count, const struct gx_report_style *style)
{
	struct gx_page page;

	gx_page_open(&page, style->width);
	if (style->matrix) {
		gx_say_matrix(&page, runs, count, style);
	} else {
		for (size_t i = 0; i < count; i++)
			say_run(&page, runs, i, style);
		if (count > 1)
			say_sum(&page, runs, count);
		say_unwatched(&page, runs, count);
	}
	return gx_page_close(&page, out, style->color);
}

static bool write_line(FILE *out, const struct gx_result_run *run, const struct gx_report_style *style)
{
	struct gx_page page;

	gx_page_open(&page, style->width);
	gx_say_matrix_line(&page, run, style);
	return gx_page_close(&page, out, style->color);
}

const struct gx_report_format gx_report_text = {
	.name = "text",
	.summary = "for people: a sentence per run, one finding in full; of a matrix a line per run (the default)",
	.write = write_text,
	.line = write_line,
};
