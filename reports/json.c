/*
 * json.c - results for programs: the JSON result, version 1, two spaces per level, keys in a fixed order.
 *
 * `count` of a finding is of transitions where a search has shown it, of executions where a sample has; which it is, and how many of each,
 * stands in `transitions` and `executions`. `findings` holds what the gate is guilty of, `beyond_gate` what shows whichever gate is used.
 *
 * Version 1 promises the keys that stand first in each object; what comes after them may grow. What is not known is null, never
 * NaN or infinity. A seed beyond 2^63 - 1, which few readers take as a number, is a string. `identity` says among whom end_hash may be
 * compared: the processes of this machine that run this build, or only those that this process makes. `watched` says what of a gate can
 * race in this build: calls of primitives, not accesses of memory. `repeats`: what goes round does so for ever, and the steps end
 * somewhere in it.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/page.h"
#include "reports/report.h"

enum { FORMAT = 1, DIGITS = 15 };

/* ---- values; NULL when memory is out, which set() and append() pass on ---- */

static json_t *text(const char *value)
{
	char *clean = gx_text_clean(value);
	json_t *json = clean ? json_string(clean) : NULL;

	free(clean);
	return json;
}

static json_t *whole(uint64_t value)
{
	char digits[24];

	if (value <= INT64_MAX)
		return json_integer((json_int_t)value);
	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	return json_string(digits);
}

static json_t *real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

/* Wall clock to the microsecond: more digits would be noise. */
static json_t *seconds(double value)
{
	return real(round(value * 1e6) / 1e6);
}

/* A whole number as long as a double holds every one of them. */
static json_t *interleavings(const struct gx_result_explored *explored)
{
	double number = explored->interleavings;

	if (explored->interleavings_infinite || !(number > 0))
		return json_null();
	return number < 9007199254740992.0 ? json_integer((json_int_t)number) : real(number);
}

static json_t *hash(uint64_t value)
{
	char digits[24];

	if (!value)
		return json_null();
	snprintf(digits, sizeof(digits), "%016" PRIx64, value);
	return json_string(digits);
}

/* ---- objects ---- */

struct member {
	const char *key;
	json_t *value; /* owned until object_of() takes it */
};

/* Goes on after a failure, since every value has to go somewhere. */
static json_t *object_of(const struct member *members, size_t count)
{
	json_t *object = json_object();
	bool good = object != NULL;

	for (size_t i = 0; i < count; i++)
		good &= json_object_set_new(object, members[i].key, members[i].value) == 0;
	if (good)
		return object;
	json_decref(object);
	return NULL;
}

#define OBJECT(members) object_of(members, sizeof(members) / sizeof((members)[0]))

