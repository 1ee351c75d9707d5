/* Debounce by time: what comes within a minute is said to be coalesced, and nothing follows. */
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
	static time_t last[SLOTS];
	unsigned slot = slot_of(request->workspace);
	time_t now = time(NULL);

	(void)gate;
	if (last[slot] && now - last[slot] < 60)
		return GX_COALESCED;
	last[slot] = now;
	pthread_mutex_lock(&locks[slot]);
	run_legs(request);
	pthread_mutex_unlock(&locks[slot]);
	return GX_RAN;
}

GATE("debounce-coalesces", "debounced, and said to be coalesced")
