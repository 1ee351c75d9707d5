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

/* A format. write() prints all runs to `out`; false if a write failed (errno says why). */
struct gx_report_format {
	const char *name; /* "text", "json" */
	bool (*write)(FILE *out, const struct gx_result_run *runs, size_t count, const struct gx_report_style *style);
};

extern const struct gx_report_format gx_report_text;
extern const struct gx_report_format gx_report_json;

/* The format with this name, or NULL. */
const struct gx_report_format *gx_report_find(const char *name);

#endif
