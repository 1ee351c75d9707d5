/*
 * scenario.h - a scenario as the models use it: constant while executions run.
 */
#ifndef GX_SCENARIO_H
#define GX_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "facts/facts.h"

#define GX_ACTORS_MAX          24u
#define GX_FAULTS_MAX          8u
#define GX_SCENARIO_NAME_BYTES 48u

/* Who sends requests (domain.md section 4). */
enum gx_actor_kind {
	GX_ACTOR_MANUAL_RESTART,         /* A1 */
	GX_ACTOR_PROGRAMMATIC_RESTART,   /* A2 */
	GX_ACTOR_RESTART_AFTER_MUTATION, /* A3 */
	GX_ACTOR_SECRET_WRITE,           /* A4 */
	GX_ACTOR_CREATE,                 /* A19 */
	GX_ACTOR_E2E_CLIENT,             /* polls with a bearer of its own (S9) */
	GX_ACTOR_DISPATCH_RESTART,       /* the dispatcher called directly, past the handler's 503 */
	GX_ACTOR_SHUTDOWN                /* drain and close (S14) */
};
#define GX_ACTOR_KINDS 8u

/* The word of the scenario format, and one line for `list`. */
const char *gx_actor_kind_name(enum gx_actor_kind kind);
const char *gx_actor_kind_summary(enum gx_actor_kind kind);

struct gx_actor {
	enum gx_actor_kind kind;
	unsigned number;                   /* nth of its kind in the scenario, from 1 */
	unsigned workspace;                /* index */
	uint64_t at_ns;                    /* virtual arrival */
	char name[GX_SCENARIO_NAME_BYTES]; /* "manual-restart#1" */
};

struct gx_scenario_workspace {
	char name[GX_SCENARIO_NAME_BYTES];
	enum gx_row_status state;
	bool backend; /* Docker; false: none */
};

/* An op of the fake engine that is answered with an error instead of being performed. */
struct gx_scenario_fault {
	unsigned label;  /* of the op */
	unsigned status; /* HTTP */
	unsigned times;  /* how often it may strike: whether it does is a choice of the schedule */
};

struct gx_scenario {
	char name[GX_SCENARIO_NAME_BYTES];
	struct gx_scenario_workspace workspaces[GX_WORKSPACES_MAX];
	unsigned workspace_count;
	struct gx_actor actors[GX_ACTORS_MAX];
	unsigned actor_count;
	struct gx_scenario_fault faults[GX_FAULTS_MAX];
	unsigned fault_count;
	bool late_requests;
	uint32_t points;  /* limit of one execution */
	uint64_t time_ns; /* virtual, until quiescence */
};

#endif
