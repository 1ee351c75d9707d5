/* Exploring: the visited set, textbook programs whose answers are known, budgets, chance, minimising. */
#include "tests/fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/sanitizer.h"
#include "explore/clock.h"
#include "explore/rng.h"
#include "explore/visited.h"

static struct {
	uint64_t counters[8];
	uint64_t order;
	uint64_t flag[2];
	uint64_t turn;
	uint64_t inside;
	pthread_mutex_t forks[4];
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

/* ---- the visited set ---- */

enum { FINGERPRINTS = 1000000 };

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return (*x > *y) - (*x < *y);
}

static double value_of(uint64_t fingerprint)
{
	return (double)(fingerprint >> 40);
}

static struct gx_visited new_set(void)
{
	struct gx_visited set;
	struct gx_error err;

	if (gx_visited_init(&set, &err) != GX_OK)
		fail_msg("%s", err.text);
	return set;
}

static void insert(struct gx_visited *set, uint64_t fingerprint)
{
	struct gx_error err;

	if (gx_visited_insert(set, fingerprint, value_of(fingerprint), &err) != GX_OK)
		fail_msg("%s", err.text);
}

static void a_set_of_a_million_holds_what_was_put_in_and_nothing_else(void **state)
{
	uint64_t *sorted = calloc(FINGERPRINTS, sizeof(*sorted));
	struct gx_visited set = new_set();
	struct gx_rng rng = gx_rng_for(1, 0);
	unsigned wrong = 0;

	(void)state;
	for (unsigned i = 0; i < FINGERPRINTS; i++) {
		sorted[i] = gx_rng_next(&rng);
		wrong += gx_visited_find(&set, sorted[i]) != NULL;
		insert(&set, sorted[i]);
	}
	assert_int_equal(set.count, FINGERPRINTS);
	qsort(sorted, FINGERPRINTS, sizeof(*sorted), by_value);
	for (unsigned i = 0; i < FINGERPRINTS; i++) {
		const struct gx_visited_entry *entry = gx_visited_find(&set, sorted[i]);
		uint64_t absent = gx_rng_next(&rng);

		wrong += !entry || entry->fingerprint != sorted[i] || entry->value != value_of(sorted[i]);
		wrong += gx_visited_find(&set, absent) && !bsearch(&absent, sorted, FINGERPRINTS, 8, by_value);
		wrong += gx_visited_find(&set, sorted[i] + 1) != NULL && sorted[i] + 1 != sorted[i + 1];
	}
	assert_int_equal(wrong, 0);
	gx_visited_release(&set);
	free(sorted);
}

static void a_large_set_takes_at_most_24_bytes_for_each_state_at_every_size(void **state)
{
	struct gx_visited set = new_set();
	struct gx_rng rng = gx_rng_for(2, 0);
	double most = 0;

	(void)state;
	for (unsigned i = 0; i < FINGERPRINTS; i++) {
		insert(&set, gx_rng_next(&rng));
		if (set.count > 200000 && gx_visited_bytes_per_state(&set) > most)
			most = gx_visited_bytes_per_state(&set);
	}
	assert_true(most <= 24);
	assert_true(most > 16);
	gx_visited_release(&set);
}

static void values_stay_with_their_states_while_the_set_grows(void **state)
{
	struct gx_visited set = new_set();
	struct gx_rng rng = gx_rng_for(3, 0);

	(void)state;
	insert(&set, 12345);
	gx_visited_find(&set, 12345)->value = -1.0;
	for (unsigned i = 0; i < 100000; i++)
		insert(&set, gx_rng_next(&rng));
	assert_true(gx_visited_find(&set, 12345)->value == -1.0);
	gx_visited_release(&set);
}

static void the_smallest_and_the_largest_fingerprints_have_a_place(void **state)
{
	struct gx_visited set = new_set();

	(void)state;
	assert_null(gx_visited_find(&set, 0));
	insert(&set, 0);
	assert_int_equal(gx_visited_find(&set, 0)->fingerprint, 1); /* 0 marks an empty place */
	for (uint64_t i = 0; i < 2000; i++) {
		insert(&set, UINT64_MAX - i);
		insert(&set, 2 + i);
	}
	for (uint64_t i = 0; i < 2000; i++) {
		assert_non_null(gx_visited_find(&set, UINT64_MAX - i));
		assert_non_null(gx_visited_find(&set, 2 + i));
	}
	assert_null(gx_visited_find(&set, UINT64_MAX / 2));
	gx_visited_release(&set);
}

