/*
 * cover.h - files of schedules that take every transition of a state graph: written by --export-cover, read by --import.
 *
 *     # gatecrash cover 1
 *     # states 4650, transitions 10022, schedules 812
 *     gx1:double-click:per-workspace:...            a repro line each: `gatecrash replay FILE --finding N` plays one
 *     # end 5d1f0c9e77a1b2c3                        a hash of all that stands above: the file is whole
 */
#ifndef GX_CLI_COVER_H
#define GX_CLI_COVER_H

#include "explore/cover.h"
#include "explore/graph.h"
#include "explore/import.h"
#include "reports/result.h"
#include "story/keep.h"

/*
 * In the worker: walk the graph of the loaded program's search, and put the text of the file into the result. `scenario` and `gate`: what a repro
 * calls them.
 */
enum gx_status gx_cover_text(struct gx_result_run *run, struct gx_keep *keep, struct gx_graph *graph,
			     const char *scenario, const char *gate, const struct gx_cover_limits *limits,
			     struct gx_error *err) GX_MUST_USE;

/* Read such a file. GX_EINPUT: it is none, or not whole, with the line. gx_schedules_release() in every case. */
enum gx_status gx_schedules_read(struct gx_schedules *out, const char *path, struct gx_error *err) GX_MUST_USE;
void gx_schedules_release(struct gx_schedules *schedules);

/* Whether they are of this pair; `err` says what they are of. */
enum gx_status gx_schedules_fit(const struct gx_schedules *schedules, const char *path, const char *scenario,
				const char *gate, struct gx_error *err) GX_MUST_USE;

#endif
