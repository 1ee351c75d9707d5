/* Looks at the flag before it takes the mutex: freed in between, it waits for a signal that has been. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static volatile bool of[SLOTS];

static void enter(unsigned slot)
{
	if (of[slot]) {
		pthread_mutex_lock(&mutex);
		pthread_cond_wait(&freed, &mutex);
		while (of[slot])
			pthread_cond_wait(&freed, &mutex);
		pthread_mutex_unlock(&mutex);
	}
	of[slot] = true;
}

static void leave(unsigned slot)
{
	of[slot] = false;
	pthread_mutex_lock(&mutex);
	pthread_cond_broadcast(&freed);
	pthread_mutex_unlock(&mutex);
}

static void *open_gate(void)
{
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
	enter(slot);
	run_legs(request);
	leave(slot);
	return GX_RAN;
}

GATE("check-outside", "looks before it locks")
