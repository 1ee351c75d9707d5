#include "story/places.h"

#include <stdio.h>
#include <string.h>

#include "core/line.h"

static bool is_of_the_system(const struct gx_line *line)
{
	return !strncmp(line->path, "/usr/", strlen("/usr/"));
}

static void say_line(const struct gx_line *line, char *text, size_t size)
{
	const char *slash = strrchr(line->path, '/');

	snprintf(text, size, "%.80s:%u", slash ? slash + 1 : line->path, line->number);
}

/* The innermost call that is not in a header of the system; if all are, the innermost. */
static void say_where(const struct gx_where *where, char *text, size_t size)
{
	struct gx_line line;
	struct gx_line first = {.number = 0};

	*text = 0;
	for (unsigned i = 0; i < where->count; i++) {
		if (!gx_line_of(where->pc[i], &line))
			continue;
		if (!first.number)
			first = line;
		if (is_of_the_system(&line))
			continue;
		say_line(&line, text, size);
		return;
	}
	if (first.number)
		say_line(&first, text, size);
}

void gx_say_place_of_code(const void *pc, char *text, size_t size)
{
	struct gx_where where = {.count = 0};

	if (pc)
		where.pc[where.count++] = (const char *)pc - 1;
	say_where(&where, text, size);
}

bool gx_place_is_of_the_system(const void *pc)
{
	struct gx_line line;

	return gx_line_of((const char *)pc - 1, &line) && is_of_the_system(&line);
}

static const char *keep_where(const struct gx_where *where, struct gx_keep *keep)
{
	char text[96];

	say_where(where, text, sizeof(text));
	return *text ? gx_keep_text(keep, text) : "";
}

const char *gx_place_of_step(uint32_t step, bool noticed, struct gx_keep *keep)
{
	const struct gx_where where = gx_where_of_step(step, noticed);

	return keep_where(&where, keep);
}

const char *gx_place_of_task(unsigned task, struct gx_keep *keep)
{
	const struct gx_where where = gx_where_of_task(task);

	return keep_where(&where, keep);
}
