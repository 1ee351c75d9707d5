/*
 * service.c - where things lie, and names of the service's own ops.
 */
#include "service/service.h"

#include "access/labels.h"
#include "core/sched.h"
#include "posix/posix.h"
#include "service/labels.h"

const struct gx_places *gx_places;

static const char *const names[] = {
	"arrive",       "container.rest",    "server.stop", "server.handlers",
	"server.drain", "wait.provisioning", "port.wait",   "probe.wait",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == GX_L_SERVICE_END - GX_L_ARRIVE, "every label has a name");

void gx_service_register(void)
{
	gx_sched_register_labels();
	gx_facts_register();
	gx_platform_register();
	gx_docker_register_labels();
	gx_access_register_labels();
	gx_posix_register_labels();
	gx_labels_register(GX_L_ARRIVE, names, GX_L_SERVICE_END - GX_L_ARRIVE);
}
