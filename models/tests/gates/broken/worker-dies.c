/* A worker per workspace that ends when a leg has failed: who comes next waits for an answer that nobody gives. */
#include "../author.h"

static struct box {
	pthread_t worker;
	bool has_worker;
	const struct gx_request *request;
	sem_t asked, answered;
	pthread_mutex_t mutex;
} boxes[2];

static void *work(void *arg)
{
	struct box *box = arg;

	for (;;) {
		bool failed;

		sem_wait(&box->asked);
		if (!box->request)
			return NULL;
		failed = gx_stop(box->request) != GX_LEG_DONE || gx_start(box->request) != GX_LEG_DONE;
		sem_post(&box->answered);
		if (failed)
			return NULL;
	}
}

static void *open_gate(void)
{
	for (int i = 0; i < 2; i++) {
		sem_init(&boxes[i].asked, 0, 0);
		sem_init(&boxes[i].answered, 0, 0);
		pthread_mutex_init(&boxes[i].mutex, NULL);
	}
	return boxes;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < 2; i++)
		if (boxes[i].has_worker) {
			boxes[i].request = NULL;
			sem_post(&boxes[i].asked);
			pthread_join(boxes[i].worker, NULL);
		}
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct box *box = &boxes[slot_of(request->workspace)];

	(void)gate;
	pthread_mutex_lock(&box->mutex);
	if (!box->has_worker)
		box->has_worker = pthread_create(&box->worker, NULL, work, box) == 0;
	box->request = request;
	sem_post(&box->asked);
	sem_wait(&box->answered);
	pthread_mutex_unlock(&box->mutex);
	return GX_RAN;
}

GATE("worker-dies", "its worker ends when a leg fails")
