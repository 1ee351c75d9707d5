/*
 * expect.c - what a search has to show, and scripted interleavings.
 */
#include <stdio.h>
#include <string.h>

#include "scenario/find.h"
#include "scenario/internal.h"

/*
 * The contract of a gate (gatecrash/gate.h): [a-z0-9-]{1,63}. Whether there is one is not known here: it may come from
 * outside, as a path does, which is relative to the scenario's file.
 */
enum { GATE_NAME_MAX = 63 };

/* "./mine.so" beside the scenario's file: a path that is good wherever it is played. NULL: complained. */
static const char *beside(struct gx_yaml *yaml, const char *word)
{
	const char *slash = strrchr(yaml->path, '/');
	size_t folder = slash && *word != '/' ? (size_t)(slash - yaml->path) + 1 : 0;
	size_t size = folder + strlen(word) + 3;
	char *path = gx_scenario_memory_take(yaml->memory, size);

	while (folder && !strncmp(word, "./", 2))
		word += 2;
	if (path)
		snprintf(path, size, "%.*s%s%s", (int)folder, yaml->path, folder || strchr(word, '/') ? "" : "./",
			 word);
	else
		gx_yaml_no_memory(yaml);
	return path;
}

static bool read_gate(struct gx_yaml *yaml, const yaml_node_t *node, const char **gate, const char **path)
{
	const char *word = gx_yaml_text(yaml, node, "gate", "a name, or the path of a gate of your own");

	if (!word)
		return false;
	*path = NULL;
	if (!gx_names_a_file(word))
		word = gx_yaml_name(yaml, node, "gate", GATE_NAME_MAX);
	else if (!(*path = beside(yaml, word)))
		return false;
	*gate = word ? gx_yaml_keep(yaml, word) : NULL;
	return *gate;
}

/* One rule, which is added to the set. */
static bool read_rule(struct gx_yaml *yaml, const yaml_node_t *node, const char *key, gx_rule_set *set,
		      enum gx_rule *rule)
{
	const char *word = gx_yaml_text(yaml, node, key, "a list of rules");
	const char *names[GX_RULE_COUNT];

	if (!word)
		return false;
	*rule = gx_rule_find(word);
	if (*rule == GX_RULE_COUNT) {
		for (unsigned i = 0; i < GX_RULE_COUNT; i++)
			names[i] = gx_rule_name((enum gx_rule)i);
		return gx_yaml_unknown(yaml, node, "rule", word, names, GX_RULE_COUNT);
	}
	if (*set & gx_rule_bit(*rule))
		return gx_yaml_complain(yaml, node, "the rule \"%s\" is named twice", word);
	*set |= gx_rule_bit(*rule);
	return true;
}

static bool read_finds(struct gx_yaml *yaml, const yaml_node_t *node, gx_rule_set *set)
{
	enum gx_rule rule;
	unsigned count;

	*set = 0;
	if (!gx_yaml_list(yaml, node, "finds", GX_RULE_COUNT, &count))
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!read_rule(yaml, gx_yaml_entry(yaml, node, i), "finds", set, &rule))
			return false;
	return true;
}

/* ---- what no gate can help ---- */

/* `stale-bearer`, or {rule: stale-bearer, because: "..."}. */
static bool read_beyond(struct gx_yaml *yaml, const yaml_node_t *node, gx_rule_set *set, struct gx_beyond *out)
{
	enum { RULE, BECAUSE };
	static const struct gx_yaml_key keys[] = {[RULE] = {"rule", true}, [BECAUSE] = {"because", false}};
	yaml_node_t *values[COUNT(keys)];
	const char *because = "";

	if (node->type == YAML_SCALAR_NODE) {
		out->because = because;
		return read_rule(yaml, node, "beyond_gate", set, &out->rule);
	}
	if (!gx_yaml_mapping(yaml, node, "an entry of \"beyond_gate\"", keys, COUNT(keys), values))
		return false;
	if (values[BECAUSE])
		because = gx_yaml_text(yaml, values[BECAUSE], "because", "text");
	out->because = because ? gx_yaml_keep(yaml, because) : NULL;
	return out->because && read_rule(yaml, values[RULE], "rule", set, &out->rule);
}

bool gx_scenario_read_beyond(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	struct gx_beyond *all;
	gx_rule_set set = 0;
	unsigned count;

	if (!gx_yaml_list(yaml, node, "beyond_gate", GX_RULE_COUNT, &count))
		return false;
	all = gx_scenario_memory_take(yaml->memory, count * sizeof(*all));
	if (!all)
		return gx_yaml_no_memory(yaml);
	for (unsigned i = 0; i < count; i++)
		if (!read_beyond(yaml, gx_yaml_entry(yaml, node, i), &set, &all[i]))
			return false;
	file->beyond = all;
	file->beyond_count = count;
	return true;
}

