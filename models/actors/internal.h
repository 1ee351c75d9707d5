/*
 * internal.h - for the files of the actors.
 */
#ifndef GX_ACTORS_INTERNAL_H
#define GX_ACTORS_INTERNAL_H

#include "actors/actors.h"

#define GX_ACTOR_DECLARED(id, row) extern const struct gx_actor_row gx_actor_##row;
GX_ACTOR_ROWS(GX_ACTOR_DECLARED)
#undef GX_ACTOR_DECLARED

/* programmatic-restart.c: RestartByID, which others end with. */
void gx_restart_by_id(const struct gx_acting *acting);

#endif
