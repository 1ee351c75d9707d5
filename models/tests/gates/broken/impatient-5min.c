/* Waits five minutes for the lock, and goes ahead without it. */
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
	struct timespec until = later(CLOCK_REALTIME, 300000);
	int rc = pthread_mutex_timedlock(lock, &until);

	(void)gate;
	run_legs(request);
	if (!rc)
		pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("impatient-5min", "goes ahead after five minutes")
