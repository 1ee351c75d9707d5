/*
 * options.c - one table of options for all commands.
 *
 * argp parses; what it would say about a mistake takes two lines and names no way out, so it is told to keep quiet
 * (ARGP_NO_ERRS, which silences its --help too) and says nothing here.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/values.h"
#include "core/host.h"
#include "reports/page.h"

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
	KEY_TIMES,
	KEY_ALL,
	KEY_AS,
	KEY_FINDING,
	KEY_THEN,
	KEY_STATS,
	KEY_RULE,
	KEY_STEPS,
	KEY_STRICT,
	KEY_WIDTH,
	KEY_POINTS,
	KEY_GDB,
	KEY_BREAK_AT,
	KEY_EXPORT_COVER,
	KEY_IMPORT
};

#define STATES_DEFAULT     20000000u
#define EXECUTIONS_DEFAULT 20000u

/* Where the help has %s it names the rows that there are, and then the first, which is the default: help_of(). */
static const struct {
	struct argp_option option;
	unsigned takes; /* which commands take it: those that take any of these; 0: all */
} table[] = {
	{{"gate", KEY_GATE, "NAME|FILE", 0,
	  "gate to try: a name (see `gatecrash list gates`), FILE.c, FILE.cc or FILE.so; repeatable", 0},
	 GX_TAKES_GATES},
	{{"gate", KEY_GATE, "NAME|FILE", 0, "try this gate instead of the one that the repro names", 0},
	 GX_TAKES_ONE_GATE},
	{{"all", KEY_ALL, NULL, 0, "every scenario that there is (see `gatecrash list scenarios`)", 0}, GX_TAKES_GATES},
	{{"as", KEY_AS, "NAME", 0,
	  "expect of each gate of --gate what scenarios expect of the gate NAME, such as per-workspace-strict", 0},
	 GX_TAKES_AS},
	{{"finding", KEY_FINDING, "N", 0, "of a file that holds several repros: the Nth (default 1)", 0},
	 GX_TAKES_REPLAY},
	{{"then", KEY_THEN, "HOW", 0,
	  "where the repro does not fit any more, run the rest freely: random, or search for all that can follow", 0},
	 GX_TAKES_REPLAY},
	{{"gdb", KEY_GDB, NULL, 0,
	  "open gdb behind the last step of the repro, or that of --break-at, in the gate; `info gx-tasks` lists the tasks",
	  0},
	 GX_TAKES_REPLAY},
	{{"break-at", KEY_BREAK_AT, "STEP", 0,
	  "with --gdb: the step. Alone: call gx_break_here() there, for another debugger", 0},
	 GX_TAKES_REPLAY},
	{{"strategy", KEY_STRATEGY, "NAME", 0, "%s (default %s)", 0}, GX_TAKES_EXPLORE},
	{{"points", KEY_POINTS, "WHERE", 0,
	  "where tasks are interleaved: sync, at synchronisation and atomics, which sees every data race; access, at each access to memory, too, "
	  "which shows what a race does; auto, at those accesses that have been found racy, again until no more are found (default sync)",
	  0},
	 GX_TAKES_EXPLORE},
	{{"seed", KEY_SEED, "N", 0, "seed of the random choices (default 1)", 0}, GX_TAKES_EXPLORE},
	{{"executions", KEY_EXECUTIONS, "N", 0, "random executions to run: 500, 20k, 1e6 (default 20k)", 0},
	 GX_TAKES_EXPLORE},
	{{"states", KEY_STATES, "N", 0, "states an exhaustive search may hold, about 24 bytes each (default 20M)", 0},
	 GX_TAKES_BUDGET},
	{{"time", KEY_TIME, "DURATION", 0,
	  "wall clock budget per scenario and gate: 500ms, 30, 30s, 2m, 1m30s (default none)", 0},
	 GX_TAKES_BUDGET},
	{{"stop-at-first", KEY_FIRST, NULL, 0, "stop exploring at the first finding", 0}, GX_TAKES_EXPLORE},
	{{"export-cover", KEY_EXPORT_COVER, "FILE", 0,
	  "after a complete search, write schedules that take each transition of its state graph, few and long", 0},
	 GX_TAKES_COVER},
	{{"import", KEY_IMPORT, "FILE", 0, "run the schedules of such a file, once each, and nothing else", 0},
	 GX_TAKES_COVER},
	{{"require-complete", KEY_COMPLETE, NULL, 0, "exit with 3 if nothing was found but not everything was seen", 0},
	 GX_TAKES_EXPLORE},
	{{"stats", KEY_STATS, NULL, 0,
	  "also count how many pairs of enabled steps are independent; a search takes longer", 0},
	 GX_TAKES_EXPLORE},
	{{"times", KEY_TIMES, "N", 0, "replay N times, compare the event hashes (default 1)", 0}, GX_TAKES_REPLAY},
	{{"report", KEY_REPORT, "FORMAT[=FILE]", 0, "%s, to standard output or a file; repeatable (default %s)", 0},
	 GX_TAKES_REPORT},
	{{"rule", KEY_RULE, "RULE[/WORKSPACE]|all", 0, "tell the findings of this rule step by step, instead of one",
	  0},
	 GX_TAKES_STORY},
	{{"steps", KEY_STEPS, "WHICH", 0, "of what is told step by step: `matter` or `all` (default matter)", 0},
	 GX_TAKES_STORY},
	{{"strict", KEY_STRICT, NULL, 0, "what the scenario says to show whichever gate is used counts as well", 0},
	 GX_TAKES_STORY},
	{{"width", KEY_WIDTH, "COLUMNS", 0, "of text (default: the terminal's, 100 where there is none)", 0},
	 GX_TAKES_REPORT},
	{{"quiet", 'q', NULL, 0, "no progress; no report but those of --report", 0}, GX_TAKES_REPORT},
	{{"color", KEY_COLOR, "WHEN", 0, "auto, always or never (default auto)", 0}, GX_TAKES_REPORT},
	{{"version", 'V', NULL, 0, "print the version", -1}, 0},
	{{"help", 'h', NULL, 0, "print this", -1}, 0},
	{{NULL, '?', NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, -1}, 0},
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

struct parsing {
	struct gx_options *out;
	const struct argp *argp;
	const struct gx_command *command;
	char program[64]; /* "gatecrash run" */
};

/* ---- words ---- */

struct gx_words gx_words_of(const char *const *words, size_t count, const char *last)
{
	struct gx_words out = {""};
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof(out.text); i++)
		used += (size_t)snprintf(out.text + used, sizeof(out.text) - used, "%s%s",
					 !i              ? ""
					 : i + 1 < count ? ", "
							 : last,
					 words[i]);
	return out;
}

