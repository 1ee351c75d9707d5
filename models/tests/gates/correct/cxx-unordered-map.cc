// std::unordered_map from the workspace's name to its std::mutex, made on demand under a mutex of the map.
#include <mutex>
#include <string>
#include <unordered_map>

#include "../author.h"

namespace {
struct table {
	std::mutex mutex;
	std::unordered_map<std::string, std::mutex> locks;

	std::mutex &of(const char *workspace)
	{
		std::lock_guard<std::mutex> guard(mutex);
		return locks[workspace];
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
	std::lock_guard<std::mutex> guard(static_cast<table *>(gate)->of(request->workspace));

	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-unordered-map", "an unordered_map of mutexes")
