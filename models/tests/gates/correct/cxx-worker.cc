// A std::thread per workspace with a std::deque of jobs; made on demand, joined by close().
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "../author.h"

namespace {
struct job {
	const gx_request *request;
	bool done = false;
};

class worker {
public:
	worker() : thread([this] { work(); })
	{
	}
	~worker()
	{
		{
			std::lock_guard<std::mutex> guard(mutex);
			closing = true;
		}
		changed.notify_all();
		thread.join();
	}
	void serve(const gx_request *request)
	{
		job mine{request};
		std::unique_lock<std::mutex> lock(mutex);

		jobs.push_back(&mine);
		changed.notify_all();
		changed.wait(lock, [&] { return mine.done; });
	}

private:
	void work()
	{
		std::unique_lock<std::mutex> lock(mutex);

		for (;;) {
			changed.wait(lock, [this] { return closing || !jobs.empty(); });
			if (jobs.empty())
				return;
			job *next = jobs.front();

			jobs.pop_front();
			lock.unlock();
			run_legs(next->request);
			lock.lock();
			next->done = true;
			changed.notify_all();
		}
	}

	std::mutex mutex;
	std::condition_variable changed;
	std::deque<job *> jobs;
	bool closing = false;
	std::thread thread;
};

struct office {
	std::mutex mutex;
	std::unique_ptr<worker> workers[SLOTS];
};

void *open_gate()
{
	return new office;
}

void close_gate(void *gate)
{
	delete static_cast<office *>(gate);
}

gx_outcome handle(void *gate, const gx_request *request)
{
	office *all = static_cast<office *>(gate);
	worker *mine;

	{
		std::lock_guard<std::mutex> guard(all->mutex);
		std::unique_ptr<worker> &slot = all->workers[slot_of(request->workspace)];

		if (!slot)
			slot.reset(new worker);
		mine = slot.get();
	}
	mine->serve(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-worker", "a std::thread per workspace")
