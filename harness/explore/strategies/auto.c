#include "explore/strategy.h"

const struct gx_strategy gx_strategy_auto = {
	.name = "auto",
	.summary = "exhaustive within the state budget, then random (the default)",
	.plan = GX_PLAN_AUTO,
	.rest = &gx_strategy_random,
};
