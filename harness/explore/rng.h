/*
 * rng.h - the one source of chance: splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
 *
 * Each execution has a generator of its own, seeded by (seed, number of the execution), so that execution 1,000,000 of a run can be
 * repeated without the 999,999 before it.
 */
#ifndef GX_EXPLORE_RNG_H
#define GX_EXPLORE_RNG_H

#include <stdint.h>

struct gx_rng {
	uint64_t state;
};

static inline uint64_t gx_rng_next(struct gx_rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static inline struct gx_rng gx_rng_for(uint64_t seed, uint64_t execution)
{
	struct gx_rng rng = {.state = seed};

	rng.state = gx_rng_next(&rng) ^ execution;
	rng.state = gx_rng_next(&rng);
	return rng;
}

/* Below `bound` (1 or more), by multiplication (Lemire, 2019); the bias below 2^-50 does not matter here. */
static inline uint32_t gx_rng_below(struct gx_rng *rng, uint32_t bound)
{
	return (uint32_t)((unsigned __int128)gx_rng_next(rng) * bound >> 64);
}

#endif
