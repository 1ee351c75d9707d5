/* Each request is accepted at once; its tracked task waits for the turn itself. */
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
	for (int i = 0; i < SLOTS; i++)
		sem_destroy(&turns[i]);
}

static void cycle(void *arg)
{
	const struct gx_request *request = arg;

	sem_wait(&turns[slot_of(request->workspace)]);
	run_legs(request);
	sem_post(&turns[slot_of(request->workspace)]);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	(void)gate;
	gx_go(cycle, (void *)request);
	return GX_ACCEPTED;
}

GATE("go-waits", "accepted; the tracked task waits for its turn")
