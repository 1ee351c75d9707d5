/*
 * events.c - what follows from single events: a leg's first op, served requests, late steps; then the rules see them.
 */
#include "access/labels.h"
#include "facts/objects.h"
#include "posix/posix.h"
#include "rules/judge.h"
#include "trial/internal.h"

static void note_provision(const struct gx_event *event)
{
	struct gx_service *service = gx_service();

	gx_touch(gx_object(GX_OBJECT_REQUESTS, (uint32_t)event->object), GX_READ | GX_WRITE);
	for (unsigned id = 1; id <= gx_places->request_count; id++)
		if (service->reached >> id & 1 && gx_request_workspace(id) == event->object)
			service->served |= 1ull << id;
	service->cut_short &= ~service->served; /* makes no difference any more */
}

/* Whoever is coalesced into this cycle waits for nothing more. */
static void note_leg_end(const struct gx_event *event)
{
	struct gx_service *service = gx_service();

	if (event->value >> 8 == GX_LEG_DONE)
		return;
	gx_touch(gx_object(GX_OBJECT_REQUESTS, (uint32_t)event->object), GX_READ | GX_WRITE);
	for (unsigned id = 1; id <= gx_places->request_count; id++)
		if (service->reached >> id & 1 && gx_request_workspace(id) == event->object)
			service->cut_short |= ~service->served & 1ull << id;
}

/* Whose steps after the drain are a finding. */
static bool may_not_step(const struct gx_task *task)
{
	uint64_t word = task->user[GX_USER_SERVICE_0];

	if (GX_DOING_HANDLE(word) || GX_DOING_LEG(word) || task->role == GX_ROLE_GO)
		return true;
	/* A worker of the gate's that has nothing to do may wake up and go on waiting until close() joins it (views.c). */
	return task->role == GX_ROLE_THREAD && (word & GX_DOING_WORK || gx_work_is_left());
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
		gx_task_watch(task, false);
		gx_emit_for(event->task, GX_F_LEG_BEGIN, (uint16_t)request, gx_request_workspace(request),
			    GX_DOING_LEG_KIND(*word));
	}
	if (gx_service()->drained && gx_trial_running->state->phase <= GX_PHASE_BEAT && may_not_step(task))
		gx_emit_for(event->task, GX_F_LATE_STEP, (uint16_t)GX_DOING_LEG(*word), GX_NO_WORKSPACE, task->path);
}

/* POSIX's rules are judged by the same rule as the gate contract's. */
static void note_posix_misuse(const struct gx_event *event)
{
	const struct gx_task *task = gx_task_at(event->task);
	unsigned request = task ? GX_DOING_HANDLE(task->user[GX_USER_SERVICE_0]) : 0;

	gx_emit_for(event->task, GX_F_MISUSE, (uint16_t)request, gx_fact_workspace(request),
		    GX_MISUSE_WITH(GX_MISUSE_POSIX + event->value, event->extra, event->object));
}

/* Whose request it handles, or runs a leg of; 0: nobody's. */
static unsigned request_of(const struct gx_task *task)
{
	unsigned request = task ? GX_DOING_HANDLE(task->user[GX_USER_SERVICE_0]) : 0;

	return task && !request ? GX_DOING_LEG(task->user[GX_USER_SERVICE_0]) : request;
}

/* Core knows which task it was; whose request the task ran, only we do: extra's high byte and object tell the rules. */
static void judge_crash(struct gx_trial *trial, const struct gx_event *event)
{
	const struct gx_task *task = gx_task_at(event->task);
	unsigned request = request_of(task);
	struct gx_event known = *event;

	known.extra = (uint16_t)(event->extra | request << 8);
	if (event->label != GX_L_MEMORY_ERROR)
		known.object = gx_fact_workspace(request);
	gx_rules_observe(trial->rules, &known);
}

/* The same of two tasks. */
static void judge_race(struct gx_trial *trial, const struct gx_event *event)
{
	struct gx_event known = *event;

	known.extra = (uint16_t)(event->extra | request_of(gx_task_at(event->task)) << 8);
	known.value = request_of(gx_task_at(GX_RACE_OTHER(event->extra)));
	if (GX_RACE_IS_BESIDE(event->value))
		known.value |= GX_RACE_FOUND_BESIDE;
	gx_rules_observe(trial->rules, &known);
}

/* Of whose request the task is; in setting up and in ending everything is in order. */
static void judge_lock(struct gx_trial *trial, const struct gx_event *event)
{
	const struct gx_task *task = gx_task_at(event->task);
	struct gx_event known = *event;

	if (!task || task->role == GX_ROLE_DRIVER)
		return;
	if (event->label == GX_L_LOCK_NESTED)
		known.extra = (uint16_t)(event->extra | request_of(task) << 8);
	gx_rules_observe(trial->rules, &known);
}

void gx_trial_list_heard(bool heard[GX_LABELS_END])
{
	gx_rules_list_heard(heard);
	heard[GX_F_PROVISION_BEGIN] = true;
	heard[GX_F_LEG_END] = true;
	heard[GX_L_POSIX_MISUSE] = true;
}

/* Told of the facts above, and of the steps of those who are about to begin a leg; of everybody's once the server has drained. */
void gx_trial_observe(void *context, const struct gx_event *event)
{
	struct gx_trial *trial = context;

	if (trial->follow)
		trial->follow(trial->follow_context, event);
	if (event->kind == GX_EVENT_STEP)
		on_step(event);
	else if (event->label == GX_F_PROVISION_BEGIN)
		note_provision(event);
	else if (event->label == GX_F_LEG_END)
		note_leg_end(event);
	else if (event->label == GX_L_POSIX_MISUSE)
		note_posix_misuse(event);
	if (event->label == GX_L_TASK_CRASH || event->label == GX_L_TASK_HANG || event->label == GX_L_LIVELOCK ||
	    event->label == GX_L_TASK_SYSCALL || event->label == GX_L_MEMORY_ERROR)
		judge_crash(trial, event);
	else if (event->label == GX_L_DATA_RACE)
		judge_race(trial, event);
	else if (event->label == GX_L_LOCK_NESTED || event->label == GX_L_THREAD_JOINED)
		judge_lock(trial, event);
	else
		gx_rules_observe(trial->rules, event);
}
