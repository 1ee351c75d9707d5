/* C11's mutex and condition variable. */
#include "../author.h"

#include <threads.h>

static struct {
	mtx_t mutex;
	cnd_t freed;
	bool busy[SLOTS];
} all;

static void *open_gate(void)
{
	return mtx_init(&all.mutex, mtx_plain) == thrd_success && cnd_init(&all.freed) == thrd_success ? &all : NULL;
}

static void close_gate(void *gate)
{
	(void)gate;
	cnd_destroy(&all.freed);
	mtx_destroy(&all.mutex);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	mtx_lock(&all.mutex);
	while (all.busy[slot])
		cnd_wait(&all.freed, &all.mutex);
	all.busy[slot] = true;
	mtx_unlock(&all.mutex);
	run_legs(request);
	mtx_lock(&all.mutex);
	all.busy[slot] = false;
	cnd_broadcast(&all.freed);
	mtx_unlock(&all.mutex);
	return GX_RAN;
}

GATE("c11-monitor", "a monitor of C11")
