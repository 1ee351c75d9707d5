#include "story/keep.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *(*source)(size_t size);

void gx_keep_from(void *(*take)(size_t size))
{
	source = take;
}

void *gx_keep_alloc(struct gx_keep *keep, size_t size)
{
	void *block;

	if (source)
		return source(size ? size : 1);
	block = calloc(1, size ? size : 1);
	if (!block)
		gx_no_memory("words");
	if (keep->count == keep->capacity) {
		keep->capacity = keep->capacity ? keep->capacity * 2 : 64;
		keep->blocks = realloc(keep->blocks, keep->capacity * sizeof(*keep->blocks));
		if (!keep->blocks)
			gx_no_memory("words");
	}
	keep->blocks[keep->count++] = block;
	return block;
}

char *gx_keep_text(struct gx_keep *keep, const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(gx_keep_alloc(keep, size), text, size);
}

char *gx_keep_format(struct gx_keep *keep, const char *format, ...)
{
	va_list args;
	va_list again;
	char *text;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, args);
	GX_ASSERT(size >= 0);
	text = gx_keep_alloc(keep, (size_t)size + 1);
	vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}

void gx_keep_release(struct gx_keep *keep)
{
	for (size_t i = 0; i < keep->count; i++)
		free(keep->blocks[i]);
	free(keep->blocks);
	*keep = (struct gx_keep){0};
}
