/*
 * Objects that are none any more, or not yet: freed, left, overwritten, destroyed, never initialised; by whatever call. And those that are in
 * use while that is done to them. The nearest legal use is silent in every interleaving.
 */
#include "tests/fixture.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "explore/strategy.h"

/* What a block holds. */
struct objects {
	uint64_t before; /* not at the beginning of the block */
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	sem_t semaphore;
	pthread_once_t once;
};

static struct {
	struct objects *block;
	pthread_mutex_t mutex;
	sem_t *semaphore;
	uint64_t waiting;
	uint64_t stage;
} * w;

/* A program's static object, which is the world's as a plugin's is. */
static struct objects fixed;

static void take_shared(void)
{
	struct gx_error err;

	w = fixture_shared;
	memset(&fixed, 0, sizeof(fixed));
	if (gx_world_adopt(&fixed, sizeof(fixed), &err) != GX_OK)
		fail_msg("%s", err.text);
}

/* The compiler knows what free() does, and would warn. */
static void *hidden(void *block)
{
	__asm__ volatile("" : "+r"(block) : : "memory");
	return block;
}

static pthread_t thread_of(void *(*routine)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, routine, NULL);
	return thread;
}

static void counts_a_call(void)
{
	w->stage++;
}

/* A block with all of them, as good as it gets. */
static void make_block(void)
{
	w->block = malloc(sizeof(*w->block));
	pthread_mutex_init(&w->block->mutex, NULL);
	pthread_cond_init(&w->block->cond, NULL);
	sem_init(&w->block->semaphore, 0, 0);
	w->block->once = PTHREAD_ONCE_INIT;
}

/* ---- every call, on what is no object any more ---- */

static struct timespec soon;

static int locks(struct objects *o)
{
	return pthread_mutex_lock(&o->mutex);
}

static int locks_for_a_time(struct objects *o)
{
	return pthread_mutex_timedlock(&o->mutex, &soon);
}

static int locks_for_a_time_by_a_clock(struct objects *o)
{
	return pthread_mutex_clocklock(&o->mutex, CLOCK_MONOTONIC, &soon);
}

static int tries(struct objects *o)
{
	return pthread_mutex_trylock(&o->mutex);
}

static int unlocks(struct objects *o)
{
	return pthread_mutex_unlock(&o->mutex);
}

static int destroys_the_mutex(struct objects *o)
{
	return pthread_mutex_destroy(&o->mutex);
}

static int waits_with_the_mutex(struct objects *o)
{
	return pthread_cond_wait(&fixed.cond, &o->mutex);
}

static int signals(struct objects *o)
{
	return pthread_cond_signal(&o->cond);
}

static int broadcasts(struct objects *o)
{
	return pthread_cond_broadcast(&o->cond);
}

static int waits(struct objects *o)
{
	pthread_mutex_lock(&w->mutex);
	return pthread_cond_wait(&o->cond, &w->mutex);
}

static int waits_for_a_time(struct objects *o)
{
	pthread_mutex_lock(&w->mutex);
	return pthread_cond_timedwait(&o->cond, &w->mutex, &soon);
}

static int waits_for_a_time_by_a_clock(struct objects *o)
{
	pthread_mutex_lock(&w->mutex);
	return pthread_cond_clockwait(&o->cond, &w->mutex, CLOCK_MONOTONIC, &soon);
}

static int destroys_the_condition(struct objects *o)
{
	return pthread_cond_destroy(&o->cond);
}

static int posts(struct objects *o)
{
	return sem_post(&o->semaphore);
}

static int takes(struct objects *o)
{
	return sem_wait(&o->semaphore);
}

static int takes_for_a_time(struct objects *o)
{
	return sem_timedwait(&o->semaphore, &soon);
}

static int takes_for_a_time_by_a_clock(struct objects *o)
{
	return sem_clockwait(&o->semaphore, CLOCK_MONOTONIC, &soon);
}

static int tries_to_take(struct objects *o)
{
	return sem_trywait(&o->semaphore);
}

static int asks(struct objects *o)
{
	int value;

	return sem_getvalue(&o->semaphore, &value);
}

