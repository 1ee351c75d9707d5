/*
 * bench.c - the figures of the engine, as one table: `make bench`.
 *
 * Every figure is the best of a few rounds (the machine's noise only ever adds). Where it is a rate, what one point or transition takes stands beside it,
 * in fcontext switches: these are the floor of everything, measured in the same run. Nothing here passes or fails.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/memory.h"
#include "access/races.h"
#include "bench/bench.h"
#include "core/fcontext.h"
#include "core/identity.h"
#include "core/sched.h"
#include "core/world.h"
#include "explore/clock.h"
#include "explore/explore.h"
#include "explore/replay.h"
#include "gates/gates.h"
#include "hosts/tsan.h"
#include "scenario/file.h"
#include "scenario/find.h"
#include "trial/trial.h"

enum { ROUNDS = 5 };

static struct gx_explored seen; /* large */

static void __attribute__((noreturn)) die(const struct gx_error *err)
{
	fprintf(stderr, "bench: %s\n", err->text);
	exit(1);
}

static double floor_ns; /* one switch */

/* `rate`: points or transitions per second; 0: the figure is none. */
static void row(const char *what, const char *target, double rate, const char *format, ...) GX_PRINTF(4, 5);
static void row(const char *what, const char *target, double rate, const char *format, ...)
{
	char figure[64];
	char switches[16] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(figure, sizeof(figure), format, args);
	va_end(args);
	if (rate > 0)
		snprintf(switches, sizeof(switches), "%.1f", 1e9 / rate / floor_ns);
	printf("%-66s %20s %12s   %s\n", what, figure, switches, target);
	fflush(stdout);
}

/* ---- the floor ---- */

static void echo(struct gx_transfer transfer)
{
	for (;;)
		transfer = jump_fcontext(transfer.from, NULL);
}

static double switch_ns(void)
{
	enum { SWITCHES = 10000000 };
	static unsigned char stack[16384] __attribute__((aligned(64)));
	double best = 1e9;

	for (unsigned round = 0; round < ROUNDS; round++) {
		gx_fcontext other = make_fcontext(stack + sizeof(stack), sizeof(stack), echo);
		double start = gx_wall_seconds();
		double ns;

		for (unsigned i = 0; i < SWITCHES / 2; i++)
			other = jump_fcontext(other, NULL).from;
		ns = (gx_wall_seconds() - start) * 1e9 / SWITCHES;
		best = ns < best ? ns : best;
	}
	return best;
}

/* ---- small programs without the models ---- */

static void explore(const struct gx_explore_options *options)
{
	struct gx_error err;

	gx_explored_release(&seen);
	if (gx_explore(&seen, options, &err) != GX_OK)
		die(&err);
}

static void load(const struct gx_program *program)
{
	struct gx_error err;

	if (gx_sched_load(program, &err) != GX_OK)
		die(&err);
}

/* Executions and points per second of the loaded program, in the best of a few rounds with different seeds. */
static void random_rates(uint64_t count, double *executions, double *points)
{
	struct gx_explore_options options = {.strategy = &gx_strategy_random, .executions = count};

	*executions = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		options.seed = i + 1;
		explore(&options);
		if ((double)seen.executions / seen.seconds > *executions) {
			*executions = (double)seen.executions / seen.seconds;
			*points = (double)seen.points / seen.seconds;
		}
	}
}

static void bare_body(void)
{
	double executions;
	double points;

	load(gx_bench_locked_body());
	random_rates(300000, &executions, &points);
	row("two tasks, lock, 6 accesses, unlock; random, no rules: executions/s",
	    GX_HOST_TSAN ? ">= 0.4 M" : ">= 1.5 M", 0, "%.2f M", executions / 1e6);
	row("  the same in points/s", GX_HOST_TSAN ? "" : ">= 35 M", points, "%.1f M", points / 1e6);
}

static void three_unlocked(void)
{
	struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive};
	double best = 1e9;

	load(gx_bench_unlocked_body());
	for (unsigned i = 0; i < ROUNDS; i++) {
		explore(&options);
		best = seen.seconds < best ? seen.seconds : best;
	}
	row("three unlocked tasks of 8 accesses, complete", "<= 1 ms", 0, "%.2f ms", best * 1e3);
	row("  interleavings that this covers", "", 0, "%.0f", seen.interleavings);
}

static double ns_per_execution(unsigned accesses, bool are_seen)
{
	double executions;
	double points;

	load(gx_bench_accesses(accesses, are_seen));
	random_rates(20000, &executions, &points);
	return 1e9 / executions;
}

