/*
 * posix.h - POSIX threads, semaphores and time for controlled tasks; the real ones for everybody else.
 *
 * The symbols themselves (pthread_mutex_lock, ...) are those of libc's headers, defined again in the executable: code that
 * is linked in and code that is loaded reach them by ordinary calls. Inside a controlled task they are points of the
 * scheduler over the words of the caller's own object, laid out as glibc's static initialisers expect; outside of tasks they
 * are libc's.
 *
 *     mutex.c cond.c semaphore.c   blocking ones: an op with a predicate each
 *     rwlock.c spin.c barrier.c    the others
 *     held.c                       which locks a task holds; a fact for each that it takes beside others
 *     thread.c leave.c cancel.c    create, join, detach, names; exit, with what a thread has left to do; cancellation; yield
 *     key.c tls.c                  what each thread has for itself: keys, destructors, thread-local variables of a plugin
 *     c11.c futex.c                the same under C11's names; syscall()
 *     random.c                     getrandom() and others: the same numbers in every execution
 *     once.c                       pthread_once(), static variables of C++'s functions, which block too
 *     time.c                       virtual time, for sleeps and clocks; CLOCK_REALTIME begins at a fixed date
 *     memory.c                     malloc and friends, from the task's arena; no points
 *     lifetime.c                   is it still one? Memory that was freed, left or overwritten; objects that are in use
 *     process.c                    abort, exit, exec, raise: the end of the execution, not of the harness; getpid, gettid
 *     statics.c                    rand, strtok, localtime and others that keep something: in the world
 *     output.c                     printf, write and others: a fact with a text, and nothing printed
 *     loading.c                    a plugin's code outside of tasks
 *     posix.c                      labels, misuse, what a parked task waits for
 *
 * This header is what the layers above need to know: what this layer owns of what tasks are marked with, what a parked task waits for,
 * misuse. Unless stated otherwise it is for any context of the main thread.
 */
#ifndef GX_POSIX_H
#define GX_POSIX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/task.h"

/* The role of tasks that pthread_create() makes, with their maker's path as their number; all other roles are free. */
enum { GX_ROLE_THREAD = 3 };

/* This layer's user[] words of a task (posix/internal.h); those of the layers above begin at GX_USER_POSIX_END. */
enum { GX_USER_POSIX_0, GX_USER_POSIX_1, GX_USER_POSIX_2, GX_USER_POSIX_END };

/* Ops, and one fact. Their object is the mutex, condition variable, semaphore or once that they are about; none for threads. */
enum {
	GX_LABELS_POSIX = GX_LABELS_CORE_END,
	GX_L_MUTEX_LOCK = GX_LABELS_POSIX, /* also as the last step of a wait on a condition variable */
	GX_L_MUTEX_TRYLOCK,
	GX_L_MUTEX_UNLOCK,
	GX_L_COND_ENTER,  /* gives the mutex back and begins to wait, in one step (POSIX: atomically) */
	GX_L_COND_WAIT,   /* until signalled, timed out or woken for no reason */
	GX_L_COND_SIGNAL, /* alternatives: which waiter */
	GX_L_COND_BROADCAST,
	GX_L_SEM_WAIT,
	GX_L_SEM_TRYWAIT,
	GX_L_SEM_POST,
	GX_L_SEM_GETVALUE,
	GX_L_THREAD_CREATE,
	GX_L_THREAD_JOIN, /* detail: path of the thread */
	GX_L_THREAD_DETACH,
	GX_L_ONCE,
	GX_L_YIELD,
	/* From here on facts. */
	GX_L_POSIX_MISUSE, /* fact: object as above or the block that is freed, 0 for a thread; extra = GX_POSIX_EXTRA(); value = enum gx_posix_misuse */
	GX_L_POSIX_DESTROY, /* fact: object; value = enum gx_posix_kind */
	GX_L_POSIX_FREE,    /* fact: object = the block; value = its bytes */
	GX_L_PRINT,         /* fact: it prints; value: output.h */
	/* Ops that came later. */
	GX_L_RWLOCK_RDLOCK, /* alternatives: before a writer that waits, or behind it */
	GX_L_RWLOCK_WRLOCK,
	GX_L_RWLOCK_TRYRDLOCK, /* alternatives: the same */
	GX_L_RWLOCK_TRYWRLOCK,
	GX_L_RWLOCK_UNLOCK,
	GX_L_SPIN_LOCK,
	GX_L_SPIN_TRYLOCK,
	GX_L_SPIN_UNLOCK,
	GX_L_BARRIER_ARRIVE, /* alternatives, of the last to come: who of them is told that it is the one */
	GX_L_BARRIER_WAIT,
	GX_L_FUTEX_ENTER, /* looks at the word, and begins to wait if it is as expected */
	GX_L_FUTEX_WAIT,
	GX_L_FUTEX_WAKE,    /* alternatives: whom, if one */
	GX_L_THREAD_CANCEL, /* detail: path of the thread */
	GX_L_CLOCK_SET,     /* the wall clock is set; gx_posix_jump() */
	GX_L_KEY_DESTROY, /* alternatives: whose destructor comes next, of the keys that the thread which ends has values of */
	/* From here on facts, again. */
	GX_L_LOCK_NESTED, /* fact: it takes the lock `object` and has the lock `value`, both GX_LOCK_READ or not; extra: how many it has */
	GX_L_THREAD_JOINED, /* fact: object = path of the thread */
	GX_L_SIGNAL_LOST,   /* fact: object = the condition variable; nobody was woken, though somebody waits */
	GX_L_POSIX_END
};

