/* A coalescer that clears `running` in a second critical section: what comes in between is served by nobody. */
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
}

static const struct gx_request *next(unsigned slot)
{
	const struct gx_request *request;

	pthread_mutex_lock(&of[slot].mutex);
	request = of[slot].pending;
	of[slot].pending = NULL;
	pthread_mutex_unlock(&of[slot].mutex);
	return request;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);
	bool runs;

	(void)gate;
	pthread_mutex_lock(&of[slot].mutex);
	of[slot].pending = request;
	runs = !of[slot].running;
	of[slot].running = true;
	pthread_mutex_unlock(&of[slot].mutex);
	if (!runs)
		return GX_COALESCED;
	while ((request = next(slot)))
		run_legs(request);
	pthread_mutex_lock(&of[slot].mutex);
	of[slot].running = false;
	pthread_mutex_unlock(&of[slot].mutex);
	return GX_RAN;
}

GATE("coalescer-c1", "a coalescer with a lost wake-up")
