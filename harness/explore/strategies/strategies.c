#include <string.h>

#include "explore/strategy.h"

const struct gx_strategy *const gx_strategies[] = {
	&gx_strategy_auto,
	&gx_strategy_exhaustive,
	&gx_strategy_random,
	NULL,
};

const struct gx_strategy *gx_strategy_find(const char *name)
{
	for (const struct gx_strategy *const *strategy = gx_strategies; *strategy; strategy++)
		if (!strcmp((*strategy)->name, name))
			return *strategy;
	return NULL;
}
