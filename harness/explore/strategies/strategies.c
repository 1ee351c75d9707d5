#include <string.h>

#include "explore/strategy.h"

const struct gx_strategy *const gx_strategies[] = {
#define ROW(name) &gx_strategy_##name,
	GX_STRATEGIES(ROW) NULL,
#undef ROW
};

const struct gx_strategy *gx_strategy_find(const char *name)
{
	for (const struct gx_strategy *const *strategy = gx_strategies; *strategy; strategy++)
		if (!strcmp((*strategy)->name, name))
			return *strategy;
	return NULL;
}
