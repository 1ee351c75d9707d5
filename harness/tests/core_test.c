/* The core: world, arena, tasks, crashes, the clock, limits, events. */
#include "tests/fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/internal.h"
#include "explore/clock.h"
#include "explore/rng.h"

#define SECOND 1000000000ull

static struct {
	uint64_t words[64];
	unsigned char bytes[256];
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

/* ---- the world ---- */

static void writes_everywhere(void *argument)
{
	memset(w->bytes, 0xff, sizeof(w->bytes));
	w->words[0] = number_of(argument);
	w->words[1] = (uint64_t)(uintptr_t)memset(malloc(1000), 0xaa, 1000);
	point();
	saw((int64_t)w->words[0]);
}

static const struct fixture writer = {.tasks = {writes_everywhere}, .start = take_shared};

static void shared_memory_is_zero_whatever_the_program_before_left_there(void **state)
{
	static const unsigned char zero[FIXTURE_SHARED];

	(void)state;
	fixture_load(&writer);
	fixture_run("");
	assert_int_equal(w->bytes[17], 0xff);
	fixture_load(&writer);
	assert_memory_equal(fixture_shared, zero, sizeof(zero));
}

static void a_reset_puts_back_every_byte_that_an_execution_changed(void **state)
{
	static const unsigned char zero[FIXTURE_SHARED];
	uint32_t slot;

	(void)state;
	fixture_load(&writer);
	fixture_begin("1");
	slot = gx_task_at(1)->slot;
	assert_int_not_equal(gx_arena_high(slot), 0);
	gx_sched_reset();
	assert_memory_equal(fixture_shared, zero, sizeof(zero));
	assert_int_equal(gx_arena_high(slot), 0);
	assert_int_equal(gx_slot_arena(slot)[500], 0);
	assert_int_equal(gx_task_at(1)->op.label, GX_L_TASK_BEGIN);
	assert_int_equal(gx_sched_steps(), 0);
}

static void an_address_of_the_world_has_a_number_and_any_other_has_none(void **state)
{
	static unsigned char segment[64];
	struct gx_error err;
	int local;

	(void)state;
	fixture_load(&writer);
	assert_true(gx_world_contains(w));
	assert_true(gx_world_contains(gx_slot_stack_top(7) - 8));
	assert_false(gx_world_contains(&local));
	assert_false(gx_world_contains(segment));
	assert_int_equal(gx_world_canonical(&local), 0);
	assert_int_equal(gx_world_canonical(w->bytes + 3) - gx_world_canonical(w->bytes), 3);
	assert_int_equal(gx_world_adopt(segment, sizeof(segment), &err), GX_OK);
	assert_true(gx_world_contains(segment + 63));
	assert_false(gx_world_contains(segment + 64));
	assert_int_equal(gx_world_canonical(segment + 5), (2ull << 48) + 5);
}

static void more_segments_than_the_world_can_adopt_are_refused_by_name(void **state)
{
	static unsigned char segments[GX_WORLD_ADOPTED + 1][16];
	struct gx_error err;

	(void)state;
	fixture_load(&writer);
	for (unsigned i = 0; i < GX_WORLD_ADOPTED; i++)
		assert_int_equal(gx_world_adopt(segments[i], 16, &err), GX_OK);
	assert_int_equal(gx_world_adopt(segments[GX_WORLD_ADOPTED], 16, &err), GX_ELIMIT);
	assert_string_equal(err.text, "the plugin has more than 16 writable segments");
}

/* ---- the arena ---- */

/* The order in which the blocks come and go; chosen by the test before the execution. */
static int variant;

static void allocates_in_some_order(void *argument)
{
	void *block[4];
	uint32_t slot = gx_task_self()->slot;

	(void)argument;
	for (unsigned i = 0; i < 4; i++)
		block[i] = gx_arena_alloc(40 + 16 * i, 16);
	memset(block[1], 1, 56);
	switch (variant) {
	case 0:
		gx_arena_free(block[0]);
		gx_arena_free(block[2]);
		gx_arena_free(block[3]);
		break;
	case 1:
		gx_arena_free(block[3]);
		gx_arena_free(block[2]);
		gx_arena_free(block[0]);
		break;
	default:
		gx_arena_free(block[2]);
		gx_arena_free(block[0]);
		gx_arena_settle();
		block[0] = gx_arena_alloc(24, 16); /* into the first hole, and out of it again */
		block[2] = gx_arena_alloc(200, 16);
		gx_arena_free(block[3]);
		gx_arena_free(block[0]);
		gx_arena_free(block[2]);
	}
	gx_arena_settle();
	w->words[0] = gx_arena_high(slot);
	memcpy(w->bytes, gx_slot_arena(slot), sizeof(w->bytes));
	w->words[1] = (uint64_t)(uintptr_t)block[1];
}

static void the_bytes_of_an_arena_follow_from_what_is_live_not_from_the_order_it_came_in(void **state)
{
	static const struct fixture program = {.tasks = {allocates_in_some_order}, .start = take_shared};
	unsigned char bytes[3][sizeof(w->bytes)];
	uint64_t high[3];

	(void)state;
	fixture_load(&program);
	for (variant = 0; variant < 3; variant++) {
		fixture_run("");
		memcpy(bytes[variant], w->bytes, sizeof(w->bytes));
		high[variant] = w->words[0];
	}
	for (unsigned i = 1; i < 3; i++) {
		assert_int_equal(high[i], high[0]);
		assert_memory_equal(bytes[i], bytes[0], sizeof(bytes[0]));
	}
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static void frees_and_allocates_again(void *argument)
{
	unsigned char *first = gx_arena_alloc(100, 16);
	unsigned char *second;
	unsigned char *again;

	(void)argument;
	second = gx_arena_alloc(50, 16);
	memset(first, 0xee, 100);
	gx_arena_free(first);
	saw(is_zero(first - 16, 116) || first[-16]); /* only the header of the hole is left */
	saw(is_zero(first, 100));
	again = gx_arena_alloc(90, 16);
	saw(again != first && again != second); /* not before the step is over */
	gx_arena_free(again);
	gx_arena_settle();
	again = gx_arena_alloc(90, 16);
	saw(again == first);
	saw(is_zero(again, 90));
	saw((int64_t)gx_arena_size(again));
	gx_arena_free(again);
	gx_arena_free(second);
	gx_arena_settle();
	saw((int64_t)gx_arena_high(gx_task_self()->slot));
}

static void a_freed_block_is_zero_and_is_the_first_to_be_used_again_when_the_step_is_over(void **state)
{
	static const struct fixture program = {.tasks = {frees_and_allocates_again}};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_saw(true, true, true, true, true, 90, 0);
}

static void asks_for_every_alignment(void *argument)
{
	(void)argument;
	for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
		unsigned char *block = gx_arena_alloc(alignment + 1, alignment);

		w->words[0] |= (uintptr_t)block & (alignment - 1);
		w->words[1] |= (uintptr_t)block & 15;
		w->words[2] |= !is_zero(block, alignment + 1);
		memset(block, 0x5a, alignment + 1);
		w->words[3]++;
	}
}

static void blocks_lie_as_they_were_asked_to_and_never_below_16(void **state)
{
	static const struct fixture program = {.tasks = {asks_for_every_alignment}, .start = take_shared};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(w->words[0], 0);
	assert_int_equal(w->words[1], 0);
	assert_int_equal(w->words[2], 0);
	assert_int_equal(w->words[3], 13);
}

/* A few thousand random steps against a table of what should be live: every block keeps its bytes, and is whole and apart. */
enum { BLOCKS = 24, ROUNDS = 4000 };

static struct {
	unsigned char *at;
	size_t size;
	unsigned char fill;
} blocks[BLOCKS]; /* of one execution; filled anew by each */

static bool is_intact(unsigned i)
{
	for (size_t j = 0; j < blocks[i].size; j++)
		if (blocks[i].at[j] != blocks[i].fill)
			return false;
	return gx_arena_is_live(blocks[i].at) && gx_arena_size(blocks[i].at) == blocks[i].size;
}

static void lives_through_random_rounds(void *argument)
{
	struct gx_rng rng = gx_rng_for(1, number_of(argument));

	memset(blocks, 0, sizeof(blocks));
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned i = gx_rng_below(&rng, BLOCKS);

		if (blocks[i].at) {
			w->words[0] += !is_intact(i);
			gx_arena_free(blocks[i].at);
			w->words[1] += gx_arena_is_live(blocks[i].at);
			if (gx_rng_below(&rng, 2))
				gx_arena_settle();
			blocks[i].at = NULL;
			continue;
		}
		blocks[i].size = gx_rng_below(&rng, 3000);
		blocks[i].fill = (unsigned char)(1 + gx_rng_below(&rng, 255));
		blocks[i].at = gx_arena_alloc(blocks[i].size, 16ull << gx_rng_below(&rng, 5));
		w->words[2] += !is_zero(blocks[i].at, blocks[i].size);
		memset(blocks[i].at, blocks[i].fill, blocks[i].size);
	}
	for (unsigned i = 0; i < BLOCKS; i++)
		if (blocks[i].at) {
			w->words[0] += !is_intact(i);
			gx_arena_free(blocks[i].at);
		}
	gx_arena_settle();
	w->words[3] = gx_arena_high(gx_task_self()->slot);
	w->words[4] = !is_zero(gx_slot_arena(gx_task_self()->slot), GX_ARENA_BYTES - 16);
	w->words[5] = 1;
}

