/*
 * objects.h - what the models' steps touch beside the objects of their ops (core/footprint.h): classes of objects, above core's and below
 * the cells of platform/platform.h.
 */
#ifndef GX_FACTS_OBJECTS_H
#define GX_FACTS_OBJECTS_H

#include "core/footprint.h"

enum gx_model_object {
	GX_OBJECT_RULES = 0xc0, /* with the workspace: what the rules remember of it */
	GX_OBJECT_REQUESTS,     /* with the workspace: which of its requests have reached the gate and are served */
	GX_OBJECT_REQUEST,      /* with the id: its legs and its answer */
	GX_OBJECT_HELD,         /* with the workspace: the running container's copy of the token */
	GX_OBJECT_SERVER,       /* with an enum gx_server_object */
	GX_OBJECT_FAULTS        /* which faults of the scenario may still strike */
};

enum gx_server_object {
	GX_SERVER_FLIGHT,   /* handlers that are under way */
	GX_SERVER_STOPPING, /* it takes no more requests */
	GX_SERVER_TRACKED,  /* goAsync's tasks */
	GX_SERVER_DRAINED
};

#endif
