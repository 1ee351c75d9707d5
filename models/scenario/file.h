/*
 * file.h - scenario files: YAML in, a scenario with its expectations and recipes out, or one line that says what is
 * wrong.
 *
 *     scenarios/double-click.yaml ─► gx_scenario_load() ─► struct gx_scenario_file
 *
 * A mistake is answered "FILE:LINE:COLUMN: what is wrong", with the nearest valid word where one is near.
 *
 * The format is what `gatecrash help scenario` prints, harness/cli/help/scenario.txt and what the rows say: whoever changes it here
 * changes it there. A document has at most GX_SCENARIO_BYTES_MAX. Beyond that:
 *
 * A fault's `on` is the label of a docker op, or the beginning of some up to a dot, which stands for the first of them
 * where a fault can strike: the first step of a request, docker.create.register and docker.start (docker/engine.h). A
 * whole label is itself: docker.start is not docker.start.check.
 *
 * A step's `run` is a task as reports name it: an actor, container(ws-a)#1, gate.open, probe-manual(ws-a), each with
 * /go#N or /thread#N after it for what it made. Its `until` is an op's label, or the beginning of some up to a dot (the
 * task stops at the first op that has it), or `end`, or `blocked`.
 */
#ifndef GX_SCENARIO_FILE_H
#define GX_SCENARIO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "explore/replay.h"
#include "rules/rules.h"
#include "scenario/scenario.h"

#define GX_SCENARIO_BYTES_MAX  (1u << 20)
#define GX_SCENARIO_HOURS_MAX  168u /* of any duration */
#define GX_SCENARIO_POINTS_MAX 10000000u
#define GX_REFS_MAX            64u
#define GX_EXPECTATIONS_MAX    64u
#define GX_INTERLEAVINGS_MAX   64u
#define GX_RECIPE_STEPS_MAX    256u /* of one interleaving */

/* What a complete search of the scenario with this gate shows: exactly these rules. */
struct gx_expectation {
	const char *gate;      /* as it is written: a name, or a path */
	const char *gate_path; /* of a gate that is a file: what to open; NULL: a name */
	gx_rule_set rules;
	unsigned line;
};

/* A rule that breaks whichever gate is used. */
struct gx_beyond {
	enum gx_rule rule;
	const char *because; /* or "" */
};

/* A scripted interleaving. */
struct gx_interleaving {
	const char *name;
	const char *gate; /* as in an expectation */
	const char *gate_path;
	gx_rule_set rules; /* this one execution shows them, and maybe others; empty: it shows none */
	const struct gx_recipe_step *steps;
	unsigned step_count;
	unsigned line;
};

struct gx_scenario_file {
	const char *path; /* as it was opened */
	const char *summary;
	const char *const *refs;
	unsigned ref_count;
	struct gx_scenario scenario;
	const struct gx_beyond *beyond;
	unsigned beyond_count;
	const struct gx_expectation *expectations;
	unsigned expectation_count;
	const struct gx_interleaving *interleavings;
	unsigned interleaving_count;
	struct gx_scenario_memory *memory; /* owns every string and array above */
};

/*
 * Load a file. On GX_OK the caller owns *out and frees it with gx_scenario_free(). GX_EINPUT: not a scenario; nothing
 * is left behind. A scenario's name is the file's name without ".yaml".
 */
enum gx_status gx_scenario_load(struct gx_scenario_file **out, const char *path, struct gx_error *err) GX_MUST_USE;

/* The same for bytes in memory; `path` is what messages call them, and the name in it is not compared. */
enum gx_status gx_scenario_parse(struct gx_scenario_file **out, const char *path, const char *bytes, size_t size,
				 struct gx_error *err) GX_MUST_USE;

void gx_scenario_free(struct gx_scenario_file *file);

/* Whether a fault can strike at this label (`on`), and whether a task can stop before it (`until`). */
bool gx_scenario_can_fail(unsigned label);
bool gx_scenario_is_op(unsigned label);
/* What the file says of a rule that breaks whichever gate is used: why, or ""; NULL if it does not say so. */
const char *gx_scenario_beyond(const struct gx_scenario_file *file, enum gx_rule rule);

/* The interleaving with this name, or NULL. */
const struct gx_interleaving *gx_scenario_interleaving(const struct gx_scenario_file *file, const char *name);

#endif
