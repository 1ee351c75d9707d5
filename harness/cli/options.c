#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum {
	KEY_GATE = 0x100,
	KEY_STRATEGY,
	KEY_SEED,
	KEY_EXECUTIONS,
	KEY_STATES,
	KEY_TIME,
	KEY_FIRST,
	KEY_REPORT,
	KEY_COLOR,
	KEY_COMPLETE,
	KEY_TIMES
};

#define STATES_DEFAULT     20000000u
#define EXECUTIONS_DEFAULT 20000u

static const struct {
	struct argp_option option;
	unsigned takes; /* 0: every command */
} table[] = {
	{{"gate", KEY_GATE, "NAME|FILE.so", 0, "gate to try; repeatable (see `gatecrash list gates`)", 0},
	 GX_TAKES_GATE},
	{{"strategy", KEY_STRATEGY, "NAME", 0, "auto, exhaustive or random (default auto)", 0}, GX_TAKES_EXPLORE},
	{{"seed", KEY_SEED, "N", 0, "seed of the random choices (default 1)", 0}, GX_TAKES_EXPLORE},
	{{"executions", KEY_EXECUTIONS, "N", 0, "random executions to run (default 20000)", 0}, GX_TAKES_EXPLORE},
	{{"states", KEY_STATES, "N", 0, "states an exhaustive search may hold, about 24 bytes each (default 20000000)",
	  0},
	 GX_TAKES_EXPLORE},
	{{"time", KEY_TIME, "DURATION", 0, "wall clock budget per scenario and gate, such as 30s or 2m (default none)",
	  0},
	 GX_TAKES_EXPLORE},
	{{"stop-at-first", KEY_FIRST, NULL, 0, "stop exploring at the first finding", 0}, GX_TAKES_EXPLORE},
	{{"require-complete", KEY_COMPLETE, NULL, 0, "exit with 3 if nothing was found but not everything was seen", 0},
	 GX_TAKES_EXPLORE},
	{{"times", KEY_TIMES, "N", 0, "replay N times and compare the event hashes (default 1)", 0}, GX_TAKES_TIMES},
	{{"report", KEY_REPORT, "FORMAT[=FILE]", 0,
	  "text or json, to standard output or a file; repeatable (default text)", 0},
	 GX_TAKES_REPORT},
	{{"quiet", 'q', NULL, 0, "no progress, no text report; the exit status tells", 0}, GX_TAKES_REPORT},
	{{"color", KEY_COLOR, "WHEN", 0, "auto, always or never (default auto)", 0}, GX_TAKES_REPORT},
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

/* ---- values ---- */

static uint64_t number(struct argp_state *state, const char *option, const char *text, uint64_t least)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || value < least)
		argp_error(state, "--%s=%s: a whole number from %" PRIu64 " on is needed", option, text, least);
	return value;
}

static double duration(struct argp_state *state, const char *text)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
	char *end;
	double value = strtod(text, &end);

	if (isdigit((unsigned char)*text) && value > 0)
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (!strcmp(end, units[i].unit))
				return value * units[i].seconds;
	argp_error(state, "--time=%s: a duration such as 500ms, 30s, 2m or 1h is needed", text);
	return 0;
}

static void add_word(struct argp_state *state, const char **words, unsigned *count, const char *word)
{
	if (*count == GX_WORDS_MAX)
		argp_error(state, "more than %d of a kind: \"%s\" is one too many", GX_WORDS_MAX, word);
	words[(*count)++] = word;
}

static void parse_color(struct argp_state *state, struct gx_options *out, const char *text)
{
	if (!strcmp(text, "auto"))
		out->color = GX_COLOR_AUTO;
	else if (!strcmp(text, "always"))
		out->color = GX_COLOR_ALWAYS;
	else if (!strcmp(text, "never"))
		out->color = GX_COLOR_NEVER;
	else
		argp_error(state, "--color=%s: auto, always or never is needed", text);
}

static void parse_strategy(struct argp_state *state, struct gx_options *out, const char *text)
{
	out->explore.strategy = gx_strategy_find(text);
	if (out->explore.strategy == GX_STRATEGY_COUNT)
		argp_error(state, "--strategy=%s: there is auto, exhaustive and random", text);
}

static error_t parse_one(int key, char *argument, struct argp_state *state)
{
	struct gx_options *out = state->input;

	switch (key) {
	case KEY_GATE:
		add_word(state, out->gates, &out->gate_count, argument);
		return 0;
	case KEY_STRATEGY:
		parse_strategy(state, out, argument);
		return 0;
	case KEY_SEED:
		out->explore.seed = number(state, "seed", argument, 0);
		return 0;
	case KEY_EXECUTIONS:
		out->explore.executions = number(state, "executions", argument, 1);
		return 0;
	case KEY_STATES:
		out->explore.states = number(state, "states", argument, 1);
		return 0;
	case KEY_TIME:
		out->explore.seconds = duration(state, argument);
		return 0;
	case KEY_FIRST:
		out->explore.stop_at_first = true;
		return 0;
	case KEY_COMPLETE:
		out->require_complete = true;
		return 0;
	case KEY_TIMES:
		out->times = number(state, "times", argument, 1);
		return 0;
	case KEY_REPORT:
		if (!gx_report_word_is_valid(argument))
			argp_error(state, "--report=%s: text, json, text=FILE or json=FILE is needed", argument);
		add_word(state, out->reports, &out->report_count, argument);
		return 0;
	case KEY_COLOR:
		parse_color(state, out, argument);
		return 0;
	case 'q':
		out->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		add_word(state, out->scenarios, &out->scenario_count, argument);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void gx_options_parse(struct gx_options *out, int argc, char **argv, const char *command, const char *args,
		      const char *doc, unsigned takes)
{
	struct argp_option options[TABLE_COUNT + 1] = {0};
	struct argp argp = {.options = options, .parser = parse_one, .args_doc = args, .doc = doc};
	static char name[64];
	unsigned count = 0;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (takes & table[i].takes)
			options[count++] = table[i].option;
	*out = (struct gx_options){
		.explore = {.seed = 1,
			    .executions = EXECUTIONS_DEFAULT,
			    .states = STATES_DEFAULT,
			    .interrupted = &gx_interrupted},
		.times = 1,
	};
	snprintf(name, sizeof(name), "gatecrash %s", command);
	argv[0] = name;
	argp_err_exit_status = GX_EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, out);
}
