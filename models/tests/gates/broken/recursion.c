/* Recurses for ever when a leg has failed. */
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

static unsigned depth(unsigned n)
{
	volatile char frame[512];

	frame[0] = (char)n;
	return n ? depth(n - 1) + (unsigned)frame[0] : depth(1);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];

	(void)gate;
	pthread_mutex_lock(lock);
	if (gx_stop(request) == GX_LEG_FAILED)
		depth(2);
	gx_start(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("recursion", "overflows its stack when a leg fails")
