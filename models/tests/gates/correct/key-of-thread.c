/* What a request holds stands in thread-specific data, as a library without arguments would keep it. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				       PTHREAD_MUTEX_INITIALIZER};
static pthread_key_t holds;

static void *open_gate(void)
{
	return pthread_key_create(&holds, NULL) ? NULL : locks;
}

static void close_gate(void *gate)
{
	(void)gate;
	pthread_key_delete(holds);
}

static void release(void)
{
	pthread_mutex_t *lock = pthread_getspecific(holds);

	pthread_setspecific(holds, NULL);
	pthread_mutex_unlock(lock);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];

	(void)gate;
	pthread_mutex_lock(lock);
	pthread_setspecific(holds, lock);
	run_legs(request);
	release();
	return GX_RAN;
}

GATE("key-of-thread", "locks in thread-specific data")
