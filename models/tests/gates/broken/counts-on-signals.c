/* Right, unless a signal gets lost: one waiter is woken, and nobody looks again. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed[SLOTS] = {PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER,
				      PTHREAD_COND_INITIALIZER};
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
	while (busy[slot])
		pthread_cond_wait(&freed[slot], &mutex);
	busy[slot] = true;
	pthread_mutex_unlock(&mutex);
	run_legs(request);
	pthread_mutex_lock(&mutex);
	busy[slot] = false;
	pthread_cond_signal(&freed[slot]);
	pthread_mutex_unlock(&mutex);
	return GX_RAN;
}

GATE("counts-on-signals", "a signal for one waiter")
