/* States of the world: hashed, saved, restored; and a path of them, looked at and undone. */
#include "tests/fixture.h"
#include "tests/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/internal.h"
#include "core/sanitizer.h"
#include "core/snapshot.h"
#include "core/track.h"
#include "explore/rng.h"

static struct {
	uint64_t words[32];
	uint64_t *lent[8]; /* variables on stacks of tasks that others write to */
	struct gx_rng rng;
} * w;

static void take_shared(void)
{
	w = fixture_shared;
	w->rng = gx_rng_for(3, 1);
}

static struct gx_state *new_state(void)
{
	struct gx_state *state;
	struct gx_error err;

	if (gx_state_new(&state, &err) != GX_OK)
		fail_msg("%s", err.text);
	return state;
}

static struct gx_state *saved(void)
{
	struct gx_state *state = new_state();
	struct gx_error err;

	if (gx_state_save(state, &err) != GX_OK)
		fail_msg("%s", err.text);
	return state;
}

/*
 * Every byte that can matter, in one number, without the help of snapshot.c: what the world is as a whole, order of arrival and
 * addresses of records included.
 */
static GX_NO_ASAN void add_bytes(XXH3_state_t *sum, const unsigned char *bytes, size_t size)
{
	static unsigned char copy[GX_SLOT_BYTES];

	for (size_t i = 0; i < size; i++)
		((volatile unsigned char *)copy)[i] = bytes[i];
	XXH3_64bits_update(sum, copy, size);
}

static uint64_t image_of_the_world(const void *segment, size_t segment_size)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	XXH3_state_t *sum = XXH3_createState();
	uint64_t image;

	XXH3_64bits_reset(sum);
	add_bytes(sum, (const unsigned char *)hidden, offsetof(struct gx_hidden, arenas));
	add_bytes(sum, GX_SHARED_BASE, gx_core.shared_used);
	if (segment)
		add_bytes(sum, segment, segment_size);
	for (uint32_t i = 0; i < hidden->arena_count; i++) {
		add_bytes(sum, (const unsigned char *)&hidden->arenas[i], sizeof(hidden->arenas[i]));
		add_bytes(sum, gx_slot_arena(hidden->arenas[i]),
			  64 << 10); /* the tests' arenas are smaller than this */
	}
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);

		if (!task)
			continue;
		add_bytes(sum, (const unsigned char *)task, sizeof(*task));
		if (task->state == GX_TASK_PARKED)
			add_bytes(sum, task->sp, (size_t)(gx_slot_stack_top(task->slot) - (unsigned char *)task->sp));
	}
	image = XXH3_64bits_digest(sum);
	XXH3_freeState(sum);
	return image;
}

/* ---- equal states, different ways ---- */

static void minds_its_own(void *argument)
{
	unsigned number = number_of(argument);
	unsigned char *block = malloc(30 * number);
	char text[40];

	memset(block, (int)number, 30 * number);
	w->words[number] = number;
	point();
	snprintf(text, sizeof(text), "task %u", number);
	w->words[8 + number] = strlen(text) + block[1];
	point();
	free(block);
	point();
}

static const struct fixture apart = {.tasks = {minds_its_own, minds_its_own, minds_its_own}, .start = take_shared};

static uint64_t hash_after(const char *steps)
{
	fixture_begin(steps);
	return gx_world_hash();
}

static void independent_steps_lead_to_one_state_in_every_order(void **state)
{
	uint64_t hash;

	(void)state;
	fixture_load(&apart);
	hash = hash_after("123");
	assert_int_equal(hash_after("132"), hash);
	assert_int_equal(hash_after("213"), hash);
	assert_int_equal(hash_after("231"), hash);
	assert_int_equal(hash_after("312"), hash);
	assert_int_equal(hash_after("321"), hash);
	hash = hash_after("112233");
	assert_int_equal(hash_after("332211"), hash);
	assert_int_equal(hash_after("121323"), hash);
	hash = hash_after("111122223333");
	assert_int_equal(hash_after("321321321321"), hash);
}

