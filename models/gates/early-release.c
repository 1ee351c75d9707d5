/* V15: the gate is released when the handler returns, while the provision that it spawned goes on. */
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

static void provision(void *request)
{
	gx_start(request);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct gx_entry *entry = gx_map_entry(gate, request->workspace);
	enum gx_leg_result stopped;

	gx_held_acquire(&entry->gate);
	stopped = gx_stop(request);
	if (stopped == GX_LEG_DONE)
		gx_go(provision, (void *)(uintptr_t)request);
	gx_held_release(&entry->gate);
	return stopped == GX_LEG_DONE ? GX_ACCEPTED : GX_RAN;
}

const struct gx_gate gx_gate_early_release = {
	.abi = GX_GATE_ABI,
	.name = "early-release",
	.summary = "V15: the gate is released before the provision ends",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
