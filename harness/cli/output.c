/*
 * output.c - results and complaints on their way to the user.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "reports/page.h"

/* ---- where reports go ---- */

/* A report word taken apart; standard output has no path. */
struct place {
	const struct gx_report_format *format;
	const char *path;
};

static bool split_report(const char *word, struct place *out)
{
	const char *equals = strchr(word, '=');
	char name[32] = "";

	out->path = equals ? equals + 1 : NULL;
	snprintf(name, sizeof(name), "%.*s", equals ? (int)(equals - word) : (int)strlen(word), word);
	out->format = gx_report_find(name);
	if (!out->format || (out->path && !*out->path))
		return false;
	/* Opened a second time, what is behind it, if a file, would be written from its beginning. */
	if (out->path && (!strcmp(out->path, "-") || !strcmp(out->path, "/dev/stdout")))
		out->path = NULL;
	return true;
}

void gx_print_clean(FILE *out, const char *format, ...)
{
	char *text = NULL;
	char *clean;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	clean = gx_text_clean(text);
	fprintf(out, "%s\n", clean ? clean : "out of memory");
	free(clean);
	free(text);
}

static int status_of(enum gx_status status)
{
	return status == GX_EINPUT ? GX_EXIT_USAGE : GX_EXIT_UNKNOWN;
}

int gx_complain(enum gx_status status, const struct gx_error *err)
{
	gx_print_clean(stderr, "gatecrash: %s", err->text);
	return status_of(status);
}

/* A text report goes to standard output. */
static bool shows_text(const struct gx_options *options)
{
	struct place place;

	for (unsigned i = 0; i < options->report_count; i++)
		if (split_report(options->reports[i], &place) && !place.path && place.format == gx_report_formats[0])
			return true;
	return !options->report_count && !options->quiet;
}

int gx_complain_of_run(const struct gx_options *options, enum gx_status status, const struct gx_error *err)
{
	return shows_text(options) ? status_of(status) : gx_complain(status, err);
}

unsigned gx_columns_of(int fd, unsigned otherwise)
{
	struct winsize size = {0};

	return isatty(fd) && !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : otherwise;
}

void gx_print_version(void)
{
	puts("gatecrash " GX_VERSION);
}

int gx_flush_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return GX_EXIT_HELD;
	fprintf(stderr, "gatecrash: cannot write to standard output: %s\n", strerror(errno));
	return GX_EXIT_USAGE;
}

struct gx_result_run *gx_runs_add(struct gx_runs *runs)
{
	/* Doubling at powers of two: the count tells the capacity. */
	if (!(runs->count & (runs->count - 1))) {
		size_t capacity = runs->count ? runs->count * 2 : 1;

		runs->runs = realloc(runs->runs, capacity * sizeof(*runs->runs));
		if (!runs->runs)
			gx_no_memory("results");
	}
	memset(&runs->runs[runs->count], 0, sizeof(*runs->runs));
	return &runs->runs[runs->count++];
}

bool gx_report_word_is_valid(const char *word)
{
	struct place place;

	return split_report(word, &place);
}

static int cannot_write(const char *path)
{
	fprintf(stderr, "gatecrash: cannot write the report to %s: %s\n",
		path ? gx_quote(path).text : "standard output", strerror(errno));
	return GX_EXIT_USAGE;
}

/*
 * /dev/fd/3, a pipe, a terminal: written to as they are. A new file renamed over one of them would take its place; for root,
 * that of a device.
 */
static bool is_special(const char *path)
{
	struct stat status;

	if (!strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6))
		return true;
	return !stat(path, &status) && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/* A file that will take the place of one, beside it. */
struct draft {
	char target[PATH_MAX]; /* behind symbolic links, which stay */
	char path[PATH_MAX];
	int fd;
};

