/* A2 and A3: RestartByID and its twin past the debounce, which differ in the request's origin. */
#include "actors/internal.h"
#include "service/service.h"

void gx_restart_by_id(const struct gx_acting *a)
{
	if (a->row->backend)
		gx_handle(a->request);
}

const struct gx_actor_row gx_actor_programmatic_restart = {
	.name = "programmatic-restart",
	.summary = "the platform restarts by itself; waits if a provision runs",
	.origin = GX_PROGRAMMATIC,
	.legs = GX_STOP | GX_START,
	.act = gx_restart_by_id,
};

const struct gx_actor_row gx_actor_restart_after_mutation = {
	.name = "restart-after-mutation",
	.summary = "a setting was changed: restart, past the debounce",
	.origin = GX_AFTER_MUTATION,
	.legs = GX_STOP | GX_START,
	.act = gx_restart_by_id,
};
