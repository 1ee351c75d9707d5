/*
 * load.c - from bytes to a document that is safe to walk, and from its top level to the parts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/internal.h"

/* ---- libyaml's complaints ---- */

/* Where a byte is, for errors of the reader, which knows only its offset. */
static yaml_mark_t mark_of(const char *bytes, size_t offset)
{
	yaml_mark_t mark = {0};

	for (size_t i = 0; i < offset; i++) {
		bool new_line = bytes[i] == '\n';

		mark.line += new_line;
		mark.column =
			new_line ? 0
				 : mark.column + ((unsigned char)bytes[i] < 0x80 || (unsigned char)bytes[i] >= 0xc0);
	}
	return mark;
}

static bool not_yaml(struct gx_yaml *yaml, const yaml_parser_t *parser, const char *bytes, size_t size)
{
	yaml_mark_t mark = parser->problem_mark;

	/* Not everything in libyaml that runs out of memory says so, but whatever else is wrong has a text. */
	if (parser->error == YAML_MEMORY_ERROR || !parser->problem)
		return gx_yaml_no_memory(yaml);
	if (parser->error == YAML_READER_ERROR)
		mark = mark_of(bytes, parser->problem_offset < size ? parser->problem_offset : size);
	return gx_yaml_complain_at(yaml, mark, "this is not YAML: %s%s%s", parser->context ? parser->context : "",
				   parser->context ? ": " : "", parser->problem);
}

/* ---- before the document is made ---- */

/*
 * What libyaml does in quadratic time is refused first: a megabyte of "[" would keep its scanner busy for minutes, and
 * of anchors its composer. The scanner looks at most 1024 characters ahead, so the refusal comes early.
 */
enum { DEPTH_MAX = 16, ANCHORS_MAX = 256 };

struct shape {
	unsigned depth;
	unsigned anchors;
	unsigned documents;
};

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

static bool check_event(struct gx_yaml *yaml, const yaml_event_t *event, struct shape *shape)
{
	if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT)
		shape->depth++;
	if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT)
		shape->depth--;
	if (event->type == YAML_DOCUMENT_START_EVENT)
		shape->documents++;
	if (anchor_of(event))
		shape->anchors++;
	if (shape->depth > DEPTH_MAX)
		return gx_yaml_complain_at(
			yaml, event->start_mark,
			"lists and mappings within each other, more than %d deep; a scenario has five", DEPTH_MAX);
	if (shape->documents > 1)
		return gx_yaml_complain_at(yaml, event->start_mark,
					   "a second document begins here; a file is one scenario");
	if (shape->anchors > ANCHORS_MAX)
		return gx_yaml_complain_at(yaml, event->start_mark, "more than %d anchors", ANCHORS_MAX);
	return true;
}

