/*
 * crash.h - crashes of tasks reach the harness: crash.c.
 */
#ifndef GX_CORE_CRASH_H
#define GX_CORE_CRASH_H

#include <stdint.h>

#include "core/status.h"

/* Take the signals over, and begin to look for tasks that compute or wait without end. gx_world_open() does it; again in a child of fork(). */
enum gx_status gx_crash_install(struct gx_error *err) GX_MUST_USE;

/* Where, now and then, the number of times is written that a task has been let run: in memory of whoever watches over this process. */
extern volatile uint64_t *gx_crash_pulse;

/* Called in the signal's handler where it has stopped the running task (a ucontext_t): async-signal-safe. NULL: nobody asks (where.h). */
extern void (*gx_crash_hook)(const void *context);

#endif
