/*
 * races.h - two accesses to the same bytes by different tasks, one of them a write, neither ordered before the other, not both atomic: a
 * data race (C11 5.1.2.4). Three judges, one answer:
 *
 *     a search      of all states: two steps that could be taken in one of them conflict (gx_memory_conflict(); explore/search.c)
 *     side by side  that finding shown: one of the steps, then the other, whose accesses are held against the first one's footprint
 *     clocks        of one execution, from its start: vector clocks, and for each byte who read and wrote it last
 *
 * The first needs no history, so states may be merged; clocks would tell all of them apart. Clocks need but one execution.
 *
 * A race is told as a fact of the task whose access is the later one, GX_L_DATA_RACE (memory.h), for each byte once in an execution, or
 * step. Main thread only.
 */
#ifndef GX_ACCESS_RACES_H
#define GX_ACCESS_RACES_H

#include <stdbool.h>

#include "access/memory.h"
#include "core/where.h"

/*
 * The program that is about to be loaded is instrumented: its accesses are watched, and races are looked for by clocks. Not `on`: they cost
 * next to nothing, and none is a point. `tries`: gx_order.tries.
 */
void gx_races_watch(bool on, bool tries);

/*
 * From now on, until gx_races_end(): tell what races with these touches, tidy, of the step before, by the task with this index. They are kept
 * by the caller.
 */
void gx_races_beside(const struct gx_memory_touch *touches, unsigned count, unsigned task);

/*
 * From now on, until gx_races_end(): tell what races in the executions that begin (gx_sched_reset()). A task that is given the number of one
 * that has ended is taken for it: what that has done is ordered before what this one does. Flanagan and Freund, "FastTrack", 2009; but all readers of a byte are kept, not the last one while they are
 * ordered.
 */
void gx_races_by_clocks(void);

void gx_races_end(void);

/* Where the two accesses of a race stand in the program; `earlier` NULL where that is not known. */
struct gx_race_places {
	const void *earlier;
	const void *later;
	uint32_t step;                 /* of the earlier one; 0: not known */
	struct gx_where earlier_calls; /* that led there, of executions that are watched (core/where.h) */
	struct gx_where later_calls;
};

/* Another judge has seen one (hosts/tsan.h): tell of it as of ours. `extra`: GX_RACE_EXTRA(). */
void gx_races_tell(uintptr_t at, size_t size, uint16_t extra, struct gx_race_places places);

/* Where the later access stands of the race that is being told. */
const void *gx_races_last(void);
/* What has been told since the execution began is what gx_races_places() knows, until this is called again. */
void gx_races_remember(void);
/* Of the race for this object that was told in this step; false if there is none. */
bool gx_races_places(uint64_t object, uint32_t step, struct gx_race_places *places);

#endif