static void different_states_have_different_hashes(void **state)
{
	static const char *const steps[] = {"",   "1",  "2",   "3",    "11",  "12",   "13",     "22",
					    "23", "33", "123", "1123", "111", "1111", "112233", "111122223333"};
	uint64_t hashes[sizeof(steps) / sizeof(steps[0])];

	(void)state;
	fixture_load(&apart);
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		hashes[i] = hash_after(steps[i]);
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(hashes[j], hashes[i]);
	}
}

static void does_nothing(void *argument)
{
	w->words[0] += number_of(argument);
}

/* In a frame of its own: a child's record lies where the order of arrival put it, so its address must not stay behind. */
static void __attribute__((noinline)) spawn_detached(void)
{
	gx_task_autoreap(gx_task_spawn(FIXTURE_ROLE, 0, does_nothing, (void *)2));
}

static void makes_a_child(void *argument)
{
	spawn_detached();
	w->words[number_of(argument)] = 1;
	point();
}

static void children_that_came_in_another_order_make_no_other_state(void **state)
{
	static const struct fixture program = {.tasks = {makes_a_child, makes_a_child}, .start = take_shared};
	uint64_t hash;

	(void)state;
	if (GX_ASAN)
		SKIP("ASan keeps words of its own in frames: that costs states, not soundness");
	fixture_load(&program);
	hash = hash_after("12");
	assert_int_equal(hash_after("21"), hash);
	hash = hash_after("1234");
	assert_int_equal(hash_after("2143"), hash);
}

/* The argument of a task that has not begun decides what it will do. */
static void hands_over_what_it_read(void *argument)
{
	(void)argument;
	gx_task_autoreap(gx_task_spawn(FIXTURE_ROLE, 0, does_nothing, (void *)(uintptr_t)(1 + w->words[3])));
}

static void raises_for_a_moment(void *argument)
{
	(void)argument;
	w->words[3] = 1;
	point();
	w->words[3] = 0;
}

static void the_argument_of_a_task_that_has_not_begun_is_part_of_the_state(void **state)
{
	static const struct fixture program = {.tasks = {hands_over_what_it_read, raises_for_a_moment},
					       .start = take_shared};

	(void)state;
	fixture_load(&program);
	assert_int_not_equal(hash_after("122"), hash_after("212"));
}

static void makes_a_detached_child_if_raised(void *argument)
{
	struct gx_task *child = gx_task_spawn(FIXTURE_ROLE, 0, does_nothing, argument);

	if (w->words[3])
		gx_task_autoreap(child);
}

static void whether_a_task_will_be_reaped_is_part_of_the_state(void **state)
{
	static const struct fixture program = {.tasks = {makes_a_detached_child_if_raised, raises_for_a_moment},
					       .start = take_shared};

	(void)state;
	fixture_load(&program);
	assert_int_not_equal(hash_after("122"), hash_after("212"));
}

/* ---- random walks ---- */

/* Blocks come and go, others' stacks are written to, children are made, time passes, later seen. */
static void wanders(void *argument)
{
	unsigned number = number_of(argument) & 7;
	uint64_t local = number;
	void *blocks[4] = {NULL};

	for (unsigned round = 0; round < 30; round++) {
		unsigned i = gx_rng_below(&w->rng, 4);
		size_t size;

		w->lent[number] = &local;
		switch (gx_rng_below(&w->rng, round < 15 ? 6 : 7)) {
		case 0:
			size = 1 + gx_rng_below(&w->rng, 500);
			free(blocks[i]);
			blocks[i] = malloc(size);
			memset(blocks[i], (int)round, size);
			break;
		case 1:
			free(blocks[i]);
			blocks[i] = NULL;
			break;
		case 2:
			w->words[gx_rng_below(&w->rng, 32)] = gx_rng_next(&w->rng);
			break;
		case 3:
			i = gx_rng_below(&w->rng, 8);
			if (w->lent[i])
				*w->lent[i] ^= gx_rng_next(&w->rng);
			break;
		case 4:
			if (number_of(argument) < 8)
				gx_task_autoreap(
					gx_task_spawn(FIXTURE_ROLE, 0, wanders, (void *)(uintptr_t)(8 + number)));
			break;
		case 5:
			gx_sleep(GX_L_SLEEP, gx_rng_below(&w->rng, 3) * 1000);
			break;
		default:
			w->words[number] = gx_clock_look();
		}
		point();
	}
	w->lent[number] = NULL;
	for (unsigned i = 0; i < 4; i++)
		free(blocks[i]);
}

