/* A person goes before a program: programmatic restarts let waiting manual ones pass. */
#include "../author.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t for_people, for_programs;
	unsigned people;
	bool busy;
} of[SLOTS];

static void *open_gate(void)
{
	for (int i = 0; i < SLOTS; i++) {
		pthread_mutex_init(&of[i].mutex, NULL);
		pthread_cond_init(&of[i].for_people, NULL);
		pthread_cond_init(&of[i].for_programs, NULL);
	}
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void enter(unsigned slot, bool person)
{
	pthread_mutex_lock(&of[slot].mutex);
	if (person) {
		of[slot].people++;
		while (of[slot].busy)
			pthread_cond_wait(&of[slot].for_people, &of[slot].mutex);
		of[slot].people--;
	} else {
		while (of[slot].busy || of[slot].people)
			pthread_cond_wait(&of[slot].for_programs, &of[slot].mutex);
	}
	of[slot].busy = true;
	pthread_mutex_unlock(&of[slot].mutex);
}

static void leave(unsigned slot)
{
	pthread_mutex_lock(&of[slot].mutex);
	of[slot].busy = false;
	if (of[slot].people)
		pthread_cond_signal(&of[slot].for_people);
	else
		pthread_cond_signal(&of[slot].for_programs);
	pthread_mutex_unlock(&of[slot].mutex);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	enter(slot, request->origin == GX_MANUAL);
	run_legs(request);
	leave(slot);
	return GX_RAN;
}

GATE("manual-first", "people go before programs")
