/* A19. */
#include "actors/internal.h"
#include "service/service.h"

static void act(const struct gx_acting *a)
{
	gx_row_insert(a->row, a->index);
	gx_handle(a->request);
}

const struct gx_actor_row gx_actor_create = {
	.name = "create",
	.summary = "a new workspace: the row is inserted (state none before), then PROV alone",
	.origin = GX_CREATE,
	.legs = GX_START,
	.traits = GX_ACTOR_MAKES_WORKSPACE,
	.act = act,
};
