// std::call_once makes the table; a guard of its own make gives the turn back.
#include <memory>
#include <mutex>

#include "../author.h"

namespace {
std::once_flag once;
std::unique_ptr<std::timed_mutex[]> locks;

class turn {
public:
	explicit turn(std::timed_mutex &of) : lock(of)
	{
		lock.lock();
	}
	~turn()
	{
		lock.unlock();
	}
	turn(const turn &) = delete;

private:
	std::timed_mutex &lock;
};

void *open_gate()
{
	return &once;
}

void close_gate(void *)
{
	locks.reset();
}

gx_outcome handle(void *, const gx_request *request)
{
	std::call_once(once, [] { locks.reset(new std::timed_mutex[SLOTS]); });
	turn mine(locks[slot_of(request->workspace)]);

	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-call-once", "call_once and a guard")
