/*
 * memory.h - what a step read and wrote of the program's memory.
 *
 *     compiled with -fsanitize=thread ─► __tsan_read4(p) (tsan.c) ─► gx_memory_access() ─► the step's footprint, a judge, or a point
 *
 * A task's own stack is its own until somebody else is told of it: a pointer to it is written elsewhere, or handed to a task that it makes
 * (gx_task_share_stack()). Until then what it does there is nobody's business.
 *
 * Memory of the program under test is what its tasks have on their stacks, what they have allocated, and the static data of plugins. A read
 * of anything else is a constant's: what lies elsewhere only the harness writes.
 *
 * A plain access is no point. It belongs to the footprint of the step: two steps that could be taken in one state, neither of which keeps
 * the other from being taken, race if their footprints conflict. That is complete in a search over all states only if no step holds accesses
 * behind something that others can notice: so the first access behind a release is a point of its own (GX_L_MEMORY_ACCESS; core/order.h).
 * Checked by brute force: tests/race_judges_test.c. Accesses may be points instead, to see what a race does: points.h.
 *
 * Atomic operations are points, always; what they do they do in one order that all tasks agree on (sequentially consistent), whatever order
 * the program asks for: atomics.c.
 *
 * Main thread only.
 */
#ifndef GX_ACCESS_MEMORY_H
#define GX_ACCESS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access/labels.h"
#include "core/task.h"

/* Eight bytes of memory, as many as begin at granule << 3; a bit per byte. */
struct gx_memory_touch {
	uint64_t granule;
	uint8_t read;
	uint8_t written;
	uint8_t atomic_read; /* by atomic operations: these do not race with one another */
	uint8_t atomic_written;
};

enum { GX_MEMORY_TOUCHES_MAX = 4096 };

struct gx_memory_footprint {
	unsigned count;
	bool everything; /* there was more than there is room for: it conflicts with any other that is not empty */
	struct gx_memory_touch touches[GX_MEMORY_TOUCHES_MAX];
};

/*
 * Collect the accesses of the steps that follow, from none, or no more. There is but one place for them, and all whose states are compared
 * collect, or none does: what is noted on a task's stack, addresses of it among that, may stay there in frames of the program's.
 */
void gx_memory_collect(bool on);
extern struct gx_memory_footprint gx_memory_collected;

/* Sort the touches by address, each granule once, for gx_memory_conflict(). */
void gx_memory_tidy(struct gx_memory_footprint *footprint);

/* Of one granule, the bytes that one writes and the other reads or writes, not both atomically; a bit per byte. */
uint8_t gx_memory_meet(const struct gx_memory_touch *one, const struct gx_memory_touch *other);

/* Whether there are such bytes; both tidy. */
bool gx_memory_conflict(const struct gx_memory_touch *one, unsigned count, const struct gx_memory_touch *other,
			unsigned other_count);

/* Whether accesses count at all: gx_races_watch(). */
void gx_memory_watch(bool on);
bool gx_memory_is_watched(void);

/* How an access is made. */
enum { GX_MEMORY_WRITES = 1, GX_MEMORY_IS_ATOMIC = 2 };

/*
 * Who looks at each access, on behalf of the task that makes it, before it is made; NULL: nobody. `code` is where it stands. May emit; reaches
 * no point.
 */
typedef void gx_memory_judge_fn(const struct gx_task *task, uintptr_t at, size_t size, unsigned how, const void *code);
gx_memory_judge_fn *gx_memory_judge(gx_memory_judge_fn *judge);

/* [any] `size` bytes at `at` have been written, as a whole, by something that is no plain access: is it a pointer to the writer's stack? */
void gx_memory_written(const void *at, size_t size);

/* [task] An atomic operation, whose point has been, is about to read or write: it races with what is not atomic, C11 5.1.2.4. */
void gx_memory_atomic(const volatile void *at, size_t size, bool writes, const void *code);

/* [any] The code at `code` reads or writes `size` bytes at `at`, and that is not atomic. Outside of tasks nothing. */
void gx_memory_access(const void *at, size_t size, bool writes, const void *code);

#endif
