/*
 * file.h - scenario files: YAML in, a scenario with its expectations and recipes out, or one line that says what is wrong.
 *
 *     scenarios/double-click.yaml ─► gx_scenario_load() ─► struct gx_scenario_file
 *
 * A mistake is answered "FILE:LINE:COLUMN: what is wrong", with the nearest valid word where one is near.
 *
 * Main thread only.
 */
#ifndef GX_SCENARIO_FILE_H
#define GX_SCENARIO_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "explore/replay.h"
#include "scenario/scenario.h"

/* A set of rules, bit per enum gx_rule. */
typedef uint32_t gx_rule_set;

/* What a complete search of the scenario with this gate shows: exactly these rules. */
struct gx_expectation {
	const char *gate;
	gx_rule_set rules;
	unsigned line;
};

/* A scripted interleaving. */
struct gx_interleaving {
	const char *name;
	const char *gate;
	gx_rule_set rules; /* what this one execution shows */
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
	const struct gx_expectation *expectations;
	unsigned expectation_count;
	const struct gx_interleaving *interleavings;
	unsigned interleaving_count;
	struct gx_scenario_memory *memory; /* owns every string and array above */
};

/*
 * Load a file. On GX_OK the caller owns *out and frees it with gx_scenario_free(). GX_EINPUT: not a scenario; nothing is left behind.
 * A scenario's name is the file's name without ".yaml".
 */
enum gx_status gx_scenario_load(struct gx_scenario_file **out, const char *path, struct gx_error *err) GX_MUST_USE;

/* The same for bytes in memory; `path` is what messages call them, and the name in it is not compared. */
enum gx_status gx_scenario_parse(struct gx_scenario_file **out, const char *path, const char *bytes, size_t size,
				 struct gx_error *err) GX_MUST_USE;

void gx_scenario_free(struct gx_scenario_file *file);

/* The interleaving with this name, or NULL. */
const struct gx_interleaving *gx_scenario_interleaving(const struct gx_scenario_file *file, const char *name);

#endif
