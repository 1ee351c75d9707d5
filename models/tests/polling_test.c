/*
 * Gates that poll instead of blocking: a trylock and a sleep. As correct as any, and no reason for many states: how long they sleep nobody
 * has seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sanitizer.h"
#include "core/world.h"
#include "explore/explore.h"
#include "gates/gates.h"
#include "scenario/file.h"
#include "tests/machine.h"
#include "tests/searches.h"
#include "trial/trial.h"

static struct gx_trial trial;
static struct gx_explored seen;

/* ---- the gates ---- */

struct poller {
	pthread_mutex_t mutex;
	unsigned polls;
};

static void *open_gate(void)
{
	struct poller *poller = calloc(1, sizeof(*poller));

	pthread_mutex_init(&poller->mutex, NULL);
	return poller;
}

static void close_gate(void *gate)
{
	pthread_mutex_destroy(&((struct poller *)gate)->mutex);
	free(gate);
}

/* Who counts has no two rounds that are one state. */
static void poll_and_run(struct poller *poller, const struct gx_request *request, bool counts)
{
	while (pthread_mutex_trylock(&poller->mutex)) {
		poller->polls += counts;
		usleep(1000);
	}
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
}

static enum gx_outcome handle(void *gate, const struct gx_request *request)
{
	struct poller *poller = gate;

	poll_and_run(poller, request, false);
	pthread_mutex_unlock(&poller->mutex);
	return GX_RAN;
}

/* Never lets go: whoever comes next polls for ever. */
static enum gx_outcome handle_and_keep(void *gate, const struct gx_request *request)
{
	poll_and_run(gate, request, false);
	return GX_RAN;
}

static enum gx_outcome handle_and_count(void *gate, const struct gx_request *request)
{
	struct poller *poller = gate;

	poll_and_run(poller, request, true);
	pthread_mutex_unlock(&poller->mutex);
	return GX_RAN;
}

/* With seconds between its rounds it comes to the limit of time before that of steps. */
static enum gx_outcome handle_and_sleep(void *gate, const struct gx_request *request)
{
	const struct poller *poller = gate;

	poll_and_run(gate, request, false);
	while (!poller->polls)
		sleep(1);
	return GX_RAN;
}

/* It waits twice for the one inside, and then goes ahead. */
struct monitor {
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	bool busy;
};

static void *open_monitor(void)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	pthread_mutex_init(&monitor->mutex, NULL);
	pthread_cond_init(&monitor->freed, NULL);
	return monitor;
}

static void close_monitor(void *gate)
{
	free(gate);
}

static enum gx_outcome handle_after_two_wake_ups(void *gate, const struct gx_request *request)
{
	struct monitor *monitor = gate;

	pthread_mutex_lock(&monitor->mutex);
	for (unsigned i = 0; monitor->busy && i < 2; i++)
		pthread_cond_wait(&monitor->freed, &monitor->mutex);
	monitor->busy = true;
	pthread_mutex_unlock(&monitor->mutex);
	if (gx_stop(request) == GX_LEG_DONE)
		gx_start(request);
	pthread_mutex_lock(&monitor->mutex);
	monitor->busy = false;
	pthread_cond_signal(&monitor->freed);
	pthread_mutex_unlock(&monitor->mutex);
	return GX_RAN;
}

static const struct gx_gate impatient = {.abi = GX_GATE_ABI,
					 .name = "impatient",
					 .summary = "two wake-ups are enough",
					 .open = open_monitor,
					 .close = close_monitor,
					 .handle = handle_after_two_wake_ups};

static unsigned nap_seconds;

static enum gx_outcome handle_and_nap(void *gate, const struct gx_request *request)
{
	(void)gate;
	sleep(nap_seconds);
	gx_stop(request);
	gx_start(request);
	sleep(nap_seconds);
	return GX_RAN;
}

static const struct gx_gate polls = {.abi = GX_GATE_ABI,
				     .name = "polls",
				     .summary = "trylock and usleep",
				     .open = open_gate,
				     .close = close_gate,
				     .handle = handle};
static const struct gx_gate keeps = {.abi = GX_GATE_ABI,
				     .name = "keeps",
				     .summary = "the same without an unlock",
				     .open = open_gate,
				     .close = close_gate,
				     .handle = handle_and_keep};
static const struct gx_gate counts = {.abi = GX_GATE_ABI,
				      .name = "counts",
				      .summary = "it counts how often it has polled",
				      .open = open_gate,
				      .close = close_gate,
				      .handle = handle_and_count};
static const struct gx_gate sleeps = {.abi = GX_GATE_ABI,
				      .name = "sleeps",
				      .summary = "it sleeps for ever, a second at a time",
				      .open = open_gate,
				      .close = close_gate,
				      .handle = handle_and_sleep};
static const struct gx_gate naps = {.abi = GX_GATE_ABI,
				    .name = "naps",
				    .summary = "it takes its time",
				    .open = open_gate,
				    .close = close_gate,
				    .handle = handle_and_nap};

/* ---- */

static const struct gx_explored *explore(const char *scenario, const struct gx_gate *gate,
					 const struct gx_strategy *strategy)
{
	struct gx_explore_options options = {.strategy = strategy, .states = 1000000, .executions = 300, .seed = 1};
	struct gx_scenario_file *file = open_scenario(scenario);

	explore_scenario(&seen, &trial, &file->scenario, gate, &options);
	gx_scenario_free(file);
	return &seen;
}

