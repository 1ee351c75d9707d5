/* Looks up the third request in a table of two. */
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
	static unsigned counts[2];
	unsigned *const of[8] = {NULL, &counts[0], &counts[1]};
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];

	(void)gate;
	pthread_mutex_lock(lock);
	++*of[request->id % 8];
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("null-pointer", "writes through a null pointer at the third caller")
