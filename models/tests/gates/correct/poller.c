/* A helper made in open() looks at its queue every 100 ms and serves it; callers poll for their answer. */
#include <stdatomic.h>

#include "../author.h"

struct job {
	const struct gx_request *request;
	atomic_bool done;
	struct job *next;
};

static struct queue {
	pthread_mutex_t mutex;
	struct job *jobs;
	bool closing;
	pthread_t helper;
} queues[2];

static void *serve(void *arg)
{
	struct queue *queue = arg;

	for (;;) {
		struct job *job;
		bool closing;

		pthread_mutex_lock(&queue->mutex);
		job = queue->jobs;
		if (job)
			queue->jobs = job->next;
		closing = queue->closing;
		pthread_mutex_unlock(&queue->mutex);
		if (job) {
			run_legs(job->request);
			atomic_store(&job->done, true);
		} else if (closing) {
			return NULL;
		} else {
			sleep_ms(100);
		}
	}
}

static void *open_gate(void)
{
	for (int i = 0; i < 2; i++) {
		pthread_mutex_init(&queues[i].mutex, NULL);
		pthread_create(&queues[i].helper, NULL, serve, &queues[i]);
	}
	return queues;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < 2; i++) {
		pthread_mutex_lock(&queues[i].mutex);
		queues[i].closing = true;
		pthread_mutex_unlock(&queues[i].mutex);
		pthread_join(queues[i].helper, NULL);
	}
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct queue *queue = &queues[slot_of(request->workspace)];
	struct job job = {.request = request};

	(void)gate;
	pthread_mutex_lock(&queue->mutex);
	job.next = queue->jobs;
	queue->jobs = &job;
	pthread_mutex_unlock(&queue->mutex);
	while (!atomic_load(&job.done))
		sleep_ms(50);
	return GX_RAN;
}

GATE("poller", "helpers that poll their queues")
