/* Go's `defer unlock()`: whichever way out handle() takes. */
#include "../author.h"

static struct turn {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	bool busy;
} turns[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++)
		turns[i] = (struct turn){PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
	return turns;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void unlock(void *arg)
{
	struct turn *turn = arg;

	pthread_mutex_lock(&turn->mutex);
	turn->busy = false;
	pthread_mutex_unlock(&turn->mutex);
	pthread_cond_signal(&turn->freed);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct turn *turn = (struct turn *)gate + slot_of(request->workspace);

	pthread_mutex_lock(&turn->mutex);
	while (turn->busy)
		pthread_cond_wait(&turn->freed, &turn->mutex);
	turn->busy = true;
	pthread_mutex_unlock(&turn->mutex);
	gx_defer(unlock, turn);
	if (gx_stop(request) != GX_LEG_DONE)
		return GX_RAN;
	if (gx_start(request) != GX_LEG_DONE)
		return GX_RAN;
	return GX_RAN;
}

GATE("deferred-unlock", "unlocked by a deferred call")