/* Of a lock in a fact: taken for reading, beside others. Objects are far below. */
#define GX_LOCK_READ (1ull << 62)

/* A lock in half a word, without GX_LOCK_READ, and back: objects are aligned to 4, and slots with the highest numbers rarely have locks. */
static inline uint32_t gx_lock_id(uint64_t object)
{
	uint64_t segment = object >> 48 & 0xff;
	uint32_t at = (uint32_t)((object & 0xffffffffffffull) >> 2);

	return segment < 2 ? at : 0xffc00000u | (uint32_t)(segment - 2) << 18 | at;
}
static inline uint64_t gx_lock_object(uint32_t id)
{
	if (id < 0xffc00000u)
		return 1ull << 48 | (uint64_t)id << 2;
	return (uint64_t)((id >> 18 & 15) + 2) << 48 | (uint64_t)(id & 0x3ffff) << 2;
}

/* What an object is. */
enum gx_posix_kind {
	GX_POSIX_MUTEX = 1,
	GX_POSIX_COND,
	GX_POSIX_SEMAPHORE,
	GX_POSIX_ONCE,
	GX_POSIX_RWLOCK,
	GX_POSIX_SPIN,
	GX_POSIX_BARRIER,
	GX_POSIX_FUTEX, /* a word that is waited on */
	GX_POSIX_KIND_END
};

/* What an op of this layer does with its object. */
enum gx_posix_trait {
	GX_POSIX_TAKES = 1,    /* a lock or a semaphore, once it is granted before its time has come */
	GX_POSIX_TRIES = 2,    /* the same, unless somebody else has it: then it goes on without */
	GX_POSIX_GIVES = 4,    /* it back */
	GX_POSIX_OF_LOCK = 8,  /* the object is a lock: it has an owner, or several that read */
	GX_POSIX_BLOCKS = 16,  /* it may have to wait */
	GX_POSIX_FOR_WORK = 32 /* as a thread does that waits for work */
};

/* enum gx_posix_trait bits of a label; 0 for facts, for ops that do none of these, and for labels of others. */
unsigned gx_posix_traits(unsigned label);

/* A label of this layer that is a fact. */
bool gx_posix_is_fact(unsigned label);

/* "mutex", "condition", ...; and how many bytes one has. `kind`: enum gx_posix_kind. */
const char *gx_posix_kind_name(unsigned kind);
unsigned long gx_posix_kind_bytes(unsigned kind);

/* What the other task that a misuse concerns has to do with the object. */
enum gx_posix_role { GX_POSIX_HOLDS = 0x10, GX_POSIX_WAITS = 0x20, GX_POSIX_ABOUT_TO_USE = 0x30 };

/* `extra` of a misuse: what the object is, 0 for nothing in particular; enum gx_posix_role; and the other task's index, 0 for none. */
#define GX_POSIX_EXTRA(kind_and_role, other) ((uint16_t)((kind_and_role) << 8 | (other)))
#define GX_POSIX_EXTRA_KIND(extra)           ((extra) >> 8 & 0xfu)
#define GX_POSIX_EXTRA_ROLE(extra)           ((extra) >> 8 & 0x30u)
#define GX_POSIX_EXTRA_OTHER(extra)          ((extra)&0x3fu)

