/* A condition waited for with if: a wake-up for no reason is taken for the turn. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static bool of[SLOTS];

static void enter(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	if (of[slot])
		pthread_cond_wait(&freed, &mutex);
	of[slot] = true;
	pthread_mutex_unlock(&mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	of[slot] = false;
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

GATE("if-not-while", "waits with if instead of while")
