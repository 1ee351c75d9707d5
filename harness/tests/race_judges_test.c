/*
 * Do the judges of data races agree? Small programs, generated, each decided five ways:
 *
 *     by definition     all interleavings of the program as a table: two tasks stand before conflicting plain accesses (no engine at all)
 *     a search          of whole steps, by footprints (explore/side.h)
 *     ... of accesses   each of which is a point
 *     clocks            in many random executions (access/races.h)
 *     a replay          of what the search found
 *
 * Built for gatecrash-tsan (make tsan), two: by definition, and by ThreadSanitizer's runtime in random executions.
 *
 * And: with points at those accesses only that are found racy, a search reaches all ends that one reaches to which each access is a point.
 */
#include "access/memory.h"
#include "access/races.h"
#include "core/sanitizer.h"
#include "explore/explore.h"
#include "explore/run.h"
#include "tests/fixture.h"
#include "tests/host_atomics.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last variable is the atomic one, by plain accesses. */
enum { TASKS = 3, OPS = 6, VARIABLES = 3, ATOMIC = VARIABLES - 1, LOCKS = 2 };

enum kind { READ, WRITE, LOCK, UNLOCK, TRYLOCK, POST, WAIT, LOAD, STORE, ADD, KINDS };

/* `skip`: how many ops to leave out if a trylock fails, or a load or a read gives 0; behind an unlock in any case: what is done if the trylock fails. */
struct op {
	enum kind kind;
	unsigned which;
	unsigned skip;
};

struct program {
	unsigned tasks;
	unsigned count[TASKS];
	struct op ops[TASKS][OPS];
};

static struct program program;

/* ---- generating ---- */

static uint64_t random_state;

static unsigned draw(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % n;
}

static void generate_task(struct op *ops, unsigned *count)
{
	static const enum kind likely[] = {READ, WRITE, WRITE, READ, LOCK,  LOCK, TRYLOCK,
					   POST, WAIT,  LOAD,  LOAD, STORE, ADD};
	unsigned wanted = 2 + draw(OPS - 2);
	int locked = -1;

	*count = 0;
	while (*count < wanted) {
		enum kind kind = likely[draw(sizeof(likely) / sizeof(likely[0]))];
		struct op *op = &ops[*count];

		*op = (struct op){.kind = kind, .which = draw(2)};
		if ((kind == READ || kind == WRITE) && draw(8) == 0)
			op->which = ATOMIC;
		if (kind == LOAD || kind == POST || kind == WAIT || kind == STORE || kind == ADD)
			op->which = 0;
		if (kind == LOAD || (kind == READ && draw(2)))
			op->skip = 1;
		if (kind == LOCK || kind == TRYLOCK) {
			/* lock, an access, unlock: what a trylock keeps somebody from is both of these */
			if (locked >= 0 || *count + 3 > wanted)
				continue;
			op->skip = kind == TRYLOCK ? 2 : 0;
			op[1] = (struct op){.kind = draw(2) ? READ : WRITE, .which = draw(VARIABLES)};
			op[2] = (struct op){.kind = UNLOCK, .which = op->which};
			*count += 2;
			if (kind == TRYLOCK && *count + 1 < OPS && draw(2)) {
				op[2].skip = 1;
				op[3] = (struct op){.kind = draw(2) ? READ : WRITE, .which = draw(VARIABLES)};
				++*count;
			}
		}
		++*count;
	}
}

static void generate(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ull + 1;
	program.tasks = 2 + (draw(4) == 0);
	for (unsigned i = 0; i < program.tasks; i++)
		generate_task(program.ops[i], &program.count[i]);
}

static void print(void)
{
	static const char *const names[KINDS] = {"read", "write", "lock", "unlock", "trylock",
						 "post", "wait",  "load", "store",  "add"};

	for (unsigned i = 0; i < program.tasks; i++) {
		fprintf(stderr, "task %u:", i + 1);
		for (unsigned j = 0; j < program.count[i]; j++)
			fprintf(stderr, " %s %u%s", names[program.ops[i][j].kind], program.ops[i][j].which,
				program.ops[i][j].skip ? " ?" : "");
		fprintf(stderr, "\n");
	}
}

