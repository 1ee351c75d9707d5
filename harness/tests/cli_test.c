/*
 * The command line as a user meets it: the program is started, and what it prints, writes and exits with is looked at.
 *
 *     RUN("run", "single", "--gate", "none");      runs it; `ran` has status, standard output and error apart
 *     assert_status(0);
 *     assert_says(ran.out, "clean, complete");     words, wherever lines are broken
 *     assert_complaint(2, "nosuch");               one line on standard error with these words, nothing on standard output
 *
 * The program is $GATECRASH, by default build/gatecrash; the tests run in the top folder. Most use scenarios that a search is
 * through with in a millisecond, since the program may be one with sanitizers.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/machine.h"

enum { WORDS_MAX = 80, HUNG_SECONDS = 300, COLUMNS = 60 };

static char program[PATH_MAX]; /* absolute */
static char top[PATH_MAX];
static char folder[FOLDER_BYTES];
static bool sanitized;

/* ---- running it ---- */

/* What is out of the ordinary about a run. */
struct how {
	const char *other;               /* run this instead, found in PATH */
	const char *in;                  /* the folder to run in; default: the top */
	const char *set[4];              /* "NAME=VALUE" */
	const char *out;                 /* a file for standard output */
	bool out_terminal, err_terminal; /* COLUMNS wide */
	rlim_t file_bytes;               /* no file may grow beyond; 0: no limit */
	int signal;                      /* sent once */
	unsigned signal_ms;              /* after this time, or */
	bool to_group;                   /* as a terminal sends it: to all that it has made, too */
	const char *signal_at;           /* when standard error has this in it */
};

static struct {
	int status; /* of the exit; 1000 + the signal that ended it */
	char *out;
	char *err;
	double seconds;         /* in all */
	double seconds_to_stop; /* since the signal */
	char command[4096];     /* for messages */
} ran;

struct stream {
	int fd;
	char *text;
	size_t size;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* False at the end. A terminal whose other side has been closed answers EIO. */
static bool read_some(struct stream *stream)
{
	char bytes[65536];
	ssize_t got = read(stream->fd, bytes, sizeof(bytes));

	if (got <= 0)
		return got < 0 && errno == EINTR;
	stream->text = realloc(stream->text, stream->size + (size_t)got + 1);
	assert_non_null(stream->text);
	memcpy(stream->text + stream->size, bytes, (size_t)got);
	stream->size += (size_t)got;
	stream->text[stream->size] = '\0';
	return true;
}

static void open_stream(int ends[2], bool terminal)
{
	const struct winsize size = {.ws_row = 25, .ws_col = COLUMNS};

	if (terminal)
		assert_int_equal(openpty(&ends[0], &ends[1], NULL, NULL, &size), 0);
	else
		assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
}

static void __attribute__((noreturn)) become(const struct how *how, const char *const *words, int out, int err)
{
	char *argv[WORDS_MAX + 2];
	unsigned count = 0;

	argv[count++] = strdup(how->other ? how->other : program);
	while (*words && count <= WORDS_MAX)
		argv[count++] = strdup(*words++);
	argv[count] = NULL;
	if (how->to_group)
		setpgid(0, 0);
	unsetenv("NO_COLOR");
	unsetenv("GATECRASH_SCENARIOS");
	unsetenv("MAKEFLAGS");
	setenv("TERM", "xterm", 1);
	for (unsigned i = 0; i < 4 && how->set[i]; i++)
		putenv(strdup(how->set[i]));
	if (how->out)
		out = open(how->out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (how->file_bytes) {
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){how->file_bytes, how->file_bytes});
		signal(SIGXFSZ, SIG_IGN);
	}
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0 || chdir(how->in ? how->in : top))
		_exit(126);
	closefrom(3);
	execvp(argv[0], argv);
	_exit(127);
}

static void remember_command(const struct how *how, const char *const *words)
{
	size_t used = (size_t)snprintf(ran.command, sizeof(ran.command), "%s", how->other ? how->other : "gatecrash");

	for (; *words && used < sizeof(ran.command); words++)
		used += (size_t)snprintf(ran.command + used, sizeof(ran.command) - used, " '%s'", *words);
}

/* Send the signal when it is due; returns when it was sent, or 0. */
static double poke(const struct how *how, pid_t child, double started, const struct stream *err)
{
	bool due = how->signal_at ? err->text && strstr(err->text, how->signal_at) != NULL
				  : (now() - started) * 1000 >= how->signal_ms;

	if (!how->signal || !due)
		return 0;
	kill(how->to_group ? -child : child, how->signal);
	return now();
}

static void listen_to(const struct how *how, pid_t child, struct stream *out, struct stream *err)
{
	double started = now();
	double poked = 0;
	bool open[2] = {true, true};

	while (open[0] || open[1]) {
		struct pollfd polls[2] = {{.fd = open[0] ? out->fd : -1, .events = POLLIN},
					  {.fd = open[1] ? err->fd : -1, .events = POLLIN}};

		poll(polls, 2, 20);
		if (polls[0].revents)
			open[0] = read_some(out);
		if (polls[1].revents)
			open[1] = read_some(err);
		if (poked == 0)
			poked = poke(how, child, started, err);
		if (now() - started > HUNG_SECONDS) {
			kill(child, SIGKILL);
			break;
		}
	}
	ran.seconds = now() - started;
	ran.seconds_to_stop = poked > 0 ? now() - poked : 0;
}

static void run_program(const struct how *how, const char *const *words)
{
	struct stream out = {0};
	struct stream err = {0};
	int outs[2];
	int errs[2];
	int status;
	pid_t child;

	if (how->out_terminal || how->err_terminal)
		need_terminal();
	free(ran.out);
	free(ran.err);
	ran.out = ran.err = NULL; /* a failure below leaves from there */
	open_stream(outs, how->out_terminal);
	open_stream(errs, how->err_terminal);
	remember_command(how, words);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		become(how, words, outs[1], errs[1]);
	close(outs[1]);
	close(errs[1]);
	out.fd = outs[0];
	err.fd = errs[0];
	listen_to(how, child, &out, &err);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(outs[0]);
	close(errs[0]);
	ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
	ran.out = out.text ? out.text : strdup("");
	ran.err = err.text ? err.text : strdup("");
}

#define RUN(...)         run_program(&(struct how){0}, (const char *const[]){__VA_ARGS__, NULL})
#define RUN_AS(how, ...) run_program(how, (const char *const[]){__VA_ARGS__, NULL})

/* ---- looking at what came of it ---- */

#define FAIL(...)                                                                                                \
	do {                                                                                                     \
		print_error(__VA_ARGS__);                                                                        \
		fail_msg("\n%s\nstatus %d\n---- out\n%.3000s\n---- err\n%.3000s\n----", ran.command, ran.status, \
			 ran.out, ran.err);                                                                      \
	} while (0)

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Is `words` in `text`, where any blanks in a row are one? */
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

static void assert_status(int status)
{
	if (ran.status != status)
		FAIL("the status should be %d\n", status);
}

static void assert_says(const char *text, const char *words)
{
	if (!says(text, words))
		FAIL("\"%s\" should be there\n", words);
}

static void assert_silent(const char *text)
{
	if (*text)
		FAIL("nothing should be printed\n");
}

static void assert_lines(const char *text, unsigned wanted)
{
	unsigned lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	if (lines != wanted || (wanted && text[-1] != '\n'))
		FAIL("there should be %u line(s)\n", wanted);
}

static void assert_complaint(int status, const char *words)
{
	assert_status(status);
	assert_silent(ran.out);
	assert_lines(ran.err, 1);
	if (strncmp(ran.err, "gatecrash: ", 11) != 0)
		FAIL("the line should begin with the name of the program\n");
	assert_says(ran.err, words);
}

/* Real time is only compared where a search would have taken much longer. */
static double at_this_pace(double seconds)
{
	return sanitized ? seconds * 30 : seconds;
}

/* ---- files ---- */

/* Text that lives as long as the tests. */
static char **kept;
static size_t kept_count;

static const char *__attribute__((format(printf, 1, 2))) format(const char *text, ...)
{
	va_list args;

	kept = realloc(kept, (kept_count + 1) * sizeof(*kept));
	assert_non_null(kept);
	va_start(args, text);
	assert_true(vasprintf(&kept[kept_count], text, args) >= 0);
	va_end(args);
	return kept[kept_count++];
}

static const char *joined(const char *before, const char *after)
{
	return format("%s%s", before, after);
}

static const char *cut(const char *text, size_t bytes)
{
	return format("%.*s", (int)bytes, text);
}

static const char *in_folder(const char *name)
{
	return format("%s/%s", folder, name);
}

