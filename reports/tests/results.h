/*
 * results.h - results written down by hand, for the tests of every format.
 */
#ifndef GX_REPORTS_TESTS_RESULTS_H
#define GX_REPORTS_TESTS_RESULTS_H

#include "reports/report.h"

extern const struct gx_result_run gx_run_clean;       /* a complete search that found nothing */
extern const struct gx_result_run gx_run_found;       /* two tasks collide; two kinds of failure */
extern const struct gx_result_run gx_run_deadlock;    /* waits, no workspace, no remedy; sampled */
extern const struct gx_result_run gx_run_incomplete;  /* the state budget is used up, nothing found */
extern const struct gx_result_run gx_run_interrupted; /* nothing found until then */
extern const struct gx_result_run gx_run_replayed;    /* one finding, many replays */
extern const struct gx_result_run gx_run_crowded;     /* five tasks in one finding */
extern const struct gx_result_run gx_run_bare;        /* given up: nothing but what a failed recipe leaves */

/*
 * What the format writes, in malloc'ed memory. With `color`, or as a `matrix`.
 */
char *gx_render(const struct gx_report_format *format, const struct gx_result_run *runs, size_t count, bool color,
		bool matrix);

#endif
