/* The table's lock is held over the legs: one workspace's cycle keeps all others from finding theirs. */
#include "../author.h"

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t of[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				    PTHREAD_MUTEX_INITIALIZER};

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
	pthread_mutex_lock(&table_lock);
	pthread_mutex_lock(&of[slot]);
	run_legs(request);
	pthread_mutex_unlock(&of[slot]);
	pthread_mutex_unlock(&table_lock);
	return GX_RAN;
}

GATE("table-held", "the table's lock over the legs")
