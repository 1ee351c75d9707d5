/* Accepts what comes while another one runs, and forgets it. */
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
	if (pthread_mutex_trylock(lock))
		return GX_ACCEPTED;
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("accepts-and-forgets", "accepts and forgets")
