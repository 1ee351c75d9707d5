/*
 * page.h - a page of text on its way to a terminal or a file.
 *
 *     gx_say, gx_mark, gx_fold, ... ─► page (plain text and one-byte marks) ─► gx_page_close ─► one write
 *
 * Colour is decided once, at the end: a mark becomes an escape sequence or nothing, so that a page with colour differs from one
 * without in escape sequences only. Whatever is said is cleaned on its way in: names of gates and notes come from other
 * people's programs, and a terminal would obey what they hold.
 *
 * A failure (memory, in practice) is remembered and told by gx_page_close(); nothing in between has to be checked.
 */
#ifndef GX_REPORTS_PAGE_H
#define GX_REPORTS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Of a page that nobody has told how wide it is; and the least and most that can be told. */
#define GX_PAGE_WIDTH     100u
#define GX_PAGE_WIDTH_MIN 40u
#define GX_PAGE_WIDTH_MAX 1000u

/* What stands between two characters of a page; each lasts until the next. */
enum gx_mark { GX_PLAIN = 1, GX_BOLD, GX_DIM, GX_GOOD, GX_BAD, GX_ODD };

struct gx_page {
	FILE *raw;
	char *bytes;
	size_t size;
	unsigned width;
	bool failed;
};

/* `width` in columns, 0: GX_PAGE_WIDTH. gx_page_close() in every case, even after a failure. */
void gx_page_open(struct gx_page *page, unsigned width);

/* Render the page, write it to `out` and flush. False if that, or anything before, failed; errno says why. */
bool gx_page_close(struct gx_page *page, FILE *out, bool color);

/* Add to the current line; no newlines. A no-break space (U+00A0) is printed as a space, but a folded line keeps it whole. */
void gx_say(struct gx_page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
void gx_mark(struct gx_page *page, enum gx_mark mark);
void gx_pad(struct gx_page *page, size_t spaces);
void gx_end_line(struct gx_page *page);

/* As the first thing on a line: break it between words at the width of the page, and go on in column `indent`. */
void gx_fold(struct gx_page *page, unsigned indent);

/* Columns that a text takes: one per character. */
size_t gx_text_width(const char *text);

/* "2,146" and "2,146 states", "1 state": to be used at once, as in gx_say(page, "%s", gx_number(n).text). */
struct gx_number {
	char text[48];
};
struct gx_number gx_number(uint64_t number);
struct gx_number gx_count(uint64_t number, const char *noun);

/* A copy that the caller frees, with U+FFFD for control characters and whatever is not UTF-8; NULL text is "". NULL: no memory. */
char *gx_text_clean(const char *text);

/* Write and flush. */
bool gx_write_all(FILE *out, const char *bytes, size_t size);

#endif
