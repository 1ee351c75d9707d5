/* Three locks, each taken under the one before it, round and round; a semaphore keeps them apart. */
#include "../author.h"

static pthread_mutex_t ring[3] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static sem_t one;

static void *open_gate(void)
{
	sem_init(&one, 0, 1);
	return &one;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *first = &ring[request->id % 3];
	pthread_mutex_t *second = &ring[(request->id + 1) % 3];

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

GATE("three-in-a-ring", "three locks in a ring")
