/*
 * task.h - tasks, and the points at which they announce what they do next.
 *
 *     task A   gx_point(op)  parked ........ granted ─ runs on, alone ─ gx_point(op) parked
 *     task B   parked ................................................ granted ─ ...
 *
 * A task is a fiber: one logical thread of the system under test with its own stack. It never acts unannounced: gx_point()
 * publishes the op that it is about to perform and parks. Granted, it performs the op and runs on, alone, until its next
 * point. What stands between two points therefore needs no lock, and the scheduler always knows everybody's next op.
 *
 * Enabledness is a predicate over the world, never a wait queue: whoever is ready may be the next, in any order.
 *
 * Whose work a task does is none of core's business. Its maker says so by a role and a number, and the layers above keep what they have
 * to remember of it in its words (user).
 *
 * Times are virtual, in ns. Functions marked [task] are for code inside a controlled task; all others also for the callbacks of a
 * program (sched.h) and between its steps. Main thread only, but for gx_task_self().
 */
#ifndef GX_CORE_TASK_H
#define GX_CORE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "core/footprint.h"
#include "core/status.h"

#define GX_TASKS_MAX  64u /* at a time; index 0 is the clock, which has no record: 63 tasks */
#define GX_CLOCK      0u  /* the clock as a task index */
#define GX_FOREVER    UINT64_MAX
#define GX_ROLES_MAX  256u
#define GX_USER_WORDS 6u

enum gx_task_state {
	GX_TASK_NONE,    /* a record that is free */
	GX_TASK_PARKED,  /* at `op` */
	GX_TASK_RUNNING, /* the one whose step it is */
	GX_TASK_ENDED    /* its record waits to be reaped; it has no stack any more */
};

/* What has been said of a task since it was made. */
enum gx_task_trait {
	GX_TASK_AUTOREAP = 1,    /* gx_task_autoreap() */
	GX_TASK_SHARES_STACK = 2 /* gx_task_share_stack() */
};

struct gx_task;

/*
 * True if the task's pending op can be performed now. Reads the world, changes nothing, reaches no point. Called in the
 * scheduler's context, once per decision for each parked task that has one: keep it to a few loads.
 */
typedef bool gx_ready_fn(const struct gx_task *task);

/* How many ways the op can go (data choice), evaluated when the task is ready; 1 or more. */
typedef unsigned gx_alternatives_fn(const struct gx_task *task);

/* What a task is about to do. Copied by gx_point(); everything in it is hashed. */
struct gx_op {
	uint16_t label;     /* event.h */
	uint8_t access;     /* enum gx_access bits on `object`, for dependence */
	uint8_t spurious;   /* 1: may also be granted without being ready (spurious wake-up), see sched.h */
	uint32_t detail;    /* for `ready` and reports, free for the label's owner */
	uint64_t object;    /* as in events: canonical, 0 for none */
	gx_ready_fn *ready; /* NULL: always */
	gx_alternatives_fn *alternatives; /* NULL: one way only */
	void *subject;                    /* world address that `ready` looks at (the mutex, ...) */
	/*
	 * When it becomes ready anyway, GX_FOREVER: never. For gx_point() in virtual ns from now: an absolute time that stays behind in a frame of
	 * ours would tell states apart. In a task's record in ns since the start.
	 */
	uint64_t deadline;
};

struct gx_task {
	/* Who it is. Hashed. */
	uint32_t slot;        /* place in the world; follows from `path` */
	uint32_t path;        /* identity: hash of (parent's path, nth child) */
	uint32_t parent;      /* slot of its maker; 0: a callback of the program */
	uint16_t nth;         /* nth child of its maker, from 1 */
	uint8_t role;         /* its maker's, like `number`: gx_task_spawn() */
	uint8_t state;        /* enum gx_task_state */
	uint32_t number;      /* free for the maker */
	uint16_t children;    /* how many tasks it has made */
	uint8_t grants;       /* how the last grant came: enum gx_granted */
	uint8_t traits;       /* enum gx_task_trait bits */
	uint32_t serial;      /* how many numbers gx_task_serial() has given it */
	uint32_t alternative; /* which way the granted op goes */

	/* What it is about to do. Hashed. */
	struct gx_op op;
	void (*entry)(void *); /* until it has begun; NULL from then on, like its argument */
	void *argument;

	/* Words for the layers above, 0 at first: each layer numbers its own behind those of the layer below, and documents them. Hashed. */
	uint64_t user[GX_USER_WORDS];

	/* Where it is. The stack from sp to its top is hashed, sp itself is not. */
	void *sp;
	uint16_t index; /* in this execution, by arrival; never hashed, never in a decision of the world */
};

/* How the op of the last point was granted. */
enum gx_granted {
	GX_GRANTED_READY,   /* its predicate held */
	GX_GRANTED_TIMEOUT, /* its deadline had come and the predicate did not hold */
	GX_GRANTED_SPURIOUS /* neither: a spurious wake-up */
};

