/* The last one's record is published by an atomic pointer: what it says was written before, and is read by whoever takes the pointer. */
#include <stdatomic.h>

#include "../author.h"

struct record {
	unsigned id;
	char workspace[16];
};

static struct {
	pthread_mutex_t lock;
	struct record *_Atomic last;
} of[SLOTS] = {{PTHREAD_MUTEX_INITIALIZER, NULL},
	       {PTHREAD_MUTEX_INITIALIZER, NULL},
	       {PTHREAD_MUTEX_INITIALIZER, NULL},
	       {PTHREAD_MUTEX_INITIALIZER, NULL}};

static void *open_gate(void)
{
	return &of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void publish(unsigned slot, const struct gx_request *request)
{
	struct record *record = malloc(sizeof(*record));

	record->id = request->id;
	snprintf(record->workspace, sizeof(record->workspace), "%s", request->workspace);
	free(atomic_exchange(&of[slot].last, record));
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	publish(slot, request);
	pthread_mutex_lock(&of[slot].lock);
	run_legs(request);
	pthread_mutex_unlock(&of[slot].lock);
	free(atomic_exchange(&of[slot].last, NULL));
	return GX_RAN;
}

GATE("handed-by-atomic", "a record that goes from hand to hand by an atomic pointer")
