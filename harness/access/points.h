/*
 * points.h - which plain accesses to memory are points of their own.
 *
 *     sync     none: an access belongs to the footprint of its step (memory.h)
 *     access   each, to see what a race does
 *     auto     those that stand at places in the code which have been found racy; nothing else is interleaved more finely for it
 *
 * A program without a data race behaves alike under all three; and in one that has some, a search reaches the same ends under auto and access:
 * tests/race_judges_test.c. Behind a racy access that is a point the step need not be open (core/order.h), as it is behind an atomic one: it
 * is a plain access all the same, so whatever conflicts with the rest of the step is found beside it.
 *
 * Main thread only.
 */
#ifndef GX_ACCESS_POINTS_H
#define GX_ACCESS_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gx_points { GX_POINTS_SYNC, GX_POINTS_ACCESS, GX_POINTS_AUTO, GX_POINTS_COUNT };
/* The word of each on the command line and in results. */
extern const char *const gx_points_names[GX_POINTS_COUNT];

/* In the order of the command line's words. More racy places than there is room for: then each access is a point. */
enum { GX_POINT_PLACES_MAX = 64 };
struct gx_point_places {
	enum gx_points which;
	unsigned count;                      /* GX_POINTS_AUTO: of the places */
	uint64_t place[GX_POINT_PLACES_MAX]; /* gx_point_place(), ascending */
};

/* A number for a place in the code, the same in every process that has loaded the same program. */
uint64_t gx_point_place(const void *code);
/* And back. */
const void *gx_point_code(uint64_t place);

/*
 * How the places of GX_POINTS_AUTO are found: whoever sees a race says which bytes it is about; from then on the
 * places of all accesses to them are noted, racy themselves or not, for in an execution that is still to come they may be. When an exploration
 * has brought neither more bytes nor more places, every access to what races is a point: so nothing that a race leads to is left out.
 */
void gx_points_found(uintptr_t at, size_t size);
void gx_points_note(uintptr_t at, size_t size, const void *code);
/* Add what has been noted; true if there was something that those who explored did not know: explore again, with these. */
bool gx_points_learn(struct gx_point_places *places);

/* Another program: nothing has been found. */
void gx_points_forget(void);

/* False if it is there already. When there is no more room `which` becomes GX_POINTS_ACCESS. */
bool gx_point_places_add(struct gx_point_places *places, uint64_t place);

/* From now on these; copied. At first GX_POINTS_SYNC. */
void gx_points_set(const struct gx_point_places *places);
const struct gx_point_places *gx_points(void);

/* Whether the access at this place of the code is a point. */
extern bool gx_points_some;
extern bool gx_points_noted; /* accesses are to be noted */
bool gx_points_has(const void *code);
static inline bool gx_is_point(const void *code)
{
	return __builtin_expect(gx_points_some, 0) && gx_points_has(code);
}

#endif
