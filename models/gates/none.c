/* V0: no protection at all; every request runs at once, as manual restarts did before the pull request. */
#include "gates/gates.h"

static void *open_gate(void)
{
	static const char nothing = 0;

	return (void *)(uintptr_t)&nothing; /* there is no state, but NULL would be a failure */
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	(void)gate;
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	return GX_RAN;
}

const struct gx_gate gx_gate_none = {
	.abi = GX_GATE_ABI,
	.name = "none",
	.summary = "V0: every request runs at once",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