static unsigned char segment[300];

static void take_shared_and_a_segment(void)
{
	struct gx_error err;

	take_shared();
	memset(segment, 0, sizeof(segment));
	if (gx_world_adopt(segment, sizeof(segment), &err) != GX_OK)
		fail_msg("%s", err.text);
}

static void writes_to_the_segment(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < 20; i++) {
		segment[gx_rng_below(&w->rng, sizeof(segment))]++;
		point();
	}
}

static const struct fixture wandering = {.tasks = {wanders, wanders, writes_to_the_segment},
					 .start = take_shared_and_a_segment};

/* A step drawn by the test's own generator; false at the end. */
static bool random_step(struct gx_rng *rng)
{
	struct gx_choice options[GX_OPTIONS_MAX];
	unsigned count = gx_sched_options(options);

	if (!count)
		return false;
	gx_sched_step(options[gx_rng_below(rng, count)]);
	(void)gx_sched_options(options);
	return true;
}

static void what_was_saved_comes_back_whole_and_goes_on_the_same_way(void **state)
{
	(void)state;
	fixture_load(&wandering);
	for (unsigned seed = 0; seed < 20; seed++) {
		struct gx_rng rng = gx_rng_for(1, seed);
		struct gx_rng again;
		struct gx_state *there;
		uint64_t image;
		uint64_t hash;
		uint64_t end;

		gx_sched_reset();
		for (unsigned i = 0; i < 5 * seed; i++)
			random_step(&rng);
		there = saved();
		hash = gx_world_hash();
		image = image_of_the_world(segment, sizeof(segment));
		again = rng;
		while (random_step(&rng))
			;
		end = image_of_the_world(segment, sizeof(segment));
		assert_int_not_equal(end, image);
		gx_state_restore(there);
		assert_int_equal(image_of_the_world(segment, sizeof(segment)), image);
		assert_int_equal(gx_world_hash(), hash);
		while (random_step(&again))
			;
		assert_int_equal(image_of_the_world(segment, sizeof(segment)), end);
		gx_state_free(there);
	}
}

enum { WALK = 400 };

/* States of a walk, each looked at after a step from the one before it; and what the world was then. */
static struct {
	uint64_t hash;
	uint64_t image;
} walk[WALK];

static void visit(unsigned i)
{
	struct gx_error err;
	enum gx_status rc = i ? gx_track_look(&walk[i].hash, NULL, NULL, &err) : gx_track_begin(&err);

	if (rc != GX_OK)
		fail_msg("%s", err.text);
	if (i)
		gx_track_keep();
	walk[i].hash = gx_track_hash();
	walk[i].image = image_of_the_world(segment, sizeof(segment));
}

static void a_look_after_a_step_has_the_hash_that_the_whole_has(void **state)
{
	struct gx_rng rng = gx_rng_for(2, 0);
	unsigned count = 0;

	(void)state;
	fixture_load(&wandering);
	gx_sched_reset();
	do {
		visit(count);
		assert_int_equal(walk[count].hash, gx_world_hash());
		count++;
	} while (count < WALK && random_step(&rng));
	assert_in_range(count, 100, WALK);
}

