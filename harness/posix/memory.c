/*
 * memory.c - malloc and friends: from the task's arena inside a controlled task, from libc everywhere else.
 *
 * libc's own allocator is called by its second names (__libc_malloc): looking it up with dlsym() would itself allocate.
 * Under AddressSanitizer the runtime's interceptors stand in its place.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sanitizer.h"
#include "posix/internal.h"

#if GX_ASAN
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *block, size_t size);
void *REAL(memalign)(size_t alignment, size_t size);
void REAL(free)(void *block);

/*
 * The streams of the harness must not get their buffers from the arena of the first task that happens to print: it would
 * be gone after the next reset.
 */
static void __attribute__((constructor)) keep_stream_buffers_out_of_the_world(void)
{
	static char out[1 << 16];

	setvbuf(stdout, out, _IOFBF, sizeof(out));
}

/* gx_posix_fail_allocation() */
static unsigned long until_failure;

static bool fails(void)
{
	return until_failure && --until_failure == 0;
}

void gx_posix_fail_allocation(unsigned long nth)
{
	until_failure = nth;
}

/*
 * Memory of which nobody has said what is in it: no mutex, no semaphore, no flag that happens to be false. Always the same bytes, so a
 * program that reads them is at least wrong every time.
 */
static void *fresh(size_t size, size_t alignment)
{
	return memset(gx_arena_alloc(size, alignment), 0xa5, size);
}

/* Here, because AddressSanitizer's runtime allocates before what it would look at is there, and a file's own variables it trusts. */
bool gx_posix_is_loading;

/* The loader, which also allocates while it loads a plugin, keeps its memory for good. */
static bool __attribute__((noinline)) is_loader(const void *caller)
{
	static const char *base;
	static const char *end;

	if (!base)
		gx_posix_find_loader(&base, &end);
	return (const char *)caller >= base && (const char *)caller < end;
}

/* A plugin's own while it is loaded: the caller is not the loader. */
#define LOADS_GUEST() __builtin_expect(gx_posix_is_loading && !is_loader(__builtin_return_address(0)), 0)

static void *alloc_loading(size_t size, size_t alignment)
{
	void *block = gx_arena_alloc_loading(size, alignment);

	if (!block) {
		gx_posix_loading_refuse("so much memory");
		errno = ENOMEM;
	}
	return block;
}

void *malloc(size_t size)
{
	if (gx_task_self())
		return fresh(size, 16);
	if (LOADS_GUEST())
		return alloc_loading(size, 16);
	return fails() ? NULL : REAL(malloc)(size);
}

void *calloc(size_t count, size_t size)
{
	size_t bytes;
	bool loads = !gx_task_self() && LOADS_GUEST();

	if (!gx_task_self() && !loads)
		return fails() ? NULL : REAL(calloc)(count, size);
	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	/* Free bytes of an arena are zero already. */
	return loads ? alloc_loading(bytes, 16) : gx_arena_alloc(bytes, 16);
}

/* Not a live block of the world: memory of the process, or freed twice. Left as it is: other executions may need it. */
static bool is_bad(const void *block)
{
	if (gx_arena_owns(block) && gx_arena_is_live(block))
		return false;
	gx_posix_misuse(GX_POSIX_BAD_FREE, 0, block, 0);
	return true;
}

/* What lies in it is no more. */
static void release(void *block)
{
	size_t size = gx_arena_size(block);

	gx_posix_check_release(block, size);
	gx_emit(GX_L_POSIX_FREE, gx_world_canonical(block), size);
	gx_arena_free(block);
}

void free(void *block)
{
	if (!block)
		return;
	if (gx_task_self()) {
		if (!is_bad(block))
			release(block);
	} else if (!gx_arena_owns(block)) {
		REAL(free)(block);
	} else if (gx_posix_is_loading && gx_arena_is_live(block)) {
		gx_arena_free(block);
	}
}

/* No more than what was asked for: nobody may count on the rest. */
size_t malloc_usable_size(void *block)
{
	if (!block)
		return 0;
	return gx_arena_owns(block) ? gx_arena_size(block) : GX_REAL(malloc_usable_size)(block);
}

#define size_of malloc_usable_size

/* The world's own copy is left to the next reset, as free() leaves it. */
static void *move_out_of_the_world(const void *block, size_t size)
{
	size_t old = gx_arena_size(block);
	void *moved = REAL(malloc)(size);

	return moved ? memcpy(moved, block, old < size ? old : size) : NULL;
}

/* A block that the plugin has from elsewhere stays where it is. */
static void *realloc_loading(void *block, size_t size)
{
	void *moved = alloc_loading(size, 16);
	size_t old = block ? size_of(block) : 0;

	if (!moved || !block)
		return moved;
	memcpy(moved, block, old < size ? old : size);
	if (gx_arena_owns(block) && gx_arena_is_live(block))
		gx_arena_free(block);
	return moved;
}

void *realloc(void *block, size_t size)
{
	void *moved;
	size_t old;

	if (!gx_task_self() && LOADS_GUEST())
		return realloc_loading(block, size);
	if (!gx_task_self() && fails())
		return NULL;
	if (!gx_task_self())
		return gx_arena_owns(block) ? move_out_of_the_world(block, size) : REAL(realloc)(block, size);
	if (!block)
		return malloc(size);
	if (gx_arena_owns(block) && is_bad(block))
		return NULL;
	old = size_of(block);
	moved = fresh(size, 16);
	memcpy(moved, block, old < size ? old : size);
	if (gx_arena_owns(block))
		release(block);
	return moved;
}

static bool is_power_of_two(size_t n)
{
	return n && !(n & (n - 1));
}

void *memalign(size_t alignment, size_t size)
{
	bool loads = !gx_task_self() && LOADS_GUEST();

	if (!gx_task_self() && !loads)
		return REAL(memalign)(alignment, size);
	if (!is_power_of_two(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return loads ? alloc_loading(size, alignment) : fresh(size, alignment);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

enum { PAGE_BYTES = 4096 };

void *valloc(size_t size)
{
	return memalign(PAGE_BYTES, size);
}

void *pvalloc(size_t size)
{
	return memalign(PAGE_BYTES, (size + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1));
}

void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(block, bytes);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	if (!is_power_of_two(alignment) || alignment % sizeof(void *))
		return EINVAL;
	*out = memalign(alignment, size);
	return *out ? 0 : ENOMEM;
}

/* libc's call malloc() themselves; these exist because AddressSanitizer's do not. */
static char *copy(const char *text, size_t length)
{
	char *out = malloc(length + 1);

	if (!out)
		return NULL;
	memcpy(out, text, length);
	out[length] = 0;
	return out;
}

char *(strdup)(const char *text)
{
	return copy(text, strlen(text));
}

char *(strndup)(const char *text, size_t limit)
{
	return copy(text, strnlen(text, limit));
}
