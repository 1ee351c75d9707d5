#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "explore/clock.h"

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

enum { LIVE_MS = 200, COLUMNS_DEFAULT = 80 };

/* A line that wraps could not be taken back. */
static int columns(void)
{
	struct winsize size = {0};

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : COLUMNS_DEFAULT;
}

void gx_live_show(void *context, const struct gx_progress *progress)
{
	struct gx_live *live = context;
	char line[256];
	size_t used;
	double now;

	if (!live->on)
		return;
	now = gx_wall_seconds();
	if (now - live->last < LIVE_MS / 1e3)
		return;
	live->last = now;
	live->shown = true;
	used = (size_t)snprintf(line, sizeof(line), "%.60s: %.0f s, %u finding%s, ", live->what, now - live->started,
				progress->hits, progress->hits == 1 ? "" : "s");
	if (progress->states)
		snprintf(line + used, sizeof(line) - used,
			 "%" PRIu64 " states, %" PRIu64 " transitions, depth %" PRIu32, progress->states,
			 progress->transitions, progress->depth);
	else
		snprintf(line + used, sizeof(line) - used, "%" PRIu64 " executions", progress->executions);
	fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
	fflush(stderr);
}

void gx_live_end(struct gx_live *live)
{
	if (live->shown)
		fputs("\r\033[K", stderr);
}