static const char *write_file(const char *name, const char *text)
{
	const char *path = in_folder(name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
	return path;
}

/* Freed by the caller. */
static char *read_file(const char *path)
{
	struct stream file = {.fd = open(path, O_RDONLY)};

	if (file.fd < 0)
		FAIL("%s should be there\n", path);
	while (read_some(&file))
		;
	close(file.fd);
	return file.text ? file.text : strdup("");
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

/* An empty folder in the test's, for counting what is left behind. */
static const char *empty_folder(const char *name)
{
	const char *path = in_folder(name);

	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(mkdir(path, 0777), 0);
	return path;
}

static void assert_empty_folder(const char *path)
{
	if (rmdir(path))
		FAIL("something was left in %s\n", path);
}

/* ---- JSON ---- */

/* json_decref() by the caller. */
static json_t *parse_json(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		FAIL("not JSON: %s, line %d\n", error.text, error.line);
	return json;
}

static json_t *json_file(const char *path)
{
	char *text = read_file(path);
	json_t *json = parse_json(text);

	free(text);
	return json;
}

static json_t *run_in(json_t *json, size_t i)
{
	return json_array_get(json_object_get(json, "runs"), i);
}

static const char *text_in(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

static json_int_t explored_in(json_t *run, const char *key)
{
	json_t *number = json_object_get(json_object_get(run, "explored"), key);

	assert_true(json_is_integer(number));
	return json_integer_value(number);
}

static json_t *findings_in(json_t *run)
{
	return json_object_get(run, "findings");
}

static json_t *finding_in(json_t *run, size_t i)
{
	return json_array_get(findings_in(run), i);
}

static bool has_rule(json_t *run, const char *rule)
{
	for (size_t i = 0; i < json_array_size(findings_in(run)); i++)
		if (!strcmp(text_in(finding_in(run, i), "rule"), rule))
			return true;
	return false;
}

/* What most tests of findings look at: double-click without a gate. Released at the end. */
static json_t *race;
static char *race_text;

static json_t *race_run(void)
{
	if (!race) {
		RUN("run", "double-click", "--gate", "none", "--report", "json", "--report",
		    joined("text=", in_folder("race.txt")));
		assert_status(1);
		assert_silent(ran.err);
		race_text = read_file(in_folder("race.txt"));
		race = parse_json(ran.out);
	}
	return run_in(race, 0);
}

static const char *race_repro(void)
{
	return text_in(finding_in(race_run(), 0), "repro");
}

/* The repro of a search of 24 states, for tests that run it often. */
static const char *small_repro(void)
{
	static const char *line;

	if (!line) {
		json_t *json;

		RUN("run", "single", "--gate", "relock", "--report", "json");
		json = parse_json(ran.out);
		line = joined(text_in(finding_in(run_in(json, 0), 0), "repro"), "");
		json_decref(json);
	}
	return line;
}

/* ---- the program ---- */

static void a_missing_or_unknown_command_is_answered_with_a_way_out(void **state)
{
	(void)state;
	run_program(&(struct how){0}, (const char *const[]){NULL});
	assert_complaint(2, "`gatecrash --help`");
	RUN("rnu");
	assert_complaint(2, "no command \"rnu\"; did you mean `gatecrash run`?");
	RUN("Matrx");
	assert_complaint(2, "did you mean `gatecrash matrix`?");
	RUN("explode");
	assert_complaint(2, "no command \"explode\"; `gatecrash --help`");
	RUN("--gate");
	assert_complaint(2, "\"--gate\"");
	RUN("\033[2J\nrun");
	assert_complaint(2, "no command");
	assert_null(strchr(ran.err, '\033'));
	RUN("help", "rnu");
	assert_complaint(2, "did you mean");
}

static void the_program_says_its_version(void **state)
{
	const char *const ways[][2] = {{"--version"}, {"-V"}, {"version"}, {"run", "--version"}, {"list", "-V"}};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		RUN(ways[i][0], ways[i][1]);
		assert_status(0);
		assert_silent(ran.err);
		assert_lines(ran.out, 1);
		assert_int_equal(strncmp(ran.out, "gatecrash 0.", 12), 0);
	}
}

static void help_of_the_program_names_every_command(void **state)
{
	const char *const ways[] = {"--help", "-h", "-?", "help"};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		RUN(ways[i]);
		assert_status(0);
		assert_silent(ran.err);
		assert_says(ran.out, "\n run explore");
		assert_says(ran.out, "\n matrix every");
		assert_says(ran.out, "\n replay one");
		assert_says(ran.out, "\n list gates");
		assert_says(ran.out, "Exit status: 0");
	}
}

/* " --color --gate": the options that a help text lists, in its order. */
static void options_of(const char *help, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (const char *line = help; line; line = strchr(line, '\n')) {
		const char *at = line + (*line == '\n');
		const char *name = at + strspn(at, " ");

		line = at;
		if (name[0] == '-' && name[1] != '-' && name[2] == ',')
			name += 4;
		if (name - at >= 2 && !strncmp(name, "--", 2) && used < size)
			used += (size_t)snprintf(out + used, size - used, " %.*s", (int)strcspn(name, "= \n"), name);
	}
}

/* The tests below show that each of these has an effect: whoever adds one is to add a test, too. */
static const struct {
	const char *name;
	const char *options;
} commands[] = {
	{"run",
	 " --all --color --executions --export-cover --gate --import --points --quiet --report --require-complete --rule --seed --states --stats --steps "
	 "--stop-at-first --strategy --strict --time --width --help --version"},
	{"matrix", " --all --as --color --gate --quiet --report --states --time --width --help --version"},
	{"replay",
	 " --break-at --color --finding --gate --gdb --quiet --report --rule --steps --strict --then --times --width --help --version"},
	{"list", " --help --version"},
};

static void help_of_a_command_lists_its_options_and_no_others(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const char *const ways[][2] = {{commands[i].name, "--help"},
					       {commands[i].name, "-h"},
					       {commands[i].name, "-?"},
					       {"help", commands[i].name}};
		const char *usage = format("Usage: gatecrash %s [OPTION...]", commands[i].name);

		for (unsigned j = 0; j < 4; j++) {
			char options[512];

			RUN(ways[j][0], ways[j][1]);
			assert_status(0);
			assert_silent(ran.err);
			assert_says(ran.out, usage);
			options_of(ran.out, options, sizeof(options));
			assert_string_equal(options, commands[i].options);
		}
	}
}

static void help_fits_a_terminal(void **state)
{
	const char *const words[] = {"run", "matrix", "replay", "list"};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		RUN(words[i], "--help");
		for (const char *line = ran.out; *line; line += strcspn(line, "\n") + 1)
			if (strcspn(line, "\n") > 79)
				FAIL("too long: %.120s\n", line);
	}
}

static void output_that_goes_nowhere_is_no_success(void **state)
{
	const struct how full = {.out = "/dev/full"};
	const char *const ways[][4] = {{"--help"},
				       {"--version"},
				       {"run", "--help"},
				       {"list", "rules"},
				       {"run", "single"}};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		RUN_AS(&full, ways[i][0], ways[i][1]);
		assert_complaint(2, "standard output: No space left on device");
	}
}

/* ---- mistakes ---- */

