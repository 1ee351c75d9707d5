/*
 * setup.c - an execution before its first step: requests, rows, the engine, and the task that opens the gate.
 */
#include <string.h>

#include "access/races.h"
#include "actors/actors.h"
#include "core/world.h"
#include "explore/explore.h"
#include "posix/posix.h"
#include "rules/judge.h"
#include "trial/internal.h"

/* As in a real server: a gate that compares names as pointers finds no two of them alike. */
static const char *copy_of(const char *name)
{
	size_t bytes = strlen(name) + 1;

	return memcpy(gx_world_shared(bytes), name, bytes);
}

static void add_request(struct gx_trial *trial, unsigned id, enum gx_origin origin, unsigned legs, unsigned workspace)
{
	struct gx_places *places = &trial->places;

	GX_ASSERT(id <= GX_REQUESTS_MAX);
	places->workspace_of[id] = (uint8_t)workspace;
	places->requests[id] = (struct gx_request){.id = id,
						   .origin = origin,
						   .legs = legs,
						   .workspace = copy_of(trial->scenario->workspaces[workspace].name)};
}

/*
 * A probe per workspace, manual first, then one each, programmatic; none if the server ends. They ask the dispatcher, past
 * the handler's 503 for a workspace without a backend: what is probed is the gate.
 */
static void add_probes(struct gx_trial *trial)
{
	struct gx_places *places = &trial->places;

	places->probe_count = 0;
	for (unsigned round = 0; round < 2 && !trial->ends_server; round++)
		for (unsigned i = 0; i < places->workspace_count; i++)
			add_request(trial, places->request_count + ++places->probe_count,
				    round ? GX_PROGRAMMATIC : GX_MANUAL, GX_STOP | GX_START, i);
}

static void make_requests(struct gx_trial *trial)
{
	const struct gx_scenario *scenario = trial->scenario;
	struct gx_places *places = &trial->places;

	places->request_count = 0;
	trial->ends_server = false;
	for (unsigned i = 0; i < scenario->actor_count; i++) {
		const struct gx_actor *actor = &scenario->actors[i];
		const struct gx_actor_row *row = gx_actor_row(actor->kind);

		trial->request_of[i] = 0;
		trial->ends_server |= (row->traits & GX_ACTOR_IS_SERVER) != 0;
		if (!row->legs)
			continue;
		trial->request_of[i] = (uint8_t)++places->request_count;
		add_request(trial, places->request_count, row->origin, row->legs, actor->workspace);
	}
	add_probes(trial);
}

/* The first of a kind is enough: a task that goes on and on would fill the list with one kind, and the others would not be told. */
static bool is_new(const struct gx_trial *trial, const struct gx_finding *finding)
{
	for (unsigned i = 0; i < trial->finding_count; i++)
		if (gx_key_of(&trial->findings[i]) == gx_key_of(finding))
			return false;
	return true;
}

/* A race whose accesses stand side by side says more than one whose accesses are far apart. */
static bool improves(struct gx_trial *trial, const struct gx_finding *finding)
{
	for (unsigned i = 0; i < trial->finding_count && finding->rule == GX_RULE_DATA_RACE; i++)
		if (gx_key_of(&trial->findings[i]) == gx_key_of(finding) &&
		    finding->detail & ~trial->findings[i].detail & GX_RACE_FOUND_BESIDE) {
			trial->findings[i] = *finding;
			return true;
		}
	return false;
}

/* Exactly it, or else one of the same variable or by the same line; raced_count: none. */
static unsigned find_raced(const struct gx_trial *trial, uint64_t object, uint64_t code)
{
	unsigned like = trial->raced_count;

	for (unsigned i = 0; i < trial->raced_count; i++) {
		const struct gx_raced *raced = &trial->raced[i];
		bool same_line = code && raced->code == code;

		if (raced->object == object && raced->code == code)
			return i;
		if (like == trial->raced_count && (raced->object == object || same_line))
			like = i;
	}
	return like;
}

/*
 * Which race it is: of other variables, and by other lines, than those before. Elements of an array are raced for by one line, one variable by
 * many, and by both orders of two. What it was once it stays, in whichever order they come another time: a replay has to show what a search
 * has found. Where everything races, some will do: false.
 */
