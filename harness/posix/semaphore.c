/*
 * semaphore.c - sem_*, with and without names. The value is the first word of the object, as in glibc on 64-bit machines; behind glibc's words
 * stands the mark of one that sem_init() has made, in a task or before: there are no static initialisers of semaphores.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "posix/internal.h"

static unsigned *value_of(sem_t *semaphore)
{
	return (unsigned *)(void *)semaphore;
}

enum { MARK_WORD = 2 };

static uint64_t *mark_of(sem_t *semaphore)
{
	return (uint64_t *)(void *)semaphore + MARK_WORD;
}

static bool GX_NO_ASAN is_semaphore(const sem_t *semaphore)
{
	const uint64_t *words = (const void *)semaphore;

	return gx_posix_is_made(words[MARK_WORD]) && words[0] <= SEM_VALUE_MAX;
}

/*
 * What everything that is done with one begins with, and again where there was a point. One that was destroyed and one that never was are
 * the same bytes: what has been would tell states apart.
 */
static void GX_NO_ASAN examine(sem_t *semaphore)
{
	gx_posix_check_memory(GX_POSIX_SEMAPHORE, semaphore, gx_posix_is_made(*mark_of(semaphore)));
	gx_posix_touch(semaphore, GX_READ);
	if (!is_semaphore(semaphore))
		gx_posix_fatal(GX_POSIX_USE_NONE, GX_POSIX_SEMAPHORE, semaphore, 0);
}

static void examine_first(sem_t *semaphore)
{
	gx_posix_check_place(GX_POSIX_SEMAPHORE, semaphore);
	examine(semaphore);
}

static void examine_to_wait(sem_t *semaphore)
{
	gx_cancel_point();
	examine_first(semaphore);
}

/* Or no semaphore any more: whoever is granted it looks again. */
static bool GX_NO_ASAN is_positive(const struct gx_task *task)
{
	const sem_t *semaphore = task->op.subject;

	if (gx_posix_is_on_a_stack(semaphore) && gx_posix_is_left(semaphore))
		return true;
	return *(const unsigned *)task->op.subject > 0 || !is_semaphore(semaphore);
}

static bool is_positive_or_cancelled(const struct gx_task *task)
{
	return gx_cancel_or(task, is_positive);
}

static unsigned ways_to_take(const struct gx_task *task)
{
	return gx_cancel_ways(task, is_positive);
}

static enum gx_granted block(sem_t *semaphore, uint64_t deadline)
{
	return gx_point(&(struct gx_op){
		.label = GX_L_SEM_WAIT,
		.access = GX_READ | GX_WRITE,
		.object = gx_world_canonical(semaphore),
		.ready = is_positive_or_cancelled,
		.alternatives = ways_to_take,
		.subject = semaphore,
		.deadline = deadline,
	});
}

static int wait_until(sem_t *semaphore, uint64_t deadline)
{
	enum gx_granted granted = block(semaphore, deadline);

	if (granted == GX_GRANTED_TIMEOUT) {
		gx_order_found_taken(gx_world_canonical(semaphore));
		errno = ETIMEDOUT;
		return -1;
	}
	if (gx_cancel_won(granted, is_positive(&(struct gx_task){.op.subject = semaphore})))
		gx_cancel_act();
	examine(semaphore);
	--*value_of(semaphore);
	gx_order_acquire(gx_world_canonical(semaphore));
	gx_order_taken(gx_world_canonical(semaphore));
	return 0;
}

static int wait_for_ever(sem_t *semaphore)
{
	examine_to_wait(semaphore);
	return wait_until(semaphore, GX_FOREVER);
}

int sem_wait(sem_t *semaphore)
{
	return gx_posix_in_task() ? wait_for_ever(semaphore) : GX_REAL(sem_wait)(semaphore);
}

