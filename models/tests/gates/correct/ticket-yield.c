/* A ticket lock per workspace out of atomics, which yields while it waits. */
#include <stdatomic.h>

#include "../author.h"

static struct {
	atomic_uint next, serving;
} counters[SLOTS];

static void *open_gate(void)
{
	return counters;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);
	unsigned mine = atomic_fetch_add(&counters[slot].next, 1);

	(void)gate;
	while (atomic_load(&counters[slot].serving) != mine)
		sched_yield();
	run_legs(request);
	atomic_fetch_add(&counters[slot].serving, 1);
	return GX_RAN;
}

GATE("ticket-yield", "a ticket lock per workspace, with atomics and sched_yield()")
