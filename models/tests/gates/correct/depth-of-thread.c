/* A lock that its thread may take again, by a depth that each thread has for itself. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				       PTHREAD_MUTEX_INITIALIZER};
static _Thread_local unsigned depth[SLOTS];

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void enter(unsigned slot)
{
	if (!depth[slot]++)
		pthread_mutex_lock(&locks[slot]);
}

static void leave(unsigned slot)
{
	if (!--depth[slot])
		pthread_mutex_unlock(&locks[slot]);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	enter(slot);
	if (gx_stop(request) == GX_LEG_DONE) {
		enter(slot);
		gx_start(request);
		leave(slot);
	}
	leave(slot);
	return GX_RAN;
}

GATE("depth-of-thread", "a depth in thread-local memory")
