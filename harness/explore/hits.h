/*
 * hits.h - a rule was broken: noted while the step runs, taken when the scheduler has the word again.
 */
#ifndef GX_EXPLORE_HITS_H
#define GX_EXPLORE_HITS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * For the program's observer: the rule with this key has been broken by the current step. Any number of times per execution. May be
 * called in the context of a task: it allocates nothing.
 */
void gx_explore_hit(uint64_t key);

/* Begin or stop noting hits; what is pending is forgotten. */
void gx_hits_listen(bool on);

/* Different keys of one step; more are dropped, and show up in another step or execution. */
#define GX_HITS_PENDING_MAX 256

/* How many are pending, and the nth of them; forget them. Outside of tasks only. */
unsigned gx_hits_pending(void);
uint64_t gx_hits_pending_key(unsigned n);
void gx_hits_forget(void);
/* Whether this key is pending; all are forgotten. */
bool gx_hits_take(uint64_t key);

#endif
