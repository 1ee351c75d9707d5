/* A recursive mutex per workspace: the caller locks it, and so does the helper that runs a leg. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS];

static void *open_gate(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_init(&locks[i], &attr);
	pthread_mutexattr_destroy(&attr);
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_destroy(&locks[i]);
}

static void leg(const struct gx_request *request, enum gx_leg_result (*run)(const struct gx_request *))
{
	pthread_mutex_lock(&locks[slot_of(request->workspace)]);
	run(request);
	pthread_mutex_unlock(&locks[slot_of(request->workspace)]);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	(void)gate;
	pthread_mutex_lock(&locks[slot_of(request->workspace)]);
	leg(request, gx_stop);
	leg(request, gx_start);
	pthread_mutex_unlock(&locks[slot_of(request->workspace)]);
	return GX_RAN;
}

GATE("recursive", "a recursive mutex, taken again by a helper")
