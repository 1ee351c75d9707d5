/* Keeps the table's lock while it waits for the workspace's: all wait behind one. */
#include "../author.h"

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t of[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				    PTHREAD_MUTEX_INITIALIZER};

static void enter(unsigned slot)
{
	pthread_mutex_lock(&table);
	pthread_mutex_lock(&of[slot]);
	pthread_mutex_unlock(&table);
}

static void leave(unsigned slot)
{
	pthread_mutex_unlock(&of[slot]);
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

GATE("table-held", "waits with the table locked")
