/* Asserts that it is alone, and is not. */
#include "../author.h"

static pthread_mutex_t locks[SLOTS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				       PTHREAD_MUTEX_INITIALIZER};

static void *open_gate(void)
{
	return locks;
}

static void close_gate(void *gate)
{
	(void)gate;
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	static unsigned inside[SLOTS];
	unsigned slot = slot_of(request->workspace);

	(void)gate;
	check(++inside[slot] == 1);
	run_legs(request);
	inside[slot]--;
	return GX_RAN;
}

GATE("assertion", "asserts that it is alone")
