/* Says that it ran while a task of its own has just begun. */
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
	(void)gate;
	gx_go(cycle, (void *)request);
	return GX_RAN;
}

GATE("ran-too-early", "says GX_RAN too early")
