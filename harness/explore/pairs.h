/*
 * pairs.h - pairs of enabled steps: how many are independent, and whether that is true.
 *
 * Two steps of different tasks that are enabled in one state are independent if their footprints do not conflict (core/footprint.h). Then
 * both orders have to lead to one state, in which as much can be done, and to show the same hits. A search that checks tries it, in every
 * state that it expands.
 */
#ifndef GX_EXPLORE_PAIRS_H
#define GX_EXPLORE_PAIRS_H

#include "core/footprint.h"
#include "explore/explored.h"

/* A state, all of whose steps have been taken once: the choices, and what each of them touched. */
struct gx_pairs_state {
	const struct gx_choice *choices;
	const struct gx_footprint *footprints;
	unsigned count;
};

/* Count the pairs into out->pairs and out->independent. */
void gx_pairs_count(const struct gx_pairs_state *state, struct gx_explored *out);

/*
 * The world stands at that state, at the end of the path of track.h: take each independent pair in both orders, and come back. What does
 * not agree is counted in out->unequal, and told for the first in out->unequal_what.
 */
enum gx_status gx_pairs_check(const struct gx_pairs_state *state, struct gx_explored *out,
			      struct gx_error *err) GX_MUST_USE;

#endif