static void memory(void)
{
	enum { ACCESSES = 400 };
	double unseen = ns_per_execution(ACCESSES, false);
	double executions;
	double points;

	gx_memory_watch(true);
	gx_memory_collect(true);
	row("an access that is no point: the step's footprint", "<= 6 ns", 0, "%.1f ns",
	    (ns_per_execution(ACCESSES, true) - unseen) / ACCESSES);
	gx_memory_collect(false);
	row("  looked at by nobody", "", 0, "%.1f ns", (ns_per_execution(ACCESSES, true) - unseen) / ACCESSES);
	gx_points_set(&(struct gx_point_places){.which = GX_POINTS_ACCESS});
	load(gx_bench_accesses(ACCESSES, true));
	random_rates(2000, &executions, &points);
	gx_points_set(&(struct gx_point_places){.which = GX_POINTS_SYNC});
	gx_memory_watch(false);
	row("each access a point (--points access), random: points/s", ">= 15 M", points, "%.1f M", points / 1e6);
}

static void outside_of_tasks(void)
{
	enum { CALLS = 10000000 };
	int (*real_lock)(pthread_mutex_t *);
	int (*real_unlock)(pthread_mutex_t *);
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	double best[2] = {1e9, 1e9};

	*(void **)&real_lock = dlsym(RTLD_NEXT, "pthread_mutex_lock");
	*(void **)&real_unlock = dlsym(RTLD_NEXT, "pthread_mutex_unlock");
	for (unsigned round = 0; round < 2 * ROUNDS; round++) {
		bool ours = round % 2;
		double start = gx_wall_seconds();
		double ns;

		for (unsigned i = 0; i < CALLS && ours; i++) {
			pthread_mutex_lock(&mutex);
			pthread_mutex_unlock(&mutex);
		}
		for (unsigned i = 0; i < CALLS && !ours; i++) {
			real_lock(&mutex);
			real_unlock(&mutex);
		}
		ns = (gx_wall_seconds() - start) * 1e9 / (2 * CALLS);
		best[ours] = ns < best[ours] ? ns : best[ours];
	}
	row("a call outside of tasks (mutex), beside libc's", "<= 5 ns more", 0, "%.1f ns more", best[1] - best[0]);
}

static void resets(void)
{
	enum { RESETS = 200000 };
	struct gx_choice options[GX_OPTIONS_MAX];
	double best = 1e9;

	for (unsigned round = 0; round < ROUNDS; round++) {
		double start = gx_wall_seconds();
		double us;

		for (unsigned i = 0; i < RESETS; i++)
			gx_sched_reset();
		us = (gx_wall_seconds() - start) * 1e6 / RESETS;
		best = us < best ? us : best;
	}
	(void)gx_sched_options(options);
	row("reset of the world, double-click", "<= 0.1 us", 0, "%.2f us", best);
}

/* ---- the full model ---- */

static struct gx_scenario_file *open_scenario(const char *name)
{
	struct gx_scenario_file *file;
	struct gx_error err;
	char path[4096];

	if (gx_scenario_find(path, sizeof(path), name, &err) != GX_OK || gx_scenario_load(&file, path, &err) != GX_OK)
		die(&err);
	return file;
}

static struct gx_trial trial;

static struct gx_scenario_file *load_pair(const char *scenario, const char *gate)
{
	struct gx_scenario_file *file = open_scenario(scenario);

	gx_trial_init(&trial, &file->scenario, gx_gate_find(gate));
	load(&trial.program);
	return file;
}

static void random_of(const char *gate, const char *to_reach)
{
	struct gx_scenario_file *file = load_pair("double-click", gate);
	double executions;
	double points;
	char what[80];

	snprintf(what, sizeof(what), "double-click, gate %s, random: executions/s", gate);
	random_rates(50000, &executions, &points);
	row(what, to_reach, 0, "%.0f", executions);
	row("  the same in points/s", "", points, "%.2f M", points / 1e6);
	if (!GX_HOST_TSAN)
		resets();
	gx_scenario_free(file);
}

static void random_executions(void)
{
	random_of("none", GX_HOST_TSAN ? ">= 50,000" : ">= 250,000");
	if (GX_HOST_TSAN)
		random_of("per-workspace", ">= 50,000");
}