/* The names that an option takes, from the rows; returns how many, 0 if it takes others. */
static size_t names_for(int key, const char *names[GX_WORDS_MAX])
{
	size_t count = 0;

	for (; key == KEY_REPORT && gx_report_formats[count]; count++)
		names[count] = gx_report_formats[count]->name;
	for (; key == KEY_STRATEGY && gx_strategies[count]; count++)
		names[count] = gx_strategies[count]->name;
	return count;
}

/* ---- mistakes: one line, then status 2 ---- */

static void refuse(const char *format, ...) __attribute__((noreturn)) GX_PRINTF(1, 2);
static void refuse(const char *format, ...)
{
	va_list args;

	fputs("gatecrash: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(GX_EXIT_USAGE);
}

static bool takes_option(const struct gx_command *command, size_t i)
{
	return !table[i].takes || command->takes & table[i].takes;
}

/* "run and matrix": which take an option of this name. */
static struct gx_words commands_that_take(const char *name)
{
	const char *names[GX_WORDS_MAX];
	unsigned takes = 0;
	size_t count = 0;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (table[i].option.name && !strcmp(table[i].option.name, name))
			takes |= table[i].takes;
	for (size_t i = 0; gx_commands[i]; i++)
		if (gx_commands[i]->takes & takes)
			names[count++] = gx_commands[i]->name;
	return gx_words_of(names, count, " and ");
}

/* No option of this command has this name, nor is there exactly one that begins with it. */
static void no_such_option(const struct parsing *parsing, const char *name, unsigned matches)
{
	const char *names[TABLE_COUNT];
	char shown[80];
	const char *nearest;
	size_t count = 0;

	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const char *other = table[i].option.name;

		if (takes_option(parsing->command, i) && other)
			names[count++] = other;
		else if (other && !strcmp(other, name))
			refuse("--%s is no option of %s but of %s", name, parsing->command->name,
			       commands_that_take(name).text);
	}
	snprintf(shown, sizeof(shown), "--%s", name);
	nearest = matches > 1 ? NULL : gx_nearest(name, names, count);
	if (nearest)
		refuse("%s has no option %s; did you mean --%s?", parsing->command->name, gx_quote(shown).text,
		       nearest);
	refuse("%s has %s %s; `gatecrash %s --help` names the options", parsing->command->name,
	       matches > 1 ? "more than one option that begins with" : "no option", gx_quote(shown).text,
	       parsing->command->name);
}