static int destroys_the_semaphore(struct objects *o)
{
	return sem_destroy(&o->semaphore);
}

static int calls_once(struct objects *o)
{
	return pthread_once(&o->once, counts_a_call);
}

struct call {
	int (*call)(struct objects *);
	enum gx_posix_kind kind;
};

static const struct call calls[] = {
	{locks, GX_POSIX_MUTEX},
	{locks_for_a_time, GX_POSIX_MUTEX},
	{locks_for_a_time_by_a_clock, GX_POSIX_MUTEX},
	{tries, GX_POSIX_MUTEX},
	{unlocks, GX_POSIX_MUTEX},
	{destroys_the_mutex, GX_POSIX_MUTEX},
	{waits_with_the_mutex, GX_POSIX_MUTEX},
	{signals, GX_POSIX_COND},
	{broadcasts, GX_POSIX_COND},
	{waits, GX_POSIX_COND},
	{waits_for_a_time, GX_POSIX_COND},
	{waits_for_a_time_by_a_clock, GX_POSIX_COND},
	{destroys_the_condition, GX_POSIX_COND},
	{posts, GX_POSIX_SEMAPHORE},
	{takes, GX_POSIX_SEMAPHORE},
	{takes_for_a_time, GX_POSIX_SEMAPHORE},
	{takes_for_a_time_by_a_clock, GX_POSIX_SEMAPHORE},
	{tries_to_take, GX_POSIX_SEMAPHORE},
	{asks, GX_POSIX_SEMAPHORE},
	{destroys_the_semaphore, GX_POSIX_SEMAPHORE},
	{calls_once, GX_POSIX_ONCE},
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static const struct call *call;

/* ---- how an object comes to be none ---- */

static void is_freed(void)
{
	struct objects *block;

	make_block();
	block = hidden(w->block);
	free(hidden(w->block));
	call->call(block);
}

static void is_freed_between_blocks(void)
{
	struct objects *block;

	make_block();
	block = hidden(w->block);
	make_block();
	free(hidden(block));
	call->call(block);
}

static void is_never_made(void)
{
	make_block();
	call->call(hidden(malloc(sizeof(struct objects))));
}

static void is_overwritten(void)
{
	make_block();
	memset(w->block, 0x20, sizeof(*w->block));
	call->call(w->block);
}

static void is_destroyed(void)
{
	make_block();
	pthread_mutex_destroy(&w->block->mutex);
	pthread_cond_destroy(&w->block->cond);
	sem_destroy(&w->block->semaphore);
	saw(call->call(w->block) != 0);
}

/* A thread that is given an object in a frame of its maker's, which returns. Deep enough not to be overwritten by what comes next. */
static struct objects *__attribute__((noinline)) object_in_a_deep_frame(void)
{
	struct objects local = {0};

	pthread_mutex_init(&local.mutex, NULL);
	pthread_cond_init(&local.cond, NULL);
	sem_init(&local.semaphore, 0, 0);
	w->semaphore = &local.semaphore;
	/* cppcheck-suppress returnDanglingLifetime ; that is what the test is about */
	return hidden(&local);
}

static struct objects *__attribute__((noinline)) object_in_a_frame(void)
{
	char room[8192];

	hidden(room);
	return hidden(object_in_a_deep_frame());
}

static void is_left(void)
{
	make_block();
	call->call(object_in_a_frame());
}

static void *left_by_its_maker(void *object)
{
	await(&w->stage, 1);
	call->call(object);
	return NULL;
}

static void is_left_by_another(void)
{
	pthread_t thread;

	make_block();
	pthread_create(&thread, NULL, left_by_its_maker, object_in_a_frame());
	w->stage = 1;
	pthread_join(thread, NULL);
}

static void is_left_by_one_that_has_ended(void)
{
	pthread_t thread;

	make_block();
	pthread_create(&thread, NULL, left_by_its_maker, object_in_a_frame());
	w->stage = 1;
	pthread_detach(thread);
}

/* ---- running them ---- */

static void (*body)(void);

static void runs_the_body(void *argument)
{
	(void)argument;
	soon = (struct timespec){.tv_sec = 1};
	body();
}

static const struct fixture program = {.tasks = {runs_the_body}, .start = take_shared};

static void run_with(void (*chosen)(void), const char *steps)
{
	body = chosen;
	fixture_load(&program);
	fixture_run(steps);
}

static void run(void (*chosen)(void))
{
	run_with(chosen, "");
}

static const struct gx_event *first_misuse(void)
{
	for (uint32_t i = 0; i < fixture_event_count; i++)
		if (fixture_events[i].label == GX_L_POSIX_MISUSE)
			return &fixture_events[i];
	return NULL;
}

static const struct gx_event *told(void)
{
	const struct gx_event *event = first_misuse();

	if (!event)
		fail_msg("no misuse was told");
	return event;
}

static void every_call_ends_with(enum gx_posix_misuse misuse, void (*how)(void))
{
	for (unsigned i = 0; i < CALLS; i++) {
		const struct gx_event *event;

		call = &calls[i];
		run(how);
		event = first_misuse();
		if (!event || event->value != misuse || GX_POSIX_EXTRA_KIND(event->extra) != calls[i].kind ||
		    gx_sched_ending() != GX_ENDING_FATAL)
			fail_msg("call %u: misuse %lld of kind %d, ending %d", i, event ? (long long)event->value : -1,
				 event ? (int)GX_POSIX_EXTRA_KIND(event->extra) : -1, gx_sched_ending());
	}
}

static void every_use_of_freed_memory_is_a_misuse(void **state)
{
	(void)state;
	every_call_ends_with(GX_POSIX_USE_FREED, is_freed);
	every_call_ends_with(GX_POSIX_USE_FREED, is_freed_between_blocks);
}

static void every_use_of_what_was_never_initialised_is_a_misuse(void **state)
{
	(void)state;
	every_call_ends_with(GX_POSIX_USE_NONE, is_never_made);
}

static void every_use_of_what_was_overwritten_is_a_misuse(void **state)
{
	(void)state;
	every_call_ends_with(GX_POSIX_USE_NONE, is_overwritten);
}

static void every_use_of_what_lay_in_a_frame_that_was_left_is_a_misuse(void **state)
{
	(void)state;
	every_call_ends_with(GX_POSIX_USE_LEFT, is_left);
	every_call_ends_with(GX_POSIX_USE_LEFT, is_left_by_another);
	every_call_ends_with(GX_POSIX_USE_LEFT, is_left_by_one_that_has_ended);
}

/* What glibc answers, where it answers; semaphores have no such answer. */
static void every_use_of_what_was_destroyed_is_a_misuse(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CALLS; i++) {
		bool answers = calls[i].kind != GX_POSIX_SEMAPHORE;

		if (calls[i].kind == GX_POSIX_ONCE)
			continue;
		call = &calls[i];
		run(is_destroyed);
		if (!first_misuse())
			fail_msg("call %u: no misuse", i);
		assert_int_equal(told()->value, answers ? GX_POSIX_USE_DESTROYED : GX_POSIX_USE_NONE);
		assert_int_equal(GX_POSIX_EXTRA_KIND(told()->extra), calls[i].kind);
		assert_int_equal(gx_sched_ending(), answers ? GX_ENDING_QUIET : GX_ENDING_FATAL);
		if (answers)
			assert_saw(1);
	}
}

