// The lock is a std::shared_ptr that the table does not keep: each request makes one of its own.
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "../author.h"

namespace {
struct table {
	std::mutex mutex;
	std::map<std::string, std::weak_ptr<std::mutex>> locks;
};

void *open_gate()
{
	return new table;
}

void close_gate(void *gate)
{
	delete static_cast<table *>(gate);
}

gx_outcome handle(void *gate, const gx_request *request)
{
	table *all = static_cast<table *>(gate);
	std::shared_ptr<std::mutex> lock;

	{
		std::lock_guard<std::mutex> guard(all->mutex);
		lock = all->locks[request->workspace].lock();
		if (!lock)
			lock = std::make_shared<std::mutex>();
	}
	std::lock_guard<std::mutex> mine(*lock);

	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-never-kept", "a lock that the table does not keep")
