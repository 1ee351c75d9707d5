/*
 * visited.h - the set of states a search has seen, with one 8-byte value each, in at most 24 bytes per state.
 *
 * Ordered linear probing (Amble and Knuth, "Ordered hash tables", 1974): an entry's home is fingerprint * size / 2^64, so
 * entries stand in the order of their fingerprints. A look-up of an absent state ends at the first larger one, and growing
 * is one sequential sweep: the table can therefore grow by a fifth at a time and stay between 70 and 84 % full, where a table
 * that doubles would be a third full half of the time.
 *
 * A state is known by 64 bits of its hash. The chance that among n states two share them, so that one is missed, is
 * at most n^2 / 2^65.
 */
#ifndef GX_EXPLORE_VISITED_H
#define GX_EXPLORE_VISITED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct gx_visited_entry {
	uint64_t fingerprint; /* never 0; 0 is an empty place */
	double value;
};

struct gx_visited {
	struct gx_visited_entry *entries; /* `size` homes and a margin for overflow at the end */
	void *reserved;                   /* the address space in which they lie */
	uint64_t size;
	uint64_t count;
};

/* Where its entry stands, or a few places behind. */
static inline uint64_t gx_visited_home(const struct gx_visited *set, uint64_t fingerprint)
{
	return (uint64_t)((unsigned __int128)fingerprint * set->size >> 64);
}

enum gx_status gx_visited_init(struct gx_visited *set, struct gx_error *err) GX_MUST_USE;
void gx_visited_release(struct gx_visited *set);

/* Find a fingerprint; NULL if absent. The pointer is valid until the next insertion. 0 is taken as 1. */
struct gx_visited_entry *gx_visited_find(struct gx_visited *set, uint64_t fingerprint);

/* It will be looked up soon. */
static inline void gx_visited_prefetch(const struct gx_visited *set, uint64_t fingerprint)
{
	__builtin_prefetch(&set->entries[gx_visited_home(set, fingerprint)]);
}

/* Insert an absent fingerprint. */
enum gx_status gx_visited_insert(struct gx_visited *set, uint64_t fingerprint, double value,
				 struct gx_error *err) GX_MUST_USE;

/* Upper bound of the chance that two different states of this set's search had the same fingerprint. */
double gx_visited_collision_chance(const struct gx_visited *set);

/* Bytes per state that the set takes now. */
double gx_visited_bytes_per_state(const struct gx_visited *set);

#endif
