/* handle() takes the turn, starts a tracked task and answers at once; the task gives the turn back by a deferred call. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	bool busy[SLOTS];
} all = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, {false}};

static void *open_gate(void)
{
	return &all;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void give_back(void *request)
{
	pthread_mutex_lock(&all.mutex);
	all.busy[slot_of(((const struct gx_request *)request)->workspace)] = false;
	pthread_cond_broadcast(&all.freed);
	pthread_mutex_unlock(&all.mutex);
}

static void cycle(void *request)
{
	gx_defer(give_back, request);
	run_legs(request);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(&all.mutex);
	while (all.busy[slot])
		pthread_cond_wait(&all.freed, &all.mutex);
	all.busy[slot] = true;
	pthread_mutex_unlock(&all.mutex);
	gx_go(cycle, (void *)request);
	return GX_ACCEPTED;
}

GATE("go-accepted", "accepted; a tracked task runs the legs")
