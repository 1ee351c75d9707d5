/*
 * snapshot.h - states of the world: saved, hashed, compared, restored, piece by piece.
 *
 * A state is a list of pieces: the hidden area, the shared area, each adopted segment, and for every task the live part of its
 * stack (from its stack pointer up) and for every arena its used part. After a step each piece is compared with the state
 * before it; what is equal shares bytes and hash with it, what differs is hashed, and copied only if the state is kept. A step
 * touches few pieces, comparing is cheaper than hashing, and nothing has to announce its writes: so the method stays sound
 * even for a task that writes to another's stack.
 *
 * Not saved: what is free. Below the stack pointer and above the used part of an arena, memory is dead or zero.
 *
 * The kept bytes of the states of a search path come from one pool, used as a stack: see gx_pool_mark().
 */
#ifndef GX_CORE_SNAPSHOT_H
#define GX_CORE_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct gx_state;

/* A state without contents. Owned by the caller; its pieces' bytes belong to the pool. */
enum gx_status gx_state_new(struct gx_state **out, struct gx_error *err) GX_MUST_USE;
void gx_state_free(struct gx_state *state);

/* Save the world as it is now, every piece copied into memory of the state's own (not the pool's). */
enum gx_status gx_state_save(struct gx_state *state, struct gx_error *err) GX_MUST_USE;
void gx_state_forget(struct gx_state *state);

/* Make the world equal to `state`, whatever it is now. */
void gx_state_restore(const struct gx_state *state);

/*
 * Look at the world after a step from `before`: fill `after` with its pieces, sharing what did not change, and return the hash of the state.
 * Equal states have equal hashes in every order of arrival of their tasks.
 */
uint64_t gx_state_diff(struct gx_state *after, const struct gx_state *before);

/* Copy the pieces of `after` that it does not share into the pool, so that it outlives the next step. */
enum gx_status gx_state_keep(struct gx_state *after, struct gx_error *err) GX_MUST_USE;

/* Make the world, which equals `now` (diffed or kept), equal to `target`, copying only the pieces that they do not share. */
void gx_state_restore_from(const struct gx_state *target, const struct gx_state *now);

/* The hash of a state that was saved or diffed. */
uint64_t gx_state_hash(const struct gx_state *state);

/*
 * Hash of the world as it is now, without the stacks: shared area, segments, arenas, tasks' records. For comparing a program's own
 * memory across executions: bytes deep in a fresh stack that nobody has written may differ between them.
 */
uint64_t gx_world_memory_hash(void);

/* Bytes of all pieces: what one snapshot would take without sharing. */
size_t gx_state_bytes(const struct gx_state *state);

/* The pool: marks are taken before a keep and released in reverse order. Bytes in use are what the search stack holds. */
size_t gx_pool_mark(void);
void gx_pool_release(size_t mark);
size_t gx_pool_high(void);

#endif
