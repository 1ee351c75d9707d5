/* One lock for all workspaces. */
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
	(void)gate;
	pthread_mutex_lock(&locks[0]);
	run_legs(request);
	pthread_mutex_unlock(&locks[0]);
	return GX_RAN;
}

GATE("global-lock", "one lock for all")
