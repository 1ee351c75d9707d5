/*
 * labels.h - what accesses to memory are called among events (core/event.h).
 */
#ifndef GX_ACCESS_LABELS_H
#define GX_ACCESS_LABELS_H

#include <stdbool.h>
#include <stdint.h>

/* Ops, and facts. The object is the address of the access (gx_world_canonical()), 0 of none in particular. */
enum {
	GX_LABELS_ACCESS = 40, /* below those of posix: of core there are few */
	GX_L_MEMORY_ACCESS =
		GX_LABELS_ACCESS, /* goes on, to what it does with memory first, behind what others can notice */
	GX_L_MEMORY_READ,         /* a plain access, where these are points */
	GX_L_MEMORY_WRITE,
	GX_L_ATOMIC_LOAD,
	GX_L_ATOMIC_STORE,
	GX_L_ATOMIC_UPDATE, /* exchange, compare and exchange, fetch and add, ... */
	GX_L_ATOMIC_FENCE,
	/* From here on facts. */
	GX_L_DATA_RACE,    /* of the task with the later access; extra = GX_RACE_EXTRA(), value = GX_RACE_VALUE() */
	GX_L_MEMORY_ERROR, /* heap.h; object = where, extra = GX_MEMORY_ERROR_EXTRA(), value = bytes of the access */
	GX_L_ACCESS_END
};

/* How many bytes the two have in common at most, from the object on; whether the earlier access was made in the step before. */
#define GX_RACE_VALUE(size, beside) ((uint64_t)(beside) << 16 | (size))
#define GX_RACE_IS_BESIDE(value)    (((value) >> 16 & 1) != 0)

/* Who made the earlier access, by index; what each of the two does. Eight bits. */
#define GX_RACE_EXTRA(other, earlier_writes, later_writes) \
	((uint16_t)((other) | (unsigned)(earlier_writes) << 6 | (unsigned)(later_writes) << 7))
#define GX_RACE_OTHER(extra)          ((unsigned)(extra)&0x3fu)
#define GX_RACE_EARLIER_WRITES(extra) (((extra) >> 6 & 1) != 0)
#define GX_RACE_LATER_WRITES(extra)   (((extra) >> 7 & 1) != 0)

/* Register their names. Before the first execution; as often as you like. */
void gx_access_register_labels(void);

/* What is wrong with an access. */
enum gx_memory_error {
	GX_MEMORY_FREED = 1, /* no block is there, or not any more */
	GX_MEMORY_BEYOND,    /* it begins in a block, and ends or goes on behind it */
	GX_MEMORY_BEFORE,    /* right before a block, and behind no other */
	GX_MEMORY_LEFT,      /* on a stack, in a frame that is no more */
	GX_MEMORY_HARNESS    /* written: what the harness has in the world */
};

/* `extra` of the fact: the error; whether it is a write. */
#define GX_MEMORY_ERROR_EXTRA(error, writes) ((uint16_t)((error) | (unsigned)(writes) << 7))
#define GX_MEMORY_ERROR_OF(extra)            ((enum gx_memory_error)((extra)&0x7f))
#define GX_MEMORY_ERROR_WRITES(extra)        (((extra) >> 7 & 1) != 0)

#endif
