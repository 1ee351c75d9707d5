/*
 * report.c - the formats that there are.
 */
#include "reports/report.h"

#include <string.h>

static const struct gx_report_format *const formats[] = {&gx_report_text, &gx_report_json};

const struct gx_report_format *gx_report_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}