/* ---- by definition ---- */

struct machine {
	uint8_t at[TASKS];
	uint8_t owner[LOCKS]; /* task + 1 */
	uint8_t posted;
	uint8_t value;
	uint8_t written[VARIABLES];
};

enum { SEEN_MAX = 1 << 16 };
static struct machine seen[SEEN_MAX];
static unsigned seen_count;

static const struct op *next_of(const struct machine *m, unsigned task)
{
	return m->at[task] < program.count[task] ? &program.ops[task][m->at[task]] : NULL;
}

static void give_back(struct machine *m, const struct op *op, unsigned *skip)
{
	m->owner[op->which] = 0;
	*skip = op->skip;
}

static bool step_of(struct machine *m, unsigned task)
{
	const struct op *op = next_of(m, task);
	unsigned skip = 0;

	if (!op || (op->kind == LOCK && m->owner[op->which]) || (op->kind == WAIT && !m->posted))
		return false;
	if (op->kind == LOCK || (op->kind == TRYLOCK && !m->owner[op->which]))
		m->owner[op->which] = (uint8_t)(task + 1);
	else if (op->kind == TRYLOCK)
		skip = op->skip;
	else if (op->kind == UNLOCK)
		give_back(m, op, &skip);
	else if (op->kind == POST)
		m->posted++;
	else if (op->kind == WAIT)
		m->posted--;
	else if (op->kind == LOAD)
		skip = m->value ? 0 : op->skip;
	else if (op->kind == READ)
		skip = (op->which == ATOMIC ? m->value : m->written[op->which]) ? 0 : op->skip;
	else if (op->kind == WRITE && op->which == ATOMIC)
		m->value = 1;
	else if (op->kind == WRITE)
		m->written[op->which] = 1;
	else if (op->kind == STORE || op->kind == ADD)
		m->value = 1;
	m->at[task] = (uint8_t)(m->at[task] + 1 + skip);
	return true;
}

static bool is_atomic(const struct op *op)
{
	return op->kind == LOAD || op->kind == STORE || op->kind == ADD;
}

static bool is_access(const struct op *op)
{
	return op && (op->kind == READ || op->kind == WRITE || is_atomic(op));
}

static unsigned variable_of(const struct op *op)
{
	return is_atomic(op) ? ATOMIC : op->which;
}

static bool writes(const struct op *op)
{
	return op->kind == WRITE || op->kind == STORE || op->kind == ADD;
}

static bool races_now(const struct machine *m)
{
	for (unsigned i = 0; i < program.tasks; i++)
		for (unsigned j = i + 1; j < program.tasks; j++) {
			const struct op *one = next_of(m, i);
			const struct op *other = next_of(m, j);

			if (is_access(one) && is_access(other) && variable_of(one) == variable_of(other) &&
			    !(is_atomic(one) && is_atomic(other)) && (writes(one) || writes(other)))
				return true;
		}
	return false;
}

static bool is_known(const struct machine *m)
{
	for (unsigned i = 0; i < seen_count; i++)
		if (!memcmp(&seen[i], m, sizeof(*m)))
			return true;
	assert_true(seen_count < SEEN_MAX);
	seen[seen_count++] = *m;
	return false;
}

static bool races_from(const struct machine *m)
{
	if (races_now(m))
		return true;
	for (unsigned i = 0; i < program.tasks; i++) {
		struct machine next = *m;

		if (step_of(&next, i) && !is_known(&next) && races_from(&next))
			return true;
	}
	return false;
}

static bool races_by_definition(void)
{
	seen_count = 0;
	return races_from(&(struct machine){0});
}

/* ---- by the engine ---- */

