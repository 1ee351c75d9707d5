/* A condition on the monotonic clock, looked after every second. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	bool busy;
} of[SLOTS];

static void *open_gate(void)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	for (int i = 0; i < SLOTS; i++) {
		pthread_mutex_init(&of[i].mutex, NULL);
		pthread_cond_init(&of[i].freed, &attr);
	}
	pthread_condattr_destroy(&attr);
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(&of[slot].mutex);
	while (of[slot].busy) {
		struct timespec until = later(CLOCK_MONOTONIC, 1000);

		pthread_cond_timedwait(&of[slot].freed, &of[slot].mutex, &until);
	}
	of[slot].busy = true;
	pthread_mutex_unlock(&of[slot].mutex);
	run_legs(request);
	pthread_mutex_lock(&of[slot].mutex);
	of[slot].busy = false;
	pthread_cond_signal(&of[slot].freed);
	pthread_mutex_unlock(&of[slot].mutex);
	return GX_RAN;
}

GATE("monotonic", "a timed wait on the monotonic clock, in a loop")
