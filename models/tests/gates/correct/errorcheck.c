/* An error-checking mutex: a helper that finds it its own (EDEADLK) goes on and leaves the unlock to who locked. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS];

static void *open_gate(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	for (int i = 0; i < SLOTS; i++)
		if (pthread_mutex_init(&locks[i], &attr))
			return NULL;
	pthread_mutexattr_destroy(&attr);
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_destroy(&locks[i]);
}

static void locked(const struct gx_request *request, void (*what)(const struct gx_request *))
{
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];
	int rc = pthread_mutex_lock(lock);

	what(request);
	if (rc != EDEADLK)
		pthread_mutex_unlock(lock);
}

static void start(const struct gx_request *request)
{
	gx_start(request);
}

static void both(const struct gx_request *request)
{
	gx_stop(request);
	locked(request, start);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	(void)gate;
	locked(request, both);
	return GX_RAN;
}

GATE("errorcheck", "an error-checking mutex that knows its owner")
