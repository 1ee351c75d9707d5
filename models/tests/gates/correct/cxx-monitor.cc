// A monitor: std::condition_variable with a predicate, the busy ones in a std::set.
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>

#include "../author.h"

namespace {
class monitor {
public:
	void enter(const std::string &workspace)
	{
		std::unique_lock<std::mutex> lock(mutex);
		freed.wait(lock, [&] { return !busy.count(workspace); });
		busy.insert(workspace);
	}
	void leave(const std::string &workspace)
	{
		{
			std::lock_guard<std::mutex> lock(mutex);
			busy.erase(workspace);
		}
		freed.notify_all();
	}

private:
	std::mutex mutex;
	std::condition_variable freed;
	std::set<std::string> busy;
};

void *open_gate()
{
	return new monitor;
}

void close_gate(void *gate)
{
	delete static_cast<monitor *>(gate);
}

gx_outcome handle(void *gate, const gx_request *request)
{
	monitor *all = static_cast<monitor *>(gate);

	all->enter(request->workspace);
	run_legs(request);
	all->leave(request->workspace);
	return GX_RAN;
}
} // namespace

GATE("cxx-monitor", "condition_variable with a predicate")