/* Rules of POSIX that a program broke. IEEE 1003.1-2017, the pages of the functions named. */
enum gx_posix_misuse {
	GX_POSIX_UNLOCK_NOT_OWNER = 1, /* pthread_mutex_unlock: normal mutex, undefined */
	GX_POSIX_UNLOCK_UNLOCKED,
	GX_POSIX_DESTROY_HELD,    /* pthread_mutex_destroy: "an attempt to destroy a locked mutex ... undefined" */
	GX_POSIX_DESTROY_WAITERS, /* pthread_cond_destroy, sem_destroy; pthread_mutex_destroy: "or being referenced" */
	GX_POSIX_USE_DESTROYED,
	GX_POSIX_WAIT_WITHOUT_MUTEX, /* pthread_cond_wait: "locked by the calling thread"; ends the execution unless that is answered */
	GX_POSIX_JOIN_DETACHED,  /* pthread_join, pthread_detach */
	GX_POSIX_EXITED_HOLDING, /* a thread ended and left a mutex locked for ever */
	GX_POSIX_BAD_FREE,       /* free, realloc: not a live block */
	GX_POSIX_OUTSIDE, /* ours: no memory that executions reset (gx_world_contains()); ends the execution; object: 0 */
	/* What follows is undefined, and these end the execution, too. */
	GX_POSIX_USE_FREED,   /* the object lies in no live block */
	GX_POSIX_USE_LEFT,    /* or in a frame of a stack that has been left */
	GX_POSIX_USE_NONE,    /* its bytes are none of an initialised object */
	GX_POSIX_FREE_IN_USE, /* free, realloc: somebody holds it, waits for it or is about to use it */
	GX_POSIX_INIT_IN_USE, /* pthread_mutex_init, pthread_cond_init, sem_init: the same */
	/* These are answered again, or go on, but for UPGRADE and ASYNC. */
	GX_POSIX_UPGRADE, /* pthread_rwlock_wrlock: "may deadlock if ... the calling thread holds"; the execution ends */
	GX_POSIX_COUNT_OF_NONE, /* pthread_barrier_init: [EINVAL] count is 0 */
	GX_POSIX_TWO_MUTEXES,   /* pthread_cond_wait: "using more than one mutex for concurrent ... undefined" */
	GX_POSIX_LEFT_JOINABLE, /* pthread_create: a joinable thread that nobody has joined or detached */
	GX_POSIX_OTHER_CLOCK, /* clock_gettime: a deadline of one clock and a wait by another: it is long gone, or decades away */
	GX_POSIX_ASYNC, /* 2.9.5: a call that is not async-cancel-safe; the execution ends */
	GX_POSIX_MISUSE_END
};

/* "unlocks a mutex that another task holds": what a program does that breaks it. "?" for a number that is no misuse. */
const char *gx_posix_misuse_text(unsigned misuse);

/* Register the names of the labels above: "mutex.lock", "cond.wait", ... Before the first execution; as often as you like. */
void gx_posix_register_labels(void);

/* What a parked task waits for. */
struct gx_posix_wait {
	uint64_t object; /* that of its op */
	uint64_t guard;  /* of a wait on a condition variable: the mutex that it returns with; else 0 */
	uint32_t holder; /* slot of the task that has to act first (owner, joined thread); 0: nobody in particular */
};

/* True and *out filled if the task is parked at a blocking op of this layer, whether that is ready or not. */
bool gx_posix_wait_describe(const struct gx_task *task, struct gx_posix_wait *out);

/* enum gx_posix_kind of what an op of this layer is about; 0: none. */
unsigned gx_posix_kind_of(unsigned label);

/*
 * Where an object that lives was initialised (gx_world_code()), as its bytes say now; 0 for a static initialiser's, and for what was not
 * initialised by a plugin. `object` is canonical, and one that a task was granted an op on.
 */
uint64_t gx_posix_made_at(unsigned kind, uint64_t object);

/* True if it is parked in a wait on a condition variable or a semaphore, as a thread does that waits for work. */
bool gx_posix_is_work_wait(const struct gx_task *task);

/*
 * Called in a thread that pthread_create() has made, when it ends by itself (its start routine returns, or pthread_exit()) and before a
 * joiner sees it; it may reach points. NULL: nothing to do. Set before the first execution, and constant from then on.
 */
extern void (*gx_posix_thread_end_hook)(void);

/*
 * A fault, for programs that have some: a signal that wakes nobody, as glibc's once did (bug 25847). Whether one may strike is asked of a task
 * that signals somebody, as part of its predicates; and told, in the step, if it did. Set before the first execution; NULL: never.
 */
extern bool (*gx_posix_may_lose)(const struct gx_task *task);
extern void (*gx_posix_lost)(void);

/*
 * The wall clock (CLOCK_REALTIME, C11's TIME_UTC) of a program whose clock somebody sets (POSIX clock_settime(): absolute times that are waited
 * for by that clock come sooner or later with it; intervals and the monotonic clock do not). In the world; zero at first.
 */
struct gx_wall {
	int64_t ahead; /* ns: of what it would show if nobody had set it */
	uint64_t until
		[GX_TASKS_MAX]; /* by index of the task: the deadline that it has by this clock, if its op still has it */
};
/* For the program that is about to be loaded; NULL: nobody sets it. */
void gx_posix_wall(struct gx_wall *wall);
/* [task] A step in which the wall clock is set forward by so many ns, or back; by at most a day back and thirty days forward in all. */
void gx_posix_jump(int64_t by);

/* [task] The program's code has come to an end: what it still holds has to say so, or was written over, and the execution ends. */
void gx_posix_check_held(void);

/* For tests: of the allocations outside of tasks the nth from now on fails; 0: none. */
void gx_posix_fail_allocation(unsigned long nth);

#endif
