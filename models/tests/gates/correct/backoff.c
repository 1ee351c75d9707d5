/* sem_trywait() with an exponential back-off: 10 ms, 20 ms, ..., 640 ms. */
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
	long ms = 10;

	(void)gate;
	while (sem_trywait(turn)) {
		struct timespec span = {0, ms * 1000000};

		clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL);
		if (ms < 640)
			ms *= 2;
	}
	run_legs(request);
	sem_post(turn);
	return GX_RAN;
}

GATE("backoff", "an exponential back-off")
