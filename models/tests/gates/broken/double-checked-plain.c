/* Double-checked, and the pointer that is looked at first is a plain one. */
#include "../author.h"

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *of[SLOTS];

static void *open_gate(void)
{
	return of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static pthread_mutex_t *lock_of(unsigned slot)
{
	if (of[slot])
		return of[slot];
	pthread_mutex_lock(&table_lock);
	if (!of[slot]) {
		pthread_mutex_t *made = malloc(sizeof(*made));

		pthread_mutex_init(made, NULL);
		of[slot] = made;
	}
	pthread_mutex_unlock(&table_lock);
	return of[slot];
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

GATE("double-checked-plain", "double-checked, without an atomic")
