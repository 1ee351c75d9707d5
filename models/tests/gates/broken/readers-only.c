/* A readers-writer lock of its own make, and a restart takes it for reading. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct {
	unsigned readers;
	bool writer;
} of[SLOTS];

static void enter(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	while (of[slot].writer)
		pthread_cond_wait(&changed, &mutex);
	of[slot].readers++;
	pthread_mutex_unlock(&mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	of[slot].readers--;
	pthread_cond_broadcast(&changed);
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

GATE("readers-only", "restarts take the lock for reading")
