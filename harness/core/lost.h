/*
 * lost.h - steps in which the whole process was lost, told by whoever watches over it: the next process ends the execution before them.
 *
 *     a process explores, and is gone ─► its watcher knows how often a task had been let run (gx_lost_pulse)
 *     the next one explores the same, in the same order ─► just there, does not let it run: a crash of the task (GX_CRASHED_LOST), and goes on
 *
 * From then on the step is known by the events that led to it, and is not taken again in any execution, such as the one that tells of it.
 * A gate that writes over memory that is not its own may take the process with it later than that: what is known is the step that was the last.
 */
#ifndef GX_CORE_LOST_H
#define GX_CORE_LOST_H

#include <stdbool.h>
#include <stdint.h>

enum { GX_LOST_MAX = 32 };

struct gx_lost {
	uint64_t
		at; /* the step that is not to be taken, by how often a task has been let run; 0: none that is not known */
	uint64_t known[GX_LOST_MAX]; /* by the hash of the events up to it */
	unsigned count;
	unsigned met;   /* by this process */
	bool is_enough; /* one is: nothing helped to come further than the first */
};

/* In memory of whoever watches over this process; NULL: nobody does. */
extern struct gx_lost *gx_lost;
/* How often a task has been let run, written before it is; in memory of whoever watches over this process. */
extern volatile uint64_t *gx_lost_pulse;

/* [scheduler] Whether the step that is about to be taken is such a step. */
bool gx_lost_is_next(void);

/* So many have been met that whoever went on would lose one process after the other. */
bool gx_lost_is_enough(void);

#endif
