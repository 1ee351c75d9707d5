/* A queue of waiters on their own stacks, each with a condition of its own: first come, first served. */
#include "../author.h"

struct waiter {
	pthread_cond_t turn;
	bool called;
	struct waiter *next;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool busy;
	struct waiter *first, *last;
} of[SLOTS];

static void *open_gate(void)
{
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void enter(unsigned slot)
{
	struct waiter me = {.called = false};

	pthread_mutex_lock(&mutex);
	if (of[slot].busy) {
		pthread_cond_init(&me.turn, NULL);
		if (of[slot].last)
			of[slot].last->next = &me;
		else
			of[slot].first = &me;
		of[slot].last = &me;
		while (!me.called)
			pthread_cond_wait(&me.turn, &mutex);
		pthread_cond_destroy(&me.turn);
	}
	of[slot].busy = true;
	pthread_mutex_unlock(&mutex);
}

static void leave(unsigned slot)
{
	struct waiter *next;

	pthread_mutex_lock(&mutex);
	next = of[slot].first;
	if (next) {
		of[slot].first = next->next;
		if (!of[slot].first)
			of[slot].last = NULL;
		next->called = true;
		pthread_cond_signal(&next->turn);
	} else {
		of[slot].busy = false;
	}
	pthread_mutex_unlock(&mutex);
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

GATE("fifo", "a queue of waiters, each with its own condition")