static void random_blocks_stay_whole_and_apart_and_leave_an_empty_arena(void **state)
{
	static const struct fixture program = {.tasks = {lives_through_random_rounds}, .start = take_shared};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(w->words[0], 0);
	assert_int_equal(w->words[1], 0);
	assert_int_equal(w->words[2], 0);
	assert_int_equal(w->words[3], 0);
	assert_int_equal(w->words[4], 0);
	assert_int_equal(w->words[5], 1);
}

static void takes_all_there_is(void *argument)
{
	(void)argument;
	for (;;) {
		memset(gx_arena_alloc(10000, 16), 1, 10000);
		w->words[0]++;
	}
}

static void a_full_arena_ends_the_execution_and_the_next_one_is_as_good_as_new(void **state)
{
	static const struct fixture program = {.tasks = {takes_all_there_is}, .start = take_shared};

	(void)state;
	fixture_load(&program);
	for (unsigned i = 0; i < 3; i++) {
		fixture_run("");
		assert_int_equal(gx_sched_ending(), GX_ENDING_FATAL);
		assert_int_equal(fixture_count(GX_L_WORLD_FULL), 1);
		assert_int_equal(fixture_value(GX_L_WORLD_FULL), 10000);
		assert_int_equal(w->words[0], GX_ARENA_BYTES / 10016);
	}
}