/* ---- in use ---- */

static void *holds_the_mutex(void *argument)
{
	pthread_mutex_lock(&w->block->mutex);
	w->waiting++;
	await(&w->stage, 1);
	pthread_mutex_unlock(&w->block->mutex);
	return argument;
}

static void *waits_for_the_mutex(void *argument)
{
	w->waiting++;
	pthread_mutex_lock(&w->block->mutex);
	pthread_mutex_unlock(&w->block->mutex);
	return argument;
}

static void *waits_for_the_condition(void *argument)
{
	pthread_mutex_lock(&w->mutex);
	w->waiting++;
	pthread_cond_wait(&w->block->cond, &w->mutex);
	pthread_mutex_unlock(&w->mutex);
	return argument;
}

static void *waits_elsewhere_with_the_mutex(void *argument)
{
	pthread_mutex_lock(&w->block->mutex);
	w->waiting++;
	pthread_cond_wait(&fixed.cond, &w->block->mutex);
	pthread_mutex_unlock(&w->block->mutex);
	return argument;
}

static void *waits_for_the_semaphore(void *argument)
{
	w->waiting++;
	sem_wait(&w->block->semaphore);
	return argument;
}

static void *is_about_to_post(void *argument)
{
	w->waiting++;
	sem_post(&w->block->semaphore);
	return argument;
}

