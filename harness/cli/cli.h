/*
 * cli.h - the command line: one file per command, one table of options.
 *
 * Exit status: 0 nothing found (matrix: all as expected), 1 found (matrix: something is not as expected), 2 usage or bad input,
 * 3 could not tell (diverged, not deterministic, the world is too small, or incomplete under --require-complete).
 */
#ifndef GX_CLI_CLI_H
#define GX_CLI_CLI_H

#include <argp.h>
#include <signal.h>
#include <stdbool.h>

#include "cli/session.h"
#include "explore/import.h"
#include "reports/report.h"
#include "scenario/file.h"
#include "scenario/nearest.h"

#define GX_VERSION "0.1.0"

enum gx_exit { GX_EXIT_HELD = 0, GX_EXIT_FOUND = 1, GX_EXIT_USAGE = 2, GX_EXIT_UNKNOWN = 3 };

#define GX_WORDS_MAX     64   /* of one kind, of any but scenarios */
#define GX_SCENARIOS_MAX 1024 /* a folder may have many */

enum gx_color { GX_COLOR_AUTO, GX_COLOR_ALWAYS, GX_COLOR_NEVER, GX_COLOR_COUNT };

/* How a replay goes on where its repro does not fit any more. */
enum gx_then { GX_THEN_STOP, GX_THEN_RANDOM, GX_THEN_SEARCH };

/* What the options say. Words point into argv. */
struct gx_options {
	const char *scenarios[GX_SCENARIOS_MAX];
	unsigned scenario_count;
	const char *gates[GX_WORDS_MAX];
	unsigned gate_count;
	const char *reports[GX_WORDS_MAX];
	unsigned report_count;
	struct gx_explore_options explore;
	const char *export_cover; /* run: write a cover to this file; NULL: no */
	const char *import;       /* run: the schedules of this file, and no others; NULL: no */
	bool quiet;
	bool require_complete;
	bool all;         /* every scenario that there is */
	bool standard;    /* run: the standard set (standard.h), since nothing was named */
	const char *as;   /* matrix: the gate whose expectations the gates are held against; NULL: their own */
	uint64_t times;   /* replay: how often */
	uint64_t finding; /* replay: which of a file's repros, from 1; 0: not said */
	enum gx_then then;
	bool gdb;          /* replay: under gdb */
	uint64_t break_at; /* replay: the step at which a debugger stops; 0: none */
	const char *rule;  /* RULE or RULE/WORKSPACE whose findings are told in full, "all", or NULL */
	enum gx_points points;
	bool all_steps; /* of what is told in full */
	bool strict;    /* what is beyond the gate counts as well */
	unsigned width; /* of text, in columns; 0: the terminal's */
	enum gx_color color;
};

/* Which options a command takes. */
enum {
	GX_TAKES_EXPLORE = 1,
	GX_TAKES_BUDGET = 2,
	GX_TAKES_REPORT = 4,
	GX_TAKES_REPLAY = 8,
	GX_TAKES_GATES = 16,
	GX_TAKES_ONE_GATE = 32,
	GX_TAKES_AS = 64,
	GX_TAKES_STORY = 128, /* which findings of a text report are told, and how */
	GX_TAKES_COVER = 256
};

/* A command: a file with a row like this, and its line in main.c. */
struct gx_command {
	const char *name;
	const char *summary;                    /* one line */
	const char *args;                       /* "[SCENARIO...]" */
	const char *doc;                        /* argp's: text before the options, \v, text after them */
	unsigned takes;                         /* GX_TAKES_...: which options */
	int (*run)(struct gx_options *options); /* returns the exit status */
};

extern const struct gx_command gx_command_run;
extern const struct gx_command gx_command_matrix;
extern const struct gx_command gx_command_replay;
extern const struct gx_command gx_command_list;

/* What `gatecrash help NAME` explains beside the commands; closed by one without a name. help.c */
struct gx_help_topic {
	const char *name;
	const char *summary; /* one line */
	void (*print)(void);
};
extern const struct gx_help_topic gx_help_topics[];

/* All of them; NULL behind the last. main.c */
extern const struct gx_command *const gx_commands[];

/*
 * Parse the options of a command; a mistake, or a report that could not be written, prints one line with a hint and exits with
 * status 2; --help and --version print and exit with 0.
 */
void gx_options_parse(struct gx_options *out, int argc, char **argv, const struct gx_command *command);

/* "a, b and c", with " and " for `last`: for messages; cut off where it gets too long. */
struct gx_words {
	char text[256];
};
struct gx_words gx_words_of(const char *const *words, size_t count, const char *last);

/* "gatecrash 0.1.0" */
void gx_print_version(void);

/* The last thing of a command that printed: GX_EXIT_HELD, or GX_EXIT_USAGE after saying that standard output could not be written. */
int gx_flush_output(void);

/* Print "gatecrash: ..." and return the exit status that goes with it. */
int gx_complain(enum gx_status status, const struct gx_error *err);
/* The same for what went wrong in a run whose result says so as well: nothing if the user is about to read it there. */
int gx_complain_of_run(const struct gx_options *options, enum gx_status status, const struct gx_error *err);

/* Print to a terminal or file what other people's words are part of: as one line, cleaned of what a terminal would obey. */
void gx_print_clean(FILE *out, const char *format, ...) GX_PRINTF(2, 3);

