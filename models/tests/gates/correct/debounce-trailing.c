/* Trailing debounce: a timer thread waits until 500 ms have passed without a new request and serves the newest; all wait for it. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t asked, served;
	struct {
		const struct gx_request *newest;
		unsigned asked, served;
		struct timespec due;
		pthread_t timer;
	} of[2];
	bool closing;
} all;

static bool quiet(unsigned slot)
{
	struct timespec due;
	int rc;

	do {
		due = all.of[slot].due;
		rc = pthread_cond_timedwait(&all.asked, &all.mutex, &due);
	} while (rc != ETIMEDOUT || due.tv_sec != all.of[slot].due.tv_sec || due.tv_nsec != all.of[slot].due.tv_nsec);
	return true;
}

static void *tick(void *arg)
{
	unsigned slot = (unsigned)(uintptr_t)arg;

	pthread_mutex_lock(&all.mutex);
	for (;;) {
		const struct gx_request *request;
		unsigned covers;

		while (!all.of[slot].newest && !all.closing)
			pthread_cond_wait(&all.asked, &all.mutex);
		if (!all.of[slot].newest)
			break;
		quiet(slot);
		request = all.of[slot].newest;
		covers = all.of[slot].asked;
		all.of[slot].newest = NULL;
		pthread_mutex_unlock(&all.mutex);
		run_legs(request);
		pthread_mutex_lock(&all.mutex);
		all.of[slot].served = covers;
		pthread_cond_broadcast(&all.served);
	}
	pthread_mutex_unlock(&all.mutex);
	return NULL;
}

static void *open_gate(void)
{
	memset(&all, 0, sizeof(all));
	pthread_mutex_init(&all.mutex, NULL);
	pthread_cond_init(&all.asked, NULL);
	pthread_cond_init(&all.served, NULL);
	for (unsigned i = 0; i < 2; i++)
		pthread_create(&all.of[i].timer, NULL, tick, (void *)(uintptr_t)i);
	return &all;
}

static void close_gate(void *gate)
{
	(void)gate;
	pthread_mutex_lock(&all.mutex);
	all.closing = true;
	pthread_cond_broadcast(&all.asked);
	pthread_mutex_unlock(&all.mutex);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(all.of[i].timer, NULL);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);
	unsigned mine;

	(void)gate;
	pthread_mutex_lock(&all.mutex);
	mine = ++all.of[slot].asked;
	all.of[slot].newest = request;
	all.of[slot].due = later(CLOCK_REALTIME, 500);
	pthread_cond_broadcast(&all.asked);
	while (all.of[slot].served < mine)
		pthread_cond_wait(&all.served, &all.mutex);
	pthread_mutex_unlock(&all.mutex);
	return GX_COALESCED;
}

GATE("debounce-trailing", "500 ms of quiet, then the newest request")
