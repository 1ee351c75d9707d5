/* An atomic flag, looked at and then set: two look before one sets it. */
#include <stdatomic.h>

#include "../author.h"

static atomic_bool of[SLOTS];

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

GATE("flag-atomic", "an atomic flag, looked at and then set")
