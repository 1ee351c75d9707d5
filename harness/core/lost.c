#include "core/lost.h"

#include <stddef.h>

#include "core/internal.h"

static volatile uint64_t nobody_watches;
volatile uint64_t *gx_lost_pulse = &nobody_watches;
struct gx_lost *gx_lost;

static bool is_known(uint64_t hash)
{
	for (unsigned i = 0; i < gx_lost->count && i < GX_LOST_MAX; i++)
		if (gx_lost->known[i] == hash)
			return true;
	return false;
}

/* What is only tried out, and undone, has no events of its own. */
bool gx_lost_is_next(void)
{
	if (gx_lost->at && gx_lost->at == gx_core.resumes + 1) {
		gx_lost->at = 0;
		gx_lost->met++;
		if (!gx_core.muted && gx_lost->count < GX_LOST_MAX)
			gx_lost->known[gx_lost->count++] = gx_core.step_hash;
		return true;
	}
	if (gx_core.muted || !is_known(gx_core.step_hash))
		return false;
	gx_lost->met++;
	return true;
}

bool gx_lost_is_enough(void)
{
	return gx_lost && gx_lost->met >= (gx_lost->is_enough ? 1 : GX_LOST_MAX);
}
