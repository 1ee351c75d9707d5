#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/debug.h"
#include "cli/repros.h"
#include "cli/worker.h"
#include "explore/clock.h"
#include "scenario/find.h"

static const char doc[] =
	"Replay one execution: a repro line as a report prints it, a file that holds some (lines, a text report, a JSON result; - for "
	"standard input), or a scripted interleaving of a scenario (SCENARIO#NAME). A repro is checked as it runs; the first difference "
	"ends the replay and is explained."
	"\vExamples:\n"
	"  gatecrash replay 'gx1:double-click:none:...'\n"
	"  gatecrash replay race.repro --times 10k\n"
	"  gatecrash replay out.json --finding 3\n"
	"  gatecrash replay double-click#s1-conflict --gate mygate.c\n"
	"  gatecrash replay race.repro --gate ./fixed.so --then search\n"
	"  gatecrash replay race.repro --gdb --break-at 12\n\n"
	"A repro of a gate that has changed since may not fit any more. --then says how it goes on from there: random draws the rest of "
	"20,000 executions, search looks at every way to go on; what breaks a rule is shown with a repro of its own.\n\n"
	"Exit status: 0 nothing found, 1 found, 2 usage or bad input, 3 could not tell: the execution is no longer possible, and none of "
	"those that begin like it was seen to break a rule (0 if --then search has seen all of them).";

/* What is replayed: a repro or a script. */
struct target {
	struct gx_repro repro;
	bool has_repro;
	char *line; /* the repro line as it will be shown again */
	struct gx_repros repros;
	const char *beside; /* the file that holds the repro, or NULL */
	const struct gx_interleaving *script;
	struct gx_scenario_file *file;
	char scenario_word[PATH_MAX]; /* what a repro calls it */
	struct gx_gate_choice gate;
	char gate_path[PATH_MAX]; /* or its name, if the repro names it: the repro is written over */
};

static void release(struct target *target)
{
	gx_gate_choice_release(&target->gate);
	gx_scenario_free(target->file);
	gx_repro_release(&target->repro);
	gx_repros_release(&target->repros);
	free(target->line);
}

static enum gx_status load_scenario(struct target *target, const char *word, const char *path, struct gx_error *err)
{
	gx_scenario_lasting_word(target->scenario_word, sizeof(target->scenario_word), word, path);
	return gx_scenario_load(&target->file, path, err);
}

/* ---- what a repro names, which may be elsewhere by now ---- */

/* GX_EINPUT: the path is not there, and where it was looked for. */
static enum gx_status check_is_there(const struct target *target, const char *what, const char *word, const char *path,
				     const char *remedy, struct gx_error *err)
{
	char here[PATH_MAX] = "";
	char looked[PATH_MAX * 2] = "";
	int error = access(path, F_OK) ? errno : 0;

	if (!error)
		return GX_OK;
	if (*word != '/' && getcwd(here, sizeof(here)))
		snprintf(looked, sizeof(looked), ", neither in %.300s%s%.300s", here,
			 target->beside ? " nor beside " : " nor anywhere else", target->beside ? target->beside : "");
	return gx_fail(err, GX_EINPUT, "the repro names the %s %.300s, which is not there%s: %s%s", what, word, looked,
		       strerror(error), remedy);
}

static enum gx_status find_scenario_again(struct target *target, struct gx_error *err)
{
	const char *word = target->repro.scenario;
	char path[PATH_MAX];
	enum gx_status rc = gx_scenario_find_again(path, sizeof(path), word, target->beside, err);

	if (rc == GX_OK)
		rc = check_is_there(target, "scenario", word, path, "", err);
	return rc == GX_OK ? load_scenario(target, word, path, err) : rc;
}

static enum gx_status find_gate_again(struct target *target, struct gx_error *err)
{
	const char *word = target->repro.gate;
	enum gx_status rc;

	if (!gx_names_a_file(word)) {
		snprintf(target->gate_path, sizeof(target->gate_path), "%s", word);
		return gx_gate_choose(&target->gate, target->gate_path, err);
	}
	rc = gx_find_again(target->gate_path, sizeof(target->gate_path), word, target->beside, err);
	if (rc == GX_OK)
		rc = check_is_there(target, "gate", word, target->gate_path,
				    "; --gate FILE replays it with one elsewhere", err);
	return rc == GX_OK ? gx_gate_choose(&target->gate, target->gate_path, err) : rc;
}

