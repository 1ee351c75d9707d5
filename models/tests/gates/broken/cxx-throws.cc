// What at() throws when the workspace is not in the table leaves handle().
#include <map>
#include <mutex>
#include <string>

#include "../author.h"

namespace {
std::map<std::string, int> known;

void *open_gate()
{
	known["ws-b"] = 1;
	return &known;
}

void close_gate(void *)
{
	known.clear();
}

gx_outcome handle(void *, const gx_request *request)
{
	known.at(request->workspace);
	run_legs(request);
	return GX_RAN;
}
} // namespace

GATE("cxx-throws", "an exception leaves handle()")
