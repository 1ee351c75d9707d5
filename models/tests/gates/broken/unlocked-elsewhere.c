/* The mutex that handle() locked is unlocked by another task, as Go allows. */
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

static void cycle(void *request)
{
	run_legs(request);
	pthread_mutex_unlock(&locks[slot_of(((const struct gx_request *)request)->workspace)]);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	(void)gate;
	pthread_mutex_lock(&locks[slot_of(request->workspace)]);
	gx_go(cycle, (void *)request);
	return GX_ACCEPTED;
}

GATE("unlocked-elsewhere", "a mutex unlocked by another task")