static void the_chance_of_a_collision_is_that_of_the_birthday_bound(void **state)
{
	struct gx_visited set = {.count = 1000000};

	(void)state;
	assert_true(gx_visited_collision_chance(&set) > 2.7e-8);
	assert_true(gx_visited_collision_chance(&set) < 2.72e-8); /* 10^12 / 2^65 */
	set.count = 0;
	assert_true(gx_visited_collision_chance(&set) == 0);
	assert_true(gx_visited_bytes_per_state(&set) == 0);
}

/* ---- textbook programs ---- */

static void increments(void *argument)
{
	uint64_t value = w->counters[0];

	(void)argument;
	point();
	w->counters[0] = value + 1;
}

static uint64_t counter(void)
{
	return w->counters[0];
}

static const struct fixture lost_update = {.tasks = {increments, increments}, .start = take_shared, .outcome = counter};

static void two_incrementers_lose_an_update(void **state)
{
	const struct gx_explored *out;

	(void)state;
	out = fixture_search(&lost_update);
	assert_found(OUTCOME(1), OUTCOME(2));
	assert_true(out->interleavings == 6);
	assert_false(out->infinite);
	assert_int_equal(out->depth, 4);
}

static unsigned accesses;

static void accesses_its_own(void *argument)
{
	w->counters[number_of(argument)]++;
	for (unsigned i = 1; i < accesses; i++) {
		point();
		w->counters[number_of(argument)]++;
	}
}

/* (n k)! / k!^n */
static double multinomial(unsigned tasks, unsigned steps)
{
	double result = 1;

	for (unsigned task = 1; task <= tasks; task++)
		for (unsigned i = 1; i <= steps; i++)
			result = result * ((task - 1) * steps + i) / i;
	return result;
}

static struct fixture some_accessors(unsigned tasks)
{
	struct fixture program = {.start = take_shared};

	for (unsigned i = 0; i < tasks; i++)
		program.tasks[i] = accesses_its_own;
	return program;
}

static void unlocked_tasks_interleave_in_multinomially_many_ways(void **state)
{
	static const struct {
		unsigned tasks, accesses;
		double ways;
	} rows[] = {{1, 5, 1},         {2, 1, 2},   {2, 2, 6},
		    {2, 4, 70},        {3, 2, 90},  {3, 3, 1680},
		    {4, 2, 2520},      {5, 1, 120}, {2, 20, 137846528820},
		    {3, 8, 9465511770}};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fixture program = some_accessors(rows[i].tasks);
		const struct gx_explored *out;

		accesses = rows[i].accesses;
		assert_true(multinomial(rows[i].tasks, accesses) == rows[i].ways);
		out = fixture_search(&program);
		assert_true(out->interleavings == rows[i].ways);
		assert_int_equal(out->depth, rows[i].tasks * accesses);
		assert_int_equal(out->end_states, 1);
	}
}

static void without_the_visited_set_each_interleaving_is_one_execution(void **state)
{
	(void)state;
	for (unsigned tasks = 2; tasks <= 4; tasks++) {
		const struct fixture program = some_accessors(tasks);
		const struct gx_explored *out;

		accesses = tasks == 4 ? 2 : 4;
		out = fixture_explore(&program, &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive,
									     .no_visited = true});
		assert_true(out->complete);
		assert_int_equal(out->executions, multinomial(tasks, accesses));
	}
}

static unsigned philosophers;
static bool one_is_left_handed;

static void dines(void *argument)
{
	unsigned first = number_of(argument) - 1;
	unsigned second = (first + 1) % philosophers;

	if (one_is_left_handed && !first) {
		first = second;
		second = 0;
	}
	pthread_mutex_lock(&w->forks[first]);
	pthread_mutex_lock(&w->forks[second]);
	pthread_mutex_unlock(&w->forks[second]);
	pthread_mutex_unlock(&w->forks[first]);
}