static void asks_for_more_than_there_can_be(void *argument)
{
	(void)argument;
	gx_arena_alloc(SIZE_MAX, 16);
}

static void a_block_larger_than_an_arena_ends_the_execution(void **state)
{
	static const struct fixture program = {.tasks = {asks_for_more_than_there_can_be}};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(fixture_value(GX_L_WORLD_FULL), SIZE_MAX);
}

/* Writes over the header of its second block: what lies behind can then not be found by walking. */
static void writes_over_a_header(void *argument)
{
	unsigned char *first = gx_arena_alloc(32, 16);
	unsigned char *second = gx_arena_alloc(64, 16);
	unsigned char *third = gx_arena_alloc(64, 16);

	(void)argument;
	saw(is_zero(first, 32) && is_zero(second, 64) && is_zero(third, 64));
	memset(second, 0x77, 64);
	memset(third, 0x77, 64);
	memset(first, 0x77, 48);
	point();
	saw(second[0] == 0x77 && third[63] == 0x77);
}

static void a_task_that_writes_over_its_arena_leaves_nothing_to_the_next_execution(void **state)
{
	static const struct fixture program = {.tasks = {writes_over_a_header}};

	(void)state;
	fixture_load(&program);
	for (unsigned i = 0; i < 3; i++) {
		fixture_run("");
		assert_saw(true, true);
	}
}

/* ---- tasks ---- */

static void does_nothing(void *argument)
{
	(void)argument;
}

static void makes_two_children(void *argument)
{
	unsigned number = number_of(argument);

	for (unsigned i = 0; i < 2; i++) {
		struct gx_task *child = gx_task_spawn(FIXTURE_ROLE, 10 * number + i, does_nothing, NULL);

		w->words[8 * number + i] = child->path;
		w->words[8 * number + 2 + i] = child->slot;
		w->words[8 * number + 4 + i] = child->index;
		point();
	}
}

