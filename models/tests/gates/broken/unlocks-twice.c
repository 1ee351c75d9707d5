/* Unlocks on the error path, and once more at the end. */
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
	if (gx_stop(request) != GX_LEG_DONE || gx_start(request) != GX_LEG_DONE)
		pthread_mutex_unlock(lock);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("unlocks-twice", "unlocks twice when a leg fails")
