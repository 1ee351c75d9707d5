/*
 * actors.h - who acts in a scenario (domain.md section 4): one row per kind, in a file of its own, named in list.h.
 *
 * The scenario format takes its words, and what goes with which word, from the rows; a trial takes the requests from them and
 * lets them act. This header knows neither: the service that actors act in is the business of their files.
 *
 * An actor's task stands for its HTTP handler and for the goAsync task that the handler spawns for the dispatcher: the answer
 * to the caller (200, 503, ...) changes nothing that a rule looks at, so one task is enough.
 */
#ifndef GX_ACTORS_ACTORS_H
#define GX_ACTORS_ACTORS_H

#include <stdint.h>

#include "actors/list.h"
#include "gatecrash/gate.h"

#define GX_ACTOR_ID(id, row) GX_ACTOR_##id,
enum gx_actor_kind { GX_ACTOR_ROWS(GX_ACTOR_ID) GX_ACTOR_KINDS };
#undef GX_ACTOR_ID

/* An actor that has arrived. */
struct gx_acting {
	unsigned request; /* id of the request that it sends, 0 for none */
	unsigned index;   /* of its workspace */
	struct gx_workspace *row;
	int64_t by_ns; /* of what is set */
};

enum gx_actor_trait {
	GX_ACTOR_OF_ALL = 1,          /* it concerns all workspaces: takes no `on` */
	GX_ACTOR_MAKES_WORKSPACE = 2, /* of a workspace whose state is none */
	GX_ACTOR_IS_SERVER =
		4, /* it is no handler: it acts whether or not the server takes requests, and no probe follows it */
	GX_ACTOR_IS_MACHINE = 8 /* nor is it, and it is not the server's end: it needs the key `by` */
};

struct gx_actor_row {
	const char *name;    /* the word of the scenario format: "manual-restart" */
	const char *summary; /* one line for `list actors` */
	const char *once;    /* why there is at most one and it takes no `count`, or NULL */

	/* Its request, which is made before anybody arrives; it has no legs if it sends none. */
	enum gx_origin origin;
	unsigned legs; /* enum gx_leg bits */

	unsigned traits; /* enum gx_actor_trait bits */

	/* In its own task, once its time has come: up to the gate, with gx_handle(), and beyond. */
	void (*act)(const struct gx_acting *acting);
};

/* The row of a kind below GX_ACTOR_KINDS. */
const struct gx_actor_row *gx_actor_row(enum gx_actor_kind kind);

/* Of any number: "?" for no kind. */
const char *gx_actor_kind_name(enum gx_actor_kind kind);
const char *gx_actor_kind_summary(enum gx_actor_kind kind);

#endif
