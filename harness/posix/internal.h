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
#include "core/order.h"
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

/* A task other than the caller that waits for the object; of a mutex also in a wait on a condition variable. Its slot; 0: nobody. */
uint32_t gx_posix_waiter(unsigned label, const void *object);

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
/* The bytes are those of a mutex that a task holds. */
bool gx_mutex_is_held(const pthread_mutex_t *mutex);

/* What each thread has for itself (gx_task_local()): zero at first. */
enum { GX_THREAD_NAME_BYTES = 16 };
struct gx_thread_own {
	struct {
		void *caught;
		unsigned uncaught;
	} caught;                        /* C++: which exceptions it has caught, and how many are on their way */
	__pthread_unwind_buf_t *cleanup; /* the last pthread_cleanup_push() */
	void *result;                    /* of pthread_exit(), which is under way */
	char name[GX_THREAD_NAME_BYTES];
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

/* thread.c: slot of the thread that a parked joiner waits for; 0: it is no more. */
uint32_t gx_thread_joined(const struct gx_task *joiner);

#endif