/* As a depth first search does it: back to a state of the path, on by another way. */
static void undoing_steps_gives_the_same_world_byte_for_byte(void **state)
{
	struct gx_rng rng = gx_rng_for(4, 0);
	unsigned top = 0;
	unsigned visits = 0;

	(void)state;
	fixture_load(&wandering);
	gx_sched_reset();
	visit(0);
	for (unsigned round = 0; round < 200; round++) {
		unsigned steps = gx_rng_below(&rng, 20);
		unsigned back = gx_rng_below(&rng, top + 1);

		for (unsigned i = 0; i < steps && top + 1 < WALK && random_step(&rng); i++, visits++)
			visit(++top);
		for (; top > back; top--)
			gx_track_undo();
		assert_int_equal(image_of_the_world(segment, sizeof(segment)), walk[back].image);
		assert_int_equal(gx_world_hash(), walk[back].hash);
		assert_int_equal(gx_track_hash(), walk[back].hash);
	}
	assert_in_range(visits, 500, 10000);
}

/* The transitions of a search that lead nowhere new. */
static void a_state_that_was_looked_at_can_be_left_at_once(void **state)
{
	struct gx_rng rng = gx_rng_for(5, 0);
	struct gx_error err;
	uint64_t hash;

	(void)state;
	fixture_load(&wandering);
	gx_sched_reset();
	for (unsigned i = 0; i < 40; i++)
		random_step(&rng);
	visit(0);
	for (unsigned i = 0; i < 50; i++) {
		random_step(&rng);
		assert_int_equal(gx_track_look(&hash, NULL, NULL, &err), GX_OK);
		assert_int_not_equal(hash, walk[0].hash);
		gx_track_drop();
		assert_int_equal(image_of_the_world(segment, sizeof(segment)), walk[0].image);
	}
}

static void keep_hash(void *context, uint64_t hash)
{
	*(uint64_t *)context = hash;
}

static void the_hash_is_told_before_anything_is_written(void **state)
{
	struct gx_rng rng = gx_rng_for(6, 0);
	struct gx_error err;
	uint64_t told = 0;
	uint64_t hash;

	(void)state;
	fixture_load(&wandering);
	gx_sched_reset();
	visit(0);
	random_step(&rng);
	assert_int_equal(gx_track_look(&hash, keep_hash, &told, &err), GX_OK);
	assert_int_equal(told, hash);
	gx_track_drop();
}

/* ---- what a state holds ---- */

static void lends_a_variable(void *argument)
{
	uint64_t mine = 1;

	(void)argument;
	w->lent[0] = &mine;
	point();
	saw((int64_t)mine);
}

static void writes_to_a_borrowed_variable(void *argument)
{
	(void)argument;
	*w->lent[0] = 2;
	point();
}

static void a_write_to_the_stack_of_another_task_is_noticed_and_undone(void **state)
{
	static const struct fixture program = {.tasks = {lends_a_variable, writes_to_a_borrowed_variable},
					       .start = take_shared};
	struct gx_choice options[GX_OPTIONS_MAX];

	(void)state;
	fixture_load(&program);
	fixture_begin("1");
	visit(0);
	assert_int_equal(gx_sched_options(options), 2);
	gx_sched_step(options[1]);
	visit(1);
	assert_int_equal(*w->lent[0], 2);
	assert_int_equal(walk[1].hash, gx_world_hash());
	gx_track_undo();
	assert_int_equal(*w->lent[0], 1);
	assert_int_equal(gx_world_hash(), walk[0].hash);
}

