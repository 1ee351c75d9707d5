/* A worker per workspace, made by the first request for it; callers put a letter into its box and wait for the answer. */
#include "../author.h"

struct letter {
	const struct gx_request *request;
	struct letter *next;
	sem_t answered;
};

struct box {
	pthread_t worker;
	bool has_worker, closing;
	struct letter *first, **last;
	pthread_mutex_t mutex;
	pthread_cond_t filled;
};

static void *work(void *arg)
{
	struct box *box = arg;

	for (;;) {
		struct letter *letter;

		pthread_mutex_lock(&box->mutex);
		while (!box->first && !box->closing)
			pthread_cond_wait(&box->filled, &box->mutex);
		letter = box->first;
		if (letter && !(box->first = letter->next))
			box->last = &box->first;
		pthread_mutex_unlock(&box->mutex);
		if (!letter)
			return NULL;
		run_legs(letter->request);
		sem_post(&letter->answered);
	}
}

static void *open_gate(void)
{
	struct box *boxes = calloc(SLOTS, sizeof(*boxes));

	for (int i = 0; i < SLOTS; i++) {
		boxes[i].last = &boxes[i].first;
		pthread_mutex_init(&boxes[i].mutex, NULL);
		pthread_cond_init(&boxes[i].filled, NULL);
	}
	return boxes;
}

static void close_gate(void *gate)
{
	struct box *boxes = gate;

	for (int i = 0; i < SLOTS; i++) {
		pthread_mutex_lock(&boxes[i].mutex);
		boxes[i].closing = true;
		pthread_cond_signal(&boxes[i].filled);
		pthread_mutex_unlock(&boxes[i].mutex);
		if (boxes[i].has_worker)
			pthread_join(boxes[i].worker, NULL);
		pthread_cond_destroy(&boxes[i].filled);
		pthread_mutex_destroy(&boxes[i].mutex);
	}
	free(boxes);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct box *box = (struct box *)gate + slot_of(request->workspace);
	struct letter letter = {.request = request};

	sem_init(&letter.answered, 0, 0);
	pthread_mutex_lock(&box->mutex);
	if (!box->has_worker)
		box->has_worker = pthread_create(&box->worker, NULL, work, box) == 0;
	*box->last = &letter;
	box->last = &letter.next;
	pthread_cond_signal(&box->filled);
	pthread_mutex_unlock(&box->mutex);
	sem_wait(&letter.answered);
	sem_destroy(&letter.answered);
	return GX_RAN;
}

GATE("mailbox", "a worker per workspace with a mailbox")
