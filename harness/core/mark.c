#include "core/mark.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/status.h"

extern struct gx_mark_place __start_gx_marks[];
extern struct gx_mark_place __stop_gx_marks[];

/* Both names are ends of one section, which no compiler can know: as numbers. */
static size_t count(void)
{
	return ((uintptr_t)__stop_gx_marks - (uintptr_t)__start_gx_marks) / sizeof(struct gx_mark_place);
}

void gx_marks_clear(void)
{
	for (size_t i = 0; i < count(); i++)
		__start_gx_marks[i].hits = 0;
}

unsigned gx_mark_hits(const char *name)
{
	unsigned hits = 0;
	unsigned places = 0;

	for (size_t i = 0; i < count(); i++)
		if (!strcmp(__start_gx_marks[i].name, name)) {
			places++;
			hits += __start_gx_marks[i].hits;
		}
	GX_ASSERT(places);
	return hits;
}
