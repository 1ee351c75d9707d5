/* A detached thread per request, whose end the caller learns of by a semaphore on its own stack. */
#include "../author.h"

struct job {
	const struct gx_request *request;
	sem_t done;
};

static sem_t turns[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++)
		sem_init(&turns[i], 0, 1);
	return turns;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void *cycle(void *arg)
{
	struct job *job = arg;
	sem_t *turn = &turns[slot_of(job->request->workspace)];

	sem_wait(turn);
	run_legs(job->request);
	sem_post(turn);
	sem_post(&job->done);
	return NULL;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct job job = {.request = request};
	pthread_attr_t attr;
	pthread_t thread;

	(void)gate;
	sem_init(&job.done, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_create(&thread, &attr, cycle, &job);
	pthread_attr_destroy(&attr);
	sem_wait(&job.done);
	sem_destroy(&job.done);
	return GX_RAN;
}

GATE("thread-detached", "a detached thread per request, and a semaphore")
