/* One static mutex per workspace, held around both legs. */
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
	pthread_mutex_t *lock = (pthread_mutex_t *)gate + slot_of(request->workspace);

	pthread_mutex_lock(lock);
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("plain-mutex", "one static mutex per workspace")