static bool check_events(struct gx_yaml *yaml, const char *bytes, size_t size)
{
	struct shape shape = {0};
	yaml_parser_t parser;
	yaml_event_t event;
	bool good = true;
	bool over = false;

	if (!yaml_parser_initialize(&parser))
		return gx_yaml_no_memory(yaml);
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
	while (good && !over) {
		if (!yaml_parser_parse(&parser, &event)) {
			good = not_yaml(yaml, &parser, bytes, size);
			break;
		}
		over = event.type == YAML_STREAM_END_EVENT;
		good = check_event(yaml, &event, &shape);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (good && !shape.documents)
		return gx_yaml_complain_at(yaml, (yaml_mark_t){0},
					   "the file is empty; a scenario begins with name: NAME");
	return good;
}

static bool make_document(struct gx_yaml *yaml, const char *bytes, size_t size)
{
	yaml_parser_t parser;
	bool good;

	if (!yaml_parser_initialize(&parser))
		return gx_yaml_no_memory(yaml);
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
	good = yaml_parser_load(&parser, yaml->document);
	if (!good)
		not_yaml(yaml, &parser, bytes, size);
	yaml_parser_delete(&parser);
	return good;
}

/* ---- cycles ---- */

/*
 * An alias may stand inside of what it refers to; libyaml gives that a node that contains itself. Depth first, with
 * the nodes that are entered and not left on a stack: an edge to one of them closes a cycle. Aliases can make the way
 * down longer than DEPTH_MAX, not longer than there are nodes.
 */
enum { FRESH, ENTERED, LEFT };

struct walk {
	yaml_document_t *document;
	unsigned char *state; /* by node number, from 1 */
	struct {
		int node;
		size_t next; /* child to look at */
	} * stack;
	size_t depth;
};

/* The child with this index, 0 after the last. A mapping's children are key, value, key, value, ... */
static int child_of(const yaml_node_t *node, size_t index)
{
	const yaml_node_pair_t *pair;

	if (node->type == YAML_SEQUENCE_NODE)
		return node->data.sequence.items.start + index < node->data.sequence.items.top
			       ? node->data.sequence.items.start[index]
			       : 0;
	if (node->type != YAML_MAPPING_NODE)
		return 0;
	pair = node->data.mapping.pairs.start + index / 2;
	if (pair >= node->data.mapping.pairs.top)
		return 0;
	return index % 2 ? pair->value : pair->key;
}

static void enter(struct walk *walk, int node)
{
	walk->state[node] = ENTERED;
	walk->stack[walk->depth].node = node;
	walk->stack[walk->depth++].next = 0;
}

/* The first node that contains itself, or 0. */
static int find_cycle(struct walk *walk)
{
	enter(walk, 1);
	while (walk->depth) {
		int node = walk->stack[walk->depth - 1].node;
		int child = child_of(yaml_document_get_node(walk->document, node), walk->stack[walk->depth - 1].next++);

		if (!child) {
			walk->state[node] = LEFT;
			walk->depth--;
		} else if (walk->state[child] == ENTERED) {
			return child;
		} else if (walk->state[child] == FRESH) {
			enter(walk, child);
		}
	}
	return 0;
}

static bool check_cycles(struct gx_yaml *yaml)
{
	size_t count = (size_t)(yaml->document->nodes.top - yaml->document->nodes.start);
	struct walk walk = {.document = yaml->document,
			    .state = calloc(count + 1, 1),
			    .stack = calloc(count + 1, sizeof(*walk.stack))};
	bool good = walk.state && walk.stack;
	int node = 0;

	if (!good)
		gx_yaml_no_memory(yaml);
	else
		node = find_cycle(&walk);
	free(walk.state);
	free(walk.stack);
	if (node)
		return gx_yaml_complain(
			yaml, yaml_document_get_node(yaml->document, node),
			"a cycle: what begins here contains itself, by an alias (*) to its own anchor (&)");
	return good;
}

/* ---- the top level ---- */

enum { NAME, SUMMARY, REFS, WORKSPACES, ACTORS, FAULTS, LIMITS, LATE_REQUESTS, BEYOND, EXPECT, INTERLEAVINGS };

static const struct gx_yaml_key keys[] = {
	[NAME] = {"name", true},
	[SUMMARY] = {"summary", false},
	[REFS] = {"refs", false},
	[WORKSPACES] = {"workspaces", true},
	[ACTORS] = {"actors", true},
	[FAULTS] = {"faults", false},
	[LIMITS] = {"limits", false},
	[LATE_REQUESTS] = {"late_requests", false},
	[BEYOND] = {"beyond_gate", false},
	[EXPECT] = {"expect", false},
	[INTERLEAVINGS] = {"interleavings", false},
};

static bool read_name(struct gx_yaml *yaml, const yaml_node_t *node, const char *expected,
		      struct gx_scenario_file *file)
{
	const char *name = gx_yaml_name(yaml, node, "name", GX_SCENARIO_NAME_BYTES - 1);

	if (!name)
		return false;
	if (expected && strcmp(name, expected))
		return gx_yaml_complain(yaml, node,
					"\"name\" is \"%s\", but the file's name says %s; they have to agree", name,
					gx_quote(expected).text);
	strcpy(file->scenario.name, name);
	return true;
}

static bool read_summary(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	const char *text = gx_yaml_text(yaml, node, "summary", "one line of text");

	file->summary = text ? gx_yaml_keep(yaml, text) : NULL;
	return file->summary != NULL;
}

static bool read_refs(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	const char **refs;
	unsigned count;

	if (!gx_yaml_list(yaml, node, "refs", GX_REFS_MAX, &count))
		return false;
	refs = gx_scenario_memory_take(yaml->memory, count * sizeof(*refs));
	if (!refs)
		return gx_yaml_no_memory(yaml);
	for (unsigned i = 0; i < count; i++) {
		const char *text = gx_yaml_text(yaml, gx_yaml_entry(yaml, node, i), "refs", "a list of texts");

		refs[i] = text ? gx_yaml_keep(yaml, text) : NULL;
		if (!refs[i])
			return false;
	}
	file->refs = refs;
	file->ref_count = count;
	return true;
}

static bool read_late_requests(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	return gx_yaml_flag(yaml, node, "late_requests", &file->scenario.late_requests);
}

/* In an order in which what is named has been read before what names it. */
static const struct {
	unsigned key;
	bool (*read)(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file);
} parts[] = {
	{SUMMARY, read_summary},
	{REFS, read_refs},
	{WORKSPACES, gx_scenario_read_workspaces},
	{LIMITS, gx_scenario_read_limits},
	{ACTORS, gx_scenario_read_actors},
	{FAULTS, gx_scenario_read_faults},
	{LATE_REQUESTS, read_late_requests},
	{BEYOND, gx_scenario_read_beyond},
	{EXPECT, gx_scenario_read_expect},
	{INTERLEAVINGS, gx_scenario_read_interleavings},
};

#define POINTS_DEFAULT  20000u
#define TIME_DEFAULT_NS (600 * 1000000000ull)

static bool read_scenario(struct gx_yaml *yaml, const char *name, struct gx_scenario_file *file)
{
	yaml_node_t *values[COUNT(keys)];

	file->summary = "";
	file->scenario.points = POINTS_DEFAULT;
	file->scenario.time_ns = TIME_DEFAULT_NS;
	file->path = gx_yaml_keep(yaml, yaml->path);
	if (!file->path)
		return false;
	if (!gx_yaml_mapping(yaml, yaml_document_get_root_node(yaml->document), "a scenario", keys, COUNT(keys),
			     values) ||
	    !read_name(yaml, values[NAME], name, file))
		return false;
	for (size_t i = 0; i < COUNT(parts); i++)
		if (values[parts[i].key] && !parts[i].read(yaml, values[parts[i].key], file))
			return false;
	return true;
}

/* ---- files ---- */

static bool read_bytes(struct gx_yaml *yaml, const char *name, const char *bytes, size_t size,
		       struct gx_scenario_file *file)
{
	yaml_document_t document;
	bool good;

	if (size > GX_SCENARIO_BYTES_MAX)
		return gx_yaml_complain_at(yaml, (yaml_mark_t){0}, "larger than 1 MiB: this is no scenario");
	if (!check_events(yaml, bytes, size))
		return false;
	/* cppcheck-suppress autoVariables ; the reader does not outlive this call */
	yaml->document = &document;
	if (!make_document(yaml, bytes, size))
		return false;
	good = check_cycles(yaml) && read_scenario(yaml, name, file);
	yaml_document_delete(&document);
	return good;
}

static enum gx_status parse(struct gx_scenario_file **out, const char *path, const char *name, const char *bytes,
			    size_t size, struct gx_error *err)
{
	struct gx_yaml yaml = {.path = path, .memory = gx_scenario_memory_new(), .err = err};
	struct gx_scenario_file *file = yaml.memory ? gx_scenario_memory_take(yaml.memory, sizeof(*file)) : NULL;

	if (file)
		file->memory = yaml.memory;
	else
		gx_yaml_no_memory(&yaml);
	if (!file || !read_bytes(&yaml, name, bytes, size, file)) {
		gx_scenario_memory_free(yaml.memory);
		return yaml.rc;
	}
	*out = file;
	return GX_OK;
}

enum gx_status gx_scenario_parse(struct gx_scenario_file **out, const char *path, const char *bytes, size_t size,
				 struct gx_error *err)
{
	return parse(out, path, NULL, bytes, size, err);
}

/* A byte more than a scenario may have, to see that there is one. */
static enum gx_status slurp(char **out, size_t *size, const char *path, struct gx_error *err)
{
	FILE *in = fopen(path, "re");
	char *bytes = in ? malloc(GX_SCENARIO_BYTES_MAX + 1) : NULL;
	enum gx_status rc = GX_OK;

	if (!in)
		return gx_fail(err, GX_EINPUT, "%.500s: cannot be opened: %s", path, strerror(errno));
	if (!bytes)
		rc = gx_fail(err, GX_ENOMEM, "%.500s: out of memory", path);
	*size = bytes ? fread(bytes, 1, GX_SCENARIO_BYTES_MAX + 1, in) : 0;
	if (bytes && ferror(in))
		rc = gx_fail(err, GX_EINPUT, "%.500s: cannot be read: %s", path, strerror(errno));
	fclose(in);
	if (rc != GX_OK) {
		free(bytes);
		bytes = NULL;
	}
	*out = bytes;
	return rc;
}

/* "scenarios/double-click.yaml" is double-click. The caller frees it. */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t length = strlen(base);

	if (length > 5 && !strcmp(base + length - 5, ".yaml"))
		length -= 5;
	return strndup(base, length);
}

enum gx_status gx_scenario_load(struct gx_scenario_file **out, const char *path, struct gx_error *err)
{
	char *bytes = NULL;
	char *name;
	size_t size = 0;
	enum gx_status rc = slurp(&bytes, &size, path, err);

	if (rc != GX_OK)
		return rc;
	name = name_of(path);
	rc = name ? parse(out, path, name, bytes, size, err) : gx_fail(err, GX_ENOMEM, "%.500s: out of memory", path);
	free(name);
	free(bytes);
	return rc;
}

void gx_scenario_free(struct gx_scenario_file *file)
{
	if (file)
		gx_scenario_memory_free(file->memory);
}

const char *gx_scenario_beyond(const struct gx_scenario_file *file, enum gx_rule rule)
{
	for (unsigned i = 0; i < file->beyond_count; i++)
		if (file->beyond[i].rule == rule)
			return file->beyond[i].because;
	return NULL;
}

const struct gx_interleaving *gx_scenario_interleaving(const struct gx_scenario_file *file, const char *name)
{
	for (unsigned i = 0; i < file->interleaving_count; i++)
		if (!strcmp(file->interleavings[i].name, name))
			return &file->interleavings[i];
	return NULL;
}
