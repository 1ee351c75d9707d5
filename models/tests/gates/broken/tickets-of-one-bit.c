/* Tickets of one bit: the third caller has the number of the first. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t called;
	unsigned next : 1, serving : 1;
} of[SLOTS] = {{PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0}};

static void enter(unsigned slot)
{
	unsigned mine;

	pthread_mutex_lock(&of[slot].mutex);
	mine = of[slot].next++;
	while (of[slot].serving != mine)
		pthread_cond_wait(&of[slot].called, &of[slot].mutex);
	pthread_mutex_unlock(&of[slot].mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&of[slot].mutex);
	of[slot].serving++;
	pthread_cond_broadcast(&of[slot].called);
	pthread_mutex_unlock(&of[slot].mutex);
}

static void *open_gate(void)
{
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
	enter(slot);
	run_legs(request);
	leave(slot);
	return GX_RAN;
}

GATE("tickets-of-one-bit", "tickets of one bit")
