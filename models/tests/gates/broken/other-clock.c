/* Looks again every second, by a deadline of the monotonic clock; the condition variable goes by the other one, where that is long gone. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static bool busy[SLOTS];

static void *open_gate(void)
{
	return busy;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(&mutex);
	while (busy[slot]) {
		struct timespec when = later(CLOCK_MONOTONIC, 1000);

		pthread_cond_timedwait(&freed, &mutex, &when);
	}
	busy[slot] = true;
	pthread_mutex_unlock(&mutex);
	run_legs(request);
	pthread_mutex_lock(&mutex);
	busy[slot] = false;
	pthread_cond_broadcast(&freed);
	pthread_mutex_unlock(&mutex);
	return GX_RAN;
}

GATE("other-clock", "a deadline of another clock")
