/* Counts who holds a lock, not who waits for it: the holder destroys and frees what another waits for. */
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
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(of[slot]);
	pthread_mutex_destroy(of[slot]);
	free(of[slot]);
	of[slot] = NULL;
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

GATE("frees-too-soon", "frees a lock that is waited for")
