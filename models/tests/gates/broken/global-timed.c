/* One lock for all, asked for again and again with a deadline. */
#include "../author.h"

static pthread_mutex_t of = PTHREAD_MUTEX_INITIALIZER;

static void *open_gate(void)
{
	return &of;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct timespec until = later(CLOCK_REALTIME, 1000);

	(void)gate;
	while (pthread_mutex_timedlock(&of, &until))
		until = later(CLOCK_REALTIME, 1000);
	run_legs(request);
	pthread_mutex_unlock(&of);
	return GX_RAN;
}

GATE("global-timed", "one lock for all, with deadlines")
