/*
 * strings.c - memory and strings, numbers in texts, sorting: libc's functions, preceded by what they access.
 */
#include <ctype.h>
#include <inttypes.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "access/internal.h"

/* As far as it goes: a text may end elsewhere. */
#define READS_TO(from, found, otherwise) \
	READS(from, (found) ? (size_t)((const char *)(found) - (const char *)(from)) + 1 : (otherwise))

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

	READS_TO(p, found, n);
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
	READS(s, gx_text_bytes(s, n));
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
	READS(a, gx_text_bytes(a, n));
	READS(b, gx_text_bytes(b, n));
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
	READS(from, gx_text_bytes(from, n));
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

	READS(from, gx_text_bytes(from, n));
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

/* clang-format off: a function each */
WATCHED(char *, strchrnul, (const char *s, int c), (s, c), READS_TO(s, strchrnul(s, c), 0))
WATCHED(void *, rawmemchr, (const void *p, int c), (p, c), READS_TO(p, rawmemchr(p, c), 0))
WATCHED(void *, memrchr, (const void *p, int c, size_t n), (p, c, n), READS(p, n))
WATCHED(void *, memmem, (const void *p, size_t n, const void *what, size_t m), (p, n, what, m), READS(p, n);
	READS(what, m))
WATCHED(size_t, strspn, (const char *s, const char *of), (s, of), READS(s, strspn(s, of) + 1); READS_TEXT(of))
WATCHED(size_t, strcspn, (const char *s, const char *of), (s, of), READS(s, strcspn(s, of) + 1); READS_TEXT(of))
WATCHED(char *, strpbrk, (const char *s, const char *of), (s, of), READS(s, strcspn(s, of) + 1); READS_TEXT(of))
WATCHED(char *, strcasestr, (const char *s, const char *what), (s, what), READS_TEXT(s); READS_TEXT(what))
WATCHED(int, strcoll, (const char *a, const char *b), (a, b), READS_TEXT(a); READS_TEXT(b))
WATCHED(int, strverscmp, (const char *a, const char *b), (a, b), READS_TEXT(a); READS_TEXT(b))
WATCHED(int, strncasecmp, (const char *a, const char *b, size_t n), (a, b, n), READS(a, gx_text_bytes(a, n));
	READS(b, gx_text_bytes(b, n)))
WATCHED(char *, getenv, (const char *name), (name), READS_TEXT(name))
WATCHED(char *, secure_getenv, (const char *name), (name), READS_TEXT(name))
WATCHED(char *, strndup, (const char *s, size_t n), (s, n), READS(s, gx_text_bytes(s, n)))
WATCHED(char *, stpncpy, (char *to, const char *from, size_t n), (to, from, n), READS(from, gx_text_bytes(from, n));
	WRITES(to, n))
/* clang-format on */

static void w_bcopy(const void *from, void *to, size_t n)
{
	READS(from, n);
	WRITES(to, n);
	memmove(to, from, n);
}

static void *w_memccpy(void *to, const void *from, int c, size_t n)
{
	const char *found = memchr(from, c, n);
	size_t bytes = found ? (size_t)(found - (const char *)from) + 1 : n;

	READS(from, bytes);
	WRITES(to, bytes);
	return memccpy(to, from, c, n);
}

/* POSIX, strtok_r(): one byte is written, and where to go on. */
static char *w_strtok_r(char *s, const char *of, char **rest)
{
	char *end;

	READS_TEXT(of);
	if (!s) {
		READS(rest, sizeof(*rest));
		s = *rest;
	}
	READS(s, strspn(s, of) + 1);
	s += strspn(s, of);
	READS(s, strcspn(s, of) + 1);
	end = s + strcspn(s, of);
	WRITES(rest, sizeof(*rest));
	*rest = *end ? end + 1 : end;
	if (end == s)
		return NULL;
	if (*end) {
		WRITES(end, 1);
		*end = 0;
	}
	return s;
}

static char *w_strsep(char **rest, const char *of)
{
	char *s;
	char *end;

	READS(rest, sizeof(*rest));
	s = *rest;
	if (!s)
		return NULL;
	READS_TEXT(of);
	READS(s, strcspn(s, of) + 1);
	end = s + strcspn(s, of);
	WRITES(rest, sizeof(*rest));
	*rest = *end ? end + 1 : NULL;
	if (*end) {
		WRITES(end, 1);
		*end = 0;
	}
	return s;
}

/* ---- numbers in texts: read as far as they go, and the byte behind ---- */

#define NUMBER(type, name)                              \
	static type w_##name(const char *s, char **end) \
	{                                               \
		char *stop;                             \
		type value = name(s, &stop);            \
		READS(s, (size_t)(stop - s) + 1);       \
		if (end) {                              \
			WRITES(end, sizeof(*end));      \
			*end = stop;                    \
		}                                       \
		return value;                           \
	}
