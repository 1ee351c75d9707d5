/*
 * cli_run.h - the program, run as a user runs it: for the tests of the command line that need no terminal and no signals (cli_test.c has those).
 *
 *     run("run", "single", "--gate", "none");   in `ran` is what it printed, and its exit status
 *     run_in("/tmp", ...);                      ... called from this folder
 *     assert_complaint(2, "words");             one line on standard error with these words, nothing on standard output
 *
 * Words are found wherever lines are broken. Each test program that includes this has a folder of its own, /tmp/gatecrash-..., which
 * is removed at the end. The program is $GATECRASH, by default build/gatecrash; tests run in the top folder.
 */
#ifndef GX_TESTS_CLI_RUN_H
#define GX_TESTS_CLI_RUN_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What these helpers make lives as long as the test: no leak is told of it. Those of the program show in its own processes. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

enum { RUN_WORDS_MAX = 40 };

static char program[PATH_MAX]; /* absolute */
static char top[PATH_MAX];
static char folder[] = "/tmp/gatecrash-cli-XXXXXX";

static struct {
	int status; /* of the exit; 1000 + the signal that ended it */
	char *out;
	char *err;
	char command[2048]; /* for messages */
} ran;

/* ---- files ---- */

/* Text that lives as long as the program. */
static __attribute__((unused, format(printf, 1, 2))) char *format(const char *text, ...)
{
	va_list args;
	char *out;

	va_start(args, text);
	assert_true(vasprintf(&out, text, args) >= 0);
	va_end(args);
	return out;
}

static __attribute__((unused)) char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	size_t size = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);
	char bytes[4096];
	size_t got;

	assert_non_null(in);
	assert_non_null(out);
	while ((got = fread(bytes, 1, sizeof(bytes), in)) > 0)
		fwrite(bytes, 1, got, out);
	fclose(in);
	fclose(out);
	return text;
}

/* The path of a file in the folder, with this text. */
static __attribute__((unused)) char *write_file(const char *name, const char *text)
{
	char *path = format("%s/%s", folder, name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
	return path;
}

/* ---- running ---- */

static void __attribute__((noreturn)) become(const char *where, const char *input, const char *const *words)
{
	char *argv[RUN_WORDS_MAX + 2];
	unsigned count = 0;
	int in = open(input, O_RDONLY);
	int out = open(format("%s/out", folder), O_WRONLY | O_CREAT | O_TRUNC, 0666);
	int err = open(format("%s/err", folder), O_WRONLY | O_CREAT | O_TRUNC, 0666);

	argv[count++] = program;
	while (*words && count <= RUN_WORDS_MAX)
		argv[count++] = strdup(*words++);
	argv[count] = NULL;
	unsetenv("GATECRASH_SCENARIOS");
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 || chdir(where))
		_exit(126);
	closefrom(3);
	execv(program, argv);
	_exit(127);
}

static __attribute__((unused)) void run_words(const char *where, const char *input, const char *const *words)
{
	size_t used = (size_t)snprintf(ran.command, sizeof(ran.command), "gatecrash");
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child)
		become(where, input, words);
	for (unsigned i = 0; words[i] && used < sizeof(ran.command); i++)
		used += (size_t)snprintf(ran.command + used, sizeof(ran.command) - used, " '%s'", words[i]);
	assert_int_equal(waitpid(child, &status, 0), child);
	free(ran.out);
	free(ran.err);
	ran.out = read_file(format("%s/out", folder));
	ran.err = read_file(format("%s/err", folder));
	ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#define run_in(where, ...) run_words(where, "/dev/null", (const char *const[]){__VA_ARGS__, NULL})
#define run(...)           run_in(top, __VA_ARGS__)

/* ---- looking at what came of it ---- */

#define FAIL(...)                                                                                                \
	do {                                                                                                     \
		print_error(__VA_ARGS__);                                                                        \
		fail_msg("\n%s\nstatus %d\n---- out\n%.3000s\n---- err\n%.3000s\n----", ran.command, ran.status, \
			 ran.out, ran.err);                                                                      \
	} while (0)

static bool is_blank(char c)
{
	return c == ' ' || c == '\n';
}

/* Are the words in the text, where any blanks in a row are one? */
static bool says(const char *text, const char *words)
{
	for (; *text; text++) {
		const char *at = text;
		const char *word = words;

		while (*word && *at && (*at == *word || (*word == ' ' && is_blank(*at)))) {
			at++;
			if (*word++ == ' ')
				while (is_blank(*at))
					at++;
		}
		if (!*word)
			return true;
	}
	return false;
}

static __attribute__((unused)) void assert_status(int status)
{
	if (ran.status != status)
		FAIL("the status should be %d\n", status);
}

static __attribute__((unused)) void assert_says(const char *text, const char *words)
{
	if (!says(text, words))
		FAIL("\"%s\" should be there\n", words);
}

static __attribute__((unused)) void assert_silent(const char *text)
{
	if (*text)
		FAIL("nothing should be printed\n");
}

static __attribute__((unused)) void assert_one_line(const char *text)
{
	const char *end = strchr(text, '\n');

	if (!end || end[1])
		FAIL("there should be one line\n");
}

static __attribute__((unused)) void assert_complaint(int status, const char *words)
{
	assert_status(status);
	assert_silent(ran.out);
	assert_one_line(ran.err);
	if (strncmp(ran.err, "gatecrash: ", 11) != 0)
		FAIL("the line should begin with the name of the program\n");
	assert_says(ran.err, words);
}

/* ---- the folder ---- */

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

static __attribute__((unused)) int set_up(void **state)
{
	const char *chosen = getenv("GATECRASH");

	(void)state;
	return realpath(chosen ? chosen : "build/gatecrash", program) && getcwd(top, sizeof(top)) && mkdtemp(folder)
		       ? 0
		       : -1;
}

static __attribute__((unused)) int tear_down(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
