/*
 * scenario.h - a scenario as a trial plays it: plain data, constant while executions run.
 */
#ifndef GX_SCENARIO_H
#define GX_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "actors/actors.h"
#include "facts/facts.h"

#define GX_ACTORS_MAX          24u
#define GX_FAULTS_MAX          8u
#define GX_SCENARIO_NAME_BYTES 48u

struct gx_actor {
	enum gx_actor_kind kind;
	unsigned number;                   /* nth of its kind in the scenario, from 1 */
	unsigned workspace;                /* index */
	uint64_t at_ns;                    /* virtual arrival */
	int64_t by_ns;                     /* of one that sets something */
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
	bool bounds_spurious;
	uint32_t spurious; /* if so: wake-ups for no reason in one execution; else any number */
};

#endif
