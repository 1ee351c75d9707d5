/*
 * list.h - every kind of actor, one line each, in the order in which `list actors` shows them. A kind's number
 * (enum gx_actor_kind) is its place here.
 *
 *     ROW(CREATE, create)    GX_ACTOR_CREATE, whose row is gx_actor_create, in actors/create.c
 */
#ifndef GX_ACTORS_LIST_H
#define GX_ACTORS_LIST_H

#define GX_ACTOR_ROWS(ROW)                                  \
	ROW(MANUAL_RESTART, manual_restart)                 \
	ROW(PROGRAMMATIC_RESTART, programmatic_restart)     \
	ROW(RESTART_AFTER_MUTATION, restart_after_mutation) \
	ROW(SECRET_WRITE, secret_write)                     \
	ROW(CREATE, create)                                 \
	ROW(E2E_CLIENT, e2e_client)                         \
	ROW(DISPATCH_RESTART, dispatch_restart)             \
	ROW(CLOCK_SET, clock_set)                           \
	ROW(SHUTDOWN, shutdown)

#endif
