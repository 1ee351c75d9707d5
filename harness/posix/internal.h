/*
 * internal.h - what the files of posix share.
 *
 * user[] words of a task (core/task.h) as this layer uses them:
 *   GX_USER_POSIX_0: before a thread's first step its start routine; in a wait on a condition variable, the mutex, canonical; of a thread
 *                    that has ended, its result; 0 otherwise
 *   GX_USER_POSIX_1: how many locks it holds; and GX_WOKEN: a signal has reached it, GX_CHOSEN: it is the one of a barrier's,
 *                    GX_CANCEL_*: it has been cancelled; does not let itself be; lets itself be at any time
 *   GX_USER_POSIX_2: one of the locks that it holds (held.c), 0: none
 *
 * Everything here is for controlled tasks: the functions that stand in for libc's ask gx_posix_in_task() first, or gx_task_self().
 */
#ifndef GX_POSIX_INTERNAL_H
#define GX_POSIX_INTERNAL_H

#include <dlfcn.h>
#include <pthread.h>
#include <time.h>

#include "core/event.h"
#include "core/footprint.h"
#include "core/order.h"
#include "core/sanitizer.h"
#include "core/task.h"
#include "core/where.h"
#include "core/world.h"
#include "posix/posix.h"

#define GX_WOKEN            (1ull << 63)
#define GX_CHOSEN           (1ull << 62)
#define GX_CANCEL_PENDING   (1ull << 61)
#define GX_CANCEL_OFF       (1ull << 60)
#define GX_CANCEL_ASYNC     (1ull << 59)
#define GX_HELD_COUNT(word) ((word)&0xffff)

/*
 * libc's own function of the same name, looked up on its first call. `version` is needed where the oldest one would be found (condition
 * variables).
 */