static void is_under_way(void)
{
	w->waiting++;
	await(&w->stage, 1);
}

static void *is_in_the_routine_of_once(void *argument)
{
	pthread_once(&w->block->once, is_under_way);
	return argument;
}

static void *waits_for_once(void *argument)
{
	await(&w->waiting, 1);
	w->waiting++;
	pthread_once(&w->block->once, is_under_way);
	return argument;
}

struct use {
	void *(*user)(void *);
	enum gx_posix_kind kind;
	enum gx_posix_role role;
	const char *
		steps; /* the body to where it waits for the user, and the user to where it uses the object; then the body */
	void *(*before)(void *); /* another one, which has to come first */
};

static const struct use uses[] = {
	{holds_the_mutex, GX_POSIX_MUTEX, GX_POSIX_HOLDS, "1*221*", NULL},
	{waits_for_the_mutex, GX_POSIX_MUTEX, GX_POSIX_WAITS, "1*21*", NULL},
	{waits_elsewhere_with_the_mutex, GX_POSIX_MUTEX, GX_POSIX_ABOUT_TO_USE, "1*2221*", NULL},
	{waits_for_the_condition, GX_POSIX_COND, GX_POSIX_WAITS, "1*2221*", NULL},
	{waits_for_the_semaphore, GX_POSIX_SEMAPHORE, GX_POSIX_WAITS, "1*21*", NULL},
	{is_about_to_post, GX_POSIX_SEMAPHORE, GX_POSIX_ABOUT_TO_USE, "1*21*", NULL},
	{waits_for_once, GX_POSIX_ONCE, GX_POSIX_WAITS, "1*22331*", is_in_the_routine_of_once},
};

enum { USES = sizeof(uses) / sizeof(uses[0]) };

static const struct use *use;

static void begin_use(void)
{
	make_block();
	if (use->before)
		thread_of(use->before);
	thread_of(use->user);
	await(&w->waiting, use->before ? 2 : 1);
}

static void frees_what_is_in_use(void)
{
	begin_use();
	free(w->block);
	saw(0);
}

static void moves_what_is_in_use(void)
{
	begin_use();
	w->block = realloc(w->block, 4096);
	saw(0);
}

static void what_is_in_use_may_not_be_released(void **state)
{
	static void (*const releases[])(void) = {frees_what_is_in_use, moves_what_is_in_use};

	(void)state;
	for (unsigned i = 0; i < 2 * USES; i++) {
		const struct gx_event *event;

		use = &uses[i / 2];
		run_with(releases[i % 2], use->steps);
		event = first_misuse();
		if (!event || event->value != GX_POSIX_FREE_IN_USE ||
		    event->extra >> 8 != ((unsigned)use->kind | (unsigned)use->role) ||
		    gx_sched_ending() != GX_ENDING_FATAL)
			fail_msg("use %u: misuse %lld, extra 0x%x", i / 2, event ? (long long)event->value : -1,
				 event ? event->extra : 0);
		assert_int_not_equal(GX_POSIX_EXTRA_OTHER(event->extra), event->task);
		assert_int_not_equal(GX_POSIX_EXTRA_OTHER(event->extra), GX_CLOCK);
		assert_saw();
	}
}

static void frees_what_it_holds(void)
{
	make_block();
	pthread_mutex_lock(&w->block->mutex);
	free(w->block);
}