/* What is shown is what ran, by names that last. */
static void print_line(struct target *target)
{
	snprintf(target->repro.scenario, sizeof(target->repro.scenario), "%s", target->scenario_word);
	snprintf(target->repro.gate, sizeof(target->repro.gate), "%s", gx_gate_lasting_word(&target->gate));
	target->line = gx_repro_print(&target->repro);
}

/* What a line was printed for is a rule, and a workspace of the scenario if it names one: a line that was cut off is noticed here. */
static enum gx_status check_about(const struct target *target, struct gx_error *err)
{
	const struct gx_scenario *scenario = &target->file->scenario;
	const char *about = target->repro.about;
	const char *slash = strchr(about, '/');
	const char *names[GX_RULE_COUNT];
	char word[GX_REPRO_NAME_MAX];
	const char *nearest;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(about, "/"), about);
	for (unsigned i = 0; i < GX_RULE_COUNT; i++)
		names[i] = gx_rule_name((enum gx_rule)i);
	if (*about && gx_rule_find(word) == GX_RULE_COUNT) {
		nearest = gx_nearest(word, names, GX_RULE_COUNT);
		return gx_fail(err, GX_EINPUT, "repro: it ends in %s, and there is no such rule%s%s%s",
			       gx_quote(word).text, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
			       nearest ? "\"?" : "");
	}
	for (unsigned i = 0; slash && i < scenario->workspace_count; i++)
		if (!strcmp(slash + 1, scenario->workspaces[i].name))
			return GX_OK;
	return slash ? gx_fail(err, GX_EINPUT, "repro: it ends in %s, and the scenario has no such workspace",
			       gx_quote(slash + 1).text)
		     : GX_OK;
}

static enum gx_status take_repro(struct target *target, const char *line, const char *gate, struct gx_error *err)
{
	enum gx_status rc = gx_repro_parse(&target->repro, line, err);

	if (rc != GX_OK)
		return rc;
	target->has_repro = true;
	rc = find_scenario_again(target, err);
	if (rc == GX_OK)
		rc = check_about(target, err);
	if (rc == GX_OK)
		rc = gate ? gx_gate_choose(&target->gate, gate, err) : find_gate_again(target, err);
	if (rc == GX_OK)
		print_line(target);
	return rc;
}

/* ---- what the argument is ---- */

static struct gx_quoted shown(const char *path)
{
	return strcmp(path, "-") ? gx_quote(path) : (struct gx_quoted){"standard input"};
}

/* "the first of 7 repros in out.json (name-conflict, ws-a)": nobody has to guess which. */
static void tell_which(const struct gx_repros *repros, size_t chosen, const char *path)
{
	const struct gx_repros_line *line = &repros->lines[chosen];
	const char *workspace = line->workspace && *line->workspace ? line->workspace : NULL;

	fprintf(stderr, "gatecrash: %s holds %zu repros, this is number %zu%s%s%s%s; --finding N picks another\n",
		shown(path).text, repros->count, chosen + 1, line->rule ? ": " : "",
		line->rule ? gx_quote(line->rule).text : "", line->rule && workspace ? " of " : "",
		line->rule && workspace ? gx_quote(workspace).text : "");
}

static enum gx_status read_repro(struct target *target, const char *path, const struct gx_options *options,
				 const char *gate, struct gx_error *err)
{
	uint64_t wanted = options->finding ? options->finding : 1;
	enum gx_status rc = gx_repros_read(&target->repros, path, err);

	if (rc != GX_OK)
		return rc;
	if (wanted > target->repros.count)
		return gx_fail(err, GX_EINPUT, "%s holds %zu repro%s: there is no number %" PRIu64, shown(path).text,
			       target->repros.count, target->repros.count == 1 ? "" : "s", wanted);
	target->beside = strcmp(path, "-") ? path : NULL;
	rc = take_repro(target, target->repros.lines[wanted - 1].text, gate, err);
	if (rc == GX_OK && target->repros.count > 1 && !options->finding && !options->quiet)
		tell_which(&target->repros, wanted - 1, path);
	return rc;
}

static enum gx_status no_such_script(const struct target *target, const char *name, struct gx_error *err)
{
	const char *names[GX_INTERLEAVINGS_MAX];
	size_t count = 0;
	const char *nearest;

