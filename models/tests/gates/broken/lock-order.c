/* Two locks; people take them in one order, programs in the other. */
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
	pthread_mutex_t *first = &locks[request->origin == GX_MANUAL];
	pthread_mutex_t *second = &locks[request->origin != GX_MANUAL];

	(void)gate;
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	run_legs(request);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
	return GX_RAN;
}

GATE("lock-order", "two locks in both orders")