static void philosophers_deadlock_unless_one_is_left_handed(void **state)
{
	(void)state;
	for (philosophers = 2; philosophers <= 4; philosophers++) {
		struct fixture table = {.start = take_shared};

		for (unsigned i = 0; i < philosophers; i++)
			table.tasks[i] = dines;
		one_is_left_handed = false;
		fixture_search(&table);
		assert_found(FOUND_DEADLOCK);
		one_is_left_handed = true;
		assert_int_equal(fixture_search(&table)->hit_count, 0);
	}
}

static void enters(void)
{
	w->inside++;
	w->order |= w->inside > 1;
	point();
	w->inside--;
}

static void enters_by_peterson(void *argument)
{
	unsigned me = number_of(argument) - 1;

	w->flag[me] = 1;
	point();
	w->turn = !me;
	point();
	while (w->flag[!me] && w->turn == !me)
		point();
	enters();
	w->flag[me] = 0;
}

/* The flag comes too late: both may have looked by then. */
static void enters_by_looking_first(void *argument)
{
	unsigned me = number_of(argument) - 1;

	while (w->flag[!me])
		point();
	point();
	w->flag[me] = 1;
	enters();
	w->flag[me] = 0;
}

static uint64_t order(void)
{
	return w->order;
}

static void petersons_lock_keeps_one_out_and_a_naive_one_does_not(void **state)
{
	static const struct fixture peterson = {.tasks = {enters_by_peterson, enters_by_peterson},
						.start = take_shared,
						.outcome = order};
	static const struct fixture naive = {.tasks = {enters_by_looking_first, enters_by_looking_first},
					     .start = take_shared,
					     .outcome = order};

	(void)state;
	assert_true(
		fixture_search(&peterson)->infinite); /* who spins may spin for ever, if the other is never let run */
	assert_found(OUTCOME(0));
	assert_true(fixture_search(&naive)->infinite);
	assert_found(OUTCOME(0), OUTCOME(1));
}

/* ---- budgets ---- */

enum { NOT_FIRST = 7 };

/* No two orders lead to one state. */
static void notes_the_order(void *argument)
{
	for (unsigned i = 0; i < 8; i++) {
		w->order = w->order * 4 + number_of(argument);
		if (w->order == number_of(argument) && w->order > 1)
			gx_explore_hit(NOT_FIRST); /* somebody else began */
		point();
	}
}

static const struct fixture endless = {.tasks = {notes_the_order, notes_the_order, notes_the_order},
				       .start = take_shared};

static void a_search_says_that_its_states_are_used_up(void **state)
{
	const struct gx_explored *out;

	(void)state;
	out = fixture_explore(&endless,
			      &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive, .states = 5000});
	assert_false(out->complete);
	assert_true(out->searched);
	assert_string_equal(out->why, "the state budget is used up");
	assert_int_equal(out->states, 5000);
	assert_true(out->interleavings == 0);
}

static void searching_and_sampling_say_that_the_time_is_used_up(void **state)
{
	const struct gx_explored *out;
	double started = gx_wall_seconds();

	(void)state;
	out = fixture_explore(&endless,
			      &(struct gx_explore_options){.strategy = &gx_strategy_exhaustive, .seconds = 0.05});
	assert_false(out->complete);
	assert_string_equal(out->why, "the time budget is used up");
	out = fixture_explore(&endless, &(struct gx_explore_options){.strategy = &gx_strategy_random,
								     .executions = UINT64_MAX,
								     .seconds = 0.05});
	assert_string_equal(out->why, "the time budget is used up");
	assert_false(out->complete);
	assert_false(out->searched);
	assert_true(gx_wall_seconds() - started < 2);
}

static void stopping_at_the_first_finding_stops_there(void **state)
{
	const struct gx_explored *out;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		out = fixture_explore(&lost_update,
				      &(struct gx_explore_options){.strategy = i ? &gx_strategy_random
										 : &gx_strategy_exhaustive,
								   .executions = 1000,
								   .stop_at_first = true});
		assert_string_equal(out->why, "stopped at the first finding");
		assert_false(out->complete);
		assert_int_equal(out->hit_count, 1);
		assert_int_equal(out->hits[0].count, 1);
		assert_int_equal(out->executions, 1);
	}
}

static volatile sig_atomic_t interrupted;
static unsigned progresses;

