/*
 * V7: the fix as merged (9e71311a). Both kinds of restart hold the workspace's gate over stop and start; the manual one releases
 * it in the tracked task that provisions. Debounce and coalescer stay in front of programmatic restarts, with the coalescer's deferred
 * clear (C1) and the debounce's drop (D2). Creates pass by the gate.
 */
#include <stdlib.h>

#include "gates/gates.h"
#include "gates/parts.h"

static void *open_gate(void)
{
	return gx_map_new();
}

static void close_gate(void *gate)
{
	gx_map_free(gate);
}

/* runRestartCycle: lock, defer unlock. */
static void cycle(void *context, const struct gx_request *request)
{
	struct gx_entry *entry = context;

	gx_held_acquire(&entry->gate);
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	gx_held_release(&entry->gate);
}

static void release(void *entry)
{
	gx_held_release(&((struct gx_entry *)entry)->gate);
}

/* The goAsync body: the unlock is deferred in here, in another task than the lock. */
static void provision(void *argument)
{
	struct gx_handoff job = *(struct gx_handoff *)argument;

	free(argument);
	gx_defer(release, job.entry);
	gx_start(job.request);
}

/* RestartWorkspaceAutoOpts. */
static enum gx_outcome manual(struct gx_entry *entry, const struct gx_request *request)
{
	gx_held_acquire(&entry->gate);
	if (gx_stop(request) != GX_LEG_DONE) {
		gx_held_release(&entry->gate); /* no backend: unlock before the early return */
		return GX_RAN;
	}
	gx_go(provision, gx_handoff_new(entry, request));
	return GX_ACCEPTED;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct gx_entry *entry;

	if (request->origin == GX_CREATE) {
		gx_start(request);
		return GX_RAN;
	}
	entry = gx_map_entry(gate, request->workspace);
	if (!gx_is_programmatic(request))
		return manual(entry, request);
	if (request->origin == GX_PROGRAMMATIC && gx_coalescer_debounced(&entry->coalescer))
		return GX_DROPPED;
	return gx_coalesce(&entry->coalescer, request, GX_CLEAR_DEFERRED, cycle, entry);
}

const struct gx_gate gx_gate_per_workspace = {
	.abi = GX_GATE_ABI,
	.name = "per-workspace",
	.summary = "V7, the fix as merged: one gate per workspace around stop and start",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
