/*
 * roles.h - what the tasks of an execution are: how they are named, and what is expected of them at its end.
 *
 * Roles are marks that core keeps for whoever makes a task (gx_task_spawn()). GX_ROLE_THREAD, a thread that the gate has made, is
 * posix's; these are the models' own, around it. They are told in GX_L_TASK_SPAWN: a number that moves breaks every repro line.
 */
#ifndef GX_FACTS_ROLES_H
#define GX_FACTS_ROLES_H

#include "posix/posix.h"

enum gx_role {
	GX_ROLE_DRIVER, /* calls open() (number 0) or close() (1) of the gate */
	GX_ROLE_ACTOR,  /* sends requests; number: of the actor, from GX_ACTORS_MAX + 1 up that of a probe */
	GX_ROLE_GO,     /* tracked: gx_go(), goAsync */
	GX_ROLE_CONTAINER = GX_ROLE_THREAD + 1 /* the process in a container; number: of the workspace */
};

_Static_assert((int)GX_ROLE_GO < (int)GX_ROLE_THREAD, "no role of the models is posix's");

#endif
