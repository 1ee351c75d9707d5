/* One caller runs the cycles; who comes meanwhile leaves its request and goes, and one more cycle serves all of these. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	bool running;
	const struct gx_request *pending;
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

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(&of[slot].mutex);
	if (of[slot].running) {
		of[slot].pending = request;
		pthread_mutex_unlock(&of[slot].mutex);
		return GX_COALESCED;
	}
	of[slot].running = true;
	while (request) {
		pthread_mutex_unlock(&of[slot].mutex);
		run_legs(request);
		pthread_mutex_lock(&of[slot].mutex);
		request = of[slot].pending;
		of[slot].pending = NULL;
	}
	of[slot].running = false;
	pthread_mutex_unlock(&of[slot].mutex);
	return GX_RAN;
}

GATE("coalescer", "one caller serves those who came meanwhile")