static void a_wrong_word_is_named_with_what_would_be_right(void **state)
{
	static const struct {
		const char *words[6];
		const char *complaint;
	} mistakes[] = {
		{{"run", "nosuch"}, "\"nosuch\" in ./scenarios; `gatecrash list scenarios`"},
		{{"run", "doubel-click"}, "\"doubel-click\" in ./scenarios; did you mean \"double-click\"?"},
		{{"run", ""}, "no scenario named \"\""},
		{{"run", "./nosuch.yaml"}, "./nosuch.yaml: cannot be opened: No such file"},
		{{"run", "/tmp"}, "/tmp: cannot be read: Is a directory"},
		{{"matrix", "nosuch"}, "\"nosuch\""},
		{{"run", "--gate", "nosuch"}, "no gate named \"nosuch\"; `gatecrash list gates`"},
		{{"run", "--gate", "per-workspac"}, "\"per-workspac\"; did you mean \"per-workspace\"?"},
		{{"run", "--gate", "./nosuch.so"}, "./nosuch.so: cannot open the gate: No such file"},
		{{"run", "--gate", "/etc/passwd"}, "/etc/passwd: not an ELF shared object"},
		{{"run", "--gate", ""}, "no gate named \"\""},
		{{"matrix", "single", "--gate", "golbal"}, "did you mean \"global\"?"},
		{{"run", "--strategy", "rand"}, "--strategy \"rand\": there is auto, exhaustive and random"},
		{{"run", "--report", "xml"}, "--report \"xml\": text, json"},
		{{"run", "--report", "json="}, "--report \"json=\""},
		{{"run", "--color", "sometimes"}, "--color \"sometimes\": auto, always or never"},
		{{"run", "--seed", "x"}, "--seed \"x\": a whole number from 0"},
		{{"run", "--seed", "-1"}, "--seed \"-1\""},
		{{"run", "--seed", ""}, "--seed \"\""},
		{{"run", "--seed", "18446744073709551616"}, "to 18446744073709551615"},
		{{"run", "--executions", "0"}, "--executions \"0\": a whole number from 1"},
		{{"run", "--executions", "1.5"}, "--executions \"1.5\": a whole number"},
		{{"run", "--states", "20m"}, "needed, such as 20000, 20k, 1.5M or 2e6"},
		{{"run", "--states", "0"}, "--states \"0\""},
		{{"run", "--time", "3min"}, "--time \"3min\": a duration such as 500ms, 30, 30s, 2m"},
		{{"run", "--time", "0s"}, "--time \"0s\""},
		{{"run", "--time", "infs"}, "--time \"infs\""},
		{{"run", "--time", "0x10s"}, "--time \"0x10s\""},
		{{"run", "--time", "30s1m"}, "--time \"30s1m\""},
		{{"run", "--time", "1y"}, "--time \"1y\""},
		{{"replay", "x", "--times", "0"}, "--times \"0\""},
		{{"run", "--sed=3"}, "no option \"--sed\"; did you mean --seed?"},
		{{"run", "--st"}, "more than one option that begins with \"--st\"; `gatecrash run --help`"},
		{{"run", "--nosuch"}, "no option \"--nosuch\"; `gatecrash run --help`"},
		{{"run", "-x"}, "no option \"-x\"; `gatecrash run --help`"},
		{{"run", "-qx"}, "no option \"-qx\""},
		{{"run", "-xq"}, "no option \"-xq\""},
		{{"run", "--gate"}, "--gate needs a value: --gate=NAME|FILE"},
		{{"run", "--quiet=1"}, "--quiet takes no value"},
		{{"run", "\033[2J\n"}, "no scenario named"},
		{{"run", "--seed", "\033[2J\n"}, "--seed"},
		{{"run", "--\033[2J\n"}, "no option"},
		{{"list"}, "list what? One of gates, scenarios, strategies, rules, actors, ops, reports"},
		{{"list", "gate"}, "no list of \"gate\"; did you mean `gatecrash list gates`?"},
		{{"list", "secrets"},
		 "no list of \"secrets\" but of gates, scenarios, strategies, rules, actors, ops and reports"},
		{{"list", "gates", "rules"}, "list what?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		run_program(&(struct how){0}, mistakes[i].words);
		assert_complaint(2, mistakes[i].complaint);
		assert_null(strchr(ran.err, '\033'));
	}
}

static void options_of_other_commands_are_refused(void **state)
{
	static const struct {
		const char *words[4];
		const char *complaint;
	} mistakes[] = {
		{{"run", "--times=3"}, "--times is no option of run but of replay"},
		{{"matrix", "--times=3"}, "--times is no option of matrix but of replay"},
		{{"matrix", "--seed=3"}, "--seed is no option of matrix but of run"},
		{{"matrix", "--executions=3"}, "--executions is no option of matrix but of run"},
		{{"matrix", "--strategy=random"}, "--strategy is no option of matrix but of run"},
		{{"matrix", "--stop-at-first"}, "--stop-at-first is no option of matrix but of run"},
		{{"matrix", "--require-complete"}, "--require-complete is no option of matrix but of run"},
		{{"replay", "x", "--seed=3"}, "--seed is no option of replay but of run"},
		{{"replay", "x", "--states=3"}, "--states is no option of replay but of run and matrix"},
		{{"list", "gates", "--gate=none"}, "--gate is no option of list but of run, matrix and replay"},
		{{"list", "gates", "--report=json"}, "--report is no option of list but of run, matrix and replay"},
		{{"list", "gates", "--quiet"}, "--quiet is no option of list but of run, matrix and replay"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		run_program(&(struct how){0}, mistakes[i].words);
		assert_complaint(2, mistakes[i].complaint);
	}
}

static void options_may_be_shortened_and_stand_anywhere(void **state)
{
	(void)state;
	RUN("run", "--ga", "none", "-q", "--exec=1", "single");
	assert_status(0);
	assert_silent(ran.out);
	RUN("run", "--gate=none", "--", "single");
	assert_status(0);
	RUN("run", "--gate=none", "--", "--quiet");
	assert_complaint(2, "no scenario named \"--quiet\"");
}

static void there_is_an_end_to_words(void **state)
{
	const char *words[67] = {"run"};

	(void)state;
	for (unsigned i = 1; i < 66; i++)
		words[i] = "--gate=none";
	run_program(&(struct how){0}, words);
	assert_complaint(2, "\"none\" is one too many: there may be 64");
}

/* ---- bad scenarios ---- */

static const char small[] = "name: %s\n"
			    "summary: One restart.\n"
			    "workspaces:\n"
			    "  - {name: ws-a}\n"
			    "actors:\n"
			    "  - {do: manual-restart, on: ws-a}\n"
			    "expect:\n"
			    "  - {gate: none, finds: [%s]}\n"
			    "  - {gate: relock, finds: [%s]}\n"
			    "interleavings:\n"
			    "  - name: alone\n"
			    "    gate: %s\n"
			    "    finds: [%s]\n"
			    "    steps:\n"
			    "      - {run: manual-restart#1, until: docker.create}\n"
			    "      - {run: manual-restart#1, until: %s}\n"
			    "      - {run: manual-restart#1, until: end}\n";

/* Line 16 is the step until `until`. */
static const char *write_small(const char *name, const char *none_finds, const char *relock_finds, const char *gate,
			       const char *finds, const char *until)
{
	return write_file(format("%s.yaml", name), format(small, name, none_finds, relock_finds, gate, finds, until));
}

static const char *write_good(void)
{
	return write_small("good", "", "deadlock, gate-leaked", "none", "", "docker.start");
}

static void a_bad_scenario_is_answered_in_one_line_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *complaint;
	} files[] = {
		{"", "bad.yaml:"},
		{"nmae: bad\n", "bad.yaml:1:1: "},
		{"name: bad\nworkspaces: 3\nactors: []\n", "bad.yaml:2:"},
		{"name: bad\nworkspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-b}]\n", "bad.yaml:3:"},
		{"name: bad\nworkspaces: [{name: ws-a}]\nactors: [{do: manual-restrat, on: ws-a}]\n",
		 "did you mean \"manual-restart\"?"},
		{"name: bad\nworkspaces: &a [*a]\nactors: []\n", "bad.yaml:2:"},
		{"name: bad\nworkspaces: [\n", "bad.yaml:"},
		{"name: other\nworkspaces: [{name: ws-a}]\nactors: [{do: manual-restart, on: ws-a}]\n", "bad.yaml:1:"},
		{"\xff\xfe\x00\x01", "bad.yaml"},
	};
	const char *const ways[] = {"run", "matrix"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		for (unsigned j = 0; j < 2; j++) {
			RUN(ways[j], write_file("bad.yaml", files[i].text));
			assert_complaint(2, files[i].complaint);
		}
	RUN("replay", joined(in_folder("bad.yaml"), "#x"));
	assert_complaint(2, "bad.yaml");
	RUN("run", "single", write_file("bad.yaml", "nmae: bad\n"), "--gate", "none");
	assert_complaint(2, "bad.yaml:1:1"); /* before anything is explored */
}

static void a_megabyte_of_noise_is_answered_in_one_line(void **state)
{
	enum { BYTES = 1 << 20 };
	const char *path = in_folder("noise.yaml");
	uint64_t random = 1;
	FILE *out;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		out = fopen(path, "w");
		assert_non_null(out);
		for (unsigned i = 0; i < BYTES; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			/* any bytes; printable ones; brackets, which are deep and not long */
			fputc(round == 0 ? (int)(random >> 56) : round == 1 ? (int)(random >> 57) % 95 + 32 : '[', out);
		}
		fclose(out);
		RUN("run", path, "--gate", "none");
		assert_complaint(2, "noise.yaml");
	}
}

static void a_scenario_without_gates_needs_one(void **state)
{
	const char *path = write_file("bare.yaml", "name: bare\nworkspaces: [{name: ws-a}]\n"
						   "actors: [{do: manual-restart, on: ws-a}]\n");

	(void)state;
	RUN("run", "single", path);
	assert_complaint(2, "bare.yaml names no gate in `expect`: choose one with --gate");
	RUN("run", path, "--gate", "none");
	assert_status(0);
	RUN("matrix", path);
	assert_complaint(2, "nothing to hold against");
}

static void a_gate_that_a_scenario_names_and_nobody_knows_is_told_with_its_line(void **state)
{
	const char *path = write_file("strange.yaml", "name: strange\nworkspaces: [{name: ws-a}]\n"
						      "actors: [{do: manual-restart, on: ws-a}]\nexpect:\n"
						      "  - {gate: none, finds: []}\n  - {gate: golbal, finds: []}\n");

	(void)state;
	RUN("run", path);
	assert_complaint(2, "strange.yaml:6: there is no gate named \"golbal\"; did you mean \"global\"?");
	RUN("matrix", path);
	assert_complaint(2, "strange.yaml:6: there is no gate named \"golbal\"; did you mean \"global\"?");
	RUN("matrix", path, "--gate", "none");
	assert_status(0);
}

/* ---- run ---- */

static void a_race_ends_with_1_and_a_repro_line_for_every_finding(void **state)
{
	json_t *run = race_run();
	const char *line = race_text;

	(void)state;
	assert_string_equal(text_in(run, "verdict"), "found");
	assert_true(json_is_true(json_object_get(run, "complete")));
	assert_int_equal(json_array_size(findings_in(run)), 7);
	for (size_t i = 0; i < json_array_size(findings_in(run)); i++) {
		const char *command = format("%s replay '%s'\n", program, text_in(finding_in(run, i), "repro"));

		line = strstr(line, command);
		if (!line || line[-1] != '\n')
			FAIL("this line should be in the text, in this order: %s", command);
		line += strlen(command);
	}
	assert_null(strstr(line, " replay '"));
}

static void a_repro_line_can_be_pasted_into_a_shell(void **state)
{
	const char *odd = in_folder("a b; $(exit 9)");
	const char *line;

	(void)state;
	mkdir(odd, 0777);
	assert_int_equal(symlink(program, joined(odd, "/gatecrash")), 0);
	RUN_AS(&(struct how){.other = joined(odd, "/gatecrash")}, "run", "single", "--gate", "relock");
	assert_status(1);
	line = strstr(ran.out, "replay it:\n");
	assert_non_null(line);
	line += strlen("replay it:\n");
	RUN_AS(&(struct how){.other = "sh"}, "-c", cut(line, strcspn(line, "\n")));
	assert_status(1);
	assert_says(ran.out, "deadlock (ws-a)");
}

static void the_program_is_called_in_a_repro_as_the_user_called_it(void **state)
{
	int directory = (int)(strrchr(program, '/') - program);
	const char *path = format("PATH=%.*s:/usr/bin:/bin", directory, program);

	(void)state;
	RUN_AS(&((struct how){.other = "gatecrash", .set = {path}}), "run", "single", "--gate", "relock");
	assert_status(1);
	assert_says(ran.out, "replay it:\ngatecrash replay 'gx1:single:relock:");
}

static void a_gate_that_holds_ends_with_0(void **state)
{
	(void)state;
	RUN("run", "double-click", "--gate", "per-workspace");
	assert_status(0);
	assert_silent(ran.err);
	assert_says(ran.out, "double-click, gate per-workspace: clean, complete: ");
}

