/*
 * track.h - the world on a path of states: what each step changed, hashed at once and undone later.
 *
 *     world ─ step ─► gx_track_look(): compared with the mirror, line by line; the old bytes of what differs go to the log
 *         known already ─► gx_track_drop(): the mirror's bytes go back into the world
 *         else          ─► gx_track_keep(): the world's bytes go into the mirror; gx_track_undo(), later, takes the log's back
 *
 * The mirror is a copy of the world as it was after the last look, at a fixed distance from it. Nothing has to announce its writes: all
 * that a state consists of (parts.h) is compared, so the method stays sound even for a task that writes to another's stack.
 * What differs is taken out of the hash and put in again; the rest costs one comparison of bytes that are in the cache.
 *
 * Soundness, in one place. Let S be what gx_parts() lists. (1) Whatever can change the future lies in S or is constant while executions
 * run: internal.h says which words of the header do, and records are hashed up to `sp`. (2) After gx_track_keep() mirror and world
 * agree on S, and the hash is the sum over S, however the world got there: each line is compared with the bytes whose hash is in the
 * sum. (3) gx_track_drop() and gx_track_undo() write back, byte for byte, what the look found different, the latter in the mirror, too; dead memory
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

/* The hash of the last state of the path, in which the world has to be. */
uint64_t gx_track_hash(void);

/*
 * Look at the world after a step: *hash is that of its state. What comes of it is said before anything else is done with the world:
 * gx_track_keep() or gx_track_drop(). `peek`, if not NULL, is called with the hash before anything is written: the time to prefetch what
 * will be looked up by it. GX_ENOMEM: the log is full.
 */
enum gx_status gx_track_look(uint64_t *hash, void (*peek)(void *context, uint64_t hash), void *context,
			     struct gx_error *err) GX_MUST_USE;

/* Go on from the state that was looked at: it is the last of the path. */
void gx_track_keep(void);

/* Go back to the state before the step. */
void gx_track_drop(void);

/* Make the world what it was before the last state of the path, which must be what it is now. */
void gx_track_undo(void);

/* The most bytes that the log has held since gx_track_begin(). */
size_t gx_track_high(void);

#endif