static struct {
	pthread_mutex_t locks[LOCKS];
	sem_t semaphore;
	unsigned atomic;
	unsigned variables[VARIABLES];
	unsigned seen[TASKS][OPS]; /* what was read: what a race does */
} shared __attribute__((aligned(4096)));

/* Each access stands at a place of its own. */
static void *place_of(unsigned task, unsigned at)
{
	return (void *)(uintptr_t)(0x1000 + task * OPS + at);
}

static void run_op(unsigned task, unsigned at, unsigned *skip)
{
	const struct op *op = &program.ops[task][at];
	unsigned *variable = op->which == ATOMIC ? &shared.atomic : &shared.variables[op->which];

	*skip = 0;
	switch (op->kind) {
	case READ:
		gx_memory_access(variable, sizeof(*variable), false, place_of(task, at));
		shared.seen[task][at] = *variable;
		*skip = *variable ? 0 : op->skip;
		break;
	case WRITE:
		gx_memory_access(variable, sizeof(*variable), true, place_of(task, at));
		*variable = task * OPS + at + 1;
		break;
	case LOCK:
		(void)pthread_mutex_lock(&shared.locks[op->which]);
		break;
	case UNLOCK:
		(void)pthread_mutex_unlock(&shared.locks[op->which]);
		*skip = op->skip;
		break;
	case TRYLOCK:
		if (pthread_mutex_trylock(&shared.locks[op->which]))
			*skip = op->skip;
		break;
	case POST:
		(void)sem_post(&shared.semaphore);
		break;
	case WAIT:
		while (sem_wait(&shared.semaphore))
			;
		break;
	case LOAD:
		if (!atomics.load(&shared.atomic, SEQ_CST))
			*skip = op->skip;
		break;
	case STORE:
		atomics.store(&shared.atomic, 1, SEQ_CST);
		break;
	case ADD:
		(void)atomics.exchange(&shared.atomic, 1, SEQ_CST);
		break;
	case KINDS:
		break;
	}
}

static void task(void *argument)
{
	unsigned self = number_of(argument) - 1;
	unsigned skip;

	for (unsigned i = 0; i < program.count[self]; i += 1 + skip)
		run_op(self, i, &skip);
}

static void start(void)
{
	struct gx_error err;

	memset(&shared, 0, sizeof(shared));
	assert_int_equal(sem_init(&shared.semaphore, 0, 0), 0);
	assert_int_equal(gx_world_adopt(&shared, sizeof(shared), &err), GX_OK);
}

static const struct fixture two = {.tasks = {task, task}, .start = start};
static const struct fixture three = {.tasks = {task, task, task}, .start = start};

static const struct fixture *loaded(void)
{
	return program.tasks == 2 ? &two : &three;
}

static bool races_in_a_search(bool each_access)
{
	bool found;

	gx_points_set(&(struct gx_point_places){.which = each_access ? GX_POINTS_ACCESS : GX_POINTS_SYNC});
	fixture_search(loaded());
	found = fixture_found(FOUND_RACE);
	gx_points_set(&(struct gx_point_places){.which = GX_POINTS_SYNC});
	return found;
}

static unsigned split_accesses;

/* Points where races are found, until no more are: are all ends reached that are reached if each access is a point? */
static bool sees_what_races_do(void)
{
	struct gx_point_places places = {.which = GX_POINTS_AUTO};
	uint64_t all;
	uint64_t ends;

	gx_points_set(&(struct gx_point_places){.which = GX_POINTS_ACCESS});
	all = fixture_search(loaded())->end_hash;
	gx_points_forget();
	do {
		gx_points_set(&places);
		ends = fixture_search(loaded())->end_hash;
	} while (gx_points_learn(&places));
	gx_points_set(&(struct gx_point_places){.which = GX_POINTS_SYNC});
	split_accesses += places.count;
	return ends == all;
}

