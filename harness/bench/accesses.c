/*
 * accesses.c - a body whose plain accesses to shared memory are seen, as a gate's from source are: compiled with -fsanitize=thread (Makefile).
 */
#include <pthread.h>

#include "bench/bench.h"
#include "core/world.h"

enum { ROLE_BODY = 1, CELLS = 64 };

/* Adopted, as static data of a plugin is. */
static struct {
	pthread_mutex_t mutex;
	uint64_t value[CELLS];
} shared;

static unsigned rounds;

/* GX_BENCH_ACCESSES of them, under the lock. */
static void seen(void *argument GX_UNUSED)
{
	uint64_t *value = shared.value;

	pthread_mutex_lock(&shared.mutex);
	for (unsigned i = 0; i < rounds; i++)
		value[i % CELLS]++;
	pthread_mutex_unlock(&shared.mutex);
}

static void __attribute__((no_sanitize("thread"))) unseen(void *argument GX_UNUSED)
{
	volatile uint64_t *value = shared.value;

	pthread_mutex_lock(&shared.mutex);
	for (unsigned i = 0; i < rounds; i++)
		value[i % CELLS]++;
	pthread_mutex_unlock(&shared.mutex);
}

static enum gx_status begin(void *context, struct gx_error *err)
{
	if (gx_world_adopt(&shared, sizeof(shared), err) != GX_OK)
		return GX_ELIMIT;
	for (unsigned i = 0; i < 2; i++)
		gx_task_autoreap(gx_task_spawn(ROLE_BODY, i, context ? seen : unseen, NULL));
	return GX_OK;
}

static bool at_rest(void *context GX_UNUSED)
{
	return false;
}

const struct gx_program *gx_bench_accesses(unsigned accesses, bool are_seen)
{
	static struct gx_program program = {.setup = begin,
					    .at_rest = at_rest,
					    .steps_max = 1u << 20,
					    .time_ns_max = GX_FOREVER};

	program.context = are_seen ? &program : NULL;
	rounds = accesses / 4; /* two tasks; each round reads and writes */
	return &program;
}
