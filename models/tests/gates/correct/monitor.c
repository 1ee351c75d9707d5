/* One monitor: a mutex, a condition, a flag per workspace. Whoever ends wakes all. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
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
		pthread_cond_wait(&changed, &mutex);
	busy[slot] = true;
	pthread_mutex_unlock(&mutex);

	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);

	pthread_mutex_lock(&mutex);
	busy[slot] = false;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	return GX_RAN;
}

GATE("monitor", "mutex, condition and a flag per workspace")
