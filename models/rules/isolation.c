#include "rules/isolation.h"

static bool isolated(const struct gx_isolation_task *view, unsigned count, unsigned blocked)
{
	unsigned others = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct gx_isolation_task *task = &view[i];

		if (i == blocked)
			continue;
		if (task->in_leg && task->leg_workspace == view[blocked].workspace)
			return false; /* under way, even if its task rests */
		if (task->at_rest)
			continue;
		if (!task->in_leg)
			return false;
		others++;
	}
	return others > 0;
}

unsigned gx_isolation_broken(const struct gx_isolation_task *view, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (view[i].blocked_in_gate && isolated(view, count, i))
			return view[i].request;
	return 0;
}
