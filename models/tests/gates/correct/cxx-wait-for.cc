// condition_variable::wait_for() of two seconds, as often as it takes.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "../author.h"

namespace {
std::mutex mutex;
std::condition_variable freed;
std::map<std::string, bool> busy;

void *open_gate()
{
	return &busy;
}

void close_gate(void *)
{
	busy.clear();
}

gx_outcome handle(void *, const gx_request *request)
{
	std::unique_lock<std::mutex> lock(mutex);
	const std::string workspace = request->workspace;

	while (!freed.wait_for(lock, std::chrono::seconds(2), [&] { return !busy[workspace]; }))
		;
	busy[workspace] = true;
	lock.unlock();
	run_legs(request);
	lock.lock();
	busy[workspace] = false;
	freed.notify_all();
	return GX_RAN;
}
} // namespace

GATE("cxx-wait-for", "wait_for() in a loop")
