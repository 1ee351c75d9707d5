/* A plain flag, looked at and then set: nothing makes it one step, and nothing orders it. */
#include "../author.h"

static bool of[SLOTS];

static void *open_gate(void)
{
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	while (of[slot])
		sleep_ms(1);
	of[slot] = true;
	run_legs(request);
	of[slot] = false;
	return GX_RAN;
}

GATE("flag-plain", "a plain flag")
