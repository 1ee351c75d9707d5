#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "explore/clock.h"
#include "gates/gates.h"
#include "scenario/find.h"

static const char doc[] =
	"Replay one execution: a repro line as a report prints it, a file that holds one, or a scripted interleaving of a scenario "
	"(SCENARIO#NAME). A repro is checked as it runs; the first difference ends the replay and is explained."
	"\vExamples:\n"
	"  gatecrash replay 'gx1:double-click:none:...'\n"
	"  gatecrash replay race.repro --times 10000\n"
	"  gatecrash replay double-click#s1-conflict\n"
	"  gatecrash replay double-click#s1-conflict --gate ./mygate.so\n\n"
	"Exit status: 0 nothing found, 1 found, 2 usage or bad input, 3 the replay diverged.";

/* What is replayed: a repro or a script. */
struct target {
	const char *scenario_word;
	const char *gate_word;
	struct gx_repro repro;
	bool has_repro;
	char *line; /* the repro line as it will be shown again */
	char word[GX_REPRO_NAME_MAX];
	const struct gx_interleaving *script;
	struct gx_scenario_file *file;
	struct gx_gate_choice gate;
};

static void release(struct target *target)
{
	gx_gate_choice_release(&target->gate);
	gx_scenario_free(target->file);
	gx_repro_release(&target->repro);
	free(target->line);
}

static enum gx_status load_scenario(struct target *target, struct gx_error *err)
{
	char path[4096];
	enum gx_status rc = gx_scenario_find(path, sizeof(path), target->scenario_word, err);

	return rc == GX_OK ? gx_scenario_load(&target->file, path, err) : rc;
}

/* ---- what the argument is ---- */

enum { FILE_BYTES_MAX = 1 << 20 };

static enum gx_status parse_repro(struct target *target, const char *line, struct gx_error *err)
{
	enum gx_status rc = gx_repro_parse(&target->repro, line, err);

	if (rc != GX_OK)
		return rc;
	target->has_repro = true;
	target->line = gx_repro_print(&target->repro);
	target->scenario_word = target->repro.scenario;
	target->gate_word = target->repro.gate;
	return load_scenario(target, err);
}

/* The first line that is neither empty nor a comment, cut off where it ends; NULL: there is none. */
static char *first_line(char *text)
{
	while (*text) {
		char *end = text + strcspn(text, "\n");
		bool last = !*end;

		*end = '\0';
		text += strspn(text, " \t\r");
		if (*text && *text != '#')
			return text;
		text = last ? end : end + 1;
	}
	return NULL;
}

static enum gx_status read_file(char **out, const char *path, struct gx_error *err)
{
	FILE *in = fopen(path, "r");
	enum gx_status rc = GX_OK;
	size_t size;

	if (!in)
		return gx_fail(
			err, GX_EINPUT,
			"%s is no repro line (gx1:...), no SCENARIO#INTERLEAVING and no file that can be read: %s",
			gx_quote(path).text, strerror(errno));
	*out = calloc(1, FILE_BYTES_MAX + 2);
	GX_ASSERT(*out);
	size = fread(*out, 1, FILE_BYTES_MAX + 1, in);
	if (ferror(in))
		rc = gx_fail(err, GX_EINPUT, "%.200s: cannot be read: %s", path, strerror(errno));
	else if (size > FILE_BYTES_MAX)
		rc = gx_fail(err, GX_EINPUT, "%.200s: more than 1 MiB is no repro", path);
	else if (strlen(*out) < size)
		rc = gx_fail(err, GX_EINPUT, "%.200s: not text, and so no repro", path);
	fclose(in);
	return rc;
}

static enum gx_status read_repro(struct target *target, const char *path, struct gx_error *err)
{
	char *text = NULL;
	enum gx_status rc = read_file(&text, path, err);
	const char *line = rc == GX_OK ? first_line(text) : NULL;

	if (line)
		rc = parse_repro(target, line, err);
	else if (rc == GX_OK)
		rc = gx_fail(err, GX_EINPUT, "%.200s holds no repro line: one that begins with gx1: is needed", path);
	free(text);
	return rc;
}

static enum gx_status find_script(struct target *target, const char *word, const char *hash, struct gx_error *err)
{
	const char *names[64];
	size_t count = 0;
	const char *nearest;
	enum gx_status rc;

	snprintf(target->word, sizeof(target->word), "%.*s", (int)(hash - word), word);
	target->scenario_word = target->word;
	rc = load_scenario(target, err);
	if (rc != GX_OK)
		return rc;
	target->script = gx_scenario_interleaving(target->file, hash + 1);
	if (target->script) {
		target->gate_word = target->script->gate;
		return GX_OK;
	}
	for (unsigned i = 0; i < target->file->interleaving_count && count < 64; i++)
		names[count++] = target->file->interleavings[i].name;
	if (!count)
		return gx_fail(err, GX_EINPUT, "%.200s has no interleavings", target->file->path);
	nearest = gx_nearest(hash + 1, names, count);
	return gx_fail(err, GX_EINPUT, "%.200s has no interleaving named %s; %s%s%s", target->file->path,
		       gx_quote(hash + 1).text, nearest ? "did you mean \"" : "the first of those that it has is \"",
		       nearest ? nearest : names[0], nearest ? "\"?" : "\"");
}

