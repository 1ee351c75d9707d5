/* std::shared_mutex: cycles take it alone, and all read the settings together. */
#include <mutex>
#include <shared_mutex>

#include "../author.h"

static std::shared_mutex locks[SLOTS];
static std::shared_mutex settings;
static unsigned limit = 5;

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static unsigned limit_now()
{
	std::shared_lock<std::shared_mutex> reads(settings);

	return limit;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	std::unique_lock<std::shared_mutex> writes(locks[slot_of(request->workspace)]);

	(void)gate;
	if (limit_now())
		run_legs(request);
	return GX_RAN;
}

GATE("cxx-shared-mutex", "std::shared_mutex")