/* Columns of the terminal behind a file descriptor, or `otherwise`. */
unsigned gx_columns_of(int fd, unsigned otherwise);

/* SIGINT and SIGTERM set this; a second one ends the process. */
extern volatile sig_atomic_t gx_interrupted;
void gx_catch_interrupts(void);
/* In a process whose parent ends it if need be: a terminal sends signals to both, and the parent hands them on. */
void gx_be_asked_only(void);

/* `gatecrash cc ARGUMENTS`, which end with NULL: cc.c. */
int gx_compile_command(const char *const *arguments);

/* A live line on standard error while something explores; nothing unless it is a terminal and --quiet is not given. */
struct gx_live {
	bool on;
	bool shown;
	double last;
	double started;
	const char *what;
	size_t nth; /* of `of` runs, from 1; 0: nobody counts */
	size_t of;
};
void gx_live_begin(struct gx_live *live, const struct gx_options *options, const char *what);
void gx_live_show(void *live, const struct gx_progress *progress);
void gx_live_end(struct gx_live *live);

/* The runs of a command, growing. */
struct gx_runs {
	struct gx_result_run *runs;
	size_t count;
};
struct gx_result_run *gx_runs_add(struct gx_runs *runs);

/* True for "text", "json=out.json" and the like: a format that there is, and a file name if there is an equals sign. */
bool gx_report_word_is_valid(const char *word);

/*
 * Before anything is explored: does each report have a place of its own that can be written? False after saying which does not.
 * Nothing is left behind.
 */
bool gx_reports_can_be_written(const struct gx_options *options);

/*
 * Matrix: write the line of each run as soon as it is known, in the formats that have such lines and go to standard output. `scenario` and
 * `gate` are the widest names that will come.
 */
struct gx_lines {
	const struct gx_options *options;
	size_t scenario_width;
	size_t gate_width;
	bool on;
};
struct gx_lines gx_lines_begin(const struct gx_options *options);
void gx_lines_expect(struct gx_lines *lines, const char *scenario, const char *gate);
void gx_lines_write(const struct gx_lines *lines, const struct gx_result_run *run);

/*
 * Write the runs in every format that was asked for; text on standard output if none was. `matrix`: they were one, and these lines of it are
 * out; NULL: they were not. A file is written whole or not at all.
 * Returns GX_EXIT_HELD, or GX_EXIT_USAGE after saying what could not be written.
 */
int gx_write_reports(const struct gx_options *options, const struct gx_runs *runs, const struct gx_lines *matrix);

/* Write a file as a report is: whole or not at all. False: errno. */
bool gx_write_text(const char *path, const char *text);

/* What a command works on: the scenarios and gates of its options, loaded, and the results. */
struct gx_job {
	const struct gx_options *options;
	struct gx_scenario_file *files[GX_SCENARIOS_MAX];
	const char *words[GX_SCENARIOS_MAX]; /* what a repro calls the scenario */
	unsigned file_count;
	char **names; /* of all scenarios, if those were asked for */
	size_t name_count;
	struct gx_gate_choice gates[GX_WORDS_MAX]; /* of the options */
	unsigned gate_count;
	struct gx_gate_choice **others; /* that scenarios name by path */
	unsigned other_count;
	struct gx_schedules schedules; /* of --import */
	struct gx_keep keep;
	struct gx_runs runs;
	bool ran;              /* something was run, whatever came of it: there is something to report */
	struct gx_lines lines; /* matrix */
	size_t planned;        /* how many runs there will be */
	bool red;              /* matrix: something is not as expected */
	bool unsure;           /* matrix: an exploration ended early and has shown nothing unexpected so far */
	int status;            /* what the command will exit with */
};

/*
 * Load the scenarios and gates that the options name. On failure the complaint has been printed, and its exit status is returned. A gate
 * that is a file and cannot be loaded has been complained of, and is no failure: the others are run. gx_job_release() in every case.
 */
int gx_job_load(struct gx_job *job, const struct gx_options *options);
void gx_job_release(struct gx_job *job);

/* A session over one of the job's scenarios; its result is the last of the job's runs. */
struct gx_session gx_job_session(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate);

/*
 * Explore one pair with a live line. After an error, which has been printed, or with a gate that could not be loaded: GX_INCOMPLETE_TROUBLE,
 * and what was seen before. Job->status has it; the other runs go on.
 */
struct gx_result_run *gx_job_explore(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate,
				     bool minimise);

/* For a gate that could not be loaded: a run, the first with it, of which there is only to say why it could not be. */
struct gx_result_run *gx_job_give_up(struct gx_job *job, unsigned file, const struct gx_gate_choice *gate);

/*
 * The gate with this name as a choice that lives as long as the job: one of the options' or a linked-in one. With a path, the gate in that
 * file. NULL: there is none, which has been said.
 */
const struct gx_gate_choice *gx_job_gate(struct gx_job *job, unsigned file, const char *name, const char *path,
					 unsigned line);

/* Whether a gate of the options is what a scenario means by a name, or by a path. */
bool gx_job_is_gate(const struct gx_gate_choice *gate, const char *name, const char *path);

/* Write the reports, if something ran; returns the status that the command exits with, which is `judged` unless there was trouble. */
int gx_job_report(struct gx_job *job, const struct gx_lines *matrix, int judged);

#endif
