/* Each steps back as long as another one wants to go, too: so nobody goes. */
#include <stdatomic.h>

#include "../author.h"

static atomic_uint of[SLOTS];

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
	atomic_fetch_add(&of[slot], 1);
	while (atomic_load(&of[slot]) > 1)
		sched_yield();
	run_legs(request);
	atomic_fetch_sub(&of[slot], 1);
	return GX_RAN;
}

GATE("polite", "everybody lets the others go first")
