/* A binary semaphore per workspace. */
#include "../author.h"

static void *open_gate(void)
{
	sem_t *turns = calloc(SLOTS, sizeof(*turns));

	for (int i = 0; turns && i < SLOTS; i++)
		if (sem_init(&turns[i], 0, 1))
			return NULL;
	return turns;
}

static void close_gate(void *gate)
{
	for (int i = 0; i < SLOTS; i++)
		sem_destroy((sem_t *)gate + i);
	free(gate);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	sem_t *turn = (sem_t *)gate + slot_of(request->workspace);

	while (sem_wait(turn) && errno == EINTR)
		;
	run_legs(request);
	sem_post(turn);
	return GX_RAN;
}

GATE("semaphore", "a binary semaphore per workspace")
