#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "explore/clock.h"
#include "reports/page.h"

volatile sig_atomic_t gx_interrupted;

static void on_interrupt(int signal)
{
	if (gx_interrupted)
		_exit(128 + signal); /* asked twice: at once */
	gx_interrupted = 1;
}

void gx_catch_interrupts(void)
{
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void gx_live_begin(struct gx_live *live, const struct gx_options *options, const char *what)
{
	*live = (struct gx_live){.on = !options->quiet && isatty(STDERR_FILENO), .what = what};
	live->started = gx_wall_seconds();
	live->last = live->started;
}

/* Of the first `columns` columns of a text that has been cleaned: no character is cut apart. */
static size_t bytes_of(const char *text, size_t columns)
{
	size_t bytes = 0;

	for (; text && text[bytes]; bytes++)
		if ((text[bytes] & 0xc0) != 0x80 && !columns--)
			break;
	return bytes;
}

enum { LIVE_MS = 200, COLUMNS_DEFAULT = 80, LINE_BYTES = 512 };

/* "1,234,567 states, 4,567,890 transitions, depth 93", as much of it as there is room for, after `used` columns of `room`. */
static void say_figures(char *line, size_t used, size_t room, const struct gx_progress *progress)
{
	char figure[3][64] = {""};

	if (progress->states) {
		snprintf(figure[0], sizeof(figure[0]), "%s", gx_count(progress->states, "state").text);
		snprintf(figure[1], sizeof(figure[1]), ", %s", gx_count(progress->transitions, "transition").text);
		snprintf(figure[2], sizeof(figure[2]), ", depth %s", gx_number(progress->depth).text);
	} else {
		snprintf(figure[0], sizeof(figure[0]), "%s", gx_count(progress->executions, "execution").text);
	}
	for (unsigned i = 0; i < 3 && used + strlen(figure[i]) < room; i++) {
		strcat(line, figure[i]);
		used += strlen(figure[i]);
	}
}

/*
 * One line that fits: one that wraps could not be taken back. The name gives way first, then the figures, from the right; what other people
 * have named is cleaned of what a terminal would obey.
 */
static void say_line(char *line, const struct gx_live *live, double seconds, const struct gx_progress *progress)
{
	size_t room = gx_columns_of(STDERR_FILENO, COLUMNS_DEFAULT) - 1;
	char *what = gx_text_clean(live->what);
	char nth[64] = "";
	char head[160];
	size_t left;

	room = room < LINE_BYTES / 4 ? room : LINE_BYTES / 4;
	if (live->nth)
		snprintf(nth, sizeof(nth), "run %zu of %zu: ", live->nth, live->of);
	snprintf(head, sizeof(head), "%s%.0f s, %s, ", what && *what ? ": " : "", seconds,
		 gx_count(progress->hits, "finding").text);
	left = room > strlen(nth) + strlen(head) + 16 ? room - strlen(nth) - strlen(head) - 16 : 0;
	snprintf(line, LINE_BYTES, "%s%.*s%s", nth, (int)bytes_of(what, left), what ? what : "", head);
	say_figures(line, gx_text_width(line), room, progress);
	free(what);
}

void gx_live_show(void *context, const struct gx_progress *progress)
{
	struct gx_live *live = context;
	char line[LINE_BYTES];
	double now;

	if (!live->on)
		return;
	now = gx_wall_seconds();
	if (now - live->last < LIVE_MS / 1e3)
		return;
	live->last = now;
	live->shown = true;
	say_line(line, live, now - live->started, progress);
	fprintf(stderr, "\r\033[K%s", line);
	fflush(stderr);
}

void gx_live_end(struct gx_live *live)
{
	if (live->shown)
		fputs("\r\033[K", stderr);
}
