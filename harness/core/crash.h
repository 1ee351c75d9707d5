/*
 * crash.h - crashes of tasks reach the harness: crash.c.
 */
#ifndef GX_CORE_CRASH_H
#define GX_CORE_CRASH_H

#include <stdbool.h>

#include "core/status.h"

/* Take the signals over, and begin to look for tasks that compute or wait without end. gx_world_open() does it; again in a child of fork(). */
enum gx_status gx_crash_install(struct gx_error *err) GX_MUST_USE;

/*
 * Somebody watches over this process, and knows what to do if it is lost (lost.h): a crash outside of tasks is not rescued (rescue.h), for a program
 * under test that has written over something of ours may have written over more.
 */
extern bool gx_crash_is_watched;

/* Called in the signal's handler where it has stopped the running task (a ucontext_t): async-signal-safe. NULL: nobody asks (where.h). */
extern void (*gx_crash_hook)(const void *context);

#endif
