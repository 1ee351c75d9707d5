/* A baton: who ends gives it to the first of the queue, and clears the queue. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool out;
	sem_t *queue[8];
	unsigned count;
} of[SLOTS];

static void enter(unsigned slot)
{
	sem_t turn;

	pthread_mutex_lock(&mutex);
	if (of[slot].out) {
		sem_init(&turn, 0, 0);
		of[slot].queue[of[slot].count++] = &turn;
		pthread_mutex_unlock(&mutex);
		sem_wait(&turn);
		return;
	}
	of[slot].out = true;
	pthread_mutex_unlock(&mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	if (of[slot].count)
		sem_post(of[slot].queue[0]);
	else
		of[slot].out = false;
	of[slot].count = 0;
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

GATE("baton-lost", "the baton is lost when two wait")