static void a_task_is_known_by_its_maker_and_not_by_when_it_came(void **state)
{
	static const struct fixture program = {.tasks = {makes_two_children, makes_two_children}, .start = take_shared};
	uint64_t before[64];

	(void)state;
	fixture_load(&program);
	fixture_run("1*2*");
	memcpy(before, w->words, sizeof(before));
	fixture_run("2121");
	for (unsigned number = 1; number <= 2; number++)
		assert_memory_equal(&w->words[8 * number], &before[8 * number], 4 * sizeof(uint64_t));
	assert_int_not_equal(w->words[8 + 5], before[8 + 5]);
	assert_int_not_equal(w->words[8], w->words[9]);
	assert_int_not_equal(w->words[8], w->words[16]);
}

static void makes_tasks_until_none_is_left(void *argument)
{
	(void)argument;
	while (gx_task_spawn(FIXTURE_ROLE, 0, does_nothing, NULL))
		w->words[0]++;
	while (gx_task_by_slot(gx_task_at(2)->slot)->state != GX_TASK_ENDED)
		point();
	gx_task_reap(gx_task_at(2));
	w->words[1] = gx_task_spawn(FIXTURE_ROLE, 0, does_nothing, NULL) != NULL;
	w->words[2] = gx_task_spawn(FIXTURE_ROLE, 0, does_nothing, NULL) != NULL;
}

static void there_are_63_tasks_and_a_reaped_ones_place_is_used_again(void **state)
{
	static const struct fixture program = {.tasks = {makes_tasks_until_none_is_left}, .start = take_shared};

	(void)state;
	fixture_load(&program);
	fixture_run("12");
	assert_int_equal(gx_sched_ending(), GX_ENDING_QUIET);
	assert_int_equal(w->words[0], GX_TASKS_MAX - 2);
	assert_int_equal(w->words[1], 1);
	assert_int_equal(w->words[2], 0);
}

static void works_until_killed(void *argument)
{
	(void)argument;
	for (;;) {
		w->words[0]++;
		point();
	}
}

static void kills_the_other(void *argument)
{
	(void)argument;
	gx_task_kill(gx_task_at(1));
	w->words[1] = w->words[0];
}

static void a_killed_task_takes_no_step_more(void **state)
{
	static const struct fixture program = {.tasks = {works_until_killed, kills_the_other}, .start = take_shared};

	(void)state;
	fixture_load(&program);
	fixture_run("1112");
	assert_int_equal(w->words[0], 3);
	assert_int_equal(w->words[1], 3);
	assert_int_equal(fixture_count(GX_L_TASK_KILL), 1);
	assert_null(gx_task_at(1));
	assert_int_equal(gx_sched_ending(), GX_ENDING_QUIET);
}

static void hands_out_numbers(void *argument)
{
	unsigned number = number_of(argument);

	w->words[2 * number] = gx_task_serial();
	point();
	w->words[2 * number + 1] = gx_task_serial();
}

static void a_serial_number_is_its_tasks_own_in_every_order(void **state)
{
	static const struct fixture program = {.tasks = {hands_out_numbers, hands_out_numbers}, .start = take_shared};
	uint64_t before[6];

	(void)state;
	fixture_load(&program);
	fixture_run("1*2*");
	memcpy(before, w->words, sizeof(before));
	fixture_run("2121");
	assert_memory_equal(w->words, before, sizeof(before));
	for (unsigned i = 2; i < 6; i++)
		for (unsigned j = i + 1; j < 6; j++)
			assert_int_not_equal(before[i], before[j]);
}

static void sets_errno(void *argument)
{
	int mine = (int)number_of(argument) * 7;

	saw(errno);
	errno = mine;
	point();
	saw(errno);
}

static void each_task_has_an_errno_of_its_own(void **state)
{
	static const struct fixture program = {.tasks = {sets_errno, sets_errno}};

	(void)state;
	fixture_load(&program);
	fixture_run("1212");
	assert_saw(0, 0, 7, 14);
}