static void a_holder_may_not_free_its_mutex(void **state)
{
	(void)state;
	run(frees_what_it_holds);
	assert_int_equal(told()->value, GX_POSIX_FREE_IN_USE);
	assert_int_equal(GX_POSIX_EXTRA_OTHER(told()->extra), told()->task);
}

static int makes_the_mutex_again(struct objects *o)
{
	return pthread_mutex_init(&o->mutex, NULL);
}

static int makes_the_condition_again(struct objects *o)
{
	return pthread_cond_init(&o->cond, NULL);
}

static int makes_the_semaphore_again(struct objects *o)
{
	return sem_init(&o->semaphore, 0, 1);
}

static int (*deed)(struct objects *);

static void does_it_while_it_is_in_use(void)
{
	begin_use();
	saw(deed(w->block));
	w->stage = 1;
}

static void what_is_in_use_may_not_be_made_again(void **state)
{
	static int (*const makers[])(struct objects *) = {[GX_POSIX_MUTEX] = makes_the_mutex_again,
							  [GX_POSIX_COND] = makes_the_condition_again,
							  [GX_POSIX_SEMAPHORE] = makes_the_semaphore_again};

	(void)state;
	for (unsigned i = 0; i < USES; i++) {
		use = &uses[i];
		if (use->kind == GX_POSIX_ONCE || use->user == is_about_to_post)
			continue;
		deed = makers[use->kind];
		run_with(does_it_while_it_is_in_use, use->steps);
		if (!first_misuse() || told()->value != GX_POSIX_INIT_IN_USE)
			fail_msg("use %u", i);
	}
}

static void what_is_waited_for_may_not_be_destroyed(void **state)
{
	static int (*const destroyers[])(struct objects *) = {[GX_POSIX_MUTEX] = destroys_the_mutex,
							      [GX_POSIX_COND] = destroys_the_condition,
							      [GX_POSIX_SEMAPHORE] = destroys_the_semaphore};

	(void)state;
	for (unsigned i = 0; i < USES; i++) {
		use = &uses[i];
		if (use->kind == GX_POSIX_ONCE || use->user == is_about_to_post || use->user == holds_the_mutex)
			continue;
		deed = destroyers[use->kind];
		run_with(does_it_while_it_is_in_use, use->steps);
		if (!first_misuse() || told()->value != GX_POSIX_DESTROY_WAITERS)
			fail_msg("use %u", i);
		assert_int_equal(fixture_count(GX_L_POSIX_MISUSE), 1);
		assert_saw(use->kind == GX_POSIX_SEMAPHORE ? 0 : EBUSY);
	}
}

/* Between the announcement and the act, which is where another task destroys it. */
static void destroys_before_it_is_posted(void)
{
	use = &(const struct use){.user = is_about_to_post};
	begin_use();
	sem_destroy(&w->block->semaphore);
}

static void *is_about_to_signal(void *argument)
{
	w->waiting++;
	saw(pthread_cond_signal(&w->block->cond));
	return argument;
}

static void destroys_before_it_is_signalled(void)
{
	use = &(const struct use){.user = is_about_to_signal};
	begin_use();
	pthread_cond_destroy(&w->block->cond);
}

static void who_comes_too_late_uses_what_was_destroyed(void **state)
{
	(void)state;
	run_with(destroys_before_it_is_posted, "1*21*");
	assert_int_equal(told()->value, GX_POSIX_USE_NONE);
	run_with(destroys_before_it_is_signalled, "1*21*");
	assert_int_equal(told()->value, GX_POSIX_USE_DESTROYED);
	assert_saw(EINVAL);
}

/* ---- overwritten under a waiter ---- */

static unsigned char filling;

static void overwrites_under_a_waiter(void)
{
	begin_use();
	if (use->kind == GX_POSIX_MUTEX)
		pthread_mutex_lock(&w->block->mutex);
	memset(w->block, filling, sizeof(*w->block));
}

