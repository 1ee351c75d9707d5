/*
 * tell.c - words for the sentences of findings. Nothing here runs while exploring.
 */
#include <stdarg.h>
#include <stdio.h>

#include "rules/internal.h"

const char *gx_told_workspace(const struct gx_telling *telling)
{
	unsigned index = telling->finding->workspace;

	return index < telling->names->workspace_count ? telling->names->workspaces[index] : "the service";
}

const char *gx_told_request(const struct gx_telling *telling, unsigned which)
{
	unsigned id = telling->finding->requests[which];

	return id ? telling->names->request(telling->names->context, id) : "somebody else";
}

const char *gx_told_task(const struct gx_telling *telling)
{
	return telling->names->task(telling->names->context, telling->finding->task);
}

void gx_tell(const struct gx_telling *telling, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(telling->text, telling->size, format, args);
	va_end(args);
}
