/*
 * trial.c - set-up of an execution, and its phases from open to close.
 */
#include <string.h>

#include "core/world.h"
#include "explore/explore.h"
#include "posix/posix.h"
#include "service/labels.h"
#include "service/service.h"

struct gx_trial *gx_trial;

static const char *const names[] = {
	"arrive",       "container.rest",    "server.stop", "server.handlers",
	"server.drain", "wait.provisioning", "port.wait",   "probe.wait",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == GX_L_SERVICE_END - GX_L_ARRIVE, "every label has a name");

void gx_service_register(void)
{
	gx_facts_register();
	gx_platform_register();
	gx_docker_register_labels();
	gx_posix_register_labels();
	gx_labels_register(GX_L_ARRIVE, names, GX_L_SERVICE_END - GX_L_ARRIVE);
}

/* ---- set-up ---- */

static const struct {
	enum gx_origin origin;
	unsigned legs;
	bool requests;
} kinds[] = {
	[GX_ACTOR_MANUAL_RESTART] = {GX_MANUAL, GX_STOP | GX_START, true},
	[GX_ACTOR_PROGRAMMATIC_RESTART] = {GX_PROGRAMMATIC, GX_STOP | GX_START, true},
	[GX_ACTOR_RESTART_AFTER_MUTATION] = {GX_AFTER_MUTATION, GX_STOP | GX_START, true},
	[GX_ACTOR_SECRET_WRITE] = {GX_PROGRAMMATIC, GX_STOP | GX_START, true},
	[GX_ACTOR_CREATE] = {GX_CREATE, GX_START, true},
	[GX_ACTOR_DISPATCH_RESTART] = {GX_MANUAL, GX_STOP | GX_START, true},
};

static bool sends_request(const struct gx_actor *actor)
{
	return (unsigned)actor->kind < sizeof(kinds) / sizeof(kinds[0]) && kinds[actor->kind].requests;
}

static void add_request(struct gx_trial *trial, unsigned id, enum gx_origin origin, unsigned legs, unsigned workspace)
{
	GX_ASSERT(id <= GX_REQUESTS_MAX);
	trial->requests[id] = (struct gx_request){.id = id,
						  .origin = origin,
						  .legs = legs,
						  .workspace = trial->workspace_names[workspace]};
}

/*
 * A probe per workspace, manual first, then one each, programmatic; none if the server shuts down. They ask the dispatcher, past
 * the handler's 503 for a workspace without a backend: what is probed is the gate.
 */
static void add_probes(struct gx_trial *trial)
{
	unsigned id = trial->request_count;

	trial->probe_count = 0;
	if (trial->has_shutdown)
		return;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < trial->scenario->workspace_count; i++) {
			add_request(trial, ++id, round ? GX_PROGRAMMATIC : GX_MANUAL, GX_STOP | GX_START, i);
			trial->probe_count++;
		}
}

static void make_requests(struct gx_trial *trial)
{
	const struct gx_scenario *scenario = trial->scenario;

	trial->requests = gx_world_shared(sizeof(*trial->requests) * (GX_REQUESTS_MAX + 1));
	trial->workspace_names = gx_world_shared(48 * GX_WORKSPACES_MAX);
	for (unsigned i = 0; i < scenario->workspace_count; i++)
		memcpy(trial->workspace_names[i], scenario->workspaces[i].name, sizeof(scenario->workspaces[i].name));
	trial->request_count = 0;
	trial->has_shutdown = false;
	for (unsigned i = 0; i < scenario->actor_count; i++) {
		const struct gx_actor *actor = &scenario->actors[i];

		trial->request_of[i] = 0;
		trial->has_shutdown |= actor->kind == GX_ACTOR_SHUTDOWN;
		if (!sends_request(actor))
			continue;
		trial->request_of[i] = (uint8_t)++trial->request_count;
		add_request(trial, trial->request_count, kinds[actor->kind].origin, kinds[actor->kind].legs,
			    actor->workspace);
	}
	add_probes(trial);
}

static void on_finding(void *context, const struct gx_finding *finding)
{
	struct gx_trial *trial = context;

	if (trial->findings && trial->finding_count < trial->finding_capacity)
		trial->findings[trial->finding_count++] = *finding;
	gx_explore_hit(gx_finding_key(finding->rule, finding->workspace));
}

