// The guard has no name: it is a temporary, and unlocks at the semicolon.
#include <mutex>

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

gx_outcome handle(void *, const gx_request *request)
{
	std::unique_lock<std::mutex>{locks[slot_of(request->workspace)]};
	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-temporary-guard", "a guard without a name")