/* An array of what `make` makes of items 0, 1, ..., count - 1 of `items`. */
static json_t *array_of(const void *items, size_t count, json_t *(*make)(const void *items, size_t i))
{
	json_t *array = json_array();
	bool good = array != NULL;

	for (size_t i = 0; i < count && good; i++)
		good = json_array_append_new(array, make(items, i)) == 0;
	if (good)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *step(const void *steps, size_t i)
{
	const struct gx_result_step *it = (const struct gx_result_step *)steps + i;
	const struct member members[] = {
		{"task", text(it->task)},
		{"op", text(it->op)},
		{"object", text(it->object)},
		{"value", text(it->value)},
		{"matters", json_boolean(it->matters)},
		{"collides", json_boolean(it->collides)},
		{"preempted", json_boolean(it->preempted)},
		{"number", whole(it->number)},
		{"at_ns", whole(it->at_ns)},
		{"left", text(it->left)},
		{"place", text(it->place)},
	};

	return OBJECT(members);
}

static json_t *wait(const void *waits, size_t i)
{
	const struct gx_result_wait *it = (const struct gx_result_wait *)waits + i;
	const struct member members[] = {
		{"task", text(it->task)},
		{"op", text(it->op)},
		{"object", text(it->object)},
		{"holder", text(it->holder)},
		{"hold", text(it->holder && *it->holder ? gx_hold_name(it->hold) : "")},
		{"holder_ended", json_boolean(it->holder_ended)},
		{"since", it->since ? whole(it->since) : json_null()},
		{"place", text(it->place)},
	};

	return OBJECT(members);
}

static json_t *finding(const void *findings, size_t i)
{
	const struct gx_result_finding *it = (const struct gx_result_finding *)findings + i;
	const struct member members[] = {
		{"rule", text(it->rule)},
		{"workspace", text(it->workspace)},
		{"message", text(it->message)},
		{"repro", text(it->repro)},
		{"count", whole(it->transitions ? it->transitions : it->executions)},
		{"preemptions", whole(it->preemptions)},
		{"steps", array_of(it->steps, it->step_count, step)},
		{"repro_command", text(it->repro_command)},
		{"remedy", text(it->remedy)},
		{"waits", array_of(it->waits, it->wait_count, wait)},
		{"shortest", json_boolean(it->shortest)},
		{"transitions", whole(it->transitions)},
		{"executions", whole(it->executions)},
		{"marks", text(it->marks)},
		{"because", it->because ? text(it->because) : json_null()},
		{"repeats", json_boolean(it->repeats)},
	};

	return OBJECT(members);
}

static json_t *explored(const struct gx_result_explored *it)
{
	const struct member members[] = {
		{"executions", whole(it->executions)},
		{"states", whole(it->states)},
		{"transitions", whole(it->transitions)},
		{"points", whole(it->points)},
		{"seconds", seconds(it->seconds)},
		{"interleavings", interleavings(it)},
		{"interleavings_infinite", json_boolean(it->interleavings_infinite)},
		{"collision_chance", it->states ? real(it->collision_chance) : json_null()},
		{"depth", whole(it->depth)},
		{"rechecked", whole(it->rechecked)},
		{"covered", whole(it->covered)},
		{"end_hash", hash(it->end_hash)},
		{"ends", it->states ? whole(it->ends) : json_null()},
		{"pairs", it->stats ? whole(it->pairs) : json_null()},
		{"independent_pairs", it->stats ? whole(it->independent) : json_null()},
	};

	return OBJECT(members);
}

static json_t *rule(const void *names, size_t i)
{
	return text(((const char *const *)names)[i]);
}

static json_t *rules(const struct gx_result_rules *it)
{
	return array_of(it->names, it->count, rule);
}

static json_t *as_expected(enum gx_judgement judgement)
{
	return judgement == GX_JUDGEMENT_NONE ? json_null() : json_boolean(judgement == GX_JUDGEMENT_AS_EXPECTED);
}

static json_t *otherwise(const struct gx_result_run *it)
{
	char *words = gx_otherwise_text(it);
	json_t *json = words ? text(words) : NULL;

	free(words);
	return json;
}

static json_t *word_of(const void *words, size_t i)
{
	return text(((const char *const *)words)[i]);
}

/*
 * Of what the gate does. `unwatched`: of its accesses to memory those by these are not. `weaker_orders`: its atomics ask for less than was
 * explored, sequential consistency.
 */
static json_t *watched(const struct gx_result_run *run)
{
	const struct member members[] = {
		{"primitives", json_true()},
		{"memory", json_boolean(run->watches_memory)},
		{"unwatched", array_of(run->unwatched, run->unwatched_count, word_of)},
		{"weaker_orders", json_boolean(run->weak_atomics)},
	};

	return OBJECT(members);
}

/* Which accesses to memory were points; of "auto" those at these places. */
static json_t *points_at(const struct gx_result_run *run)
{
	const struct member members[] = {
		{"accesses", run->points ? text(run->points) : json_null()},
		{"places", array_of(run->point_places, run->point_place_count, word_of)},
	};

	return OBJECT(members);
}

static json_t *run(const void *runs, size_t i)
{
	const struct gx_result_run *it = (const struct gx_result_run *)runs + i;
	const struct gx_result_finding *beyond = it->findings ? it->findings + gx_run_guilty(it) : NULL;
	const struct member members[] = {
		{"scenario", text(it->scenario)},
		{"gate", text(it->gate)},
		{"strategy", text(it->strategy)},
		{"seed", whole(it->seed)},
		{"verdict", text(gx_verdict_name(it->verdict))},
		{"complete", json_boolean(it->complete)},
		{"explored", explored(&it->explored)},
		{"findings", array_of(it->findings, gx_run_guilty(it), finding)},
		{"gate_summary", text(it->gate_summary)},
		{"incomplete_why", text(it->incomplete_why)},
		{"interrupted", json_boolean(it->interrupted)},
		{"event_hash", hash(it->event_hash)},
		{"as_expected", as_expected(it->judgement)},
		{"unexpected", otherwise(it)},
		{"identity", text(it->one_identity ? "machine" : "process")},
		{"kind", text(gx_run_kind_name(it->kind))},
		{"incomplete", text(gx_incomplete_name(it->incomplete))},
		{"missing", rules(&it->missing)},
		{"not_expected", rules(&it->unexpected)},
		{"undecided", json_boolean(it->judgement == GX_JUDGEMENT_UNDECIDED)},
		{"beyond_gate", array_of(beyond, it->finding_count - gx_run_guilty(it), finding)},
		{"watched", watched(it)},
		{"points_at", points_at(it)},
	};

	return OBJECT(members);
}

static bool write_json(FILE *out, const struct gx_result_run *runs, size_t count, const struct gx_report_style *style)
{
	const struct member members[] = {
		{"gatecrash", text(style->version)},
		{"format", json_integer(FORMAT)},
		{"runs", array_of(runs, count, run)},
	};
	json_t *result = OBJECT(members);
	char *bytes = result ? json_dumps(result, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS)) : NULL;
	bool written = false;

	if (!bytes) {
		errno = ENOMEM; /* every text was cleaned, every number is finite */
	} else {
		size_t size = strlen(bytes);

		bytes[size] = '\n'; /* in place of the terminating zero */
		written = gx_write_all(out, bytes, size + 1);
	}
	free(bytes);
	json_decref(result);
	return written;
}

const struct gx_report_format gx_report_json = {
	.name = "json",
	.summary = "for programs: the JSON result, format 1, with every step of every finding",
	.write = write_json,
};