static void the_task_that_ran_last_is_the_first_option(void **state)
{
	static const struct fixture program = {.tasks = {works_until_killed, works_until_killed}, .start = take_shared};
	struct gx_choice options[GX_OPTIONS_MAX];

	(void)state;
	fixture_load(&program);
	fixture_begin("");
	assert_int_equal(gx_sched_options(options), 2);
	assert_int_equal(options[0].task, 1);
	fixture_begin("12");
	assert_int_equal(gx_sched_last(), 2);
	assert_int_equal(gx_sched_options(options), 2);
	assert_int_equal(options[0].task, 2);
	assert_int_equal(options[1].task, 1);
}

/* ---- crashes ---- */

static volatile int *volatile nowhere;
static volatile int zero;
static volatile int deep_enough = 1 << 30;

#define UNCHECKED __attribute__((noinline, no_sanitize("undefined")))

static UNCHECKED void writes_to_null(void)
{
	*nowhere = 1;
}

static UNCHECKED int calls_itself(int depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	return depth == deep_enough ? 0 : calls_itself(depth + 1) + frame[0];
}

static UNCHECKED int tells_and_calls_itself(int depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	gx_emit(GX_L_YIELD, 0, 0);
	return depth == deep_enough ? 0 : tells_and_calls_itself(depth + 1) + frame[0];
}

static UNCHECKED void divides_by_zero(void)
{
	zero = 7 / zero;
}

static void spins(void)
{
	for (volatile int forever = 1; forever;)
		;
}

enum crash { NULL_POINTER, OVERFLOW, OVERFLOW_TELLING, ABORT, TRAP, RAISE, DIVIDE, LEAVE, LEAVE_AT_ONCE, SPIN };
static enum crash crash;

static void crashes(void *argument)
{
	(void)argument;
	w->words[0]++;
	point();
	w->words[0]++;
	switch (crash) {
	case NULL_POINTER:
		writes_to_null();
		break;
	case OVERFLOW:
		calls_itself(0);
		break;
	case OVERFLOW_TELLING:
		tells_and_calls_itself(0);
		break;
	case ABORT:
		abort();
	case TRAP:
		__builtin_trap();
	case RAISE:
		raise(SIGBUS);
		break;
	case DIVIDE:
		divides_by_zero();
		break;
	case LEAVE:
		exit(0);
	case LEAVE_AT_ONCE:
		_exit(1);
	case SPIN:
		spins();
		break;
	}
	w->words[0] = 1000;
}

static const struct fixture crasher = {.tasks = {crashes, works_until_killed}, .start = take_shared};

/* The execution ends there, with one event, and the same happens the next time; other schedules are as good as ever. */
static void assert_crash(enum crash how, unsigned label, uint64_t value, uint16_t extra)
{
	uint64_t hash = 0;

	crash = how;
	fixture_load(&crasher);
	for (unsigned i = 0; i < (how == SPIN ? 2 : 20); i++) {
		const struct gx_event *last;

		fixture_run("11");
		assert_int_equal(gx_sched_ending(), GX_ENDING_FATAL);
		assert_int_equal(w->words[0], 2);
		assert_int_equal(fixture_count(label), 1);
		last = &fixture_events[fixture_event_count - 1];
		assert_int_equal(last->label, label);
		assert_int_equal(last->value, value);
		if (extra)
			assert_int_equal(last->extra, extra);
		assert_true(!hash || hash == gx_sched_event_hash());
		hash = gx_sched_event_hash();
	}
	fixture_begin("1222");
	assert_int_equal(gx_sched_ending(), GX_ENDING_NONE);
	assert_int_equal(w->words[0], 4);
}

static void a_null_pointer_is_an_event(void **state)
{
	(void)state;
	assert_crash(NULL_POINTER, GX_L_TASK_CRASH, SIGSEGV, 0);
}

static void a_stack_overflow_is_an_event_and_says_that_it_is_one(void **state)
{
	(void)state;
	assert_crash(OVERFLOW, GX_L_TASK_CRASH, SIGSEGV, 1);
}

static void a_stack_may_overflow_while_an_event_is_told(void **state)
{
	(void)state;
	assert_crash(OVERFLOW_TELLING, GX_L_TASK_CRASH, SIGSEGV, 1);
}

static void an_abort_is_an_event(void **state)
{
	(void)state;
	assert_crash(ABORT, GX_L_TASK_CRASH, SIGABRT, 0);
}