static void interrupts(void *context, const struct gx_progress *progress)
{
	assert_ptr_equal(context, &progresses);
	assert_true(progress->transitions + progress->executions > 0);
	if (++progresses == 3)
		interrupted = 1;
}

static void an_interruption_is_obeyed_and_told(void **state)
{
	static const struct gx_strategy *const strategies[] = {&gx_strategy_exhaustive, &gx_strategy_random};
	const struct gx_explored *out;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		interrupted = 0;
		progresses = 0;
		out = fixture_explore(&endless, &(struct gx_explore_options){.strategy = strategies[i],
									     .executions = UINT64_MAX,
									     .interrupted = &interrupted,
									     .progress = interrupts,
									     .progress_context = &progresses});
		assert_true(out->interrupted);
		assert_false(out->complete);
		assert_string_equal(out->why, "interrupted");
	}
}

static void auto_searches_first_and_samples_what_is_left(void **state)
{
	const struct gx_explored *out;

	(void)state;
	out = fixture_explore(&endless, &(struct gx_explore_options){.strategy = &gx_strategy_auto,
								     .states = 1000,
								     .executions = 500,
								     .seed = 1});
	assert_false(out->complete);
	assert_true(out->searched);
	assert_string_equal(out->why, "the state budget is used up");
	assert_true(out->executions >= 500);
	assert_found(NOT_FIRST); /* far from where 1000 states of a depth first search reach */
	out = fixture_explore(&lost_update, &(struct gx_explore_options){.strategy = &gx_strategy_auto,
									 .states = 1000,
									 .executions = 500});
	assert_true(out->complete);
	assert_true(out->executions < 500);
}

static void every_strategy_has_a_name_and_a_summary(void **state)
{
	(void)state;
	for (unsigned i = 0; gx_strategies[i]; i++) {
		assert_ptr_equal(gx_strategy_find(gx_strategies[i]->name), gx_strategies[i]);
		assert_true(strlen(gx_strategies[i]->summary) > 10);
		assert_true((gx_strategies[i]->plan == GX_PLAN_SAMPLE) == (gx_strategies[i]->choose != NULL));
	}
	assert_null(gx_strategy_find("exhaustively"));
}

/* ---- chance ---- */

static bool same_path(const struct gx_path *a, const struct gx_path *b)
{
	return a->count == b->count && !memcmp(a->choice, b->choice, a->count * sizeof(a->choice[0]));
}

static struct gx_path path_by_chance(uint64_t seed)
{
	struct gx_path path = {0};

	fixture_explore(&lost_update,
			&(struct gx_explore_options){.strategy = &gx_strategy_random, .seed = seed, .executions = 100});
	gx_path_copy(&path, &fixture_hit(OUTCOME(1))->path);
	return path;
}

static void the_same_seed_finds_the_same_path_and_another_another(void **state)
{
	struct gx_path path = path_by_chance(1);
	unsigned others = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct gx_path first = path_by_chance(seed);
		struct gx_path second = path_by_chance(seed);

		assert_true(same_path(&first, &second));
		others += !same_path(&first, &path);
		gx_path_release(&first);
		gx_path_release(&second);
	}
	assert_in_range(others, 1, 7);
	gx_path_release(&path);
}

static void sampling_counts_executions_points_and_hits(void **state)
{
	const struct gx_explored *out;

	(void)state;
	out = fixture_explore(&lost_update,
			      &(struct gx_explore_options){.strategy = &gx_strategy_random, .executions = 6000});
	assert_int_equal(out->executions, 6000);
	assert_int_equal(out->points, 4 * 6000);
	assert_int_equal(out->depth, 4);
	assert_int_equal(out->rechecked, 13); /* executions 0, 1, 3, 7, ... 4095 */
	assert_false(out->complete);
	assert_string_equal(out->why, "");
	/* It is lost unless whoever began goes on at once: every second time. */
	assert_int_equal(fixture_hit(OUTCOME(1))->count + fixture_hit(OUTCOME(2))->count, 6000);
	assert_in_range(fixture_hit(OUTCOME(1))->count, 2850, 3150);
}

/* ---- minimising ---- */

static void is_overtaken(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < 6; i++)
		point();
	w->flag[0] = 1;
	point();
	if (!w->flag[1])
		w->flag[0] = 0;
	for (unsigned i = 0; i < 6; i++)
		point();
}

