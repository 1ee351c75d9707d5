// The table is a static of a function, guarded by the compiler; the lock is a std::recursive_mutex.
#include <map>
#include <mutex>
#include <string>

#include "../author.h"

namespace {
std::recursive_mutex &lock_of(const char *workspace)
{
	static std::mutex mutex;
	static std::map<std::string, std::recursive_mutex> locks;
	std::lock_guard<std::mutex> guard(mutex);

	return locks[workspace];
}

void *open_gate()
{
	static char state;

	return &state;
}

void close_gate(void *)
{
}

gx_outcome handle(void *, const gx_request *request)
{
	std::recursive_mutex &lock = lock_of(request->workspace);
	std::lock_guard<std::recursive_mutex> outer(lock);
	std::lock_guard<std::recursive_mutex> inner(lock);

	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-static", "statics of functions")
