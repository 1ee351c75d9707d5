/* Waits on the condition without the mutex that goes with it. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static bool of[SLOTS];

static void *open_gate(void)
{
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static bool is_taken(unsigned slot)
{
	bool taken;

	pthread_mutex_lock(&mutex);
	taken = of[slot];
	of[slot] = true;
	pthread_mutex_unlock(&mutex);
	return taken;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	while (is_taken(slot))
		pthread_cond_wait(&freed, &mutex);
	run_legs(request);
	pthread_mutex_lock(&mutex);
	of[slot] = false;
	pthread_cond_broadcast(&freed);
	pthread_mutex_unlock(&mutex);
	return GX_RAN;
}

GATE("waits-without-the-lock", "a wait without its mutex")
