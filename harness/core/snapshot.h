/*
 * snapshot.h - whole states of the world: hashed, saved, restored.
 *
 * For one state here and there: the initial one, the end of an execution that is run again. A search, which goes from state to state
 * and back, uses track.h.
 */
#ifndef GX_CORE_SNAPSHOT_H
#define GX_CORE_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct gx_state;

/* A state without contents, owned by the caller. */
enum gx_status gx_state_new(struct gx_state **out, struct gx_error *err) GX_MUST_USE;
void gx_state_free(struct gx_state *state);

/* Save the world as it is now. What the state held before is forgotten. */
enum gx_status gx_state_save(struct gx_state *state, struct gx_error *err) GX_MUST_USE;
void gx_state_forget(struct gx_state *state);

/* Make the world equal to `state`, whatever it is now. */
void gx_state_restore(const struct gx_state *state);

/* Bytes of the world that a state consists of. */
size_t gx_state_bytes(const struct gx_state *state);

/* The hash of the world as it is now. Equal states have equal hashes in every order of arrival of their tasks. From scratch: see track.h. */
uint64_t gx_world_hash(void);

/*
 * The same without the stacks and the scheduler's header. For comparing a program's own memory across executions: bytes deep in a fresh
 * stack that nobody has written may differ between them.
 */
uint64_t gx_world_memory_hash(void);

#endif
