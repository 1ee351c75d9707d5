/*
 * tsan.h - ThreadSanitizer's runtime as a second judge, on the schedules that the harness chooses (design.md, idea 5).
 *
 * Tasks are fibers of the runtime, one per index of a task, which execution after execution uses again: what a task that was given up has called it
 * never leaves, so it is left for it. A switch of stacks tells the runtime nothing of order. What orders them is told as the model knows it
 * (core/order.h): each release and acquire of an object. Each execution is set apart from the one before: what was done in that comes before all
 * that is done in this.
 *
 * What the runtime reports is told as a race of the execution (access/races.h), at the access; it goes on. A race that was reported already
 * is reported again: it is another execution's.
 *
 * Main thread only. In other programs than gatecrash-tsan there is nothing of this.
 */
#ifndef GX_HOSTS_TSAN_H
#define GX_HOSTS_TSAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/host.h"

#if GX_HOST_TSAN
/* From now on the runtime is told; or no more. */
void gx_tsan_watch(bool on);
/* TSAN_OPTIONS says something: the runtime's own reports are wanted, as it says. */
extern bool gx_tsan_has_options;
/* What a plugin's calls of the runtime's function of this name are bound to instead; NULL: to that. */
void *gx_tsan_function(const char *name);
/* Of those, the one for plain accesses (tsan_accesses.c). */
void *gx_tsan_access(const char *name);
/* [any] The program under test calls a function (by one), or leaves one (-1); false: that is not for the runtime to know. */
bool gx_tsan_calls(int by);
#else
static const bool gx_tsan_has_options;
static inline void gx_tsan_watch(bool on)
{
	(void)on;
}
static inline void *gx_tsan_function(const char *name)
{
	(void)name;
	return NULL;
}
#endif

#endif
