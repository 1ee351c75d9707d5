#include "core/mark.h"

#include <string.h>

#include "core/status.h"

extern struct gx_mark_place __start_gx_marks[];
extern struct gx_mark_place __stop_gx_marks[];

void gx_marks_clear(void)
{
	for (struct gx_mark_place *place = __start_gx_marks; place < __stop_gx_marks; place++)
		place->hits = 0;
}

unsigned gx_mark_hits(const char *name)
{
	unsigned hits = 0;
	unsigned places = 0;

	for (struct gx_mark_place *place = __start_gx_marks; place < __stop_gx_marks; place++)
		if (!strcmp(place->name, name)) {
			places++;
			hits += place->hits;
		}
	GX_ASSERT(places);
	return hits;
}
