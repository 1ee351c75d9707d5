/*
 * report.h - writers of results, one per format, behind one table.
 */
#ifndef GX_REPORTS_REPORT_H
#define GX_REPORTS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "reports/result.h"

struct gx_report_style {
	bool color;
	bool matrix;         /* one line per run, judged against expectations */
	bool all_steps;      /* of a finding that is told in full, not those alone that matter */
	unsigned width;      /* columns of a page; 0: GX_PAGE_WIDTH */
	const char *rule;    /* tell the findings of this rule in full (gx_finding_is()); NULL: one finding per run */
	const char *version; /* of gatecrash */

	/* Matrix: what its lines need to know of all of them, to stand below one another; 0: as wide as the runs that are given. */
	size_t scenario_width;
	size_t gate_width;
	bool lines_are_out; /* each was written by line() when its run was known */
};

/*
 * A format: a file with a row like this, and its line below. What `list reports`, --help and messages say of formats comes from the
 * rows.
 */
struct gx_report_format {
	const char *name;    /* "text", "json" */
	const char *summary; /* one line */
	/* Print all runs to `out`; false if a write failed (errno says why). */
	bool (*write)(FILE *out, const struct gx_result_run *runs, size_t count, const struct gx_report_style *style);
	/* The same for the line of one run of a matrix, as soon as it is known; NULL: a format without such lines. */
	bool (*line)(FILE *out, const struct gx_result_run *run, const struct gx_report_style *style);
};

/* A line each, in the order of `gatecrash list reports`: gx_report_NAME. */
#define GX_REPORT_FORMATS(FORMAT) \
	FORMAT(text)              \
	FORMAT(json)

#define GX_REPORT_DECLARED(name) extern const struct gx_report_format gx_report_##name;
GX_REPORT_FORMATS(GX_REPORT_DECLARED)

/* All of them; NULL behind the last. The first is what is printed when none is asked for. */
extern const struct gx_report_format *const gx_report_formats[];

/* The format with this name, or NULL. */
const struct gx_report_format *gx_report_find(const char *name);

#endif
