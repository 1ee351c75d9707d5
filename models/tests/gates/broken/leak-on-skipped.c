/* Keeps the lock if the stop leg was skipped. */
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
	if (gx_stop(request) == GX_LEG_SKIPPED)
		return GX_RAN;
	gx_start(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("leak-on-skipped", "leaks the lock when a leg is skipped")
