/*
 * posix.h - POSIX threads, semaphores and time for controlled tasks; the real ones for everybody else.
 *
 * The symbols themselves (pthread_mutex_lock, ...) are those of libc's headers, defined again in the executable: gates that
 * are linked in and gates that are loaded reach them by ordinary calls. Inside a controlled task they are points of the
 * scheduler over the words of the caller's own object, laid out as glibc's static initialisers expect; in any other thread they
 * are libc's.
 *
 *     mutex.c cond.c semaphore.c thread.c once.c   blocking ones: an op with a predicate each
 *     time.c                                       virtual time; CLOCK_REALTIME starts at a fixed date
 *     memory.c                                     malloc and friends from the task's arena
 *     process.c                                    abort, exit, assert: the end of the task, not of the harness
 *
 * This header is what the layers above need to know: labels, what a parked task waits for, misuse.
 */
#ifndef GX_POSIX_H
#define GX_POSIX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/task.h"

enum {
	GX_L_MUTEX_LOCK = 64, /* object: the mutex, also below */
	GX_L_MUTEX_TRYLOCK,
	GX_L_MUTEX_UNLOCK,
	GX_L_COND_ENTER, /* gives the mutex back and begins to wait, in one step (POSIX: atomically) */
	GX_L_COND_WAIT,  /* until signalled, timed out or woken for no reason */
	GX_L_COND_SIGNAL,
	GX_L_COND_BROADCAST,
	GX_L_SEM_WAIT,
	GX_L_SEM_TRYWAIT,
	GX_L_SEM_POST,
	GX_L_SEM_GETVALUE,
	GX_L_THREAD_CREATE,
	GX_L_THREAD_JOIN, /* object: the joined thread */
	GX_L_THREAD_DETACH,
	GX_L_ONCE,
	GX_L_YIELD,
	GX_L_POSIX_MISUSE, /* fact: value = enum gx_posix_misuse */
	GX_L_POSIX_END
};

/* Rules of POSIX that a program broke. IEEE 1003.1-2017, the pages of the functions named. */
enum gx_posix_misuse {
	GX_POSIX_UNLOCK_NOT_OWNER = 1, /* pthread_mutex_unlock: normal mutex, undefined */
	GX_POSIX_UNLOCK_UNLOCKED,
	GX_POSIX_DESTROY_HELD,    /* pthread_mutex_destroy: "an attempt to destroy a locked mutex ... undefined" */
	GX_POSIX_DESTROY_WAITERS, /* pthread_cond_destroy, sem_destroy */
	GX_POSIX_USE_DESTROYED,
	GX_POSIX_WAIT_WITHOUT_MUTEX, /* pthread_cond_wait: "locked by the calling thread" */
	GX_POSIX_JOIN_DETACHED,      /* pthread_join, pthread_detach */
	GX_POSIX_EXITED_HOLDING,     /* a thread ended and left a mutex locked for ever */
	GX_POSIX_BAD_FREE,           /* free, realloc: not a live block */
	GX_POSIX_OUTSIDE,            /* ours: the object is no memory of the gate, see gx_world_contains() */
	GX_POSIX_MISUSE_END
};

/* "unlocks a mutex that another task holds"; "?" for no misuse. */
const char *gx_posix_misuse_text(unsigned misuse);

/* Register the names of the labels above: "mutex.lock", "cond.wait", ... Once, at start-up. */
void gx_posix_register_labels(void);

/* What a parked task waits for. */
struct gx_posix_wait {
	uint64_t object; /* canonical: the mutex, condition variable, semaphore or thread */
	uint32_t holder; /* slot of the task that has to act first (owner, joined thread); 0: nobody in particular */
};

/* True and *out filled if the parked task's op is a blocking one of this layer. Scheduler's context. */
bool gx_posix_wait_describe(const struct gx_task *task, struct gx_posix_wait *out);

/* True if it waits on a condition variable or a semaphore: how a daemon waits for work (design section 6). */
bool gx_posix_is_work_wait(const struct gx_task *task);

/* Called in a thread that the gate made, when its start routine ends and before a joiner sees it. May be NULL. */
extern void (*gx_posix_thread_end_hook)(void);

#endif
