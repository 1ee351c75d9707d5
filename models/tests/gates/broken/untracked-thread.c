/* The legs run in a detached thread, which the drain does not know of. */
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

	pthread_mutex_lock(&locks[slot_of(request->workspace)]);
	run_legs(request);
	pthread_mutex_unlock(&locks[slot_of(request->workspace)]);
	return NULL;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_t thread;

	(void)gate;
	pthread_create(&thread, NULL, cycle, (void *)request);
	pthread_detach(thread);
	return GX_ACCEPTED;
}

GATE("untracked-thread", "legs in a detached thread")
