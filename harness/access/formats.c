/*
 * formats.c - printf() and the like: the format, the texts that its conversions print, and what is written.
 *
 * Formats with numbered arguments (%1$s) are not followed: nothing of theirs but the format counts as read.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wchar.h>

#include "access/internal.h"
#include "core/status.h"

/* A list of arguments by reference: behind a parameter it may be an array (C17 7.16). */
struct arguments {
	va_list list;
};

enum width { INT, LONG, LONG_DOUBLE };

static size_t bytes_of(const char *modifier)
{
	switch (*modifier) {
	case 'h':
		return modifier[1] == 'h' ? sizeof(char) : sizeof(short);
	case 'l':
	case 'j':
	case 'z':
	case 't':
	case 'q':
	case 'L':
	case 'Z':
		return sizeof(long);
	default:
		return sizeof(int);
	}
}

static void read_text(struct arguments *arguments, bool is_wide, long most, const void *code)
{
	const void *text = va_arg(arguments->list, const void *);

	if (!text)
		return;
	if (is_wide)
		gx_memory_access(text, most < 0 ? (wcslen(text) + 1) * sizeof(wchar_t) : sizeof(wchar_t), false, code);
	else
		gx_memory_access(text, most < 0 ? strlen(text) + 1 : gx_text_bytes(text, (size_t)most), false, code);
}

/* A conversion takes its argument; false: there is no such conversion. */
static bool take(struct arguments *arguments, const char *modifier, char conversion, long most, const void *code)
{
	switch (conversion) {
	case 's':
	case 'S':
		read_text(arguments, *modifier == 'l' || conversion == 'S', most, code);
		return true;
	case 'n':
		gx_memory_access(va_arg(arguments->list, void *), bytes_of(modifier), true, code);
		return true;
	case 'p':
		(void)va_arg(arguments->list, void *);
		return true;
	case 'm':
		return true;
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		if (*modifier == 'L')
			(void)va_arg(arguments->list, long double);
		else
			(void)va_arg(arguments->list, double);
		return true;
	case 'c':
	case 'C':
		(void)va_arg(arguments->list, int);
		return true;
	default:
		if (!conversion || !strchr("diouxXbB", conversion))
			return false;
		if (bytes_of(modifier) == sizeof(long))
			(void)va_arg(arguments->list, long);
		else
			(void)va_arg(arguments->list, int);
		return true;
	}
}

/* A width or a precision; -1: a negative one, which is none. */
static const char *number(const char *at, struct arguments *arguments, long *value)
{
	if (*at == '*') {
		*value = va_arg(arguments->list, int);
		return at + 1;
	}
	*value = strtol(at, NULL, 10);
	return at + strspn(at, "-0123456789");
}

/* C17 7.21.6.1, and glibc's own letters. */
static void follow(const char *at, struct arguments *arguments, const void *code)
{
	while ((at = strchr(at, '%'))) {
		const char *modifier;
		long width = 0;
		long most = -1;

		at++;
		if (*at == '%') {
			at++;
			continue;
		}
		at += strspn(at, "-+ #0'I");
		if (*at == '*' || (*at >= '1' && *at <= '9'))
			at = number(at, arguments, &width);
		if (*at == '$')
			return;
		if (*at == '.')
			at = number(at + 1, arguments, &most);
		modifier = at;
		at += strspn(at, "hlqjztLZ");
		if (!take(arguments, modifier, *at, most, code))
			return;
		at++;
	}
}

static void read_all(const char *format, va_list list, const void *code)
{
	struct arguments arguments;

	gx_memory_access(format, strlen(format) + 1, false, code);
	va_copy(arguments.list, list);
	follow(format, &arguments, code);
	va_end(arguments.list);
}

/* ---- into memory ---- */

static int into(char *to, size_t n, const void *code, const char *text, va_list args)
{
	va_list again;
	int length;

	read_all(text, args, code);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, text, again);
	va_end(again);
	if (n && length >= 0)
		gx_memory_access(to, (size_t)length < n ? (size_t)length + 1 : n, true, code);
	return vsnprintf(to, n, text, args);
}

static int into_new(char **to, const void *code, const char *text, va_list args)
{
	char *made = NULL;
	int length;

	read_all(text, args, code);
	length = vasprintf(&made, text, args);
	gx_memory_access(to, sizeof(*to), true, code);
	*to = made;
	return length;
}

#define WITH_ARGUMENTS(call)  \
	va_list args;         \
	int length;           \
	va_start(args, text); \
	length = call;        \
	va_end(args);         \
	return length

static int GX_PRINTF(3, 4) w_snprintf(char *to, size_t n, const char *text, ...)
{
	WITH_ARGUMENTS(into(to, n, CODE, text, args));
}

static int GX_PRINTF(2, 3) w_sprintf(char *to, const char *text, ...)
{
	WITH_ARGUMENTS(into(to, SIZE_MAX / 2, CODE, text, args));
}

