/* Takes the lock out of the table when its own cycle is over, whoever still waits for it: the next one makes another. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *of[SLOTS];

static void enter(unsigned slot)
{
	pthread_mutex_t *lock;

	pthread_mutex_lock(&mutex);
	if (!of[slot]) {
		of[slot] = malloc(sizeof(*lock));
		pthread_mutex_init(of[slot], NULL);
	}
	lock = of[slot];
	pthread_mutex_unlock(&mutex);
	pthread_mutex_lock(lock);
}

static void leave(unsigned slot)
{
	pthread_mutex_t *lock;

	pthread_mutex_lock(&mutex);
	lock = of[slot];
	of[slot] = NULL;
	pthread_mutex_unlock(&mutex);
	if (lock)
		pthread_mutex_unlock(lock);
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

GATE("forgets-the-entry", "forgets a lock that is waited for")