static void make_workspaces(struct gx_trial *trial)
{
	const struct gx_scenario *scenario = trial->scenario;

	for (unsigned i = 0; i < scenario->workspace_count; i++) {
		const struct gx_scenario_workspace *from = &scenario->workspaces[i];
		struct gx_workspace *w = &trial->service->workspaces[i];

		w->status = (uint8_t)from->state;
		w->backend = from->backend;
	}
}

static void open_main(void *argument GX_UNUSED)
{
	struct gx_service *service = gx_service();

	service->gate_state = gx_trial->gate->open();
	gx_run_deferred();
	service->opened = service->gate_state != NULL;
	if (!service->opened) {
		gx_emit_extra(GX_F_MISUSE, 0, GX_NO_WORKSPACE, GX_MISUSE_OPEN_FAILED);
		gx_sched_stop();
	}
}

static void close_main(void *argument GX_UNUSED)
{
	gx_trial->gate->close(gx_service()->gate_state);
	gx_run_deferred();
}

static void spawn(enum gx_task_role role, unsigned number, void (*entry)(void *), void *argument)
{
	struct gx_task *task = gx_task_spawn(role, number, entry, argument);

	GX_ASSERT(task);
	gx_task_autoreap(task);
}

static enum gx_status setup(void *context, struct gx_error *err)
{
	struct gx_trial *trial = context;
	enum gx_status rc = trial->adopt ? trial->adopt(trial->plugin, err) : GX_OK;

	if (rc != GX_OK)
		return rc;
	gx_trial = trial;
	trial->service = gx_world_shared(sizeof(*trial->service));
	trial->docker = gx_world_shared(sizeof(*trial->docker));
	trial->rules = gx_world_shared(gx_rules_size());
	make_requests(trial);
	gx_rules_init(trial->rules, trial->scenario->workspace_count, on_finding, trial);
	make_workspaces(trial);
	for (unsigned i = 0; i < trial->scenario->fault_count; i++)
		trial->service->faults_left[i] = (uint8_t)trial->scenario->faults[i].times;
	gx_stage_docker(trial);
	gx_posix_thread_end_hook = gx_end_of_thread;
	spawn(GX_ROLE_DRIVER, 0, open_main, NULL);
	return GX_OK;
}

/* ---- the end of an execution ---- */

static bool cycle_is_open(const struct gx_service *service, unsigned id)
{
	const struct gx_request_state *state = &service->requests[id];

	return state->begun && (state->over & gx_trial->requests[id].legs) != gx_trial->requests[id].legs &&
	       state->result == GX_LEG_DONE;
}

/* Acknowledged, but no provision covers it yet and none of its own legs has closed it. */
static bool waits_for_service(const struct gx_service *service, unsigned id)
{
	const struct gx_request_state *state = &service->requests[id];

	return state->answered && state->answered <= GX_COALESCED + 1 && !(service->served >> id & 1) &&
	       state->result == GX_LEG_DONE;
}

static bool work_is_left(const struct gx_service *service)
{
	for (unsigned id = 1; id <= gx_trial->request_count; id++)
		if (cycle_is_open(service, id) || waits_for_service(service, id))
			return true;
	return false;
}

static bool is_daemon(void *context GX_UNUSED, const struct gx_task *task)
{
	return task->role == GX_ROLE_THREAD && gx_posix_is_work_wait(task) && !work_is_left(gx_service());
}

static void report_blocked(void)
{
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);
		unsigned request;

		if (!task || task->state != GX_TASK_PARKED || task->op.label == GX_L_CONTAINER_REST ||
		    is_daemon(NULL, task))
			continue;
		request = GX_DOING_HANDLE(task->user[GX_USER_SERVICE_0]);
		gx_service()->troubled = 1;
		gx_emit_for(task->index, GX_F_FINAL_BLOCKED, (uint16_t)request,
			    request ? gx_request_workspace(request) : GX_NO_WORKSPACE, task->path);
	}
}

/* Live tokens without any of these marks. */
static unsigned count_tokens(const struct gx_workspace *w, uint64_t marks)
{
	unsigned count = 0;

	for (unsigned i = 0; i < w->token_count; i++)
		count += !(w->tokens[i] & marks);
	return count;
}

