/*
 * track.h - the world on a path of states: what each step changed, hashed at once and undone later.
 *
 *     world    ─ step ─►  compared with the mirror, line by line
 *     mirror   ◄─ new bytes of the lines that differ
 *     log      ◄─ their old bytes: one frame per step, taken back in reverse order
 *
 * The mirror is a copy of the world as it was after the last look, at a fixed distance from it. Nothing has to announce its writes: all
 * that a state consists of (parts.h) is compared, so the method stays sound even for a task that writes to another's stack.
 * What differs is taken out of the hash and put in again; the rest costs one comparison of bytes that are in the cache.
 *
 * Soundness, in one place. Let S be what gx_parts() lists. (1) Whatever can change the future lies in S or is constant while executions
 * run: internal.h says which words of the header do, and records are hashed up to `sp`. (2) After gx_track_look() mirror and world
 * agree on S, and the hash is the sum over S, however the world got there: each line is compared with the bytes whose hash is in the
 * sum. (3) gx_track_undo() writes back, byte for byte, what the frame found different, in the world and in the mirror; dead memory
 * next to it is cleared as a park would leave it. So equal states have equal hashes, and a state is the same state after any
 * number of steps and undos. tests/snapshot_test.c holds the sum against gx_world_hash(), and going back against a copy.
 *
 * One path at a time; main thread only.
 */
#ifndef GX_CORE_TRACK_H
#define GX_CORE_TRACK_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* Begin a path at the world as it is now; a path that was under way is forgotten. */
enum gx_status gx_track_begin(struct gx_error *err) GX_MUST_USE;

/* The hash of the state that was looked at last. */
uint64_t gx_track_hash(void);

/*
 * Look at the world after a step: a frame of what has changed goes to the log, *hash is that of the new state. `peek`, if not NULL, is called
 * with the hash before anything is written: the time to prefetch what will be looked up by it. GX_ENOMEM: the log is full.
 */
enum gx_status gx_track_look(uint64_t *hash, void (*peek)(void *context, uint64_t hash), void *context,
			     struct gx_error *err) GX_MUST_USE;

/* Make the world what it was before the last look that has not been undone yet. The world must be as that look found it. */
void gx_track_undo(void);

/* The most bytes that the log has held since gx_track_begin(). */
size_t gx_track_high(void);

#endif
