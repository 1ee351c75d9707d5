#include <pthread.h>

#include "bench/bench.h"
#include "core/world.h"

enum { LOCKED_ACCESSES = 6, UNLOCKED_ACCESSES = 8 };

/* A label that nobody has a name for, and a role that is no thread's. */
enum { L_ACCESS = GX_LABELS_END - 6, ROLE_BODY = 1 };

struct cells {
	pthread_mutex_t mutex;
	uint64_t value[4];
};

static struct cells *cells;

static void access_cell(unsigned nth)
{
	gx_point_simple(L_ACCESS, GX_READ | GX_WRITE, nth + 1);
	cells->value[nth & 3]++;
}

static void locked(void *argument GX_UNUSED)
{
	pthread_mutex_lock(&cells->mutex);
	for (unsigned i = 0; i < LOCKED_ACCESSES; i++)
		access_cell(i);
	pthread_mutex_unlock(&cells->mutex);
}

static void unlocked(void *argument GX_UNUSED)
{
	for (unsigned i = 0; i < UNLOCKED_ACCESSES; i++)
		access_cell(i);
}

static enum gx_status begin(void (*body)(void *), unsigned tasks)
{
	cells = gx_world_shared(sizeof(*cells));
	for (unsigned i = 0; i < tasks; i++) {
		struct gx_task *task = gx_task_spawn(ROLE_BODY, i, body, NULL);

		GX_ASSERT(task);
		gx_task_autoreap(task);
	}
	return GX_OK;
}

static enum gx_status begin_locked(void *context GX_UNUSED, struct gx_error *err GX_UNUSED)
{
	return begin(locked, 2);
}

static enum gx_status begin_unlocked(void *context GX_UNUSED, struct gx_error *err GX_UNUSED)
{
	return begin(unlocked, 3);
}

static bool at_rest(void *context GX_UNUSED)
{
	return false;
}

static const struct gx_program programs[] = {
	{.setup = begin_locked, .at_rest = at_rest, .steps_max = 1000, .time_ns_max = GX_FOREVER},
	{.setup = begin_unlocked, .at_rest = at_rest, .steps_max = 1000, .time_ns_max = GX_FOREVER},
};

const struct gx_program *gx_bench_locked_body(void)
{
	return &programs[0];
}

const struct gx_program *gx_bench_unlocked_body(void)
{
	return &programs[1];
}
