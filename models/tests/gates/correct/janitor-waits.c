/* A monitor, and a janitor that waits for an hour or for close(), whichever comes first. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t freed, closes;
	bool busy[SLOTS], closing;
	unsigned idle_hours;
	pthread_t janitor;
} all;

static void *sweep(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&all.mutex);
	while (!all.closing) {
		struct timespec at = later(CLOCK_REALTIME, 3600000);
		int rc = 0;

		while (!all.closing && rc != ETIMEDOUT)
			rc = pthread_cond_timedwait(&all.closes, &all.mutex, &at);
	}
	pthread_mutex_unlock(&all.mutex);
	return NULL;
}

static void *open_gate(void)
{
	memset(&all, 0, sizeof(all));
	pthread_mutex_init(&all.mutex, NULL);
	pthread_cond_init(&all.freed, NULL);
	pthread_cond_init(&all.closes, NULL);
	pthread_create(&all.janitor, NULL, sweep, NULL);
	return &all;
}

static void close_gate(void *gate)
{
	(void)gate;
	pthread_mutex_lock(&all.mutex);
	all.closing = true;
	pthread_cond_signal(&all.closes);
	pthread_mutex_unlock(&all.mutex);
	pthread_join(all.janitor, NULL);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	bool *busy = &all.busy[slot_of(request->workspace)];

	(void)gate;
	pthread_mutex_lock(&all.mutex);
	while (*busy)
		pthread_cond_wait(&all.freed, &all.mutex);
	*busy = true;
	pthread_mutex_unlock(&all.mutex);
	run_legs(request);
	pthread_mutex_lock(&all.mutex);
	*busy = false;
	pthread_cond_broadcast(&all.freed);
	pthread_mutex_unlock(&all.mutex);
	return GX_RAN;
}

GATE("janitor-waits", "a janitor that waits with a time-out")
