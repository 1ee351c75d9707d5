/*
 * V8: TryLock and 409, the helper that was written, never wired and removed; here it is wired, to every restart. What is refused
 * may be a restart that the running cycle does not cover (V1's lost secret write, S13).
 */
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

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct gx_entry *entry = gx_map_entry(gate, request->workspace);

	if (!gx_held_try(&entry->gate))
		return GX_BUSY;
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	gx_held_release(&entry->gate);
	return GX_RAN;
}

const struct gx_gate gx_gate_try_busy = {
	.abi = GX_GATE_ABI,
	.name = "try-busy",
	.summary = "V8: a restart during another is refused with 409",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
