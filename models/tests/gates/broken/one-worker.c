/* One worker for all workspaces: what waits behind another's cycle waits for it. */
#include "../author.h"

struct job {
	const struct gx_request *request;
	struct job *next;
	sem_t done;
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t filled;
	struct job *first;
	bool closing;
	pthread_t thread;
} worker = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, false, 0};

static void *work(void *arg)
{
	pthread_mutex_lock(&worker.mutex);
	for (;;) {
		struct job *job;

		while (!worker.first && !worker.closing)
			pthread_cond_wait(&worker.filled, &worker.mutex);
		job = worker.first;
		if (!job)
			break;
		worker.first = job->next;
		pthread_mutex_unlock(&worker.mutex);
		run_legs(job->request);
		sem_post(&job->done);
		pthread_mutex_lock(&worker.mutex);
	}
	pthread_mutex_unlock(&worker.mutex);
	return arg;
}

static void *open_gate(void)
{
	return pthread_create(&worker.thread, NULL, work, NULL) ? NULL : &worker;
}

static void close_gate(void *gate)
{
	(void)gate;
	pthread_mutex_lock(&worker.mutex);
	worker.closing = true;
	pthread_cond_signal(&worker.filled);
	pthread_mutex_unlock(&worker.mutex);
	pthread_join(worker.thread, NULL);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct job job = {.request = request};
	struct job **last = &worker.first;

	(void)gate;
	sem_init(&job.done, 0, 0);
	pthread_mutex_lock(&worker.mutex);
	while (*last)
		last = &(*last)->next;
	*last = &job;
	pthread_cond_signal(&worker.filled);
	pthread_mutex_unlock(&worker.mutex);
	sem_wait(&job.done);
	sem_destroy(&job.done);
	return GX_RAN;
}

GATE("one-worker", "one worker for all workspaces")
