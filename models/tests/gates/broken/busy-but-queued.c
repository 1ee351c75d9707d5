/* Answers busy, and runs the legs later all the same. */
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

static void cycle(void *arg)
{
	const struct gx_request *request = arg;

	pthread_mutex_lock(&locks[slot_of(request->workspace)]);
	run_legs(request);
	pthread_mutex_unlock(&locks[slot_of(request->workspace)]);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];

	(void)gate;
	if (pthread_mutex_trylock(lock)) {
		gx_go(cycle, (void *)request);
		return GX_BUSY;
	}
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("busy-but-queued", "refused, and run all the same")
