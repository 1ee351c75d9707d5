/* The server ends: no more requests, handlers return, asyncWG.Wait(), and the database handle is closed (S14). */
#include "actors/internal.h"
#include "facts/objects.h"
#include "service/labels.h"
#include "service/service.h"

static bool handlers_are_done(const struct gx_task *task GX_UNUSED)
{
	return !gx_service()->in_flight;
}

static bool tracked_are_done(const struct gx_task *task GX_UNUSED)
{
	for (uint64_t rest = gx_task_indices(); rest; rest &= rest - 1) {
		const struct gx_task *other = gx_task_first(rest);

		if (other->role == GX_ROLE_GO && other->state != GX_TASK_ENDED)
			return false;
	}
	return true;
}

static void wait_for(uint16_t label, gx_ready_fn *ready)
{
	gx_point(&(struct gx_op){.label = label,
				 .access = GX_READ,
				 .object = gx_cell(GX_CELL_SERVER, 0),
				 .ready = ready,
				 .deadline = GX_FOREVER});
}

static void act(const struct gx_acting *a GX_UNUSED)
{
	gx_point_simple(GX_L_SERVER_STOP, GX_WRITE, gx_cell(GX_CELL_SERVER, 0));
	gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_STOPPING), GX_WRITE);
	gx_service()->stopping = 1;
	wait_for(GX_L_SERVER_HANDLERS, handlers_are_done);
	gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_FLIGHT), GX_READ);
	wait_for(GX_L_SERVER_DRAIN, tracked_are_done);
	gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_TRACKED), GX_READ);
	gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_DRAINED), GX_WRITE);
	gx_service()->drained = 1;
	gx_task_watch_all();
	gx_emit(GX_F_DRAINED, GX_NO_WORKSPACE, 0);
}

const struct gx_actor_row gx_actor_shutdown = {
	.name = "shutdown",
	.summary = "the server stops: drains its tasks, closes the database; takes no workspace",
	.once = "the server shuts down once",
	.traits = GX_ACTOR_OF_ALL | GX_ACTOR_IS_SERVER,
	.act = act,
};