static void a_trap_a_bus_error_and_a_division_by_zero_are_events(void **state)
{
	(void)state;
	assert_crash(TRAP, GX_L_TASK_CRASH, SIGILL, 0);
	assert_crash(RAISE, GX_L_TASK_CRASH, SIGBUS, 0);
	assert_crash(DIVIDE, GX_L_TASK_CRASH, SIGFPE, 0);
}

static void a_task_that_ends_the_process_ends_the_execution(void **state)
{
	(void)state;
	assert_crash(LEAVE, GX_L_TASK_CRASH, 0, 0);
	assert_crash(LEAVE_AT_ONCE, GX_L_TASK_CRASH, 0, 0);
}

static void a_spin_without_a_point_is_an_event(void **state)
{
	(void)state;
	assert_crash(SPIN, GX_L_TASK_HANG, 0, 0);
}

static unsigned long slow_rounds;

static void works_long(void *argument)
{
	(void)argument;
	for (volatile unsigned long i = 0; i < slow_rounds; i++)
		;
}

/* Time is looked at from outside, now and then: many executions that are long in the same step are not one that hangs. */
static void many_slow_steps_are_no_spin(void **state)
{
	static const struct fixture program = {.tasks = {works_long}};
	double started;

	(void)state;
	for (slow_rounds = 1000;; slow_rounds *= 2) {
		started = gx_wall_seconds();
		works_long(NULL);
		if (gx_wall_seconds() - started > 0.003)
			break;
	}
	fixture_load(&program);
	started = gx_wall_seconds();
	while (gx_wall_seconds() - started < 3.5) {
		fixture_run("");
		assert_int_equal(fixture_count(GX_L_TASK_HANG), 0);
	}
}

/* ---- the clock ---- */

static const uint64_t sleeps[] = {0, 30 * SECOND, 10 * SECOND, 20 * SECOND, 10 * SECOND};

static void sleeps_its_time(void *argument)
{
	gx_sleep(GX_L_SLEEP, sleeps[number_of(argument)]);
	saw((int64_t)(100 * number_of(argument) + gx_now() / SECOND));
}

static void the_clock_wakes_the_earliest_sleepers_first(void **state)
{
	static const struct fixture program = {
		.tasks = {sleeps_its_time, sleeps_its_time, sleeps_its_time, sleeps_its_time}};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_saw(410, 210, 320, 130); /* of equally early ones, the one that ran last goes on first */
	assert_int_equal(fixture_count(GX_L_CLOCK_TICK), 3);
	assert_int_equal(gx_now(), 30 * SECOND);
	gx_sched_reset();
	assert_int_equal(gx_now(), 0);
}

static void sleeps_for_ever(void *argument)
{
	gx_sleep(GX_L_SLEEP, SECOND);
	gx_sleep(GX_L_SLEEP, GX_FOREVER - number_of(argument));
	saw(1);
}

static void a_sleep_beyond_the_end_of_time_does_not_return_at_once(void **state)
{
	static const struct fixture program = {.tasks = {sleeps_for_ever}};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(fixture_count(GX_L_STEP_LIMIT), 1);
	fixture_assert_saw(NULL, 0, __FILE__, __LINE__);
}

static void goes_on_for_ever(void *argument)
{
	(void)argument;
	for (;;)
		point();
}

static void too_many_steps_end_the_execution(void **state)
{
	static const struct fixture program = {.tasks = {goes_on_for_ever}, .steps_max = 100};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(gx_sched_ending(), GX_ENDING_FATAL);
	assert_int_equal(gx_sched_steps(), 100);
	assert_int_equal(fixture_count(GX_L_STEP_LIMIT), 0); /* more is known: it goes round */
	assert_int_equal(fixture_count(GX_L_LIVELOCK), 1);
}

static void goes_on_and_counts(void *argument)
{
	(void)argument;
	for (volatile unsigned rounds = 0;; rounds++)
		point();
}

static void of_a_loop_that_does_not_come_round_the_limit_is_all_that_is_known(void **state)
{
	static const struct fixture program = {.tasks = {goes_on_and_counts}, .steps_max = 100};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(gx_sched_steps(), 100);
	assert_int_equal(fixture_count(GX_L_LIVELOCK), 0);
	assert_int_equal(fixture_value(GX_L_STEP_LIMIT), 100);
}