/* ---- expectations ---- */

static bool read_expectation(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_expectation *all, unsigned index)
{
	enum { GATE, FINDS };
	static const struct gx_yaml_key keys[] = {[GATE] = {"gate", true}, [FINDS] = {"finds", true}};
	yaml_node_t *values[COUNT(keys)];

	if (!gx_yaml_mapping(yaml, node, "an expectation", keys, COUNT(keys), values))
		return false;
	all[index].line = gx_yaml_line(values[GATE]);
	if (!read_gate(yaml, values[GATE], &all[index].gate, &all[index].gate_path))
		return false;
	for (unsigned i = 0; i < index; i++)
		if (!strcmp(all[i].gate, all[index].gate))
			return gx_yaml_complain(yaml, values[GATE],
						"a second expectation for the gate \"%s\"; the first is in line %u",
						all[i].gate, all[i].line);
	return read_finds(yaml, values[FINDS], &all[index].rules);
}

bool gx_scenario_read_expect(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	struct gx_expectation *all;
	unsigned count;

	if (!gx_yaml_list(yaml, node, "expect", GX_EXPECTATIONS_MAX, &count))
		return false;
	all = gx_scenario_memory_take(yaml->memory, count * sizeof(*all));
	if (!all)
		return gx_yaml_no_memory(yaml);
	for (unsigned i = 0; i < count; i++)
		if (!read_expectation(yaml, gx_yaml_entry(yaml, node, i), all, i))
			return false;
	file->expectations = all;
	file->expectation_count = count;
	return true;
}

/* ---- tasks ---- */

/*
 * Names of tasks (story/names.h) up to the first slash: actors, drivers, and per workspace its container and probes.
 */
enum { FIRSTS_MAX = GX_ACTORS_MAX + 3 + 3 * GX_WORKSPACES_MAX, FIRST_BYTES = 96 };

struct firsts {
	char text[FIRSTS_MAX][FIRST_BYTES];
	const char *words[FIRSTS_MAX];
	unsigned count;
};

static void GX_PRINTF(2, 3) add_first(struct firsts *firsts, const char *format, ...)
{
	char *text = firsts->text[firsts->count];
	va_list args;

	va_start(args, format);
	vsnprintf(text, FIRST_BYTES, format, args);
	va_end(args);
	firsts->words[firsts->count++] = text;
}

static void list_firsts(struct firsts *firsts, const struct gx_scenario *scenario)
{
	firsts->count = 0;
	for (unsigned i = 0; i < scenario->actor_count; i++)
		add_first(firsts, "%s", scenario->actors[i].name);
	add_first(firsts, "clock");
	add_first(firsts, "gate.open");
	add_first(firsts, "gate.close");
	for (unsigned i = 0; i < scenario->workspace_count; i++) {
		add_first(firsts, "container(%s)#1", scenario->workspaces[i].name);
		add_first(firsts, "probe-manual(%s)", scenario->workspaces[i].name);
		add_first(firsts, "probe-programmatic(%s)", scenario->workspaces[i].name);
	}
}

/* "#12" at the end of text[0..length), and where it begins; 0 if there is none. */
static size_t number_at(const char *text, size_t length)
{
	size_t digits = 0;

	while (digits < length && text[length - digits - 1] >= '0' && text[length - digits - 1] <= '9')
		digits++;
	if (!digits || digits > 4 || digits == length || text[length - digits] == '0' ||
	    text[length - digits - 1] != '#')
		return 0;
	return length - digits - 1;
}

/* The first part is one of the words, but containers may have any number. */
static bool is_first(const struct firsts *firsts, const char *text, size_t length)
{
	size_t number = number_at(text, length);

	for (unsigned i = 0; i < firsts->count; i++) {
		const char *word = firsts->words[i];

		if (strlen(word) == length && !strncmp(word, text, length))
			return true;
		if (number && !strncmp(word, "container(", 10) && strlen(word) == number + 2 &&
		    !strncmp(word, text, number))
			return true;
	}
	return false;
}

/* "/go#1/thread#2" or nothing. */
static bool are_descendants(const char *text)
{
	while (*text == '/') {
		size_t length = strcspn(text + 1, "/");
		size_t number = number_at(text + 1, length);

		if (!(number == 2 && !strncmp(text + 1, "go", 2)) && !(number == 6 && !strncmp(text + 1, "thread", 6)))
			return false;
		text += 1 + length;
	}
	return !*text;
}

