#include "reports/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Begins a line that is to be folded; the next two bytes are the indent, in base FOLD_RADIX, plus FOLD_BASE, which keeps them printable. */
enum { FOLD = 0x0f, FOLD_BASE = 0x20, FOLD_RADIX = 64, FOLD_BYTES = 3 };

#define REPLACEMENT    "\xef\xbf\xbd" /* U+FFFD */
#define NO_BREAK_SPACE "\xc2\xa0"

/* ---- characters ---- */

static bool within(unsigned char byte, unsigned from, unsigned to)
{
	return byte >= from && byte <= to;
}

/* Bytes of the printable UTF-8 character at `p`; 0 if there is none. Reads no further than a terminating zero. */
static size_t character(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (p[0] < 0x80)
		return p[0] >= 0x20 && p[0] != 0x7f;
	if (p[0] == 0xc2) /* U+0080 to U+009F are controls */
		return within(p[1], 0xa0, 0xbf) ? 2 : 0;
	if (within(p[0], 0xc3, 0xdf))
		return within(p[1], 0x80, 0xbf) ? 2 : 0;
	if (within(p[0], 0xe0, 0xef)) /* neither overlong nor half of a surrogate pair */
		return within(p[1], p[0] == 0xe0 ? 0xa0 : 0x80, p[0] == 0xed ? 0x9f : 0xbf) && within(p[2], 0x80, 0xbf)
			       ? 3
			       : 0;
	if (within(p[0], 0xf0, 0xf4))
		return within(p[1], p[0] == 0xf0 ? 0x90 : 0x80, p[0] == 0xf4 ? 0x8f : 0xbf) &&
				       within(p[2], 0x80, 0xbf) && within(p[3], 0x80, 0xbf)
			       ? 4
			       : 0;
	return 0;
}

size_t gx_text_width(const char *text)
{
	size_t width = 0;

	while (*text) {
		size_t length = character(text);

		text += length ? length : 1;
		width++;
	}
	return width;
}

char *gx_text_clean(const char *text)
{
	size_t size = text ? strlen(text) : 0;
	char *clean = malloc(size * (sizeof(REPLACEMENT) - 1) + 1);
	char *to = clean;

	if (!clean)
		return NULL;
	while (text && *text) {
		size_t length = character(text);

		if (length)
			to = mempcpy(to, text, length);
		else
			to = mempcpy(to, REPLACEMENT, sizeof(REPLACEMENT) - 1);
		text += length ? length : 1;
	}
	*to = 0;
	return clean;
}

/* ---- numbers ---- */

struct gx_number gx_number(uint64_t number)
{
	struct gx_number out = {""};
	char digits[24];
	int count = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	char *to = out.text;

	for (int i = 0; i < count; i++) {
		if (i && (count - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = 0;
	return out;
}

struct gx_number gx_count(uint64_t number, const char *noun)
{
	struct gx_number digits = gx_number(number);
	struct gx_number out;

	snprintf(out.text, sizeof(out.text), "%.27s %.18s%s", digits.text, noun, number == 1 ? "" : "s");
	return out;
}

/* ---- filling a page ---- */

void gx_page_open(struct gx_page *page, unsigned width)
{
	*page = (struct gx_page){.width = width ? width : GX_PAGE_WIDTH};
	page->raw = open_memstream(&page->bytes, &page->size);
	page->failed = !page->raw;
}

void gx_say(struct gx_page *page, const char *format, ...)
{
	char *text = NULL;
	char *clean = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		clean = gx_text_clean(text);
	if (!clean)
		page->failed = true;
	if (!page->failed)
		fputs(clean, page->raw);
	free(clean);
	free(text);
}

static void put(struct gx_page *page, int byte)
{
	if (!page->failed)
		putc(byte, page->raw);
}

void gx_mark(struct gx_page *page, enum gx_mark mark)
{
	put(page, (int)mark);
}

void gx_pad(struct gx_page *page, size_t spaces)
{
	while (spaces--)
		put(page, ' ');
}

void gx_end_line(struct gx_page *page)
{
	put(page, '\n');
}

void gx_fold(struct gx_page *page, unsigned indent)
{
	put(page, FOLD);
	put(page, (int)(indent / FOLD_RADIX % FOLD_RADIX) + FOLD_BASE);
	put(page, (int)(indent % FOLD_RADIX) + FOLD_BASE);
}

/* ---- rendering ---- */

/* Each begins with a reset, so that a mark replaces the one before. */
static const char *const escapes[] = {
	[GX_PLAIN] = "\033[0m",   [GX_BOLD] = "\033[0;1m",   [GX_DIM] = "\033[0;2m",
	[GX_GOOD] = "\033[0;32m", [GX_BAD] = "\033[0;1;31m", [GX_ODD] = "\033[0;33m",
};

static void render(FILE *out, const char *text, const char *end, bool color)
{
	for (; text < end; text++) {
		if (*text >= GX_PLAIN && *text <= GX_ODD) {
			if (color)
				fputs(escapes[(int)*text], out);
		} else if (end - text >= 2 && !memcmp(text, NO_BREAK_SPACE, 2)) {
			putc(' ', out);
			text++;
		} else {
			putc(*text, out);
		}
	}
}

/* Columns of what has been cleaned: marks take none, bytes within a character neither. */
static size_t width_of(const char *text, const char *end)
{
	size_t width = 0;

	for (; text < end; text++)
		width += (*text & 0xc0) != 0x80 && (unsigned char)*text >= 0x20;
	return width;
}

static void render_folded(FILE *out, const char *text, const char *end, unsigned indent, unsigned page_width,
			  bool color)
{
	size_t column = 0;
	size_t spaces = 0; /* before the next word; a line that ends there goes without them */
	bool fresh = true; /* no word on this line yet */

	while (text < end) {
		const char *space = memchr(text, ' ', (size_t)(end - text));
		const char *stop = space ? space : end;
		size_t width = width_of(text, stop);

		if (width && !fresh && column + spaces + width > page_width) {
			putc('\n', out);
			column = 0;
			spaces = indent;
		}
		if (width) {
			fprintf(out, "%*s", (int)spaces, "");
			column += spaces + width;
			spaces = 0;
			fresh = false;
		}
		render(out, text, stop, color);
		spaces += space != NULL;
		text = space ? stop + 1 : end;
	}
}

static void render_page(FILE *out, const struct gx_page *page, bool color)
{
	const char *text = page->bytes;
	const char *end = text + page->size;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		if (*text == FOLD)
			render_folded(out, text + FOLD_BYTES, stop,
				      (unsigned)(text[1] - FOLD_BASE) * FOLD_RADIX + (unsigned)(text[2] - FOLD_BASE),
				      page->width, color);
		else
			render(out, text, stop, color);
		putc('\n', out);
		text = stop + 1;
	}
}

bool gx_write_all(FILE *out, const char *bytes, size_t size)
{
	return fwrite(bytes, 1, size, out) == size && fflush(out) == 0;
}

bool gx_page_close(struct gx_page *page, FILE *out, bool color)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *rendered = NULL;
	bool done = false;

	if (page->raw && fclose(page->raw) != 0)
		page->failed = true;
	if (!page->failed)
		rendered = open_memstream(&bytes, &size);
	if (rendered) {
		render_page(rendered, page, color);
		done = fclose(rendered) == 0;
	}
	if (done)
		done = gx_write_all(out, bytes, size);
	else
		errno = ENOMEM; /* nothing else can go wrong in memory */
	free(bytes);
	free(page->bytes);
	*page = (struct gx_page){0};
	return done;
}
