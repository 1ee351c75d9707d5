/* A reader-writer lock per workspace, taken for writing; the table of statistics is read by all. */
#include "../author.h"

static pthread_rwlock_t locks[SLOTS] = {PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER,
					PTHREAD_RWLOCK_INITIALIZER, PTHREAD_RWLOCK_INITIALIZER};
static pthread_rwlock_t settings = PTHREAD_RWLOCK_INITIALIZER;
static unsigned limit = 5;

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static unsigned limit_now(void)
{
	unsigned now;

	pthread_rwlock_rdlock(&settings);
	now = limit;
	pthread_rwlock_unlock(&settings);
	return now;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_rwlock_t *lock = &locks[slot_of(request->workspace)];

	(void)gate;
	pthread_rwlock_wrlock(lock);
	if (limit_now())
		run_legs(request);
	pthread_rwlock_unlock(lock);
	return GX_RAN;
}

GATE("rwlock", "a reader-writer lock per workspace")
