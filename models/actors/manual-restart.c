/* A1: POST /workspaces/:id/restart. */
#include "actors/internal.h"
#include "service/service.h"

static void act(const struct gx_acting *a)
{
	enum gx_row_status status = gx_row_read(a->row, a->index);

	if (status == GX_ROW_REMOVED || status == GX_ROW_NONE)
		return; /* 404 */
	if (!a->row->backend)
		return; /* 503 */
	gx_row_write(a->row, a->index, GX_ROW_PROVISIONING, true);
	gx_handle(a->request);
}

const struct gx_actor_row gx_actor_manual_restart = {
	.name = "manual-restart",
	.summary = "a person presses Restart: 503 without a backend, else STOP and PROV",
	.origin = GX_MANUAL,
	.legs = GX_STOP | GX_START,
	.act = act,
};