/* Whatever the bytes are, in every interleaving: somebody is told, and the search does not come upon a step that cannot be taken. */
static void what_is_overwritten_under_a_waiter_is_a_misuse(void **state)
{
	static const unsigned char fillings[] = {1, 0x7f, 0x80, 0xff};

	(void)state;
	for (unsigned i = 0; i < USES; i++)
		for (unsigned j = 0; j < sizeof(fillings); j++) {
			use = &uses[i];
			if (use->role != GX_POSIX_WAITS || use->kind == GX_POSIX_ONCE || use->kind == GX_POSIX_COND)
				continue;
			filling = fillings[j];
			body = overwrites_under_a_waiter;
			fixture_search(&program);
			fixture_hit(FOUND_MISUSE(GX_POSIX_USE_NONE));
		}
}

/* The waiter waits for a semaphore of a frame that its owner leaves. */
static void *waits_for_a_frame(void *argument)
{
	w->waiting++;
	sem_wait(w->semaphore);
	return argument;
}

static void __attribute__((noinline)) lends_a_frame(void)
{
	sem_t local;

	sem_init(&local, 0, 0);
	w->semaphore = hidden(&local);
	thread_of(waits_for_a_frame);
	await(&w->waiting, 1);
}

/* Another frame lies where it was. */
static void __attribute__((noinline)) covers_the_frame(void)
{
	char frame[2048];

	memset(frame, 1, sizeof(frame));
	__asm__ volatile("" : : "r"(frame) : "memory");
	point();
	__asm__ volatile("" : : "r"(frame) : "memory");
}

static void leaves_a_frame_that_is_waited_for(void)
{
	lends_a_frame();
	point();
	covers_the_frame();
}

static void a_frame_may_not_be_left_while_it_is_waited_for(void **state)
{
	(void)state;
	body = leaves_a_frame_that_is_waited_for;
	fixture_search(&program);
	assert_found(FOUND_MISUSE(GX_POSIX_USE_LEFT),
		     FOUND_MISUSE(GX_POSIX_USE_NONE)); /* or something else lies there */
	fixture_explore(&program,
			&(struct gx_explore_options){.strategy = gx_strategy_find("random"), .executions = 200});
	fixture_hit(FOUND_MISUSE(GX_POSIX_USE_LEFT));
}

/* ---- memory that is the harness's own, or that it can no longer vouch for ---- */

static void locks_what_is_the_scheduler_s(void)
{
	pthread_mutex_lock(hidden((void *)(GX_WORLD_BASE + 0x8000)));
}

static void what_is_the_scheduler_s_is_no_program_s(void **state)
{
	(void)state;
	run(locks_what_is_the_scheduler_s);
	assert_int_equal(told()->value, GX_POSIX_OUTSIDE);
	assert_int_equal(gx_sched_ending(), GX_ENDING_FATAL);
}

static void (*after)(char *block, char *behind);

static void writes_beyond_a_block(void)
{
	char *block = hidden(malloc(16));
	char *behind = hidden(malloc(16));

	memset(hidden(block), filling, 48);
	after(block, behind);
	saw(0);
}

static void allocates_another(char *block, char *behind)
{
	(void)block;
	(void)behind;
	hidden(malloc(4096));
}

static void frees_the_first(char *block, char *behind)
{
	(void)behind;
	free(block);
}

static void frees_the_second(char *block, char *behind)
{
	(void)block;
	free(behind);
}

/* As in glibc: noticed by whoever allocates or frees next. Not by an assertion of the harness's, whatever was written. */
static void what_was_written_beyond_a_block_ends_the_execution_when_it_is_noticed(void **state)
{
	static void (*const next[])(char *, char *) = {allocates_another, frees_the_first};

	(void)state;
	for (unsigned i = 0; i < 2 * 255; i++) {
		filling = (unsigned char)(i / 2 + 1);
		after = next[i % 2];
		run(writes_beyond_a_block);
		assert_int_equal(fixture_count(GX_L_TASK_CRASH), 1);
		assert_int_equal(fixture_value(GX_L_TASK_CRASH), SIGABRT);
		assert_saw();
	}
	after = frees_the_second;
	run(writes_beyond_a_block);
	assert_int_equal(told()->value, GX_POSIX_BAD_FREE);
}

/* ---- what is legal ---- */

