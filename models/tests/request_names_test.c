/*
 * What a request says of its workspace: a name, to be compared as a string. No two requests share its bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/world.h"
#include "tests/searches.h"

struct entry {
	const char *key;
	pthread_mutex_t mutex;
};

struct table {
	pthread_mutex_t mutex;
	struct entry entries[8];
};

static void *open_table(void)
{
	struct table *table = calloc(1, sizeof(*table));

	pthread_mutex_init(&table->mutex, NULL);
	for (unsigned i = 0; i < 8; i++)
		pthread_mutex_init(&table->entries[i].mutex, NULL);
	return table;
}

static void close_table(void *gate)
{
	free(gate);
}

static bool is_same_pointer(const char *a, const char *b)
{
	return a == b;
}

static bool is_same_string(const char *a, const char *b)
{
	return !strcmp(a, b);
}

static enum gx_outcome run_alone(struct table *table, const struct gx_request *request,
				 bool (*is_same)(const char *a, const char *b))
{
	struct entry *entry = table->entries;

	pthread_mutex_lock(&table->mutex);
	while (entry->key && !is_same(entry->key, request->workspace))
		entry++;
	entry->key = request->workspace;
	pthread_mutex_unlock(&table->mutex);
	pthread_mutex_lock(&entry->mutex);
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	pthread_mutex_unlock(&entry->mutex);
	return GX_RAN;
}

static enum gx_outcome by_pointer(void *gate, const struct gx_request *request)
{
	return run_alone(gate, request, is_same_pointer);
}

static enum gx_outcome by_string(void *gate, const struct gx_request *request)
{
	return run_alone(gate, request, is_same_string);
}

static struct gx_trial trial;
static struct gx_explored seen;

static void explore(const char *name, enum gx_outcome (*handle)(void *gate, const struct gx_request *request))
{
	const struct gx_gate gate = {GX_GATE_ABI, name, "of a test", open_table, close_table, handle};
	struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive, .states = 200000, .seed = 1};
	struct gx_scenario_file *file = open_scenario("double-click");

	explore_scenario(&seen, &trial, &file->scenario, &gate, &options);
	gx_scenario_free(file);
	assert_true(seen.complete);
}

static void who_compares_names_as_pointers_finds_no_lock_but_his_own(void **state)
{
	bool overlap = false;

	(void)state;
	explore("by-pointer", by_pointer);
	for (unsigned i = 0; i < seen.hit_count; i++)
		overlap |= gx_key_rule(seen.hits[i].key) == GX_RULE_OVERLAPPING_CYCLES;
	assert_true(overlap);
}

static void who_compares_them_as_strings_finds_his_workspace_s(void **state)
{
	(void)state;
	explore("by-string", by_string);
	assert_int_equal(seen.hit_count, 0);
}

static int open_world(void **state)
{
	struct gx_error err;

	(void)state;
	gx_service_register();
	return gx_world_open(&err) == GX_OK ? 0 : -1;
}

static int close_world(void **state)
{
	(void)state;
	gx_explored_release(&seen);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_compares_names_as_pointers_finds_no_lock_but_his_own),
		cmocka_unit_test(who_compares_them_as_strings_finds_his_workspace_s),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
