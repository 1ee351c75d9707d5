/*
 * host.h - the seam between the scheduler and the program that it is linked into.
 *
 *     gatecrash         nothing to tell anybody: the calls are empty
 *     gatecrash-tsan    ThreadSanitizer's runtime is told which task runs (hosts/tsan.h), so that it judges what they do
 *
 * The same sources make both; GX_HOST_TSAN says which (Makefile, HOST=tsan).
 */
#ifndef GX_CORE_HOST_H
#define GX_CORE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gx_task;

#ifndef GX_HOST_TSAN
#define GX_HOST_TSAN 0
#endif

#if GX_HOST_TSAN
/* The stack is about to be switched, to this task's; NULL: to the scheduler's. */
void gx_host_switch(const struct gx_task *to);

/* [task] What the gate does to memory, by the code at `code`. */
void gx_host_access(const void *at, size_t size, bool writes, const void *code);

/* The runtime has functions of these names: a plugin's calls are bound to the model's instead (posix/once.c). */
#define __cxa_guard_acquire gx_host_guard_acquire
#define __cxa_guard_release gx_host_guard_release
#define __cxa_guard_abort   gx_host_guard_abort
int __cxa_guard_acquire(int64_t *guard);
void __cxa_guard_release(int64_t *guard);
void __cxa_guard_abort(int64_t *guard);
#else
static inline void gx_host_switch(const struct gx_task *to)
{
	(void)to;
}
static inline void gx_host_access(const void *at, size_t size, bool writes, const void *code)
{
	(void)code;
	(void)at;
	(void)size;
	(void)writes;
}
#endif

#endif