static enum gx_status resolve(struct target *target, const char *word, const char *gate, struct gx_error *err)
{
	const char *hash = strrchr(word, '#');
	enum gx_status rc;

	word += strspn(word, " \t\r\n");
	if (!strncmp(word, "gx", 2) && strchr(word, ':'))
		rc = parse_repro(target, word, err);
	else if (hash && hash - word < GX_REPRO_NAME_MAX && access(word, F_OK) != 0)
		rc = find_script(target, word, hash, err);
	else
		rc = read_repro(target, word, err);
	if (rc != GX_OK)
		return rc;
	rc = gx_gate_choose(&target->gate, gate ? gate : target->gate_word, err);
	if (rc == GX_OK && gate && target->has_repro && strlen(gate) < sizeof(target->repro.gate)) {
		/* What is shown is what ran. */
		strcpy(target->repro.gate, gate);
		free(target->line);
		target->line = gx_repro_print(&target->repro);
	}
	return rc;
}

/* ---- replaying ---- */

static enum gx_status once(const struct target *target, struct gx_session *session, struct gx_path *whole,
			   struct gx_error *err)
{
	return target->has_repro ? gx_session_replay(session, &target->repro, whole, err)
				 : gx_session_play(session, target->script, whole, err);
}

/* The others have to be the same to the last event. */
static enum gx_status again(const struct target *target, struct gx_session *session, const struct gx_options *options,
			    uint64_t *done, struct gx_error *err)
{
	uint64_t hash = gx_sched_event_hash();
	struct gx_path whole = {0};
	enum gx_status rc = GX_OK;

	for (*done = 1; *done < options->times && rc == GX_OK && !gx_interrupted; ++*done) {
		rc = once(target, session, &whole, err);
		if (rc == GX_OK && gx_sched_event_hash() != hash)
			rc = gx_fail(err, GX_EDIVERGED,
				     "not deterministic: replay %" PRIu64 " has event hash %016" PRIx64
				     ", the first had %016" PRIx64,
				     *done + 1, gx_sched_event_hash(), hash);
	}
	gx_path_release(&whole);
	return rc;
}

static enum gx_status replay(const struct target *target, struct gx_session *session, const struct gx_options *options,
			     struct gx_error *err)
{
	struct gx_result_run *run = session->result;
	struct gx_path whole = {0};
	double started = gx_wall_seconds();
	uint64_t done = 1;
	enum gx_status rc = gx_session_load(session, target->has_repro ? GX_RUN_REPRO : GX_RUN_INTERLEAVING, err);

	if (rc == GX_OK)
		rc = once(target, session, &whole, err);
	if (rc == GX_OK) {
		run->event_hash = gx_sched_event_hash();
		rc = again(target, session, options, &done, err);
	}
	if (rc == GX_OK)
		rc = gx_session_describe(session, &whole, target->line, err);
	run->explored.executions = done;
	run->explored.seconds = gx_wall_seconds() - started;
	run->interrupted = done < options->times;
	gx_path_release(&whole);
	return rc;
}

static bool is_usable(const struct gx_options *options)
{
	if (!options->scenario_count)
		fputs("gatecrash: replay what? A repro line, a file that holds one, or SCENARIO#INTERLEAVING, such as "
		      "double-click#s1-conflict\n",
		      stderr);
	else if (options->scenario_count > 1)
		fprintf(stderr, "gatecrash: replay takes one repro: %s is one too many\n",
			gx_quote(options->scenarios[1]).text);
	else if (options->gate_count > 1)
		fprintf(stderr, "gatecrash: replay takes one gate: %s is one too many\n",
			gx_quote(options->gates[1]).text);
	return options->scenario_count == 1 && options->gate_count <= 1;
}

static int exit_status(const struct gx_result_run *run)
{
	if (run->finding_count)
		return GX_EXIT_FOUND;
	return run->interrupted ? GX_EXIT_UNKNOWN : GX_EXIT_HELD;
}

static int command(struct gx_options *options)
{
	struct gx_runs runs = {0};
	struct gx_keep keep = {0};
	struct target target = {0};
	struct gx_session session;
	struct gx_error err;
	enum gx_status rc;
	int status;

	if (!is_usable(options))
		return GX_EXIT_USAGE;
	rc = resolve(&target, options->scenarios[0], options->gate_count ? options->gates[0] : NULL, &err);
	if (rc == GX_OK) {
		session = (struct gx_session){.scenario = &target.file->scenario,
					      .scenario_word = target.scenario_word,
					      .gate = &target.gate,
					      .keep = &keep,
					      .result = gx_runs_add(&runs)};
		rc = replay(&target, &session, options, &err);
	}
	status = rc == GX_OK ? gx_write_reports(options, &runs, false) : gx_complain(rc, &err);
	if (status == GX_EXIT_HELD)
		status = exit_status(session.result);
	release(&target);
	gx_keep_release(&keep);
	free(runs.runs);
	return status;
}

const struct gx_command gx_command_replay = {
	.name = "replay",
	.summary = "one execution, by repro line, repro file or SCENARIO#INTERLEAVING",
	.args = "REPRO|FILE|SCENARIO#INTERLEAVING",
	.doc = doc,
	.takes = GX_TAKES_REPLAY | GX_TAKES_REPORT | GX_TAKES_ONE_GATE,
	.run = command,
};
