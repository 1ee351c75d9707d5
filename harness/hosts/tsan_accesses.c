/*
 * tsan_accesses.c - plain accesses of a gate in gatecrash-tsan: looked at as in the other program (access/memory.h), which may make a point of one,
 * and then told to the runtime. So the same schedule has the same steps in both. Calls are counted, so that they can be left (tsan.c).
 *
 * The calls of what is linked in come here by the linker (--wrap, Makefile), those of plugins by module/redirect.c.
 */
#include "hosts/tsan.h"

#include "core/host.h"

#if GX_HOST_TSAN

#include <string.h>

#include "access/memory.h"

#define CODE __builtin_return_address(0)

#define ACCESS(name, bytes, writes)                        \
	void __wrap___tsan_##name(void *at);               \
	void __wrap___tsan_##name(void *at)                \
	{                                                  \
		gx_memory_access(at, bytes, writes, CODE); \
	}
#define BOTH(bytes, kind)                       \
	ACCESS(kind##read##bytes, bytes, false) \
	ACCESS(kind##write##bytes, bytes, true)

/* clang-format off: two functions each */
BOTH(1, )
BOTH(2, )
BOTH(4, )
BOTH(8, )
BOTH(16, )
BOTH(1, volatile_)
BOTH(2, volatile_)
BOTH(4, volatile_)
BOTH(8, volatile_)
BOTH(16, volatile_)
BOTH(2, unaligned_)
BOTH(4, unaligned_)
BOTH(8, unaligned_)
BOTH(16, unaligned_)
BOTH(2, unaligned_volatile_)
BOTH(4, unaligned_volatile_)
BOTH(8, unaligned_volatile_)
BOTH(16, unaligned_volatile_)
/* clang-format on */

void __wrap___tsan_read_range(void *at, unsigned long size);
void __wrap___tsan_read_range(void *at, unsigned long size)
{
	gx_memory_access(at, size, false, CODE);
}

void __wrap___tsan_write_range(void *at, unsigned long size);
void __wrap___tsan_write_range(void *at, unsigned long size)
{
	gx_memory_access(at, size, true, CODE);
}

void __wrap___tsan_vptr_update(void **at, void *table);
void __wrap___tsan_vptr_update(void **at, void *table)
{
	gx_memory_access(at, sizeof(table), *at != table, CODE);
}

void __wrap___tsan_vptr_read(void **at);
void __wrap___tsan_vptr_read(void **at)
{
	gx_memory_access(at, sizeof(*at), false, CODE);
}

void __real___tsan_func_entry(void *caller);
void __real___tsan_func_exit(void);
void __wrap___tsan_func_entry(void *caller);
void __wrap___tsan_func_entry(void *caller)
{
	if (gx_tsan_calls(1))
		__real___tsan_func_entry(caller);
}

void __wrap___tsan_func_exit(void);
void __wrap___tsan_func_exit(void)
{
	if (gx_tsan_calls(-1))
		__real___tsan_func_exit();
}

#define ROW(name)                                                     \
	{                                                             \
		"__tsan_" #name, (void (*)(void))__wrap___tsan_##name \
	}
#define ROWS(bytes, kind) ROW(kind##read##bytes), ROW(kind##write##bytes)

void *gx_tsan_access(const char *name)
{
	static const struct {
		const char *name;
		void (*function)(void);
	} rows[] = {ROWS(1, ),
		    ROWS(2, ),
		    ROWS(4, ),
		    ROWS(8, ),
		    ROWS(16, ),
		    ROWS(1, volatile_),
		    ROWS(2, volatile_),
		    ROWS(4, volatile_),
		    ROWS(8, volatile_),
		    ROWS(16, volatile_),
		    ROWS(2, unaligned_),
		    ROWS(4, unaligned_),
		    ROWS(8, unaligned_),
		    ROWS(16, unaligned_),
		    ROWS(2, unaligned_volatile_),
		    ROWS(4, unaligned_volatile_),
		    ROWS(8, unaligned_volatile_),
		    ROWS(16, unaligned_volatile_),
		    {"__tsan_vptr_update", (void (*)(void))__wrap___tsan_vptr_update},
		    {"__tsan_vptr_read", (void (*)(void))__wrap___tsan_vptr_read},
		    {"__tsan_func_entry", (void (*)(void))__wrap___tsan_func_entry},
		    {"__tsan_func_exit", (void (*)(void))__wrap___tsan_func_exit},
		    {"__tsan_read_range", (void (*)(void))__wrap___tsan_read_range},
		    {"__tsan_write_range", (void (*)(void))__wrap___tsan_write_range}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].name, name))
			return (void *)(uintptr_t)rows[i].function;
	return NULL;
}

#endif
