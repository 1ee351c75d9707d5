/*
 * stage.c - the engine's side of a scenario: what it calls things, what is there at the beginning, whom it tells what happens.
 */
#include <stdio.h>

#include "actors/container.h"
#include "core/world.h"
#include "trial/internal.h"

/* Identities of what was there before the first task: below any that gx_task_serial() gives. */
enum { OLD_CONTAINER = 1, OLD_TOKEN = 17 };

static void intern_names(const struct gx_scenario *scenario, struct gx_places *places)
{
	gx_docker_forget_names();
	for (unsigned i = 0; i < scenario->workspace_count; i++) {
		const char *workspace = scenario->workspaces[i].name;
		char text[80];

		/* "ws-" + id; before KI-013 the id was cut to 12 characters, and STOP still tries that name, too. */
		snprintf(text, sizeof(text), "ws-%s-00000000", workspace);
		places->name[i] = gx_docker_intern(text);
		snprintf(text, sizeof(text), "ws-%s", workspace);
		places->legacy[i] = gx_docker_intern_with(places->name[i], text);
		snprintf(text, sizeof(text), "ws-%s-configs", workspace);
		places->volume[i] = gx_docker_intern_with(places->name[i], text);
	}
	places->image = gx_docker_intern("workspace:latest");
}

static bool has_container(enum gx_row_status state)
{
	return state == GX_ROW_ONLINE || state == GX_ROW_DEGRADED;
}

/* A workspace that is up: container, token in its three places, url. Its process rests until the last beats. */
static void place_running(struct gx_places *places, unsigned index)
{
	struct gx_workspace *row = &places->service->workspaces[index];
	struct gx_docker_spec spec = {.name = places->name[index],
				      .image = places->image,
				      .volumes = {places->volume[index]},
				      .workspace = (uint8_t)index,
				      .traits = GX_DOCKER_UNLESS_STOPPED};

	row->tokens[0] = OLD_TOKEN + index;
	row->token_count = 1;
	row->url = 1;
	row->url_cached = 1;
	row->alive = 1;
	gx_docker_place_volume(places->docker, places->volume[index], OLD_TOKEN + index, 0);
	gx_docker_place(places->docker, OLD_CONTAINER + index, &spec, GX_DOCKER_RUNNING);
	gx_container_place(index, OLD_CONTAINER + index, OLD_TOKEN + index);
}

static void on_removing(void *context GX_UNUSED, uint64_t container, uint16_t name GX_UNUSED)
{
	const struct gx_docker_container *record = gx_docker_peek(gx_places->docker, container);
	const struct gx_task *self = gx_task_self();
	unsigned request = self ? GX_DOING_LEG(self->user[GX_USER_SERVICE_0]) : 0;

	if (record)
		gx_emit_extra(GX_F_CONTAINER_REMOVED, (uint16_t)request, record->workspace, container);
}

static const struct gx_docker_hooks hooks = {
	.started = gx_container_started,
	.exited = gx_container_exited,
	.removing = on_removing,
};

/* For scenarios that have some: whether one strikes is asked at each op. */
static const struct gx_docker_hooks hooks_with_faults = {
	.started = gx_container_started,
	.exited = gx_container_exited,
	.removing = on_removing,
	.fault = gx_fault_at,
	.alternatives = gx_fault_or_none,
};

/* Signals are lost where the scenario says so. */
static void stage_signals(const struct gx_scenario *scenario)
{
	bool lost = false;

	for (unsigned i = 0; i < scenario->fault_count; i++)
		lost |= scenario->faults[i].label == GX_L_COND_SIGNAL;
	gx_posix_may_lose = lost ? gx_fault_loses_signal : NULL;
	gx_posix_lost = gx_fault_lost_signal;
}

static void stage_clock(const struct gx_scenario *scenario)
{
	bool is_set = false;

	for (unsigned i = 0; i < scenario->actor_count; i++)
		is_set |= (gx_actor_row(scenario->actors[i].kind)->traits & GX_ACTOR_IS_MACHINE) != 0;
	gx_posix_wall(is_set ? gx_world_shared(sizeof(struct gx_wall)) : NULL);
}

void gx_stage_docker(struct gx_trial *trial)
{
	struct gx_places *places = &trial->places;

	intern_names(trial->scenario, places);
	stage_signals(trial->scenario);
	stage_clock(trial->scenario);
	gx_docker_init(places->docker, trial->scenario->fault_count ? &hooks_with_faults : &hooks, GX_DOCKER_E28, 0);
	gx_docker_place_image(places->docker, places->image);
	for (unsigned i = 0; i < places->workspace_count; i++) {
		const struct gx_workspace *row = &places->service->workspaces[i];

		if (row->backend && has_container((enum gx_row_status)row->status))
			place_running(places, i);
	}
}