static void overtakes(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < 6; i++)
		point();
	if (w->flag[0])
		gx_explore_hit(1);
	w->flag[1] = 1;
	for (unsigned i = 0; i < 6; i++)
		point();
	if (w->flag[0])
		gx_explore_hit(2);
}

static const struct fixture overtaking = {.tasks = {is_overtaken, overtakes, notes_the_order}, .start = take_shared};

/* The minimal number of preemptions for a key, and a path that really shows it. */
static unsigned minimal(uint64_t key, unsigned *steps)
{
	struct gx_choice options[GX_OPTIONS_MAX];
	struct gx_path path = {0};
	struct gx_minimising job = {.key = key, .states = 100000};
	struct gx_error err;

	fixture_explore(&overtaking,
			&(struct gx_explore_options){.strategy = &gx_strategy_random, .executions = 2000, .seed = 1});
	gx_path_copy(&path, &fixture_hit(key)->path);
	if (gx_minimise(&path, &job, &err) != GX_OK)
		fail_msg("%s", err.text);
	assert_true(job.proven);
	assert_int_equal(gx_count_preemptions(&path, NULL), job.preemptions);
	*steps = path.count;
	for (uint32_t i = 0; i < path.count; i++) {
		unsigned count = gx_sched_options(options);
		unsigned j = 0;

		while (j < count && memcmp(&options[j], &path.choice[i], sizeof(options[j])) != 0)
			j++;
		assert_true(j < count);
		gx_sched_step(path.choice[i]);
	}
	if (key == 1)
		assert_true(w->flag[0] && w->flag[1]);
	gx_sched_reset();
	gx_path_release(&path);
	return job.preemptions;
}

static void a_finding_is_minimised_to_as_few_preemptions_as_it_needs(void **state)
{
	unsigned steps;

	(void)state;
	assert_int_equal(minimal(1, &steps), 1); /* only while the other stands between its two writes */
	assert_int_equal(steps, 7 + 7);
	assert_int_equal(minimal(2, &steps), 1);
	assert_int_equal(minimal(NOT_FIRST, &steps), 0); /* nobody else has to have begun */
	assert_int_equal(steps, 1);
}

static void dawdles_if_it_is_first(void *argument)
{
	(void)argument;
	point();
	for (unsigned i = 0; i < 5 && !w->flag[0]; i++)
		point();
	w->flag[1] = 1;
}

static void hurries(void *argument)
{
	(void)argument;
	point();
	w->flag[0] = 1;
}

static void comes_last(void *argument)
{
	(void)argument;
	point();
	point();
	if (w->flag[0] && w->flag[1])
		gx_explore_hit(1);
}

/* Depth first, the state behind the first two is come to by the longer way first. */
static void a_shorter_way_to_a_state_that_was_seen_is_taken(void **state)
{
	static const struct fixture program = {.tasks = {dawdles_if_it_is_first, hurries, comes_last},
					       .start = take_shared};
	struct gx_minimising job = {.key = 1, .states = 100000};
	struct gx_path path = {0};
	struct gx_error err;

	(void)state;
	fixture_search(&program);
	gx_path_copy(&path, &fixture_hit(1)->path);
	assert_true(path.count > 7);
	assert_int_equal(gx_minimise(&path, &job, &err), GX_OK);
	assert_true(job.proven);
	assert_int_equal(job.preemptions, 0);
	assert_int_equal(path.count, 2 + 2 + 3);
	gx_path_release(&path);
}

static void chunks_are_left_out_of_a_path_that_is_too_long_to_search(void **state)
{
	struct gx_minimising job = {.key = 1, .states = 3}; /* next to nothing */
	struct gx_path path = {0};
	struct gx_error err;

	(void)state;
	fixture_explore(&overtaking,
			&(struct gx_explore_options){.strategy = &gx_strategy_random, .executions = 2000, .seed = 1});
	gx_path_copy(&path, &fixture_hit(1)->path);
	assert_true(gx_count_preemptions(&path, NULL) > 4);
	assert_int_equal(gx_minimise(&path, &job, &err), GX_OK);
	assert_false(job.proven);
	assert_int_equal(gx_count_preemptions(&path, NULL), job.preemptions);
	assert_in_range(job.preemptions, 1, 2);
	assert_in_range(path.count, 14, 20);
	gx_path_release(&path);
}

