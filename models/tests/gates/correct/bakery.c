/* Lamport's bakery over the ids of the requests: no lock at all, only atomics, and a yield where it waits. */
#include <stdatomic.h>

#include "../author.h"

enum { CUSTOMERS = 16 };

static struct {
	atomic_bool choosing[CUSTOMERS];
	atomic_uint number[CUSTOMERS];
} of[SLOTS];

static void *open_gate(void)
{
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static bool is_before(unsigned slot, unsigned other, unsigned me)
{
	unsigned theirs = atomic_load(&of[slot].number[other]);
	unsigned mine = atomic_load(&of[slot].number[me]);

	return theirs && (theirs < mine || (theirs == mine && other < me));
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);
	unsigned me = request->id % CUSTOMERS;
	unsigned highest = 0;

	(void)gate;
	atomic_store(&of[slot].choosing[me], true);
	for (unsigned i = 0; i < CUSTOMERS; i++)
		if (atomic_load(&of[slot].number[i]) > highest)
			highest = atomic_load(&of[slot].number[i]);
	atomic_store(&of[slot].number[me], highest + 1);
	atomic_store(&of[slot].choosing[me], false);
	for (unsigned i = 0; i < CUSTOMERS; i++) {
		while (atomic_load(&of[slot].choosing[i]))
			sched_yield();
		while (is_before(slot, i, me))
			sched_yield();
	}
	run_legs(request);
	atomic_store(&of[slot].number[me], 0);
	return GX_RAN;
}

GATE("bakery", "Lamport's bakery")
