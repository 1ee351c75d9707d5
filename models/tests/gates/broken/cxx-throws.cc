// What a failed leg throws leaves handle().
#include <mutex>
#include <stdexcept>

#include "../author.h"

namespace {
std::mutex locks[SLOTS];

void *open_gate()
{
	return locks;
}

void close_gate(void *)
{
}

gx_outcome handle(void *gate, const gx_request *request)
{
	(void)gate;
	std::lock_guard<std::mutex> lock(locks[slot_of(request->workspace)]);
	if (gx_stop(request) == GX_LEG_DONE && gx_start(request) == GX_LEG_FAILED)
		throw std::runtime_error("start");
	return GX_RAN;
}
} // namespace

GATE("cxx-throws", "an exception that nobody catches")
