/*
 * host_atomics.h - atomic operations as instrumented code calls them: ours, or, in a test that is built for gatecrash-tsan, those of ThreadSanitizer's
 * runtime behind our points.
 */
#ifndef GX_TESTS_HOST_ATOMICS_H
#define GX_TESTS_HOST_ATOMICS_H

#include "access/tsan.h"
#include "core/host.h"
#include "hosts/tsan.h"

static struct {
	unsigned (*load)(const volatile void *at, int order);
	void (*store)(volatile void *at, unsigned value, int order);
	unsigned (*exchange)(volatile void *at, unsigned value, int order);
} atomics;

/* memory_order_seq_cst, as compilers pass it. */
enum { SEQ_CST = 5 };

/* Before the first test. */
static inline void find_atomics(void)
{
#if GX_HOST_TSAN
	*(void **)&atomics.load = gx_tsan_function("__tsan_atomic32_load");
	*(void **)&atomics.store = gx_tsan_function("__tsan_atomic32_store");
	*(void **)&atomics.exchange = gx_tsan_function("__tsan_atomic32_exchange");
#else
	*(void **)&atomics.load = __tsan_atomic32_load;
	*(void **)&atomics.store = __tsan_atomic32_store;
	*(void **)&atomics.exchange = __tsan_atomic32_exchange;
#endif
}

#endif