/* The running controlled task, or NULL in the scheduler, in set-up and in any thread that is not the harness's. */
extern __thread struct gx_task *gx_current __attribute__((tls_model("initial-exec")));
static inline struct gx_task *gx_task_self(void)
{
	return gx_current;
}

/* Called before each point; `noticed`: where a task ends the execution; in its context; it changes nothing. NULL: nobody asks (core/where.h). */
extern void (*gx_point_hook)(bool noticed);

/*
 * [task] Publish `op`, park, and return when granted, having become the only running task. Returns how it was granted; the
 * chosen alternative is gx_task_self()->alternative. errno is kept.
 */
enum gx_granted gx_point(const struct gx_op *op);

/* [task] The common case: a point that is always ready. */
void gx_point_simple(uint16_t label, uint8_t access, uint64_t object);

/*
 * [task] A few bytes of a task's own, zero at first and at one address for as long as it lives, aligned to 16: for what a library
 * keeps once per thread. They lie above its first frame, and are part of its stack in all else.
 */
#define GX_TASK_LOCAL_BYTES 144
void *gx_task_local_of(const struct gx_task *task);

/*
 * Make a task that will run entry(argument). It is parked at an op (GX_L_TASK_BEGIN) at once, so its first step is a point of its own.
 * Returns NULL when no record is left (an ended task's is used again once it has been reaped). In a callback the maker is the program
 * itself (slot 0). Call it where the record's address does not stay on the stack across a point (gx_point()).
 *
 * `role` says what the task is for, as its maker sees it: below GX_ROLES_MAX, and each layer that makes tasks owns some of the numbers and
 * says so in a header. Core keeps role and `number` in the record and tells them in GX_L_TASK_SPAWN, so they are in the hash of the events.
 */
struct gx_task *gx_task_spawn(unsigned role, uint32_t number, void (*entry)(void *), void *argument);

/* [task] End the running task at once, its frames abandoned. What becomes of its record: gx_task_reap(). */
void gx_task_exit(void) __attribute__((noreturn));

/* End another, parked task at once, its frames abandoned. Not for the running one. */
void gx_task_kill(struct gx_task *task);

/*
 * Free the record of an ended task (it was joined, or nobody can ask for it any more). A task that has ended keeps its
 * record, state GX_TASK_ENDED, until then, unless gx_task_autoreap() was called on it while it lived.
 */
void gx_task_reap(struct gx_task *task);
void gx_task_autoreap(struct gx_task *task);
bool gx_task_is_autoreap(const struct gx_task *task);

/*
 * Whether the program's observe() is told this task's steps; of everybody, from now on. Whoever calls it follows what it keeps in the state
 * of the task or of its models: it is no state of its own.
 */
void gx_task_watch(const struct gx_task *task, bool on);
void gx_task_watch_all(void);

/*
 * The task goes on by nature, as a thread of a server does: alone it need not keep an execution from coming to rest (gx_program.settled()).
 * Follows from how it was made, like its role: call it where the task is made.
 */
void gx_task_background(const struct gx_task *task);
bool gx_task_is_background(const struct gx_task *task);

/* Others have been told of what lies on the task's stack, and may look there. */
void gx_task_share_stack(struct gx_task *task);

/* Whether a parked task can step now; or will be able to when time comes. */
bool gx_task_can_step(const struct gx_task *task);
bool gx_task_sleeps(const struct gx_task *task);

/* The live record with this slot or index, or NULL. */
struct gx_task *gx_task_by_slot(uint32_t slot);
struct gx_task *gx_task_at(unsigned index);

/* A bit per index that has a record, for going through all of them: for (rest = gx_task_indices(); rest; rest &= rest - 1) ... */
uint64_t gx_task_indices(void);
/* The record of the lowest index in such a set. */
struct gx_task *gx_task_first(uint64_t indices);

/* [task] A number that only this task hands out, (path << 12 | nth): an identity for what it makes. At most 4095 per task. */
uint64_t gx_task_serial(void);

/*
 * [task] Clear what functions that have returned left behind below the caller's frame: dead bytes would tell apart states that differ in
 * nothing else, once frames with gaps that nobody writes come to lie on them. Worth a call after one that took different ways to one
 * result, and before one in which the task will wait. Half a kilobyte deep, a few ns; not under a pilot (sched.h), where nobody compares
 * states.
 */
void gx_scrub_stack(void);

/* Virtual time in ns since the start of the execution. Any context. Not for code of the program: it would see what is not in the state. */
uint64_t gx_now(void);

/*
 * [task] What the clock shows, in ns: 0 to whoever looks first. Until then time has passed unseen, and executions in which a different
 * time has passed are in one state (core/internal.h).
 */
uint64_t gx_clock_look(void);

/* [task] Sleep for `ns` of virtual time: a point that is ready once the clock has come to it. 0 is a plain point. */
void gx_sleep(uint16_t label, uint64_t ns);
/* The same, or until `ready`. */
void gx_sleep_unless(uint16_t label, uint64_t ns, gx_ready_fn *ready);