static void an_adopted_segment_is_saved_hashed_and_restored(void **state)
{
	static const struct fixture program = {.tasks = {does_nothing}, .start = take_shared_and_a_segment};
	struct gx_state *before;
	struct gx_state *after;
	uint64_t hash;

	(void)state;
	fixture_load(&program);
	gx_sched_reset();
	before = saved();
	hash = gx_world_hash();
	visit(0);
	segment[299] = 1;
	assert_int_not_equal(gx_world_hash(), hash);
	after = saved();
	visit(1);
	assert_int_equal(walk[1].hash, gx_world_hash());
	gx_track_undo();
	assert_int_equal(segment[299], 0);
	gx_state_restore(after);
	assert_int_equal(segment[299], 1);
	gx_state_restore(before);
	assert_int_equal(segment[299], 0);
	gx_state_restore(after);
	gx_sched_reset();
	assert_int_equal(segment[299], 0);
	assert_int_equal(gx_world_hash(), hash);
	gx_state_free(before);
	gx_state_free(after);
}

enum { BLOCK = 16 + 4992 }; /* in the arena, header included */

static void takes_more_and_more(void *argument)
{
	(void)argument;
	for (;;) {
		w->words[0] = (uint64_t)(uintptr_t)memset(malloc(BLOCK - 16), 1, BLOCK - 16);
		point();
	}
}

static void memory_that_an_arena_gave_back_is_zero_again(void **state)
{
	static const struct fixture program = {.tasks = {takes_more_and_more}, .start = take_shared};
	struct gx_choice options[GX_OPTIONS_MAX];
	unsigned char *arena;

	(void)state;
	fixture_load(&program);
	fixture_begin("1");
	arena = gx_slot_arena(gx_task_at(1)->slot);
	visit(0);
	for (unsigned i = 1; i < 4; i++) {
		(void)gx_sched_options(options);
		gx_sched_step(options[0]);
		visit(i);
	}
	assert_int_equal(arena[4 * BLOCK - 16], 1);
	for (unsigned i = 0; i < 3; i++)
		gx_track_undo();
	assert_int_equal(arena[BLOCK - 16], 1);
	for (unsigned i = BLOCK; i < 5 * BLOCK; i++)
		assert_int_equal(arena[i], 0);
}

static void a_look_logs_what_has_changed_and_nothing_else(void **state)
{
	struct gx_state *whole;
	size_t nothing;

	(void)state;
	fixture_load(&apart);
	fixture_begin("1122");
	whole = saved();
	visit(0);
	visit(1); /* nothing has happened: nothing but the scheduler's header may be copied */
	nothing = gx_track_high();
	assert_int_equal(walk[1].hash, walk[0].hash);
	assert_true(nothing > 0 && nothing <= 256 && nothing < gx_state_bytes(whole) / 4);
	w->words[31]++;
	visit(2);
	assert_in_range(gx_track_high(), 2 * nothing + 64, 2 * nothing + 128);
	gx_state_free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(independent_steps_lead_to_one_state_in_every_order),
		cmocka_unit_test(different_states_have_different_hashes),
		cmocka_unit_test(children_that_came_in_another_order_make_no_other_state),
		cmocka_unit_test(the_argument_of_a_task_that_has_not_begun_is_part_of_the_state),
		cmocka_unit_test(whether_a_task_will_be_reaped_is_part_of_the_state),
		cmocka_unit_test(what_was_saved_comes_back_whole_and_goes_on_the_same_way),
		cmocka_unit_test(a_look_after_a_step_has_the_hash_that_the_whole_has),
		cmocka_unit_test(undoing_steps_gives_the_same_world_byte_for_byte),
		cmocka_unit_test(a_state_that_was_looked_at_can_be_left_at_once),
		cmocka_unit_test(the_hash_is_told_before_anything_is_written),
		cmocka_unit_test(a_write_to_the_stack_of_another_task_is_noticed_and_undone),
		cmocka_unit_test(an_adopted_segment_is_saved_hashed_and_restored),
		cmocka_unit_test(memory_that_an_arena_gave_back_is_zero_again),
		cmocka_unit_test(a_look_logs_what_has_changed_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