/* What the search has found is found by clocks in the execution that it names. */
static bool races_in_its_replay(void)
{
	struct gx_path path = {0};
	bool found = false;

	gx_path_copy(&path, &fixture_hit(FOUND_RACE)->path);
	gx_hits_listen(true);
	gx_sched_reset();
	for (uint32_t i = 0; i < path.count; i++) {
		assert_true(gx_take(path.choice[i]));
		found = gx_hits_take(FOUND_RACE) || found;
	}
	gx_hits_listen(false);
	gx_path_release(&path);
	return found;
}

/* Few at first: ThreadSanitizer takes a millisecond for a report. */
static bool races_by_chance(void)
{
	struct gx_explore_options options = {.strategy = gx_strategy_find("random"), .seed = 1, .executions = 30};

	fixture_explore(loaded(), &options);
	if (fixture_found(FOUND_RACE))
		return true;
	options.executions = 3000;
	fixture_explore(loaded(), &options);
	return fixture_found(FOUND_RACE);
}

/* Programs that alone show what would be wrong: of an attempt that fails, what is done behind it (1492). */
static const uint64_t rare[] = {1492};

/* How many are generated. */
static unsigned programs_wanted(void)
{
	return getenv("PROGRAMS") ? (unsigned)atoi(getenv("PROGRAMS")) : 1000;
}

static void judges_agree(void **state)
{
	enum { RARE = sizeof(rare) / sizeof(rare[0]) };
	unsigned PROGRAMS = programs_wanted();
	unsigned racy = 0;

	(void)state;
	gx_races_watch(true, true);
	for (unsigned i = 0; i < RARE + PROGRAMS; i++) {
		uint64_t seed = i < RARE ? rare[i] : i - RARE + 1;
		bool races;
		bool searched;
		bool replayed = true;
		bool split;
		bool sampled;
		bool seen_through;

		generate(seed);
		if (getenv("SHOW"))
			print();
		races = races_by_definition();
		searched = races_in_a_search(false);
		if (searched)
			replayed = races_in_its_replay();
		split = races_in_a_search(true);
		sampled = races_by_chance();
		racy += races;
		/* ASan keeps words of its own in frames: ends that are one have different bytes. */
		seen_through = GX_ASAN || sees_what_races_do();
		if (seen_through && searched == races && split == races && sampled == races && replayed)
			continue;
		print();
		fail_msg(
			"program %u: by definition %d, search %d, each access a point %d, clocks %d, replayed %d; racy ones points: "
			"as many ends %d",
			(unsigned)seed, races, searched, split, sampled, replayed, seen_through);
	}
	gx_races_watch(false, false);
	print_message(
		"%u programs, %u of them racy, five judges: no disagreement; %u accesses split, and no end lost\n",
		RARE + PROGRAMS, racy, split_accesses);
	assert_in_range(racy, PROGRAMS / 4, PROGRAMS * 3 / 4);
}

/* In the other program. */
static void so_does_thread_sanitizer(void **state)
{
	unsigned PROGRAMS = programs_wanted();
	unsigned racy = 0;

	(void)state;
	gx_races_watch(true, true);
	gx_tsan_watch(true);
	for (unsigned seed = 1; seed <= PROGRAMS; seed++) {
		bool races;
		bool sampled;

		generate(seed);
		races = races_by_definition();
		sampled = races_by_chance();
		racy += races;
		if (sampled == races)
			continue;
		print();
		fail_msg("program %u: by definition %d, ThreadSanitizer %d", seed, races, sampled);
	}
	gx_tsan_watch(false);
	gx_races_watch(false, false);
	print_message("%u programs, %u of them racy, by definition and by ThreadSanitizer: no disagreement\n", PROGRAMS,
		      racy);
	assert_in_range(racy, PROGRAMS / 4, PROGRAMS * 3 / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GX_HOST_TSAN ? (struct CMUnitTest)cmocka_unit_test(so_does_thread_sanitizer)
			     : (struct CMUnitTest)cmocka_unit_test(judges_agree),
	};

	find_atomics();
	fixture_open();
	return cmocka_run_group_tests_name("race judges", tests, NULL, NULL);
}
