/* Two locks in both orders; a semaphore keeps the two apart, until somebody takes it away. */
#include "../author.h"

static pthread_mutex_t stops = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t starts = PTHREAD_MUTEX_INITIALIZER;
static sem_t one;

static void *open_gate(void)
{
	sem_init(&one, 0, 1);
	return &one;
}

static void close_gate(void *gate)
{
	(void)gate;
	sem_destroy(&one);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *first = request->origin == GX_MANUAL ? &stops : &starts;
	pthread_mutex_t *second = request->origin == GX_MANUAL ? &starts : &stops;

	(void)gate;
	sem_wait(&one);
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	run_legs(request);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
	sem_post(&one);
	return GX_RAN;
}

GATE("order-apart", "two orders that never meet")
