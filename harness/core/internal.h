/*
 * internal.h - what the files of core share among themselves and nobody else sees.
 */
#ifndef GX_CORE_INTERNAL_H
#define GX_CORE_INTERNAL_H

#include "core/fcontext.h"
#include "core/sanitizer.h"
#include "core/sched.h"
#include "core/task.h"
#include "core/world.h"

#define GX_PAGE_BYTES   4096u
#define GX_HIDDEN_BYTES (64u << 10)
#define GX_ARENAS_MAX   128u

/* Bytes below the stack pointer that are cleared whenever a task parks: dead bytes must not tell interleavings apart. */
#define GX_STACK_CLEAR_BYTES (GX_ASAN ? 8192u : 1024u) /* frames with redzones are larger */
/* Bytes at the top of a new task's stack that are cleared before it starts. */
#define GX_STACK_FRESH_BYTES 4096u

/*
 * The hidden area. Saved and restored as bytes. Of it, only what can change the future is hashed: what the clock shows to those who have
 * looked at it, `spurious_left`, `maker_children`, `ticks`, `ending`, and the tasks, each by what it says, with its deadline relative to
 * now; and what is left of `time_ns_max`, where that counts. Time that nobody sees does not tell states apart (enum gx_time).
 */
struct gx_hidden {
	uint64_t whole; /* GX_WHOLE: nobody has written over it all */
	uint64_t now;
	uint64_t first_look; /* when somebody first looked at the clock, + 1; 0: nobody has */
	uint64_t time_ns_max;
	uint64_t
		overtaken; /* ns by which the clock has gone on beside tasks that could step: these do not count towards time_ns_max */
	uint64_t event_hash;
	uint64_t used;        /* bit per index: record in use */
	uint64_t parked;      /* bit per index: state GX_TASK_PARKED */
	uint64_t conditional; /* of those: op has a predicate or a deadline */
	uint64_t branching;   /* of those: op may go several ways */
	uint64_t watched;     /* gx_task_watch(); bit GX_CLOCK: everybody */
	uint64_t background;  /* gx_task_background() */
	uint32_t steps;
	uint32_t last;
	uint32_t spurious_left;
	uint32_t ticks;          /* of the clock since the first look, up to the search's overtakes_max */
	uint32_t maker_children; /* tasks that set-up and callbacks have made */
	uint32_t ending;
	uint32_t stop;
	uint32_t limit; /* enum gx_limit that ended the execution, + 1, as long as nobody has said so; 0: none */
	uint32_t arena_count;
	uint32_t arenas[GX_ARENAS_MAX]; /* slots whose arena holds a block */
	struct gx_task tasks[GX_TASKS_MAX]
		__attribute__((aligned(64))); /* last: only the part below the highest used index is copied */
};

_Static_assert(sizeof(struct gx_hidden) <= GX_HIDDEN_BYTES, "the hidden area is too small");

#define GX_HIDDEN      ((struct gx_hidden *)GX_WORLD_BASE)
#define GX_SHARED_BASE ((unsigned char *)(GX_WORLD_BASE + GX_HIDDEN_BYTES))

/* The program under test lives in the same process, and may write anywhere. */
#define GX_WHOLE 0x67617465637261ull
static inline bool gx_world_is_whole(void)
{
	return GX_HIDDEN->whole == GX_WHOLE;
}

/* Process state that no execution can change: what is loaded, not what happens. */
struct gx_core {
	const struct gx_program *program;
	size_t shared_used;
	unsigned adopted;
	struct {
		unsigned char *base;
		size_t size;
	} segments[GX_WORLD_ADOPTED];
	gx_fcontext scheduler;        /* where the scheduler waits while a task runs */
	const struct gx_pilot *pilot; /* who chooses at the points; NULL: the scheduler lets a task take one step */
	enum gx_time time;            /* what of it tells states apart */
	enum gx_time time_needed;     /* what would have to, by what executions have done since gx_sched_count_time() */
	uint64_t lookers; /* bit per index: it has looked at the clock in the step that is under way, or was last */
	bool searching;   /* gx_sched_begin_search() */
	uint32_t overtakes_max; /* of the search; 0: no bound */
	unsigned cut;           /* enum gx_cut bits: what the search has left out */
	unsigned limits_said;   /* how often the search has come to the limit of time */
	bool muted;             /* nobody observes what happens, and it is not recorded */
	uint64_t resumes;       /* how often a task has been let run since the process started: for crash.c */
	uint64_t step_hash;     /* of the events, as the step began */
	uint32_t step_records;  /* how many were recorded then */
	uint32_t step_number;
	unsigned step_task; /* whose it is: index */
	struct gx_event *record;
	uint32_t record_capacity;
	uint32_t *record_count;
};

