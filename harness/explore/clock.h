/*
 * clock.h - the wall clock, for budgets and for people. No decision about an execution may depend on it.
 */
#ifndef GX_EXPLORE_CLOCK_H
#define GX_EXPLORE_CLOCK_H

/* Seconds since some moment. */
double gx_wall_seconds(void);

#endif
