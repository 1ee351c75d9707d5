#include "scenario/nearest.h"

#include <stdbool.h>
#include <string.h>

/* Longer words are no slips of the pen. */
enum { WORD_MAX = 64 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Optimal string alignment (Damerau 1964, no part edited twice): three rows of the table are enough. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][WORD_MAX + 1];

	for (unsigned j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a_length; i++) {
		const unsigned *before = rows[(i + 1) % 3]; /* of i - 2; looked at from i = 2 on */
		const unsigned *above = rows[(i - 1) % 3];
		unsigned *row = rows[i % 3];

		row[0] = i;
		for (unsigned j = 1; j <= b_length; j++) {
			char x = lower(a[i - 1]);
			char y = lower(b[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

static const char *nearest_by_edits(const char *word, size_t length, const char *const *words, size_t count)
{
	unsigned best = length < 6 ? 2 : (unsigned)length / 3 + 1; /* the first distance that is too far */
	const char *nearest = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t other = strlen(words[i]);
		unsigned far;

		if (other > WORD_MAX)
			continue;
		far = distance(word, length, words[i], other);
		/* As many edits as letters is another word, not a slip. */
		if (far < best && far < length) {
			best = far;
			nearest = words[i];
		}
	}
	return nearest;
}

const char *gx_nearest(const char *word, const char *const *words, size_t count)
{
	size_t length = strlen(word);
	const char *nearest = NULL;

	if (length && length <= WORD_MAX)
		nearest = nearest_by_edits(word, length, words, count);
	for (size_t i = 0; length >= 3 && !nearest && i < count; i++)
		if (!strncmp(words[i], word, length))
			nearest = words[i];
	return nearest;
}

size_t gx_control_length(const char *text)
{
	unsigned char first = (unsigned char)text[0];

	if (first == 0xc2)
		return (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0 ? 2 : 0;
	return first < 0x20 || first == 0x7f;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

struct gx_quoted gx_quote(const char *word)
{
	enum { SHOWN = 60 };
	struct gx_quoted out;
	size_t length = strnlen(word, SHOWN + 1);
	size_t used = 0;
	bool cut = length > SHOWN;

	if (cut)
		for (length = SHOWN; length && is_continuation(word[length]);)
			length--;
	out.text[used++] = '"';
	for (size_t i = 0; i < length; i++) {
		size_t control = gx_control_length(&word[i]);

		out.text[used++] = control ? '?' : word[i];
		i += control ? control - 1 : 0;
	}
	memcpy(&out.text[used], cut ? "...\"" : "\"", cut ? 5 : 2);
	return out;
}
