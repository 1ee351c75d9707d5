#include "access/atomics.h"

#include <string.h>

#include "access/memory.h"
#include "access/tsan.h"
#include "core/host.h"
#include "core/order.h"
#include "core/sanitizer.h"
#include "core/world.h"

static bool weak;

bool gx_atomics_were_weak(void)
{
	bool were = weak;

	weak = false;
	return were;
}

#if !GX_TSAN && !GX_HOST_TSAN

/* C11 7.17.3: memory_order_seq_cst, as compilers number it. */
enum { SEQ_CST = 5 };

/* A point before the operation, in a task; what is done behind it, until the next point, nobody interrupts. */
static void __attribute__((noinline)) point_at(unsigned label, unsigned access, const volatile void *at, int order)
{
	weak |= order != SEQ_CST;
	if (gx_task_self())
		gx_point_simple((uint16_t)label, (uint8_t)access, gx_world_canonical((const void *)(uintptr_t)at));
}

static void step(unsigned label, unsigned access, const volatile void *at, size_t size, int order, const void *code)
{
	point_at(label, access, at, order);
	gx_memory_atomic(at, size, (access & GX_WRITE) != 0, code);
}

#define CODE __builtin_return_address(0)

static void ordered(const volatile void *at, size_t size, bool acquires, bool releases)
{
	uint64_t object = gx_world_canonical((const void *)(uintptr_t)at);

	if (!gx_task_self())
		return;
	if (acquires)
		gx_order_acquire(object);
	gx_order_look();
	if (releases) {
		gx_memory_written((const void *)(uintptr_t)at, size);
		gx_order_release(object);
	}
}

#define LOADED(type)                                                    \
	step(GX_L_ATOMIC_LOAD, GX_READ, at, sizeof(type), order, CODE); \
	ordered(at, sizeof(type), true, false);                         \
	return *(const volatile type *)at

/* What a compare-and-exchange that fails does is a load. */
#define COMPARED(type, good)                                                                     \
	point_at(GX_L_ATOMIC_UPDATE, GX_READ | GX_WRITE, at, order < failure ? order : failure); \
	type was = *(volatile type *)at;                                                         \
	gx_memory_atomic(at, sizeof(type), good, CODE);                                          \
	if (good)                                                                                \
		*(volatile type *)at = value;                                                    \
	ordered(at, sizeof(type), true, true)

#define FETCHED(bits, type, name, result)                                                    \
	type __tsan_atomic##bits##_fetch_##name(volatile void *at, type value, int order)    \
	{                                                                                    \
		step(GX_L_ATOMIC_UPDATE, GX_READ | GX_WRITE, at, sizeof(type), order, CODE); \
		type was = *(volatile type *)at;                                             \
		*(volatile type *)at = (type)(result);                                       \
		ordered(at, sizeof(type), true, true);                                       \
		return was;                                                                  \
	}

#define ATOMICS(bits, type)                                                                                             \
	type __tsan_atomic##bits##_load(const volatile void *at, int order)                                             \
	{                                                                                                               \
		LOADED(type);                                                                                           \
	}                                                                                                               \
	void __tsan_atomic##bits##_store(volatile void *at, type value, int order)                                      \
	{                                                                                                               \
		step(GX_L_ATOMIC_STORE, GX_WRITE, at, sizeof(type), order, CODE);                                       \
		*(volatile type *)at = value;                                                                           \
		ordered(at, sizeof(type), false, true);                                                                 \
	}                                                                                                               \
	FETCHED(bits, type, add, was + value)                                                                           \
	FETCHED(bits, type, sub, was - value)                                                                           \
	FETCHED(bits, type, and, was &value)                                                                            \
	FETCHED(bits, type, or, was | value)                                                                            \
	FETCHED(bits, type, xor, was ^ value)                                                                           \
	FETCHED(bits, type, nand, ~(was & value))                                                                       \
	type __tsan_atomic##bits##_exchange(volatile void *at, type value, int order)                                   \
	{                                                                                                               \
		step(GX_L_ATOMIC_UPDATE, GX_READ | GX_WRITE, at, sizeof(type), order, CODE);                            \
		type was = *(volatile type *)at;                                                                        \
		*(volatile type *)at = value;                                                                           \
		ordered(at, sizeof(type), true, true);                                                                  \
		return was;                                                                                             \
	}                                                                                                               \
	bool __tsan_atomic##bits##_compare_exchange_strong(volatile void *at, void *expected, type value, int order,    \
							   int failure)                                                 \
	{                                                                                                               \
		COMPARED(type, was == *(type *)expected);                                                               \
		if (was == *(type *)expected)                                                                           \
			return true;                                                                                    \
		*(type *)expected = was;                                                                                \
		return false;                                                                                           \
	}                                                                                                               \
	/* It never fails for no reason: a loop around it would go on for ever, and the strong one may stand for it. */ \
	bool __tsan_atomic##bits##_compare_exchange_weak(volatile void *at, void *expected, type value, int order,      \
							 int failure)                                                   \
	{                                                                                                               \
		return __tsan_atomic##bits##_compare_exchange_strong(at, expected, value, order, failure);              \
	}                                                                                                               \
	type __tsan_atomic##bits##_compare_exchange_val(volatile void *at, type expected, type value, int order,        \
							int failure)                                                    \
	{                                                                                                               \
		COMPARED(type, was == expected);                                                                        \
		return was;                                                                                             \
	}

/* clang-format off: a family each */
ATOMICS(8, unsigned char)
ATOMICS(16, unsigned short)
ATOMICS(32, unsigned int)
ATOMICS(64, unsigned long)
ATOMICS(128, gx_tsan_128)
/* clang-format on */

/* Where all is sequentially consistent there is nothing for it to do; and it orders nothing that the operations about it do not. */
void __tsan_atomic_thread_fence(int order)
{
	weak |= order != SEQ_CST;
}

void __tsan_atomic_signal_fence(int order)
{
	(void)order;
}

#endif
