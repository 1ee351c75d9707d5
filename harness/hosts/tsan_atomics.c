/*
 * tsan_atomics.c - atomic operations of a gate in gatecrash-tsan: a point each, as in the other program (access/atomics.h), and then the runtime's,
 * which performs it and knows what it orders.
 */
#include "hosts/tsan.h"

#include "core/host.h"

#if GX_HOST_TSAN

#include <dlfcn.h>
#include <string.h>

#include "access/labels.h"
#include "access/tsan.h"
#include "core/task.h"
#include "core/world.h"

static void __attribute__((noinline)) step(unsigned label, unsigned access, const volatile void *at)
{
	if (gx_task_self())
		gx_point_simple((uint16_t)label, (uint8_t)access, gx_world_canonical((const void *)(uintptr_t)at));
}

#define UPDATE(bits, type, name)                                         \
	static type name##bits(volatile void *at, type value, int order) \
	{                                                                \
		step(GX_L_ATOMIC_UPDATE, GX_READ | GX_WRITE, at);        \
		return __tsan_atomic##bits##_##name(at, value, order);   \
	}

#define ATOMICS(bits, type)                                                                                \
	static type load##bits(const volatile void *at, int order)                                         \
	{                                                                                                  \
		step(GX_L_ATOMIC_LOAD, GX_READ, at);                                                       \
		return __tsan_atomic##bits##_load(at, order);                                              \
	}                                                                                                  \
	static void store##bits(volatile void *at, type value, int order)                                  \
	{                                                                                                  \
		step(GX_L_ATOMIC_STORE, GX_WRITE, at);                                                     \
		__tsan_atomic##bits##_store(at, value, order);                                             \
	}                                                                                                  \
	UPDATE(bits, type, exchange)                                                                       \
	UPDATE(bits, type, fetch_add)                                                                      \
	UPDATE(bits, type, fetch_sub)                                                                      \
	UPDATE(bits, type, fetch_and)                                                                      \
	UPDATE(bits, type, fetch_or)                                                                       \
	UPDATE(bits, type, fetch_xor)                                                                      \
	UPDATE(bits, type, fetch_nand)                                                                     \
	static bool strong##bits(volatile void *at, void *expected, type value, int order, int failure)    \
	{                                                                                                  \
		step(GX_L_ATOMIC_UPDATE, GX_READ | GX_WRITE, at);                                          \
		return __tsan_atomic##bits##_compare_exchange_strong(at, expected, value, order, failure); \
	}                                                                                                  \
	static type val##bits(volatile void *at, type expected, type value, int order, int failure)        \
	{                                                                                                  \
		step(GX_L_ATOMIC_UPDATE, GX_READ | GX_WRITE, at);                                          \
		return __tsan_atomic##bits##_compare_exchange_val(at, expected, value, order, failure);    \
	}

/* clang-format off: a family each */
ATOMICS(8, unsigned char)
ATOMICS(16, unsigned short)
ATOMICS(32, unsigned int)
ATOMICS(64, unsigned long)
ATOMICS(128, gx_tsan_128)

#define ROW(bits, name, function)                                               \
	{                                                                       \
		"__tsan_atomic" #bits "_" #name, (void (*)(void))function##bits \
	}
#define ROWS(bits)                                                                                                 \
	ROW(bits, load, load), ROW(bits, store, store), ROW(bits, exchange, exchange),                             \
		ROW(bits, fetch_add, fetch_add), ROW(bits, fetch_sub, fetch_sub), ROW(bits, fetch_and, fetch_and), \
		ROW(bits, fetch_or, fetch_or), ROW(bits, fetch_xor, fetch_xor), ROW(bits, fetch_nand, fetch_nand), \
		ROW(bits, compare_exchange_strong, strong), ROW(bits, compare_exchange_weak, strong),              \
		ROW(bits, compare_exchange_val, val)
/* clang-format on */

/*
 * libc's own: the runtime's would take functions off its list of those that have been called, which is counted here (tsan.c). They stay on it
 * until the execution is over.
 */
static void *jump(const char *name)
{
	static const char *const names[] = {"setjmp",   "_setjmp",    "__sigsetjmp",  "longjmp",
					    "_longjmp", "siglongjmp", "__longjmp_chk"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return dlsym(RTLD_NEXT, name);
	return NULL;
}

void *gx_tsan_function(const char *name)
{
	static const struct {
		const char *name;
		void (*function)(void);
	} rows[] = {ROWS(8),
		    ROWS(16),
		    ROWS(32),
		    ROWS(64),
		    ROWS(128),
		    {"__cxa_guard_acquire", (void (*)(void))gx_host_guard_acquire},
		    {"__cxa_guard_release", (void (*)(void))gx_host_guard_release},
		    {"__cxa_guard_abort", (void (*)(void))gx_host_guard_abort}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].name, name))
			return (void *)(uintptr_t)rows[i].function;
	return jump(name) ? jump(name) : gx_tsan_access(name);
}

#endif
