/*
 * Property: bytes are either refused in one line that begins with the path and has no control characters, or they are
 * a scenario whose every index, count and name is one that the models can use.
 */
#include <string.h>

#include "docker/engine.h"
#include "posix/posix.h"
#include "rules/judge.h"
#include "scenario/file.h"
#include "scenario/nearest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char path[] = "fuzz.yaml";

int LLVMFuzzerInitialize(int *argc GX_UNUSED, char ***argv GX_UNUSED)
{
	gx_facts_register();
	gx_docker_register_labels();
	gx_posix_register_labels();
	return 0;
}

static void check_line(const char *text)
{
	for (; *text; text++)
		GX_ASSERT(!gx_control_length(text));
}

static void check_name(const char *name, size_t max)
{
	size_t length = strnlen(name, max + 1);

	GX_ASSERT(length >= 1 && length <= max);
	GX_ASSERT(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-#") == length);
}

static void check_actor(const struct gx_scenario *scenario, unsigned index)
{
	const struct gx_actor *actor = &scenario->actors[index];

	check_name(actor->name, GX_SCENARIO_NAME_BYTES - 1);
	GX_ASSERT((unsigned)actor->kind < GX_ACTOR_KINDS);
	GX_ASSERT(actor->workspace < scenario->workspace_count);
	GX_ASSERT(actor->number >= 1 && actor->number <= index + 1);
	GX_ASSERT(actor->at_ns <= GX_SCENARIO_HOURS_MAX * 3600000000000ull);
	for (unsigned i = 0; i < index; i++)
		GX_ASSERT(strcmp(scenario->actors[i].name, actor->name) != 0);
}

static void check_scenario(const struct gx_scenario *scenario)
{
	check_name(scenario->name, GX_SCENARIO_NAME_BYTES - 1);
	GX_ASSERT(scenario->workspace_count >= 1 && scenario->workspace_count <= GX_WORKSPACES_MAX);
	for (unsigned i = 0; i < scenario->workspace_count; i++) {
		check_name(scenario->workspaces[i].name, GX_SCENARIO_NAME_BYTES - 1);
		GX_ASSERT(scenario->workspaces[i].state <= GX_ROW_REMOVED);
	}
	GX_ASSERT(scenario->actor_count >= 1 && scenario->actor_count <= GX_ACTORS_MAX);
	for (unsigned i = 0; i < scenario->actor_count; i++)
		check_actor(scenario, i);
	GX_ASSERT(scenario->fault_count <= GX_FAULTS_MAX);
	for (unsigned i = 0; i < scenario->fault_count; i++) {
		const struct gx_scenario_fault *fault = &scenario->faults[i];

		GX_ASSERT(fault->label >= GX_LABELS_DOCKER && fault->label < GX_L_DOCKER_END);
		GX_ASSERT(fault->status >= 400 && fault->status <= 599);
		GX_ASSERT(fault->times >= 1 && fault->times <= 255);
	}
	GX_ASSERT(scenario->points >= 1 && scenario->points <= GX_SCENARIO_POINTS_MAX);
	GX_ASSERT(scenario->time_ns >= 1 && scenario->time_ns <= GX_SCENARIO_HOURS_MAX * 3600000000000ull);
}

static void check_step(const struct gx_recipe_step *step)
{
	GX_ASSERT(*step->task);
	check_line(step->task);
	GX_ASSERT((step->until == GX_UNTIL_OP) == (step->label != NULL));
	GX_ASSERT((step->until == GX_UNTIL_TICK) == !strcmp(step->task, "clock"));
	if (step->label)
		check_line(step->label);
	GX_ASSERT(step->line >= 1);
}

static void check_file(const struct gx_scenario_file *file)
{
	GX_ASSERT(!strcmp(file->path, path));
	check_line(file->summary);
	check_scenario(&file->scenario);
	for (unsigned i = 0; i < file->ref_count; i++)
		check_line(file->refs[i]);
	for (unsigned i = 0; i < file->expectation_count; i++) {
		check_name(file->expectations[i].gate, 63);
		GX_ASSERT(file->expectations[i].rules < 1u << GX_RULE_COUNT);
	}
	for (unsigned i = 0; i < file->interleaving_count; i++) {
		const struct gx_interleaving *script = &file->interleavings[i];

		check_name(script->gate, 63);
		GX_ASSERT(script->rules < 1u << GX_RULE_COUNT);
		GX_ASSERT(gx_scenario_interleaving(file, script->name) == script);
		for (unsigned j = 0; j < script->step_count; j++)
			check_step(&script->steps[j]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gx_scenario_file *file = NULL;
	struct gx_error err = {{0}};

	if (gx_scenario_parse(&file, path, (const char *)data, size, &err) == GX_OK) {
		check_file(file);
	} else {
		GX_ASSERT(!file);
		GX_ASSERT(!strncmp(err.text, path, strlen(path)));
		check_line(err.text);
	}
	gx_scenario_free(file);
	return 0;
}
