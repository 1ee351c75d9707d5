#include "access/memory.h"

#include <stdlib.h>
#include <string.h>

#include "core/event.h"
#include "core/order.h"
#include "core/world.h"

static const char *const names[] = {
	"memory.pause", "memory.read",   "memory.write", "atomic.load",
	"atomic.store", "atomic.update", "atomic.fence", "data.race",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == GX_L_ACCESS_END - GX_LABELS_ACCESS, "every label has a name");

void gx_access_register_labels(void)
{
	gx_labels_register(GX_LABELS_ACCESS, names, GX_L_ACCESS_END - GX_LABELS_ACCESS);
}

/* ---- the step's footprint ---- */

static struct gx_memory_footprint *collected;
static gx_memory_judge_fn *judge;
static bool each_is_a_point;
static bool watched;

struct gx_memory_footprint *gx_memory_collect(struct gx_memory_footprint *footprint)
{
	struct gx_memory_footprint *before = collected;

	if (footprint) {
		footprint->count = 0;
		footprint->everything = false;
	}
	collected = footprint;
	return before;
}

void gx_memory_watch(bool on)
{
	watched = on;
}

bool gx_memory_is_watched(void)
{
	return watched;
}

void gx_memory_point_at(bool each)
{
	each_is_a_point = each;
}

gx_memory_judge_fn *gx_memory_judge(gx_memory_judge_fn *by)
{
	gx_memory_judge_fn *before = judge;

	judge = by;
	return before;
}

/*
 * Where the last touch of a granule like this one stands: right or wrong, for nobody clears it. A place that is wrong costs a touch more,
 * which gx_memory_tidy() makes one again (Briggs and Torczon, "An efficient representation for sparse sets", 1993).
 */
enum { PLACES = 1024 };
static uint16_t place_of[PLACES];

static void touch(struct gx_memory_footprint *footprint, uint64_t granule, uint8_t bytes, bool writes)
{
	uint16_t *place = &place_of[(granule ^ granule >> 10) % PLACES];
	struct gx_memory_touch *found = &footprint->touches[*place];

	if (*place >= footprint->count || found->granule != granule) {
		if (footprint->count == GX_MEMORY_TOUCHES_MAX) {
			footprint->everything = true;
			return;
		}
		*place = (uint16_t)footprint->count++;
		found = &footprint->touches[*place];
		*found = (struct gx_memory_touch){.granule = granule};
	}
	if (writes)
		found->written |= bytes;
	else
		found->read |= bytes;
}

static inline uint8_t bits(size_t from, size_t count)
{
	return (uint8_t)((count < 8 ? (1u << count) - 1 : 0xffu) << from);
}

static void collect(uintptr_t at, size_t size, bool writes)
{
	while (size) {
		size_t from = at % 8;
		size_t here = size < 8 - from ? size : 8 - from;

		touch(collected, at >> 3, bits(from, here), writes);
		at += here;
		size -= here;
	}
}

static int by_granule(const void *a, const void *b)
{
	uint64_t x = ((const struct gx_memory_touch *)a)->granule;
	uint64_t y = ((const struct gx_memory_touch *)b)->granule;

	return (x > y) - (x < y);
}

/* Footprints are small, and most often sorted almost: Knuth, The Art of Computer Programming, volume 3, 5.2.1. */
static void sort(struct gx_memory_touch *touches, unsigned count)
{
	enum { FEW = 32 };

	if (count > FEW) {
		qsort(touches, count, sizeof(*touches), by_granule);
		return;
	}
	for (unsigned i = 1; i < count; i++) {
		struct gx_memory_touch next = touches[i];
		unsigned j = i;

		for (; j && touches[j - 1].granule > next.granule; j--)
			touches[j] = touches[j - 1];
		touches[j] = next;
	}
}

void gx_memory_tidy(struct gx_memory_footprint *footprint)
{
	struct gx_memory_touch *touches = footprint->touches;
	unsigned kept = 0;

	sort(touches, footprint->count);
	for (unsigned i = 0; i < footprint->count; i++) {
		if (kept && touches[kept - 1].granule == touches[i].granule) {
			touches[kept - 1].read |= touches[i].read;
			touches[kept - 1].written |= touches[i].written;
		} else {
			touches[kept++] = touches[i];
		}
	}
	footprint->count = kept;
}

bool gx_memory_conflict(const struct gx_memory_touch *one, unsigned count, const struct gx_memory_touch *other,
			unsigned other_count)
{
	unsigned i = 0;
	unsigned j = 0;

	while (i < count && j < other_count) {
		if (one[i].granule < other[j].granule) {
			i++;
		} else if (one[i].granule > other[j].granule) {
			j++;
		} else {
			if (one[i].written & (other[j].written | other[j].read) || one[i].read & other[j].written)
				return true;
			i++;
			j++;
		}
	}
	return false;
}

/* ---- an access ---- */

static bool is_of_the_program(uintptr_t at)
{
	return at - (GX_WORLD_BASE + GX_WORLD_AREA_BYTES) < GX_SLOT_COUNT * GX_SLOT_BYTES ||
	       gx_world_is_adopted((const void *)at);
}

/* In a frame of its own: what it keeps must not lie on the stack of a task that waits. */
static void __attribute__((noinline)) wait_before(uintptr_t at, bool writes)
{
	if (each_is_a_point)
		gx_point_simple(writes ? GX_L_MEMORY_WRITE : GX_L_MEMORY_READ, writes ? GX_WRITE : GX_READ,
				gx_world_canonical((const void *)at));
	else
		gx_point_simple(GX_L_MEMORY_PAUSE, GX_READ, 0);
}

void gx_memory_access(const void *address, size_t size, bool writes, const void *code)
{
	uintptr_t at = (uintptr_t)address;

	if (!watched || !gx_task_self() || !is_of_the_program(at))
		return;
	if (gx_order_is_open() || each_is_a_point)
		wait_before(at, writes);
	if (gx_order.muted)
		return;
	if (collected)
		collect(at, size, writes);
	if (judge)
		judge(gx_task_self(), at, size, writes, code);
}
