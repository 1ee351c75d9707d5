/* Robust mutexes: a thread of the gate does the cycle, and may die with the lock. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS];

static void *open_gate(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	for (unsigned i = 0; i < SLOTS; i++)
		pthread_mutex_init(&locks[i], &attributes);
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

/* Leaves by pthread_exit() where the stop leg did not do it, without giving the lock back: the next one mends it. */
static void *cycle(void *argument)
{
	const struct gx_request *request = argument;
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];

	if (pthread_mutex_lock(lock) == EOWNERDEAD)
		pthread_mutex_consistent(lock);
	if (gx_stop(request) != GX_LEG_DONE)
		pthread_exit(NULL);
	gx_start(request);
	pthread_mutex_unlock(lock);
	return NULL;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_t thread;

	(void)gate;
	if (pthread_create(&thread, NULL, cycle, (void *)request))
		abort();
	pthread_join(thread, NULL);
	return GX_RAN;
}

GATE("robust", "locks that outlive who holds them")
