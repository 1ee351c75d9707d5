/*
 * parts.h - what a state of the world consists of, and its hash.
 *
 *     header │ list of arenas │ adopted segments │ shared area │ records of tasks │ live stacks │ used arenas
 *
 * The hash of a state is a sum: of one hash per 64-byte line of memory, seeded with where the line lies, of one per record of a
 * task, seeded with nothing but what it says, and of the few words of the header that can change the future. Being a sum it does not
 * depend on the order in which tasks and arenas came, and after a step only what changed has to be taken out and put in again
 * (Zobrist 1970). Two different states agree with the chance of two random 64-bit numbers (visited.h).
 *
 * Not part of a state: what is free. Below a parked task's stack pointer and above the used part of an arena, memory is dead or zero.
 */
#ifndef GX_CORE_PARTS_H
#define GX_CORE_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/internal.h"
#include "core/raw.h"

enum gx_part_kind {
	GX_PART_HEADER,
	GX_PART_ARENA_LIST,
	GX_PART_SEGMENT, /* index: which */
	GX_PART_SHARED,
	GX_PART_RECORD, /* index: of the task */
	GX_PART_STACK,  /* index: of the task */
	GX_PART_ARENA   /* index: in the list of arenas */
};

struct gx_part {
	unsigned char *base;
	size_t size;
	enum gx_part_kind kind;
	unsigned index;
};

#define GX_PARTS_MAX (3u + GX_WORLD_ADOPTED + 2u * GX_TASKS_MAX + GX_ARENAS_MAX)

/* List the parts of the world as it is now; returns how many. */
unsigned gx_parts(struct gx_part parts[GX_PARTS_MAX]);

#define GX_LINE_BYTES 64u

/* The seed of a line: an address of the block is the same in every process, one of a segment is not. */
static inline uint64_t gx_line_seed(const void *line)
{
	return (uintptr_t)line;
}
static inline uint64_t gx_segment_seed(unsigned segment, size_t offset)
{
	return (uint64_t)(segment + 1) << 56 | offset;
}

/* Hash of one line; `size` bytes of it count, the rest as zeros. */
static inline uint64_t gx_line_hash(const void *line, size_t size, uint64_t seed)
{
	unsigned char copy[GX_LINE_BYTES] GX_UNINITIALISED;

	/* A whole line is hashed where it lies, unless ASan would look over our shoulder: inlined XXH3 is instrumented. */
	if (!GX_ASAN && size == GX_LINE_BYTES)
		return XXH3_64bits_withSeed(line, GX_LINE_BYTES, seed);
	memset(copy, 0, sizeof(copy));
	gx_raw_copy(copy, line, size);
	return XXH3_64bits_withSeed(copy, GX_LINE_BYTES, seed);
}

/* Hash of what a task's record says: of it, what lies behind `sp` is where it is, not what it is. */
uint64_t gx_record_hash(const struct gx_task *task);

/* The share of a part in the hash of the state; 0 for the list of arenas: they are part of it, the order in which they came is not. */
uint64_t gx_part_hash(const struct gx_part *part);

/* Hash of the header. */
uint64_t gx_header_hash(void);

/* The first line of a live stack: the bytes of it below the stack pointer are zero (GX_STACK_CLEAR_BYTES). */
static inline unsigned char *gx_stack_first_line(const struct gx_task *task)
{
	return (unsigned char *)((uintptr_t)task->sp & ~(uintptr_t)(GX_LINE_BYTES - 1));
}

#endif
