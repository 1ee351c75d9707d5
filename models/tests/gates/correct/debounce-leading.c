/* Leading debounce: a programmatic restart within a minute of the last one's begin is dropped; the others wait for their turn. */
#include "../author.h"

static struct {
	pthread_mutex_t clock, cycle;
	time_t last;
} of[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++) {
		pthread_mutex_init(&of[i].clock, NULL);
		pthread_mutex_init(&of[i].cycle, NULL);
	}
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static bool too_soon(unsigned slot)
{
	time_t now = time(NULL);
	bool soon;

	pthread_mutex_lock(&of[slot].clock);
	soon = of[slot].last && now - of[slot].last < 60;
	if (!soon)
		of[slot].last = now;
	pthread_mutex_unlock(&of[slot].clock);
	return soon;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	if (request->origin == GX_PROGRAMMATIC && too_soon(slot))
		return GX_DROPPED;
	pthread_mutex_lock(&of[slot].cycle);
	run_legs(request);
	pthread_mutex_unlock(&of[slot].cycle);
	return GX_RAN;
}

GATE("debounce-leading", "drops programmatic restarts within a minute")