static void sleeps_again_and_again(void *argument)
{
	(void)argument;
	for (volatile unsigned rounds = 0;; rounds++)
		gx_sleep(GX_L_SLEEP, SECOND);
}

static void too_much_virtual_time_ends_the_execution_in_no_real_time(void **state)
{
	static const struct fixture program = {.tasks = {sleeps_again_and_again}, .time_ns_max = 600 * SECOND};
	double started = gx_wall_seconds();

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(gx_sched_ending(), GX_ENDING_FATAL);
	assert_int_equal(fixture_value(GX_L_STEP_LIMIT), 600 * SECOND);
	assert_int_equal(gx_now(), 601 * SECOND);
	assert_true(gx_wall_seconds() - started < 5);
}

static void stops_the_execution(void *argument)
{
	(void)argument;
	point();
	gx_sched_stop();
	saw(1);
	point();
	saw(2);
}

static void an_execution_that_is_stopped_ends_after_the_step(void **state)
{
	static const struct fixture program = {.tasks = {stops_the_execution}};

	(void)state;
	fixture_load(&program);
	fixture_run("");
	assert_int_equal(gx_sched_ending(), GX_ENDING_STOPPED);
	assert_int_equal(gx_sched_steps(), 2);
	assert_saw(1);
}

/* ---- events ---- */

static void equal_executions_have_equal_events_and_others_have_not(void **state)
{
	static const struct fixture program = {.tasks = {hands_out_numbers, hands_out_numbers}, .start = take_shared};
	static struct gx_event before[FIXTURE_EVENTS];
	uint32_t count;
	uint64_t hash;

	(void)state;
	fixture_load(&program);
	fixture_run("1212");
	hash = gx_sched_event_hash();
	count = fixture_event_count;
	memcpy(before, fixture_events, sizeof(before));
	fixture_run("1221");
	assert_int_not_equal(gx_sched_event_hash(), hash);
	fixture_run("1212");
	assert_int_equal(gx_sched_event_hash(), hash);
	assert_int_equal(fixture_event_count, count);
	assert_memory_equal(fixture_events, before, count * sizeof(before[0]));
}

static void a_record_that_is_too_short_goes_on_counting(void **state)
{
	static const struct fixture program = {.tasks = {hands_out_numbers}, .start = take_shared};
	struct gx_event events[3] = {{0}};
	struct gx_choice options[GX_OPTIONS_MAX];
	uint32_t count = 77;

	(void)state;
	fixture_load(&program);
	fixture_begin("");
	gx_sched_record(events, 2, &count);
	assert_int_equal(count, 0);
	while (gx_sched_options(options))
		gx_sched_step(options[0]);
	gx_sched_record(NULL, 0, NULL);
	assert_int_equal(count, 3); /* two steps, and the end of the task */
	assert_int_equal(events[0].step, 1);
	assert_int_equal(events[0].label, GX_L_TASK_BEGIN);
	assert_int_equal(events[1].step, 2);
	assert_int_equal(events[2].step, 0);
}

static void labels_have_names_and_names_have_labels(void **state)
{
	(void)state;
	fixture_load(&writer);
	assert_string_equal(gx_label_name(GX_L_TASK_BEGIN), "task.begin");
	assert_string_equal(gx_label_name(GX_L_SLEEP), "sleep");
	assert_string_equal(gx_label_name(GX_L_MUTEX_LOCK), "mutex.lock");
	assert_string_equal(gx_label_name(GX_LABELS_END), "?");
	assert_int_equal(gx_label_find("clock.tick"), GX_L_CLOCK_TICK);
	assert_int_equal(gx_label_find("no.such.label"), 0);
}

static const char *const own_names[] = {"own.first", "own.second"};
static const char *const other_names[] = {"other.first", "other.second", "own.first"};

/* Whether somebody may take these labels: a child tries, and ends of SIGABRT if it is a bug. */
static bool may_register(unsigned first, const char *const *names, unsigned count)
{
	pid_t child = fork();
	int status;

	if (!child) {
		close(STDERR_FILENO);
		gx_labels_register(first, names, count);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) ? !WEXITSTATUS(status) : WTERMSIG(status) == SIGABRT);
	return WIFEXITED(status);
}

