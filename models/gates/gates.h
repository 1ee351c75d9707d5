/*
 * gates.h - the gates that come with gatecrash, one file each, and gates from outside.
 */
#ifndef GX_GATES_H
#define GX_GATES_H

#include "gatecrash/gate.h"

/* The linked-in gates, in the order of the history they retell (domain.md 5.4), closed by NULL. */
extern const struct gx_gate *const gx_gates[];

/* A linked-in gate by name, or NULL. */
const struct gx_gate *gx_gate_find(const char *name);

/* Linked-in gates keep no state in static variables: all of it is made by open(), and so lies in the world. */
extern const struct gx_gate gx_gate_none;
extern const struct gx_gate gx_gate_legacy;
extern const struct gx_gate gx_gate_raw_go;
extern const struct gx_gate gx_gate_per_workspace;
extern const struct gx_gate gx_gate_try_busy;
extern const struct gx_gate gx_gate_relock;
extern const struct gx_gate gx_gate_per_workspace_strict;
extern const struct gx_gate gx_gate_global;
extern const struct gx_gate gx_gate_start_only;
extern const struct gx_gate gx_gate_early_release;
extern const struct gx_gate gx_gate_leak_no_backend;

#endif
