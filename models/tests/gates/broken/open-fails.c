/* open() answers NULL: its state is made later. */
#include "../author.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *open_gate(void)
{
	return NULL;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	(void)gate;
	pthread_mutex_lock(&lock);
	run_legs(request);
	pthread_mutex_unlock(&lock);
	return GX_RAN;
}

GATE("open-fails", "open() returns NULL")
