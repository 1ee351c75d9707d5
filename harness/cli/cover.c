#include "cli/cover.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "cli/repros.h"
#include "explore/cover.h"
#include "explore/replay.h"

static const char title[] = "# gatecrash cover 1\n";

/* ---- making ---- */

/* Whose schedules they are. */
struct pair {
	const char *scenario;
	const char *gate;
};

static enum gx_status write_lines(FILE *to, const struct pair *pair, const struct gx_cover *cover, struct gx_error *err)
{
	for (uint32_t i = 0; i < cover->count; i++) {
		struct gx_repro repro;
		enum gx_status rc = gx_repro_make(&repro, pair->scenario, pair->gate, &cover->paths[i], err);
		char *line;

		if (rc != GX_OK)
			return rc;
		line = gx_repro_print(&repro);
		gx_repro_release(&repro);
		if (!line)
			gx_no_memory("a cover");
		fprintf(to, "%s\n", line);
		free(line);
	}
	return GX_OK;
}

static enum gx_status write_text(char **text, const struct pair *pair, const struct gx_cover *cover,
				 const struct gx_graph *graph, struct gx_error *err)
{
	size_t size = 0;
	FILE *to = open_memstream(text, &size);
	enum gx_status rc;

	if (!to)
		gx_no_memory("a cover");
	fprintf(to, "%s# states %" PRIu32 ", transitions %" PRIu64 ", schedules %" PRIu32 "\n", title, graph->states,
		cover->transitions, cover->count);
	rc = write_lines(to, pair, cover, err);
	(void)fflush(to);
	fprintf(to, "# end %016llx\n", (unsigned long long)XXH3_64bits(*text, size));
	(void)fclose(to);
	return rc;
}

enum gx_status gx_cover_text(struct gx_result_run *run, struct gx_keep *keep, struct gx_graph *graph,
			     const char *scenario, const char *gate, const struct gx_cover_limits *limits,
			     struct gx_error *err)
{
	const struct pair pair = {.scenario = scenario, .gate = gate};
	struct gx_cover cover;
	char *text = NULL;
	enum gx_status rc = gx_cover_make(&cover, graph, limits, err);

	if (rc == GX_OK)
		rc = write_text(&text, &pair, &cover, graph, err);
	if (rc == GX_OK) {
		run->cover.text = gx_keep_text(keep, text);
		run->cover.schedules = cover.count;
		run->cover.steps = cover.steps;
		run->cover.transitions = cover.transitions;
	}
	free(text);
	gx_cover_release(&cover);
	return rc;
}

/* ---- reading ---- */

/* Results are kept in so much memory (worker.c): what was exported is no larger. */
enum { BYTES_MAX = 1 << 30 };

static enum gx_status read_file(char **text, const char *path, struct gx_error *err)
{
	FILE *file = fopen(path, "re");
	enum gx_status rc;

	if (!file)
		return gx_fail(err, GX_EINPUT, "--import %.300s: %s", path, strerror(errno));
	rc = gx_repros_text(text, file, BYTES_MAX, path, err);
	(void)fclose(file);
	return rc;
}

static enum gx_status read_head(struct gx_schedules *out, const char *text, const char *path, struct gx_error *err)
{
	unsigned long long states;
	unsigned long long transitions;
	unsigned schedules;

	if (strncmp(text, title, strlen(title)) != 0)
		return gx_fail(
			err, GX_EINPUT,
			"%.300s:1:1: not a file of schedules; `gatecrash run SCENARIO --gate GATE --export-cover FILE` writes one",
			path);
	if (sscanf(text + strlen(title), "# states %llu, transitions %llu, schedules %u\n", &states, &transitions,
		   &schedules) != 3 ||
	    !states || !schedules)
		return gx_fail(err, GX_EINPUT,
			       "%.300s:2:1: here it should say how many states, transitions and schedules there are",
			       path);
	out->states = states;
	out->transitions = transitions;
	out->count = schedules;
	return GX_OK;
}

/* What stands in its last line is the hash of those before. */
static enum gx_status check_end(const char *text, const char *path, struct gx_error *err)
{
	const char *end = strstr(text, "\n# end ");
	unsigned long long hash;

	if (!end || sscanf(end, "\n# end %16llx", &hash) != 1)
		return gx_fail(err, GX_EINPUT, "%.300s: its end is missing, a line `# end HASH`: export it again",
			       path);
	if (hash != XXH3_64bits(text, (size_t)(end + 1 - text)))
		return gx_fail(err, GX_EINPUT,
			       "%.300s: it was changed since it was written, or damaged: export it again", path);
	return GX_OK;
}

static enum gx_status read_lines(struct gx_schedules *out, const char *text, const char *path, struct gx_error *err)
{
	struct gx_repro *repros = calloc(out->count, sizeof(*repros));
	uint32_t count = 0;
	unsigned line = 1;

	if (!repros)
		return gx_fail(err, GX_ENOMEM, "out of memory for %u schedules", out->count);
	out->repros = repros;
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n', line++) {
		struct gx_error why;
		char *copy;
		enum gx_status rc;

		if (*at == '#')
			continue;
		if (count == out->count)
			return gx_fail(err, GX_EINPUT, "%.300s:%u:1: more schedules than line 2 says", path, line);
		copy = strndup(at, strcspn(at, "\n"));
		if (!copy)
			gx_no_memory("a schedule");
		rc = gx_repro_parse(&repros[count], copy, &why);
		free(copy);
		if (rc != GX_OK)
			return gx_fail(err, GX_EINPUT, "%.300s:%u: %.600s", path, line, why.text);
		count++;
	}
	if (count != out->count)
		return gx_fail(err, GX_EINPUT, "%.300s: %u schedules, and not the %u that line 2 says", path, count,
			       out->count);
	return GX_OK;
}

enum gx_status gx_schedules_read(struct gx_schedules *out, const char *path, struct gx_error *err)
{
	char *text = NULL;
	enum gx_status rc;

	*out = (struct gx_schedules){.count = 0};
	rc = read_file(&text, path, err);
	if (rc == GX_OK)
		rc = read_head(out, text, path, err);
	if (rc == GX_OK)
		rc = check_end(text, path, err);
	if (rc == GX_OK)
		rc = read_lines(out, text, path, err);
	free(text);
	return rc;
}

void gx_schedules_release(struct gx_schedules *schedules)
{
	struct gx_repro *repros = (struct gx_repro *)(uintptr_t)schedules->repros;

	for (uint32_t i = 0; repros && i < schedules->count; i++)
		gx_repro_release(&repros[i]);
	free(repros);
	*schedules = (struct gx_schedules){.count = 0};
}

enum gx_status gx_schedules_fit(const struct gx_schedules *schedules, const char *path, const char *scenario,
				const char *gate, struct gx_error *err)
{
	for (uint32_t i = 0; i < schedules->count; i++) {
		const struct gx_repro *repro = &schedules->repros[i];

		if (strcmp(repro->scenario, scenario) != 0 || strcmp(repro->gate, gate) != 0)
			return gx_fail(
				err, GX_EINPUT,
				"%.200s:%u: a schedule of %.200s with gate %.200s, and not of %.200s with %.200s", path,
				i + 3, repro->scenario, repro->gate, scenario, gate);
	}
	return GX_OK;
}