static uint64_t live_token(const struct gx_workspace *w, unsigned index)
{
	uint64_t live = 0;

	for (unsigned i = 0; i < w->token_count; i++)
		if (!(w->tokens[i] & GX_TOKEN_CLIENT) && (!live || w->tokens[i] != gx_service()->held[index].token))
			live = w->tokens[i];
	return live;
}

static void final_facts(unsigned index)
{
	const struct gx_workspace *w = &gx_service()->workspaces[index];

	gx_emit_extra(GX_F_FINAL_ROW, w->status, index, w->url);
	gx_emit_extra(GX_F_FINAL_TOKENS,
		      (uint16_t)(count_tokens(w, GX_TOKEN_CLIENT | GX_TOKEN_BOOTSTRAP) |
				 count_tokens(w, GX_TOKEN_CLIENT) << 8),
		      index, live_token(w, index));
	gx_stage_final_facts(index);
}

static void judge(void)
{
	const struct gx_service *service = gx_service();
	uint64_t excuses = service->fault_struck ? 1 : 0;

	report_blocked();
	for (unsigned i = 0; i < gx_trial->scenario->workspace_count; i++) {
		final_facts(i);
		if (!service->workspaces[i].backend)
			excuses |= 2;
	}
	gx_emit(GX_F_QUIET, GX_NO_WORKSPACE, excuses);
}

/* The probe that ran has come to rest: did it reach a leg? */
static void judge_probe(struct gx_service *service)
{
	unsigned id = gx_trial->request_count + service->probe;
	bool reached = service->requests[id].begun != 0;

	if (!reached)
		service->troubled = 1;
	gx_emit_extra(GX_F_PROBE_RESULT, (uint16_t)id, gx_request_workspace(id), reached);
}

static bool begin_close(struct gx_service *service)
{
	service->phase = GX_PHASE_CLOSE;
	if (service->troubled)
		return false; /* tasks still stand in the gate: closing it now would only accuse the gate twice */
	spawn(GX_ROLE_DRIVER, 1, close_main, NULL);
	return true;
}

static bool next_probe(struct gx_service *service)
{
	unsigned id;

	if (service->probe == gx_trial->probe_count)
		return begin_close(service);
	service->probe++;
	id = gx_trial->request_count + service->probe;
	spawn(GX_ROLE_ACTOR, GX_ACTORS_MAX + service->probe, gx_probe_main, (void *)(uintptr_t)id);
	return true;
}

static void report_close_blocked(void)
{
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);

		if (task && task->role == GX_ROLE_DRIVER && task->state == GX_TASK_PARKED) {
			gx_emit_for(i, GX_F_FINAL_BLOCKED, 0, GX_NO_WORKSPACE, task->path);
			gx_emit(GX_F_QUIET, GX_NO_WORKSPACE, 4);
		}
	}
}

/* The scenario's limit of time is for what comes before quiescence. */
enum { PROBES_AND_CLOSE_HOURS = 24 * 7 };

static bool at_rest(void *context GX_UNUSED)
{
	struct gx_service *service = gx_service();

	switch (service->phase) {
	case GX_PHASE_OPEN:
		if (!service->opened) {
			report_blocked();
			gx_emit(GX_F_QUIET, GX_NO_WORKSPACE, 4);
			return false;
		}
		service->phase = GX_PHASE_RUN;
		for (unsigned i = 0; i < gx_trial->scenario->actor_count; i++)
			spawn(GX_ROLE_ACTOR, i, gx_actor_main, (void *)(uintptr_t)i);
		return true;
	case GX_PHASE_RUN:
		service->phase = GX_PHASE_BEAT;
		service->beat = 1;
		return true;
	case GX_PHASE_BEAT:
		judge();
		gx_sched_limit_time(gx_now() + PROBES_AND_CLOSE_HOURS * 3600ull * 1000000000ull);
		service->phase = GX_PHASE_PROBE;
		return next_probe(service);
	case GX_PHASE_PROBE:
		judge_probe(service);
		return next_probe(service);
	case GX_PHASE_CLOSE:
		report_close_blocked();
		return false;
	}
	return false;
}

