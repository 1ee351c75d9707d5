/*
 * alone.h - what becomes of it if some tasks stand still from here on and only the others go on?
 *
 *     the world as it is ─► everybody but those who stand still, in turns, and the clock when they wait for it ─► an end ─► the world as it was
 *
 * For what no single state says: whether those who still poll would ever do anything else, whether a request would get on without another's
 * help. One run of many, a fair one: each that can step steps once in a round; no fault strikes, nobody wakes up for no reason; the clock
 * ticks when nobody can step, or when those who can have come round to where they were. Nothing of it is observed, recorded or counted as
 * a step, and afterwards the world is what it was, byte for byte.
 *
 * In the scheduler's context only: gx_program.settled() and questions (gx_sched_ask()).
 */
#ifndef GX_CORE_ALONE_H
#define GX_CORE_ALONE_H

#include <stdbool.h>
#include <stdint.h>

enum gx_alone_end {
	GX_ALONE_OVER,    /* over() said so */
	GX_ALONE_BLOCKED, /* nobody can step, or will be able to by time alone */
	GX_ALONE_ROUND,   /* they are in a circle of states that none of them leaves */
	GX_ALONE_LONG, /* they have gone on and on (`ns`), and no round is like another: somebody looks at the clock, or counts */
	GX_ALONE_UNKNOWN /* too many steps to tell, or the execution came to an end */
};

struct gx_alone {
	void *context;
	uint64_t still;              /* bit per index: takes no step. Tasks that are made meanwhile take theirs */
	bool without_time;           /* the clock does not tick either */
	bool looks_back;             /* `returned` is wanted */
	bool (*over)(void *context); /* asked before each step: it is clear already. NULL: never */
	void (*look)(void *context,
		     enum gx_alone_end); /* called at the end, where it has come to. NULL: nothing to look at */

	/* Said by gx_alone(). */
	uint64_t ns; /* how much time has passed */
	bool returned; /* what it is now is part of that circle: everybody comes by where he is, and no memory has changed for good */
};

enum gx_alone_end gx_alone(struct gx_alone *question);

#endif