#define INTEGER(type, name)                                       \
	static type w_##name(const char *s, char **end, int base) \
	{                                                         \
		char *stop;                                       \
		type value = name(s, &stop, base);                \
		READS(s, (size_t)(stop - s) + 1);                 \
		if (end) {                                        \
			WRITES(end, sizeof(*end));                \
			*end = stop;                              \
		}                                                 \
		return value;                                     \
	}
#define SIMPLE(type, name, by, ...)                    \
	static type w_##name(const char *s)            \
	{                                              \
		char *stop;                            \
		type value = by(s, &stop __VA_ARGS__); \
		READS(s, (size_t)(stop - s) + 1);      \
		return value;                          \
	}

/* clang-format off: a function each */
NUMBER(double, strtod)
NUMBER(float, strtof)
NUMBER(long double, strtold)
INTEGER(long, strtol)
INTEGER(unsigned long, strtoul)
INTEGER(long long, strtoll)
INTEGER(unsigned long long, strtoull)
INTEGER(intmax_t, strtoimax)
INTEGER(uintmax_t, strtoumax)
SIMPLE(int, atoi, (int)strtol, , 10)
SIMPLE(long, atol, strtol, , 10)
SIMPLE(long long, atoll, strtoll, , 10)
SIMPLE(double, atof, strtod)
/* clang-format on */

/* ---- sorting: elements go to and fro, while the program compares them ---- */

static void w_qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	READS(base, count * size);
	WRITES(base, count * size);
	qsort(base, count, size, compare);
}

static void w_qsort_r(void *base, size_t count, size_t size, int (*compare)(const void *, const void *, void *),
		      void *argument)
{
	READS(base, count * size);
	WRITES(base, count * size);
	qsort_r(base, count, size, compare, argument);
}

static int w_rand_r(unsigned *seed)
{
	READS(seed, sizeof(*seed));
	WRITES(seed, sizeof(*seed));
	return rand_r(seed);
}

const struct gx_access_row gx_access_strings[] = {
	ROW(memcpy),
	ROW(memmove),
	ROW(mempcpy),
	ROW(memset),
	ROW(bzero),
	ROW(bcopy),
	ROW(memcmp),
	ROW(memchr),
	ROW(memrchr),
	ROW(rawmemchr),
	ROW(memmem),
	ROW(memccpy),
	ROW(strlen),
	ROW(strnlen),
	ROW(strcmp),
	ROW(strcasecmp),
	ROW(strncmp),
	ROW(strncasecmp),
	ROW(strcoll),
	ROW(strverscmp),
	ROW(strchr),
	ROW(strchrnul),
	ROW(strrchr),
	ROW(strstr),
	ROW(strcasestr),
	ROW(strspn),
	ROW(strcspn),
	ROW(strpbrk),
	ROW(strcpy),
	ROW(stpcpy),
	ROW(strncpy),
	ROW(stpncpy),
	ROW(strcat),
	ROW(strncat),
	ROW(strdup),
	ROW(strndup),
	ROW(strtok_r),
	ROW(getenv),
	ROW(secure_getenv),
	ROW(strsep),
	ROW(strtod),
	ROW(strtof),
	ROW(strtold),
	ROW(strtol),
	ROW(strtoul),
	ROW(strtoll),
	ROW(strtoull),
	ROW(strtoimax),
	ROW(strtoumax),
	ROW(atoi),
	ROW(atol),
	ROW(atoll),
	ROW(atof),
	ROW(qsort),
	ROW(qsort_r),
	ROW(rand_r),
	ROW_AS("bcmp", memcmp),
	ROW_AS("__memcmpeq", memcmp),
	ROW_AS("index", strchr),
	ROW_AS("rindex", strrchr),
	ROW_AS("__bzero", bzero),
	ROW_AS("explicit_bzero", bzero),
	ROW_AS("__rawmemchr", rawmemchr),
	ROW_AS("__mempcpy", mempcpy),
	ROW_AS("__stpcpy", stpcpy),
	ROW_AS("__stpncpy", stpncpy),
	ROW_AS("__strcasecmp", strcasecmp),
	ROW_AS("__strcasestr", strcasestr),
	ROW_AS("__strdup", strdup),
	ROW_AS("__strndup", strndup),
	ROW_AS("__strtok_r", strtok_r),
	ROW_AS("__strsep_g", strsep),
	ROW_AS("__strverscmp", strverscmp),
	ROW_AS("strtoq", strtoll),
	ROW_AS("strtouq", strtoull),
	ROW_AS("__isoc23_strtol", strtol),
	ROW_AS("__isoc23_strtoul", strtoul),
	ROW_AS("__isoc23_strtoll", strtoll),
	ROW_AS("__isoc23_strtoull", strtoull),
	ROW_AS("__isoc23_strtoimax", strtoimax),
	ROW_AS("__isoc23_strtoumax", strtoumax),
	CHK(memcpy),
	CHK(memmove),
	CHK(memset),
	CHK(strcpy),
	CHK(strcat),
	{NULL, NULL, NULL},
};
