#include "explore/strategy.h"

const struct gx_strategy gx_strategy_exhaustive = {
	.name = "exhaustive",
	.summary = "every reachable state once: complete, or says which budget ended it",
	.plan = GX_PLAN_SEARCH,
};