#define GX_REAL(function)                                                           \
	({                                                                          \
		static __typeof__(&function) real_;                                 \
		if (!real_)                                                         \
			real_ = (__typeof__(&function))dlsym(RTLD_NEXT, #function); \
		real_;                                                              \
	})
void *gx_posix_real_versioned(const char *name, const char *version);
#define GX_REAL_VERSION(function, version)                                                          \
	({                                                                                          \
		static __typeof__(&function) real_;                                                 \
		if (!real_)                                                                         \
			real_ = (__typeof__(&function))gx_posix_real_versioned(#function, version); \
		real_;                                                                              \
	})

/* loading.c: a plugin's code runs outside of tasks. */
extern bool gx_posix_is_loading;

/* random.c: how many numbers a plugin has asked for meanwhile. */
extern uint32_t gx_posix_loading_asked;

/* Code of the program under test runs: it gets the world's clock, memory and streams. AddressSanitizer's runtime asks, too, and early. */
static inline GX_NO_ASAN bool gx_posix_is_guest(void)
{
	return gx_task_self() || gx_posix_is_loading;
}

/* What the clock shows to a guest. */
uint64_t gx_posix_look(void);

/* Where the dynamic loader's code lies. */
void gx_posix_find_loader(const char **base, const char **end);

/* While a plugin is loaded it asks for `what`, which it cannot have then. */
void gx_posix_loading_refuse(const char *what);

/* A rule of POSIX was broken: tell it as a fact. `kind`: with a role (posix.h), if the task in slot `other` is concerned, too; 0: nobody. */
void gx_posix_misuse(enum gx_posix_misuse misuse, unsigned kind, const void *object, uint32_t other);
/* The same where the call answers with an error, in a step of its own: the caller may try for ever. Returns `error`. */
int gx_posix_misuse_answered(enum gx_posix_misuse misuse, unsigned kind, const void *object, int error);
/* The same, and the execution ends here: what follows is undefined. */
void gx_posix_fatal(enum gx_posix_misuse misuse, unsigned kind, const void *object, uint32_t other)
	__attribute__((noreturn));

/* The object must be memory that executions reset; otherwise the execution ends here, with a misuse. */
void gx_posix_check_place(unsigned kind, const void *object);

/* ---- lifetime.c ---- */

/* Whatever reads an object before it is known to be one is GX_NO_ASAN: its bytes may be a frame's by now, redzones and all. */

/*
 * What an initialised object keeps in bytes that glibc leaves alone: that it is one, and where that was done (gx_world_code(), 32 bits of it).
 * A copy is as good as the original. Freed memory is zeroed.
 */
#define GX_POSIX_MADE      (0x6d616465ull << 32)
#define GX_POSIX_DESTROYED 0x676f6e65676f6e65ull
static inline bool gx_posix_is_made(uint64_t mark)
{
	return mark >> 32 == GX_POSIX_MADE >> 32;
}
/* The mark of an object that is initialised by whoever called the function that this stands in. */
#define GX_POSIX_MADE_BY_CALLER (GX_POSIX_MADE | (uint32_t)gx_world_code(__builtin_return_address(0)))
/* What a mutex keeps while it is held: a copy of one that is held is not, wherever it lies. */
#define GX_POSIX_HELD(mutex) ((uintptr_t)(mutex) ^ 0x68656c6468656c64ull)

/* The address lies on the stack of a slot. */
static inline bool gx_posix_is_on_a_stack(const void *object)
{
	uintptr_t offset = (uintptr_t)object - (GX_WORLD_BASE + GX_WORLD_AREA_BYTES);

	return offset < GX_SLOT_COUNT * GX_SLOT_BYTES && offset % GX_SLOT_BYTES < GX_SLOT_STACK_BYTES;
}

/* ... in a frame that is no more: its task has ended, or returned from it. For predicates, too. */
bool gx_posix_is_left(const void *object);

/*
 * The memory that the object lies in is still its own: asked before its bytes are, and again once a task has been granted its op. Ends the
 * execution if not. `made`: it bears GX_POSIX_MADE, which no freed memory does.
 */
void gx_posix_check_memory(unsigned kind, const void *object, bool made);

/*
 * A task other than the caller that waits for the object, of this kind; of a mutex also in a wait on a condition variable. Its slot; 0: nobody.
 */
uint32_t gx_posix_waiter(unsigned kind, const void *object);

/* These bytes are about to be released: the execution ends here if they hold an object that is in use. */
void gx_posix_check_release(const void *block, size_t size);

/* A step that blocks: park until `ready`, which finds the object in op.subject, or for `deadline` ns of virtual time. It reads and writes. */
enum gx_granted gx_posix_block(uint16_t label, const void *object, gx_ready_fn *ready, uint64_t deadline);

/*
 * True in a controlled task. What earlier calls left on its stack is cleared: it would show in gaps of the frames of the call that begins,
 * in which the task may wait. For functions that cannot wait gx_task_self() is enough.
 */
static inline bool gx_posix_in_task(void)
{
	if (!gx_task_self())
		return false;
	if (__builtin_expect((gx_task_self()->user[GX_USER_POSIX_1] & (GX_CANCEL_ASYNC | GX_CANCEL_OFF)) ==
				     GX_CANCEL_ASYNC,
			     0))
		gx_posix_fatal(GX_POSIX_ASYNC, 0, NULL, 0);
	gx_scrub_stack();
	return true;
}

/* The running step reads or writes an object that its op does not name. */
static inline void gx_posix_touch(const void *object, unsigned access)
{
	if (gx_footprint_under_way)
		gx_touch(gx_world_canonical(object), access);
}

/* A step that never blocks. `access` is to the object; gx_posix_touch() tells of what else the step does. */
void gx_posix_step(uint16_t label, uint8_t access, const void *object);

/* time.c: absolute time of a clock -> virtual ns from now, 0 if it has come. False for a time that is none (EINVAL). */
bool gx_posix_deadline(clockid_t clock, const struct timespec *when, uint64_t *away);

/* mutex.c: for condition variables. */
bool gx_mutex_is_mine(const pthread_mutex_t *mutex);
bool gx_mutex_is_checked(const pthread_mutex_t *mutex); /* its errors are answered */
/* It can be locked and unlocked, or the errno that says why not; ends the execution if it is no mutex. */
int gx_mutex_examine(pthread_mutex_t *mutex);
/* One level of a recursive one that the caller holds several times. */
void gx_mutex_give_back_one(pthread_mutex_t *mutex);
/* 0 once it has it, or one level more of it. */
int gx_mutex_take_again(pthread_mutex_t *mutex);
uint32_t gx_mutex_owner(const pthread_mutex_t *mutex);
/* The bytes are those of a mutex that a task holds; and one that is robust. */
bool gx_mutex_is_held(const pthread_mutex_t *mutex);
bool gx_mutex_is_robust(const pthread_mutex_t *mutex);
/* [task] Initialise one of this glibc kind: nobody may be using it. `mark`: GX_POSIX_MADE_BY_CALLER of who is called by the program. */
void gx_mutex_make(pthread_mutex_t *mutex, int kind, uint64_t mark);
/* [task] cond.c: the same. */
void gx_cond_make(pthread_cond_t *cond, clockid_t clock, uint64_t mark);

/* rwlock.c, spin.c: a task that has it, by slot; 0: nobody. Of several that read the lowest slot. */
uint32_t gx_rwlock_holder(const pthread_rwlock_t *lock);
uint32_t gx_spin_holder(const pthread_spinlock_t *lock);
/* The bytes are those of one that a task holds. */
bool gx_rwlock_is_held(const pthread_rwlock_t *lock);
bool gx_spin_is_held(const pthread_spinlock_t *lock);

/* ---- waiters.c: tasks parked at an op of this label about the object (op.subject), and not woken yet; by slot, not by arrival ---- */

static inline bool gx_is_woken(const struct gx_task *task)
{
	return task->user[GX_USER_POSIX_1] & GX_WOKEN;
}
unsigned gx_waiters_count(uint16_t label, const void *object);
/* The first behind the slot `above`; the nth of all, from 0. NULL: there is none. */
struct gx_task *gx_waiter_after(uint16_t label, const void *object, uint32_t above);
struct gx_task *gx_waiter_nth(uint16_t label, const void *object, unsigned nth);
/* [task] From now on it is ready. */
void gx_wake(struct gx_task *waiter);

/* ---- held.c ---- */

/*
 * [task] It has taken a lock, canonical, with GX_LOCK_READ or not; `waited`: it would have waited for ever. What it holds besides is told
 * (GX_L_LOCK_NESTED).
 */
void gx_held_take(uint64_t lock, bool waited);
/* Somebody gives it back: the task that has it loses it. False if it had none such. */
bool gx_held_give(struct gx_task *holder, uint64_t lock);
/* The task holds it in this way; how often, of one that is held for reading. Beyond what there is room for nobody knows: then none. */
unsigned gx_held_times(const struct gx_task *task, uint64_t lock);
/* The lowest slot of those that hold it in this way; 0: nobody. */
uint32_t gx_held_by(uint64_t lock);
/* [task] It holds something that nobody can take from it once it has ended: all but robust mutexes. */
bool gx_held_for_good(void);

/* ---- cancel.c ---- */

/* It has been cancelled, and lets itself be. For predicates; of the running task only behind gx_cancel_look(). */
static inline bool gx_cancel_is_due(const struct gx_task *task)
{
	return (task->user[GX_USER_POSIX_1] & (GX_CANCEL_PENDING | GX_CANCEL_OFF)) == GX_CANCEL_PENDING;
}

/*
 * For an op that waits, and at which the thread can be cancelled: what `ready` and `alternatives` say, where `event` is that for which it
 * waits. Where both have come either may be acted upon (POSIX 2.9.5): alternative 1 is the end.
 */
static inline bool gx_cancel_or(const struct gx_task *task, gx_ready_fn *event)
{
	return gx_cancel_is_due(task) || event(task);
}
static inline unsigned gx_cancel_ways(const struct gx_task *task, gx_ready_fn *event)
{
	return gx_cancel_is_due(task) && event(task) ? 2 : 1;
}
/* [task] Granted: whether it is to end. `event`: what it waited for is there. */
bool gx_cancel_won(enum gx_granted granted, bool event);

/* [task] A cancellation point: the thread may end here. */
void gx_cancel_point(void);
/* [task] It ends, as by pthread_exit(PTHREAD_CANCELED). */
void gx_cancel_act(void) __attribute__((noreturn));

/* key.c: what is left to do when a thread ends: destructors of C++'s thread-local variables, and of the values of keys. */
void gx_keys_end(void);

/* tls.c: [task] what the thread had is gone. */
void gx_posix_tls_end(void);

/* leave.c: as pthread_exit(). */
void gx_leave(void *result) __attribute__((noreturn));

/* What each thread has for itself (gx_task_local_of()): zero at first. */
enum { GX_THREAD_NAME_BYTES = 16, GX_HELD_MAX = 8 /* the first one stands in the task's word */ };
struct gx_thread_own {
	struct {
		void *caught;
		unsigned uncaught;
	} caught;                        /* C++: which exceptions it has caught, and how many are on their way */
	__pthread_unwind_buf_t *cleanup; /* the last pthread_cleanup_push() */
	void *result;                    /* of pthread_exit(), which is under way */
	char name[GX_THREAD_NAME_BYTES];
	struct gx_key_value *values;    /* of keys (key.c) */
	struct gx_at_exit *at_exit;     /* destructors of thread-local variables, the last one first (key.c) */
	unsigned char *thread_locals;   /* a plugin's (tls.c) */
	uint32_t random;                /* how many random numbers it was given (random.c) */
	uint64_t held[GX_HELD_MAX - 1]; /* further locks (held.c) */
};
_Static_assert(sizeof(struct gx_thread_own) <= GX_TASK_LOCAL_BYTES, "it has room in a task");
static inline struct gx_thread_own *gx_thread_own_of(const struct gx_task *task)
{
	return gx_task_local_of(task);
}
static inline struct gx_thread_own *gx_thread_own(void)
{
	return gx_thread_own_of(gx_task_self());
}

/* thread.c: the end of one that pthread_create() has made; and whether code is that of its first frame. */
void gx_thread_end(void *result) __attribute__((noreturn));
bool gx_thread_is_main(const void *code);

/* thread.c: the record of a thread; NULL: it is none, or no more. */
struct gx_task *gx_thread_of(pthread_t thread);
/* [task] thread.c: pthread_create(); `main` is its first frame: thread.c's own, or that of C11's threads. */
void gx_thread_main_c11(void *argument);
int gx_thread_make(pthread_t *thread, const pthread_attr_t *attributes, void (*main)(void *), void *(*routine)(void *),
		   void *argument);

/* statics.c: where the list of named semaphores begins. */
struct gx_named_semaphore **gx_posix_named(void);

/* thread.c: slot of the thread that a parked joiner waits for; 0: it is no more. */
uint32_t gx_thread_joined(const struct gx_task *joiner);

#endif
