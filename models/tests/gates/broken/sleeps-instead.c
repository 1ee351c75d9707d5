/* No lock: each request sleeps ten seconds per id, so that they do not meet. */
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
	(void)gate;
	sleep_ms(10000 * (long)(request->id - 1));
	run_legs(request);
	return GX_RAN;
}

GATE("sleeps-instead", "sleeps instead of locking")
