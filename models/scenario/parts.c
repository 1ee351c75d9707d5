/*
 * parts.c - workspaces, actors and limits.
 */
#include <stdio.h>
#include <string.h>

#include "scenario/internal.h"

/*
 * Every actor may send a request, and each workspace gets two probes: they have ids in any scenario that has its
 * actors.
 */
_Static_assert(GX_ACTORS_MAX + 2 * GX_WORKSPACES_MAX <= GX_REQUESTS_MAX, "all requests and probes have an id");

/* ---- workspaces ---- */

static bool read_state(struct gx_yaml *yaml, const yaml_node_t *node, enum gx_row_status *out)
{
	const char *words[GX_ROW_REMOVED + 1];
	unsigned state;

	for (unsigned i = 0; i < COUNT(words); i++)
		words[i] = gx_row_status_name((enum gx_row_status)i);
	if (!gx_yaml_word(yaml, node, "state", words, COUNT(words), &state))
		return false;
	*out = (enum gx_row_status)state;
	return true;
}

static bool read_backend(struct gx_yaml *yaml, const yaml_node_t *node, bool *out)
{
	static const char *const words[] = {"none", "docker"};
	unsigned backend;

	if (!gx_yaml_word(yaml, node, "backend", words, COUNT(words), &backend))
		return false;
	*out = backend;
	return true;
}

static bool read_workspace(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario *scenario)
{
	enum { NAME, STATE, BACKEND };
	static const struct gx_yaml_key keys[] =
		{[NAME] = {"name", true}, [STATE] = {"state", false}, [BACKEND] = {"backend", false}};
	struct gx_scenario_workspace *workspace = &scenario->workspaces[scenario->workspace_count];
	yaml_node_t *values[COUNT(keys)];
	const char *name;

	*workspace = (struct gx_scenario_workspace){.state = GX_ROW_ONLINE, .backend = true};
	if (!gx_yaml_mapping(yaml, node, "a workspace", keys, COUNT(keys), values))
		return false;
	name = gx_yaml_name(yaml, values[NAME], "name", GX_SCENARIO_NAME_BYTES - 1);
	if (!name)
		return false;
	for (unsigned i = 0; i < scenario->workspace_count; i++)
		if (!strcmp(scenario->workspaces[i].name, name))
			return gx_yaml_complain(yaml, values[NAME], "two workspaces are named \"%s\"", name);
	strcpy(workspace->name, name);
	if ((values[STATE] && !read_state(yaml, values[STATE], &workspace->state)) ||
	    (values[BACKEND] && !read_backend(yaml, values[BACKEND], &workspace->backend)))
		return false;
	scenario->workspace_count++;
	return true;
}

bool gx_scenario_read_workspaces(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	unsigned count;

	if (!gx_yaml_list(yaml, node, "workspaces", GX_WORKSPACES_MAX, &count))
		return false;
	if (!count)
		return gx_yaml_complain(yaml, node, "\"workspaces\" is empty; one at least is needed");
	for (unsigned i = 0; i < count; i++)
		if (!read_workspace(yaml, gx_yaml_entry(yaml, node, i), &file->scenario))
			return false;
	return true;
}

/* ---- actors ---- */

/* The fields of one entry, which stands for `count` actors. */
struct entry {
	enum gx_actor_kind kind;
	unsigned workspace;
	uint64_t at_ns;
	int64_t by_ns;
	unsigned count;
};

enum { DO, ON, AT, COUNT_OF, BY };

static bool read_kind(struct gx_yaml *yaml, const yaml_node_t *node, enum gx_actor_kind *out)
{
	const char *words[GX_ACTOR_KINDS];
	unsigned kind;

	for (unsigned i = 0; i < GX_ACTOR_KINDS; i++)
		words[i] = gx_actor_kind_name((enum gx_actor_kind)i);
	if (!gx_yaml_word(yaml, node, "do", words, GX_ACTOR_KINDS, &kind))
		return false;
	*out = (enum gx_actor_kind)kind;
	return true;
}

