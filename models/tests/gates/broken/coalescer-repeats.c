/* A coalescer whose runner serves those who came meanwhile with its own request once more. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	bool running, pending;
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
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(&of[slot].mutex);
	if (of[slot].running) {
		of[slot].pending = true;
		pthread_mutex_unlock(&of[slot].mutex);
		return GX_COALESCED;
	}
	of[slot].running = true;
	do {
		of[slot].pending = false;
		pthread_mutex_unlock(&of[slot].mutex);
		run_legs(request);
		pthread_mutex_lock(&of[slot].mutex);
	} while (of[slot].pending);
	of[slot].running = false;
	pthread_mutex_unlock(&of[slot].mutex);
	return GX_RAN;
}

GATE("coalescer-repeats", "a coalescer that runs its own legs again")
