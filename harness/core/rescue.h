/*
 * rescue.h - what nobody foresaw ends what is under way, and not the program: what was found so far is still reported.
 *
 *     gx_rescue(run) ─► run() ─► gx_bug(), gx_no_memory(), a crash outside of tasks ─► last words ─► back in gx_rescue(): GX_EINTERNAL
 *
 * What run() had allocated is lost, and what it was about to do is not done; the world is laid out anew, as at its load. Rescues may be
 * nested: the innermost one counts. A crash in a task is the program's under test (crash.c); a bug that is noticed there is not.
 *
 * Main thread only.
 */
#ifndef GX_CORE_RESCUE_H
#define GX_CORE_RESCUE_H

#include <stdbool.h>

#include "core/status.h"

/*
 * run(context), whose status is returned; GX_EINTERNAL or GX_ENOMEM, and what happened in *err, if it had to be given up. Loaded programs stay
 * loaded, at their beginning.
 */
enum gx_status gx_rescue(enum gx_status (*run)(void *context), void *context, struct gx_error *err) GX_MUST_USE;

/*
 * Called before anything is given up, on whatever stack it happened: to note down where one was, without allocating. NULL: nobody.
 */
void gx_rescue_last_words(void (*say)(void *context), void *context);

/* What the layer above has under way is no more, either: called after everything else. NULL: nothing to do. */
extern void (*gx_rescue_hook)(void);

/* For crash.c, and by gx_rescuer for gx_bug() and gx_no_memory(): does not return if there is a rescue that can be had here. */
void gx_rescue_jump(enum gx_status status, const char *what);

#endif
