/*
 * nearest.h - words for messages: the one that was probably meant, and one shown as it was written.
 */
#ifndef GX_SCENARIO_NEAREST_H
#define GX_SCENARIO_NEAREST_H

#include <stddef.h>

/*
 * The word of `words` nearest to `word` by edit distance (a swap of two neighbours counts as one edit, upper case as
 * lower), or NULL if none is near: at most one edit for each three letters, and one for shorter words. If there is
 * none, a word that begins with the three letters or more that are there. Of two as near, the first.
 */
const char *gx_nearest(const char *word, const char *const *words, size_t count);

/* `word` in quotes, fit for one line of a terminal: cut at some 60 bytes, control characters replaced. */
struct gx_quoted {
	char text[80];
};
struct gx_quoted gx_quote(const char *word);

/*
 * Bytes of the control character that a UTF-8 text begins with: C0, DEL or C1, which some terminals obey too; 0 for
 * any other.
 */
size_t gx_control_length(const char *text);

#endif
