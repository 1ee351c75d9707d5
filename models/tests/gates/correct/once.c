/* The first request makes the locks, by pthread_once(). */
#include "../author.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t *locks;

static void make_locks(void)
{
	locks = calloc(SLOTS, sizeof(*locks));
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_init(&locks[i], NULL);
}

static void *open_gate(void)
{
	return &once;
}

static void close_gate(void *gate)
{
	(void)gate;
	free(locks);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_once(gate, make_locks);
	pthread_mutex_lock(&locks[slot_of(request->workspace)]);
	run_legs(request);
	pthread_mutex_unlock(&locks[slot_of(request->workspace)]);
	return GX_RAN;
}

GATE("once", "locks made by pthread_once()")
