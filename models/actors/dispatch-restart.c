/* The dispatcher called directly, past the handlers' 503, as the pull request's tests do. */
#include "actors/internal.h"
#include "service/service.h"

static void act(const struct gx_acting *a)
{
	gx_handle(a->request);
}

const struct gx_actor_row gx_actor_dispatch_restart = {
	.name = "dispatch-restart",
	.summary = "a manual restart at the dispatcher, past the handler's 503",
	.origin = GX_MANUAL,
	.legs = GX_STOP | GX_START,
	.act = act,
};
