/*
 * debug.h - a replay under gdb: `replay REPRO --gdb`, stopped where one of its steps has been granted, in the code of the gate.
 *
 *     replay --gdb ─► gdb ─► replay --break-at N ─► gx_break_here() ─► behind the call by which the task came to its point
 *
 * Nobody needs to know the harness: `info gx-tasks` lists the tasks, and what is on the stack is the gate's.
 */
#ifndef GX_CLI_DEBUG_H
#define GX_CLI_DEBUG_H

#include <stdint.h>

#include "story/names.h"

/* Become gdb, with this program and these words behind `replay`. Returns only if that cannot be done, and has said so. */
void gx_debug_replay(const char *const *words);

/* The execution that follows stops at this step; `book` follows it. A task that is looked at for long hangs for nobody. */
void gx_debug_break_at(uint32_t step, const struct gx_name_book *book);

/*
 * For gdb: where it stops. `task` is about to go on, behind its op, at `back` in the gate (NULL: nobody knows). And what gx-tasks calls: prints a line per
 * task.
 */
void gx_break_here(uint32_t step, const char *task, const void *back);
void gx_debug_tasks(void);

#endif
