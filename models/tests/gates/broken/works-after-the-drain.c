/* Each request leaves a report for a thread, which writes it a minute later, whoever has shut down by then. */
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

static void *report(void *arg)
{
	sleep_ms(60000);
	gx_note("a restart was made");
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return NULL;
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	pthread_mutex_t *lock = &locks[slot_of(request->workspace)];
	pthread_t thread;

	(void)gate;
	pthread_mutex_lock(lock);
	run_legs(request);
	pthread_mutex_unlock(lock);
	pthread_create(&thread, NULL, report, lock);
	pthread_detach(thread);
	return GX_RAN;
}

GATE("works-after-the-drain", "a thread goes on after the drain")