static void without_words_the_race_runs_with_every_gate(void **state)
{
	json_t *json;

	(void)state;
	if (sanitized)
		SKIP("takes half a minute under sanitizers");
	RUN("run", "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	assert_int_equal(json_array_size(json_object_get(json, "runs")), 11);
	for (size_t i = 0; i < 11; i++)
		assert_string_equal(text_in(run_in(json, i), "scenario"), "double-click");
	json_decref(json);
}

static void scenarios_and_gates_are_run_in_the_order_given(void **state)
{
	const char *const pairs[][2] = {{"no-backend", "relock"},
					{"no-backend", "none"},
					{"single", "relock"},
					{"single", "none"}};
	json_t *json;

	(void)state;
	RUN("run", "no-backend", "single", "--gate", "relock", "--gate", "none", "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	assert_int_equal(json_array_size(json_object_get(json, "runs")), 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(text_in(run_in(json, i), "scenario"), pairs[i][0]);
		assert_string_equal(text_in(run_in(json, i), "gate"), pairs[i][1]);
	}
	json_decref(json);
}

static void a_finding_names_the_workspace_of_its_own_scenario(void **state)
{
	static const char text[] = "name: %s\nworkspaces: [{name: ws-%s}]\nactors: [{do: manual-restart, on: ws-%s}]\n";
	const char *first = write_file("first.yaml", format(text, "first", "one", "one"));
	const char *second = write_file("second.yaml", format(text, "second", "two", "two"));
	json_t *json;

	(void)state;
	RUN("run", first, second, "--gate", "relock", "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	assert_string_equal(text_in(finding_in(run_in(json, 0), 0), "workspace"), "ws-one");
	assert_string_equal(text_in(finding_in(run_in(json, 1), 0), "workspace"), "ws-two");
	json_decref(json);
}

static void stop_at_first_stops_at_the_first(void **state)
{
	json_t *json;

	(void)state;
	RUN("run", "single", "--gate", "relock");
	assert_says(ran.out, "found 2 kinds of failure: deadlock, gate-leaked; complete");
	RUN("run", "single", "--gate", "relock", "--stop-at-first");
	assert_status(1);
	assert_says(ran.out, "incomplete: stopped at the first finding");
	RUN("run", "single", "--gate", "relock", "--stop-at-first", "--strategy", "random", "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	assert_int_equal(explored_in(run_in(json, 0), "executions"), 1);
	json_decref(json);
}

static void a_budget_of_states_makes_a_search_incomplete(void **state)
{
	json_t *json;

	(void)state;
	RUN("run", "double-click", "--gate", "per-workspace", "--states", "100", "--executions", "20");
	assert_status(0);
	assert_says(ran.out,
		    "not proven: the state budget is used up; nothing found in 100 states, then 20 executions");
	RUN("run", "double-click", "--gate", "per-workspace", "--states", "100", "--executions", "20",
	    "--require-complete", "--report", "json");
	assert_status(3);
	json = parse_json(ran.out);
	assert_string_equal(text_in(run_in(json, 0), "verdict"), "incomplete");
	assert_true(json_is_false(json_object_get(run_in(json, 0), "complete")));
	assert_int_equal(explored_in(run_in(json, 0), "states"), 100);
	json_decref(json);
}

static void require_complete_asks_for_all_and_never_hides_a_finding(void **state)
{
	(void)state;
	RUN("run", "single", "--gate", "none", "--require-complete");
	assert_status(0);
	RUN("run", "single", "--gate", "none", "--strategy", "random", "--executions", "5");
	assert_status(0);
	RUN("run", "single", "--gate", "none", "--strategy", "random", "--executions", "5", "--require-complete");
	assert_status(3);
	RUN("run", "single", "--gate", "relock", "--states", "20", "--executions", "5", "--require-complete");
	assert_status(1);
}

static void stats_tell_how_many_pairs_of_steps_are_independent(void **state)
{
	json_t *json;

	(void)state;
	RUN("run", "single", "--gate", "none", "--stats");
	assert_status(0);
	assert_says(ran.out, " pairs of enabled steps are");
	RUN("run", "single", "--gate", "none", "--stats", "--report", "json");
	json = parse_json(ran.out);
	assert_in_range(explored_in(run_in(json, 0), "independent_pairs"), 1, explored_in(run_in(json, 0), "pairs"));
	json_decref(json);
	RUN("run", "single", "--gate", "none", "--stats", "--strategy", "random", "--executions", "3");
	assert_says(ran.out, "by a search, not by samples");
}

static void strategies_do_what_they_are_called(void **state)
{
	static const struct {
		const char *name;
		bool states, executions, complete;
	} strategies[] = {{"exhaustive", true, false, false},
			  {"random", false, true, false},
			  {"auto", true, true, false}};
	json_t *json;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		RUN("run", "double-click", "--gate", "global", "--states", "50", "--executions", "7", "--strategy",
		    strategies[i].name, "--report", "json");
		assert_status(0);
		json = parse_json(ran.out);
		assert_string_equal(text_in(run_in(json, 0), "strategy"), strategies[i].name);
		assert_int_equal(explored_in(run_in(json, 0), "states"), strategies[i].states ? 50 : 0);
		assert_int_equal(explored_in(run_in(json, 0), "executions"), strategies[i].executions ? 7 : 0);
		json_decref(json);
	}
}

/* A random run in JSON without its seconds; json_decref() by the caller. */
static json_t *sample(const char *seed, const char *executions)
{
	json_t *json;

	RUN("run", "double-click", "--gate", "none", "--strategy", "random", "--executions", executions, "--seed", seed,
	    "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	json_object_del(json_object_get(run_in(json, 0), "explored"), "seconds");
	return json;
}

static void a_random_run_repeats_with_its_seed_and_differs_with_another(void **state)
{
	json_t *first = sample("7", "40");
	json_t *again = sample("7", "40");
	json_t *other = sample("18446744073709551615", "40");

	(void)state;
	assert_true(json_equal(first, again));
	assert_false(json_equal(first, other));
	assert_int_equal(json_integer_value(json_object_get(run_in(first, 0), "seed")), 7);
	assert_true(explored_in(run_in(first, 0), "points") != explored_in(run_in(other, 0), "points"));
	json_decref(first);
	json_decref(again);
	json_decref(other);
}

static void as_many_executions_are_run_as_are_asked_for(void **state)
{
	json_t *json = sample("1", "123");

	(void)state;
	assert_int_equal(explored_in(run_in(json, 0), "executions"), 123);
	json_decref(json);
}

static void a_budget_of_time_ends_a_big_search_and_says_so(void **state)
{
	(void)state;
	RUN("run", "three-callers", "--gate", "none", "--time", "100ms");
	assert_status(1);
	assert_says(ran.out, "incomplete: the time budget is used up");
	assert_true(ran.seconds >= 0.1 && ran.seconds < at_this_pace(2));
	RUN("run", "single", "--gate", "none", "--time", "0.1s", "--strategy", "random", "--executions",
	    "1000000000000");
	assert_status(0);
	assert_says(ran.out, "the time budget is used up");
	assert_true(ran.seconds >= 0.1 && ran.seconds < 2);
	RUN("run", "single", "--gate", "none", "--time", "1m30s");
	assert_status(0);
	assert_says(ran.out, "complete");
}

static void quiet_means_that_the_status_tells(void **state)
{
	const char *path = in_folder("quiet.json");
	json_t *json;

	(void)state;
	RUN("run", "single", "--gate", "relock", "--quiet");
	assert_status(1);
	assert_silent(ran.out);
	assert_silent(ran.err);
	RUN("run", "single", "--gate", "none", "-q");
	assert_status(0);
	assert_silent(ran.out);
	RUN("matrix", "single", "--quiet");
	assert_status(0);
	assert_silent(ran.out);
	RUN("replay", small_repro(), "--quiet");
	assert_status(1);
	assert_silent(ran.out);
	RUN("run", "single", "--gate", "none", "--quiet", "--report", joined("json=", path));
	assert_status(0);
	assert_silent(ran.out);
	json = json_file(path);
	json_decref(json);
	RUN("run", "nosuch", "--quiet");
	assert_complaint(2, "nosuch");
}

/* ---- reports ---- */

struct key {
	const char *name;
	json_type type; /* JSON_TRUE for either */
};

/* The promised keys come first, in this order; more may follow. */
static void assert_keys(json_t *object, const struct key *keys, size_t count)
{
	void *at = json_object_iter(object);

	for (size_t i = 0; i < count; i++, at = json_object_iter_next(object, at)) {
		json_t *value;

		if (!at || strcmp(json_object_iter_key(at), keys[i].name) != 0)
			FAIL("key %zu should be \"%s\"\n", i, keys[i].name);
		value = json_object_iter_value(at);
		if (keys[i].type == JSON_TRUE ? !json_is_boolean(value) : json_typeof(value) != keys[i].type)
			FAIL("\"%s\" has the wrong type\n", keys[i].name);
	}
}

#define ASSERT_KEYS(object, keys) assert_keys(object, keys, sizeof(keys) / sizeof((keys)[0]))

/* Counted from 1, and never back in time. */
static void assert_steps_in_order(json_t *steps)
{
	json_int_t before = 0;

	for (size_t i = 0; i < json_array_size(steps); i++) {
		json_t *step = json_array_get(steps, i);
		json_int_t at_ns = json_integer_value(json_object_get(step, "at_ns"));

		assert_int_equal(json_integer_value(json_object_get(step, "number")), i + 1);
		assert_true(at_ns >= before);
		if (at_ns > before)
			assert_string_equal(text_in(step, "task"), "clock");
		before = at_ns;
	}
}

/* design.md, section 8. */
static void assert_json_result(json_t *json)
{
	static const struct key top_keys[] = {{"gatecrash", JSON_STRING},
					      {"format", JSON_INTEGER},
					      {"runs", JSON_ARRAY}};
	static const struct key run_keys[] = {{"scenario", JSON_STRING}, {"gate", JSON_STRING},
					      {"strategy", JSON_STRING}, {"seed", JSON_INTEGER},
					      {"verdict", JSON_STRING},  {"complete", JSON_TRUE},
					      {"explored", JSON_OBJECT}, {"findings", JSON_ARRAY}};
	static const struct key explored_keys[] = {{"executions", JSON_INTEGER},
						   {"states", JSON_INTEGER},
						   {"transitions", JSON_INTEGER},
						   {"points", JSON_INTEGER},
						   {"seconds", JSON_REAL}};
	static const struct key finding_keys[] = {{"rule", JSON_STRING},    {"workspace", JSON_STRING},
						  {"message", JSON_STRING}, {"repro", JSON_STRING},
						  {"count", JSON_INTEGER},  {"preemptions", JSON_INTEGER},
						  {"steps", JSON_ARRAY}};
	static const struct key step_keys[] = {{"task", JSON_STRING},
					       {"op", JSON_STRING},
					       {"object", JSON_STRING},
					       {"value", JSON_STRING}};

	ASSERT_KEYS(json, top_keys);
	assert_int_equal(json_integer_value(json_object_get(json, "format")), 1);
	for (size_t i = 0; i < json_array_size(json_object_get(json, "runs")); i++) {
		json_t *run = run_in(json, i);

		ASSERT_KEYS(run, run_keys);
		ASSERT_KEYS(json_object_get(run, "explored"), explored_keys);
		for (size_t j = 0; j < json_array_size(findings_in(run)); j++) {
			json_t *steps = json_object_get(finding_in(run, j), "steps");

			ASSERT_KEYS(finding_in(run, j), finding_keys);
			assert_true(json_array_size(steps) > 0);
			for (size_t k = 0; k < json_array_size(steps); k++)
				ASSERT_KEYS(json_array_get(steps, k), step_keys);
			assert_steps_in_order(steps);
		}
	}
}

static void a_json_report_has_the_promised_keys(void **state)
{
	const char *path = in_folder("out.json");
	struct stat status;
	json_t *json;
	mode_t mask = umask(022);

	(void)state;
	race_run();
	assert_json_result(race);
	RUN("run", "single", "--report", joined("json=", path));
	assert_status(1);
	assert_silent(ran.out);
	json = json_file(path);
	assert_json_result(json);
	assert_int_equal(json_array_size(json_object_get(json, "runs")), 11);
	json_decref(json);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0644);
	umask(mask);
	RUN("matrix", "single", "--report", "json");
	json = parse_json(ran.out);
	assert_json_result(json);
	json_decref(json);
	RUN("replay", small_repro(), "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	assert_json_result(json);
	assert_string_equal(text_in(run_in(json, 0), "strategy"), "replay");
	json_decref(json);
}

static void text_and_json_can_be_had_at_once(void **state)
{
	const char *path = in_folder("both.json");
	json_t *json;

	(void)state;
	RUN("run", "single", "--gate", "none", "--report", "text", "--report", joined("json=", path));
	assert_status(0);
	assert_says(ran.out, "single, gate none: clean");
	json = json_file(path);
	assert_string_equal(text_in(run_in(json, 0), "verdict"), "clean");
	json_decref(json);
	RUN("run", "single", "--gate", "none", "--report", "text", "--report", "json");
	assert_complaint(2, "two reports for standard output; --report json=FILE");
	RUN("run", "single", "--gate", "none", "--report", "json=-", "--report", "json=/dev/stdout");
	assert_complaint(2, "two reports for standard output");
	RUN("run", "single", "--gate", "none", "--report", joined("json=", path), "--report", joined("text=", path));
	assert_complaint(2, "two reports for");
}

/* Before the search, which may take hours. */
static void a_report_that_cannot_be_written_is_told_before_anything_is_explored(void **state)
{
	static const struct {
		const char *path;
		const char *why;
	} places[] = {{"/nosuch/x.json", "\"/nosuch/x.json\": No such file or directory"},
		      {"/tmp", "\"/tmp\": Is a directory"},
		      {"/etc/passwd/x", "Not a directory"},
		      {"/dev/nosuch", "\"/dev/nosuch\": No such file or directory"}};
	const char *const commands_that_write[][3] = {{"run", "three-callers", "--gate=none"},
						      {"matrix", "three-callers", "--gate=none"},
						      {"replay", "x", "--quiet"}};
	char far[PATH_MAX + 64] = "json=/";

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		for (unsigned j = 0; j < 3; j++) {
			RUN(commands_that_write[j][0], commands_that_write[j][1], commands_that_write[j][2], "--report",
			    joined("json=", places[i].path));
			assert_complaint(2, places[i].why);
		}
	memset(far + 6, 'x', sizeof(far) - 7);
	RUN("run", "single", "--gate", "none", "--report", far);
	assert_complaint(2, "File name too long");
}

static void no_half_of_a_report_is_left_and_the_old_one_stays(void **state)
{
	const struct how no_room = {.file_bytes = 100};
	const char *reports = empty_folder("reports");
	const char *path = joined(reports, "/out.json");
	char *text;
	FILE *old;

	(void)state;
	RUN_AS(&no_room, "run", "single", "--gate", "none", "--report", joined("json=", path));
	assert_complaint(2, "File too large");
	assert_false(exists(path));
	old = fopen(path, "w");
	assert_non_null(old);
	fputs("old", old);
	fclose(old);
	RUN_AS(&no_room, "run", "single", "--gate", "none", "--report", joined("json=", path));
	assert_complaint(2, "File too large");
	text = read_file(path);
	assert_string_equal(text, "old");
	free(text);
	RUN("run", "nosuch", "--report", joined("json=", path));
	assert_status(2);
	text = read_file(path);
	assert_string_equal(text, "old");
	free(text);
	unlink(path);
	assert_empty_folder(reports);
}

static void a_report_goes_through_links_devices_and_pipes(void **state)
{
	const char *target = write_file("target.json", "old");
	const char *link = in_folder("link.json");
	const char *out = in_folder("stdout.json");
	struct stat status;
	json_t *json;

	(void)state;
	RUN("run", "single", "--gate", "none", "--report", "json=/dev/full");
	assert_complaint(2, "\"/dev/full\": No space left on device");
	assert_int_equal(stat("/dev/full", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
	RUN("run", "single", "--gate", "none", "--report", "text", "--report", "json=/dev/null");
	assert_status(0);
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));

	assert_int_equal(symlink(target, link), 0);
	RUN("run", "single", "--gate", "none", "--report", joined("json=", link));
	assert_status(0);
	assert_int_equal(lstat(link, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	json = json_file(target);
	json_decref(json);

	need_proc(); /* where these links lead */
	RUN("run", "single", "--gate", "none", "--report", "json=/dev/stdout");
	assert_status(0);
	json_decref(parse_json(ran.out));
	RUN("run", "single", "--gate", "none", "--report", "json=/dev/stderr");
	assert_status(0);
	json_decref(parse_json(ran.err));
	/* Behind it is a file: written to, and nothing is renamed over the name, which in /dev root could do. */
	for (unsigned i = 0; i < 2; i++) {
		RUN_AS(&(struct how){.out = out}, "run", "single", "--gate", "none", "--report",
		       joined("json=", i ? "/dev/fd/1" : "/proc/self/fd/1"));
		assert_status(0);
		json = json_file(out);
		json_decref(json);
	}
}

/* ---- colour ---- */

static bool colored(const char *text)
{
	return strstr(text, "\033[") != NULL;
}

/* Without escape sequences and carriage returns, in place. */
static void wash(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from == '\033')
			from += strcspn(from, "m");
		else if (*from != '\r')
			*to++ = *from;
	}
	*to = '\0';
}

/* From the end of the sentence on that says how long it took. */
static const char *behind_the_seconds(const char *text)
{
	const char *end = strstr(text, " s)\n");

	if (!end)
		FAIL("the seconds should be there\n");
	return end;
}

static void color_is_used_when_asked_for_or_on_a_terminal(void **state)
{
	const struct how terminal = {.out_terminal = true};
	const char *file = in_folder("color.txt");
	char *text;

	(void)state;
	RUN("run", "single", "--gate", "relock", "--color", "never", "--width", format("%u", COLUMNS));
	assert_false(colored(ran.out));
	text = strdup(behind_the_seconds(ran.out));
	RUN("run", "single", "--gate", "relock", "--color", "always", "--width", format("%u", COLUMNS));
	assert_true(colored(ran.out));
	wash(ran.out);
	assert_string_equal(behind_the_seconds(ran.out), text);
	RUN("run", "single", "--gate", "relock");
	assert_false(colored(ran.out));
	RUN_AS(&terminal, "run", "single", "--gate", "relock");
	assert_true(colored(ran.out));
	wash(ran.out);
	assert_string_equal(behind_the_seconds(ran.out), text);
	free(text);
	RUN_AS(&terminal, "run", "single", "--gate", "relock", "--color=never");
	assert_false(colored(ran.out));
	RUN_AS(&terminal, "run", "single", "--gate", "relock", "--color=always", "--report", "json");
	assert_false(colored(ran.out));
	RUN_AS(&terminal, "run", "single", "--gate", "relock", "--report", joined("text=", file));
	text = read_file(file);
	assert_false(colored(text));
	free(text);
	RUN("run", "single", "--gate", "relock", "--color=always", "--report", joined("text=", file));
	text = read_file(file);
	assert_true(colored(text));
	free(text);
	RUN("matrix", "single", "--color=always");
	assert_true(colored(ran.out));
	RUN("replay", small_repro(), "--color=always");
	assert_true(colored(ran.out));
}

static void no_color_and_dumb_terminals_turn_color_off(void **state)
{
	(void)state;
	RUN_AS(&((struct how){.out_terminal = true, .set = {"NO_COLOR=1"}}), "run", "single", "--gate", "relock");
	assert_false(colored(ran.out));
	RUN_AS(&((struct how){.out_terminal = true, .set = {"TERM=dumb"}}), "run", "single", "--gate", "relock");
	assert_false(colored(ran.out));
	RUN_AS(&((struct how){.out_terminal = true, .set = {"NO_COLOR="}}), "run", "single", "--gate", "relock");
	assert_true(colored(ran.out)); /* empty is not set: no-color.org */
	RUN_AS(&((struct how){.set = {"NO_COLOR=1"}}), "run", "single", "--gate", "relock", "--color=always");
	assert_true(colored(ran.out)); /* the option is nearer to the user */
}

/* ---- interrupts and the live line ---- */

#define FOR_EVER "--strategy", "random", "--executions", "1000000000000"

static void an_interrupt_ends_a_run_with_what_was_seen(void **state)
{
	const int signals[] = {SIGINT, SIGTERM};
	json_t *json;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct how how = {.signal = signals[i % 2], .signal_ms = 500, .to_group = i >= 2};

		RUN_AS(&how, "run", "single", "--gate", "none", FOR_EVER);
		assert_status(3);
		assert_true(ran.seconds_to_stop < at_this_pace(1));
		assert_says(ran.out, "single, gate none: not proven:");
		assert_says(ran.out, "interrupted; nothing found in");
	}
	RUN_AS(&((struct how){.signal = SIGINT, .signal_ms = 700}), "run", "three-callers", "--gate", "none", "--gate",
	       "per-workspace", "--report", "json");
	assert_status(1);
	assert_true(ran.seconds_to_stop < at_this_pace(1));
	json = parse_json(ran.out);
	assert_json_result(json);
	assert_int_equal(json_array_size(json_object_get(json, "runs")), 1); /* the second did not begin */
	assert_true(json_is_true(json_object_get(run_in(json, 0), "interrupted")));
	assert_true(json_array_size(findings_in(run_in(json, 0))) > 0);
	json_decref(json);
}

static void what_an_interrupted_run_found_can_be_replayed(void **state)
{
	json_t *json;

	(void)state;
	RUN_AS(&((struct how){.signal = SIGINT, .signal_ms = 300}), "run", "three-callers", "--gate", "none",
	       "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	for (size_t i = 0; i < json_array_size(findings_in(run_in(json, 0))); i++) {
		RUN("replay", text_in(finding_in(run_in(json, 0), i), "repro"), "--quiet");
		assert_status(1);
	}
	json_decref(json);
}

/* It sends its signal to the process and, at once, to the group: that is one request, not two, and what was seen is told. */
static void what_timeout_ends_is_told(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char command[8192];
		char line[256] = "";
		FILE *out;

		snprintf(command, sizeof(command),
			 "timeout 0.3 '%s' run three-callers --gate none --strategy exhaustive 2>&1 </dev/null",
			 program);
		out = popen(command, "r");
		assert_non_null(out);
		assert_non_null(fgets(line, sizeof(line), out));
		assert_non_null(strstr(line, "three-callers, gate none: "));
		while (fgets(line, sizeof(line), out))
			;
		pclose(out);
	}
}

static void an_interrupt_ends_a_matrix_and_a_replay(void **state)
{
	const struct how how = {.signal = SIGINT, .signal_ms = 500};

	(void)state;
	RUN_AS(&how, "matrix", "three-callers", "--gate", "none");
	assert_status(3);
	assert_says(ran.out, "?? three-callers none incomplete: interrupted, after");
	assert_true(ran.seconds_to_stop < at_this_pace(1));
	RUN_AS(&how, "replay", small_repro(), "--times", "1000000000000");
	assert_status(1);
	assert_says(ran.out, "times, then interrupted");
	RUN_AS(&how, "replay", joined(write_good(), "#alone"), "--times", "1000000000000");
	assert_status(3);
	assert_says(ran.out, "times, then interrupted");
}

static void a_live_line_shows_on_a_terminal_and_goes_away(void **state)
{
	const struct how how = {.err_terminal = true, .signal = SIGINT, .signal_at = "states"};
	const char *line;

	(void)state;
	RUN_AS(&how, "run", "three-callers", "--gate", "none");
	assert_status(1);
	assert_says(ran.err, "three-callers, gate none: ");
	assert_int_equal(strncmp(ran.err, "\r\033[K", 4), 0);
	line = strrchr(ran.err, '\r');
	assert_string_equal(line, "\r\033[K");
	for (line = ran.err; *line; line += strcspn(line, "\r")) {
		line += strlen("\r\033[K");
		assert_true(strcspn(line, "\r") < COLUMNS); /* one that wraps could not be taken back */
	}
	assert_null(strchr(ran.err, '\n'));
	assert_null(strstr(ran.err, "run 1 of 1"));
}

static void of_several_runs_it_says_which(void **state)
{
	const struct how how = {.err_terminal = true, .signal = SIGINT, .signal_at = "states"};

	(void)state;
	RUN_AS(&how, "run", "single", "three-callers", "--gate", "none");
	assert_says(ran.err, "run 2 of 2: three-callers");
}

static void there_is_no_live_line_for_short_runs_pipes_and_quiet_ones(void **state)
{
	const struct how terminal = {.err_terminal = true};

	(void)state;
	RUN_AS(&terminal, "run", "single", "--gate", "none");
	assert_silent(ran.err);
	RUN_AS(&terminal, "run", "three-callers", "--gate", "none", "--time", "600ms", "--stop-at-first", "--quiet");
	assert_silent(ran.err);
	RUN_AS(&terminal, "run", "single", "--gate", "none", "--time", "600ms", FOR_EVER, "--quiet");
	assert_status(0);
	assert_silent(ran.err);
	RUN("run", "single", "--gate", "none", "--time", "600ms", FOR_EVER);
	assert_status(0);
	assert_silent(ran.err);
}

/* ---- replay ---- */

static void every_repro_replays_to_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < json_array_size(findings_in(race_run())); i++) {
		json_t *finding = finding_in(race_run(), i);
		json_t *json;

		RUN("replay", text_in(finding, "repro"), "--report", "json");
		assert_status(1);
		json = parse_json(ran.out);
		if (!has_rule(run_in(json, 0), text_in(finding, "rule")))
			FAIL("%s should be found again\n", text_in(finding, "rule"));
		assert_string_equal(text_in(finding_in(run_in(json, 0), 0), "repro"), text_in(finding, "repro"));
		json_decref(json);
	}
}

