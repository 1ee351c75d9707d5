/*
 * stage.c - the engine's side of a scenario: what is there at the beginning, what happens to containers, what is there at the end.
 */
#include "core/task.h"
#include "service/labels.h"
#include "service/service.h"

#include <stdio.h>

/* Identities of what was there before the first task: below any that gx_task_serial() gives. */
enum { OLD_CONTAINER = 1, OLD_TOKEN = 17 };

unsigned gx_workspace_of_name(uint16_t name)
{
	for (unsigned i = 0; i < gx_trial->scenario->workspace_count; i++)
		if (gx_trial->name[i] == name)
			return i;
	return GX_NO_WORKSPACE;
}

static void intern_names(struct gx_trial *trial)
{
	gx_docker_forget_names();
	for (unsigned i = 0; i < trial->scenario->workspace_count; i++) {
		const char *workspace = trial->scenario->workspaces[i].name;
		char text[80];

		/* "ws-" + id; before KI-013 the id was cut to 12 characters, and STOP still tries that name, too. */
		snprintf(text, sizeof(text), "ws-%s-00000000", workspace);
		trial->name[i] = gx_docker_intern(text);
		snprintf(text, sizeof(text), "ws-%s", workspace);
		trial->legacy[i] = gx_docker_intern_with(trial->name[i], text);
		snprintf(text, sizeof(text), "ws-%s-configs", workspace);
		trial->volume[i] = gx_docker_intern_with(trial->name[i], text);
	}
	trial->image = gx_docker_intern("workspace:latest");
}

static bool has_container(enum gx_row_status state)
{
	return state == GX_ROW_ONLINE || state == GX_ROW_DEGRADED;
}

/* A workspace that is up: container, token in its three places, url. Its process rests until the last beats. */
static void place_running(struct gx_trial *trial, unsigned index)
{
	struct gx_workspace *row = &trial->service->workspaces[index];
	struct gx_docker_spec spec = {.name = trial->name[index],
				      .image = trial->image,
				      .volumes = {trial->volume[index]},
				      .workspace = (uint8_t)index,
				      .traits = GX_DOCKER_UNLESS_STOPPED};
	struct gx_task *task;

	row->tokens[0] = OLD_TOKEN + index;
	row->token_count = 1;
	row->url = 1;
	row->url_cached = 1;
	row->alive = 1;
	gx_docker_place_volume(trial->docker, trial->volume[index], OLD_TOKEN + index, 0);
	gx_docker_place(trial->docker, OLD_CONTAINER + index, &spec, GX_DOCKER_RUNNING);
	task = gx_task_spawn(GX_ROLE_CONTAINER, index, gx_container_main, (void *)1);
	GX_ASSERT(task);
	task->user[GX_USER_SERVICE_1] = OLD_CONTAINER + index;
	gx_task_autoreap(task);
	gx_container_hold(OLD_CONTAINER + index, OLD_TOKEN + index);
}

void gx_stage_docker(struct gx_trial *trial)
{
	intern_names(trial);
	gx_docker_init(trial->docker,
		       trial->scenario->fault_count ? &gx_container_hooks_with_faults : &gx_container_hooks,
		       GX_DOCKER_E28, 0);
	gx_docker_place_image(trial->docker, trial->image);
	for (unsigned i = 0; i < trial->scenario->workspace_count; i++) {
		const struct gx_workspace *row = &trial->service->workspaces[i];

		if (row->backend && has_container((enum gx_row_status)row->status))
			place_running(trial, i);
	}
}

static uint64_t running_container(unsigned index)
{
	const struct gx_docker *docker = gx_trial->docker;

	for (unsigned i = 0; i < docker->container_count; i++) {
		const struct gx_docker_container *container = &docker->containers[i];

		if (container->workspace == index && gx_docker_executes(container))
			return container->id;
	}
	return 0;
}

void gx_stage_final_facts(unsigned index)
{
	const struct gx_docker *docker = gx_trial->docker;
	uint64_t running = running_container(index);

	gx_emit(GX_F_FINAL_FILE, index, gx_docker_peek_token(docker, gx_trial->volume[index]));
	for (unsigned i = 0; i < docker->container_count; i++)
		if (docker->containers[i].workspace == index)
			gx_emit_extra(GX_F_FINAL_CONTAINER, gx_docker_executes(&docker->containers[i]), index,
				      docker->containers[i].id);
	if (running) {
		gx_emit(GX_F_FINAL_HELD, index, gx_container_held(running));
		gx_emit(GX_F_FINAL_SECRET, index, gx_docker_peek(docker, running)->label);
	}
}