/* From a loaded program to a replayable conflict, by random executions, in the middle of several seeds. */
static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static void first_conflict(void)
{
	enum { SEEDS = 101 };
	struct gx_scenario_file *file = load_pair("double-click", "none");
	struct gx_explore_options options = {.strategy = &gx_strategy_random, .executions = 1};
	double us[SEEDS];

	for (unsigned i = 0; i < SEEDS; i++) {
		double start = gx_wall_seconds();
		bool found = false;

		for (options.seed = i * 1000ull; !found; options.seed++) {
			explore(&options);
			for (unsigned j = 0; j < seen.hit_count; j++)
				found |= gx_key_rule(seen.hits[j].key) == GX_RULE_NAME_CONFLICT;
		}
		us[i] = (gx_wall_seconds() - start) * 1e6;
	}
	qsort(us, SEEDS, sizeof(us[0]), by_value);
	row("double-click, gate none: time to the first name-conflict (median)", "", 0, "%.0f us", us[SEEDS / 2]);
	gx_scenario_free(file);
}

static void complete(const char *scenario, const char *gate, const char *target, unsigned rounds)
{
	struct gx_explore_options options = {.strategy = &gx_strategy_exhaustive, .states = 100000000};
	struct gx_scenario_file *file = load_pair(scenario, gate);
	double best = 1e9;
	char what[128];

	for (unsigned i = 0; i < rounds; i++) {
		explore(&options);
		best = seen.seconds < best ? seen.seconds : best;
	}
	snprintf(what, sizeof(what), "%s, gate %s, %s", scenario, gate, seen.complete ? "complete" : "INCOMPLETE");
	row(what, target, 0, "%.3f s", best);
	row("  states/s", "", 0, "%.2f M", (double)seen.states / best / 1e6);
	row("  transitions/s", ">= 3 M", (double)seen.transitions / best, "%.2f M",
	    (double)seen.transitions / best / 1e6);
	row("  states, bytes per state outside the search stack", "<= 24 when large", 0, "%" PRIu64 ", %.1f",
	    seen.states, seen.bytes_per_state);
	gx_scenario_free(file);
}

static void replays(void)
{
	enum { REPLAYS = 10000 };
	struct gx_scenario_file *file = load_pair("double-click", "none");
	struct gx_explore_options options = {.strategy = &gx_strategy_random, .executions = 100};
	struct gx_replay replay = {0};
	struct gx_repro repro;
	struct gx_error err;
	unsigned same = 0;
	double start;

	explore(&options);
	if (gx_repro_make(&repro, "double-click", "none", &seen.hits[0].path, &err) != GX_OK)
		die(&err);
	start = gx_wall_seconds();
	for (unsigned i = 0; i < REPLAYS; i++) {
		if (gx_replay_repro(&replay, &repro, NULL, &err) != GX_OK)
			die(&err);
		same += gx_sched_event_hash() == repro.hash;
	}
	row("replay of one repro, 10,000 times: identical event hashes", "10,000", 0, "%u in %.2f s", same,
	    gx_wall_seconds() - start);
	gx_repro_release(&repro);
	gx_scenario_free(file);
}

/* ---- the table ---- */

static void floor_of_all(void)
{
	row("one fcontext switch (the floor)", "", 0, "%.1f ns", floor_ns);
}

static void complete_searches(void)
{
	complete("double-click", "per-workspace", "", ROUNDS);
	complete("double-click", "none", "<= 0.020 s", ROUNDS);
	complete("three-callers", "per-workspace", "<= 0.2 s", ROUNDS);
}

static void largest_search(void)
{
	complete("three-callers", "none", "<= 10 s", 1);
}

/* `make bench BENCH="floor bare"` measures these alone. */
static const struct {
	const char *name;
	void (*measure)(void);
} parts[] = {
	{"floor", floor_of_all},      {"bare", bare_body},           {"unlocked", three_unlocked},
	{"memory", memory},           {"outside", outside_of_tasks}, {"random", random_executions},
	{"conflict", first_conflict}, {"search", complete_searches}, {"large", largest_search},
	{"replay", replays},
};

static bool is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc == 1;
}

static int bench(int argc, char **argv)
{
	struct gx_error err;

	gx_service_register();
	if (gx_world_open(&err) != GX_OK)
		die(&err);
	floor_ns = switch_ns();
	if (GX_HOST_TSAN) {
		gx_races_watch(true, true);
		gx_tsan_watch(true);
	}
	printf("%-66s %20s %12s   %s\n\n", "what", "measured", "in switches", "to reach");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (is_wanted(parts[i].name, argc, argv))
			parts[i].measure();
	gx_explored_release(&seen);
	return 0;
}

/* The same cache lines in every run. */
int main(int argc, char **argv)
{
	return gx_identity_main(argc, argv, bench);
}
