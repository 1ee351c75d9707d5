/*
 * find.h - where scenarios are: by path, or by name in the folder that came with the program.
 *
 * The folder is the first of these that exists: $GATECRASH_SCENARIOS; ./scenarios; scenarios/ in the source tree that the
 * program was built in (the program's own folder, ../../scenarios); ../share/gatecrash/scenarios beside an installed program.
 */
#ifndef GX_SCENARIO_FIND_H
#define GX_SCENARIO_FIND_H

#include <stddef.h>

#include "core/status.h"

/*
 * The path of a scenario: a word with a slash or ending in .yaml is one already, anything else is a name. Written to `path`,
 * at most `size` bytes. GX_EINPUT: there is none of this name; the message names the nearest.
 */
enum gx_status gx_scenario_find(char *path, size_t size, const char *word, struct gx_error *err) GX_MUST_USE;

/* The names of all scenarios in the folder, sorted, in memory that the caller frees with gx_scenario_names_free(). */
enum gx_status gx_scenario_names(char ***names, size_t *count, struct gx_error *err) GX_MUST_USE;
void gx_scenario_names_free(char **names, size_t count);

#endif
