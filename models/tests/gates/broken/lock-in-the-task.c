/* The lock is taken in the task that runs the cycle; what has to be decided under it is decided before (V20). */
#include "../author.h"

static struct {
	pthread_mutex_t lock;
	bool queued;
} slots[SLOTS];

static void *open_gate(void)
{
	for (unsigned i = 0; i < SLOTS; i++)
		pthread_mutex_init(&slots[i].lock, NULL);
	return slots;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void cycle(void *argument)
{
	const struct gx_request *request = argument;
	unsigned slot = slot_of(request->workspace);

	pthread_mutex_lock(&slots[slot].lock);
	run_legs(request);
	slots[slot].queued = false;
	pthread_mutex_unlock(&slots[slot].lock);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	if (slots[slot].queued)
		return GX_COALESCED;
	slots[slot].queued = true;
	gx_go(cycle, (void *)request);
	return GX_ACCEPTED;
}

GATE("lock-in-the-task", "locks too late")
