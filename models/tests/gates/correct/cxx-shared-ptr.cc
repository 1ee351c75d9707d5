// The lock of a workspace lives as long as somebody holds a std::shared_ptr to it; the table holds weak ones.
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "../author.h"

namespace {
struct table {
	std::mutex mutex;
	std::map<std::string, std::weak_ptr<std::mutex>> locks;

	std::shared_ptr<std::mutex> of(const char *workspace)
	{
		std::lock_guard<std::mutex> guard(mutex);
		std::weak_ptr<std::mutex> &known = locks[workspace];
		std::shared_ptr<std::mutex> lock = known.lock();

		if (!lock)
			known = lock = std::make_shared<std::mutex>();
		return lock;
	}
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
	std::shared_ptr<std::mutex> lock = static_cast<table *>(gate)->of(request->workspace);
	std::lock_guard<std::mutex> guard(*lock);

	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-shared-ptr", "locks that live by reference counts")
