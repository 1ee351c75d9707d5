/* V16: the early return of the no-backend path forgets the unlock: every later restart of the workspace hangs (S15). */
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

	gx_held_acquire(&entry->gate);
	if (gx_stop(request) != GX_LEG_DONE)
		return GX_RAN; /* the bug: still held */
	gx_start(request);
	gx_held_release(&entry->gate);
	return GX_RAN;
}

const struct gx_gate gx_gate_leak_no_backend = {
	.abi = GX_GATE_ABI,
	.name = "leak-no-backend",
	.summary = "V16: the early return without a backend keeps the gate",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
