/* A lease of 30 s: who finds an older one takes the lock for stale and goes ahead. */
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
	static struct {
		bool held;
		time_t since;
	} lease[SLOTS];
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(&locks[slot]);
	while (lease[slot].held && time(NULL) - lease[slot].since < 30) {
		pthread_mutex_unlock(&locks[slot]);
		sleep_ms(10000);
		pthread_mutex_lock(&locks[slot]);
	}
	lease[slot].held = true;
	lease[slot].since = time(NULL);
	pthread_mutex_unlock(&locks[slot]);
	run_legs(request);
	pthread_mutex_lock(&locks[slot]);
	lease[slot].held = false;
	pthread_mutex_unlock(&locks[slot]);
	return GX_RAN;
}

GATE("lease", "takes over a lease of 30 s")
