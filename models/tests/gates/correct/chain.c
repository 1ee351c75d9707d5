/* Each request waits for the semaphore of the one before it and posts its own, as links of a chain. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	sem_t *tail;
} of[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_init(&of[i].mutex, NULL);
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < SLOTS; i++) {
		if (of[i].tail) {
			sem_destroy(of[i].tail);
			free(of[i].tail);
		}
		pthread_mutex_destroy(&of[i].mutex);
	}
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);
	sem_t *mine = malloc(sizeof(*mine));
	sem_t *before;

	(void)gate;
	sem_init(mine, 0, 0);
	pthread_mutex_lock(&of[slot].mutex);
	before = of[slot].tail;
	of[slot].tail = mine;
	pthread_mutex_unlock(&of[slot].mutex);
	if (before) {
		sem_wait(before);
		sem_destroy(before);
		free(before);
	}
	run_legs(request);
	sem_post(mine);
	return GX_RAN;
}

GATE("chain", "each waits for the semaphore of the one before")
