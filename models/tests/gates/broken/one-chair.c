/* There is one chair to wait on: the third caller takes it from the second, whom nobody calls any more. */
#include "../author.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool busy;
	sem_t *chair;
} of[SLOTS];

static void enter(unsigned slot)
{
	sem_t turn;

	pthread_mutex_lock(&mutex);
	if (of[slot].busy) {
		sem_init(&turn, 0, 0);
		of[slot].chair = &turn;
		pthread_mutex_unlock(&mutex);
		sem_wait(&turn);
		sem_destroy(&turn);
		return;
	}
	of[slot].busy = true;
	pthread_mutex_unlock(&mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&mutex);
	if (of[slot].chair)
		sem_post(of[slot].chair);
	else
		of[slot].busy = false;
	of[slot].chair = NULL;
	pthread_mutex_unlock(&mutex);
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

GATE("one-chair", "remembers one waiter")
