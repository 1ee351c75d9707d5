/*
 * worker.h - exploring, in a process of its own.
 *
 *     parent ── fork ─► worker: sealed (hosts/seal.h), runs the gate's code, fills the result ─► the last record
 *        │                                                                                          │
 *        └── waits; takes the result from shared memory, whatever has become of the worker ◄────────┘
 *
 * The gate's code runs a million times, and may do anything: what it does to its process it does to the worker. The parent never runs it
 * (loading apart: module/rehearsal.c), and reports what the worker has written down. A worker that ends without its last record has not
 * seen all of it, however it ended: the result says so.
 */
#ifndef GX_CLI_WORKER_H
#define GX_CLI_WORKER_H

#include "core/status.h"
#include "reports/result.h"

/*
 * Run work(context), which fills *result, in a worker. Whatever it keeps (story/keep.h) lies in memory that both have. Its status, and *err;
 * GX_EINTERNAL, and *result is incomplete, if the worker was lost. Of result->from_file it is believed that its gate may have brought that about:
 * then the next worker leaves out the step (core/lost.h). Where no process can be made the work is done in this one.
 */
enum gx_status gx_worker_run(enum gx_status (*work)(void *context, struct gx_error *err), void *context,
			     struct gx_result_run *result, struct gx_error *err) GX_MUST_USE;

/* In the worker: a number that the parent is told besides, 0 at first; in the parent, what the last worker has said. */
void gx_worker_say(unsigned what);
unsigned gx_worker_said(void);

#endif
