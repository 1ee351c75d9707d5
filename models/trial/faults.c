/*
 * faults.c - ops of the engine that fail because the scenario says that they may.
 */
#include "facts/objects.h"
#include "posix/posix.h"
#include "trial/internal.h"

/* The first fault of the scenario that may still strike at an op with this label, or its fault_count. */
static unsigned fault_for(unsigned label)
{
	const struct gx_scenario *scenario = gx_trial_running->scenario;
	unsigned i = 0;

	while (i < scenario->fault_count &&
	       (scenario->faults[i].label != label || !gx_trial_running->state->faults_left[i]))
		i++;
	return i;
}

/* Whether a fault strikes here is a choice of the schedule: 0 it does not, 1 it does. */
unsigned gx_fault_or_none(const struct gx_task *task)
{
	return fault_for(task->op.label) < gx_trial_running->scenario->fault_count ? 2 : 1;
}

bool gx_fault_loses_signal(const struct gx_task *task)
{
	return fault_for(task->op.label) < gx_trial_running->scenario->fault_count;
}

void gx_fault_lost_signal(void)
{
	gx_touch(gx_object(GX_OBJECT_FAULTS, 0), GX_READ | GX_WRITE);
	gx_trial_running->state->faults_left[fault_for(GX_L_COND_SIGNAL)]--;
}

unsigned gx_fault_at(void *context GX_UNUSED, unsigned label, uint16_t name GX_UNUSED)
{
	unsigned fault = fault_for(label);
	unsigned leg;

	if (fault == gx_trial_running->scenario->fault_count)
		return 0;
	gx_touch(gx_object(GX_OBJECT_FAULTS, 0), gx_task_self()->alternative ? GX_READ | GX_WRITE : GX_READ);
	if (!gx_task_self()->alternative)
		return 0;
	gx_trial_running->state->faults_left[fault]--;
	leg = GX_DOING_LEG(gx_task_self()->user[GX_USER_SERVICE_0]);
	if (leg)
		gx_trial_running->state->fault_struck |= (uint8_t)(1u << gx_request_workspace(leg));
	return gx_trial_running->scenario->faults[fault].status;
}