static void ten_thousand_replays_are_identical(void **state)
{
	json_t *json;

	(void)state;
	RUN("replay", small_repro(), "--times", "10000");
	assert_status(1);
	assert_says(ran.out, "replayed 10,000 times: ");
	assert_says(ran.out, "event hash");
	assert_says(ran.out, "each time");
	RUN("replay", small_repro(), "--times", "10", "--report", "json");
	json = parse_json(ran.out);
	assert_int_equal(explored_in(run_in(json, 0), "executions"), 10);
	/* The hash is the one that the repro promises. */
	assert_non_null(strstr(small_repro(), joined(joined(":", text_in(run_in(json, 0), "event_hash")), ":")));
	json_decref(json);
}

static void a_file_may_hold_a_repro_among_comments(void **state)
{
	const char *text = format("# seen on Monday\n\n   # and again on Tuesday\r\n\t%s  \r\nrest\n", race_repro());

	(void)state;
	RUN("replay", write_file("race.repro", text));
	assert_status(1);
	RUN("replay", write_file("race#1.repro", race_repro())); /* no newline at the end; no SCENARIO#INTERLEAVING */
	assert_status(1);
	RUN("replay", format(" \n%s\n", race_repro())); /* pasted with what is around it */
	assert_status(1);
}

static void what_is_no_repro_is_told_in_one_line(void **state)
{
	static const struct {
		const char *words[4];
		const char *complaint;
	} mistakes[] = {
		{{"replay"}, "replay what? A repro line, a file that holds one, or SCENARIO#INTERLEAVING"},
		{{"replay", "a", "b"}, "one repro: \"b\" is one too many"},
		{{"replay", "a", "--gate=none", "--gate=legacy"}, "one gate: \"legacy\" is one too many"},
		{{"replay", ""}, "\"\" is no repro line"},
		{{"replay", "nosuch.repro"}, "\"nosuch.repro\" is no repro line"},
		{{"replay", "no\nsuch"}, "\"no?such\" is no repro line"},
		{{"replay", "/tmp"}, "/tmp: cannot be read: Is a directory"},
		{{"replay", "/dev/null"}, "/dev/null holds no repro line"},
		{{"replay", "/dev/zero"}, "/dev/zero: more than 64 MiB is no report of ours"},
		{{"replay", "/bin/sh"}, "/bin/sh: "},
		{{"replay", "nosuch#x"}, "no scenario named \"nosuch\""},
		{{"replay", "double-click#s1-conflit"}, "\"s1-conflit\"; did you mean \"s1-conflict\"?"},
		{{"replay", "double-click#"}, "has no interleaving named \"\""},
		{{"replay", "single#x"}, "single.yaml has no interleavings"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		run_program(&(struct how){0}, mistakes[i].words);
		assert_complaint(2, mistakes[i].complaint);
	}
	RUN("replay", write_file("bad.repro", "# a comment\nnonsense\n"));
	assert_complaint(2, "'gx1:'");
}

static void a_scripted_interleaving_is_replayed_by_name(void **state)
{
	const char *path = write_good();

	(void)state;
	RUN("replay", "double-click#s1-conflict");
	assert_status(1);
	assert_says(ran.out, "name-conflict (ws-a)");
	RUN("replay", "double-click#s1-gated");
	assert_status(0);
	RUN("replay", joined(path, "#alone"));
	assert_status(0);
	RUN("replay", joined(path, "#alone"), "--gate", "global");
	assert_status(0);
	assert_says(ran.out, "good, gate global: clean, replayed");
	RUN("replay", "double-click#s1-conflict", "--gate", "per-workspace");
	assert_complaint(3, "of the scenario): expected manual-restart#1");
	assert_says(ran.err, "this execution is no longer possible from step");
	assert_says(ran.err, "enabled: manual-restart#");
}

/* `line` with the first `from` in it replaced. */
static const char *tampered(const char *line, const char *from, const char *to)
{
	const char *at = strstr(line, from);

	assert_non_null(at);
	return format("%.*s%s%s", (int)(at - line), line, to, at + strlen(from));
}

static void a_tampered_repro_says_what_was_expected_and_what_happened(void **state)
{
	const char *whole = race_repro();
	const char *repro = cut(whole, (size_t)(strrchr(whole, ':') - whole)); /* without what it was printed for */
	const char *hash = strrchr(repro, ':') + 1;
	const char *but_hash = cut(repro, (size_t)(hash - 1 - repro));
	const char *count = joined(strrchr(but_hash, ':'), ":");
	const char *check = cut(strchr(repro, '~'), 4);

	(void)state;
	RUN("replay", tampered(repro, "gx1:", "gx2:"));
	assert_complaint(2, "its format is gx2, this gatecrash reads gx1");
	RUN("replay", tampered(repro, ":double-click:", ":doubel-click:"));
	assert_complaint(2, "\"doubel-click\" in ./scenarios; did you mean \"double-click\"?");
	RUN("replay", tampered(repro, ":double-click:", ":no%2fsuch:"));
	assert_complaint(2, "the scenario no/such, which is not there");
	RUN("replay", tampered(repro, ":double-click:", ":two-workspaces:"));
	assert_complaint(3, "does something else in step 1");
	RUN("replay", tampered(repro, ":none:", ":nome:"));
	assert_complaint(2, "no gate named \"nome\"; did you mean \"none\"?");
	RUN("replay", tampered(repro, check, strcmp(check, "~fff") ? "~fff" : "~000"));
	assert_complaint(3, "this execution is no longer possible from step 1 on (run 1 of the repro): ");
	assert_says(ran.err, "does something else in step 1, now task.begin; enabled behind that: ");
	assert_says(ran.err, "; --then random or --then search runs the rest freely");
	RUN("replay", tampered(repro, hash, "0123456789abcdef"));
	assert_complaint(3, "with event hash 0123456789abcdef, but it came");
	assert_says(ran.err, hash);
	RUN("replay", tampered(repro, count, ":9999:"));
	assert_complaint(3, "expected the end after 9999 steps");
	RUN("replay", tampered(repro, "none:1*", "none:9*"));
	assert_complaint(3, "(run 1 of the repro): expected a step of task 9, which cannot step");
	assert_says(ran.err, "enabled: ");
	RUN("replay", tampered(repro, "none:1*", "none:1*9"));
	assert_complaint(3, "which cannot step");
	assert_says(ran.err, "enabled: ");
	RUN("replay", tampered(repro, "none:", "none:x"));
	assert_complaint(2, "'x' where a number should be");
	RUN("replay", joined(repro, "0"));
	assert_complaint(2, "'0' where the end should be");
	RUN("replay", joined(repro, ":name-conflit"));
	assert_complaint(2, "it ends in \"name-conflit\", and there is no such rule; did you mean \"name-conflict\"?");
	RUN("replay", joined(repro, ":name-conflict/ws-x"));
	assert_complaint(2, "it ends in \"ws-x\", and the scenario has no such workspace");
	RUN("replay", joined(repro, ":"));
	assert_complaint(2, "where a name should be");
	for (size_t bytes = strlen(repro) - 1; bytes > 4; bytes--) {
		RUN("replay", cut(repro, bytes));
		assert_complaint(2, "is the end where");
	}
}

static void a_repro_does_not_fit_another_gate(void **state)
{
	json_t *json;

	(void)state;
	RUN("replay", race_repro(), "--gate", "per-workspace");
	assert_complaint(3, "this execution is no longer possible from step");
	assert_says(ran.err, "does something else in step");
	assert_says(ran.err, "enabled behind that: ");
	RUN("replay", race_repro(), "--gate", "none", "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	assert_string_equal(text_in(run_in(json, 0), "gate"), "none");
	json_decref(json);
}

/* ---- matrix ---- */

static void a_matrix_is_green_when_all_is_as_expected(void **state)
{
	(void)state;
	RUN("matrix", "single", "no-backend", write_good());
	assert_status(0);
	assert_silent(ran.err);
	assert_says(ran.out, "ok single relock found 2 complete");
	assert_says(ran.out, "ok good#alone none clean replayed");
	assert_says(ran.out, "25 runs, all as expected");
}

static void a_matrix_is_red_and_says_which_rule_is_missing_or_too_many(void **state)
{
	(void)state;
	RUN("matrix", write_small("missing", "wedged", "deadlock, gate-leaked", "none", "", "docker.start"));
	assert_status(1);
	assert_says(ran.out, "FAIL missing none missing: wedged");
	assert_says(ran.out, "ok missing relock");
	RUN("matrix", write_small("extra", "", "deadlock", "none", "", "docker.start"));
	assert_status(1);
	assert_says(ran.out, "FAIL extra relock not expected: gate-leaked");
	assert_says(ran.out, "ok extra none");
	RUN("matrix", write_small("both", "", "deadlock, wedged", "none", "", "docker.start"));
	assert_status(1);
	assert_says(ran.out, "missing: wedged; not expected: gate-leaked");
	RUN("matrix", write_small("script", "", "deadlock, gate-leaked", "none", "wedged", "docker.start"));
	assert_status(1);
	assert_says(ran.out, "FAIL script#alone none missing: wedged");
	RUN("matrix", write_small("quiet", "wedged", "", "none", "", "docker.start"), "--quiet");
	assert_status(1);
	assert_silent(ran.out);
}

static void a_recipe_that_no_longer_fits_is_red_at_its_line(void **state)
{
	(void)state;
	RUN("matrix", write_small("misfit", "", "deadlock, gate-leaked", "none", "", "docker.rename"));
	assert_status(1);
	assert_says(ran.out, "FAIL misfit#alone");
	assert_says(ran.out, "(line 16 of the scenario): expected manual-restart#1 to come to docker.rename");
	assert_says(ran.out, "enabled: ");
	assert_says(ran.out, "ok misfit relock"); /* the others go on */
}

static void a_matrix_of_one_gate_leaves_the_others_out(void **state)
{
	(void)state;
	RUN("matrix", "single", write_good(), "--gate", "relock");
	assert_status(0);
	assert_says(ran.out, "2 runs, all as expected");
	RUN("matrix", "single", write_good(), "--gate", "none", "--gate", "relock");
	assert_says(ran.out, "5 runs, all as expected");
	RUN("matrix", write_good(), "--gate", "global");
	assert_complaint(2, "no scenario names this gate in `expect` or `interleavings`");
}

/* What was not seen is neither as expected nor not. */
static void a_matrix_with_too_small_a_budget_could_not_tell(void **state)
{
	json_t *json;

	(void)state;
	RUN("matrix", "single", "--gate", "none", "--states", "10");
	assert_status(3);
	assert_says(ran.out, "?? single none incomplete: the state budget is used up, after 10 states");
	RUN("matrix", "three-callers", "--gate", "none", "--time", "50ms", "--report", "json");
	assert_status(3);
	json = parse_json(ran.out);
	assert_string_equal(text_in(run_in(json, 0), "unexpected"), "incomplete: the time budget is used up");
	json_decref(json);
	RUN("matrix", write_small("soon", "", "", "none", "", "docker.start"), "--gate", "relock", "--states", "23");
	assert_status(1); /* what should not be there is there, however little was seen */
	assert_says(ran.out,
		    "FAIL soon relock incomplete: the state budget is used up; not expected: deadlock, gate-leaked");
}

static void without_words_a_matrix_takes_all_scenarios_of_the_folder(void **state)
{
	const char *all = empty_folder("all");

	(void)state;
	write_file("all/one.yaml", format(small, "one", "", "deadlock, gate-leaked", "none", "", "docker.start"));
	write_file("all/two.yaml", format(small, "two", "", "deadlock, gate-leaked", "none", "", "docker.start"));
	RUN_AS(&((struct how){.set = {joined("GATECRASH_SCENARIOS=", all)}}), "matrix");
	assert_status(0);
	assert_says(ran.out, "6 runs, all as expected");
}

/* ---- gates from outside ---- */

static const char plugin_source[] =
	"#include <gatecrash/gate.h>\n"
	"#include <pthread.h>\n"
	"static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;\n"
	"static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;\n"
	"static int busy;\n"
	"static void *open_gate(void) { return &busy; }\n"
	"static void close_gate(void *gate) { (void)gate; }\n"
	"static enum gx_outcome handle(void *gate, const struct gx_request *request)\n"
	"{\n"
	"	(void)gate;\n"
	"	pthread_mutex_lock(&mutex);\n"
	"	WAIT (busy)\n"
	"		pthread_cond_wait(&freed, &mutex);\n"
	"	busy = 1;\n"
	"	pthread_mutex_unlock(&mutex);\n"
	"	if (gx_stop(request) == GX_LEG_DONE)\n"
	"		gx_start(request);\n"
	"	pthread_mutex_lock(&mutex);\n"
	"	busy = 0;\n"
	"	pthread_cond_signal(&freed);\n"
	"	pthread_mutex_unlock(&mutex);\n"
	"	return GX_RAN;\n"
	"}\n"
	"static const struct gx_gate gate = {GX_GATE_ABI, \"mine\", \"one at a time\", open_gate, close_gate, handle};\n"
	"const struct gx_gate *gx_gate_plugin(void) { return &gate; }\n";

static const char *build_plugin(const char *wait, const char *include)
{
	const char *source = write_file("mine.c", plugin_source);
	const char *object = in_folder(wait);

	RUN_AS(&(struct how){.other = "cc"}, "-shared", "-fPIC", joined("-I", include), joined("-DWAIT=", wait), "-o",
	       joined(object, ".so"), source);
	assert_status(0);
	return joined(object, ".so");
}

static void a_gate_that_waits_with_if_is_found_guilty(void **state)
{
	const char *gate = build_plugin("if", "harness/include");
	json_t *json;
	json_t *run;

	(void)state;
	RUN("run", "double-click", "--gate", gate, "--stop-at-first", "--report", "json");
	assert_status(1);
	json = parse_json(ran.out);
	run = run_in(json, 0);
	assert_string_equal(text_in(run, "gate"), gate);
	RUN("replay", text_in(finding_in(run, 0), "repro"));
	assert_status(1);
	assert_says(ran.out, text_in(finding_in(run, 0), "rule"));
	assert_says(ran.out, "wait in a `while`");
	json_decref(json);
}

static void a_gate_that_waits_with_while_is_clean_and_all_was_seen(void **state)
{
	const char *gate = build_plugin("while", "harness/include");

	(void)state;
	RUN("run", "double-click", "--gate", gate, "--require-complete");
	assert_status(0);
	assert_says(ran.out, "clean, complete");
	/* Held against what is expected of a gate of its name. */
	RUN("matrix",
	    write_file("own.yaml", "name: own\nworkspaces: [{name: ws-a}]\n"
				   "actors: [{do: manual-restart, on: ws-a}]\nexpect:\n"
				   "  - {gate: mine, finds: []}\n"),
	    "--gate", gate);
	assert_status(0);
	RUN("matrix", in_folder("own.yaml"));
	assert_complaint(2, "no gate named \"mine\"");
}

static void a_gate_may_be_in_the_folder_that_one_is_in(void **state)
{
	const struct how here = {.in = folder, .set = {joined("GATECRASH_SCENARIOS=", joined(top, "/scenarios"))}};

	(void)state;
	build_plugin("while", "harness/include");
	RUN_AS(&here, "run", "single", "--gate", "while.so");
	assert_status(0);
	RUN_AS(&here, "run", "single", "--gate", "./while.so", "--gate", "none");
	assert_status(0);
}

/* ---- list ---- */

static void lists_name_what_the_other_commands_take(void **state)
{
	static const struct {
		const char *what;
		const char *first, *second;
	} lists[] = {
		{"gates", "none ", "per-workspace "},
		{"scenarios", "burst ", "double-click Two manual restarts of one workspace"},
		{"strategies", "auto ", "random "},
		{"rules", "name-conflict ", "step-limit "},
		{"actors", "manual-restart ", "shutdown "},
		{"reports", "text for people", "json for programs"},
	};

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		RUN("list", lists[i].what);
		assert_status(0);
		assert_silent(ran.err);
		assert_says(ran.out, lists[i].first);
		assert_says(ran.out, lists[i].second);
	}
}

/* The first words of the lines of a list, each given to a command. */
static void every_gate_strategy_and_report_that_is_listed_is_taken(void **state)
{
	static const struct {
		const char *what;
		const char *option;
		unsigned least; /* that there have to be */
	} lists[] = {{"gates", "--gate=", 3}, {"strategies", "--strategy=", 3}, {"reports", "--report=", 2}};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		unsigned count = 0;
		char *list;

		RUN("list", lists[i].what);
		list = strdup(ran.out);
		for (const char *line = list; !strncmp(line, "  ", 2); line += strcspn(line, "\n") + 1, count++) {
			const char *word = cut(line + 2, strcspn(line + 2, " "));

			RUN("run", "no-backend", "--executions=3", joined(lists[i].option, word));
			assert_true(ran.status == 0 || ran.status == 1);
		}
		assert_true(count >= lists[i].least);
		free(list);
	}
}