static void a_label_has_one_owner(void **state)
{
	enum { FIRST = GX_LABELS_END - 10 };

	(void)state;
	fixture_load(&writer);
	gx_labels_register(FIRST, own_names, 2);
	gx_labels_register(FIRST, own_names, 2);
	gx_posix_register_labels();
	assert_string_equal(gx_label_name(FIRST + 1), "own.second");
	assert_true(may_register(FIRST, own_names, 2));
	assert_true(may_register(FIRST + 2, other_names, 3));
	assert_true(may_register(FIRST - 3, other_names, 3));
	assert_true(may_register(GX_LABELS_END - 3, other_names, 3));
	assert_false(may_register(FIRST, other_names, 1));
	assert_false(may_register(FIRST + 1, other_names, 3));
	/* That its third has the name of our first makes it no friend. */
	assert_false(may_register(FIRST - 2, other_names, 3));
	assert_false(may_register(FIRST + 1, own_names, 2));
	assert_false(may_register(GX_L_TASK_BEGIN, other_names, 1));
	assert_false(may_register(GX_L_YIELD, other_names, 1));
	assert_false(may_register(0, other_names, 1));
	assert_false(may_register(GX_LABELS_END - 2, other_names, 3));
	assert_false(may_register(UINT32_MAX, other_names, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_memory_is_zero_whatever_the_program_before_left_there),
		cmocka_unit_test(a_reset_puts_back_every_byte_that_an_execution_changed),
		cmocka_unit_test(an_address_of_the_world_has_a_number_and_any_other_has_none),
		cmocka_unit_test(more_segments_than_the_world_can_adopt_are_refused_by_name),
		cmocka_unit_test(the_bytes_of_an_arena_follow_from_what_is_live_not_from_the_order_it_came_in),
		cmocka_unit_test(a_freed_block_is_zero_and_is_the_first_to_be_used_again_when_the_step_is_over),
		cmocka_unit_test(blocks_lie_as_they_were_asked_to_and_never_below_16),
		cmocka_unit_test(random_blocks_stay_whole_and_apart_and_leave_an_empty_arena),
		cmocka_unit_test(a_full_arena_ends_the_execution_and_the_next_one_is_as_good_as_new),
		cmocka_unit_test(a_block_larger_than_an_arena_ends_the_execution),
		cmocka_unit_test(a_task_that_writes_over_its_arena_leaves_nothing_to_the_next_execution),
		cmocka_unit_test(a_task_is_known_by_its_maker_and_not_by_when_it_came),
		cmocka_unit_test(there_are_63_tasks_and_a_reaped_ones_place_is_used_again),
		cmocka_unit_test(a_killed_task_takes_no_step_more),
		cmocka_unit_test(a_serial_number_is_its_tasks_own_in_every_order),
		cmocka_unit_test(each_task_has_an_errno_of_its_own),
		cmocka_unit_test(the_task_that_ran_last_is_the_first_option),
		cmocka_unit_test(a_null_pointer_is_an_event),
		cmocka_unit_test(a_stack_overflow_is_an_event_and_says_that_it_is_one),
		cmocka_unit_test(a_stack_may_overflow_while_an_event_is_told),
		cmocka_unit_test(an_abort_is_an_event),
		cmocka_unit_test(a_trap_a_bus_error_and_a_division_by_zero_are_events),
		cmocka_unit_test(a_task_that_ends_the_process_ends_the_execution),
		cmocka_unit_test(a_spin_without_a_point_is_an_event),
		cmocka_unit_test(many_slow_steps_are_no_spin),
		cmocka_unit_test(the_clock_wakes_the_earliest_sleepers_first),
		cmocka_unit_test(a_sleep_beyond_the_end_of_time_does_not_return_at_once),
		cmocka_unit_test(too_many_steps_end_the_execution),
		cmocka_unit_test(of_a_loop_that_does_not_come_round_the_limit_is_all_that_is_known),
		cmocka_unit_test(too_much_virtual_time_ends_the_execution_in_no_real_time),
		cmocka_unit_test(an_execution_that_is_stopped_ends_after_the_step),
		cmocka_unit_test(equal_executions_have_equal_events_and_others_have_not),
		cmocka_unit_test(a_record_that_is_too_short_goes_on_counting),
		cmocka_unit_test(labels_have_names_and_names_have_labels),
		cmocka_unit_test(a_label_has_one_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
