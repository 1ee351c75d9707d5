/* V13: one mutex for all workspaces. Excludes what it must, and everything else too: no isolation. */
#include <pthread.h>
#include <stdlib.h>

#include "gates/gates.h"

static void *open_gate(void)
{
	pthread_mutex_t *mutex = malloc(sizeof(*mutex));

	if (mutex)
		pthread_mutex_init(mutex, NULL);
	return mutex;
}

static void close_gate(void *gate)
{
	pthread_mutex_destroy(gate);
	free(gate);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_lock(gate);
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	pthread_mutex_unlock(gate);
	return GX_RAN;
}

const struct gx_gate gx_gate_global = {
	.abi = GX_GATE_ABI,
	.name = "global",
	.summary = "V13: one mutex for all workspaces",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
