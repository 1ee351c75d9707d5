/* The lock is right; how many cycles there were is counted behind it. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				       PTHREAD_MUTEX_INITIALIZER};
static unsigned long of;

static void *open_gate(void)
{
	return &of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(&locks[slot]);
	run_legs(request);
	pthread_mutex_unlock(&locks[slot]);
	of++;
	return GX_RAN;
}

GATE("statistics-outside", "a counter behind the lock")
