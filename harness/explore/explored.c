#include "explore/explored.h"

void gx_explored_release(struct gx_explored *explored)
{
	for (unsigned i = 0; i < explored->hit_count; i++)
		gx_path_release(&explored->hits[i].path);
	explored->hit_count = 0;
	gx_path_release(&explored->led_here);
}
