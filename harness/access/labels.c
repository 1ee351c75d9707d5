#include "access/labels.h"

#include "core/event.h"

static const char *const names[] = {
	"memory.access", "memory.read",  "memory.write", "atomic.load",  "atomic.store",
	"atomic.update", "atomic.fence", "data.race",    "memory.error",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == GX_L_ACCESS_END - GX_LABELS_ACCESS, "every label has a name");

void gx_access_register_labels(void)
{
	gx_labels_register(GX_LABELS_ACCESS, names, GX_L_ACCESS_END - GX_LABELS_ACCESS);
}
