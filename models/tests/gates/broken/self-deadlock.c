/* The helper for the start leg locks what its caller holds. */
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

	(void)gate;
	pthread_mutex_lock(lock);
	gx_stop(request);
	pthread_mutex_lock(lock);
	gx_start(request);
	pthread_mutex_unlock(lock);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("self-deadlock", "locks twice")
