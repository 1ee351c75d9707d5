/*
 * order.h - what is ordered before what: the happens-before edges that operations make (Lamport 1978; C11 5.1.2.4).
 *
 *     task A   ... unlock: gx_order_release(mutex) ─┐
 *     task B                                        └─► lock: gx_order_acquire(mutex) ... sees all that A did before
 *
 * Whoever models an operation says so where the step does it. Core itself orders a task behind its maker, and one that a callback of the
 * program makes behind all that has happened.
 *
 * A step that has done something that others can notice, or has learnt something that others can change, and then goes on, holds accesses to
 * memory behind it that are not ordered before those others. They belong to a step of their own, or a search of whole steps would never see
 * two of them side by side: so who watches memory parks before the first of them (access/memory.h) if gx_order_is_open(). Who has taken a
 * lock is not open: whoever else wants it comes behind.
 *
 * Main thread only; [task] or a callback.
 */
#ifndef GX_CORE_ORDER_H
#define GX_CORE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gx_task;

/* Who follows the order of one execution. Called in the context of whoever acts; it allocates nothing in the world. */
struct gx_order_follower {
	void (*begin)(void); /* an execution begins: gx_sched_reset() */
	void (*release)(uint64_t object);
	void (*acquire)(uint64_t object);
	/* A block of memory, whoever had it before: allocators order that (C11 7.22.3). */
	void (*fresh)(const void *block, size_t size);
	/* `maker`: NULL for a callback. */
	void (*made)(const struct gx_task *maker, const struct gx_task *task);
};

struct gx_order {
	/* Of the step that runs: its op is about an object; it has released something, or looked at what others may change. */
	bool touched;
	bool opened;
	/*
	 * The program asks for locks without waiting for them (trylock, timedlock): whoever does not get one notices that it has been taken, and
	 * is not ordered behind who took it. Set by whoever loads the program; constant while executions run.
	 */
	bool tries;
	bool muted;                               /* what happens is undone again (alone.h, round.c): nobody follows */
	const struct gx_order_follower *follower; /* NULL: nobody */
	bool accessed;                            /* the step has accessed memory of the program's */
	void (*split)(void);        /* [task] a point, behind which a new step begins; NULL: memory is not watched */
	void (*before_point)(void); /* [task] what has to be done before the step that runs is over; NULL: nothing */
};

extern struct gx_order gx_order;

/* The running task has ordered what it did before whoever acquires the object from now on: unlock, post, end of a thread. */
static inline void gx_order_release(uint64_t object)
{
	gx_order.opened = true;
	if (gx_order.follower && !gx_order.muted)
		gx_order.follower->release(object);
}

/*
 * Who has taken a lock and who has found it taken, without waiting for it, are in that order, too: in one order of all operations, which is
 * what is explored, the second comes behind the first. (C11 lets an attempt fail for no reason, and orders nothing then: 7.26.4.5.)
 */
#define GX_ORDER_TAKEN (1ull << 63)
static inline void gx_order_taken(uint64_t object)
{
	if (gx_order.follower && !gx_order.muted)
		gx_order.follower->release(object | GX_ORDER_TAKEN);
}
static inline void gx_order_found_taken(uint64_t object)
{
	if (gx_order.follower && !gx_order.muted)
		gx_order.follower->acquire(object | GX_ORDER_TAKEN);
}

/* The running task goes on behind all that was done before the object's releases: lock, wait, join. */
static inline void gx_order_acquire(uint64_t object)
{
	gx_order.touched &= gx_order.tries;
	if (gx_order.follower && !gx_order.muted)
		gx_order.follower->acquire(object);
}

/* The running task has learnt what others may change, and are not ordered behind it when they do: a value, the time. */
static inline void gx_order_look(void)
{
	gx_order.opened = true;
}

static inline bool gx_order_is_open(void)
{
	return gx_order.touched | gx_order.opened;
}

/*
 * [task] Before what is no step of its own and releases something: what the step has accessed so far belongs to the step before. Otherwise one
 * who comes behind the release would seem to be able to come beside it.
 */
static inline void gx_order_split(void)
{
	if (gx_order.accessed && gx_order.split)
		gx_order.split();
}

/* From now on this one follows; returns who did before. */
const struct gx_order_follower *gx_order_follow(const struct gx_order_follower *follower);

#endif
