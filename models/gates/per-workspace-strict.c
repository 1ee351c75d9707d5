/*
 * V10 and what domain.md 5.1 to 5.3 ask for beyond it: creates hold the gate too (core#2771, without V9's second lock), the
 * coalescer clears `running` in the critical section that saw nothing pending (C1 cured), and no mutation is dropped (D2): a
 * restart that comes during another is covered by one that begins later.
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

static void cycle(void *context, const struct gx_request *request)
{
	struct gx_entry *entry = context;

	gx_held_acquire(&entry->gate);
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	gx_held_release(&entry->gate);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct gx_entry *entry = gx_map_entry(gate, request->workspace);

	if (gx_is_programmatic(request))
		return gx_coalesce(&entry->coalescer, request, GX_CLEAR_TOGETHER, cycle, entry);
	cycle(entry, request);
	return GX_RAN;
}

const struct gx_gate gx_gate_per_workspace_strict = {
	.abi = GX_GATE_ABI,
	.name = "per-workspace-strict",
	.summary = "V10: the fix with creates gated, no wake-up lost and no mutation dropped",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
