/* The start leg goes into a task of its own, and the unlock does not wait for it. */
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

static void start(void *request)
{
	gx_start(request);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];

	(void)gate;
	pthread_mutex_lock(lock);
	if (gx_stop(request) == GX_LEG_DONE)
		gx_go(start, (void *)request);
	pthread_mutex_unlock(lock);
	return GX_ACCEPTED;
}

GATE("unlock-early", "unlocks while the start leg runs")
