/* A timed lock of 30 s in a loop: a long wait is worth a note, no more. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				       PTHREAD_MUTEX_INITIALIZER};

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];
	struct timespec until;

	(void)gate;
	do {
		until = later(CLOCK_REALTIME, 30000);
	} while (pthread_mutex_timedlock(lock, &until) == ETIMEDOUT);
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("timedlock-retry", "a timed lock in a loop")
