#include "access/libc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "access/memory.h"
#include "core/status.h"

#define CODE          __builtin_return_address(0)
#define READS(p, n)   gx_memory_access(p, n, false, CODE)
#define WRITES(p, n)  gx_memory_access(p, n, true, CODE)
#define READS_TEXT(s) gx_memory_access(s, strlen(s) + 1, false, CODE)

static size_t text_bytes(const char *text, size_t most)
{
	size_t length = strnlen(text, most);

	return length < most ? length + 1 : most;
}

/* ---- memory ---- */

static void *w_memcpy(void *to, const void *from, size_t n)
{
	READS(from, n);
	WRITES(to, n);
	return memcpy(to, from, n);
}

static void *w_memmove(void *to, const void *from, size_t n)
{
	READS(from, n);
	WRITES(to, n);
	return memmove(to, from, n);
}

static void *w_mempcpy(void *to, const void *from, size_t n)
{
	READS(from, n);
	WRITES(to, n);
	return mempcpy(to, from, n);
}

static void *w_memset(void *to, int value, size_t n)
{
	WRITES(to, n);
	return memset(to, value, n);
}

static void w_bzero(void *to, size_t n)
{
	WRITES(to, n);
	memset(to, 0, n);
}

static int w_memcmp(const void *a, const void *b, size_t n)
{
	READS(a, n);
	READS(b, n);
	return memcmp(a, b, n);
}

static void *w_memchr(const void *p, int c, size_t n)
{
	void *found = memchr(p, c, n);

	READS(p, found ? (size_t)((const char *)found - (const char *)p) + 1 : n);
	return found;
}

/* With _FORTIFY_SOURCE; `room` is what the compiler knows of the target. */
static void *w_memcpy_chk(void *to, const void *from, size_t n, size_t room)
{
	READS(from, n);
	WRITES(to, n);
	return __builtin___memcpy_chk(to, from, n, room);
}

static void *w_memmove_chk(void *to, const void *from, size_t n, size_t room)
{
	READS(from, n);
	WRITES(to, n);
	return __builtin___memmove_chk(to, from, n, room);
}

static void *w_memset_chk(void *to, int value, size_t n, size_t room)
{
	WRITES(to, n);
	return __builtin___memset_chk(to, value, n, room);
}

/* ---- strings ---- */

static size_t w_strlen(const char *s)
{
	READS_TEXT(s);
	return strlen(s);
}

static size_t w_strnlen(const char *s, size_t n)
{
	READS(s, text_bytes(s, n));
	return strnlen(s, n);
}

static int w_strcmp(const char *a, const char *b)
{
	READS_TEXT(a);
	READS_TEXT(b);
	return strcmp(a, b);
}

static int w_strcasecmp(const char *a, const char *b)
{
	READS_TEXT(a);
	READS_TEXT(b);
	return strcasecmp(a, b);
}

static int w_strncmp(const char *a, const char *b, size_t n)
{
	READS(a, text_bytes(a, n));
	READS(b, text_bytes(b, n));
	return strncmp(a, b, n);
}

static char *w_strchr(const char *s, int c)
{
	READS_TEXT(s);
	return strchr(s, c);
}

static char *w_strrchr(const char *s, int c)
{
	READS_TEXT(s);
	return strrchr(s, c);
}

static char *w_strstr(const char *s, const char *what)
{
	READS_TEXT(s);
	READS_TEXT(what);
	return strstr(s, what);
}

static char *w_strcpy(char *to, const char *from)
{
	READS_TEXT(from);
	WRITES(to, strlen(from) + 1);
	return strcpy(to, from);
}

static char *w_stpcpy(char *to, const char *from)
{
	READS_TEXT(from);
	WRITES(to, strlen(from) + 1);
	return stpcpy(to, from);
}

static char *w_strncpy(char *to, const char *from, size_t n)
{
	READS(from, text_bytes(from, n));
	WRITES(to, n);
	return memcpy(memset(to, 0, n), from, strnlen(from, n));
}

