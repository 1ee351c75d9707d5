/* A thread per request, which the caller joins. */
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

static void *cycle(void *arg)
{
	const struct gx_request *request = arg;
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];

	pthread_mutex_lock(lock);
	gx_stop(request);
	gx_start(request);
	pthread_mutex_unlock(lock);
	return lock;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_t thread;
	void *result;

	(void)gate;
	if (pthread_create(&thread, NULL, cycle, (void *)request))
		return GX_BUSY;
	pthread_join(thread, &result);
	return GX_RAN;
}

GATE("thread-joined", "a thread per request, joined")
