#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/identity.h"
#include "service/service.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"run", gx_command_run, "explore scenarios with gates, explain what goes wrong"},
	{"matrix", gx_command_matrix, "every scenario with every gate it names, held against what it expects"},
	{"replay", gx_command_replay, "one execution, by repro line, repro file or SCENARIO#INTERLEAVING"},
	{"list", gx_command_list, "gates, scenarios, strategies, rules or actors: what there is"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fputs("Usage: gatecrash COMMAND [OPTION...]\n"
	      "Run every interleaving that matters of a gate in front of a model of the service; explain and replay what goes "
	      "wrong.\n\n",
	      out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\n"
	      "  gatecrash run double-click --gate none             see the race\n"
	      "  gatecrash run double-click --gate per-workspace    see the proof that it is gone\n"
	      "  gatecrash run double-click --gate ./mygate.so      try a gate of your own\n"
	      "  gatecrash COMMAND --help                           options of a command\n\n"
	      "Exit status: 0 nothing found, 1 found, 2 usage or bad input, 3 could not tell.\n",
	      out);
}

static int usage(const char *what, const char *word)
{
	const char *names[COMMAND_COUNT];
	const char *nearest;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	nearest = word ? gx_nearest(word, names, COMMAND_COUNT) : NULL;
	fprintf(stderr, "gatecrash: %s%s", what, word ? gx_quote(word).text : "");
	if (nearest)
		fprintf(stderr, "; did you mean `gatecrash %s`?\n", nearest);
	else
		fputs("; `gatecrash --help` names the commands\n", stderr);
	return GX_EXIT_USAGE;
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words) != 0)
		words++;
	return *words;
}

static int run_command(const char *name, int argc, char **argv)
{
	int status;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(name, commands[i].name)) {
			gx_service_register();
			gx_catch_interrupts();
			status = commands[i].run(argc, argv);
			return status == GX_EXIT_HELD ? gx_flush_output() : status;
		}
	return usage("there is no command ", name);
}

int main(int argc, char **argv)
{
	static const char *const help[] = {"--help", "-h", "-?", "help", NULL};
	static const char *const version[] = {"--version", "-V", "version", NULL};
	static char help_option[] = "--help";
	const char *word = argc > 1 ? argv[1] : NULL;

	gx_identity_settle(argv);
	if (!word)
		return usage("a command is missing", NULL);
	if (is_one_of(word, version)) {
		gx_print_version();
		return gx_flush_output();
	}
	if (!is_one_of(word, help))
		return run_command(word, argc - 1, argv + 1);
	if (argc > 2) /* help run */
		return run_command(argv[2], 2, (char *[]){argv[2], help_option, NULL});
	print_help(stdout);
	return gx_flush_output();
}