/* errno says why not. A folder is refused here: rename() would notice only when all is done. */
static bool open_draft(struct draft *draft, const char *path)
{
	static const char ending[] = ".XXXXXX";
	struct stat status;
	mode_t mask = umask(0);

	umask(mask);
	draft->fd = -1;
	if (strlen(path) + sizeof(ending) > sizeof(draft->path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (!realpath(path, draft->target))
		strcpy(draft->target, path);
	if (!stat(draft->target, &status) && S_ISDIR(status.st_mode)) {
		errno = EISDIR;
		return false;
	}
	snprintf(draft->path, sizeof(draft->path), "%.*s%s", (int)(sizeof(draft->path) - sizeof(ending)), draft->target,
		 ending);
	draft->fd = mkstemp(draft->path);
	return draft->fd >= 0 && fchmod(draft->fd, 0666 & ~mask) == 0;
}

static bool can_be_written(const char *path)
{
	struct draft draft;
	bool can;

	if (is_special(path))
		return access(path, W_OK) == 0;
	can = open_draft(&draft, path);
	if (draft.fd >= 0) {
		int error = errno;

		close(draft.fd);
		unlink(draft.path);
		errno = error;
	}
	return can;
}

static bool is_same_place(const struct place *a, const struct place *b)
{
	return a->path && b->path ? !strcmp(a->path, b->path) : a->path == b->path;
}

bool gx_reports_can_be_written(const struct gx_options *options)
{
	if (options->export_cover && !can_be_written(options->export_cover)) {
		fprintf(stderr, "gatecrash: --export-cover %s: %s\n", gx_quote(options->export_cover).text,
			strerror(errno));
		return false;
	}
	for (unsigned i = 0; i < options->report_count; i++) {
		struct place place;
		struct place other;

		split_report(options->reports[i], &place);
		for (unsigned j = 0; j < i; j++) {
			split_report(options->reports[j], &other);
			if (!is_same_place(&place, &other))
				continue;
			fprintf(stderr,
				"gatecrash: two reports for %s; --report %s=FILE gives this one a file of its own\n",
				place.path ? gx_quote(place.path).text : "standard output", place.format->name);
			return false;
		}
		if (place.path && !can_be_written(place.path)) {
			cannot_write(place.path);
			return false;
		}
	}
	return true;
}

/* ---- reports ---- */

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

static bool wants_color(const struct gx_options *options, bool terminal)
{
	const char *term = getenv("TERM");

	if (options->color == GX_COLOR_AUTO)
		return terminal && !is_set("NO_COLOR") && !(term && !strcmp(term, "dumb"));
	return options->color == GX_COLOR_ALWAYS;
}

/* Beside the target first, then renamed: a file is there as a whole or not at all; what is special is written to. NULL: errno. */
static FILE *begin_file(struct draft *draft, const char *path)
{
	draft->fd = -1;
	if (is_special(path))
		return fopen(path, "w");
	return open_draft(draft, path) ? fdopen(draft->fd, "w") : NULL;
}

static bool end_file(struct draft *draft, FILE *out, bool written)
{
	bool whole = (!out || fclose(out) == 0) && written;

	if (whole && (draft->fd < 0 || rename(draft->path, draft->target) == 0))
		return true;
	if (draft->fd >= 0) {
		int error = errno;

		unlink(draft->path);
		errno = error;
	}
	return false;
}

static int write_file(const struct place *place, const struct gx_runs *runs, const struct gx_report_style *style)
{
	struct draft draft;
	FILE *out = begin_file(&draft, place->path);
	bool written = out && place->format->write(out, runs->runs, runs->count, style);

	return end_file(&draft, out, written) ? GX_EXIT_HELD : cannot_write(place->path);
}

bool gx_write_text(const char *path, const char *text)
{
	struct draft draft;
	FILE *out = begin_file(&draft, path);

	return end_file(&draft, out, out && fputs(text, out) >= 0);
}

/* As wide as was asked for, else as the terminal, if that is where it goes. */
static unsigned width_for(const struct gx_options *options, bool to_stdout)
{
	unsigned width = options->width;

	if (!width)
		width = to_stdout ? gx_columns_of(STDOUT_FILENO, GX_PAGE_WIDTH) : GX_PAGE_WIDTH;
	return width < GX_PAGE_WIDTH_MIN ? GX_PAGE_WIDTH_MIN : width > GX_PAGE_WIDTH_MAX ? GX_PAGE_WIDTH_MAX : width;
}

static struct gx_report_style style_for(const struct gx_options *options, bool to_stdout)
{
	return (struct gx_report_style){
		.color = wants_color(options, to_stdout && isatty(STDOUT_FILENO)),
		.width = width_for(options, to_stdout),
		.rule = options->rule,
		.all_steps = options->all_steps,
		.version = GX_VERSION,
	};
}

static int write_one(const struct place *place, const struct gx_options *options, const struct gx_runs *runs,
		     const struct gx_lines *matrix)
{
	struct gx_report_style style = style_for(options, !place->path);

	if (matrix) {
		style.matrix = true;
		style.scenario_width = matrix->scenario_width;
		style.gate_width = matrix->gate_width;
		style.lines_are_out = matrix->on && !place->path && place->format->line;
	}
	if (place->path)
		return write_file(place, runs, &style);
	if (!place->format->write(stdout, runs->runs, runs->count, &style) || fflush(stdout) != 0)
		return cannot_write(NULL);
	return GX_EXIT_HELD;
}

/* ---- the lines of a matrix ---- */

struct gx_lines gx_lines_begin(const struct gx_options *options)
{
	return (struct gx_lines){.options = options, .on = shows_text(options)};
}

static size_t wider(size_t width, const char *text)
{
	size_t own = gx_text_width(text);

	return own > width ? own : width;
}

void gx_lines_expect(struct gx_lines *lines, const char *scenario, const char *gate)
{
	lines->scenario_width = wider(lines->scenario_width, scenario);
	lines->gate_width = wider(lines->gate_width, gate);
}

/* What cannot be written now is complained of when the report is. */
void gx_lines_write(const struct gx_lines *lines, const struct gx_result_run *run)
{
	const struct gx_report_format *format = gx_report_formats[0];
	struct gx_report_style style;

	if (!lines->on || !format->line)
		return;
	style = style_for(lines->options, true);
	style.matrix = true;
	style.scenario_width = lines->scenario_width;
	style.gate_width = lines->gate_width;
	format->line(stdout, run, &style);
}

int gx_write_reports(const struct gx_options *options, const struct gx_runs *runs, const struct gx_lines *matrix)
{
	struct place place = {.format = gx_report_formats[0]};
	int status = GX_EXIT_HELD;

	if (!options->report_count && !options->quiet)
		return write_one(&place, options, runs, matrix);
	for (unsigned i = 0; i < options->report_count; i++) {
		int one;

		split_report(options->reports[i], &place);
		one = write_one(&place, options, runs, matrix);
		status = one != GX_EXIT_HELD ? one : status;
	}
	return status;
}
