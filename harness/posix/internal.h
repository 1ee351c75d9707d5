/*
 * internal.h - what the files of posix share.
 *
 * user[] words of a task (core/task.h) as this layer uses them:
 *   GX_USER_POSIX_0: before a thread's first step its start routine; in a wait on a condition variable, the mutex, canonical; of a thread
 *                    that has ended, its result; 0 otherwise
 *   GX_USER_POSIX_1: how many mutexes it holds; and GX_WOKEN: a signal has reached it
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
#include "core/sanitizer.h"
#include "core/task.h"
#include "core/world.h"
#include "posix/posix.h"

#define GX_WOKEN (1ull << 63)

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

/* A rule of POSIX was broken: tell it as a fact. */
void gx_posix_misuse(enum gx_posix_misuse misuse, const void *object);

/* The object must be memory that executions reset; otherwise the execution ends here, with a misuse. */
void gx_posix_check_place(const void *object);

/* A step that blocks: park until `ready`, which finds the object in op.subject, or until `deadline` (virtual ns). It reads and writes. */
enum gx_granted gx_posix_block(uint16_t label, const void *object, gx_ready_fn *ready, uint64_t deadline);

/*
 * True in a controlled task. What earlier calls left on its stack is cleared: it would show in gaps of the frames of the call that begins,
 * in which the task may wait. For functions that cannot wait gx_task_self() is enough.
 */
static inline bool gx_posix_in_task(void)
{
	if (!gx_task_self())
		return false;
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

/* time.c: absolute time of a clock -> virtual ns since start. False for a time that is none (EINVAL). */
bool gx_posix_deadline(clockid_t clock, const struct timespec *when, uint64_t *deadline);

/* mutex.c: for condition variables. */
bool gx_mutex_is_mine(const pthread_mutex_t *mutex);
void gx_mutex_give_back(pthread_mutex_t *mutex);
void gx_mutex_take_again(pthread_mutex_t *mutex);
uint32_t gx_mutex_owner(const pthread_mutex_t *mutex);

/* thread.c: slot of the thread that a parked joiner waits for; 0: it is no more. */
uint32_t gx_thread_joined(const struct gx_task *joiner);

#endif
