/* One lock for all workspaces, waited for by timed locks in a loop. */
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
	struct timespec until = later(CLOCK_REALTIME, 5000);

	(void)gate;
	while (pthread_mutex_timedlock(&locks[0], &until) == ETIMEDOUT)
		until = later(CLOCK_REALTIME, 5000);
	run_legs(request);
	pthread_mutex_unlock(&locks[0]);
	return GX_RAN;
}

GATE("global-timed", "one lock for all, timed")