static void uses_all(struct objects *o)
{
	saw(pthread_mutex_lock(&o->mutex));
	saw(pthread_cond_timedwait(&o->cond, &o->mutex, &soon) == ETIMEDOUT);
	saw(pthread_cond_signal(&o->cond));
	saw(pthread_cond_broadcast(&o->cond));
	saw(pthread_mutex_unlock(&o->mutex));
	saw(pthread_once(&o->once, counts_a_call));
}

static void uses_what_was_cleared(void)
{
	struct objects *block = calloc(1, sizeof(*block));

	uses_all(block);
	free(block);
}

static void uses_static_ones(void)
{
	uses_all(&fixed);
}

static void uses_all_kinds_of_initialisers(void)
{
	static const pthread_mutex_t kinds[] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
						PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP,
						PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP};

	for (unsigned i = 0; i < 4; i++) {
		struct objects *block = malloc(sizeof(*block));

		block->mutex = kinds[i];
		block->cond = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
		block->once = PTHREAD_ONCE_INIT;
		uses_all(block);
		free(block);
	}
}

static void uses_all_kinds_of_attributes(void)
{
	for (int type = PTHREAD_MUTEX_NORMAL; type <= PTHREAD_MUTEX_ADAPTIVE_NP; type++) {
		struct objects *block = malloc(sizeof(*block));
		pthread_mutexattr_t mutex;
		pthread_condattr_t cond;

		pthread_mutexattr_init(&mutex);
		pthread_mutexattr_settype(&mutex, type);
		pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
		pthread_mutex_init(&block->mutex, &mutex);
		pthread_condattr_init(&cond);
		pthread_condattr_setclock(&cond, CLOCK_MONOTONIC);
		pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
		pthread_cond_init(&block->cond, &cond);
		block->once = PTHREAD_ONCE_INIT;
		uses_all(block);
		pthread_mutex_destroy(&block->mutex);
		pthread_cond_destroy(&block->cond);
		free(block);
	}
}

static void uses_a_copy(void)
{
	struct objects *copy = malloc(sizeof(*copy));

	make_block();
	uses_all(w->block);
	*copy = *w->block;
	uses_all(copy);
	free(copy);
	free(w->block); /* not destroyed: a leak at most */
}

static void uses_what_was_moved(void)
{
	make_block();
	w->block = realloc(w->block, 4096);
	uses_all(w->block);
	free(w->block);
}

static void throws_a_copy_of_a_held_one_away(void)
{
	struct objects *copy = malloc(sizeof(*copy));

	make_block();
	pthread_mutex_lock(&w->block->mutex);
	*copy = *w->block;
	free(copy);
	pthread_mutex_unlock(&w->block->mutex);
	free(w->block);
}

static void makes_and_destroys_and_makes_again(void)
{
	make_block();
	for (unsigned i = 0; i < 2; i++) {
		pthread_mutex_destroy(&w->block->mutex);
		pthread_cond_destroy(&w->block->cond);
		sem_destroy(&w->block->semaphore);
		pthread_mutex_init(&w->block->mutex, NULL);
		pthread_cond_init(&w->block->cond, NULL);
		sem_init(&w->block->semaphore, 0, 1);
		uses_all(w->block);
		saw(sem_wait(&w->block->semaphore));
	}
	pthread_mutex_init(&w->block->mutex, NULL); /* without an end in between: undefined, common, and harmless */
	sem_init(&w->block->semaphore, 0, 1);
	uses_all(w->block);
	free(w->block);
}

static void uses_what_was_freed_and_is_another(void)
{
	make_block();
	free(w->block);
	make_block();
	uses_all(w->block);
	free(w->block);
}

static void *uses_what_it_is_given(void *object)
{
	uses_all(object);
	sem_post(w->semaphore);
	return NULL;
}

static void __attribute__((noinline)) waits_in_its_frame_until_it_was_used(void)
{
	struct objects local = {0};
	sem_t done;
	pthread_t thread;

	sem_init(&done, 0, 0);
	w->semaphore = hidden(&done);
	pthread_create(&thread, NULL, uses_what_it_is_given, hidden(&local));
	pthread_detach(thread);
	sem_wait(&done);
	sem_destroy(&done);
}