static int GX_PRINTF(5, 6)
	w_snprintf_chk(char *to, size_t n, int flag GX_UNUSED, size_t room GX_UNUSED, const char *text, ...)
{
	WITH_ARGUMENTS(into(to, n, CODE, text, args));
}

static int GX_PRINTF(4, 5) w_sprintf_chk(char *to, int flag GX_UNUSED, size_t room, const char *text, ...)
{
	WITH_ARGUMENTS(into(to, room == SIZE_MAX ? SIZE_MAX / 2 : room, CODE, text, args));
}

static int GX_PRINTF(2, 3) w_asprintf(char **to, const char *text, ...)
{
	WITH_ARGUMENTS(into_new(to, CODE, text, args));
}

static int GX_PRINTF(3, 4) w_asprintf_chk(char **to, int flag GX_UNUSED, const char *text, ...)
{
	WITH_ARGUMENTS(into_new(to, CODE, text, args));
}

static int w_vsnprintf(char *to, size_t n, const char *text, va_list args)
{
	return into(to, n, CODE, text, args);
}

static int w_vsnprintf_chk(char *to, size_t n, int flag GX_UNUSED, size_t room GX_UNUSED, const char *text,
			   va_list args)
{
	return into(to, n, CODE, text, args);
}

static int w_vsprintf(char *to, const char *text, va_list args)
{
	return into(to, SIZE_MAX / 2, CODE, text, args);
}

static int w_vasprintf(char **to, const char *text, va_list args)
{
	return into_new(to, CODE, text, args);
}

/* ---- to a stream ---- */

static int out(FILE *stream, const void *code, const char *text, va_list args)
{
	read_all(text, args, code);
	return vfprintf(stream, text, args);
}

static int GX_PRINTF(1, 2) w_printf(const char *text, ...)
{
	WITH_ARGUMENTS(out(stdout, CODE, text, args));
}

static int GX_PRINTF(2, 3) w_printf_chk(int flag GX_UNUSED, const char *text, ...)
{
	WITH_ARGUMENTS(out(stdout, CODE, text, args));
}

static int GX_PRINTF(2, 3) w_fprintf(FILE *stream, const char *text, ...)
{
	WITH_ARGUMENTS(out(stream, CODE, text, args));
}

static int GX_PRINTF(3, 4) w_fprintf_chk(FILE *stream, int flag GX_UNUSED, const char *text, ...)
{
	WITH_ARGUMENTS(out(stream, CODE, text, args));
}

static int GX_PRINTF(2, 3) w_dprintf(int file, const char *text, ...)
{
	va_list args;
	int length;

	va_start(args, text);
	read_all(text, args, CODE);
	length = vdprintf(file, text, args);
	va_end(args);
	return length;
}

static int w_vprintf(const char *text, va_list args)
{
	return out(stdout, CODE, text, args);
}

static int w_vfprintf(FILE *stream, const char *text, va_list args)
{
	return out(stream, CODE, text, args);
}

static int w_vprintf_chk(int flag GX_UNUSED, const char *text, va_list args)
{
	return out(stdout, CODE, text, args);
}

static int w_vfprintf_chk(FILE *stream, int flag GX_UNUSED, const char *text, va_list args)
{
	return out(stream, CODE, text, args);
}

/* ---- without a format ---- */

static int w_puts(const char *text)
{
	READS_TEXT(text);
	return puts(text);
}

static int w_fputs(const char *text, FILE *stream)
{
	READS_TEXT(text);
	return fputs(text, stream);
}

static size_t w_fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
	READS(bytes, size * count);
	return fwrite(bytes, size, count, stream);
}

static void w_perror(const char *what)
{
	if (what)
		READS_TEXT(what);
	perror(what);
}

static ssize_t w_write(int file, const void *bytes, size_t size)
{
	READS(bytes, size);
	return write(file, bytes, size);
}

static ssize_t w_writev(int file, const struct iovec *parts, int count)
{
	for (int i = 0; i < count; i++) {
		READS(&parts[i], sizeof(parts[i]));
		READS(parts[i].iov_base, parts[i].iov_len);
	}
	return writev(file, parts, count);
}

const struct gx_access_row gx_access_formats[] = {
	ROW(snprintf),
	ROW_AS("__snprintf", snprintf),
	ROW(sprintf),
	ROW(asprintf),
	ROW_AS("__asprintf", asprintf),
	ROW(vsnprintf),
	ROW_AS("__vsnprintf", vsnprintf),
	ROW(vsprintf),
	ROW(vasprintf),
	CHK(snprintf),
	CHK(sprintf),
	CHK(asprintf),
	CHK(vsnprintf),
	ROW(printf),
	ROW(fprintf),
	ROW(dprintf),
	ROW(vprintf),
	ROW(vfprintf),
	CHK(printf),
	CHK(fprintf),
	CHK(vprintf),
	CHK(vfprintf),
	ROW(puts),
	ROW(fputs),
	ROW_AS("fputs_unlocked", fputs),
	ROW(fwrite),
	ROW_AS("fwrite_unlocked", fwrite),
	ROW(perror),
	ROW(write),
	ROW(writev),
	{NULL, NULL, NULL},
};
