/*
 * What orders two tasks, edge by edge: one writes, another one reads what it wrote. Racy without the edge and silent with it, to a search, to
 * clocks in random executions and, built for gatecrash-tsan (make tsan), to ThreadSanitizer's runtime.
 *
 * Without an edge both do what they do but for that: an edge that is told although nobody makes it would show as a race that is missing.
 */
#include "access/memory.h"
#include "access/races.h"
#include "explore/explore.h"
#include "tests/fixture.h"
#include "tests/host_atomics.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

static struct {
	unsigned variable;
	unsigned flag;
	pthread_mutex_t mutex;
	pthread_mutex_t other;
	pthread_cond_t cond;
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	pthread_barrier_t barrier;
	pthread_once_t once;
	pthread_once_t another;
	sem_t semaphore;
	mtx_t mtx;
} shared __attribute__((aligned(4096)));

static bool with; /* the edge */

static void access_it(bool writes, uintptr_t where)
{
	gx_memory_access(&shared.variable, sizeof(shared.variable), writes, (const void *)where);
}

static void writes(void)
{
	access_it(true, 0x1001);
}

static void reads(void)
{
	access_it(false, 0x2001);
}

/* ---- the edges: what who writes does, and what who reads does ---- */

static void mutex_first(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&shared.mutex);
	writes();
	pthread_mutex_unlock(&shared.mutex);
}

static void mutex_second(void *argument)
{
	pthread_mutex_t *mutex = with ? &shared.mutex : &shared.other;

	(void)argument;
	pthread_mutex_lock(mutex);
	reads();
	pthread_mutex_unlock(mutex);
}

/* Whoever gets it without waiting for it comes behind who had it. */
static void trylock_second(void *argument)
{
	pthread_mutex_t *mutex = with ? &shared.mutex : &shared.other;

	(void)argument;
	if (pthread_mutex_trylock(mutex))
		return;
	reads();
	pthread_mutex_unlock(mutex);
}

static void mtx_first(void *argument)
{
	(void)argument;
	mtx_lock(&shared.mtx);
	writes();
	mtx_unlock(&shared.mtx);
}

static void mtx_second(void *argument)
{
	(void)argument;
	if (with)
		mtx_lock(&shared.mtx);
	reads();
	if (with)
		mtx_unlock(&shared.mtx);
}

static void *spin_second(void *argument)
{
	(void)argument;
	if (with)
		pthread_spin_lock(&shared.spin);
	reads();
	if (with)
		pthread_spin_unlock(&shared.spin);
	return NULL;
}

/* One that was made outside of tasks would be none here. */
static void spin_first(void *argument)
{
	pthread_t thread;

	(void)argument;
	pthread_spin_init(&shared.spin, PTHREAD_PROCESS_PRIVATE);
	if (pthread_create(&thread, NULL, spin_second, NULL))
		return;
	pthread_spin_lock(&shared.spin);
	writes();
	pthread_spin_unlock(&shared.spin);
	pthread_join(thread, NULL);
}

static void wrlock_first(void *argument)
{
	(void)argument;
	pthread_rwlock_wrlock(&shared.rwlock);
	writes();
	pthread_rwlock_unlock(&shared.rwlock);
}

static void rdlock_second(void *argument)
{
	(void)argument;
	if (with)
		pthread_rwlock_rdlock(&shared.rwlock);
	reads();
	if (with)
		pthread_rwlock_unlock(&shared.rwlock);
}

/* Two that read are side by side, whatever they do: without the edge the one that writes only has it for reading. */
static void reader_first(void *argument)
{
	(void)argument;
	if (with)
		pthread_rwlock_wrlock(&shared.rwlock);
	else
		pthread_rwlock_rdlock(&shared.rwlock);
	writes();
	pthread_rwlock_unlock(&shared.rwlock);
}

static void reader_second(void *argument)
{
	(void)argument;
	pthread_rwlock_rdlock(&shared.rwlock);
	reads();
	pthread_rwlock_unlock(&shared.rwlock);
}

static void post_first(void *argument)
{
	(void)argument;
	writes();
	sem_post(&shared.semaphore);
}

static void wait_second(void *argument)
{
	(void)argument;
	if (with)
		while (sem_wait(&shared.semaphore))
			;
	reads();
}

/* Who posts is not behind who waits. */
static void post_back_second(void *argument)
{
	(void)argument;
	if (with)
		while (sem_wait(&shared.semaphore))
			;
	else
		sem_post(&shared.semaphore);
	reads();
}

/* Under the mutex, all but the accesses: without the edge the flag is not waited for. */
static void signal_first(void *argument)
{
	(void)argument;
	writes();
	pthread_mutex_lock(&shared.mutex);
	shared.flag = 1;
	pthread_cond_signal(&shared.cond);
	pthread_mutex_unlock(&shared.mutex);
}

static void cond_second(void *argument)
{
	(void)argument;
	pthread_mutex_lock(&shared.mutex);
	while (with && !shared.flag)
		pthread_cond_wait(&shared.cond, &shared.mutex);
	pthread_mutex_unlock(&shared.mutex);
	reads();
}

static void *barrier_second(void *argument)
{
	(void)argument;
	if (!with)
		reads();
	pthread_barrier_wait(&shared.barrier);
	if (with)
		reads();
	return NULL;
}