	for (; count < target->file->interleaving_count; count++)
		names[count] = target->file->interleavings[count].name;
	if (!count)
		return gx_fail(err, GX_EINPUT, "%.200s has no interleavings", target->file->path);
	nearest = gx_nearest(name, names, count);
	return gx_fail(err, GX_EINPUT, "%.200s has no interleaving named %s; %s%s%s", target->file->path,
		       gx_quote(name).text, nearest ? "did you mean \"" : "the first of those that it has is \"",
		       nearest ? nearest : names[0], nearest ? "\"?" : "\"");
}

static enum gx_status find_script(struct target *target, const char *word, const char *hash, const char *gate,
				  struct gx_error *err)
{
	char scenario[PATH_MAX];
	char path[PATH_MAX];
	enum gx_status rc;

	snprintf(scenario, sizeof(scenario), "%.*s", (int)(hash - word), word);
	rc = gx_scenario_find(path, sizeof(path), scenario, err);
	if (rc == GX_OK)
		rc = load_scenario(target, scenario, path, err);
	if (rc != GX_OK)
		return rc;
	target->script = gx_scenario_interleaving(target->file, hash + 1);
	if (!target->script)
		return no_such_script(target, hash + 1, err);
	if (!gate)
		gate = target->script->gate_path ? target->script->gate_path : target->script->gate;
	return gx_gate_choose(&target->gate, gate, err);
}

static enum gx_status resolve(struct target *target, const struct gx_options *options, struct gx_error *err)
{
	const char *gate = options->gate_count ? options->gates[0] : NULL;
	const char *word = options->scenarios[0] + strspn(options->scenarios[0], " \t\r\n");
	const char *hash = strrchr(word, '#');

	if (!strncmp(word, "gx", 2) && strchr(word, ':') && options->finding <= 1)
		return take_repro(target, word, gate, err);
	if (hash && hash - word < PATH_MAX && access(word, F_OK) != 0)
		return find_script(target, word, hash, gate, err);
	return read_repro(target, word, options, gate, err);
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

/* ---- where it does not fit any more ---- */

/* One line, whatever comes behind it. */
static void tell_misfit(const struct gx_options *options, const struct gx_error *err)
{
	static const char *const thens[] = {
		[GX_THEN_STOP] = "--then random or --then search runs the rest freely",
		[GX_THEN_RANDOM] = "from there the rest is drawn at random",
		[GX_THEN_SEARCH] = "from there every way to go on is looked at",
	};

	fprintf(stderr, "gatecrash: %s; %s\n", err->text, thens[options->then]);
}

/* From where `whole` has come to. What breaks a rule is in the result. */
static enum gx_status go_on(struct gx_session *session, const struct gx_options *options, const struct gx_path *whole,
			    struct gx_error *err)
{
	bool search = options->then == GX_THEN_SEARCH;
	struct gx_session_options how = {.explore = options->explore, .minimise = true};
	struct gx_live live;
	enum gx_status rc;

	how.explore.strategy = gx_strategy_find(search ? "exhaustive" : "random");
	gx_live_begin(&live, options, "the rest");
	how.explore.progress = gx_live_show;
	how.explore.progress_context = &live;
	rc = gx_session_go_on(session, whole, &how, err);
	gx_live_end(&live);
	return rc;
}

/* ---- the command ---- */

/* It fits: the others are compared, and the execution is described. */
static enum gx_status describe(const struct target *target, struct gx_session *session,
			       const struct gx_options *options, const struct gx_path *whole, struct gx_error *err)
{
	struct gx_result_run *run = session->result;
	double started = gx_wall_seconds();
	uint64_t done = 1;
	enum gx_status rc;

	run->event_hash = gx_sched_event_hash();
	rc = again(target, session, options, &done, err);
	if (rc == GX_OK)
		rc = gx_session_describe(session, whole, target->line, err);
	run->explored.executions = done;
	run->explored.seconds = gx_wall_seconds() - started;
	run->interrupted = done < options->times;
	return rc;
}

/* What is said besides the result: it does not fit, and then whether every way to go on was seen. */
enum { SAYS_MISFIT = 1, SAYS_ALL_SEEN = 2 };

struct replaying {
	const struct target *target;
	struct gx_session *session;
	const struct gx_options *options;
};

/* In the worker. Of one that does not fit, and does not go on, there is no result. */
static enum gx_status replay(void *context, struct gx_error *err)
{
	const struct replaying *it = context;
	struct gx_path whole = {0};
	enum gx_status rc =
		gx_session_load(it->session, it->target->has_repro ? GX_RUN_REPRO : GX_RUN_INTERLEAVING, err);
	bool misfits = false;

