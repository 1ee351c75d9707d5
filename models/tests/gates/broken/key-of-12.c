/* The lock is chosen by the first 12 characters of the workspace. */
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
	static char names[SLOTS][13];
	unsigned slot = 0;

	(void)gate;
	while (names[slot][0] && strncmp(names[slot], request->workspace, 12) != 0)
		slot++;
	memcpy(names[slot], request->workspace, strnlen(request->workspace, 12));
	pthread_mutex_lock(&locks[slot]);
	run_legs(request);
	pthread_mutex_unlock(&locks[slot]);
	return GX_RAN;
}

GATE("key-of-12", "keyed on the first 12 characters")
