#include "gates/gates.h"

#include <string.h>

const struct gx_gate *const gx_gates[] = {
	&gx_gate_none,
	&gx_gate_legacy,
	&gx_gate_raw_go,
	&gx_gate_per_workspace,
	&gx_gate_per_workspace_strict,
	&gx_gate_try_busy,
	&gx_gate_relock,
	&gx_gate_global,
	&gx_gate_start_only,
	&gx_gate_early_release,
	&gx_gate_leak_no_backend,
	NULL,
};

const struct gx_gate *gx_gate_find(const char *name)
{
	for (const struct gx_gate *const *gate = gx_gates; *gate; gate++)
		if (!strcmp((*gate)->name, name))
			return *gate;
	return NULL;
}