static void a_list_of_scenarios_goes_on_after_a_broken_one(void **state)
{
	const char *mixed = empty_folder("mixed");
	const struct how how = {.set = {joined("GATECRASH_SCENARIOS=", mixed)}};

	(void)state;
	write_file("mixed/fine.yaml", format(small, "fine", "", "deadlock, gate-leaked", "none", "", "docker.start"));
	write_file("mixed/broken.yaml", "nmae: broken\n");
	RUN_AS(&how, "list", "scenarios");
	assert_status(2);
	assert_says(ran.out, "fine One restart.");
	assert_lines(ran.err, 1);
	assert_says(ran.err, "broken.yaml:1:1");
}

/* ---- from other places ---- */

static void the_program_works_from_another_folder(void **state)
{
	const struct how elsewhere = {.in = folder, .set = {joined("GATECRASH_SCENARIOS=", joined(top, "/scenarios"))}};
	const struct how nowhere = {.in = folder, .set = {"GATECRASH_SCENARIOS=/nosuch"}};
	const char *path = write_good();

	(void)state;
	RUN_AS(&elsewhere, "run", "single", "--gate", "none");
	assert_status(0);
	RUN_AS(&elsewhere, "replay", small_repro());
	assert_status(1);
	/* By path, absolute and relative; the repro holds the path. */
	RUN_AS(&elsewhere, "run", path, "--gate", "none");
	assert_status(0);
	RUN_AS(&nowhere, "run", "good.yaml", "--gate", "none");
	assert_status(0);
	RUN_AS(&nowhere, "run", "./good.yaml", "--gate", "relock");
	assert_status(1);
	assert_says(ran.out, joined(joined("replay 'gx1:", path), ":relock:"));
	RUN_AS(&nowhere, "replay", "./good.yaml#alone");
	assert_status(0);
}

