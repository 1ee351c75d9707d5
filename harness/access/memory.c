#include "access/memory.h"

#include <stdlib.h>
#include <string.h>

#include "access/heap.h"
#include "access/points.h"
#include "core/event.h"
#include "core/host.h"
#include "core/order.h"
#include "core/world.h"

/* ---- the step's footprint ---- */

struct gx_memory_footprint gx_memory_collected;
static bool collects;
static gx_memory_judge_fn *judge;
static bool watched;

void gx_memory_collect(bool on)
{
	collects = on;
	if (!on)
		return;
	gx_memory_collected.count = 0;
	gx_memory_collected.everything = false;
}

static void split(void)
{
	gx_point_simple(GX_L_MEMORY_ACCESS, 0, 0);
}

void gx_memory_watch(bool on)
{
	watched = on;
	if (on)
		gx_heap_look_around();
	gx_order.split = on ? split : NULL;
}

bool gx_memory_is_watched(void)
{
	return watched;
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

static inline void touch(uint64_t granule, uint8_t bytes, unsigned how)
{
	struct gx_memory_footprint *footprint = &gx_memory_collected;
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
	/* the four of them in the order of `how`: this is done at each access */
	((uint8_t *)found)[offsetof(struct gx_memory_touch, read) + how] |= bytes;
}

_Static_assert(offsetof(struct gx_memory_touch, written) == offsetof(struct gx_memory_touch, read) + GX_MEMORY_WRITES &&
		       offsetof(struct gx_memory_touch, atomic_read) ==
			       offsetof(struct gx_memory_touch, read) + GX_MEMORY_IS_ATOMIC &&
		       offsetof(struct gx_memory_touch, atomic_written) ==
			       offsetof(struct gx_memory_touch, read) + (GX_MEMORY_IS_ATOMIC | GX_MEMORY_WRITES),
	       "how an access is made says where its bytes are noted");

static inline uint8_t bits(size_t from, size_t count)
{
	return (uint8_t)((count < 8 ? (1u << count) - 1 : 0xffu) << from);
}

static void __attribute__((noinline)) collect_range(uintptr_t at, size_t size, unsigned how)
{
	while (size) {
		size_t from = at % 8;
		size_t here = size < 8 - from ? size : 8 - from;

		touch(at >> 3, bits(from, here), how);
		at += here;
		size -= here;
	}
}

static inline void collect(uintptr_t at, size_t size, unsigned how)
{
	if (__builtin_expect(at % 8 + size <= 8, 1)) {
		if (size)
			touch(at >> 3, bits(at % 8, size), how);
		return;
	}
	collect_range(at, size, how);
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
			touches[kept - 1].atomic_read |= touches[i].atomic_read;
			touches[kept - 1].atomic_written |= touches[i].atomic_written;
		} else {
			touches[kept++] = touches[i];
		}
	}
	footprint->count = kept;
}

/* One writes what the other accesses, and not both do so atomically. */
static unsigned meet(const struct gx_memory_touch *one, const struct gx_memory_touch *other)
{
	return (one->written & (other->written | other->read | other->atomic_written | other->atomic_read)) |
	       (one->atomic_written & (other->written | other->read));
}

uint8_t gx_memory_meet(const struct gx_memory_touch *one, const struct gx_memory_touch *other)
{
	return one->granule == other->granule ? (uint8_t)(meet(one, other) | meet(other, one)) : 0;
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
			if (gx_memory_meet(&one[i], &other[j]))
				return true;
			i++;
			j++;
		}
	}
	return false;
}

/* ---- an access ---- */

static bool is_of_tasks(uintptr_t at)
{
	return at - (GX_WORLD_BASE + GX_WORLD_AREA_BYTES) < GX_SLOT_COUNT * GX_SLOT_BYTES;
}

/* In a frame of its own: what it keeps must not lie on the stack of a task that waits. */
static void __attribute__((noinline)) wait_before(uintptr_t at, bool writes, bool is_point)
{
	if (is_point)
		gx_point_simple(writes ? GX_L_MEMORY_WRITE : GX_L_MEMORY_READ, writes ? GX_WRITE : GX_READ,
				gx_world_canonical((const void *)at));
	else
		gx_point_simple(GX_L_MEMORY_ACCESS, 0, gx_world_canonical((const void *)at));
}

/* ---- pointers to the writer's own stack ---- */