static void lends_frames_one_after_the_other(void)
{
	waits_in_its_frame_until_it_was_used();
	point();
	waits_in_its_frame_until_it_was_used();
}

/* POSIX: safe once nobody is blocked on it; that who was has not returned yet does not matter. */
static void destroys_and_frees_after_waking_all(void)
{
	struct objects *block;

	make_block();
	block = w->block;
	thread_of(waits_for_the_condition);
	await(&w->waiting, 1);
	pthread_mutex_lock(&w->mutex);
	saw(pthread_cond_broadcast(&block->cond));
	saw(pthread_cond_destroy(&block->cond));
	free(block);
	pthread_mutex_unlock(&w->mutex);
}

static void *gives_back_its_reference(void *argument)
{
	uint64_t left;

	pthread_mutex_lock(&w->block->mutex);
	left = --w->block->before;
	pthread_mutex_unlock(&w->block->mutex);
	if (!left) {
		pthread_mutex_destroy(&w->block->mutex);
		free(w->block);
	}
	return argument;
}

/* POSIX, pthread_mutex_destroy: whoever was the last to unlock it may be overtaken by whoever sees that nobody needs it any more. */
static void counts_references(void)
{
	make_block();
	w->block->before = 3;
	thread_of(gives_back_its_reference);
	thread_of(gives_back_its_reference);
	gives_back_its_reference(NULL);
}

static void (*const legal[])(void) = {
	uses_what_was_cleared,
	uses_static_ones,
	uses_all_kinds_of_initialisers,
	uses_all_kinds_of_attributes,
	uses_a_copy,
	uses_what_was_moved,
	throws_a_copy_of_a_held_one_away,
	makes_and_destroys_and_makes_again,
	uses_what_was_freed_and_is_another,
	lends_frames_one_after_the_other,
	destroys_and_frees_after_waking_all,
	counts_references,
};

static uint64_t all_is_well(void)
{
	return 0;
}

static void no_legal_use_is_a_misuse(void **state)
{
	static const struct fixture quiet = {.tasks = {runs_the_body}, .start = take_shared, .outcome = all_is_well};

	(void)state;
	for (unsigned i = 0; i < sizeof(legal) / sizeof(legal[0]); i++) {
		const struct gx_explored *out;

		body = legal[i];
		out = fixture_search(&quiet);
		if (out->hit_count != 1)
			fail_msg("use %u: %u hits, the first is 0x%llx", i, out->hit_count,
				 out->hit_count ? (unsigned long long)out->hits[0].key : 0ull);
		assert_found(OUTCOME(0));
		fixture_explore(&quiet, &(struct gx_explore_options){.strategy = gx_strategy_find("random"),
								     .executions = 200});
		assert_found(OUTCOME(0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_use_of_freed_memory_is_a_misuse),
		cmocka_unit_test(every_use_of_what_was_never_initialised_is_a_misuse),
		cmocka_unit_test(every_use_of_what_was_overwritten_is_a_misuse),
		cmocka_unit_test(every_use_of_what_lay_in_a_frame_that_was_left_is_a_misuse),
		cmocka_unit_test(every_use_of_what_was_destroyed_is_a_misuse),
		cmocka_unit_test(what_is_in_use_may_not_be_released),
		cmocka_unit_test(a_holder_may_not_free_its_mutex),
		cmocka_unit_test(what_is_in_use_may_not_be_made_again),
		cmocka_unit_test(what_is_waited_for_may_not_be_destroyed),
		cmocka_unit_test(who_comes_too_late_uses_what_was_destroyed),
		cmocka_unit_test(what_is_overwritten_under_a_waiter_is_a_misuse),
		cmocka_unit_test(a_frame_may_not_be_left_while_it_is_waited_for),
		cmocka_unit_test(what_is_the_scheduler_s_is_no_program_s),
		cmocka_unit_test(what_was_written_beyond_a_block_ends_the_execution_when_it_is_noticed),
		cmocka_unit_test(no_legal_use_is_a_misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
