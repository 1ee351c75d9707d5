/*
 * text.h - the parts of the text report that its files share.
 */
#ifndef GX_REPORTS_TEXT_H
#define GX_REPORTS_TEXT_H

#include "reports/page.h"
#include "reports/report.h"

/* One execution under a given schedule. */
bool gx_is_replay(const struct gx_result_run *run);

/* "name-conflict (ws-a)" */
void gx_say_rule(struct gx_page *page, const struct gx_result_finding *finding);

/* The line to paste: alone, whole, uncoloured, from the first column on (a shell would keep an indented one out of its history). */
void gx_say_command(struct gx_page *page, const struct gx_result_finding *finding);

/* One line per run, judged, unless each is out already; then what was found and should not have been. */
void gx_say_matrix(struct gx_page *page, const struct gx_result_run *runs, size_t count,
		   const struct gx_report_style *style);
/* The line of one. */
void gx_say_matrix_line(struct gx_page *page, const struct gx_result_run *run, const struct gx_report_style *style);

/* "0.03 s" */
struct gx_number gx_seconds(double seconds);

/* How many rules are broken by the gate, or (`beyond`) whichever gate is used; and whether finding `i` is the first of its rule. */
size_t gx_kinds(const struct gx_result_run *run, bool beyond);
bool gx_is_first_of_kind(const struct gx_result_run *run, size_t i);

/* The text, or "" for NULL: a run that was given up leaves some out. */
static inline const char *gx_or_empty(const char *text)
{
	return text ? text : "";
}

#endif