static const char *read_task(struct gx_yaml *yaml, const yaml_node_t *node, const struct gx_scenario *scenario)
{
	const char *text = gx_yaml_text(yaml, node, "run", "the name of a task");
	struct firsts firsts;
	size_t length;

	if (!text)
		return NULL;
	list_firsts(&firsts, scenario);
	length = strcspn(text, "/");
	if (!is_first(&firsts, text, length)) {
		gx_yaml_unknown(yaml, node, "task", text, firsts.words, firsts.count);
		return NULL;
	}
	if (!are_descendants(text + length)) {
		gx_yaml_complain(yaml, node, "there is no task %s; what a task made is named /go#1 or /thread#1",
				 gx_quote(text).text);
		return NULL;
	}
	return gx_yaml_keep(yaml, text);
}

/* ---- interleavings ---- */

static bool read_step(struct gx_yaml *yaml, const yaml_node_t *node, const struct gx_scenario *scenario,
		      struct gx_recipe_step *out)
{
	enum { RUN, UNTIL };
	static const struct gx_yaml_key keys[] = {[RUN] = {"run", true}, [UNTIL] = {"until", false}};
	yaml_node_t *values[COUNT(keys)];

	if (!gx_yaml_mapping(yaml, node, "a step", keys, COUNT(keys), values))
		return false;
	out->line = gx_yaml_line(node);
	out->task = read_task(yaml, values[RUN], scenario);
	if (!out->task)
		return false;
	if (!strcmp(out->task, "clock")) {
		out->until = GX_UNTIL_TICK;
		return !values[UNTIL] ||
		       gx_yaml_complain(yaml, values[UNTIL], "the clock takes no \"until\": each step is one tick");
	}
	if (!values[UNTIL])
		return gx_yaml_complain(yaml, node,
					"a step needs the key \"until\": an op such as docker.create, end or blocked");
	return gx_scenario_read_until(yaml, values[UNTIL], out);
}

static bool read_steps(struct gx_yaml *yaml, const yaml_node_t *node, const struct gx_scenario *scenario,
		       struct gx_interleaving *out)
{
	struct gx_recipe_step *steps;
	unsigned count;

	if (!gx_yaml_list(yaml, node, "steps", GX_RECIPE_STEPS_MAX, &count))
		return false;
	steps = gx_scenario_memory_take(yaml->memory, count * sizeof(*steps));
	if (!steps)
		return gx_yaml_no_memory(yaml);
	for (unsigned i = 0; i < count; i++)
		if (!read_step(yaml, gx_yaml_entry(yaml, node, i), scenario, &steps[i]))
			return false;
	out->steps = steps;
	out->step_count = count;
	return true;
}

static bool read_interleaving_name(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_interleaving *all,
				   unsigned index)
{
	const char *name = gx_yaml_name(yaml, node, "name", GX_SCENARIO_NAME_BYTES - 1);

	all[index].name = name ? gx_yaml_keep(yaml, name) : NULL;
	if (!all[index].name)
		return false;
	for (unsigned i = 0; i < index; i++)
		if (!strcmp(all[i].name, name))
			return gx_yaml_complain(yaml, node, "two interleavings are named \"%s\"", name);
	return true;
}

static bool read_interleaving(struct gx_yaml *yaml, const yaml_node_t *node, const struct gx_scenario *scenario,
			      struct gx_interleaving *all, unsigned index)
{
	enum { NAME, GATE, FINDS, STEPS };
	static const struct gx_yaml_key keys[] = {
		[NAME] = {"name", true}, [GATE] = {"gate", true}, [FINDS] = {"finds", true}, [STEPS] = {"steps", true}};
	yaml_node_t *values[COUNT(keys)];

	if (!gx_yaml_mapping(yaml, node, "an interleaving", keys, COUNT(keys), values) ||
	    !read_interleaving_name(yaml, values[NAME], all, index))
		return false;
	all[index].line = gx_yaml_line(values[GATE]);
	return read_gate(yaml, values[GATE], &all[index].gate, &all[index].gate_path) &&
	       read_finds(yaml, values[FINDS], &all[index].rules) &&
	       read_steps(yaml, values[STEPS], scenario, &all[index]);
}

bool gx_scenario_read_interleavings(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	struct gx_interleaving *all;
	unsigned count;

	if (!gx_yaml_list(yaml, node, "interleavings", GX_INTERLEAVINGS_MAX, &count))
		return false;
	all = gx_scenario_memory_take(yaml->memory, count * sizeof(*all));
	if (!all)
		return gx_yaml_no_memory(yaml);
	for (unsigned i = 0; i < count; i++)
		if (!read_interleaving(yaml, gx_yaml_entry(yaml, node, i), &file->scenario, all, i))
			return false;
	file->interleavings = all;
	file->interleaving_count = count;
	return true;
}