static int wait_by_clock(sem_t *semaphore, clockid_t clock, const struct timespec *when)
{
	uint64_t deadline;

	examine_to_wait(semaphore);
	if (gx_posix_deadline(clock, when, &deadline))
		return wait_until(semaphore, deadline);
	errno = EINVAL;
	return -1;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *when)
{
	return gx_posix_in_task() ? wait_by_clock(semaphore, CLOCK_REALTIME, when)
				  : GX_REAL(sem_timedwait)(semaphore, when);
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *when)
{
	return gx_posix_in_task() ? wait_by_clock(semaphore, clock, when)
				  : GX_REAL(sem_clockwait)(semaphore, clock, when);
}

int sem_trywait(sem_t *semaphore)
{
	if (!gx_posix_in_task())
		return GX_REAL(sem_trywait)(semaphore);
	examine_first(semaphore);
	gx_posix_step(GX_L_SEM_TRYWAIT, GX_READ | GX_WRITE, semaphore);
	examine(semaphore);
	if (!*value_of(semaphore)) {
		gx_order_found_taken(gx_world_canonical(semaphore));
		errno = EAGAIN;
		return -1;
	}
	--*value_of(semaphore);
	gx_order_acquire(gx_world_canonical(semaphore));
	gx_order_taken(gx_world_canonical(semaphore));
	return 0;
}

int sem_post(sem_t *semaphore)
{
	if (!gx_posix_in_task())
		return GX_REAL(sem_post)(semaphore);
	examine_first(semaphore);
	gx_posix_step(GX_L_SEM_POST, GX_WRITE, semaphore);
	examine(semaphore);
	if (*value_of(semaphore) == SEM_VALUE_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	++*value_of(semaphore);
	gx_order_release(gx_world_canonical(semaphore));
	return 0;
}

int sem_getvalue(sem_t *semaphore, int *value)
{
	if (!gx_task_self())
		return GX_REAL(sem_getvalue)(semaphore, value);
	examine_first(semaphore);
	gx_posix_step(GX_L_SEM_GETVALUE, GX_READ, semaphore);
	examine(semaphore);
	*value = (int)*value_of(semaphore);
	return 0;
}

static int init_outside(sem_t *semaphore, int shared, unsigned value)
{
	int rc = GX_REAL(sem_init)(semaphore, shared, value);

	if (!rc)
		*mark_of(semaphore) = GX_POSIX_MADE;
	return rc;
}

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	uint32_t waiter;

	if (!gx_task_self())
		return init_outside(semaphore, shared, value);
	gx_posix_check_place(GX_POSIX_SEMAPHORE, semaphore);
	gx_posix_check_memory(GX_POSIX_SEMAPHORE, semaphore, false);
	waiter = gx_posix_waiter(GX_POSIX_SEMAPHORE, semaphore);
	if (waiter)
		gx_posix_fatal(GX_POSIX_INIT_IN_USE, GX_POSIX_SEMAPHORE | GX_POSIX_WAITS, semaphore, waiter);
	if (value > SEM_VALUE_MAX) {
		errno = EINVAL;
		return -1;
	}
	gx_posix_touch(semaphore, GX_WRITE);
	memset(semaphore, 0, sizeof(*semaphore));
	*value_of(semaphore) = value;
	*mark_of(semaphore) = GX_POSIX_MADE_BY_CALLER;
	return 0;
}

int sem_destroy(sem_t *semaphore)
{
	uint32_t waiter;

	if (!gx_task_self())
		return GX_REAL(sem_destroy)(semaphore);
	examine_first(semaphore);
	waiter = gx_posix_waiter(GX_POSIX_SEMAPHORE, semaphore);
	if (waiter) { /* told, and not done */
		gx_posix_misuse(GX_POSIX_DESTROY_WAITERS, GX_POSIX_SEMAPHORE | GX_POSIX_WAITS, semaphore, waiter);
		return 0;
	}
	gx_posix_touch(semaphore, GX_WRITE);
	gx_emit(GX_L_POSIX_DESTROY, gx_world_canonical(semaphore), GX_POSIX_SEMAPHORE);
	memset(semaphore, 0, sizeof(*semaphore));
	return 0;
}

/* ---- with a name: known to all tasks, and to nobody else ---- */

