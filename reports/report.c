/*
 * report.c - the formats that there are.
 */
#include "reports/report.h"

#include <string.h>

const struct gx_report_format *const gx_report_formats[] = {
#define ROW(name) &gx_report_##name,
	GX_REPORT_FORMATS(ROW) NULL,
#undef ROW
};

const struct gx_report_format *gx_report_find(const char *name)
{
	const struct gx_report_format *const *format = gx_report_formats;

	while (*format && strcmp((*format)->name, name) != 0)
		format++;
	return *format;
}
