/* A recursive lock of its own make that knows its owner by pthread_self(). */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	pthread_t owner;
	unsigned depth;
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

static void enter(unsigned slot)
{
	pthread_mutex_lock(&of[slot].mutex);
	while (of[slot].depth && !pthread_equal(of[slot].owner, pthread_self()))
		pthread_cond_wait(&of[slot].freed, &of[slot].mutex);
	of[slot].owner = pthread_self();
	of[slot].depth++;
	pthread_mutex_unlock(&of[slot].mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&of[slot].mutex);
	if (!--of[slot].depth) {
		memset(&of[slot].owner, 0, sizeof(of[slot].owner));
		pthread_cond_signal(&of[slot].freed);
	}
	pthread_mutex_unlock(&of[slot].mutex);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	enter(slot);
	enter(slot);
	gx_stop(request);
	leave(slot);
	gx_start(request);
	leave(slot);
	return GX_RAN;
}

GATE("owner-by-self", "a recursive lock that knows its owner by pthread_self()")
