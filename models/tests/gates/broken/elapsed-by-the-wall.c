/* Polls for a day, as it thinks, and goes ahead without the lock: the wall clock goes back, and less than nothing is a long time. */
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
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];
	uint64_t began = (uint64_t)time(NULL);
	bool locked = false;

	(void)gate;
	while (!locked && (uint64_t)time(NULL) - began < 86400) {
		locked = pthread_mutex_trylock(lock) == 0;
		if (!locked)
			sleep_ms(1000);
	}
	run_legs(request);
	if (locked)
		pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("elapsed-by-the-wall", "counts the seconds by a clock that people set")
