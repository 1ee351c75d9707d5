#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/identity.h"
#include "core/rescue.h"
#include "service/service.h"

const struct gx_command *const gx_commands[] = {
	&gx_command_run, &gx_command_matrix, &gx_command_replay, &gx_command_list, NULL,
};

enum { NAMES_MAX = 32 }; /* of commands and topics */

static void print_help(FILE *out)
{
	fputs("Usage: gatecrash COMMAND [OPTION...]\n"
	      "Run every interleaving that matters of a gate in front of a model of the\n"
	      "service; explain and replay what goes wrong.\n\n",
	      out);
	for (size_t i = 0; gx_commands[i]; i++)
		fprintf(out, "  %-10s %s\n", gx_commands[i]->name, gx_commands[i]->summary);
	fprintf(out, "  %-10s %s\n", "cc", "compile a gate: the compiler, with what a gate needs");
	fputs("\nWhat `gatecrash help TOPIC` explains:\n\n", out);
	for (size_t i = 0; gx_help_topics[i].name; i++)
		fprintf(out, "  %-10s %s\n", gx_help_topics[i].name, gx_help_topics[i].summary);
	fputs("\n"
	      "  gatecrash run double-click --gate none           see the race\n"
	      "  gatecrash run double-click --gate per-workspace  see that it is gone: proven\n"
	      "  gatecrash run --gate mygate.c                    try a gate of your own\n"
	      "  gatecrash COMMAND --help                         options of a command\n\n"
	      "Exit status: 0 nothing found, 1 found, 2 usage or bad input, 3 could not tell.\n",
	      out);
}

/* `for_help`: topics are meant, too. */
static int usage(const char *what, const char *word, bool for_help)
{
	const char *names[NAMES_MAX];
	const char *nearest;
	size_t count = 0;

	for (size_t i = 0; gx_commands[i] && count < NAMES_MAX; i++)
		names[count++] = gx_commands[i]->name;
	for (size_t i = 0; for_help && gx_help_topics[i].name && count < NAMES_MAX; i++)
		names[count++] = gx_help_topics[i].name;
	nearest = word ? gx_nearest(word, names, count) : NULL;
	fprintf(stderr, "gatecrash: %s%s", what, word ? gx_quote(word).text : "");
	if (nearest)
		fprintf(stderr, "; did you mean `gatecrash %s%s`?\n", for_help ? "help " : "", nearest);
	else
		fprintf(stderr, "; `gatecrash --help` names the commands%s\n", for_help ? " and topics" : "");
	return GX_EXIT_USAGE;
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words) != 0)
		words++;
	return *words;
}

struct running {
	const struct gx_command *command;
	struct gx_options *options;
	int status;
};

static enum gx_status run_it(void *context)
{
	struct running *it = context;

	it->status = it->command->run(it->options);
	return GX_OK;
}

/* What nobody foresaw, and no run could be rescued from by itself, is one line and a status as well. */
static int run_rescued(const struct gx_command *command, struct gx_options *options)
{
	struct running it = {.command = command, .options = options};
	struct gx_error err;
	enum gx_status rc = gx_rescue(run_it, &it, &err);

	return rc == GX_OK ? it.status : gx_complain(rc, &err);
}

static int run_command(const char *name, int argc, char **argv)
{
	struct gx_options options;
	int status;

	for (size_t i = 0; gx_commands[i]; i++)
		if (!strcmp(name, gx_commands[i]->name)) {
			gx_service_register();
			gx_catch_interrupts();
			gx_options_parse(&options, argc, argv, gx_commands[i]);
			status = run_rescued(gx_commands[i], &options);
			return status == GX_EXIT_HELD ? gx_flush_output() : status;
		}
	return usage("there is no command ", name, false);
}

static int help_on(char *word)
{
	static char help_option[] = "--help";

	for (size_t i = 0; gx_help_topics[i].name; i++)
		if (!strcmp(word, gx_help_topics[i].name)) {
			gx_help_topics[i].print();
			return gx_flush_output();
		}
	for (size_t i = 0; gx_commands[i]; i++)
		if (!strcmp(word, gx_commands[i]->name))
			return run_command(word, 2, (char *[]){word, help_option, NULL});
	if (!strcmp(word, "cc"))
		return gx_compile_command((const char *const[]){help_option, NULL});
	return usage("there is no help on ", word, true);
}

static int program(int argc, char **argv)
{
	static const char *const help[] = {"--help", "-h", "-?", "help", NULL};
	static const char *const version[] = {"--version", "-V", "version", NULL};
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word)
		return usage("a command is missing", NULL, false);
	if (!strcmp(word, "cc"))
		return gx_compile_command((const char *const *)argv + 2);
	if (is_one_of(word, version)) {
		gx_print_version();
		return gx_flush_output();
	}
	if (!is_one_of(word, help))
		return run_command(word, argc - 1, argv + 1);
	if (argc > 2) /* help run */
		return help_on(argv[2]);
	print_help(stdout);
	return gx_flush_output();
}

int main(int argc, char **argv)
{
	return gx_identity_main(argc, argv, program);
}
