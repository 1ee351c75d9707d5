#include "reports/result.h"

#include <stdio.h>
#include <stdlib.h>

const char *gx_verdict_name(enum gx_verdict verdict)
{
	static const char *const names[] =
		{[GX_VERDICT_CLEAN] = "clean", [GX_VERDICT_FOUND] = "found", [GX_VERDICT_INCOMPLETE] = "incomplete"};

	return names[verdict];
}

const char *gx_run_kind_name(enum gx_run_kind kind)
{
	static const char *const names[] = {
		[GX_RUN_EXPLORATION] = "exploration", [GX_RUN_REPRO] = "repro", [GX_RUN_INTERLEAVING] = "interleaving"};

	return names[kind];
}

const char *gx_incomplete_name(enum gx_incomplete incomplete)
{
	static const char *const names[] = {
		[GX_INCOMPLETE_NOT] = "",
		[GX_INCOMPLETE_SAMPLE] = "sample",
		[GX_INCOMPLETE_STOPPED] = "stopped",
		[GX_INCOMPLETE_INTERRUPTED] = "interrupted",
		[GX_INCOMPLETE_TROUBLE] = "trouble",
	};

	return names[incomplete];
}

/* Behind what has been printed so far, "; " between. */
static void print_rules(FILE *out, const char *title, const struct gx_result_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		fprintf(out, "%s%s%s", i ? ", " : ftell(out) > 0 ? "; " : "", i ? "" : title, rules->names[i]);
}

char *gx_otherwise_text(const struct gx_result_run *run)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (run->misfit)
		fputs(run->misfit, out);
	else if (run->judgement != GX_JUDGEMENT_NONE && run->incomplete != GX_INCOMPLETE_NOT)
		fprintf(out, "incomplete: %s", run->incomplete_why);
	print_rules(out, "missing: ", &run->missing);
	print_rules(out, "not expected: ", &run->unexpected);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
