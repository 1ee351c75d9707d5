/*
 * container.h - A26: the process in a workspace's container, from its start to its end.
 *
 *     docker's hook `started' ─► gx_container_started() ─► a task: reads its token, registers, beats, rests, beats once more
 *     docker's hook `exited'  ─► gx_container_exited() ─► the task ends
 */
#ifndef GX_ACTORS_CONTAINER_H
#define GX_ACTORS_CONTAINER_H

#include <stdint.h>

/* For the engine's hooks of the same names. */
void gx_container_started(void *context, uint64_t container, uint16_t name);
void gx_container_exited(void *context, uint64_t container, uint16_t name);

/* During set-up: the process of a container that runs when the scenario begins, with its copy of the token. */
void gx_container_place(unsigned workspace, uint64_t container, uint64_t token);

/* The container's own copy of the token, 0 for none. */
uint64_t gx_container_held(uint64_t container);

#endif
