/* A janitor waits on the callers' condition: the signal may be its, and the caller waits for ever. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool of[SLOTS], has_janitor;
static pthread_t janitor;

static void *sweep(void *arg)
{
	pthread_mutex_lock(&mutex);
	for (;;)
		pthread_cond_wait(&changed, &mutex);
	return arg;
}

static void enter(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	if (!has_janitor)
		has_janitor = pthread_create(&janitor, NULL, sweep, NULL) == 0;
	while (of[slot])
		pthread_cond_wait(&changed, &mutex);
	of[slot] = true;
	pthread_mutex_unlock(&mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	of[slot] = false;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
}

static void *open_gate(void)
{
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	enter(slot);
	run_legs(request);
	leave(slot);
	return GX_RAN;
}

GATE("signal-to-the-janitor", "a signal that a janitor may take")
