/*
 * world.h - every byte that an execution can change, in one block at one fixed address.
 *
 *     0x567000000000
 *     ├─ hidden area ── scheduler's bookkeeping, records of tasks: saved and restored; of it, what can change the future is hashed
 *     ├─ shared area ── the program's: what gx_world_shared() handed out; saved, restored, hashed
 *     ├─ slot 0 ─────── one megabyte per task: guard page │ stack ↓ │ arena ↑
 *     ├─ slot 1
 *     └─ ...            mapped (PROT_NONE) as a whole, opened slot by slot on first use
 *
 * A task's slot follows from who it is, (parent's slot, nth child), not from when it arrived; so do the addresses on its
 * stack and in its arena. Two interleavings that lead to the same situation therefore agree byte for byte, which is what
 * lets the exhaustive search recognise a state (SPIN's visited set, on native code).
 *
 * Writable data of a plugin belongs to the world too: gx_world_adopt() adds a segment, which is then saved, restored and
 * hashed like the shared area.
 *
 * Main thread only.
 */
#ifndef GX_CORE_WORLD_H
#define GX_CORE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/*
 * One address for plain, ASan, TSan and MSan builds on x86-64 (their shadow layouts leave 0x567... free). On other
 * architectures the kernel decides whether it is free; gx_world_open() says so if not.
 */
#define GX_WORLD_BASE       0x567000000000ull
#define GX_WORLD_AREA_BYTES (8ull << 20) /* hidden and shared areas together */
#define GX_SLOT_BYTES       (1ull << 20)
#define GX_SLOT_COUNT       16384u
#define GX_SLOT_STACK_BYTES (256ull << 10) /* guard page included */
#define GX_ARENA_BYTES      (GX_SLOT_BYTES - GX_SLOT_STACK_BYTES)

/*
 * Map the block, and have crashes of tasks reach the harness (crash.c). Before anything else of core; again is nothing new. GX_ESYSTEM,
 * with a hint, if the address is taken.
 */
enum gx_status gx_world_open(struct gx_error *err) GX_MUST_USE;

/*
 * Hand out `size` zeroed bytes of the shared area, aligned to 16. During set-up of a program only (before the initial
 * snapshot). The bytes live until gx_world_clear(). Never fails: the area is sized for the largest program, a request beyond it is a bug of
 * the harness.
 */
void *gx_world_shared(size_t size);

/* Forget everything: no tasks, no shared bytes, all of it zero, adopted segments dropped. gx_sched_load() calls it before a set-up. */
void gx_world_clear(void);

/*
 * Add a writable segment of a loaded plugin to the world, during set-up; it stays the plugin's. At most GX_WORLD_ADOPTED of them; GX_ELIMIT
 * beyond. They are known by the order in which they come, which must be the same in every process.
 */
#define GX_WORLD_ADOPTED 16
enum gx_status gx_world_adopt(void *base, size_t size, struct gx_error *err) GX_MUST_USE;

/* For gx_world_is_adopted(): the segment that was found the last time; 0 bytes: none. */
extern struct gx_world_found {
	uintptr_t base;
	size_t size;
} gx_world_found;
bool gx_world_find_adopted(const void *address);

/* True if it lies in an adopted segment. */
static inline bool gx_world_is_adopted(const void *address)
{
	return (uintptr_t)address - gx_world_found.base < gx_world_found.size || gx_world_find_adopted(address);
}

/* True if the address lies in the world, where a program may have something: the shared area, slots, adopted segments. */
bool gx_world_contains(const void *address);

/*
 * A number for an address that is the same in every process: the offset in the block, or in an adopted segment, and above bit 48 which of
 * them. Objects of events and footprints are made of these. An address outside the world gives 0.
 */
uint64_t gx_world_canonical(const void *address);

/* And back; NULL for none, and for a segment that there is not. */
const void *gx_world_address(uint64_t canonical);

/*
 * A number for an address of a plugin's code, the same in every process: how far it lies before the plugin's first segment. 0 for all other
 * code.
 */
uint64_t gx_world_code(const void *address);
const void *gx_world_code_address(uint64_t code);

#endif