/* What is wrong with "--sed=3"? */
static void wrong_long_option(const struct parsing *parsing, const char *word)
{
	char name[64];
	size_t length = strcspn(word, "=");
	const struct argp_option *option = NULL;
	unsigned matches = 0;

	snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : sizeof(name) - 1), word);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (takes_option(parsing->command, i) && table[i].option.name &&
		    !strncmp(table[i].option.name, name, strlen(name))) {
			option = &table[i].option;
			matches++;
			if (!strcmp(option->name, name)) {
				matches = 1;
				break;
			}
		}
	if (matches != 1)
		no_such_option(parsing, name, matches);
	else if (option->arg)
		refuse("--%s needs a value: --%s=%s", option->name, option->name, option->arg);
	else
		refuse("--%s takes no value", option->name);
}

static bool is_wrong_cluster(const char *word)
{
	return word[0] == '-' && word[1] && word[1] != '-' && word[1 + strspn(word + 1, "qVh?")];
}

/* getopt has stopped behind the word that it does not understand, or within it if that is a cluster of letters. */
static void explain_word(const struct parsing *parsing, const struct argp_state *state)
{
	const char *before = state->argv[state->next - 1];
	const char *word =
		!is_wrong_cluster(before) && state->next < state->argc && is_wrong_cluster(state->argv[state->next])
			? state->argv[state->next]
			: before;

	if (!strncmp(word, "--", 2))
		wrong_long_option(parsing, word + 2);
	else
		refuse("%s has no option %s; `gatecrash %s --help` names the options", parsing->command->name,
		       gx_quote(word).text, parsing->command->name);
}

/* ---- values ---- */

static uint64_t number(const char *option, const char *text, uint64_t least)
{
	uint64_t value;

	if (!gx_number_parse(&value, text) || value < least)
		refuse("--%s %s: a whole number from %" PRIu64 " to %" PRIu64
		       " is needed, such as 20000, 20k, 1.5M or 2e6",
		       option, gx_quote(text).text, least, UINT64_MAX);
	return value;
}

static double duration(const char *text)
{
	double seconds;

	if (!gx_duration_parse(&seconds, text))
		refuse("--time %s: a duration such as 500ms, 30, 30s, 2m, 1m30s or 1h is needed", gx_quote(text).text);
	return seconds;
}

static void add_word(const char **words, unsigned *count, unsigned max, const char *word)
{
	if (*count == max)
		refuse("%s is one too many: there may be %u of a kind", gx_quote(word).text, max);
	words[(*count)++] = word;
}

/* "; did you mean "json"?", or nothing. */
static struct gx_words nearest_hint(const char *text, const char *const *names, size_t count)
{
	const char *nearest = gx_nearest(text, names, count);
	struct gx_words out = {""};

	if (nearest)
		snprintf(out.text, sizeof(out.text), "; did you mean %s?", nearest);
	return out;
}

/* Which of a few words; none of them: the one line. */
static unsigned choice(const char *option, const char *text, const char *const *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!strcmp(text, names[i]))
			return i;
	refuse("--%s %s: %s is needed%s", option, gx_quote(text).text, gx_words_of(names, count, " or ").text,
	       nearest_hint(text, names, count).text);
}

static enum gx_color color(const char *text)
{
	static const char *const names[GX_COLOR_COUNT] =
		{[GX_COLOR_AUTO] = "auto", [GX_COLOR_ALWAYS] = "always", [GX_COLOR_NEVER] = "never"};

