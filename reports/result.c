#include "reports/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *gx_verdict_name(enum gx_verdict verdict)
{
	static const char *const names[] =
		{[GX_VERDICT_CLEAN] = "clean", [GX_VERDICT_FOUND] = "found", [GX_VERDICT_INCOMPLETE] = "incomplete"};

	return names[verdict];
}

const char *gx_hold_name(enum gx_result_hold hold)
{
	static const char *const names[GX_HOLD_COUNT] =
		{[GX_HOLD_HELD] = "held", [GX_HOLD_TAKEN] = "taken", [GX_HOLD_PASSED] = "passed"};

	return names[hold];
}

size_t gx_run_guilty(const struct gx_result_run *run)
{
	size_t count = 0;

	for (size_t i = 0; i < run->finding_count; i++)
		count += !run->findings[i].beyond_gate;
	return count;
}

void gx_run_judge(struct gx_result_run *run)
{
	if (gx_run_guilty(run))
		run->verdict = GX_VERDICT_FOUND;
	else if (run->complete || (run->kind != GX_RUN_EXPLORATION && run->incomplete == GX_INCOMPLETE_NOT))
		run->verdict = GX_VERDICT_CLEAN;
	else
		run->verdict = GX_VERDICT_INCOMPLETE;
}

bool gx_finding_is(const struct gx_result_finding *finding, const char *asked)
{
	size_t length = strcspn(asked, "/");

	if (!strcmp(asked, "all"))
		return true;
	if (strlen(finding->rule) != length || strncmp(finding->rule, asked, length) != 0)
		return false;
	return !asked[length] || !strcmp(asked + length + 1, finding->workspace ? finding->workspace : "");
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