static bool read_on(struct gx_yaml *yaml, const yaml_node_t *node, const struct gx_scenario *scenario, unsigned *out)
{
	const char *word = gx_yaml_text(yaml, node, "on", "the name of a workspace");
	const char *names[GX_WORKSPACES_MAX];

	if (!word)
		return false;
	for (unsigned i = 0; i < scenario->workspace_count; i++) {
		names[i] = scenario->workspaces[i].name;
		if (!strcmp(names[i], word)) {
			*out = i;
			return true;
		}
	}
	return gx_yaml_unknown(yaml, node, "workspace", word, names, scenario->workspace_count);
}

static unsigned count_of_kind(const struct gx_scenario *scenario, enum gx_actor_kind kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < scenario->actor_count; i++)
		count += scenario->actors[i].kind == kind;
	return count;
}

/* Of a kind that comes once. */
static bool check_once(struct gx_yaml *yaml, yaml_node_t *const *values, const struct gx_scenario *scenario,
		       const struct entry *entry)
{
	const struct gx_actor_row *row = gx_actor_row(entry->kind);

	if (values[COUNT_OF])
		return gx_yaml_complain(yaml, values[COUNT_OF], "%s takes no \"count\": it happens once", row->name);
	if (count_of_kind(scenario, entry->kind))
		return gx_yaml_complain(yaml, values[DO], "a second %s; %s", row->name, row->once);
	return true;
}

static bool read_target(struct gx_yaml *yaml, const yaml_node_t *node, yaml_node_t *const *values,
			const struct gx_scenario *scenario, struct entry *entry)
{
	const struct gx_actor_row *row = gx_actor_row(entry->kind);
	const struct gx_scenario_workspace *workspace;

	if (row->traits & GX_ACTOR_OF_ALL)
		return !values[ON] ||
		       gx_yaml_complain(yaml, values[ON], "%s takes no \"on\": it concerns all workspaces", row->name);
	if (!values[ON])
		return gx_yaml_complain(yaml, node, "%s needs the key \"on\", the name of a workspace", row->name);
	if (!read_on(yaml, values[ON], scenario, &entry->workspace))
		return false;
	workspace = &scenario->workspaces[entry->workspace];
	if (row->traits & GX_ACTOR_MAKES_WORKSPACE && workspace->state != GX_ROW_NONE)
		return gx_yaml_complain(yaml, values[ON],
					"%s makes a workspace whose state is none, but \"%s\" begins as %s", row->name,
					workspace->name, gx_row_status_name(workspace->state));
	return true;
}

static void add_actor(struct gx_scenario *scenario, const struct entry *entry)
{
	struct gx_actor *actor = &scenario->actors[scenario->actor_count];

	*actor = (struct gx_actor){
		.kind = entry->kind,
		.number = count_of_kind(scenario, entry->kind) + 1,
		.workspace = entry->workspace,
		.at_ns = entry->at_ns,
		.by_ns = entry->by_ns,
	};
	snprintf(actor->name, sizeof(actor->name), "%s#%u", gx_actor_kind_name(actor->kind), actor->number);
	scenario->actor_count++;
}

/* Whoever arrives when the execution is over never acts: what would show is the limit, and it would be held against the gate. */
static bool read_arrival(struct gx_yaml *yaml, const yaml_node_t *node, const struct gx_scenario *scenario,
			 struct entry *entry)
{
	if (!gx_yaml_duration(yaml, node, "at", &entry->at_ns))
		return false;
	if (entry->at_ns < scenario->time_ns)
		return true;
	return gx_yaml_complain(
		yaml, node,
		"\"at\" is %s, but an execution ends at %s, the \"time\" of \"limits\": arrive earlier, or allow more",
		gx_yaml_duration_text(entry->at_ns).text, gx_yaml_duration_text(scenario->time_ns).text);
}

/* Times further away than that are not known as times (core/shift.h). */
enum { BY_HOURS_MAX = 23 };

