/* A flag per workspace, tested and set; who finds it set yields. */
#include <stdatomic.h>

#include "../author.h"

static atomic_flag flags[SLOTS] = {ATOMIC_FLAG_INIT, ATOMIC_FLAG_INIT, ATOMIC_FLAG_INIT, ATOMIC_FLAG_INIT};

static void *open_gate(void)
{
	return flags;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	atomic_flag *flag = &flags[slot_of(request->workspace)];

	(void)gate;
	while (atomic_flag_test_and_set_explicit(flag, memory_order_acquire))
		sched_yield();
	run_legs(request);
	atomic_flag_clear_explicit(flag, memory_order_release);
	return GX_RAN;
}

GATE("spin-yield", "test and set, and yield")
