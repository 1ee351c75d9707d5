/*
 * posix.h - POSIX threads, semaphores and time for controlled tasks; the real ones for everybody else.
 *
 * The symbols themselves (pthread_mutex_lock, ...) are those of libc's headers. This header is what the layers above need to
 * know about a task that waits in one of them.
 */
#ifndef GX_POSIX_H
#define GX_POSIX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/task.h"

/* Register the names of the labels 64..127: "mutex.lock", "cond.wait", ... Once, at start-up. */
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
