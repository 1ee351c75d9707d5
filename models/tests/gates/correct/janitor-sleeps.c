/* A mutex per workspace, and a janitor that wakes every minute to count what is in use. */
#include <stdatomic.h>

#include "../author.h"

static struct {
	pthread_mutex_t locks[SLOTS];
	pthread_t janitor;
	atomic_bool closing;
} all;

static void *sweep(void *arg)
{
	(void)arg;
	while (!atomic_load(&all.closing))
		sleep_ms(60000);
	return NULL;
}

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_init(&all.locks[i], NULL);
	pthread_create(&all.janitor, NULL, sweep, NULL);
	return &all;
}

static void close_gate(void *gate)
{
	(void)gate;
	atomic_store(&all.closing, true);
	pthread_join(all.janitor, NULL);
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_destroy(&all.locks[i]);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = &all.locks[slot_of(request->workspace)];

	(void)gate;
	pthread_mutex_lock(lock);
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("janitor-sleeps", "a janitor that sleeps in a loop")
