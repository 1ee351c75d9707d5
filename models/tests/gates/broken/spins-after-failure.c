/* A spin lock by trylock, which is kept when a leg failed: the next one spins for ever. */
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
	while (pthread_mutex_trylock(lock))
		sched_yield();
	if (gx_stop(request) == GX_LEG_FAILED || gx_start(request) == GX_LEG_FAILED)
		return GX_RAN;
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("spins-after-failure", "spins for ever after a failed leg")