/*
 * [task] The task cannot go on (crash, world too small): the execution ends here, as GX_ENDING_FATAL. `label` is the fact to emit
 * (GX_L_TASK_CRASH, ...), `value` its value; its object is the task's path.
 */
void gx_task_fatal(uint16_t label, uint64_t value) __attribute__((noreturn));
/* [task] The same without a fact: the caller has told why. */
void gx_task_end_execution(void) __attribute__((noreturn));

/*
 * The arena of the running task: canonical first fit, every block zeroed when freed, so that the bytes depend on which
 * blocks are live and not on the order in which others came and went. 16-byte alignment unless more is asked (power of
 * two, at most 4096). [task] for the first; the others work from any context on the blocks of any task. gx_arena_free() wants a live
 * block: ask gx_arena_owns(), then gx_arena_is_live(). When the arena is full the execution ends with GX_L_WORLD_FULL: never NULL, so
 * that our limit is not mistaken for a bug of the program's.
 */
void *gx_arena_alloc(size_t size, size_t alignment);
void gx_arena_free(void *block);
size_t gx_arena_size(const void *block);
bool gx_arena_owns(const void *block);    /* an address in some task's arena */
bool gx_arena_is_live(const void *block); /* an owned one that gx_arena_alloc() returned and nobody has freed */
bool gx_arena_holds(const void *address); /* an owned one inside such a block */

/*
 * What lies at an address of an arena: the block, its bytes from `from` to before `to` as far as they were asked for; `in_use`: it lives.
 * Behind its last byte, and in the head of the one that follows, it is that block still; in a free block, and where there is none, `in_use` is
 * false; in the head of the first of all, or of one behind a free one, it is the block behind it. Valid until gx_arena_changes changes.
 */
struct gx_arena_block {
	uintptr_t from;
	uintptr_t to;
	bool in_use;
};
void gx_arena_look(const void *address, struct gx_arena_block *block);
/* Goes up with every block that comes or goes, and with every step. */
extern uint64_t gx_arena_changes;

/* The step is over: what it has freed may be given out again. So many arenas have something of it. */
void gx_arena_settle(void);
extern unsigned gx_arena_settling;

/*
 * The same for code that runs before any task does, while a plugin is loaded: its blocks are as good as those of tasks, which may free
 * them. NULL if there is no room: then the plugin cannot be had. What has been allocated so is gone with gx_world_clear(); so the bytes of
 * all of it are kept by whoever loads, as they are then, and put into each new world. Putting none takes away what is there.
 */
void *gx_arena_alloc_loading(size_t size, size_t alignment);
size_t gx_arena_loaded_bytes(void);
const void *gx_arena_loaded(void);
bool gx_arena_put_loaded(const void *bytes, size_t size);

enum gx_limit { GX_LIMIT_STEPS, GX_LIMIT_TIME };

/* The value of GX_L_TASK_SYSCALL is the number of the call, or that with what it was asked for. */
#define GX_SYSCALL_WITH(number, what) ((uint64_t)(number) | ((uint64_t)(what) + 1) << 32)

/* The value of GX_L_TASK_CRASH is the signal; or one of these: it would have ended the process, or a thread that is not the program's. */
enum { GX_ENDS_THE_PROCESS = 0, GX_ENDS_ITS_THREAD = 256 };

/* How a task crashed, if not by a signal alone. */
enum gx_crashed {
	GX_CRASHED_BY_OVERFLOW = 1,
	GX_CRASHED_SMASHED,   /* it has written over the world, its own record in it */
	GX_CRASHED_ELSEWHERE, /* it came to a point on a stack that is not its own */
	GX_CRASHED_LOST       /* the process that explored was lost in it, another time (lost.h): it was not let run */
};

/* Core's labels. A fact belongs to the task that it tells of, unless it says whose it is. */
enum {
	GX_L_TASK_BEGIN = GX_LABELS_CORE, /* op: first step of a task */
	GX_L_TASK_END,                    /* fact: object = path of the task, which has come to its end */
	GX_L_TASK_SPAWN, /* fact of the maker: object = path of the new task, extra = its index, value = role << 32 | number */
	GX_L_TASK_KILL,  /* fact of the killer: object = path of the killed task, extra = its index */
	GX_L_CLOCK_TICK, /* step of the clock; value = new time in ns */
	GX_L_TASK_CRASH, /* fact: object = path; value = signal, 0: it tried to end the process; extra: enum gx_crashed */
	GX_L_TASK_HANG,  /* fact: object = path; no point for a long while */
	GX_L_STEP_LIMIT, /* fact of nobody's: extra = enum gx_limit; value = the limit that was reached (steps, or ns) */
	GX_L_WORLD_FULL, /* fact: object = path; value = bytes asked for; 0: no task, no arena left, or too many choices (object 0) */
	GX_L_SLEEP, /* op: gx_sleep(), for layers that have no label of their own for it */
	GX_L_LIVELOCK, /* fact of a task that goes round for ever: object = its path, value = how many more such facts follow */
	GX_L_TASK_SYSCALL, /* fact: object = path; value = number of the system call that it makes, in a sealed process */
	GX_L_CORE_END
};

#endif
