/*
 * arrive.c - the tasks of actors and probes, from their time to what they do.
 */
#include "actors/actors.h"
#include "facts/objects.h"
#include "service/labels.h"
#include "trial/internal.h"

/* Who counts the handlers in flight is the server that ends; without one nobody looks. */
static void touch_server(void)
{
	if (!gx_trial_running->ends_server)
		return;
	gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_STOPPING), GX_READ);
	gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_FLIGHT), GX_WRITE);
}

void gx_actor_main(void *argument)
{
	unsigned number = (unsigned)(uintptr_t)argument;
	const struct gx_actor *actor = &gx_trial_running->scenario->actors[number];
	const struct gx_actor_row *row = gx_actor_row(actor->kind);
	struct gx_acting acting = {.request = gx_trial_running->request_of[number],
				   .index = actor->workspace,
				   .row = &gx_service()->workspaces[actor->workspace],
				   .by_ns = actor->by_ns};

	if (actor->at_ns)
		gx_sleep(GX_L_ARRIVE, actor->at_ns);
	if (row->traits & (GX_ACTOR_IS_SERVER | GX_ACTOR_IS_MACHINE)) {
		row->act(&acting);
		return;
	}
	touch_server();
	if (gx_service()->stopping)
		return; /* connection refused */
	gx_service()->in_flight++;
	row->act(&acting);
	touch_server();
	gx_service()->in_flight--;
}

void gx_probe_at_once(void *argument)
{
	gx_handle((unsigned)(uintptr_t)argument);
}

void gx_probe_main(void *argument)
{
	gx_sleep(GX_L_PROBE_WAIT, GX_PROBE_AFTER_NS);
	gx_probe_at_once(argument);
}
