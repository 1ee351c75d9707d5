/*
 * import.h - executions that somebody has written down, such as the schedules of a cover (cover.h): each once, strictly.
 *
 * It needs no state to be saved or put back, so it can be done where only executions from the start can be had (hosts/tsan.h).
 */
#ifndef GX_EXPLORE_IMPORT_H
#define GX_EXPLORE_IMPORT_H

#include "explore/explored.h"

struct gx_schedules {
	const struct gx_repro *repros;
	uint32_t count;
	uint64_t states;      /* of the graph that they cover; 0: they do not claim to */
	uint64_t transitions; /* all of them; each is in one of the schedules */
};

/* GX_EDIVERGED: one of them cannot be taken, or comes to another end; `err` says which, from 1, and what differs first. */
enum gx_status gx_import(struct gx_explored *out, const struct gx_explore_options *options,
			 struct gx_error *err) GX_MUST_USE;

#endif
