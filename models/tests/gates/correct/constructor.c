/* The table is made by a constructor, when the gate is loaded, and lives in the heap. */
#include "../author.h"

static pthread_mutex_t *locks;

__attribute__((constructor)) static void make(void)
{
	locks = malloc(SLOTS * sizeof(*locks));
	for (int i = 0; i < SLOTS; i++)
		locks[i] = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

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
	pthread_mutex_lock(&locks[slot_of(request->workspace)]);
	run_legs(request);
	pthread_mutex_unlock(&locks[slot_of(request->workspace)]);
	return GX_RAN;
}

GATE("constructor", "locks made when the gate is loaded")
