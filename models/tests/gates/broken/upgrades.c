/* Looks as a reader, and asks to write while it still reads. */
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
	pthread_rwlock_wrlock(lock);
	run_legs(request);
	pthread_rwlock_unlock(lock);
	pthread_rwlock_unlock(lock);
	return GX_RAN;
}

GATE("upgrades", "writes under its own read lock")
