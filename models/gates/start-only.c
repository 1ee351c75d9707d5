/* V14: the gate around the start leg only. A second stop leg kills what the first start leg has just made (S5). */
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

	if (gx_stop(request) == GX_LEG_DONE) {
		gx_held_acquire(&entry->gate);
		gx_start(request);
		gx_held_release(&entry->gate);
	}
	return GX_RAN;
}

const struct gx_gate gx_gate_start_only = {
	.abi = GX_GATE_ABI,
	.name = "start-only",
	.summary = "V14: the gate is held around the start leg only",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
