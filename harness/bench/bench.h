/*
 * bench.h - programs without the models that `make bench` measures.
 */
#ifndef GX_BENCH_BENCH_H
#define GX_BENCH_BENCH_H

#include "core/sched.h"

/* Two tasks: lock a mutex, 6 accesses to shared memory, unlock. What relacy's and shuttle's benchmarks run. */
const struct gx_program *gx_bench_locked_body(void);

/* Three tasks of 8 accesses each, no lock. */
const struct gx_program *gx_bench_unlocked_body(void);

/* Two tasks: so many accesses to shared memory in all, under a lock; compiled so that they are seen, or not. For the last call alone. */
const struct gx_program *gx_bench_accesses(unsigned accesses, bool are_seen);

#endif
