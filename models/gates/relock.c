/*
 * V9: core#2771's first head. The synchronous provision helper takes the gate itself, and its caller, the restart cycle, already holds it:
 * self-deadlock (S16), and everybody who comes later waits. In the original only programmatic restarts went through the helper; here
 * every restart does.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gates/gates.h"

struct lock {
	struct lock *next;
	const char *workspace;
	pthread_mutex_t mutex;
};

struct locks {
	pthread_mutex_t mutex;
	struct lock *first;
};

static void *open_gate(void)
{
	struct locks *locks = calloc(1, sizeof(*locks));

	if (locks)
		pthread_mutex_init(&locks->mutex, NULL);
	return locks;
}

static void close_gate(void *gate)
{
	struct locks *locks = gate;

	while (locks->first) {
		struct lock *lock = locks->first;

		locks->first = lock->next;
		pthread_mutex_destroy(&lock->mutex);
		free(lock);
	}
	pthread_mutex_destroy(&locks->mutex);
	free(locks);
}

static pthread_mutex_t *lock_of(struct locks *locks, const char *workspace)
{
	struct lock *lock;

	pthread_mutex_lock(&locks->mutex);
	for (lock = locks->first; lock && strcmp(lock->workspace, workspace) != 0; lock = lock->next)
		;
	if (!lock) {
		lock = calloc(1, sizeof(*lock));
		if (!lock)
			abort();
		lock->workspace = workspace;
		pthread_mutex_init(&lock->mutex, NULL);
		lock->next = locks->first;
		locks->first = lock;
	}
	pthread_mutex_unlock(&locks->mutex);
	return &lock->mutex;
}

/* provisionWorkspaceSync: right for a create, wrong under the gate. */
static void provision(pthread_mutex_t *mutex, const struct gx_request *request)
{
	pthread_mutex_lock(mutex);
	gx_start(request);
	pthread_mutex_unlock(mutex);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *mutex = lock_of(gate, request->workspace);

	if (request->origin == GX_CREATE) {
		provision(mutex, request);
		return GX_RAN;
	}
	pthread_mutex_lock(mutex);
	if (gx_stop(request) == GX_LEG_DONE)
		provision(mutex, request);
	pthread_mutex_unlock(mutex);
	return GX_RAN;
}

const struct gx_gate gx_gate_relock = {
	.abi = GX_GATE_ABI,
	.name = "relock",
	.summary = "V9: the provision helper locks the gate that its caller holds",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