/* Made in a task, like a spin lock. */
static void barrier_first(void *argument)
{
	pthread_t thread;

	(void)argument;
	pthread_barrier_init(&shared.barrier, NULL, 2);
	if (pthread_create(&thread, NULL, barrier_second, NULL))
		return;
	writes();
	pthread_barrier_wait(&shared.barrier);
	pthread_join(thread, NULL);
}

static void once_first(void *argument)
{
	(void)argument;
	pthread_once(&shared.once, writes);
}

static void nothing(void)
{
}

static void once_second(void *argument)
{
	(void)argument;
	pthread_once(with ? &shared.once : &shared.another, with ? writes : nothing);
	reads();
}

static void *reading(void *argument)
{
	(void)argument;
	reads();
	return NULL;
}

static void *writing(void *argument)
{
	(void)argument;
	writes();
	return NULL;
}

static void create_first(void *argument)
{
	pthread_t thread;

	(void)argument;
	if (with)
		writes();
	if (pthread_create(&thread, NULL, reading, NULL))
		return;
	if (!with)
		writes();
	pthread_join(thread, NULL);
}

static void join_first(void *argument)
{
	pthread_t thread;

	(void)argument;
	if (pthread_create(&thread, NULL, writing, NULL))
		return;
	if (!with)
		reads();
	pthread_join(thread, NULL);
	if (with)
		reads();
}

static void store_first(void *argument)
{
	(void)argument;
	writes();
	atomics.store(&shared.flag, 1, SEQ_CST);
}

static void load_second(void *argument)
{
	(void)argument;
	while (!atomics.load(&shared.flag, SEQ_CST) && with)
		;
	reads();
}

static void exchange_first(void *argument)
{
	(void)argument;
	writes();
	atomics.exchange(&shared.flag, 1, SEQ_CST);
}

/* What orders them is the word; the futex only keeps who reads it from spinning. */
static void wake_first(void *argument)
{
	(void)argument;
	writes();
	atomics.store(&shared.flag, 1, SEQ_CST);
	syscall(SYS_futex, &shared.flag, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void futex_second(void *argument)
{
	(void)argument;
	while (with && !atomics.load(&shared.flag, SEQ_CST))
		syscall(SYS_futex, &shared.flag, FUTEX_WAIT, 0, NULL, NULL, 0);
	reads();
}

static const struct edge {
	const char *name;
	void (*first)(void *argument);
	void (*second)(void *argument); /* NULL: the first makes it */
} edges[] = {
	{"unlock, lock", mutex_first, mutex_second},
	{"unlock, trylock", mutex_first, trylock_second},
	{"mtx_unlock, mtx_lock", mtx_first, mtx_second},
	{"spin_unlock, spin_lock", spin_first, NULL},
	{"unlock of who writes, rdlock", wrlock_first, rdlock_second},
	{"wrlock instead of rdlock, rdlock", reader_first, reader_second},
	{"sem_post, sem_wait", post_first, wait_second},
	{"sem_post, sem_wait instead of sem_post", post_first, post_back_second},
	{"flag and cond_signal, cond_wait", signal_first, cond_second},
	{"barrier_wait, barrier_wait", barrier_first, NULL},
	{"once, once", once_first, once_second},
	{"create, start", create_first, NULL},
	{"end, join", join_first, NULL},
	{"atomic store, load that sees it", store_first, load_second},
	{"atomic exchange, load that sees it", exchange_first, load_second},
	{"store and futex wake, futex wait", wake_first, futex_second},
};

/* ---- judging ---- */

static void start(void)
{
	struct gx_error err;

	memset(&shared, 0, sizeof(shared));
	pthread_mutex_init(&shared.mutex, NULL);
	pthread_mutex_init(&shared.other, NULL);
	pthread_cond_init(&shared.cond, NULL);
	pthread_rwlock_init(&shared.rwlock, NULL);
	mtx_init(&shared.mtx, mtx_plain);
	assert_int_equal(sem_init(&shared.semaphore, 0, 0), 0);
	assert_int_equal(gx_world_adopt(&shared, sizeof(shared), &err), GX_OK);
}

static void each_is_racy_without_and_silent_with_it(void **state)
{
	const struct gx_explore_options few = {.strategy = gx_strategy_find("random"), .seed = 1, .executions = 300};

	(void)state;
	gx_races_watch(true, true);
	gx_tsan_watch(true);
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		const struct fixture program = {.tasks = {edges[i].first, edges[i].second}, .start = start};

		for (int has_edge = 0; has_edge < 2; has_edge++) {
			with = has_edge;
			fixture_explore(&program, &few);
			if (fixture_found(FOUND_RACE) == with)
				fail_msg("%s: %s", edges[i].name, with ? "a race all the same" : "no race without it");
			if (!GX_HOST_TSAN)
				fixture_search(&program);
			if (fixture_found(FOUND_RACE) == with)
				fail_msg("%s: the search, %s", edges[i].name,
					 with ? "a race all the same" : "no race without it");
		}
	}
	gx_tsan_watch(false);
	gx_races_watch(false, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_racy_without_and_silent_with_it),
	};

	find_atomics();
	fixture_open();
	return cmocka_run_group_tests_name("edges", tests, NULL, NULL);
}
