/* Destroys the lock at the end of each cycle, before the unlock, and makes it anew. */
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
	run_legs(request);
	pthread_mutex_destroy(lock);
	pthread_mutex_init(lock, NULL);
	return GX_RAN;
}

GATE("destroyed-while-held", "destroys a lock that is held")
