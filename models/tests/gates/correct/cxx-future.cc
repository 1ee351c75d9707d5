/* A thread does the cycle, under the lock, and its promise tells when. */
#include <future>
#include <mutex>
#include <thread>

#include "../author.h"

static std::mutex locks[SLOTS];

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	std::promise<bool> done;
	std::future<bool> result = done.get_future();
	std::thread cycle([&] {
		std::lock_guard<std::mutex> lock(locks[slot_of(request->workspace)]);

		run_legs(request);
		done.set_value(true);
	});

	(void)gate;
	result.wait();
	cycle.join();
	return GX_RAN;
}

GATE("cxx-future", "a promise")
