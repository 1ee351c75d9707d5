#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/kernel.h"
#include "explore/clock.h"
#include "reports/page.h"

volatile sig_atomic_t gx_interrupted;

static bool only_asked;

static long now_ms(void)
{
	struct timespec now = {0};

	(void)gx_kernel(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Asked twice: at once. But timeout(1) sends its signal to the process, and at the same moment to its group: that is once. */
enum { TWICE_MS = 300 };

static void on_interrupt(int signal)
{
	static long asked_ms;

	if (gx_interrupted && !only_asked && now_ms() - asked_ms >= TWICE_MS)
		_exit(128 + signal);
	if (!gx_interrupted)
		asked_ms = now_ms();
	gx_interrupted = 1;
}

void gx_be_asked_only(void)
{
	only_asked = true;
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

/* What has been seen so far, the most telling first: "1,234,567 states", ", 4,567,890 transitions", ", depth 93". */
struct figures {
	char text[3][64];
};

static struct figures figures_of(const struct gx_progress *progress)
{
	struct figures out = {{""}};

	if (!progress->states) {
		snprintf(out.text[0], sizeof(out.text[0]), "%s", gx_count(progress->executions, "execution").text);
		return out;
	}
	snprintf(out.text[0], sizeof(out.text[0]), "%s", gx_count(progress->states, "state").text);
	snprintf(out.text[1], sizeof(out.text[1]), ", %s", gx_count(progress->transitions, "transition").text);
	snprintf(out.text[2], sizeof(out.text[2]), ", depth %s", gx_number(progress->depth).text);
	return out;
}

/*
 * One line that fits: one that wraps could not be taken back. All figures but the first give way to the name, then the name to the rest; what
 * other people have named is cleaned of what a terminal would obey.
 */
static void say_line(char *line, const struct gx_live *live, double seconds, const struct gx_progress *progress)
{
	size_t room = gx_columns_of(STDERR_FILENO, COLUMNS_DEFAULT) - 1;
	struct figures figures = figures_of(progress);
	char *what = gx_text_clean(live->what);
	char nth[64] = "";
	char since[96];
	size_t used;

	room = room < LINE_BYTES / 2 ? room : LINE_BYTES / 2;
	if (live->nth)
		snprintf(nth, sizeof(nth), "run %zu of %zu: ", live->nth, live->of);
	snprintf(since, sizeof(since), ": %.0f s, %s, ", seconds, gx_count(progress->hits, "finding").text);
	used = strlen(nth) + strlen(since) + strlen(figures.text[0]);
	snprintf(line, LINE_BYTES, "%s%.*s%s%s", nth, (int)bytes_of(what, room > used ? room - used : 0),
		 what ? what : "", since, figures.text[0]);
	line[bytes_of(line, room)] = 0;
	used = gx_text_width(line);
	for (unsigned i = 1; i < 3 && used + strlen(figures.text[i]) <= room; i++) {
		strcat(line, figures.text[i]);
		used += strlen(figures.text[i]);
	}
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