	return (enum gx_color)choice("color", text, names, GX_COLOR_COUNT);
}

/* Where tasks are interleaved. */
static enum gx_points points(const char *text)
{
	return (enum gx_points)choice("points", text, gx_points_names, GX_POINTS_COUNT);
}

static enum gx_then then(const char *text)
{
	static const char *const names[] = {"random", "search"};

	return choice("then", text, names, 2) ? GX_THEN_SEARCH : GX_THEN_RANDOM;
}

static const struct gx_strategy *strategy(const char *text)
{
	const struct gx_strategy *found = gx_strategy_find(text);
	const char *names[GX_WORDS_MAX];
	size_t count = names_for(KEY_STRATEGY, names);

	if (!found)
		refuse("--strategy %s: there is %s%s", gx_quote(text).text, gx_words_of(names, count, " and ").text,
		       gx_nearest(text, names, count) ? nearest_hint(text, names, count).text
						      : "; see `gatecrash list strategies`");
	if (GX_HOST_TSAN && found->plan != GX_PLAN_SAMPLE)
		refuse("--strategy %s: ThreadSanitizer has a memory of its own, which no state can be put back into: here it is "
		       "random; `gatecrash run SCENARIO --gate GATE --export-cover FILE` searches, and `--import FILE` takes each of its steps here",
		       gx_quote(text).text);
	return found;
}

/* "jsn=out.json": of the word before the equals sign. */
static struct gx_words report_hint(const char *text, const char *const *names, size_t count)
{
	const struct gx_words nothing = {""};
	char word[32];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, "="), text);
	return gx_report_find(word) ? nothing : nearest_hint(word, names, count);
}

static const char *report(const char *text)
{
	const char *names[GX_WORDS_MAX];
	size_t count = names_for(KEY_REPORT, names);

	if (!gx_report_word_is_valid(text))
		refuse("--report %s: %s or one of them with =FILE is needed%s", gx_quote(text).text,
		       gx_words_of(names, count, ", ").text, report_hint(text, names, count).text);
	return text;
}

static const char *rule(const char *text)
{
	const char *names[GX_RULE_COUNT + 1];
	char word[64];
	const char *nearest;

	for (unsigned i = 0; i < GX_RULE_COUNT; i++)
		names[i] = gx_rule_name((enum gx_rule)i);
	names[GX_RULE_COUNT] = "all";
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, "/"), text);
	if (gx_rule_find(word) != GX_RULE_COUNT || !strcmp(text, "all"))
		return text;
	nearest = gx_nearest(word, names, GX_RULE_COUNT + 1);
	if (nearest)
		refuse("--rule %s: there is no such rule; did you mean \"%s\"?", gx_quote(text).text, nearest);
	refuse("--rule %s: there is no such rule; see `gatecrash list rules`", gx_quote(text).text);
}

static bool all_steps(const char *text)
{
	if (strcmp(text, "all") != 0 && strcmp(text, "matter") != 0)
		refuse("--steps %s: all or matter is needed", gx_quote(text).text);
	return !strcmp(text, "all");
}

static unsigned width(const char *text)
{
	uint64_t columns = number("width", text, GX_PAGE_WIDTH_MIN);

	if (columns > GX_PAGE_WIDTH_MAX)
		refuse("--width %s: a whole number from %u to %u is needed", gx_quote(text).text, GX_PAGE_WIDTH_MIN,
		       GX_PAGE_WIDTH_MAX);
	return (unsigned)columns;
}

/* ---- parsing ---- */

static void print_help(const struct parsing *parsing)
{
	static char name[sizeof(parsing->program)];

	memcpy(name, parsing->program, sizeof(name));
	argp_help(parsing->argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, name);
}

