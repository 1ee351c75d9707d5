/* Keeps the lock if a leg failed. */
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
	if (gx_stop(request) == GX_LEG_FAILED || gx_start(request) == GX_LEG_FAILED)
		return GX_RAN;
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("leak-on-failed", "leaks the lock when a leg fails")
