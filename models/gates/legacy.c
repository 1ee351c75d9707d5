/*
 * V5: the service before the pull request. Programmatic restarts pass a debounce and a coalescer (domain.md 5.1, 5.2); manual ones
 * pass nothing, so the two kinds overlap, and two manual ones do.
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
	(void)context;
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct gx_entry *entry;

	if (!gx_is_programmatic(request)) {
		cycle(NULL, request);
		return GX_RAN;
	}
	entry = gx_map_entry(gate, request->workspace);
	if (request->origin == GX_PROGRAMMATIC && gx_coalescer_debounced(&entry->coalescer))
		return GX_DROPPED;
	return gx_coalesce(&entry->coalescer, request, GX_CLEAR_DEFERRED, cycle, NULL);
}

const struct gx_gate gx_gate_legacy = {
	.abi = GX_GATE_ABI,
	.name = "legacy",
	.summary = "V5, before the fix: programmatic restarts are debounced and coalesced, manual ones pass by",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
