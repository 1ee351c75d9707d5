/*
 * help.c - what files and lines look like: texts from help/, with what the rows say behind them.
 *
 * The texts, and the header of gates, are part of the program: it knows its formats wherever it is installed.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "module/compile.h"

/* TEXT_name is the contents of a file, closed by a zero. The folder is the one that make runs in. */
#define TEXT(name, file)                                                                                      \
	extern const char gx_text_##name[];                                                                   \
	__asm__(".pushsection .rodata\n.global gx_text_" #name "\ngx_text_" #name ":\n.incbin \"" file "\"\n" \
		".byte 0\n.popsection\n")

TEXT(scenario, "harness/cli/help/scenario.txt");
TEXT(gate, "harness/cli/help/gate.txt");
TEXT(repro, "harness/cli/help/repro.txt");

/* ---- scenario ---- */

static void print_words(const char *what, const char *(*word)(unsigned i), unsigned count)
{
	enum { WIDTH = 79, INDENT = 2 };
	int column = INDENT;

	printf("\n%s\n  ", what);
	for (unsigned i = 0; i < count; i++) {
		int length = (int)strlen(word(i)) + 1;

		if (column + length > WIDTH) {
			printf("\n  ");
			column = INDENT;
		}
		printf("%s%s", column > INDENT ? " " : "", word(i));
		column += length;
	}
	puts("");
}

static const char *state_name(unsigned i)
{
	return gx_row_status_name((enum gx_row_status)i);
}

static const char *rule_name(unsigned i)
{
	return gx_rule_name((enum gx_rule)i);
}

static void print_scenario(void)
{
	fputs(gx_text_scenario, stdout);
	print_words("States of a workspace's row:", state_name, GX_ROW_REMOVED + 1);
	puts("\nKinds of actors (do):");
	for (unsigned i = 0; i < GX_ACTOR_KINDS; i++) {
		const struct gx_actor_row *row = gx_actor_row((enum gx_actor_kind)i);

		printf("  %-22s  %s%s\n", row->name, row->traits & GX_ACTOR_OF_ALL ? "without on" : "on: a workspace",
		       row->traits & GX_ACTOR_MAKES_WORKSPACE ? " whose state is none"
		       : row->once                            ? ", at most once"
							      : "");
	}
	puts("`gatecrash list actors` says what each does.");
	print_words("Rules (finds; `gatecrash list rules` says when each is broken):", rule_name, GX_RULE_COUNT);
}

/* ---- gate ---- */

/* Where the header lies: in the source tree, or beside an installed program; else its name alone. */
static void print_build_line(void)
{
	static const char *const below[] = {"../../harness/include", "../include"};
	char own[PATH_MAX];
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;

	own[length > 0 ? length : 0] = '\0';
	slash = strrchr(own, '/');
	for (unsigned i = 0; slash && i < 2; i++) {
		char header[PATH_MAX + 32];
		char real[PATH_MAX];

		slash[1] = '\0';
		if (snprintf(path, sizeof(path), "%s%s", own, below[i]) >= (int)sizeof(path))
			continue;
		snprintf(header, sizeof(header), "%s/gatecrash/gate.h", path);
		if (!access(header, R_OK) && realpath(path, real)) {
			printf("  cc -shared -fPIC -g -I%s -o mygate.so mygate.c\n", real);
			return;
		}
	}
	puts("  cc -shared -fPIC -g -IFOLDER_OF_GATECRASH -o mygate.so mygate.c");
}

static void print_gate(void)
{
	static const char mark[] = "@BUILD@\n";
	const char *at = strstr(gx_text_gate, mark);

	fwrite(gx_text_gate, 1, (size_t)(at - gx_text_gate), stdout);
	print_build_line();
	fputs(at + strlen(mark), stdout);
	fputs(gx_text_header, stdout);
}

/* ---- repro ---- */

static void print_repro(void)
{
	fputs(gx_text_repro, stdout);
}

const struct gx_help_topic gx_help_topics[] = {
	{"scenario", "the format of scenario files", print_scenario},
	{"gate", "how to write a gate: an example, and the whole contract", print_gate},
	{"repro", "the line that repeats an execution, and how to replay it", print_repro},
	{NULL, NULL, NULL},
};
