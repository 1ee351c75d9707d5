/*
 * footprint.h - what a step read and wrote.
 *
 *     gx_footprint_begin(&mine) ─► one step: gx_touch(object, access) wherever something shared is read or written ─► gx_footprint_end()
 *
 * The pending op says what a task wants, the footprint what its step did: models, engine, arenas, primitives, tasks. Two steps that are
 * both enabled and whose footprints do not conflict may be swapped: in either order they lead to one state, in which the same can be
 * done, and show the same findings (Mazurkiewicz 1977; Godefroid 1996, chapter 3). A test holds every touch to that, over all states of the
 * small scenarios: models/tests/independence_test.c.
 *
 * What core declares by itself: the object and access of the op that is granted; the task whose step it is (read), the one that is
 * killed, ends, is reaped (written); the arena of an allocation; time (read by who sleeps, written by the clock); spurious wake-ups;
 * everything, if the step ends the execution. Code in a task's context declares the rest. Memory of the program under test is not
 * declared yet: it is protected by locks, or a race.
 *
 * Main thread only. Without a footprint under way a touch costs one comparison.
 */
#ifndef GX_CORE_FOOTPRINT_H
#define GX_CORE_FOOTPRINT_H

#include <stdbool.h>
#include <stdint.h>

enum gx_access { GX_READ = 1, GX_WRITE = 2 };

/*
 * Objects are numbers: canonical addresses (world.h; from 1 << 48 up), or a class in bits 32 to 47 and what its owner likes below. Classes
 * up to 0x3f are core's.
 */
enum gx_object_class {
	GX_OBJECT_TASK = 1, /* with the task's path */
	GX_OBJECT_ARENA,    /* with the slot */
	GX_OBJECT_CORE      /* with an enum gx_core_object */
};

enum gx_core_object { GX_OBJECT_TIME, GX_OBJECT_FIRST_LOOK, GX_OBJECT_SPURIOUS, GX_OBJECT_PLACES };

static inline uint64_t gx_object(unsigned class, uint32_t which)
{
	return (uint64_t) class << 32 | which;
}

struct gx_touch {
	uint64_t object;
	unsigned access; /* enum gx_access bits */
};

#define GX_TOUCHES_MAX 48

struct gx_footprint {
	unsigned count;
	bool everything; /* it conflicts with any other: it ended the execution, or touched more than there is room for */
	struct gx_touch touches[GX_TOUCHES_MAX];
};

extern struct gx_footprint *gx_footprint_under_way;

/* Collect the touches that come into *footprint, until gx_footprint_end(). */
void gx_footprint_begin(struct gx_footprint *footprint);
void gx_footprint_end(void);

void gx_footprint_add(uint64_t object, unsigned access);

/* [any] The step that runs reads (GX_READ) or writes (GX_WRITE, or both) the object; 0 is none. */
static inline void gx_touch(uint64_t object, unsigned access)
{
	if (gx_footprint_under_way)
		gx_footprint_add(object, access);
}

/* Whether there is an object that both touch and one at least writes. */
bool gx_footprints_conflict(const struct gx_footprint *one, const struct gx_footprint *other);

#endif
