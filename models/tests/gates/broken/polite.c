/* Two who want it at once both step back, wait for the same time, and try again. */
#include "../author.h"

static struct {
	unsigned want, inside;
} of[SLOTS];

static void enter(unsigned slot)
{
	for (;;) {
		of[slot].want++;
		sched_yield();
		if (of[slot].want == 1)
			return;
		of[slot].want--;
		sched_yield();
	}
}

static void leave(unsigned slot)
{
	of[slot].want--;
}

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
	enter(slot);
	run_legs(request);
	leave(slot);
	return GX_RAN;
}

GATE("polite", "two polite ones step back for ever")