static error_t parse_one(int key, char *argument, struct argp_state *state)
{
	const struct parsing *parsing = state->input;
	struct gx_options *out = parsing->out;

	switch (key) {
	case KEY_EXPORT_COVER:
		out->export_cover = argument;
		return 0;
	case KEY_IMPORT:
		out->import = argument;
		return 0;
	case KEY_GATE:
		add_word(out->gates, &out->gate_count, GX_WORDS_MAX, argument);
		return 0;
	case KEY_STRATEGY:
		out->explore.strategy = strategy(argument);
		return 0;
	case KEY_SEED:
		out->explore.seed = number("seed", argument, 0);
		return 0;
	case KEY_EXECUTIONS:
		out->explore.executions = number("executions", argument, 1);
		return 0;
	case KEY_STATES:
		out->explore.states = number("states", argument, 1);
		return 0;
	case KEY_TIME:
		out->explore.seconds = duration(argument);
		return 0;
	case KEY_FIRST:
		out->explore.stop_at_first = true;
		return 0;
	case KEY_COMPLETE:
		out->require_complete = true;
		return 0;
	case KEY_STATS:
		out->explore.count_pairs = true;
		return 0;
	case KEY_ALL:
		out->all = true;
		return 0;
	case KEY_AS:
		out->as = argument;
		return 0;
	case KEY_FINDING:
		out->finding = number("finding", argument, 1);
		return 0;
	case KEY_THEN:
		out->then = then(argument);
		return 0;
	case KEY_GDB:
		out->gdb = true;
		return 0;
	case KEY_BREAK_AT:
		out->break_at = number("break-at", argument, 1);
		return 0;
	case KEY_TIMES:
		out->times = number("times", argument, 1);
		return 0;
	case KEY_REPORT:
		add_word(out->reports, &out->report_count, GX_WORDS_MAX, report(argument));
		return 0;
	case KEY_COLOR:
		out->color = color(argument);
		return 0;
	case KEY_RULE:
		out->rule = rule(argument);
		return 0;
	case KEY_POINTS:
		out->points = points(argument);
		return 0;
	case KEY_STEPS:
		out->all_steps = all_steps(argument);
		return 0;
	case KEY_STRICT:
		out->strict = true;
		return 0;
	case KEY_WIDTH:
		out->width = width(argument);
		return 0;
	case 'q':
		out->quiet = true;
		return 0;
	case 'V':
		gx_print_version();
		exit(gx_flush_output());
	case 'h':
	case '?':
		print_help(parsing);
		exit(gx_flush_output());
	case ARGP_KEY_ARG:
		add_word(out->scenarios, &out->scenario_count, GX_SCENARIOS_MAX, argument);
		return 0;
	case ARGP_KEY_ERROR:
		explain_word(parsing, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The help of an option, in `text` if it names rows. */
static const char *help_of(const struct argp_option *option, char *text, size_t size)
{
	const char *names[GX_WORDS_MAX];
	size_t count = names_for(option->key, names);

	if (!count)
		return option->doc;
	snprintf(text, size, option->doc, gx_words_of(names, count, " or ").text, names[0]);
	return text;
}

void gx_options_parse(struct gx_options *out, int argc, char **argv, const struct gx_command *command)
{
	struct argp_option options[TABLE_COUNT + 1] = {0};
	char help[TABLE_COUNT][320];
	struct argp argp = {.options = options, .parser = parse_one, .args_doc = command->args, .doc = command->doc};
	struct parsing parsing = {.out = out, .argp = &argp, .command = command};
	unsigned count = 0;

	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (!takes_option(command, i))
			continue;
		options[count] = table[i].option;
		options[count++].doc = help_of(&table[i].option, help[i], sizeof(help[i]));
	}
	*out = (struct gx_options){
		.explore = {.strategy = GX_HOST_TSAN ? gx_strategy_find("random") : NULL,
			    .seed = 1,
			    .executions = EXECUTIONS_DEFAULT,
			    .states = STATES_DEFAULT,
			    .interrupted = &gx_interrupted},
		.times = 1,
	};
	snprintf(parsing.program, sizeof(parsing.program), "gatecrash %s", command->name);
	if (argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_ERRS, NULL, &parsing))
		exit(GX_EXIT_USAGE);
	if (out->all && out->scenario_count)
		refuse("--all is every scenario: %s is one of them, or none", gx_quote(out->scenarios[0]).text);
	if (out->as && !out->gate_count)
		refuse("--as %s: which gate is to be held against it? Name one with --gate", gx_quote(out->as).text);
	if (!gx_reports_can_be_written(out))
		exit(GX_EXIT_USAGE);
}
