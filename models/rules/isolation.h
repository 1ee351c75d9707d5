/*
 * isolation.h - rule `isolation` over one view of all tasks, apart from the scheduler so that a test can write the view down.
 */
#ifndef GX_RULES_ISOLATION_H
#define GX_RULES_ISOLATION_H

#include <stdbool.h>
#include <stdint.h>

struct gx_isolation_task {
	bool at_rest;         /* ended, a daemon, or yet to arrive */
	bool blocked_in_gate; /* inside handle(), in no leg, cannot step */
	uint8_t request;      /* whose handle() it runs; 0 none */
	uint8_t workspace;    /* of that request */
	bool in_leg;
	uint8_t leg_workspace; /* of the leg */
};

/*
 * The id of a request of workspace X that is blocked in the gate while no leg of X is under way and every other task that is not at
 * rest, one at least, is inside a leg of another workspace (design section 6); 0 if there is none.
 */
unsigned gx_isolation_broken(const struct gx_isolation_task *view, unsigned count);

#endif
