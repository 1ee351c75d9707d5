/*
 * isolation.h - rule `isolation` over one view of all tasks, apart from the scheduler so that a test can write the view down.
 */
#ifndef GX_RULES_ISOLATION_H
#define GX_RULES_ISOLATION_H

#include <stdbool.h>
#include <stdint.h>

struct gx_isolation_task {
	bool at_rest; /* ended, a daemon, yet to arrive; or a thread of the gate's, in no leg: it is part of what the request waits for */
	bool waits_in_gate; /* inside handle(), or answered that it will run; no leg of it has begun */
	uint8_t request;    /* whose handle() it runs; 0 none */
	uint8_t workspace;  /* of that request */
	bool in_leg;
	uint8_t leg_workspace; /* of the leg */
};

/*
 * The lowest id of a request of workspace X that has not reached its leg while no leg of X is under way and every other task that is not at
 * rest, one at least, is inside a leg of another workspace; 0 if there is none. Whether it would reach it alone, from here, the view does
 * not say.
 */
unsigned gx_isolation_asked(const struct gx_isolation_task *view, unsigned count);

#endif
