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
	const char *version; /* of gatecrash */
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
