/*
 * core_double.h - a stand-in for harness/core, for tests of models: one task, no scheduler, no world.
 *
 * gx_point() records the op and returns at once, so a request runs from beginning to end like an ordinary function. What happens
 * between two of its points is scripted: gx_double_at() runs a function when a point with a certain label is reached,
 * gx_double_leave_at() leaves a request parked there for good, gx_double_blocks() says whether it waits for something.
 *
 * Link it instead of harness/core; gx_bug() comes from harness/core/status.c.
 */
#ifndef GX_MODELS_CORE_DOUBLE_H
#define GX_MODELS_CORE_DOUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "core/task.h"

#define GX_DOUBLE_MAX 4096u

typedef void gx_double_fn(void *arg);

/* Forget ops, facts and scripts; task 1 runs. */
void gx_double_reset(void);

/* Be the task with this path: gx_task_serial() counts per path. */
void gx_double_be(uint32_t path);

/* When the next point with this label is reached, run fn(arg) before it is granted. Once; fn may reach points and script others. */
void gx_double_at(unsigned label, gx_double_fn *fn, void *arg);

/* Run fn(arg) until it reaches a point with this label and leave it there, its frames abandoned. False: it ran to its end. */
bool gx_double_leave_at(unsigned label, gx_double_fn *fn, void *arg);

/* Run fn(arg); true if it came to a point whose op was not ready (and is left there). Elsewhere such a point is a bug of the test. */
bool gx_double_blocks(gx_double_fn *fn, void *arg);

/* What was recorded since the reset, in order. */
extern struct gx_op gx_double_ops[GX_DOUBLE_MAX];
extern size_t gx_double_op_count;
extern struct gx_event gx_double_facts[GX_DOUBLE_MAX];
extern size_t gx_double_fact_count;

#endif
