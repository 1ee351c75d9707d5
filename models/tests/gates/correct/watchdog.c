/* A watchdog thread beside each cycle: it would say so after an hour; the cycle's end calls it off and joins it. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				       PTHREAD_MUTEX_INITIALIZER};

struct dog {
	pthread_mutex_t mutex;
	pthread_cond_t over;
	bool done;
};

static void *watch(void *arg)
{
	struct dog *dog = arg;
	struct timespec until = later(CLOCK_REALTIME, 3600000);
	int rc = 0;

	pthread_mutex_lock(&dog->mutex);
	while (!dog->done && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&dog->over, &dog->mutex, &until);
	if (!dog->done)
		gx_note("it takes long");
	pthread_mutex_unlock(&dog->mutex);
	return NULL;
}

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct dog dog = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];
	pthread_t thread;

	(void)gate;
	pthread_mutex_lock(lock);
	pthread_create(&thread, NULL, watch, &dog);
	run_legs(request);
	pthread_mutex_lock(&dog.mutex);
	dog.done = true;
	pthread_cond_signal(&dog.over);
	pthread_mutex_unlock(&dog.mutex);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("watchdog", "a watchdog beside each cycle")
