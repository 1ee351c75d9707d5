/* A worker per gate, made in open(), that nobody tells to end: close() frees what it waits for. */
#include "../author.h"

struct gate {
	pthread_mutex_t locks[SLOTS];
	sem_t work;
	pthread_t helper;
};

static void *help(void *arg)
{
	struct gate *gate = arg;

	for (;;)
		sem_wait(&gate->work);
	return NULL;
}

static void *open_gate(void)
{
	struct gate *gate = malloc(sizeof(*gate));

	for (int i = 0; i < SLOTS; i++)
		pthread_mutex_init(&gate->locks[i], NULL);
	sem_init(&gate->work, 0, 0);
	pthread_create(&gate->helper, NULL, help, gate);
	return gate;
}

static void close_gate(void *arg)
{
	free(arg);
}

static enum gx_outcome handle(void *arg, const struct gx_request *request)
{
	struct gate *gate = arg;

	pthread_mutex_lock(&gate->locks[slot_of(request->workspace)]);
	run_legs(request);
	pthread_mutex_unlock(&gate->locks[slot_of(request->workspace)]);
	sem_post(&gate->work);
	return GX_RAN;
}

GATE("close-leaves-worker", "close() frees what its worker waits for")
