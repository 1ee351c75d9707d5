/*
 * find.h - where scenarios are: by path, or by name in the folder that came with the program.
 *
 * The folders are, in this order: $GATECRASH_SCENARIOS; ./scenarios; the one that came with the program: scenarios/ in the source
 * tree that it was built in (the program's own folder, ../../scenarios), or ../share/gatecrash/scenarios beside an installed program.
 * "All scenarios" are those of the first that exists; a name is looked for in each, so that those of the program are known beside
 * one's own.
 */
#ifndef GX_SCENARIO_FIND_H
#define GX_SCENARIO_FIND_H

#include <stdbool.h>
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

/*
 * What a repro calls the scenario that was found at `path` by `word`, so that it is found from any folder: the name, if that is one of
 * the program's own, else the absolute path.
 */
void gx_scenario_lasting_word(char *out, size_t size, const char *word, const char *path);

/*
 * The path of a scenario that a repro names. A name is one of the program's own before any other; a path that is not absolute may also
 * lie beside the file of the repro, `beside`, if there is one.
 */
enum gx_status gx_scenario_find_again(char *path, size_t size, const char *word, const char *beside,
				      struct gx_error *err) GX_MUST_USE;

/* The same for any file: `word` as it is if nothing is there either. */
enum gx_status gx_find_again(char *path, size_t size, const char *word, const char *beside,
			     struct gx_error *err) GX_MUST_USE;

/* Links stay as they are: who replaces what is behind one means what is there then. */
void gx_absolute_path(char *out, size_t size, const char *path);

/* A gate's word that is a path and not a name: "./mine.so", "mine.so". */
bool gx_names_a_file(const char *word);

#endif