static bool tell_apart(struct gx_trial *trial, struct gx_finding *finding)
{
	struct gx_raced raced = {.object = finding->value, .code = gx_world_code(gx_races_last())};
	unsigned i = find_raced(trial, raced.object, raced.code);

	raced.nth = i < trial->raced_count ? trial->raced[i].nth : trial->races;
	if (raced.nth == GX_RACES_TOLD)
		return false;
	if (trial->raced_count < GX_RACED_MAX &&
	    (i == trial->raced_count || trial->raced[i].object != raced.object || trial->raced[i].code != raced.code))
		trial->raced[trial->raced_count++] = raced;
	if (raced.nth == trial->races)
		trial->races++;
	finding->nth = raced.nth;
	return true;
}

static void on_finding(void *context, const struct gx_finding *reported)
{
	struct gx_trial *trial = context;
	struct gx_finding told = *reported;
	const struct gx_finding *finding = &told;

	if (told.rule == GX_RULE_DATA_RACE && !tell_apart(trial, &told))
		return;
	if (trial->findings && !improves(trial, finding) && trial->finding_count < trial->finding_capacity &&
	    is_new(trial, finding))
		trial->findings[trial->finding_count++] = *finding;
	if (finding->rule == GX_RULE_DATA_RACE && !trial->race_seen[finding->nth].step)
		trial->race_seen[finding->nth] = *finding;
	gx_explore_hit(gx_key_of(finding));
}

static void make_workspaces(struct gx_trial *trial)
{
	const struct gx_scenario *scenario = trial->scenario;

	for (unsigned i = 0; i < scenario->workspace_count; i++) {
		const struct gx_scenario_workspace *from = &scenario->workspaces[i];
		struct gx_workspace *row = &trial->places.service->workspaces[i];

		row->status = (uint8_t)from->state;
		row->backend = from->backend;
	}
}

static void open_main(void *argument GX_UNUSED)
{
	struct gx_trial_state *state = gx_trial_running->state;

	gx_service()->gate_state = gx_places->gate->open();
	gx_run_deferred();
	state->opened = gx_service()->gate_state != NULL;
	if (!state->opened) {
		gx_emit_extra(GX_F_MISUSE, 0, GX_NO_WORKSPACE, GX_MISUSE_OPEN_FAILED);
		gx_sched_stop();
	}
}

void gx_trial_spawn(enum gx_role role, unsigned number, void (*entry)(void *), void *argument)
{
	struct gx_task *task = gx_task_spawn(role, number, entry, argument);

	GX_ASSERT(task);
	gx_task_autoreap(task);
}

/* Of actors and probes together. */
static unsigned count_requests(const struct gx_scenario *scenario)
{
	unsigned count = 2 * scenario->workspace_count;

	for (unsigned i = 0; i < scenario->actor_count; i++)
		count += gx_actor_row(scenario->actors[i].kind)->legs != 0;
	return count;
}

/* Where everything will lie in the world: as much as this scenario needs, for all of it is compared after each step of a search. */
static void find_places(struct gx_trial *trial)
{
	struct gx_places *places = &trial->places;
	unsigned workspaces = trial->scenario->workspace_count;
	unsigned requests = count_requests(trial->scenario);

	gx_trial_running = trial;
	gx_places = places;
	trial->state = gx_world_shared(sizeof(*trial->state));
	places->service = gx_world_shared(gx_service_bytes(workspaces));
	places->docker = gx_world_shared(sizeof(*places->docker));
	trial->rules = gx_world_shared(gx_rules_size(workspaces, requests));
	places->requests = gx_world_shared(sizeof(*places->requests) * (requests + 1));
	places->gate = trial->gate;
	places->workspace_count = trial->scenario->workspace_count;
	places->late_requests = trial->scenario->late_requests;
}

enum gx_status gx_trial_setup(void *context, struct gx_error *err)
{
	struct gx_trial *trial = context;
	enum gx_status rc = trial->adopt ? trial->adopt(trial->plugin, err) : GX_OK;

	if (rc != GX_OK)
		return rc;
	find_places(trial);
	make_workspaces(trial);
	make_requests(trial);
	gx_rules_init(trial->rules, trial->scenario->workspace_count,
		      trial->places.request_count + trial->places.probe_count, on_finding, trial);
	for (unsigned i = 0; i < trial->scenario->fault_count; i++)
		trial->state->faults_left[i] = (uint8_t)trial->scenario->faults[i].times;
	gx_stage_docker(trial);
	gx_posix_thread_end_hook = gx_end_of_thread;
	gx_trial_spawn(GX_ROLE_DRIVER, 0, open_main, NULL);
	return GX_OK;
}
