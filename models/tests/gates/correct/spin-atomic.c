/* A spin lock of one atomic per workspace, with a sleep where it is taken; what it guards is plain. */
#include <stdatomic.h>

#include "../author.h"

static struct {
	atomic_bool taken;
	unsigned cycles;
} of[SLOTS];

static void *open_gate(void)
{
	return &of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	while (atomic_exchange(&of[slot].taken, true))
		sleep_ms(10);
	of[slot].cycles++;
	run_legs(request);
	of[slot].cycles--;
	atomic_store(&of[slot].taken, false);
	return GX_RAN;
}

GATE("spin-atomic", "an atomic exchange per workspace")
