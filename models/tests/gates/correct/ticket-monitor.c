/* A ticket lock per workspace: take a number, wait on one condition until it is called. */
#include "../author.h"

struct counter {
	pthread_mutex_t mutex;
	pthread_cond_t called;
	unsigned next, serving;
};

static void *open_gate(void)
{
	struct counter *counters = calloc(SLOTS, sizeof(*counters));

	for (int i = 0; counters && i < SLOTS; i++) {
		pthread_mutex_init(&counters[i].mutex, NULL);
		pthread_cond_init(&counters[i].called, NULL);
	}
	return counters;
}

static void close_gate(void *gate)
{
	struct counter *counters = gate;

	for (int i = 0; i < SLOTS; i++) {
		pthread_cond_destroy(&counters[i].called);
		pthread_mutex_destroy(&counters[i].mutex);
	}
	free(counters);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct counter *counter = (struct counter *)gate + slot_of(request->workspace);
	unsigned mine;

	pthread_mutex_lock(&counter->mutex);
	mine = counter->next++;
	while (counter->serving != mine)
		pthread_cond_wait(&counter->called, &counter->mutex);
	pthread_mutex_unlock(&counter->mutex);

	run_legs(request);

	pthread_mutex_lock(&counter->mutex);
	counter->serving++;
	pthread_cond_broadcast(&counter->called);
	pthread_mutex_unlock(&counter->mutex);
	return GX_RAN;
}

GATE("ticket-monitor", "a ticket lock per workspace, with a condition")
