/* Waits for exactly the next generation: who sleeps through it waits for ever. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t next;
	unsigned generation;
	bool busy;
} of[SLOTS] = {{PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false}};

static void enter(unsigned slot)
{
	pthread_mutex_lock(&of[slot].mutex);
	while (of[slot].busy) {
		unsigned wanted = of[slot].generation + 1;

		while (of[slot].generation != wanted)
			pthread_cond_wait(&of[slot].next, &of[slot].mutex);
	}
	of[slot].busy = true;
	pthread_mutex_unlock(&of[slot].mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&of[slot].mutex);
	of[slot].busy = false;
	of[slot].generation++;
	pthread_cond_broadcast(&of[slot].next);
	pthread_mutex_unlock(&of[slot].mutex);
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

GATE("exact-generation", "waits for exactly the next generation")
