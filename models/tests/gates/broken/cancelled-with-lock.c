/* A thread that waits with the lock is cancelled, and has no handler that gives it back. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void *open_gate(void)
{
	return &mutex;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void *watch(void *argument)
{
	pthread_mutex_lock(&mutex);
	for (;;)
		pthread_cond_wait(&never, &mutex);
	return argument;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_t watcher;

	(void)gate;
	if (pthread_create(&watcher, NULL, watch, NULL))
		abort();
	run_legs(request);
	pthread_cancel(watcher);
	pthread_join(watcher, NULL);
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	return GX_RAN;
}

GATE("cancelled-with-lock", "cancelled in a wait")
