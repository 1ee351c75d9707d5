/* A4: the write is acknowledged whatever becomes of the restart that it causes. */
#include "actors/internal.h"
#include "service/service.h"

static void act(const struct gx_acting *a)
{
	gx_secrets_write(a->row, a->index, a->request);
	gx_restart_by_id(a);
}

const struct gx_actor_row gx_actor_secret_write = {
	.name = "secret-write",
	.summary = "a secret is written and acknowledged, then a programmatic restart",
	.origin = GX_PROGRAMMATIC,
	.legs = GX_STOP | GX_START,
	.act = act,
};
