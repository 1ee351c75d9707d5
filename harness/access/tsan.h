/*
 * tsan.h - the functions that instrumented code calls, as compilers declare them: compiler-rt's lib/tsan/rtl/tsan_interface.h and
 * tsan_interface_atomic.h. For tests, which call them by hand; no other code of ours does.
 */
#ifndef GX_ACCESS_TSAN_H
#define GX_ACCESS_TSAN_H

#include <stdbool.h>

void __tsan_read1(void *at);
void __tsan_write1(void *at);
void __tsan_volatile_read1(void *at);
void __tsan_volatile_write1(void *at);
void __tsan_read_write1(void *at);
void __tsan_read1_pc(void *at, void *code);
void __tsan_write1_pc(void *at, void *code);
void __tsan_read2(void *at);
void __tsan_write2(void *at);
void __tsan_volatile_read2(void *at);
void __tsan_volatile_write2(void *at);
void __tsan_read_write2(void *at);
void __tsan_read2_pc(void *at, void *code);
void __tsan_write2_pc(void *at, void *code);
void __tsan_read4(void *at);
void __tsan_write4(void *at);
void __tsan_volatile_read4(void *at);
void __tsan_volatile_write4(void *at);
void __tsan_read_write4(void *at);
void __tsan_read4_pc(void *at, void *code);
void __tsan_write4_pc(void *at, void *code);
void __tsan_read8(void *at);
void __tsan_write8(void *at);
void __tsan_volatile_read8(void *at);
void __tsan_volatile_write8(void *at);
void __tsan_read_write8(void *at);
void __tsan_read8_pc(void *at, void *code);
void __tsan_write8_pc(void *at, void *code);
void __tsan_read16(void *at);
void __tsan_write16(void *at);
void __tsan_volatile_read16(void *at);
void __tsan_volatile_write16(void *at);
void __tsan_read_write16(void *at);
void __tsan_read16_pc(void *at, void *code);
void __tsan_write16_pc(void *at, void *code);
void __tsan_unaligned_read2(void *at);
void __tsan_unaligned_write2(void *at);
void __tsan_unaligned_volatile_read2(void *at);
void __tsan_unaligned_volatile_write2(void *at);
void __tsan_unaligned_read_write2(void *at);
void __tsan_unaligned_read4(void *at);
void __tsan_unaligned_write4(void *at);
void __tsan_unaligned_volatile_read4(void *at);
void __tsan_unaligned_volatile_write4(void *at);
void __tsan_unaligned_read_write4(void *at);
void __tsan_unaligned_read8(void *at);
void __tsan_unaligned_write8(void *at);
void __tsan_unaligned_volatile_read8(void *at);
void __tsan_unaligned_volatile_write8(void *at);
void __tsan_unaligned_read_write8(void *at);
void __tsan_unaligned_read16(void *at);
void __tsan_unaligned_write16(void *at);
void __tsan_unaligned_volatile_read16(void *at);
void __tsan_unaligned_volatile_write16(void *at);
void __tsan_unaligned_read_write16(void *at);
void __tsan_read_range(void *at, long size);
void __tsan_write_range(void *at, long size);
void __tsan_vptr_update(void *at, void *table);
void __tsan_vptr_read(void *at);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void *unused);
void __tsan_init(void);
void __tsan_ignore_thread_begin(void);
void __tsan_ignore_thread_end(void);
void *__tsan_memcpy(void *to, const void *from, unsigned long size);
void *__tsan_memmove(void *to, const void *from, unsigned long size);
void *__tsan_memset(void *to, int value, unsigned long size);

/* The order that the program asks for is one of C11's memory_order, as a number. */
#define GX_TSAN_ATOMICS(bits, type)                                                                                  \
	type __tsan_atomic##bits##_load(const volatile void *at, int order);                                         \
	void __tsan_atomic##bits##_store(volatile void *at, type value, int order);                                  \
	type __tsan_atomic##bits##_exchange(volatile void *at, type value, int order);                               \
	type __tsan_atomic##bits##_fetch_add(volatile void *at, type value, int order);                              \
	type __tsan_atomic##bits##_fetch_sub(volatile void *at, type value, int order);                              \
	type __tsan_atomic##bits##_fetch_and(volatile void *at, type value, int order);                              \
	type __tsan_atomic##bits##_fetch_or(volatile void *at, type value, int order);                               \
	type __tsan_atomic##bits##_fetch_xor(volatile void *at, type value, int order);                              \
	type __tsan_atomic##bits##_fetch_nand(volatile void *at, type value, int order);                             \
	bool __tsan_atomic##bits##_compare_exchange_strong(volatile void *at, void *expected, type value, int order, \
							   int failure);                                             \
	bool __tsan_atomic##bits##_compare_exchange_weak(volatile void *at, void *expected, type value, int order,   \
							 int failure);                                               \
	type __tsan_atomic##bits##_compare_exchange_val(volatile void *at, type expected, type value, int order,     \
							int failure);

__extension__ typedef unsigned __int128 gx_tsan_128;
GX_TSAN_ATOMICS(8, unsigned char)
GX_TSAN_ATOMICS(16, unsigned short)
GX_TSAN_ATOMICS(32, unsigned int)
GX_TSAN_ATOMICS(64, unsigned long)
GX_TSAN_ATOMICS(128, gx_tsan_128)
void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_signal_fence(int order);

#endif
