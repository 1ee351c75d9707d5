/* internal.h - functions that stand in for those of libraries, by name: what the files of access share. */
#ifndef GX_ACCESS_INTERNAL_H
#define GX_ACCESS_INTERNAL_H

#include <stdarg.h>
#include <string.h>

#include "access/memory.h"

/* A table ends with a row without a name. `real`: where the address of the library's own goes, for whoever stands in and calls it; or NULL. */
struct gx_access_row {
	const char *name;
	void (*function)(void);
	void **real;
};

extern const struct gx_access_row gx_access_strings[]; /* strings.c: memory, strings, numbers in text, sorting */
extern const struct gx_access_row gx_access_formats[]; /* formats.c: printf() and the like */
extern const struct gx_access_row
	gx_access_arguments[]; /* arguments.c: what POSIX's functions read and write for the caller */
extern const struct gx_access_row gx_access_cxx[]; /* cxx.c: the compiled part of libstdc++ */

/* Of whoever calls the function that these stand in. */
#define CODE          __builtin_return_address(0)
#define READS(p, n)   gx_memory_access(p, n, false, CODE)
#define WRITES(p, n)  gx_memory_access(p, n, true, CODE)
#define READS_TEXT(s) gx_memory_access(s, strlen(s) + 1, false, CODE)

/* A function that stands in: what is accessed, then the library's own, or what is modelled. */
#define WATCHED(type, name, parameters, arguments, ...) \
	static type w_##name parameters                 \
	{                                               \
		__VA_ARGS__;                            \
		return name arguments;                  \
	}

#define ROW(called)                                                     \
	{                                                               \
		.name = #called, .function = (void (*)(void))w_##called \
	}
#define ROW_AS(called, as)                                         \
	{                                                          \
		.name = called, .function = (void (*)(void))w_##as \
	}
#define CHK(called)                                                                       \
	{                                                                                 \
		.name = "__" #called "_chk", .function = (void (*)(void))w_##called##_chk \
	}

/* Of a text that ends with a zero or behind `most` bytes. */
static inline size_t gx_text_bytes(const char *text, size_t most)
{
	size_t length = strnlen(text, most);

	return length < most ? length + 1 : most;
}

#endif
