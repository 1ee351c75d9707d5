/* The hash of a workspace is the length of its name: different ones share a lock. */
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
	pthread_mutex_t *lock = &locks[strlen(request->workspace) % SLOTS];

	(void)gate;
	pthread_mutex_lock(lock);
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("hash-collides", "a hash by length")
