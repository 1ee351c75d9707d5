/*
 * searches.h - a scenario of the tree, loaded; and explored with a gate. Whatever goes wrong fails the test.
 *
 *     struct gx_scenario_file *file = open_scenario("double-click");
 *     explore_scenario(&seen, &trial, &file->scenario, &gx_gate_none, &options);
 *     gx_scenario_free(file);
 */
#ifndef GX_MODELS_TESTS_SEARCHES_H
#define GX_MODELS_TESTS_SEARCHES_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "explore/explore.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "trial/trial.h"

/* The caller owns what is returned: gx_scenario_free(). */
static inline GX_UNUSED struct gx_scenario_file *open_scenario(const char *name)
{
	struct gx_scenario_file *file = NULL;
	struct gx_error err;
	char path[PATH_MAX];

	if (gx_scenario_find(path, sizeof(path), name, &err) != GX_OK || gx_scenario_load(&file, path, &err) != GX_OK)
		fail_msg("%s", err.text);
	return file;
}

/* What `out` held is released. It and `trial` are large: static ones. */
static inline GX_UNUSED void explore_scenario(struct gx_explored *out, struct gx_trial *trial,
					      const struct gx_scenario *scenario, const struct gx_gate *gate,
					      const struct gx_explore_options *options)
{
	struct gx_error err;

	gx_explored_release(out);
	gx_trial_init(trial, scenario, gate);
	if (gx_sched_load(&trial->program, &err) != GX_OK || gx_explore(out, options, &err) != GX_OK)
		fail_msg("%s, gate %s: %s", scenario->name, gate->name, err.text);
}

#endif
