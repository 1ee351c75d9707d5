/*
 * output.c - results and complaints on their way to the user.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

int gx_complain(enum gx_status status, const struct gx_error *err)
{
	fprintf(stderr, "gatecrash: %s\n", err->text);
	return status == GX_EINPUT ? GX_EXIT_USAGE : GX_EXIT_UNKNOWN;
}

struct gx_result_run *gx_runs_add(struct gx_runs *runs)
{
	/* Doubling at powers of two: the count tells the capacity. */
	if (!(runs->count & (runs->count - 1))) {
		size_t capacity = runs->count ? runs->count * 2 : 1;

		runs->runs = realloc(runs->runs, capacity * sizeof(*runs->runs));
		GX_ASSERT(runs->runs);
	}
	memset(&runs->runs[runs->count], 0, sizeof(*runs->runs));
	return &runs->runs[runs->count++];
}

/* ---- reports ---- */

static bool wants_color(const struct gx_options *options, bool terminal)
{
	if (options->color == GX_COLOR_AUTO)
		return terminal && !getenv("NO_COLOR");
	return options->color == GX_COLOR_ALWAYS;
}

static int cannot_write(const char *path, const char *temporary)
{
	fprintf(stderr, "gatecrash: cannot write the report to %s: %s\n", path, strerror(errno));
	if (temporary)
		unlink(temporary);
	return GX_EXIT_USAGE;
}

/* /dev/stdout, a pipe, a terminal: nothing to be renamed over. */
static int write_special(const struct gx_report_format *format, const char *path, const struct gx_runs *runs,
			 const struct gx_report_style *style)
{
	FILE *out = fopen(path, "w");
	bool written = out && format->write(out, runs->runs, runs->count, style);

	if ((out && fclose(out) != 0) || !written)
		return cannot_write(path, NULL);
	return GX_EXIT_HELD;
}

static bool is_special(const char *path)
{
	struct stat status;

	return !stat(path, &status) && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/* Beside the target first, then renamed: a report is there as a whole or not at all. */
static int write_file(const struct gx_report_format *format, const char *path, const struct gx_runs *runs,
		      const struct gx_report_style *style)
{
	char temporary[4096];
	FILE *out;
	bool written;

	if (snprintf(temporary, sizeof(temporary), "%s.part", path) >= (int)sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return cannot_write(path, NULL);
	}
	out = fopen(temporary, "w");
	if (!out)
		return cannot_write(path, NULL);
	written = format->write(out, runs->runs, runs->count, style);
	if (fclose(out) != 0 || !written || rename(temporary, path) != 0)
		return cannot_write(path, temporary);
	return GX_EXIT_HELD;
}

static int write_one(const struct gx_report_format *format, const char *path, const struct gx_options *options,
		     const struct gx_runs *runs, bool matrix)
{
	struct gx_report_style style = {.matrix = matrix, .version = GX_VERSION};

	if (path) {
		style.color = wants_color(options, false);
		return is_special(path) ? write_special(format, path, runs, &style)
					: write_file(format, path, runs, &style);
	}
	style.color = wants_color(options, isatty(STDOUT_FILENO));
	if (!format->write(stdout, runs->runs, runs->count, &style) || fflush(stdout) != 0)
		return cannot_write("standard output", NULL);
	return GX_EXIT_HELD;
}

/* "json=out.json" -> format and path. */
static const struct gx_report_format *split_report(const char *word, const char **path)
{
	const char *equals = strchr(word, '=');
	char name[32] = "";

	*path = equals ? equals + 1 : NULL;
	snprintf(name, sizeof(name), "%.*s", equals ? (int)(equals - word) : (int)strlen(word), word);
	return gx_report_find(name);
}

bool gx_report_word_is_valid(const char *word)
{
	const char *path;

	return split_report(word, &path) && (!path || *path);
}

int gx_write_reports(const struct gx_options *options, const struct gx_runs *runs, bool matrix)
{
	int status = GX_EXIT_HELD;

	if (!options->report_count && !options->quiet)
		return write_one(&gx_report_text, NULL, options, runs, matrix);
	for (unsigned i = 0; i < options->report_count; i++) {
		const char *path;
		const struct gx_report_format *format = split_report(options->reports[i], &path);
		int one = write_one(format, path, options, runs, matrix);

		status = one != GX_EXIT_HELD ? one : status;
	}
	return status;
}
