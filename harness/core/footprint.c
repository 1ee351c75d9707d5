#include "core/footprint.h"

#include <stddef.h>

struct gx_footprint *gx_footprint_under_way;

void gx_footprint_begin(struct gx_footprint *footprint)
{
	footprint->count = 0;
	footprint->everything = false;
	gx_footprint_under_way = footprint;
}

void gx_footprint_end(void)
{
	gx_footprint_under_way = NULL;
}

void gx_footprint_add(uint64_t object, unsigned access)
{
	struct gx_footprint *footprint = gx_footprint_under_way;
	unsigned i = 0;

	if (!object)
		return;
	while (i < footprint->count && footprint->touches[i].object != object)
		i++;
	if (i == GX_TOUCHES_MAX) {
		footprint->everything = true;
		return;
	}
	if (i == footprint->count)
		footprint->touches[footprint->count++] = (struct gx_touch){.object = object};
	footprint->touches[i].access |= access;
}

bool gx_footprints_conflict(const struct gx_footprint *one, const struct gx_footprint *other)
{
	if (one->everything || other->everything)
		return true;
	for (unsigned i = 0; i < one->count; i++)
		for (unsigned j = 0; j < other->count; j++)
			if (one->touches[i].object == other->touches[j].object &&
			    (one->touches[i].access | other->touches[j].access) & GX_WRITE)
				return true;
	return false;
}
