/*
 * labels.c - what a scenario says about ops: where faults strike, where a task of a recipe stops.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "docker/engine.h"
#include "scenario/internal.h"

/* "docker.create" begins docker.create.reserve, as does the whole label; "docker.cr" does not. */
static bool begins(const char *beginning, const char *label)
{
	size_t length = strlen(beginning);

	return !strncmp(label, beginning, length) && (!label[length] || label[length] == '.');
}

/* ---- words that could have been meant ---- */

typedef bool label_fn(unsigned label);

/*
 * The nearest of all labels that fit, and of their beginnings of two words or more; "" if none is near. So
 * "docker.creat" finds docker.create, which is a label of nobody's.
 */
struct beginning {
	char text[64];
};

static struct beginning nearest_beginning(const char *word, label_fn *fits)
{
	struct beginning tried[2] = {0}; /* the best, and the next to be compared with it */
	const char *words[] = {tried[0].text, tried[1].text};

	for (unsigned label = 1; label < GX_LABELS_END; label++) {
		const char *name = gx_label_name(label);

		for (size_t i = 1; fits(label) && name[i - 1] && i < sizeof(tried[1].text); i++) {
			const char *nearest;

			if (name[i] && (name[i] != '.' || !memchr(name, '.', i)))
				continue;
			memcpy(tried[1].text, name, i);
			tried[1].text[i] = '\0';
			nearest = tried[0].text[0] ? gx_nearest(word, words, 2) : gx_nearest(word, &words[1], 1);
			if (nearest == tried[1].text)
				tried[0] = tried[1];
		}
	}
	return tried[0];
}

static bool unknown_label(struct gx_yaml *yaml, const yaml_node_t *node, const char *kind, const char *word,
			  label_fn *fits, const char *examples)
{
	struct beginning nearest = nearest_beginning(word, fits);

	if (nearest.text[0])
		return gx_yaml_complain(yaml, node, "there is no %s %s; did you mean \"%s\"?", kind,
					gx_quote(word).text, nearest.text);
	return gx_yaml_complain(yaml, node, "there is no %s %s%s", kind, gx_quote(word).text, examples);
}

/* ---- faults ---- */

/* Where the engine asks for a fault (docker/engine.h): the first step of each request, and two more. */
static const unsigned faulty[] = {
	GX_L_DOCKER_CREATE_RESERVE, GX_L_DOCKER_CREATE_REGISTER,
	GX_L_DOCKER_START_CHECK,    GX_L_DOCKER_START,
	GX_L_DOCKER_STOP,           GX_L_DOCKER_KILL,
	GX_L_DOCKER_REMOVE_LOOKUP,  GX_L_DOCKER_PAUSE,
	GX_L_DOCKER_UNPAUSE,        GX_L_DOCKER_INSPECT,
	GX_L_DOCKER_EXEC,           GX_L_DOCKER_LIST,
	GX_L_DOCKER_RENAME_RESERVE, GX_L_DOCKER_WAIT,
	GX_L_DOCKER_ARCHIVE_PUT,    GX_L_DOCKER_VOLUME_CREATE,
	GX_L_DOCKER_VOLUME_INSPECT, GX_L_DOCKER_VOLUME_REMOVE,
	GX_L_DOCKER_VOLUME_WRITE,   GX_L_DOCKER_VOLUME_READ,
	GX_L_DOCKER_IMAGE_INSPECT,  GX_L_DOCKER_IMAGE_PULL,
	GX_L_COND_SIGNAL,
};

bool gx_scenario_can_fail(unsigned label)
{
	for (size_t i = 0; i < COUNT(faulty); i++)
		if (faulty[i] == label)
			return true;
	return false;
}

static bool read_fault_label(struct gx_yaml *yaml, const yaml_node_t *node, unsigned *out)
{
	const char *word = gx_yaml_text(yaml, node, "on", "the label of a docker op, or cond.signal");
	unsigned exact = word ? gx_label_find(word) : 0;

	if (!word)
		return false;
	if (gx_scenario_can_fail(exact)) {
		*out = exact;
		return true;
	}
	if (exact >= GX_LABELS_DOCKER && exact < GX_L_DOCKER_END)
		return gx_yaml_complain(yaml, node,
					"no fault can strike at \"%s\", only where a request begins, at "
					"docker.create.register and at docker.start",
					word);
	for (size_t i = 0; i < COUNT(faulty); i++)
		if (begins(word, gx_label_name(faulty[i])) && strcmp(word, "docker")) {
			*out = faulty[i];
			return true;
		}
	return unknown_label(yaml, node, "docker op", word, gx_scenario_can_fail,
			     "; `gatecrash list ops` names them, one is docker.create");
}

