#include "core/status.h"

#include <stdio.h>
#include <stdlib.h>

enum gx_status gx_fail(struct gx_error *err, enum gx_status status, const char *format, ...)
{
	if (err) {
		va_list args;

		va_start(args, format);
		vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
	}
	return status;
}

void gx_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "gatecrash: bug in the harness: %s:%d: %s\n", file, line, what);
	abort();
}
