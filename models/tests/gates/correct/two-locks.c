/* Two locks per workspace, always in one order: one for the container, one for the row. */
#include "../author.h"

static struct {
	pthread_mutex_t container, row;
} of[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++) {
		pthread_mutex_init(&of[i].container, NULL);
		pthread_mutex_init(&of[i].row, NULL);
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
	pthread_mutex_lock(&of[slot].container);
	pthread_mutex_lock(&of[slot].row);
	gx_stop(request);
	pthread_mutex_unlock(&of[slot].row);
	pthread_mutex_lock(&of[slot].row);
	gx_start(request);
	pthread_mutex_unlock(&of[slot].row);
	pthread_mutex_unlock(&of[slot].container);
	return GX_RAN;
}

GATE("two-locks", "two locks, always in one order")
