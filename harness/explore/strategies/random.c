/*
 * Every choice drawn uniformly from what can step. Finds what many schedules show; a bug that needs one preemption at one of n points and
 * then k steps of nobody else takes about n * 2^k executions.
 */
#include "explore/rng.h"
#include "explore/strategy.h"

static void begin(void *self, uint64_t seed, uint64_t execution)
{
	*(struct gx_rng *)self = gx_rng_for(seed, execution);
}

static unsigned choose(void *self, const struct gx_view *view)
{
	return gx_rng_below(self, view->count);
}

const struct gx_strategy gx_strategy_random = {
	.name = "random",
	.summary = "every choice drawn uniformly, --executions times",
	.plan = GX_PLAN_SAMPLE,
	.size = sizeof(struct gx_rng),
	.begin = begin,
	.choose = choose,
};
