/* A generation counter: who finds the workspace busy waits for the next generation, then looks again. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t next;
	unsigned generation;
	bool busy;
} of[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++) {
		pthread_mutex_init(&of[i].mutex, NULL);
		pthread_cond_init(&of[i].next, NULL);
	}
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
	pthread_mutex_lock(&of[slot].mutex);
	while (of[slot].busy) {
		unsigned now = of[slot].generation;

		while (of[slot].generation == now)
			pthread_cond_wait(&of[slot].next, &of[slot].mutex);
	}
	of[slot].busy = true;
	pthread_mutex_unlock(&of[slot].mutex);
	run_legs(request);
	pthread_mutex_lock(&of[slot].mutex);
	of[slot].busy = false;
	of[slot].generation++;
	pthread_cond_broadcast(&of[slot].next);
	pthread_mutex_unlock(&of[slot].mutex);
	return GX_RAN;
}

GATE("generation", "waits for the next generation")
