/*
 * internal.h - how the files of the scenario loader read one YAML document.
 *
 *     bytes ─► events (depth, documents, anchors) ─► document ─► no cycles ─► gx_yaml_mapping() ... ─► the file
 *
 * Every reading function answers false, or NULL, after the first complaint, which has been written to the reader's
 * `err`; the caller just passes it on. The format has five levels, so nothing here recurses. `key` in a complaint is
 * the key whose value is read.
 */
#ifndef GX_SCENARIO_INTERNAL_H
#define GX_SCENARIO_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "scenario/file.h"
#include "scenario/nearest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- memory.c ---- */

struct gx_scenario_memory;

struct gx_scenario_memory *gx_scenario_memory_new(void);
void gx_scenario_memory_free(struct gx_scenario_memory *memory);
/* Zeroed, aligned for anything; lives as long as the memory. NULL: there is no more. */
void *gx_scenario_memory_take(struct gx_scenario_memory *memory, size_t size);

/* ---- yaml.c ---- */

struct gx_yaml {
	const char *path;
	yaml_document_t *document; /* its texts die with it: gx_yaml_keep() what is to stay */
	struct gx_scenario_memory *memory;
	struct gx_error *err;
	enum gx_status rc; /* why somebody answered false */
};

/* "PATH:LINE:COLUMN: ..." at a place; always false. Lines and columns count from 1 here, in libyaml's marks from 0. */
bool gx_yaml_complain_at(struct gx_yaml *yaml, yaml_mark_t mark, const char *format, ...) GX_PRINTF(3, 4);
bool gx_yaml_complain(struct gx_yaml *yaml, const yaml_node_t *node, const char *format, ...) GX_PRINTF(3, 4);
/* `"KEY" has to be EXPECTED, not WHAT IT IS`. */
bool gx_yaml_wrong(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, const char *expected);
/* `there is no KIND "WORD"`, and the nearest of `words`, or all if none is near and they are few. */
bool gx_yaml_unknown(struct gx_yaml *yaml, const yaml_node_t *node, const char *kind, const char *word,
		     const char *const *words, size_t count);
bool gx_yaml_no_memory(struct gx_yaml *yaml);

unsigned gx_yaml_line(const yaml_node_t *node);

struct gx_yaml_key {
	const char *name;
	bool required;
};

/*
 * The values of a mapping by key, NULL where an optional one is absent: values[i] is that of keys[i]. Complains of
 * anything but a mapping and of unknown, repeated and missing keys. `what` is the mapping in a complaint: "an actor".
 */
bool gx_yaml_mapping(struct gx_yaml *yaml, const yaml_node_t *node, const char *what, const struct gx_yaml_key *keys,
		     size_t count, yaml_node_t **values);

/* The length of a list of at most `max` entries. */
bool gx_yaml_list(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, unsigned max, unsigned *count);
yaml_node_t *gx_yaml_entry(struct gx_yaml *yaml, const yaml_node_t *list, unsigned index);

/* One line of text without control characters, as long as the document; `expected` is for the complaint: "text". */
const char *gx_yaml_text(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, const char *expected);
const char *gx_yaml_keep(struct gx_yaml *yaml, const char *text);
/* A name: 1 to `max` of a-z, 0-9 and -. */
const char *gx_yaml_name(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, size_t max);
/* One of some words, by index. */
bool gx_yaml_word(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, const char *const *words,
		  size_t count, unsigned *out);
bool gx_yaml_number(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, unsigned min, unsigned max,
		    unsigned *out);
bool gx_yaml_flag(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, bool *out);
/* At most GX_SCENARIO_HOURS_MAX. */
bool gx_yaml_duration(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, uint64_t *out_ns);
/* The same, and back: "-1h". */
bool gx_yaml_signed_duration(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, int64_t *out_ns);
/* "1h30m": what reads as the same duration. */
struct gx_duration_text {
	char text[48];
};
struct gx_duration_text gx_yaml_duration_text(uint64_t ns);

/* ---- parts of the format; each reads the value of one key of the scenario into *file ---- */

/* parts.c: workspaces before actors, which name them; limits before actors, which have to arrive within them. */
bool gx_scenario_read_workspaces(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file);
bool gx_scenario_read_actors(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file);
bool gx_scenario_read_limits(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file);
/* labels.c */
bool gx_scenario_read_faults(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file);
/* The value of an `until`: an op's label or its beginning, or "end" or "blocked". */
bool gx_scenario_read_until(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_recipe_step *step);
/* expect.c: after the actors, whose names steps begin with. */
bool gx_scenario_read_beyond(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file);
bool gx_scenario_read_expect(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file);
bool gx_scenario_read_interleavings(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file);

#endif
