/*
 * names.h - names of containers, volumes and images as small numbers.
 *
 * The engine's state is copied and hashed at every step, so it holds numbers, not strings. The strings stand in one table of
 * the process, outside the world: it is filled while a scenario is set up and only read while executions run, so nothing that
 * an execution does can change it. The same set-up gives the same numbers in every process.
 */
#ifndef GX_DOCKER_NAMES_H
#define GX_DOCKER_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* "No name": what an empty string is interned as, and what gx_docker_intern() answers when 65534 names are in use. */
#define GX_DOCKER_NO_NAME 0u

#define GX_DOCKER_HEX_BYTES 65u /* 64 hex digits and the end */

/*
 * The number of a text (copied). The same text has the same number; an empty or NULL one is GX_DOCKER_NO_NAME. Any text goes in,
 * also one that the engine will refuse as a container's name. Set-up only.
 */
uint16_t gx_docker_intern(const char *text);

/*
 * The same, and from now on an op on this name has the object of `leader`. All names that one workspace uses for containers and
 * volumes must have one leader: an op on a container may touch a volume (create, put archive), an op on one name may touch
 * another (rename), and an op has one object only. Without it partial-order reduction would think them independent.
 */
uint16_t gx_docker_intern_with(uint16_t leader, const char *text);

/* Forget all names. Before the set-up of a scenario, so that its numbers do not depend on what was loaded before it. */
void gx_docker_forget_names(void);

/* The text as it was interned; "" for GX_DOCKER_NO_NAME and for numbers that nobody has. Lives until names are forgotten. */
const char *gx_docker_name(uint16_t name);

/* The number of the name without its one leading slash, which the engine drops ("/ws-1" is "ws-1"). */
uint16_t gx_docker_name_plain(uint16_t name);

/* The engine's rule for containers' names: [a-zA-Z0-9][a-zA-Z0-9_.-]+, one leading slash allowed. */
bool gx_docker_name_is_valid(uint16_t name);

uint16_t gx_docker_name_leader(uint16_t name);

/* A container's id as the engine shows it: 64 hex digits, different for different numbers. */
void gx_docker_hex(uint64_t container, char out[GX_DOCKER_HEX_BYTES]);

#endif
