/* open() locks one of the locks, as a reserve, and close() destroys it as it is. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_init(&locks[i], NULL);
	pthread_mutex_lock(&locks[SLOTS - 1]);
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_destroy(&locks[i]);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	(void)gate;
	pthread_mutex_lock(&locks[slot_of(request->workspace)]);
	run_legs(request);
	pthread_mutex_unlock(&locks[slot_of(request->workspace)]);
	return GX_RAN;
}

GATE("close-destroys-held", "close() destroys a lock that is held")