/* "lost": of a signal that wakes nobody. */
static bool read_lost(struct gx_yaml *yaml, const yaml_node_t *node)
{
	const char *text = gx_yaml_text(yaml, node, "give", "lost, of cond.signal");

	return text && (!strcmp(text, "lost") || gx_yaml_wrong(yaml, node, "give", "lost, of cond.signal"));
}

/* "error 500" */
static bool read_give(struct gx_yaml *yaml, const yaml_node_t *node, unsigned label, unsigned *status)
{
	static const char expected[] = "an error from 400 to 599, such as error 500";
	const char *text;

	if (label == GX_L_COND_SIGNAL)
		return read_lost(yaml, node);
	text = gx_yaml_text(yaml, node, "give", expected);
	if (!text)
		return false;
	if (strncmp(text, "error ", 6) || strlen(text) != 9 || strspn(text + 6, "0123456789") != 3)
		return gx_yaml_wrong(yaml, node, "give", expected);
	*status = (unsigned)strtoul(text + 6, NULL, 10);
	if (*status < 400 || *status > 599)
		return gx_yaml_wrong(yaml, node, "give", expected);
	return true;
}

/* The service counts down in a byte. */
enum { TIMES_MAX = 255 };

static bool read_fault(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_fault *out)
{
	enum { ON, GIVE, TIMES };
	static const struct gx_yaml_key keys[] =
		{[ON] = {"on", true}, [GIVE] = {"give", true}, [TIMES] = {"times", false}};
	yaml_node_t *values[COUNT(keys)];

	*out = (struct gx_scenario_fault){.times = 1};
	return gx_yaml_mapping(yaml, node, "a fault", keys, COUNT(keys), values) &&
	       read_fault_label(yaml, values[ON], &out->label) &&
	       read_give(yaml, values[GIVE], out->label, &out->status) &&
	       (!values[TIMES] || gx_yaml_number(yaml, values[TIMES], "times", 1, TIMES_MAX, &out->times));
}

bool gx_scenario_read_faults(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_scenario_file *file)
{
	unsigned count;

	if (!gx_yaml_list(yaml, node, "faults", GX_FAULTS_MAX, &count))
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!read_fault(yaml, gx_yaml_entry(yaml, node, i), &file->scenario.faults[i]))
			return false;
	file->scenario.fault_count = count;
	return true;
}

/* ---- recipes ---- */

/*
 * No task is ever parked at a fact. Nor does one come to task.begin, where all are before a recipe can have a line for them; the clock is
 * no task; and two of the engine's steps are only for its tests.
 */
bool gx_scenario_is_op(unsigned label)
{
	static const unsigned others[] = {GX_L_DOCKER_ANSWER, GX_L_DOCKER_START_FINISH, GX_L_DOCKER_RENAME_RELEASE};

	if (label < GX_LABELS_CORE_END)
		return label == GX_L_SLEEP;
	for (size_t i = 0; i < COUNT(others); i++)
		if (label == others[i])
			return false;
	if (gx_posix_is_fact(label))
		return false;
	return !(label >= GX_LABELS_SERVICE && label < (unsigned)GX_F_END) && strcmp(gx_label_name(label), "?") != 0;
}

/* What is told and not done has a label, too, and somebody has seen it in a report. */
static bool is_told_only(const char *word)
{
	unsigned label = gx_label_find(word);

	return label && !gx_scenario_is_op(label);
}

static bool begins_an_op(const char *word)
{
	for (unsigned label = 1; label < GX_LABELS_END; label++)
		if (gx_scenario_is_op(label) && begins(word, gx_label_name(label)))
			return true;
	return false;
}

bool gx_scenario_read_until(struct gx_yaml *yaml, const yaml_node_t *node, struct gx_recipe_step *step)
{
	const char *word = gx_yaml_text(yaml, node, "until", "the label of an op, end or blocked");

	if (!word)
		return false;
	if (!strcmp(word, "end") || !strcmp(word, "blocked")) {
		step->until = word[0] == 'e' ? GX_UNTIL_END : GX_UNTIL_BLOCKED;
		return true;
	}
	if (is_told_only(word))
		return gx_yaml_complain(
			yaml, node,
			"no task ever stops at \"%s\"; `gatecrash list ops` names where, others are end and "
			"blocked",
			word);
	if (!begins_an_op(word))
		return unknown_label(yaml, node, "op", word, gx_scenario_is_op,
				     "; `gatecrash list ops` names them, others are end and blocked");
	step->until = GX_UNTIL_OP;
	step->label = gx_yaml_keep(yaml, word);
	return step->label != NULL;
}
