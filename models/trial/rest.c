/*
 * rest.c - who still has something to do, and who waits for work by nature.
 */
#include "facts/objects.h"
#include "posix/posix.h"
#include "trial/internal.h"

/* It has begun, and a leg of it is under way or to come. */
static bool owes_a_leg(const struct gx_service *service, unsigned id)
{
	const struct gx_request_state *state = &service->requests[id];
	unsigned legs = gx_places->requests[id].legs;

	return state->begun && (state->over & legs) != legs && state->result == GX_LEG_DONE;
}

/* Acknowledged, but no provision covers it yet and none of its own legs has closed it. */
static bool waits_for_service(const struct gx_service *service, unsigned id)
{
	const struct gx_request_state *state = &service->requests[id];

	return state->answered && state->answered <= GX_COALESCED + 1 && !(service->served >> id & 1) &&
	       state->result == GX_LEG_DONE;
}

bool gx_work_is_left(void)
{
	const struct gx_service *service = gx_service();

	for (unsigned i = 0; gx_footprint_under_way && i < gx_places->workspace_count; i++)
		gx_touch(gx_object(GX_OBJECT_REQUESTS, i), GX_READ);
	for (unsigned id = 1; id <= gx_places->request_count; id++) {
		gx_touch(gx_object(GX_OBJECT_REQUEST, id), GX_READ);
		if (owes_a_leg(service, id) || waits_for_service(service, id))
			return true;
	}
	return false;
}

bool gx_is_daemon(void *context GX_UNUSED, const struct gx_task *task)
{
	return task->role == GX_ROLE_THREAD && gx_posix_is_work_wait(task) && !gx_work_is_left();
}

unsigned gx_fact_workspace(unsigned request)
{
	return request ? gx_request_workspace(request) : GX_NO_WORKSPACE;
}
