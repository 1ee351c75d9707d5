/*
 * places.h - file and line: where in the gate a step stands, as core/where.h has seen it.
 *
 * Words are "mygate.c:31"; "" for what is not the gate's own code, or was built without -g. Of calls in headers of the system, which C++ has
 * many of, the caller's place is told.
 */
#ifndef GX_STORY_PLACES_H
#define GX_STORY_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/where.h"
#include "story/keep.h"

/* Of the step with this number: where it was announced; `noticed`: what was noticed in it, a crash or a misuse, say. */
const char *gx_place_of_step(uint32_t step, bool noticed, struct gx_keep *keep);
/* Of a task that is parked. */
const char *gx_place_of_task(unsigned task, struct gx_keep *keep);
/* It stands in a header of the system. */
bool gx_place_is_of_the_system(const void *pc);
/* Of a call, by the address to which it returns. */
void gx_say_place_of_code(const void *pc, char *text, size_t size);

#endif
