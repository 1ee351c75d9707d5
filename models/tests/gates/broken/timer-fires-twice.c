/* A timer task serves the request after 10 s, and the caller does so itself when it has waited for 5 s. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
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

static void fire(void *arg)
{
	unsigned slot = (unsigned)(uintptr_t)arg;
	const struct gx_request *request = of[slot].pending;

	if (!request)
		return;
	pthread_mutex_lock(&of[slot].mutex);
	run_legs(request);
	of[slot].pending = NULL;
	pthread_mutex_unlock(&of[slot].mutex);
}

static void fire_later(void *arg)
{
	sleep_ms(10000);
	fire(arg);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	of[slot].pending = request;
	gx_go(fire_later, (void *)(uintptr_t)slot);
	sleep_ms(5000);
	fire((void *)(uintptr_t)slot);
	return GX_ACCEPTED;
}

GATE("timer-fires-twice", "a timer and its caller serve one request")
