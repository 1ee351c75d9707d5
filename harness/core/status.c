#include "core/status.h"

#include <stdio.h>
#include <stdlib.h>

void (*gx_rescuer)(enum gx_status status, const char *what);

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
	char text[256];

	(void)snprintf(text, sizeof(text), "bug in the harness: %s:%d: %s", file, line, what);
	if (gx_rescuer)
		gx_rescuer(GX_EINTERNAL, text);
	(void)fprintf(stderr, "gatecrash: %s\n", text);
	abort();
}

void gx_no_memory(const char *for_what)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "out of memory for %s", for_what);
	if (gx_rescuer)
		gx_rescuer(GX_ENOMEM, text);
	(void)fprintf(stderr, "gatecrash: %s\n", text);
	exit(3);
}
