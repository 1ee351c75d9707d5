/* A thread would complain of a cycle that lasts an hour; it is cancelled as it sleeps, once the cycle is over. */
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

static void *complain(void *argument)
{
	sleep(3600);
	gx_note("a cycle lasts an hour");
	return argument;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];
	pthread_t timer;

	(void)gate;
	pthread_mutex_lock(lock);
	if (pthread_create(&timer, NULL, complain, NULL))
		abort();
	run_legs(request);
	pthread_cancel(timer);
	pthread_join(timer, NULL);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("cancelled-timer", "a timer that is cancelled")
