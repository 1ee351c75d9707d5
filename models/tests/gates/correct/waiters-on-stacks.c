/* Whoever has to wait lies in a list on its own stack, and is handed the turn there; all under one mutex. */
#include "../author.h"

struct waiter {
	pthread_cond_t turn;
	bool mine;
	struct waiter *next;
};

static struct {
	bool busy;
	struct waiter *first;
} of[SLOTS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *open_gate(void)
{
	return &of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void wait_for_turn(unsigned slot)
{
	struct waiter self = {.turn = PTHREAD_COND_INITIALIZER};
	struct waiter **last = &of[slot].first;

	while (*last)
		last = &(*last)->next;
	*last = &self;
	while (!self.mine)
		pthread_cond_wait(&self.turn, &mutex);
	pthread_cond_destroy(&self.turn);
}

static void enter(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	if (of[slot].busy)
		wait_for_turn(slot);
	of[slot].busy = true;
	pthread_mutex_unlock(&mutex);
}

static void leave(unsigned slot)
{
	struct waiter *next;

	pthread_mutex_lock(&mutex);
	next = of[slot].first;
	of[slot].busy = next;
	if (next) {
		of[slot].first = next->next;
		next->mine = true;
		pthread_cond_signal(&next->turn);
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

GATE("waiters-on-stacks", "a list of waiters, each on its own stack")
