/*
 * V6: heads 21abd232 to 62c9fdec of the pull request. The gate is held as in V7, but the manual restart provisions in a bare
 * goroutine: nobody waits for it, so it provisions on after the server has drained (S14).
 */
#include <pthread.h>
#include <stdlib.h>

#include "gates/gates.h"
#include "gates/parts.h"

static void *open_gate(void)
{
	return gx_map_new();
}

static void close_gate(void *gate)
{
	gx_map_free(gate);
}

static void *provision(void *argument)
{
	struct gx_handoff job = *(struct gx_handoff *)argument;

	free(argument);
	gx_start(job.request);
	gx_held_release(&job.entry->gate);
	return NULL;
}

static void cycle(void *context, const struct gx_request *request)
{
	struct gx_entry *entry = context;

	gx_held_acquire(&entry->gate);
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	gx_held_release(&entry->gate);
}

static enum gx_outcome manual(struct gx_entry *entry, const struct gx_request *request)
{
	pthread_t thread;

	gx_held_acquire(&entry->gate);
	if (gx_stop(request) != GX_LEG_DONE) {
		gx_held_release(&entry->gate);
		return GX_RAN;
	}
	if (pthread_create(&thread, NULL, provision, gx_handoff_new(entry, request)))
		abort();
	pthread_detach(thread);
	return GX_ACCEPTED;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct gx_entry *entry;

	if (request->origin == GX_CREATE) {
		gx_start(request);
		return GX_RAN;
	}
	entry = gx_map_entry(gate, request->workspace);
	if (!gx_is_programmatic(request))
		return manual(entry, request);
	if (request->origin == GX_PROGRAMMATIC && gx_coalescer_debounced(&entry->coalescer))
		return GX_DROPPED;
	return gx_coalesce(&entry->coalescer, request, GX_CLEAR_DEFERRED, cycle, entry);
}

const struct gx_gate gx_gate_raw_go = {
	.abi = GX_GATE_ABI,
	.name = "raw-go",
	.summary = "V6: the fix before its last review: the provision runs in an untracked thread",
	.open = open_gate,
	.close = close_gate,
	.handle = handle,
};
