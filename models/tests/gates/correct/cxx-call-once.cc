// std::call_once makes the locks.
#include <memory>
#include <mutex>
#include <vector>

#include "../author.h"

namespace {
struct state {
	std::once_flag once;
	std::vector<std::unique_ptr<std::mutex>> locks;
};

void *open_gate()
{
	return new state;
}

void close_gate(void *gate)
{
	delete static_cast<state *>(gate);
}

gx_outcome handle(void *gate, const gx_request *request)
{
	state *it = static_cast<state *>(gate);

	std::call_once(it->once, [it] {
		for (int i = 0; i < SLOTS; i++)
			it->locks.push_back(std::make_unique<std::mutex>());
	});
	std::lock_guard<std::mutex> lock(*it->locks[slot_of(request->workspace)]);
	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-call-once", "std::call_once")
