/* Two locks in both orders, but never without a third that all take first. */
#include "../author.h"

static pthread_mutex_t all[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				     PTHREAD_MUTEX_INITIALIZER};
static pthread_mutex_t stops[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				       PTHREAD_MUTEX_INITIALIZER};
static pthread_mutex_t starts[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
					PTHREAD_MUTEX_INITIALIZER};

static void *open_gate(void)
{
	return all;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);
	pthread_mutex_t *first = request->origin == GX_MANUAL ? &stops[slot] : &starts[slot];
	pthread_mutex_t *second = request->origin == GX_MANUAL ? &starts[slot] : &stops[slot];

	(void)gate;
	pthread_mutex_lock(&all[slot]);
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	run_legs(request);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
	pthread_mutex_unlock(&all[slot]);
	return GX_RAN;
}

GATE("guarded-order", "two orders under one lock")