extern struct gx_core gx_core;

/* What tells states apart has to be this much of time at least: whoever sees it says so. */
static inline void gx_need_time(enum gx_time time)
{
	if (gx_core.time_needed < time)
		gx_core.time_needed = time;
}

/* world.c */
static inline unsigned char *gx_slot_base(uint32_t slot)
{
	return (unsigned char *)GX_WORLD_BASE + GX_WORLD_AREA_BYTES + (uint64_t)slot * GX_SLOT_BYTES;
}
static inline unsigned char *gx_slot_arena(uint32_t slot)
{
	return gx_slot_base(slot) + GX_SLOT_STACK_BYTES;
}
/* Stacks that all began at the same distance from a megabyte would share a few places of the caches. */
static inline unsigned char *gx_slot_stack_top(uint32_t slot)
{
	return gx_slot_arena(slot) - slot % 31 * 448;
}
static inline unsigned char *gx_slot_stack_bottom(uint32_t slot)
{
	return gx_slot_base(slot) + GX_PAGE_BYTES;
}
void gx_slot_open(uint32_t slot);
/* All bytes zero, whatever was there: nothing of it may be relied on any more. What is loaded stays loaded. */
void gx_world_wipe(void);

/* arena.c: bytes of the arena that are in use, header included; 0 for an empty one. */
size_t gx_arena_high(uint32_t slot);
bool gx_arena_listed(uint32_t slot);

/* event.c */
void gx_event_step(uint16_t task, uint16_t label, uint64_t object, uint64_t value);
/* A task crashed, maybe while observers were being told: they will not return. */
void gx_event_abandon(void);

/* task.c: run `task` until it, or under a pilot another one, comes back to the scheduler; returns GX_SAYS_..., and who it was (NULL: it ended). */
void *gx_task_resume(struct gx_task *task, struct gx_task **who);
/* As if it had been run, and had ended there. */
void gx_task_pass_over(struct gx_task *task);
void gx_task_mark_ended(struct gx_task *task);

/* round.c: what ended the execution was a limit (hidden->limit): say which, or that it goes round for ever. Scheduler's side only. */
void gx_say_limit(void);
/* The step of GX_FAIR. */
void gx_go_round(void);

/* sched.c: under a pilot, at the end of a step: the task that goes on, granted; NULL: the scheduler has to take over. */
struct gx_task *gx_sched_next(void);

/* parts.c: the memory below a parked task's stack pointer as parking leaves it. */
void gx_task_clear_below(const struct gx_task *task);
/* The same for ASan's shadow, when the task may have left frames there for good. */
void gx_task_bury_frames(const struct gx_task *task);

/* crash.c */
enum gx_crash_kind {
	GX_CRASH_NONE,
	GX_CRASH_SIGNAL,
	GX_CRASH_OVERFLOW,
	GX_CRASH_HANG,
	GX_CRASH_SYSCALL,
	GX_CRASH_LOST,   /* lost.h */
	GX_CRASH_SMASHED /* the world is not whole: what was in it is gone */
};
struct gx_crash {
	enum gx_crash_kind kind;
	int signal; /* of GX_CRASH_SYSCALL the number of the call */
};
extern struct gx_crash gx_crash_last;
/* [task] Its step ends here, and with it the execution, as gx_crash_last says. */
void gx_crash_leave(void) __attribute__((noreturn));

/* What a task says when it jumps back. */
#define GX_SAYS_PARKED  ((void *)0)
#define GX_SAYS_ENDED   ((void *)1)
#define GX_SAYS_CRASHED ((void *)2)
#define GX_SAYS_PAUSED \
	((void *)3) /* under a pilot: the step is over and what follows it was tried; gx_current: who parked, NULL: who ended */

#endif
