// The table of locks is a static variable of a function: made by whoever comes first, which the language guards.
#include <array>
#include <mutex>

#include "../author.h"

namespace {
struct table {
	table() { made++; }
	std::array<std::mutex, SLOTS> locks;
	int made = 0;
};

table &all()
{
	static table it;
	return it;
}

void *open_gate()
{
	static int nothing;
	return &nothing;
}

void close_gate(void *)
{
}

gx_outcome handle(void *gate, const gx_request *request)
{
	(void)gate;
	std::lock_guard<std::mutex> lock(all().locks[slot_of(request->workspace)]);
	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-static", "a static variable of a function")
