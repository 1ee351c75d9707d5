/*
 * tsan.c - what a compiler calls at each access, if it is told to instrument for ThreadSanitizer (-fsanitize=thread).
 *
 * The names are those of compiler-rt's lib/tsan/rtl/tsan_interface.h, which gcc's runtime has, too: gcc 12 and clang 14 to 19 call no others.
 * A plugin finds them in the program, as it finds pthread_mutex_lock(). Atomic operations: atomics.c.
 */
#include "access/tsan.h"
#include "access/memory.h"
#include "core/host.h"
#include "core/sanitizer.h"

/* Where this program is checked itself, the runtime of the compiler has them. */
#define CODE __builtin_return_address(0)

#if !GX_TSAN && !GX_HOST_TSAN

#define ACCESSES(bytes)                                     \
	void __tsan_read##bytes(void *at)                   \
	{                                                   \
		gx_memory_access(at, bytes, false, CODE);   \
	}                                                   \
	void __tsan_write##bytes(void *at)                  \
	{                                                   \
		gx_memory_access(at, bytes, true, CODE);    \
	}                                                   \
	void __tsan_volatile_read##bytes(void *at)          \
	{                                                   \
		gx_memory_access(at, bytes, false, CODE);   \
	}                                                   \
	void __tsan_volatile_write##bytes(void *at)         \
	{                                                   \
		gx_memory_access(at, bytes, true, CODE);    \
	}                                                   \
	void __tsan_read##bytes##_pc(void *at, void *code)  \
	{                                                   \
		gx_memory_access(at, bytes, false, code);   \
	}                                                   \
	void __tsan_write##bytes##_pc(void *at, void *code) \
	{                                                   \
		gx_memory_access(at, bytes, true, code);    \
	}                                                   \
	void __tsan_read_write##bytes(void *at)             \
	{                                                   \
		gx_memory_access(at, bytes, false, CODE);   \
		gx_memory_access(at, bytes, true, CODE);    \
	}

#define UNALIGNED(bytes)                                      \
	void __tsan_unaligned_read##bytes(void *at)           \
	{                                                     \
		gx_memory_access(at, bytes, false, CODE);     \
	}                                                     \
	void __tsan_unaligned_write##bytes(void *at)          \
	{                                                     \
		gx_memory_access(at, bytes, true, CODE);      \
	}                                                     \
	void __tsan_unaligned_volatile_read##bytes(void *at)  \
	{                                                     \
		gx_memory_access(at, bytes, false, CODE);     \
	}                                                     \
	void __tsan_unaligned_volatile_write##bytes(void *at) \
	{                                                     \
		gx_memory_access(at, bytes, true, CODE);      \
	}                                                     \
	void __tsan_unaligned_read_write##bytes(void *at)     \
	{                                                     \
		gx_memory_access(at, bytes, false, CODE);     \
		gx_memory_access(at, bytes, true, CODE);      \
	}

/* clang-format off: a function each */
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)
UNALIGNED(2)
UNALIGNED(4)
UNALIGNED(8)
UNALIGNED(16)
/* clang-format on */

void __tsan_read_range(void *at, long size)
{
	gx_memory_access(at, (size_t)size, false, CODE);
}

void __tsan_write_range(void *at, long size)
{
	gx_memory_access(at, (size_t)size, true, CODE);
}

/* C++: a constructor or destructor sets the table of virtual functions; where it is the same already that is no write. */
void __tsan_vptr_update(void *at, void *table)
{
	gx_memory_access(at, sizeof(table), *(void **)at != table, CODE);
}

void __tsan_vptr_read(void *at)
{
	gx_memory_access(at, sizeof(void *), false, CODE);
}

/* Who calls whom is asked of the stack, once a finding is told. */
void __tsan_func_entry(void *caller)
{
	(void)caller;
}

void __tsan_func_exit(void *unused)
{
	(void)unused;
}

/* Constructors of instrumented modules call it. */
void __tsan_init(void)
{
}

void __tsan_ignore_thread_begin(void)
{
}

void __tsan_ignore_thread_end(void)
{
}

#endif

#if !GX_TSAN

/* clang has calls of these in place of libc's, later than the runtime of clang 14, which knows none: weak, for one that does. */
void *__attribute__((weak)) __tsan_memcpy(void *to, const void *from, unsigned long size)
{
	gx_memory_access(from, size, false, CODE);
	gx_memory_access(to, size, true, CODE);
	return __builtin_memcpy(to, from, size);
}

void *__attribute__((weak)) __tsan_memmove(void *to, const void *from, unsigned long size)
{
	gx_memory_access(from, size, false, CODE);
	gx_memory_access(to, size, true, CODE);
	return __builtin_memmove(to, from, size);
}

void *__attribute__((weak)) __tsan_memset(void *to, int value, unsigned long size)
{
	gx_memory_access(to, size, true, CODE);
	return __builtin_memset(to, value, size);
}

#endif