static void an_installed_program_finds_its_scenarios(void **state)
{
	const char *installed = in_folder("root/usr/bin/gatecrash");
	char *listed;

	(void)state;
	/* What is tested is installed, not what make would build now: -o. */
	RUN_AS(&(struct how){.other = "make"}, "-o", program, joined("BIN=", program), "install",
	       joined("DESTDIR=", in_folder("root")), "PREFIX=/usr");
	assert_status(0);
	RUN("list", "scenarios");
	listed = strdup(ran.out);
	RUN_AS(&((struct how){.other = installed, .in = "/"}), "list", "scenarios");
	assert_status(0);
	assert_string_equal(ran.out, listed);
	free(listed);
	RUN_AS(&((struct how){.other = installed, .in = "/"}), "run", "single", "--gate", "none");
	assert_status(0);
	RUN_AS(&((struct how){.other = installed, .in = "/"}), "run", "single", "--gate",
	       build_plugin("while", in_folder("root/usr/include")));
	assert_status(0);
}

/* ---- all of them ---- */

static bool is_sanitized(const char *path)
{
	char *bytes = NULL;
	size_t size;
	bool found;
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	fseek(in, 0, SEEK_END);
	size = (size_t)ftell(in);
	rewind(in);
	bytes = malloc(size);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, size, in), size);
	fclose(in);
	found = memmem(bytes, size, "__asan_init", 11) || memmem(bytes, size, "__msan_init", 11);
	free(bytes);
	return found;
}

