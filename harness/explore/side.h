/*
 * side.h - steps that can be taken in one state, and whose accesses to memory conflict: data races, as a search of all states sees them.
 *
 *     a step is taken ─► gx_side_note(): what it read and wrote, and who can step behind it
 *     all steps of the state have been taken ─► gx_side_find(): two of different tasks, neither of which keeps the other from being taken,
 *                                               and whose footprints conflict
 *
 * Why that is a race, and every race is found so: access/memory.h. Notes are kept as a stack, like the nodes of the search.
 */
#ifndef GX_EXPLORE_SIDE_H
#define GX_EXPLORE_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access/memory.h"

/* What a step has touched: so many of the notes, from here; and who could step behind it, bit per index. */
struct gx_side_step {
	size_t from;
	unsigned count;
	unsigned task;
	uint64_t able;
	bool everything;
};

struct gx_side_notes {
	struct gx_memory_touch *touches;
	size_t used;
	size_t capacity;
};

/* Keep what a step of `task` has touched; the footprint is made tidy. */
struct gx_side_step gx_side_note(struct gx_side_notes *notes, struct gx_memory_footprint *touched, unsigned task,
				 uint64_t able);

/* The steps were taken in one state: do they race? */
bool gx_side_race(const struct gx_side_notes *notes, const struct gx_side_step *one, const struct gx_side_step *other);

/* The bytes that the two race for, from the nth touch of the first on; for whoever tells one race from another. 0: no more; *nth is the next one. */
uint64_t gx_side_granule(const struct gx_side_notes *notes, const struct gx_side_step *one,
			 const struct gx_side_step *other, unsigned *nth, uint8_t *bytes);

void gx_side_release(struct gx_side_notes *notes);

#endif
