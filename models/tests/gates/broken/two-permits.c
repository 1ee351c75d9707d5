/* A semaphore with two permits. */
#include "../author.h"

static sem_t of[SLOTS];

static void enter(unsigned slot)
{
	static bool made[SLOTS];

	if (!made[slot])
		sem_init(&of[slot], 0, 2);
	made[slot] = true;
	sem_wait(&of[slot]);
}

static void leave(unsigned slot)
{
	sem_post(&of[slot]);
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

GATE("two-permits", "a semaphore of two")
