/* malloc and friends: the world's for controlled tasks, libc's for everybody else. */
#include "tests/fixture.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/internal.h"

static struct {
	void *block[8];
	uint64_t words[8];
} * w;

static void take_shared(void)
{
	w = fixture_shared;
}

static void run(void (*task)(void *))
{
	fixture_run_tasks(take_shared, task, NULL, "");
}

/* The compiler knows malloc() and would do without. */
static void *kept(void *block)
{
	__asm__ volatile("" : "+r"(block) : : "memory");
	return block;
}

static bool is_mine(const void *block)
{
	return gx_arena_is_live(block) && gx_arena_owns(block) && gx_world_contains(block);
}

static bool is_all(const unsigned char *bytes, unsigned char value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

/* ---- inside ---- */

static void allocates_in_every_way(void *argument)
{
	char *line = NULL;

	(void)argument;
	w->block[0] = kept(malloc(100));
	w->block[1] = kept(calloc(7, 9));
	w->block[2] = kept(realloc(NULL, 50));
	w->block[3] = kept(aligned_alloc(256, 512));
	w->block[4] = kept(memalign(64, 1));
	saw(posix_memalign(&w->block[5], 1024, 10));
	w->block[6] = kept(strdup("a name"));
	w->block[7] = kept(strndup("a longer name", 8));
	for (unsigned i = 0; i < 8; i++)
		w->words[0] += is_mine(w->block[i]);
	saw(is_all(w->block[1], 0, 63));
	saw((int64_t)((uintptr_t)w->block[3] % 256 + (uintptr_t)w->block[4] % 64 + (uintptr_t)w->block[5] % 1024));
	saw(strcmp(w->block[6], "a name"));
	saw(strcmp(w->block[7], "a longer"));
	saw(asprintf(&line, "%d blocks", 8)); /* libc's own allocations */
	saw(is_mine(line));
	free(line);
	for (unsigned i = 0; i < 8; i++)
		free(w->block[i]);
	free(NULL);
	gx_arena_settle();
	saw((int64_t)gx_arena_high(gx_task_self()->slot));
}

static void what_a_task_allocates_lies_in_the_world(void **state)
{
	(void)state;
	run(allocates_in_every_way);
	assert_saw(0, true, 0, 0, 0, 8, true, 0);
	assert_int_equal(w->words[0], 8);
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 0);
}

static void grows_and_shrinks(void *argument)
{
	unsigned char *block = malloc(100);

	(void)argument;
	memset(block, 0x11, 100);
	block = realloc(block, 5000);
	saw(is_all(block, 0x11, 100));
	memset(block, 0x22, 5000);
	block = realloc(block, 30);
	saw(is_all(block, 0x22, 30));
	saw(is_mine(block));
	free(block);
	gx_arena_settle();
	saw((int64_t)gx_arena_high(gx_task_self()->slot));
}

static void a_block_keeps_its_bytes_when_it_grows_or_shrinks(void **state)
{
	(void)state;
	run(grows_and_shrinks);
	assert_saw(true, true, true, 0);
}

static volatile size_t huge = SIZE_MAX / 2;
static volatile size_t odd = 24;

static void asks_for_the_impossible(void *argument)
{
	void *block = w;

	(void)argument;
	errno = 0;
	saw(kept(calloc(huge, 3)) == NULL);
	saw(errno);
	saw(posix_memalign(&block, odd, 8));
	saw(posix_memalign(&block, 4, 8));
	saw(block == w);
	saw(kept(memalign(odd, 8)) == NULL);
	saw(errno);
}

static void what_cannot_be_is_refused_as_libc_does(void **state)
{
	(void)state;
	run(asks_for_the_impossible);
	assert_saw(true, ENOMEM, EINVAL, EINVAL, true, true, EINVAL);
}

static void asks_for_more_than_the_world_has(void *argument)
{
	(void)argument;
	kept(malloc(huge));
	saw(1);
}

static void the_end_of_the_world_is_not_shown_to_a_gate_as_an_out_of_memory(void **state)
{
	(void)state;
	run(asks_for_more_than_the_world_has);
	assert_int_equal(fixture_count(GX_L_WORLD_FULL), 1);
	fixture_assert_saw(NULL, 0, __FILE__, __LINE__);
}

/* ---- libc's blocks inside, the world's outside ---- */

static char *from_outside;

static void takes_over_a_block_from_outside(void *argument)
{
	char *copy = realloc(from_outside, 64);

	(void)argument;
	saw(is_mine(copy));
	saw(strcmp(copy, "made outside"));
	free(copy);
}

static void a_block_from_outside_grows_into_the_world_and_is_left_for_other_executions(void **state)
{
	(void)state;
	from_outside = strdup("made outside");
	for (unsigned i = 0; i < 2; i++) {
		run(takes_over_a_block_from_outside);
		assert_saw(true, 0);
		assert_string_equal(from_outside, "made outside");
	}
	assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 0);
	free(from_outside);
}

static void leaves_a_block(void *argument)
{
	(void)argument;
	w->block[0] = kept(strdup("made inside"));
	point();
	saw(strcmp(w->block[0], "made inside"));
}

static void a_block_of_the_world_is_not_freed_from_outside(void **state)
{
	static const struct fixture program = {.tasks = {leaves_a_block}, .start = take_shared};
	char *grown;

	(void)state;
	fixture_load(&program);
	fixture_begin("1");
	free(w->block[0]);
	assert_string_equal(w->block[0], "made inside");
	grown = realloc(w->block[0], 100);
	assert_string_equal(grown, "made inside");
	assert_false(gx_world_contains(grown));
	free(grown);
}

static void *allocates_on_a_real_thread(void *argument)
{
	char *text = kept(malloc(1000));
	bool outside = !gx_world_contains(text);

	free(text);
	return outside ? argument : NULL;
}

static void everybody_else_gets_libcs_memory(void **state)
{
	void *block[6];
	pthread_t thread;
	void *result;

	(void)state;
	fixture_open();
	block[0] = kept(malloc(10));
	block[1] = kept(calloc(3, 3));
	block[2] = kept(realloc(NULL, 10));
	block[3] = kept(aligned_alloc(64, 64));
	assert_int_equal(posix_memalign(&block[4], 128, 10), 0);
	block[5] = kept(strdup("text"));
	for (unsigned i = 0; i < 6; i++) {
		assert_non_null(block[i]);
		assert_false(gx_world_contains(block[i]));
		free(block[i]);
	}
	assert_int_equal(pthread_create(&thread, NULL, allocates_on_a_real_thread, block), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_task_allocates_lies_in_the_world),
		cmocka_unit_test(a_block_keeps_its_bytes_when_it_grows_or_shrinks),
		cmocka_unit_test(what_cannot_be_is_refused_as_libc_does),
		cmocka_unit_test(the_end_of_the_world_is_not_shown_to_a_gate_as_an_out_of_memory),
		cmocka_unit_test(a_block_from_outside_grows_into_the_world_and_is_left_for_other_executions),
		cmocka_unit_test(a_block_of_the_world_is_not_freed_from_outside),
		cmocka_unit_test(everybody_else_gets_libcs_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
