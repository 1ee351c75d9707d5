/*
 * labels.h - ops of the service that belong to no cell of the platform.
 */
#ifndef GX_SERVICE_LABELS_H
#define GX_SERVICE_LABELS_H

#include "facts/facts.h"

enum gx_service_label {
	GX_L_ARRIVE = GX_LABELS_SERVICE + 128, /* an actor's request arrives (its virtual time has come) */
	GX_L_CONTAINER_REST,                   /* a container between heartbeats */
	GX_L_SERVER_STOP,                      /* shutdown: take no more requests */
	GX_L_SERVER_HANDLERS,                  /* shutdown: wait for the handlers */
	GX_L_SERVER_DRAIN,                     /* shutdown: wait for the tracked tasks (asyncWG) */
	GX_L_WAIT_PROVISIONING,                /* A2 read 'provisioning': sleep 10 s, with whatever the gate holds */
	GX_L_PORT_WAIT,                        /* P14: 500 ms between looks at the port */
	GX_L_PROBE_WAIT,                       /* an hour passes before a probe */
	GX_L_SERVICE_END
};

#endif
