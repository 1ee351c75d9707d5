/* Those who change something take the lock as readers do. */
#include "../author.h"

static pthread_rwlock_t locks[SLOTS] = {PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER,
					PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER};

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_rwlock_t *lock = &locks[slot_of(request->workspace)];

	(void)gate;
	pthread_rwlock_rdlock(lock);
	run_legs(request);
	pthread_rwlock_unlock(lock);
	return GX_RAN;
}

GATE("reader-lock-for-writers", "restarts read")
