/*
 * where.h - where in the program's code tasks stand: at each point, and where something is noticed in between.
 *
 *     gx_where_watch(true) ─► an execution ─► gx_where_of_step(), gx_where_of_task() ─► core/line.h says file and line
 *
 * For telling: while exploring nobody watches, and it costs a look at one pointer per point. What is known belongs to the last execution that
 * was watched. Main thread only.
 */
#ifndef GX_CORE_WHERE_H
#define GX_CORE_WHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/task.h"

/* The innermost calls of the program's own code; not its caller's, nor libraries'. */
enum { GX_WHERE_DEEP = 6 };
struct gx_where {
	const void *pc[GX_WHERE_DEEP]; /* addresses in the calls */
	unsigned count;
};

/* From now on, or no more; what is known is forgotten when it begins. */
void gx_where_watch(bool on);

/* [task] It has done what a fact is about to tell. That it comes to a point, or is stopped by a signal, is noticed by itself. */
static inline void gx_where_here(void)
{
	if (__builtin_expect(gx_point_hook != NULL, 0))
		gx_point_hook(true);
}

/* [task] The calls that lead to where it is; count 0 while nobody watches. */
struct gx_where gx_where_now(void);

/* [task] A block of the heap has come, or is about to go. */
void gx_where_note_block(const void *block, size_t size, bool goes);
/* The block with this address is a thread's variables of its own; and whether one is, and has gone with its thread. */
void gx_where_note_locals(const void *block);
bool gx_where_is_of_locals(const void *address, bool *gone);
static inline void gx_where_block(const void *block, size_t size, bool goes)
{
	if (__builtin_expect(gx_point_hook != NULL, 0))
		gx_where_note_block(block, size, goes);
}

/* Where the last block that had a byte there came from, and where it went, count 0 if it has not; false if none is known. */
bool gx_where_of_block(const void *address, struct gx_where *came, struct gx_where *went);

/* The step with this number is granted to the task with this index, which has come to its point. */
void gx_where_step(uint32_t step, unsigned task);

/* Where the step was announced, or what was noticed last in it: `noticed`. And where a task that is parked stands. count 0: nobody knows. */
struct gx_where gx_where_of_step(uint32_t step, bool noticed);
struct gx_where gx_where_of_task(unsigned task);

#endif
