/* Takes trylock for lock: the answer is not looked at. */
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
	pthread_mutex_trylock(lock);
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("trylock-ignored", "does not look at what trylock says")