/* What the step has written elsewhere, that may be such pointers: the values are there once the step goes on. */
enum { WRITTEN_MAX = 16 };
static struct {
	const void *at;
	size_t size;
} written[WRITTEN_MAX];
static unsigned written_count;

static inline bool is_on_stack_of(const struct gx_task *task, uintptr_t at)
{
	uintptr_t offset = at - (GX_WORLD_BASE + GX_WORLD_AREA_BYTES);

	return offset / GX_SLOT_BYTES == task->slot && offset % GX_SLOT_BYTES < GX_SLOT_STACK_BYTES;
}

static void look_at_written(void)
{
	struct gx_task *self = gx_task_self();

	for (unsigned i = 0; i < written_count && self; i++) {
		const uintptr_t *word = (const uintptr_t *)(((uintptr_t)written[i].at + 7) & ~(uintptr_t)7);
		const char *end = (const char *)written[i].at + written[i].size;

		for (; (const char *)(word + 1) <= end; word++)
			if (is_on_stack_of(self, *word))
				gx_task_share_stack(self);
	}
	written_count = 0;
	gx_order.before_point = NULL;
}

static void note_written(const void *at, size_t size)
{
	if (!gx_order.before_point)
		written_count = 0; /* of a step that has been given up */
	if (written_count == WRITTEN_MAX)
		look_at_written();
	written[written_count].at = at;
	written[written_count++].size = size;
	gx_order.before_point = look_at_written;
}

void gx_memory_written(const void *at, size_t size)
{
	if (!watched || !gx_task_self() || size < sizeof(void *) || is_on_stack_of(gx_task_self(), (uintptr_t)at))
		return;
	note_written(at, size);
	look_at_written();
}

/* Nobody else has been told of it. `frame`: of our own caller, below which no frame of the task's is. */
static inline bool is_private(const struct gx_task *self, uintptr_t at, size_t size, bool writes, const void *code,
			      const void *frame)
{
	if (!is_on_stack_of(self, at))
		return false;
	if (__builtin_expect(at < (uintptr_t)frame, 0))
		gx_heap_left(at, size, writes, code);
	if (gx_order.before_point)
		gx_order.before_point();
	return !(self->traits & GX_TASK_SHARES_STACK);
}

static inline void note(uintptr_t at, size_t size, unsigned how, const void *code)
{
	if (collects)
		collect(at, size, how);
	if (judge)
		judge(gx_task_self(), at, size, how, code);
}

/* What comes before an access, now and then. */
static void __attribute__((noinline)) look_before(uintptr_t at, size_t size, bool writes, const void *code)
{
	bool is_point;

	if (gx_points_noted)
		gx_points_note(at, size, code);
	is_point = gx_is_point(code);
	if (gx_order_is_open() || is_point)
		wait_before(at, writes, is_point);
}

void gx_memory_access(const void *address, size_t size, bool writes, const void *code)
{
	uintptr_t at = (uintptr_t)address;
	const struct gx_task *self;
	bool of_tasks;

	if (!watched)
		return;
	self = gx_task_self();
	if (!self)
		return;
	of_tasks = is_of_tasks(at);
	if (!of_tasks && !gx_world_is_adopted(address)) {
		gx_heap_check(at, size, writes, code);
		return;
	}
	if (of_tasks && is_private(self, at, size, writes, code, __builtin_frame_address(0)))
		return;
	if (__builtin_expect(gx_points_noted | gx_points_some | gx_order_is_open(), 0))
		look_before(at, size, writes, code);
	if (of_tasks)
		gx_heap_check(at, size, writes, code); /* what is adopted is the program's */
	if (writes && size >= sizeof(void *))
		note_written(address, size);
	gx_order.accessed = true;
	if (gx_order.muted)
		return;
	note(at, size, writes ? GX_MEMORY_WRITES : 0, code);
	gx_host_access(address, size, writes, code);
}

void gx_memory_atomic(const volatile void *address, size_t size, bool writes, const void *code)
{
	uintptr_t at = (uintptr_t)address;

	if (!watched || !gx_task_self() || (!is_of_tasks(at) && !gx_world_is_adopted((const void *)at)) ||
	    is_private(gx_task_self(), at, size, writes, code, __builtin_frame_address(0)))
		return;
	if (is_of_tasks(at))
		gx_heap_check(at, size, writes, code);
	gx_order.accessed = true;
	if (!gx_order.muted)
		note(at, size, GX_MEMORY_IS_ATOMIC | (writes ? GX_MEMORY_WRITES : 0), code);
}
