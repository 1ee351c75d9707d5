/* Peterson's lock for two, its seats given by the parity of a count: a third caller shares a seat. */
#include <stdatomic.h>

#include "../author.h"

static struct {
	atomic_bool wants[2];
	atomic_uint turn;
} of[SLOTS];
static atomic_uint count;

static atomic_uint seats[16];

static void enter(unsigned slot)
{
	unsigned me = count++ % 2;

	of[slot].wants[me] = true;
	sched_yield();
	of[slot].turn = !me;
	while (of[slot].wants[!me] && of[slot].turn == !me)
		sched_yield();
	seats[slot] = me;
}

static void leave(unsigned slot)
{
	/* On its own: in an index gcc 12 reads it as if it were not atomic. */
	unsigned seat = atomic_load(&seats[slot]);

	of[slot].wants[seat] = false;
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

GATE("peterson-of-two", "Peterson's lock, used by three")