static bool read_by(struct gx_yaml *yaml, const yaml_node_t *node, const yaml_node_t *value,
		    const struct gx_actor_row *row, int64_t *out)
{
	if (!(row->traits & GX_ACTOR_IS_MACHINE))
		return !value || gx_yaml_complain(yaml, value, "%s takes no \"by\"", row->name);
	if (!value)
		return gx_yaml_complain(yaml, node, "%s needs the key \"by\": 1h, or -1h for back", row->name);
	if (!gx_yaml_signed_duration(yaml, value, "by", out))
		return false;
	if (!*out || *out > BY_HOURS_MAX * 3600000000000 || *out < -BY_HOURS_MAX * 3600000000000)
		return gx_yaml_complain(yaml, value, "\"by\" is more than nothing and at most %dh, forward or back",
					BY_HOURS_MAX);
	return true;
}

static bool read_actor(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario *scenario)
{
	static const struct gx_yaml_key keys[] = {[DO] = {"do", true},
						  [ON] = {"on", false},
						  [AT] = {"at", false},
						  [COUNT_OF] = {"count", false},
						  [BY] = {"by", false}};
	struct entry entry = {.count = 1};
	yaml_node_t *values[COUNT(keys)];

	if (!gx_yaml_mapping(yaml, node, "an actor", keys, COUNT(keys), values) ||
	    !read_kind(yaml, values[DO], &entry.kind) || !read_target(yaml, node, values, scenario, &entry))
		return false;
	if (gx_actor_row(entry.kind)->once && !check_once(yaml, values, scenario, &entry))
		return false;
	if (!read_by(yaml, node, values[BY], gx_actor_row(entry.kind), &entry.by_ns))
		return false;
	if ((values[AT] && !read_arrival(yaml, values[AT], scenario, &entry)) ||
	    (values[COUNT_OF] && !gx_yaml_number(yaml, values[COUNT_OF], "count", 1, GX_ACTORS_MAX, &entry.count)))
		return false;
	if (scenario->actor_count + entry.count > GX_ACTORS_MAX)
		return gx_yaml_complain(yaml, node, "%u actors with this one; at most %u fit",
					scenario->actor_count + entry.count, GX_ACTORS_MAX);
	for (unsigned i = 0; i < entry.count; i++)
		add_actor(scenario, &entry);
	return true;
}

bool gx_scenario_read_actors(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	unsigned count;

	if (!gx_yaml_list(yaml, node, "actors", GX_ACTORS_MAX, &count))
		return false;
	if (!count)
		return gx_yaml_complain(yaml, node, "\"actors\" is empty; one at least is needed");
	for (unsigned i = 0; i < count; i++)
		if (!read_actor(yaml, gx_yaml_entry(yaml, node, i), &file->scenario))
			return false;
	return true;
}

/* ---- limits ---- */

enum { SPURIOUS_MAX = 1000 };

bool gx_scenario_read_limits(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	enum { POINTS, TIME, SPURIOUS };
	static const struct gx_yaml_key keys[] =
		{[POINTS] = {"points", false}, [TIME] = {"time", false}, [SPURIOUS] = {"spurious", false}};
	struct gx_scenario *scenario = &file->scenario;
	yaml_node_t *values[COUNT(keys)];
	unsigned points = scenario->points;
	unsigned spurious = scenario->spurious;

	if (!gx_yaml_mapping(yaml, node, "\"limits\"", keys, COUNT(keys), values))
		return false;
	if ((values[POINTS] && !gx_yaml_number(yaml, values[POINTS], "points", 1, GX_SCENARIO_POINTS_MAX, &points)) ||
	    (values[TIME] && !gx_yaml_duration(yaml, values[TIME], "time", &scenario->time_ns)) ||
	    (values[SPURIOUS] && !gx_yaml_number(yaml, values[SPURIOUS], "spurious", 0, SPURIOUS_MAX, &spurious)))
		return false;
	scenario->bounds_spurious = values[SPURIOUS] != NULL;
	scenario->spurious = spurious;
	if (!scenario->time_ns)
		return gx_yaml_wrong(yaml, values[TIME], "time", "longer than 0s");
	scenario->points = points;
	return true;
}