static void preemptions_are_marked_where_they_happen(void **state)
{
	static const struct gx_choice steps[] = {{.task = 1}, {.task = 1}, {.task = 2}, {.task = 2}, {.task = 1}};
	struct gx_path path = {0};
	bool marks[5];

	(void)state;
	fixture_load(&overtaking);
	for (unsigned i = 0; i < 5; i++)
		gx_path_push(&path, steps[i]);
	assert_int_equal(gx_count_preemptions(&path, marks), 2);
	assert_false(marks[0] || marks[1] || marks[3]);
	assert_true(marks[2] && marks[4]);
	gx_path_release(&path);
}

static void a_switch_away_from_a_blocked_or_ended_task_is_no_preemption(void **state)
{
	static const struct gx_choice steps[] = {{.task = 1}, {.task = 1}, {.task = 2}, {.task = 2}};
	struct gx_path path = {0};

	(void)state;
	fixture_load(&lost_update);
	for (unsigned i = 0; i < 4; i++)
		gx_path_push(&path, steps[i]);
	assert_int_equal(gx_count_preemptions(&path, NULL), 0);
	gx_path_release(&path);
}

/*
 * Two tasks go round, one until it sees the other's flag up, the other, who raises and lowers it, until the first has seen it; beside them one
 * that takes a single step. So there are two loops alike, and the way out of the second one leads to states that are known from the first.
 */
static void waits_for_the_flag(void *argument)
{
	(void)argument;
	while (!w->counters[0])
		point();
	w->counters[1] = 1;
}

static void waves_the_flag(void *argument)
{
	(void)argument;
	while (!w->counters[1]) {
		w->counters[0] = !w->counters[0];
		point();
	}
	w->counters[0] = 0;
}

static void takes_a_step(void *argument)
{
	(void)argument;
	point();
	w->counters[2] = 1;
}

static void a_way_out_that_was_seen_before_is_one(void **state)
{
	static const struct fixture program = {.tasks = {waves_the_flag, waits_for_the_flag, takes_a_step},
					       .start = take_shared,
					       .outcome = counter};

	(void)state;
	fixture_search(&program);
	assert_found(OUTCOME(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_of_a_million_holds_what_was_put_in_and_nothing_else),
		cmocka_unit_test(a_large_set_takes_at_most_24_bytes_for_each_state_at_every_size),
		cmocka_unit_test(values_stay_with_their_states_while_the_set_grows),
		cmocka_unit_test(the_smallest_and_the_largest_fingerprints_have_a_place),
		cmocka_unit_test(the_chance_of_a_collision_is_that_of_the_birthday_bound),
		cmocka_unit_test(two_incrementers_lose_an_update),
		cmocka_unit_test(unlocked_tasks_interleave_in_multinomially_many_ways),
		cmocka_unit_test(without_the_visited_set_each_interleaving_is_one_execution),
		cmocka_unit_test(philosophers_deadlock_unless_one_is_left_handed),
		cmocka_unit_test(petersons_lock_keeps_one_out_and_a_naive_one_does_not),
		cmocka_unit_test(a_search_says_that_its_states_are_used_up),
		cmocka_unit_test(searching_and_sampling_say_that_the_time_is_used_up),
		cmocka_unit_test(stopping_at_the_first_finding_stops_there),
		cmocka_unit_test(an_interruption_is_obeyed_and_told),
		cmocka_unit_test(auto_searches_first_and_samples_what_is_left),
		cmocka_unit_test(every_strategy_has_a_name_and_a_summary),
		cmocka_unit_test(the_same_seed_finds_the_same_path_and_another_another),
		cmocka_unit_test(sampling_counts_executions_points_and_hits),
		cmocka_unit_test(a_finding_is_minimised_to_as_few_preemptions_as_it_needs),
		cmocka_unit_test(a_shorter_way_to_a_state_that_was_seen_is_taken),
		cmocka_unit_test(chunks_are_left_out_of_a_path_that_is_too_long_to_search),
		cmocka_unit_test(a_way_out_that_was_seen_before_is_one),
		cmocka_unit_test(preemptions_are_marked_where_they_happen),
		cmocka_unit_test(a_switch_away_from_a_blocked_or_ended_task_is_no_preemption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
