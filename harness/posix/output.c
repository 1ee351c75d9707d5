#include "posix/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wchar.h>

#include "posix/internal.h"

/* Macros of libc's headers. */
#undef putc
#undef putchar
#undef fputc_unlocked
#undef putc_unlocked
#undef putchar_unlocked
#undef fwrite_unlocked
#undef fputs_unlocked

enum { TEXTS_MAX = 256, TEXT_BYTES = 100 };

/* The last texts by their hash; outside of the world, since only reports read them and a text never changes its hash. */
static struct {
	uint64_t hash;
	char text[TEXT_BYTES];
} texts[TEXTS_MAX];
static unsigned next_text;

const char *gx_posix_printed(uint64_t value)
{
	for (unsigned i = 0; i < TEXTS_MAX; i++)
		if (texts[i].hash == value && value)
			return texts[i].text;
	return "?";
}

/* How many bytes make one character of UTF-8 here that is no control character; 0: these are none. */
static size_t character_at(const unsigned char *text, size_t length)
{
	size_t size = *text < 0x80 ? 1 : *text < 0xc2 ? 0 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : *text < 0xf5 ? 4 : 0;

	if (size > length || (size == 1 && (*text < ' ' || *text == 0x7f)) || (*text == 0xc2 && text[1] < 0xa0) ||
	    (*text == 0xe0 && text[1] < 0xa0) || (*text == 0xed && text[1] > 0x9f) ||
	    (*text == 0xf0 && text[1] < 0x90) || (*text == 0xf4 && text[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* For a terminal, and for JSON. */
static void clean_copy(char *to, const char *text, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length;) {
		size_t size = character_at((const unsigned char *)text + i, length - i);

		if (used + (size ? size : 1) > TEXT_BYTES - 1)
			break;
		memcpy(to + used, size ? text + i : "?", size ? size : 1);
		used += size ? size : 1;
		i += size ? size : 1;
	}
	to[used] = '\0';
}

static void keep(uint64_t hash, const char *text, size_t length)
{
	for (unsigned i = 0; i < TEXTS_MAX; i++)
		if (texts[i].hash == hash)
			return;
	texts[next_text].hash = hash;
	clean_copy(texts[next_text].text, text, length);
	next_text = (next_text + 1) % TEXTS_MAX;
}

/* While a plugin is loaded nobody is told. */
static void tell(const char *text, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325ull; /* FNV-1a */

	while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		length--;
	if (!length || !gx_task_self())
		return;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3ull;
	keep(hash, text, length);
	gx_emit(GX_L_PRINT, 0, hash);
}

/* Out of line: its text must not lie in a frame that waits. */
static int __attribute__((noinline)) tell_formatted(const char *format, va_list arguments)
{
	char text[256];
	int length = vsnprintf(text, sizeof(text), format, arguments);

	if (length > 0)
		tell(text, (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
	return length;
}

/* A guest prints to a stream: only these are there. */
static inline bool is_told(const FILE *stream)
{
	return (stream == stdout || stream == stderr) && gx_posix_is_guest();
}

/* ---- formatted ---- */

int vfprintf(FILE *restrict stream, const char *restrict format, va_list arguments)
{
	return is_told(stream) ? tell_formatted(format, arguments) : GX_REAL(vfprintf)(stream, format, arguments);
}

int vprintf(const char *restrict format, va_list arguments)
{
	return vfprintf(stdout, format, arguments);
}

int fprintf(FILE *restrict stream, const char *restrict format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vfprintf(stream, format, arguments);
	va_end(arguments);
	return length;
}

int printf(const char *restrict format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vfprintf(stdout, format, arguments);
	va_end(arguments);
	return length;
}

int vdprintf(int file, const char *restrict format, va_list arguments)
{
	if (!gx_posix_is_guest())
		return GX_REAL(vdprintf)(file, format, arguments);
	return tell_formatted(format, arguments);
}

int dprintf(int file, const char *restrict format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vdprintf(file, format, arguments);
	va_end(arguments);
	return length;
}

/* What -D_FORTIFY_SOURCE makes of them; %n is not looked for. */
int __vfprintf_chk(FILE *restrict stream, int flag, const char *restrict format, va_list arguments);
int __vfprintf_chk(FILE *restrict stream, int flag GX_UNUSED, const char *restrict format, va_list arguments)
{
	return vfprintf(stream, format, arguments);
}

int __vprintf_chk(int flag, const char *restrict format, va_list arguments);
int __vprintf_chk(int flag GX_UNUSED, const char *restrict format, va_list arguments)
{
	return vfprintf(stdout, format, arguments);
}

int __fprintf_chk(FILE *restrict stream, int flag, const char *restrict format, ...);
int __fprintf_chk(FILE *restrict stream, int flag GX_UNUSED, const char *restrict format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vfprintf(stream, format, arguments);
	va_end(arguments);
	return length;
}

int __printf_chk(int flag, const char *restrict format, ...);
int __printf_chk(int flag GX_UNUSED, const char *restrict format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vfprintf(stdout, format, arguments);
	va_end(arguments);
	return length;
}

int __vdprintf_chk(int file, int flag, const char *restrict format, va_list arguments);
int __vdprintf_chk(int file, int flag GX_UNUSED, const char *restrict format, va_list arguments)
{
	return vdprintf(file, format, arguments);
}

int __dprintf_chk(int file, int flag, const char *restrict format, ...);
int __dprintf_chk(int file, int flag GX_UNUSED, const char *restrict format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vdprintf(file, format, arguments);
	va_end(arguments);
	return length;
}

/* ---- plain ---- */

size_t fwrite(const void *restrict bytes, size_t size, size_t count, FILE *restrict stream)
{
	if (!is_told(stream))
		return GX_REAL(fwrite)(bytes, size, count, stream);
	tell(bytes, size * count);
	return size ? count : 0;
}

int fputs(const char *restrict text, FILE *restrict stream)
{
	if (!is_told(stream))
		return GX_REAL(fputs)(text, stream);
	tell(text, strlen(text));
	return 1;
}

int puts(const char *text)
{
	if (!is_told(stdout))
		return GX_REAL(puts)(text);
	tell(text, strlen(text));
	return 1;
}

int fputc(int byte, FILE *stream)
{
	if (!is_told(stream))
		return GX_REAL(fputc)(byte, stream);
	tell(&(char){(char)byte}, 1);
	return (unsigned char)byte;
}

int putc(int byte, FILE *stream)
{
	return fputc(byte, stream);
}

int putchar(int byte)
{
	return fputc(byte, stdout);
}

size_t fwrite_unlocked(const void *restrict bytes, size_t size, size_t count, FILE *restrict stream)
{
	return fwrite(bytes, size, count, stream);
}

int fputs_unlocked(const char *restrict text, FILE *restrict stream)
{
	return fputs(text, stream);
}

int fputc_unlocked(int byte, FILE *stream)
{
	return fputc(byte, stream);
}

int putc_unlocked(int byte, FILE *stream)
{
	return fputc(byte, stream);
}

int putchar_unlocked(int byte)
{
	return fputc(byte, stdout);
}

void perror(const char *what)
{
	int saved = errno;

	if (!gx_posix_is_guest())
		GX_REAL(perror)(what);
	else if (what && *what)
		fprintf(stderr, "%s: %s\n", what, strerrordesc_np(saved));
	else
		fprintf(stderr, "%s\n", strerrordesc_np(saved));
	errno = saved;
}

/* ---- the descriptors below ---- */

ssize_t write(int file, const void *bytes, size_t size)
{
	if (!gx_posix_is_guest())
		return GX_REAL(write)(file, bytes, size);
	if (file != STDOUT_FILENO && file != STDERR_FILENO) {
		errno = EBADF;
		return -1;
	}
	tell(bytes, size);
	return (ssize_t)size;
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
	ssize_t sum = 0;

	if (!gx_posix_is_guest())
		return GX_REAL(writev)(file, parts, count);
	for (int i = 0; i < count; i++) {
		if (write(file, parts[i].iov_base, parts[i].iov_len) < 0)
			return -1;
		sum += (ssize_t)parts[i].iov_len;
	}
	return sum;
}

/* ---- about the streams: a guest's are empty, not buffered, and no terminal ---- */

int fflush(FILE *stream)
{
	return gx_posix_is_guest() ? 0 : GX_REAL(fflush)(stream);
}

int fflush_unlocked(FILE *stream)
{
	return fflush(stream);
}

int setvbuf(FILE *restrict stream, char *restrict buffer, int mode, size_t size)
{
	return gx_posix_is_guest() ? 0 : GX_REAL(setvbuf)(stream, buffer, mode, size);
}

void setbuf(FILE *restrict stream, char *restrict buffer)
{
	if (!gx_posix_is_guest())
		GX_REAL(setbuf)(stream, buffer);
}

void setbuffer(FILE *restrict stream, char *restrict buffer, size_t size)
{
	if (!gx_posix_is_guest())
		GX_REAL(setbuffer)(stream, buffer, size);
}

void setlinebuf(FILE *stream)
{
	if (!gx_posix_is_guest())
		GX_REAL(setlinebuf)(stream);
}

int fwide(FILE *stream, int mode)
{
	return gx_posix_is_guest() ? -1 : GX_REAL(fwide)(stream, mode);
}

int isatty(int file)
{
	if (!gx_posix_is_guest())
		return GX_REAL(isatty)(file);
	errno = ENOTTY;
	return 0;
}

void flockfile(FILE *stream)
{
	if (!gx_posix_is_guest())
		GX_REAL(flockfile)(stream);
}

void funlockfile(FILE *stream)
{
	if (!gx_posix_is_guest())
		GX_REAL(funlockfile)(stream);
}
