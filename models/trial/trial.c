/*
 * trial.c - the phases of an execution, from open to close.
 */
#include "trial/trial.h"

#include <string.h>

#include "trial/internal.h"

static void close_main(void *argument GX_UNUSED)
{
	gx_places->gate->close(gx_service()->gate_state);
	gx_run_deferred();
}

/* ---- probes and close ---- */

/* The probe that ran has come to rest: did it reach a leg? */
static void judge_probe(struct gx_trial_state *state)
{
	unsigned id = gx_places->request_count + state->probe;
	bool reached = gx_service()->requests[id].begun != 0;

	if (!reached)
		state->troubled = 1;
	gx_emit_extra(GX_F_PROBE_RESULT, (uint16_t)id, gx_request_workspace(id), reached);
}

static bool begin_close(struct gx_trial_state *state)
{
	state->phase = GX_PHASE_CLOSE;
	if (state->troubled)
		return false; /* tasks still stand in the gate: closing it now would only accuse the gate twice */
	gx_trial_spawn(GX_ROLE_DRIVER, 1, close_main, NULL);
	return true;
}

/*
 * The hour before a probe. Where the gate has threads it passes at once, and what they do then, late as they are, they do before the probe
 * comes: they have been seen to come round, an hour of rounds would tell nothing new, and a probe that overtook them would be unfair.
 */
static bool let_the_threads_have_their_hour(struct gx_trial_state *state)
{
	bool threads = false;

	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1)
		threads |= gx_task_is_background(gx_task_first(rest));
	if (!threads || state->hour)
		return false;
	state->hour = 1;
	gx_sched_pass_time(GX_PROBE_AFTER_NS);
	return true;
}

static bool next_probe(struct gx_trial_state *state)
{
	unsigned id;

	if (state->probe == gx_places->probe_count)
		return begin_close(state);
	if (let_the_threads_have_their_hour(state))
		return true;
	state->probe++;
	id = gx_places->request_count + state->probe;
	gx_trial_spawn(GX_ROLE_ACTOR, GX_ACTORS_MAX + state->probe, state->hour ? gx_probe_at_once : gx_probe_main,
		       (void *)(uintptr_t)id);
	state->hour = 0;
	return true;
}

/* ---- phases ---- */

/* The scenario's limit of time is for what comes before quiescence. */
enum { PROBES_AND_CLOSE_HOURS = 24 * 7 };

void gx_trial_begin(struct gx_trial *trial)
{
	trial->state->phase = GX_PHASE_RUN;
	for (unsigned i = 0; i < trial->scenario->actor_count; i++)
		gx_trial_spawn(GX_ROLE_ACTOR, i, gx_actor_main, (void *)(uintptr_t)i);
}

static bool at_rest(void *context)
{
	const struct gx_trial *trial = context;
	struct gx_trial_state *state = trial->state;

	switch (state->phase) {
	case GX_PHASE_OPEN:
		gx_report_open_blocked();
		return false;
	case GX_PHASE_RUN:
		state->phase = GX_PHASE_BEAT;
		gx_service()->beat = 1;
		return true;
	case GX_PHASE_BEAT:
		gx_report_end();
		gx_sched_limit_time(gx_now() + PROBES_AND_CLOSE_HOURS * 3600ull * 1000000000ull);
		state->phase = GX_PHASE_PROBE;
		return next_probe(state);
	case GX_PHASE_PROBE:
		if (!state->hour)
			judge_probe(state);
		return next_probe(state);
	case GX_PHASE_CLOSE:
		gx_report_close();
		return false;
	}
	return false;
}

void gx_trial_init(struct gx_trial *trial, const struct gx_scenario *scenario, const struct gx_gate *gate)
{
	memset(trial, 0, sizeof(*trial));
	trial->kept = *scenario;
	trial->scenario = &trial->kept;
	trial->gate = gate;
	gx_trial_list_heard(trial->heard);
	trial->program = (struct gx_program){
		.context = trial,
		.setup = gx_trial_setup,
		.at_rest = at_rest,
		.settled = gx_is_settled,
		.observe = gx_trial_observe,
		.heard = trial->heard,
		.after_step = gx_trial_after_step,
		.steps_max = scenario->points,
		.time_ns_max = scenario->time_ns,
		.spurious_max = scenario->bounds_spurious ? scenario->spurious : GX_NO_LIMIT,
	};
}

void gx_trial_follow(struct gx_trial *trial, void (*follow)(void *context, const struct gx_event *event), void *context)
{
	trial->follow = follow;
	trial->follow_context = context;
	trial->program.heard = follow ? NULL : trial->heard;
}
