/*
 * raw.h - bytes of other people's stacks and blocks, moved behind AddressSanitizer's back.
 *
 * memcpy() and its like are intercepted and would check redzones of live frames. In other builds these are libc's.
 */
#ifndef GX_CORE_RAW_H
#define GX_CORE_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/sanitizer.h"

#if GX_ASAN
/* Words need not be aligned: a shadow is not. */
typedef uint64_t __attribute__((may_alias, aligned(1))) gx_raw_word;

static GX_NO_ASAN inline void gx_raw_copy(void *to, const void *from, size_t size)
{
	volatile unsigned char *tail = to;
	const unsigned char *rest = from;
	volatile gx_raw_word *target = to;
	const gx_raw_word *source = from;

	for (size_t i = 0; i < size / 8; i++)
		target[i] = source[i];
	for (size_t i = size & ~(size_t)7; i < size; i++)
		tail[i] = rest[i];
}

static GX_NO_ASAN inline bool gx_raw_same(const void *a, const void *b, size_t size)
{
	const volatile gx_raw_word *x = a;
	const gx_raw_word *y = b;
	const volatile unsigned char *x_tail = a;
	const unsigned char *y_tail = b;

	for (size_t i = 0; i < size / 8; i++)
		if (x[i] != y[i])
			return false;
	for (size_t i = size & ~(size_t)7; i < size; i++)
		if (x_tail[i] != y_tail[i])
			return false;
	return true;
}

static GX_NO_ASAN inline void gx_raw_zero(void *to, size_t size)
{
	volatile gx_raw_word *target = to;
	volatile unsigned char *tail = to;

	for (size_t i = 0; i < size / 8; i++)
		target[i] = 0;
	for (size_t i = size & ~(size_t)7; i < size; i++)
		tail[i] = 0;
}
#else
#define gx_raw_copy             memcpy
#define gx_raw_same(a, b, size) (!memcmp((a), (b), (size)))
#define gx_raw_zero(to, size)   memset((to), 0, (size))
#endif

#endif
