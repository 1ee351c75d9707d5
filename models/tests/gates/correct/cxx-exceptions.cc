// A leg that fails is an exception; the guard gives the lock back on that way out, too.
#include <mutex>
#include <stdexcept>
#include <string>

#include "../author.h"

namespace {
std::mutex locks[SLOTS];

struct failed : std::runtime_error {
	explicit failed(const std::string &leg) : std::runtime_error(leg + " failed") {}
};

void cycle(const gx_request *request)
{
	std::lock_guard<std::mutex> lock(locks[slot_of(request->workspace)]);

	if (gx_stop(request) != GX_LEG_DONE)
		throw failed("stop");
	if (gx_start(request) != GX_LEG_DONE)
		throw failed("start");
}

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
	try {
		cycle(request);
	} catch (const failed &error) {
		gx_note(error.what());
	}
	return GX_RAN;
}
} // namespace

GATE("cxx-exceptions", "exceptions that are caught")
