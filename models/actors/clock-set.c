/* Somebody, or something (NTP behind a long outage, a machine that wakes up), sets the clock on the wall: P7, and whoever compares times. */
#include "actors/internal.h"
#include "posix/posix.h"

static void act(const struct gx_acting *a)
{
	gx_posix_jump(a->by_ns);
}

const struct gx_actor_row gx_actor_clock_set = {
	.name = "clock-set",
	.summary = "the wall clock is set forward or back, by `by`; takes no workspace",
	.traits = GX_ACTOR_OF_ALL | GX_ACTOR_IS_MACHINE,
	.act = act,
};