static bool has_found(enum gx_rule rule)
{
	for (unsigned i = 0; i < seen.hit_count; i++)
		if (gx_key_rule(seen.hits[i].key) == rule)
			return true;
	return false;
}

static const char *const scenarios[] = {"double-click", "two-workspaces", "burst-mutations"};
enum { SCENARIOS = GX_ASAN ? 1 : sizeof(scenarios) / sizeof(scenarios[0]) };

/* One lock for all workspaces: where there are two, one waits for the other's leg. */
static void assert_isolation_alone(const char *scenario)
{
	bool two = !strcmp(scenario, "two-workspaces");

	assert_int_equal(seen.hit_count > 0, two);
	for (unsigned i = 0; i < seen.hit_count; i++)
		assert_int_equal(gx_key_rule(seen.hits[i].key), GX_RULE_ISOLATION);
}

static void a_gate_that_polls_is_as_good_as_one_that_blocks_and_all_of_it_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENARIOS; i++) {
		assert_true(explore(scenarios[i], &polls, &gx_strategy_exhaustive)->complete);
		assert_true(seen.infinite); /* who polls may poll for ever, if nobody else is ever let run */
		assert_isolation_alone(scenarios[i]);
		explore(scenarios[i], &polls, &gx_strategy_random);
		assert_isolation_alone(scenarios[i]);
	}
}

static void polling_costs_few_states_more_than_blocking(void **state)
{
	uint64_t blocking;

	(void)state;
	if (GX_ASAN)
		SKIP("ASan keeps words of its own in frames: hardly any two ways lead to one state");
	blocking = explore("burst-mutations", gx_gate_find("per-workspace"), &gx_strategy_exhaustive)->states;
	assert_true(explore("burst-mutations", &polls, &gx_strategy_exhaustive)->states <= 5 * blocking);
}

static void a_gate_that_is_polled_for_ever_is_found_by_either_strategy(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENARIOS; i++) {
		explore(scenarios[i], &keeps, &gx_strategy_exhaustive);
		assert_true(seen.complete);
		assert_true(has_found(GX_RULE_LIVELOCK));
		explore(scenarios[i], &keeps, &gx_strategy_random);
		assert_true(has_found(GX_RULE_LIVELOCK));
	}
}

/* No two of its rounds are one state: some have to be left out, and the result says so. */
static void a_gate_that_counts_its_polls_is_no_loop_without_an_end_and_not_all_of_it_is_seen(void **state)
{
	(void)state;
	if (GX_ASAN)
		SKIP("ASan keeps words of its own in frames: hardly any two ways lead to one state");
	assert_false(explore("double-click", &counts, &gx_strategy_exhaustive)->complete);
	assert_int_equal(seen.cut, GX_CUT_OVERTAKES);
	assert_non_null(strstr(seen.why, "clock"));
	assert_int_equal(seen.hit_count, 0);
}

static void any_number_of_wake_ups_may_come_for_no_reason(void **state)
{
	(void)state;
	explore("double-click", &impatient, &gx_strategy_exhaustive);
	assert_true(seen.complete);
	assert_true(has_found(GX_RULE_OVERLAPPING_CYCLES));
}

/* How the search shows a loop without an end says nothing of what tells its states apart. */
static void a_loop_without_an_end_is_shown_by_few_states(void **state)
{
	(void)state;
	explore("double-click", &sleeps, &gx_strategy_exhaustive);
	assert_true(seen.complete);
	assert_true(has_found(GX_RULE_LIVELOCK));
	assert_true(GX_ASAN || seen.states < 10000);
}

/*
 * Ten minutes are the limit, and what goes by while somebody could have stepped does not count. So what two requests take one after
 * the other is no finding where they could be beside each other; what goes beyond the limit all the same is one, whoever looks.
 */
static void the_limit_of_time_is_the_same_to_either_strategy(void **state)
{
	static const struct {
		unsigned seconds;
		bool is_over;
	} cases[] = {{140, false}, {220, false}, {290, false}, {310, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		nap_seconds = cases[i].seconds;
		explore("two-workspaces", &naps, &gx_strategy_random);
		assert_int_equal(has_found(GX_RULE_STEP_LIMIT), cases[i].is_over);
		if (GX_ASAN)
			continue;
		assert_true(explore("two-workspaces", &naps, &gx_strategy_exhaustive)->complete);
		assert_int_equal(has_found(GX_RULE_STEP_LIMIT), cases[i].is_over);
	}
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
		cmocka_unit_test(a_gate_that_polls_is_as_good_as_one_that_blocks_and_all_of_it_is_seen),
		cmocka_unit_test(polling_costs_few_states_more_than_blocking),
		cmocka_unit_test(a_gate_that_is_polled_for_ever_is_found_by_either_strategy),
		cmocka_unit_test(a_gate_that_counts_its_polls_is_no_loop_without_an_end_and_not_all_of_it_is_seen),
		cmocka_unit_test(any_number_of_wake_ups_may_come_for_no_reason),
		cmocka_unit_test(a_loop_without_an_end_is_shown_by_few_states),
		cmocka_unit_test(the_limit_of_time_is_the_same_to_either_strategy),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
