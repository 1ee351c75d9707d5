/*
 * columns.h - the steps of a finding as a table, one column per task, time downwards.
 *
 *       step  manual-restart#1                      manual-restart#2
 *          4  docker.remove.mark ws-a → 200
 *     *    9                                     >> docker.create.reserve ws-a → 409 name is already in use
 *
 * Only steps that matter are shown, unless all are asked for; the numbers tell how many are left out between two. A row holds one step, so a long cell
 * may run on into the empty columns at its right: columns are only as far apart as the page allows, and the longest cells go
 * on in the next line. With many tasks, or when that would not do, each task gets a letter, and its steps begin with it:
 *
 *     A manual-restart#1  B manual-restart#2  C container(ws-a)#1
 *          4  A docker.remove.mark ws-a → 200
 *     *    9      B docker.create.reserve ws-a → 409 name is already in use
 */
#ifndef GX_REPORTS_COLUMNS_H
#define GX_REPORTS_COLUMNS_H

#include "reports/page.h"
#include "reports/result.h"

/* The table, of all steps or those that matter, and, below it, what its marks mean. Nothing if no step is to be shown. */
void gx_say_columns(struct gx_page *page, const struct gx_result_finding *finding, bool all_steps);

#endif
