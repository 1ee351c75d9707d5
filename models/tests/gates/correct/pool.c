/* A pool of workers takes whatever job's workspace is free, wherever it stands in the queue. */
#include "../author.h"

enum { WORKERS = 2 };

struct job {
	const struct gx_request *request;
	struct job *next;
	bool done;
};

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t work, done;
	struct job *jobs;
	bool busy[SLOTS], closing;
	pthread_t workers[WORKERS];
} pool;

static struct job *take(void)
{
	for (struct job **link = &pool.jobs; *link; link = &(*link)->next) {
		struct job *job = *link;

		if (!pool.busy[slot_of(job->request->workspace)]) {
			*link = job->next;
			return job;
		}
	}
	return NULL;
}

static void *work(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&pool.mutex);
	for (;;) {
		struct job *job;
		unsigned slot;

		while (!(job = take()) && !pool.closing)
			pthread_cond_wait(&pool.work, &pool.mutex);
		if (!job)
			break;
		slot = slot_of(job->request->workspace);
		pool.busy[slot] = true;
		pthread_mutex_unlock(&pool.mutex);
		run_legs(job->request);
		pthread_mutex_lock(&pool.mutex);
		pool.busy[slot] = false;
		job->done = true;
		pthread_cond_broadcast(&pool.done);
		pthread_cond_broadcast(&pool.work);
	}
	pthread_mutex_unlock(&pool.mutex);
	return NULL;
}

static void *open_gate(void)
{
	pthread_mutex_init(&pool.mutex, NULL);
	pthread_cond_init(&pool.work, NULL);
	pthread_cond_init(&pool.done, NULL);
	for (int i = 0; i < WORKERS; i++)
		pthread_create(&pool.workers[i], NULL, work, NULL);
	return &pool;
}

static void close_gate(void *gate)
{
	(void)gate;
	pthread_mutex_lock(&pool.mutex);
	pool.closing = true;
	pthread_cond_broadcast(&pool.work);
	pthread_mutex_unlock(&pool.mutex);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(pool.workers[i], NULL);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct job job = {.request = request};
	struct job **last = &pool.jobs;

	(void)gate;
	pthread_mutex_lock(&pool.mutex);
	while (*last)
		last = &(*last)->next;
	*last = &job;
	pthread_cond_signal(&pool.work);
	while (!job.done)
		pthread_cond_wait(&pool.done, &pool.mutex);
	pthread_mutex_unlock(&pool.mutex);
	return GX_RAN;
}

GATE("pool", "two workers, whichever job's workspace is free")
