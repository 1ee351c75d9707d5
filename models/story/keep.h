/*
 * keep.h - the owner of words: strings and arrays that are made one by one and die together.
 *
 * Zeroed bytes are an empty keep. Running out of memory is a bug (GX_BUG): what is kept is small.
 */
#ifndef GX_STORY_KEEP_H
#define GX_STORY_KEEP_H

#include <stddef.h>

#include "core/status.h"

struct gx_keep {
	void **blocks;
	size_t count;
	size_t capacity;
};

/* Zeroed, aligned for anything; never NULL, also for no bytes. */
void *gx_keep_alloc(struct gx_keep *keep, size_t size);
char *gx_keep_text(struct gx_keep *keep, const char *text);
char *gx_keep_format(struct gx_keep *keep, const char *format, ...) GX_PRINTF(2, 3);
/* From now on what is kept comes from here, zeroed and aligned, and is never released; NULL: from the heap, as at first. */
void gx_keep_from(void *(*take)(size_t size));
void gx_keep_release(struct gx_keep *keep);

#endif
