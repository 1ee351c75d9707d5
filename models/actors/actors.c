/*
 * actors.c - the list of all kinds of actors, looked up.
 */
#include "actors/actors.h"

#include "actors/internal.h"

#define ROW(id, row) [GX_ACTOR_##id] = &gx_actor_##row,
static const struct gx_actor_row *const rows[GX_ACTOR_KINDS] = {GX_ACTOR_ROWS(ROW)};
#undef ROW

const struct gx_actor_row *gx_actor_row(enum gx_actor_kind kind)
{
	return rows[kind];
}

const char *gx_actor_kind_name(enum gx_actor_kind kind)
{
	return (unsigned)kind < GX_ACTOR_KINDS ? rows[kind]->name : "?";
}

const char *gx_actor_kind_summary(enum gx_actor_kind kind)
{
	return (unsigned)kind < GX_ACTOR_KINDS ? rows[kind]->summary : "?";
}
