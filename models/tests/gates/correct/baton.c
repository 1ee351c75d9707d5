/* A baton per workspace goes from hand to hand: who ends gives it to the first in the queue, whose semaphore is its own. */
#include "../author.h"

enum { QUEUE = 16 };

static struct {
	pthread_mutex_t mutex;
	bool out;
	sem_t *queue[QUEUE];
	unsigned count;
} of[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_init(&of[i].mutex, NULL);
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_destroy(&of[i].mutex);
}

static void take_baton(unsigned slot)
{
	sem_t turn;

	pthread_mutex_lock(&of[slot].mutex);
	if (!of[slot].out) {
		of[slot].out = true;
		pthread_mutex_unlock(&of[slot].mutex);
		return;
	}
	sem_init(&turn, 0, 0);
	of[slot].queue[of[slot].count++] = &turn;
	pthread_mutex_unlock(&of[slot].mutex);
	while (sem_wait(&turn))
		;
	sem_destroy(&turn);
}

static void pass_baton(unsigned slot)
{
	pthread_mutex_lock(&of[slot].mutex);
	if (of[slot].count) {
		sem_t *turn = of[slot].queue[0];

		of[slot].count--;
		for (unsigned i = 0; i < of[slot].count; i++)
			of[slot].queue[i] = of[slot].queue[i + 1];
		of[slot].queue[of[slot].count] = NULL;
		sem_post(turn);
	} else {
		of[slot].out = false;
	}
	pthread_mutex_unlock(&of[slot].mutex);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	take_baton(slot);
	run_legs(request);
	pass_baton(slot);
	return GX_RAN;
}

GATE("baton", "a baton is handed on by semaphores")