static int set_up(void **state)
{
	const char *wanted = getenv("GATECRASH");

	(void)state;
	if (!realpath(wanted && *wanted ? wanted : "build/gatecrash", program)) {
		print_error("%s: %s\n", wanted ? wanted : "build/gatecrash", strerror(errno));
		return -1;
	}
	sanitized = is_sanitized(program);
	return getcwd(top, sizeof(top)) && new_folder(folder, "cli") ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	json_decref(race);
	free(race_text);
	free(ran.out);
	free(ran.err);
	while (kept_count)
		free(kept[--kept_count]);
	free(kept);
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_or_unknown_command_is_answered_with_a_way_out),
		cmocka_unit_test(the_program_says_its_version),
		cmocka_unit_test(help_of_the_program_names_every_command),
		cmocka_unit_test(help_of_a_command_lists_its_options_and_no_others),
		cmocka_unit_test(help_fits_a_terminal),
		cmocka_unit_test(output_that_goes_nowhere_is_no_success),
		cmocka_unit_test(a_wrong_word_is_named_with_what_would_be_right),
		cmocka_unit_test(options_of_other_commands_are_refused),
		cmocka_unit_test(options_may_be_shortened_and_stand_anywhere),
		cmocka_unit_test(there_is_an_end_to_words),
		cmocka_unit_test(a_bad_scenario_is_answered_in_one_line_with_its_place),
		cmocka_unit_test(a_megabyte_of_noise_is_answered_in_one_line),
		cmocka_unit_test(a_scenario_without_gates_needs_one),
		cmocka_unit_test(a_gate_that_a_scenario_names_and_nobody_knows_is_told_with_its_line),
		cmocka_unit_test(a_race_ends_with_1_and_a_repro_line_for_every_finding),
		cmocka_unit_test(a_repro_line_can_be_pasted_into_a_shell),
		cmocka_unit_test(the_program_is_called_in_a_repro_as_the_user_called_it),
		cmocka_unit_test(a_gate_that_holds_ends_with_0),
		cmocka_unit_test(without_words_the_race_runs_with_every_gate),
		cmocka_unit_test(scenarios_and_gates_are_run_in_the_order_given),
		cmocka_unit_test(a_finding_names_the_workspace_of_its_own_scenario),
		cmocka_unit_test(stop_at_first_stops_at_the_first),
		cmocka_unit_test(a_budget_of_states_makes_a_search_incomplete),
		cmocka_unit_test(require_complete_asks_for_all_and_never_hides_a_finding),
		cmocka_unit_test(strategies_do_what_they_are_called),
		cmocka_unit_test(stats_tell_how_many_pairs_of_steps_are_independent),
		cmocka_unit_test(a_random_run_repeats_with_its_seed_and_differs_with_another),
		cmocka_unit_test(as_many_executions_are_run_as_are_asked_for),
		cmocka_unit_test(a_budget_of_time_ends_a_big_search_and_says_so),
		cmocka_unit_test(quiet_means_that_the_status_tells),
		cmocka_unit_test(a_json_report_has_the_promised_keys),
		cmocka_unit_test(text_and_json_can_be_had_at_once),
		cmocka_unit_test(a_report_that_cannot_be_written_is_told_before_anything_is_explored),
		cmocka_unit_test(no_half_of_a_report_is_left_and_the_old_one_stays),
		cmocka_unit_test(a_report_goes_through_links_devices_and_pipes),
		cmocka_unit_test(color_is_used_when_asked_for_or_on_a_terminal),
		cmocka_unit_test(no_color_and_dumb_terminals_turn_color_off),
		cmocka_unit_test(an_interrupt_ends_a_run_with_what_was_seen),
		cmocka_unit_test(what_an_interrupted_run_found_can_be_replayed),
		cmocka_unit_test(what_timeout_ends_is_told),
		cmocka_unit_test(an_interrupt_ends_a_matrix_and_a_replay),
		cmocka_unit_test(a_live_line_shows_on_a_terminal_and_goes_away),
		cmocka_unit_test(of_several_runs_it_says_which),
		cmocka_unit_test(there_is_no_live_line_for_short_runs_pipes_and_quiet_ones),
		cmocka_unit_test(every_repro_replays_to_its_rule),
		cmocka_unit_test(ten_thousand_replays_are_identical),
		cmocka_unit_test(a_file_may_hold_a_repro_among_comments),
		cmocka_unit_test(what_is_no_repro_is_told_in_one_line),
		cmocka_unit_test(a_scripted_interleaving_is_replayed_by_name),
		cmocka_unit_test(a_tampered_repro_says_what_was_expected_and_what_happened),
		cmocka_unit_test(a_repro_does_not_fit_another_gate),
		cmocka_unit_test(a_matrix_is_green_when_all_is_as_expected),
		cmocka_unit_test(a_matrix_is_red_and_says_which_rule_is_missing_or_too_many),
		cmocka_unit_test(a_recipe_that_no_longer_fits_is_red_at_its_line),
		cmocka_unit_test(a_matrix_of_one_gate_leaves_the_others_out),
		cmocka_unit_test(a_matrix_with_too_small_a_budget_could_not_tell),
		cmocka_unit_test(without_words_a_matrix_takes_all_scenarios_of_the_folder),
		cmocka_unit_test(a_gate_that_waits_with_if_is_found_guilty),
		cmocka_unit_test(a_gate_that_waits_with_while_is_clean_and_all_was_seen),
		cmocka_unit_test(a_gate_may_be_in_the_folder_that_one_is_in),
		cmocka_unit_test(lists_name_what_the_other_commands_take),
		cmocka_unit_test(every_gate_strategy_and_report_that_is_listed_is_taken),
		cmocka_unit_test(a_list_of_scenarios_goes_on_after_a_broken_one),
		cmocka_unit_test(the_program_works_from_another_folder),
		cmocka_unit_test(an_installed_program_finds_its_scenarios),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