static char *w_strcat(char *to, const char *from)
{
	READS_TEXT(from);
	READS_TEXT(to);
	WRITES(to + strlen(to), strlen(from) + 1);
	return strcat(to, from);
}

static char *w_strncat(char *to, const char *from, size_t n)
{
	size_t length = strlen(to);
	size_t more = strnlen(from, n);

	READS(from, text_bytes(from, n));
	READS(to, length + 1);
	WRITES(to + length, more + 1);
	memcpy(to + length, from, more);
	to[length + more] = 0;
	return to;
}

static char *w_strcpy_chk(char *to, const char *from, size_t room)
{
	READS_TEXT(from);
	WRITES(to, strlen(from) + 1);
	return __builtin___strcpy_chk(to, from, room);
}

static char *w_strcat_chk(char *to, const char *from, size_t room)
{
	READS_TEXT(from);
	READS_TEXT(to);
	WRITES(to + strlen(to), strlen(from) + 1);
	return __builtin___strcat_chk(to, from, room);
}

/* What it allocates is the caller's alone. */
static char *w_strdup(const char *s)
{
	READS_TEXT(s);
	return strdup(s);
}

/* ---- formats: what is written; what their arguments point to is not looked at ---- */

static int format(char *to, size_t n, const void *code, const char *text, va_list args)
{
	va_list again;
	int length;

	va_copy(again, args);
	length = text ? vsnprintf(NULL, 0, text, again) : -1;
	va_end(again);
	if (n && length >= 0)
		gx_memory_access(to, (size_t)length < n ? (size_t)length + 1 : n, true, code);
	return vsnprintf(to, n, text, args);
}

#define FORMATTED(to, n)                          \
	va_list args;                             \
	int length;                               \
	va_start(args, text);                     \
	length = format(to, n, CODE, text, args); \
	va_end(args);                             \
	return length

static int GX_PRINTF(3, 4) w_snprintf(char *to, size_t n, const char *text, ...)
{
	FORMATTED(to, n);
}

static int GX_PRINTF(2, 3) w_sprintf(char *to, const char *text, ...)
{
	FORMATTED(to, SIZE_MAX / 2);
}

static int GX_PRINTF(5, 6)
	w_snprintf_chk(char *to, size_t n, int flag GX_UNUSED, size_t room GX_UNUSED, const char *text, ...)
{
	FORMATTED(to, n);
}

static int GX_PRINTF(4, 5) w_sprintf_chk(char *to, int flag GX_UNUSED, size_t room, const char *text, ...)
{
	FORMATTED(to, room == SIZE_MAX ? SIZE_MAX / 2 : room);
}

static int w_vsnprintf(char *to, size_t n, const char *text, va_list args)
{
	return format(to, n, CODE, text, args);
}

/* ---- by name ---- */

#define ROW(name)                               \
	{                                       \
#name, (void (*)(void))w_##name \
	}
#define CHK(name)                                                 \
	{                                                         \
		"__" #name "_chk", (void (*)(void))w_##name##_chk \
	}

static const struct {
	const char *name;
	void (*function)(void);
} rows[] = {
	ROW(memcpy),
	ROW(memmove),
	ROW(mempcpy),
	ROW(memset),
	ROW(bzero),
	ROW(memcmp),
	{"bcmp", (void (*)(void))w_memcmp},
	ROW(memchr),
	ROW(strlen),
	ROW(strnlen),
	ROW(strcmp),
	ROW(strcasecmp),
	ROW(strncmp),
	ROW(strchr),
	ROW(strrchr),
	ROW(strstr),
	ROW(strcpy),
	ROW(stpcpy),
	ROW(strncpy),
	ROW(strcat),
	ROW(strncat),
	ROW(strdup),
	{"__strdup", (void (*)(void))w_strdup},
	ROW(snprintf),
	ROW(sprintf),
	ROW(vsnprintf),
	CHK(memcpy),
	CHK(memmove),
	CHK(memset),
	CHK(strcpy),
	CHK(strcat),
	CHK(snprintf),
	CHK(sprintf),
};

void *gx_access_libc(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].name, name))
			return (void *)(uintptr_t)rows[i].function;
	return NULL;
}
