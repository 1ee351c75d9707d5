/* Double-checked: an atomic pointer to the workspace's lock; who finds none takes the table's lock and looks again. */
#include <stdatomic.h>

#include "../author.h"

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(pthread_mutex_t *) locks[SLOTS];

static void *open_gate(void)
{
	return &table_lock;
}

static void close_gate(void *gate)
{
	(void)gate;
	for (int i = 0; i < SLOTS; i++)
		if (locks[i]) {
			pthread_mutex_destroy(locks[i]);
			free(locks[i]);
		}
}

static pthread_mutex_t *lock_of(unsigned slot)
{
	pthread_mutex_t *lock = atomic_load_explicit(&locks[slot], memory_order_acquire);

	if (lock)
		return lock;
	pthread_mutex_lock(&table_lock);
	lock = atomic_load_explicit(&locks[slot], memory_order_relaxed);
	if (!lock) {
		lock = malloc(sizeof(*lock));
		pthread_mutex_init(lock, NULL);
		atomic_store_explicit(&locks[slot], lock, memory_order_release);
	}
	pthread_mutex_unlock(&table_lock);
	return lock;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = lock_of(slot_of(request->workspace));

	(void)gate;
	pthread_mutex_lock(lock);
	run_legs(request);
	pthread_mutex_unlock(lock);
	return GX_RAN;
}

GATE("double-checked", "locks made on demand, double-checked")
