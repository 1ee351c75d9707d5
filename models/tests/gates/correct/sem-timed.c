/* A semaphore per workspace, waited for ten seconds at a time. */
#include "../author.h"

static sem_t turns[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++)
		sem_init(&turns[i], 0, 1);
	return turns;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	sem_t *turn = &turns[slot_of(request->workspace)];

	(void)gate;
	for (;;) {
		struct timespec until = later(CLOCK_REALTIME, 10000);

		if (!sem_timedwait(turn, &until))
			break;
		gx_note("still waiting");
	}
	run_legs(request);
	sem_post(turn);
	return GX_RAN;
}

GATE("sem-timed", "a semaphore, waited for ten seconds at a time")