/* ---- events ---- */

static void note_provision(const struct gx_event *event)
{
	struct gx_service *service = gx_service();

	for (unsigned id = 1; id <= gx_trial->request_count; id++)
		if (service->reached >> id & 1 && gx_request_workspace(id) == event->object)
			service->served |= 1ull << id;
}

/* Whose steps after the drain are a finding. */
static bool may_not_step(const struct gx_task *task)
{
	uint64_t word = task->user[GX_USER_SERVICE_0];

	if (GX_DOING_HANDLE(word) || GX_DOING_LEG(word) || task->role == GX_ROLE_GO)
		return true;
	/* A worker of the gate's that has nothing to do may wake up and go on waiting until close() joins it. */
	return task->role == GX_ROLE_THREAD && work_is_left(gx_service());
}

static void on_step(const struct gx_event *event)
{
	struct gx_task *task = gx_task_at(event->task);
	uint64_t *word;

	if (!task)
		return;
	word = &task->user[GX_USER_SERVICE_0];
	if (*word & GX_DOING_LEG_PENDING) {
		unsigned request = GX_DOING_LEG(*word);

		*word &= ~GX_DOING_LEG_PENDING;
		gx_emit_for(event->task, GX_F_LEG_BEGIN, (uint16_t)request, gx_request_workspace(request),
			    GX_DOING_LEG_KIND(*word));
	}
	if (gx_service()->drained && gx_service()->phase <= GX_PHASE_BEAT && may_not_step(task))
		gx_emit_for(event->task, GX_F_LATE_STEP, (uint16_t)GX_DOING_LEG(*word), GX_NO_WORKSPACE, task->path);
}

/* POSIX's rules are judged by the same rule as the gate contract's. */
static void note_posix_misuse(const struct gx_event *event)
{
	const struct gx_task *task = gx_task_at(event->task);
	unsigned request = task ? GX_DOING_HANDLE(task->user[GX_USER_SERVICE_0]) : 0;

	gx_emit_for(event->task, GX_F_MISUSE, (uint16_t)request,
		    request ? gx_request_workspace(request) : GX_NO_WORKSPACE, GX_MISUSE_POSIX + event->value);
}

/* Core knows which task it was; whose request the task ran, only we do: extra's high byte and object tell the rules. */
static void judge_crash(struct gx_trial *trial, const struct gx_event *event)
{
	const struct gx_task *task = gx_task_at(event->task);
	unsigned request = task ? GX_DOING_HANDLE(task->user[GX_USER_SERVICE_0]) : 0;
	struct gx_event known = *event;

	if (task && !request)
		request = GX_DOING_LEG(task->user[GX_USER_SERVICE_0]);
	known.extra = (uint16_t)(event->extra | request << 8);
	known.object = request ? gx_request_workspace(request) : GX_NO_WORKSPACE;
	gx_rules_observe(trial->rules, &known);
}

static void observe(void *context, const struct gx_event *event)
{
	struct gx_trial *trial = context;

	if (trial->follow)
		trial->follow(trial->follow_context, event);
	if (event->kind == GX_EVENT_STEP)
		on_step(event);
	else if (event->label == GX_F_PROVISION_BEGIN)
		note_provision(event);
	else if (event->label == GX_L_POSIX_MISUSE)
		note_posix_misuse(event);
	if (event->label == GX_L_TASK_CRASH || event->label == GX_L_TASK_HANG)
		judge_crash(trial, event);
	else
		gx_rules_observe(trial->rules, event);
}

static void after_step(void *context GX_UNUSED)
{
	gx_after_step();
}

void gx_trial_init(struct gx_trial *trial, const struct gx_scenario *scenario, const struct gx_gate *gate)
{
	memset(trial, 0, sizeof(*trial));
	trial->kept = *scenario;
	trial->scenario = &trial->kept;
	trial->gate = gate;
	trial->program = (struct gx_program){
		.context = trial,
		.setup = setup,
		.at_rest = at_rest,
		.daemon = is_daemon,
		.observe = observe,
		.after_step = after_step,
		.steps_max = scenario->points,
		.time_ns_max = scenario->time_ns,
		.spurious_max = 1,
		.overtakes_max = 16,
	};
}
