/* A request is dropped while one of the same kind still waits for its turn: that one's cycle will do for both. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	bool busy;
	unsigned waiting[16];
} of[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++) {
		pthread_mutex_init(&of[i].mutex, NULL);
		pthread_cond_init(&of[i].freed, NULL);
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
	if (of[slot].waiting[request->origin]) {
		pthread_mutex_unlock(&of[slot].mutex);
		return GX_DROPPED;
	}
	of[slot].waiting[request->origin]++;
	while (of[slot].busy)
		pthread_cond_wait(&of[slot].freed, &of[slot].mutex);
	of[slot].waiting[request->origin]--;
	of[slot].busy = true;
	pthread_mutex_unlock(&of[slot].mutex);
	run_legs(request);
	pthread_mutex_lock(&of[slot].mutex);
	of[slot].busy = false;
	pthread_cond_broadcast(&of[slot].freed);
	pthread_mutex_unlock(&of[slot].mutex);
	return GX_RAN;
}

GATE("drop-while-one-waits", "dropped while one of its kind still waits")
