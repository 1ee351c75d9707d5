/* A read lock is taken again under itself; where writers go first, and one waits, that is for ever. */
#include "../author.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t locks[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				       PTHREAD_MUTEX_INITIALIZER};
static unsigned known;

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static bool is_known(unsigned slot)
{
	bool is;

	pthread_rwlock_rdlock(&table);
	is = known >> slot & 1;
	pthread_rwlock_unlock(&table);
	return is;
}

static pthread_mutex_t *find(unsigned slot)
{
	pthread_mutex_t *lock;

	pthread_rwlock_rdlock(&table);
	lock = is_known(slot) ? &locks[slot] : NULL;
	pthread_rwlock_unlock(&table);
	return lock;
}

static pthread_mutex_t *find_or_make(unsigned slot)
{
	pthread_mutex_t *lock = find(slot);

	if (lock)
		return lock;
	pthread_rwlock_wrlock(&table);
	known |= 1u << slot;
	pthread_rwlock_unlock(&table);
	return &locks[slot];
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = find_or_make(slot_of(request->workspace));

	(void)gate;
	pthread_mutex_lock(lock);
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("rwlock-retaken", "a read lock under itself")
