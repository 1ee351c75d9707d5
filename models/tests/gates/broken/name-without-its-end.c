/* Copies the workspace's name into as many bytes as it has letters. */
#include "../author.h"

static pthread_mutex_t of = PTHREAD_MUTEX_INITIALIZER;

static void *open_gate(void)
{
	return &of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	char *name = malloc(strlen(request->workspace));

	(void)gate;
	strcpy(name, request->workspace);
	pthread_mutex_lock(&of);
	run_legs(request);
	pthread_mutex_unlock(&of);
	free(name);
	return GX_RAN;
}

GATE("name-without-its-end", "one byte too few")