	if (rc == GX_OK && it->options->break_at)
		gx_session_break_at((uint32_t)it->options->break_at);
	if (rc == GX_OK) {
		rc = once(it->target, it->session, &whole, err);
		gx_sched_break_at = 0;
		misfits = rc == GX_EDIVERGED;
		if (misfits)
			tell_misfit(it->options, err);
	}
	if (misfits && it->options->then)
		rc = go_on(it->session, it->options, &whole, err);
	else if (rc == GX_OK)
		rc = describe(it->target, it->session, it->options, &whole, err);
	gx_path_release(&whole);
	gx_worker_say((misfits ? SAYS_MISFIT : 0) | (it->session->saw_the_rest ? SAYS_ALL_SEEN : 0));
	return rc;
}

/* How many choices it makes; where they end its finding shows. */
static uint32_t choices_of(const struct gx_repro *repro)
{
	uint32_t steps = 0;

	for (uint32_t i = 0; i < repro->run_count; i++)
		steps += repro->runs[i].steps;
	return steps;
}

/* ---- under a debugger ---- */

/* The same replay, by gdb's child: at which step it stops is said. */
static int replay_under_gdb(const struct target *target, const struct gx_options *options)
{
	char step[32];
	char finding[32];
	const char *words[12] = {options->scenarios[0], "--break-at", step, "--quiet"};
	unsigned count = 4;
	uint64_t at = options->break_at ? options->break_at : choices_of(&target->repro);

	snprintf(step, sizeof(step), "%" PRIu64, at ? at : 1);
	snprintf(finding, sizeof(finding), "%" PRIu64, options->finding);
	if (options->gate_count) {
		words[count++] = "--gate";
		words[count++] = options->gates[0];
	}
	if (options->finding) {
		words[count++] = "--finding";
		words[count++] = finding;
	}
	gx_debug_replay(words);
	return GX_EXIT_USAGE;
}

/* Run it, report it, and return the exit status. */
static int replay_and_report(const struct target *target, struct gx_session *session, const struct gx_options *options,
			     const struct gx_runs *runs)
{
	struct gx_error err;
	struct replaying it = {target, session, options};
	enum gx_status rc;
	unsigned said;
	int status;

	session->result->from_file = session->gate->plugin != NULL; /* the worker's watcher asks */
	rc = options->break_at ? replay(&it, &err) : gx_worker_run(replay, &it, session->result, &err);
	said = options->break_at ? 0 : gx_worker_said();
	if (said & SAYS_MISFIT && !options->then)
		return GX_EXIT_UNKNOWN;
	if (rc != GX_OK)
		return gx_complain(rc, &err);
	status = gx_write_reports(options, runs, NULL);
	if (status != GX_EXIT_HELD)
		return status;
	if (session->result->verdict == GX_VERDICT_FOUND)
		return GX_EXIT_FOUND;
	if (said & SAYS_MISFIT && !(said & SAYS_ALL_SEEN))
		return GX_EXIT_UNKNOWN;
	return session->result->interrupted ? GX_EXIT_UNKNOWN : GX_EXIT_HELD;
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

/* The repro's, unless what the command line asks for is more. */
static struct gx_point_places points_of(const struct gx_repro *repro, const struct gx_options *options)
{
	struct gx_point_places points = repro->points;

	if (options->points == GX_POINTS_ACCESS || points.which == GX_POINTS_SYNC)
		points.which = options->points;
	return points;
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
	rc = resolve(&target, options, &err);
	if (rc == GX_OK && options->gdb) {
		status = replay_under_gdb(&target, options);
	} else if (rc == GX_OK) {
		session = (struct gx_session){.file = target.file,
					      .strict = options->strict,
					      .points = points_of(&target.repro, options),
					      .about = target.repro.about,
					      .about_step = choices_of(&target.repro),
					      .scenario = &target.file->scenario,
					      .scenario_word = target.scenario_word,
					      .gate = &target.gate,
					      .keep = &keep,
					      .result = gx_runs_add(&runs)};
		status = replay_and_report(&target, &session, options, &runs);
	} else {
		status = gx_complain(rc, &err);
	}
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
	.takes = GX_TAKES_REPLAY | GX_TAKES_REPORT | GX_TAKES_ONE_GATE | GX_TAKES_STORY,
	.run = command,
};