struct gx_named_semaphore {
	struct gx_named_semaphore *next; /* by name */
	sem_t semaphore;
	unsigned opened; /* so many times, and not closed yet */
	bool unlinked;   /* whoever opens that name gets another one */
	char name[];
};

/* Where it stands, or would stand. */
static struct gx_named_semaphore **find_named(const char *name)
{
	struct gx_named_semaphore **at = gx_posix_named();

	while (*at && ((*at)->unlinked || strcmp((*at)->name, name) < 0))
		at = &(*at)->next;
	return at;
}

static bool is_it(const struct gx_named_semaphore *named, const char *name)
{
	return named && !named->unlinked && !strcmp(named->name, name);
}

static void end_named(struct gx_named_semaphore **at)
{
	struct gx_named_semaphore *named = *at;

	if (named->opened || !named->unlinked)
		return;
	*at = named->next;
	gx_arena_free(named);
}

static struct gx_named_semaphore *make_named(const char *name, unsigned value, uint64_t mark)
{
	struct gx_named_semaphore **at = find_named(name);
	struct gx_named_semaphore *named = gx_arena_alloc(sizeof(*named) + strlen(name) + 1, 16);

	memset(named, 0, sizeof(*named));
	strcpy(named->name, name);
	*value_of(&named->semaphore) = value;
	*mark_of(&named->semaphore) = mark;
	named->next = *at;
	*at = named;
	return named;
}

static sem_t *open_named(const char *name, int flags, unsigned value, uint64_t mark)
{
	struct gx_named_semaphore *named;

	gx_posix_step(GX_L_YIELD, GX_READ, NULL); /* before or behind what others do with that name */
	gx_posix_touch(gx_posix_named(), GX_READ | GX_WRITE);
	named = *find_named(name);
	errno = 0;
	if (*name != '/' || strchr(name + 1, '/') || value > SEM_VALUE_MAX)
		errno = EINVAL;
	else if (is_it(named, name) && flags & O_CREAT && flags & O_EXCL)
		errno = EEXIST;
	else if (!is_it(named, name) && !(flags & O_CREAT))
		errno = ENOENT;
	if (errno)
		return SEM_FAILED;
	if (!is_it(named, name))
		named = make_named(name, value, mark);
	named->opened++;
	return &named->semaphore;
}

sem_t *sem_open(const char *name, int flags, ...)
{
	unsigned value = 0;
	va_list rest;

	va_start(rest, flags);
	if (flags & O_CREAT) {
		(void)va_arg(rest, mode_t);
		value = va_arg(rest, unsigned);
	}
	va_end(rest);
	if (gx_posix_in_task())
		return open_named(name, flags, value, GX_POSIX_MADE_BY_CALLER);
	if (!gx_posix_is_loading)
		return GX_REAL(sem_open)(name, flags, 0600, value);
	gx_posix_loading_refuse("a semaphore with a name");
	errno = ENOSYS;
	return SEM_FAILED;
}

int sem_close(sem_t *semaphore)
{
	struct gx_named_semaphore **at = gx_posix_named();

	if (!gx_posix_in_task())
		return GX_REAL(sem_close)(semaphore);
	examine_first(semaphore);
	gx_posix_step(GX_L_YIELD, GX_READ, NULL);
	gx_posix_touch(gx_posix_named(), GX_READ | GX_WRITE);
	while (*at && &(*at)->semaphore != semaphore)
		at = &(*at)->next;
	if (!*at || !(*at)->opened) {
		errno = EINVAL;
		return -1;
	}
	(*at)->opened--;
	end_named(at);
	return 0;
}

int sem_unlink(const char *name)
{
	struct gx_named_semaphore **at;

	if (!gx_posix_in_task())
		return GX_REAL(sem_unlink)(name);
	gx_posix_step(GX_L_YIELD, GX_READ, NULL);
	gx_posix_touch(gx_posix_named(), GX_READ | GX_WRITE);
	at = find_named(name);
	if (!is_it(*at, name)) {
		errno = ENOENT;
		return -1;
	}
	(*at)->unlinked = true;
	end_named(at);
	return 0;
}
