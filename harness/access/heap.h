/*
 * heap.h - memory that the program may not touch: freed, beyond a block, in a frame that has been left, the harness's own.
 *
 * Blocks lie in the arena of the task that allocated them (core/task.h), each behind sixteen bytes that belong to nobody, and end at the byte
 * that was asked for. A stack ends where its task is parked. Of what is no memory of tasks only writes are looked at: into the harness's own part
 * of the world, into static data of the program, of libc and of whatever else is loaded and does not belong to the world.
 *
 * The execution ends at the access: what follows is undefined. Main thread only.
 */
#ifndef GX_ACCESS_HEAP_H
#define GX_ACCESS_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access/labels.h"
#include "core/where.h"

/* [task] Ends the execution, GX_L_MEMORY_ERROR, if these bytes are none that the program may access. `code`: where that is done. */
void gx_heap_check(uintptr_t at, size_t size, bool writes, const void *code);

/* [task] Ends the execution: these bytes are of a frame that the task itself has left. */
void gx_heap_left(uintptr_t at, size_t size, bool writes, const void *code) __attribute__((noreturn));

/* Before the first access, once all is loaded: whose static data there is. */
void gx_heap_look_around(void);

/* Where the access of the last memory error stands in the program; NULL: there was none. */
const void *gx_heap_last(void);
/* The calls that led to it, of an execution that was watched (core/where.h). */
struct gx_where gx_heap_last_calls(void);

#endif
