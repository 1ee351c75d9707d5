#include "cli/session.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/identity.h"
#include "core/world.h"
#include "explore/clock.h"
#include "explore/run.h"
#include "gates/gates.h"
#include "scenario/find.h"
#include "scenario/nearest.h"

/* States per number of preemptions that minimising one finding may look at; more where a search has seen all, to prove that none is shorter. */
enum { MINIMISE_STATES = 60000, MINIMISE_STATES_OF_ALL = 400000, FINDINGS_MAX = 512, GATES_MAX = 64 };

/* A message ends with the nearest gate that is linked in, or with how to find one. */
enum gx_status gx_no_such_gate(const char *word, const char *where, struct gx_error *err)
{
	const char *names[GATES_MAX];
	const char *nearest;
	size_t count = 0;

	while (count < GATES_MAX && gx_gates[count]) {
		names[count] = gx_gates[count]->name;
		count++;
	}
	nearest = gx_nearest(word, names, count);
	if (nearest)
		return gx_fail(err, GX_EINPUT, "%sthere is no gate named %s; did you mean \"%s\"?", where,
			       gx_quote(word).text, nearest);
	return gx_fail(
		err, GX_EINPUT,
		"%sthere is no gate named %s; `gatecrash list gates` names them, one of your own is a path such as ./mygate.so",
		where, gx_quote(word).text);
}

static enum gx_status choose_file(struct gx_gate_choice *out, const char *path, struct gx_error *err)
{
	char lasting[PATH_MAX];
	enum gx_status rc = gx_plugin_load(&out->plugin, path, err);

	gx_absolute_path(lasting, sizeof(lasting), path);
	if (rc == GX_OK)
		out->gate = gx_plugin_gate(out->plugin);
	else
		out->refused = strdup(err->text);
	out->lasting = strdup(lasting);
	if (!out->lasting || (rc != GX_OK && !out->refused))
		return gx_fail(err, GX_ENOMEM, "out of memory for a gate");
	return rc;
}

const char *gx_gate_lasting_word(const struct gx_gate_choice *choice)
{
	return choice->lasting ? choice->lasting : choice->word;
}

enum gx_status gx_gate_choose(struct gx_gate_choice *out, const char *word, struct gx_error *err)
{
	*out = (struct gx_gate_choice){.word = word};
	if (gx_names_a_file(word))
		return choose_file(out, word, err);
	out->gate = gx_gate_find(word);
	if (!out->gate)
		return gx_no_such_gate(word, "", err);
	return GX_OK;
}

void gx_gate_choice_release(struct gx_gate_choice *choice)
{
	gx_plugin_free(choice->plugin);
	free(choice->lasting);
	free(choice->refused);
	*choice = (struct gx_gate_choice){0};
}

/* ---- loading ---- */

/* The one trial of the program, at one place for all commands: see its definition. */
static struct gx_trial the_trial;

static enum gx_status load(struct gx_trial *trial, const struct gx_session *session, struct gx_error *err)
{
	enum gx_status rc = gx_world_open(err);

	if (rc != GX_OK)
		return rc;
	gx_trial_init(trial, session->scenario, session->gate->gate);
	if (session->gate->plugin) {
		trial->adopt = gx_plugin_adopt;
		trial->plugin = session->gate->plugin;
	}
	return gx_sched_load(&trial->program, err);
}

enum gx_status gx_session_load(struct gx_session *session, enum gx_run_kind kind, struct gx_error *err)
{
	const struct gx_gate_choice *gate = session->gate;

	session->trial = &the_trial;
	*session->result = (struct gx_result_run){
		.scenario = session->scenario->name,
		.gate = gate->plugin ? gate->word : gate->gate->name,
		.gate_summary = gate->gate->summary ? gate->gate->summary : "",
		.kind = kind,
		.strategy = kind == GX_RUN_EXPLORATION ? "" : "replay",
		.verdict = GX_VERDICT_INCOMPLETE,
		.incomplete_why = "",
		.one_identity = gx_identity() == GX_IDENTITY_MACHINE,
	};
	return load(session->trial, session, err);
}

/* Names of live tasks only need their makers, which may be gone: follow the events up to now instead. */
static struct gx_name_book live_book;

static void begin_naming(struct gx_trial *trial)
{
	gx_sched_reset();
	gx_name_book_attach(&live_book, trial);
}

static void end_naming(struct gx_trial *trial)
{
	gx_name_book_detach(trial);
}

enum gx_status gx_session_play(struct gx_session *session, const struct gx_interleaving *script, struct gx_path *whole,
			       struct gx_error *err)
{
	struct gx_replay replay = {.namer = gx_name_book_namer, .context = &live_book};
	enum gx_status rc;

	begin_naming(session->trial);
	rc = gx_replay_recipe(&replay, script->steps, script->step_count, whole, err);
	end_naming(session->trial);
	return rc;
}

enum gx_status gx_session_replay(struct gx_session *session, const struct gx_repro *repro, struct gx_path *whole,
				 struct gx_error *err)
{
	struct gx_replay replay = {.namer = gx_name_book_namer, .context = &live_book};
	enum gx_status rc;

	begin_naming(session->trial);
	rc = gx_replay_repro(&replay, repro, whole, err);
	end_naming(session->trial);
	return rc;
}

/* ---- one recorded execution ---- */

static enum gx_status record(struct gx_trial *trial, const struct gx_path *path, struct gx_recording *recording,
			     struct gx_keep *keep, struct gx_error *err)
{
	struct gx_replay replay = {.namer = gx_name_book_namer, .context = &live_book};
	bool *preempted = gx_keep_alloc(keep, path->count);
	enum gx_status rc;

	recording->preemptions = gx_count_preemptions(path, preempted);
	recording->preempted = preempted;
	recording->preempted_count = path->count;
	for (uint32_t capacity = 4096;; capacity = replay.event_count) {
		recording->events = realloc(recording->events, capacity * sizeof(*recording->events));
		if (!recording->events)
			gx_no_memory("the events of an execution");
		recording->capacity = capacity;
		replay.events = recording->events;
		replay.capacity = capacity;
		trial->finding_count = 0;
		begin_naming(trial);
		rc = gx_replay_path(&replay, path, NULL, err);
		end_naming(trial);
		recording->count = replay.event_count;
		if (rc != GX_OK || replay.event_count <= capacity)
			return rc;
	}
}

/* Run the path again and stop where the finding shows, so that the live tasks can be looked at. */
static void stand_at(struct gx_trial *trial, const struct gx_path *path, const struct gx_finding *finding)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned count;

	trial->finding_count = 0;
	begin_naming(trial);
	for (uint32_t i = 0;; i++) {
		bool found = false;

		for (unsigned j = 0; j < trial->finding_count; j++)
			found |= trial->findings[j].rule == finding->rule &&
				 trial->findings[j].workspace == finding->workspace;
		if (found)
			break;
		count = gx_sched_options(options);
		if (!count)
			break;
		gx_sched_step(i < path->count ? path->choice[i] : options[0]);
	}
	end_naming(trial);
}

/* A story as a result: the same words, owned by the same keep. */
static void take_story(struct gx_result_finding *out, const struct gx_story *story, struct gx_keep *keep)
{
	struct gx_result_step *steps = gx_keep_alloc(keep, sizeof(*steps) * story->step_count);
	struct gx_result_wait *waits = gx_keep_alloc(keep, sizeof(*waits) * story->wait_count);

	for (size_t i = 0; i < story->step_count; i++)
		steps[i] = (struct gx_result_step){.task = story->steps[i].task,
						   .op = story->steps[i].op,
						   .object = story->steps[i].object,
						   .value = story->steps[i].value,
						   .number = story->steps[i].number,
						   .at_ns = story->steps[i].at_ns,
						   .matters = story->steps[i].matters,
						   .collides = story->steps[i].collides,
						   .preempted = story->steps[i].preempted};
	for (size_t i = 0; i < story->wait_count; i++)
		waits[i] = (struct gx_result_wait){.task = story->waits[i].task,
						   .op = story->waits[i].op,
						   .object = story->waits[i].object,
						   .holder = story->waits[i].holder};
	out->workspace = story->workspace;
	out->message = story->message;
	out->remedy = story->remedy;
	out->steps = steps;
	out->step_count = story->step_count;
	out->waits = waits;
	out->wait_count = story->wait_count;
}

/* How this program was called, for a line to paste: a path is repeated, in quotes if a shell would take it apart. */
static void say_program(char *text, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-";
	const char *word = program_invocation_name;
	const char *quote = word[strspn(word, plain)] ? "'" : "";

	if (strchr(word, '/') && !strchr(word, '\'') && strlen(word) + 3 <= size)
		snprintf(text, size, "%s%s%s", quote, word, quote);
	else
		snprintf(text, size, "gatecrash");
}

static enum gx_status say_repro(struct gx_result_finding *out, const struct gx_session *session,
				const struct gx_path *path, struct gx_error *err)
{
	char program[4096];
	struct gx_repro repro;
	char *line;

	if (!out->repro) {
		enum gx_status rc =
			gx_repro_make(&repro, session->scenario_word, gx_gate_lasting_word(session->gate), path, err);

		if (rc != GX_OK)
			return rc;
		line = gx_repro_print(&repro);
		gx_repro_release(&repro);
		out->repro = gx_keep_text(session->keep, line);
		free(line);
	}
	say_program(program, sizeof(program));
	out->repro_command = gx_keep_format(session->keep, "%s replay '%s'", program, out->repro);
	return GX_OK;
}

/* One execution, as it was recorded. */
struct telling {
	const struct gx_path *path;
	const char *repro; /* its line, if there is one already */
	struct gx_recording recording;
};

/* Words for one of its findings. */
static enum gx_status describe(struct gx_result_finding *out, struct gx_session *session, const struct telling *telling,
			       const struct gx_finding *finding, struct gx_error *err)
{
	struct gx_trial *trial = session->trial;
	struct gx_keep *keep = session->keep;
	struct gx_name_book book;
	struct gx_story story = {0};
	enum gx_status rc;

	out->rule = gx_rule_name((enum gx_rule)finding->rule);
	out->preemptions = telling->recording.preemptions;
	out->repro = telling->repro;
	rc = say_repro(out, session, telling->path, err);
	if (rc != GX_OK)
		return rc;
	gx_sched_reset();
	gx_name_book_init(&book, trial);
	gx_story_steps(&story, &book, &telling->recording, finding, keep);
	stand_at(trial, telling->path, finding);
	gx_story_waits(&story, &book, finding, keep);
	gx_story_message(&story, &live_book, finding, keep);
	take_story(out, &story, keep);
	return GX_OK;
}

/* ---- results ---- */

static const struct gx_finding *finding_of(const struct gx_trial *trial, uint64_t key)
{
	for (unsigned i = 0; i < trial->finding_count; i++)
		if (gx_finding_key(trial->findings[i].rule, trial->findings[i].workspace) == key)
			return &trial->findings[i];
	return NULL;
}

static int by_rule(const void *a, const void *b)
{
	uint64_t x = ((const struct gx_hit *)a)->key;
	uint64_t y = ((const struct gx_hit *)b)->key;

	return (x > y) - (x < y);
}

static enum gx_status tell_hit(struct gx_result_finding *out, struct gx_session *session, struct gx_hit *hit,
			       struct gx_error *err)
{
	struct gx_finding found[FINDINGS_MAX];
	struct gx_trial *trial = session->trial;
	struct telling telling = {.path = &hit->path};
	const struct gx_finding *finding;
	enum gx_status rc;

	out->count = hit->count;
	trial->findings = found;
	trial->finding_capacity = FINDINGS_MAX;
	rc = record(trial, &hit->path, &telling.recording, session->keep, err);
	finding = rc == GX_OK ? finding_of(trial, hit->key) : NULL;
	if (rc == GX_OK && !finding)
		rc = gx_fail(err, GX_EDIVERGED,
			     "not deterministic: the path to a finding does not show it a second time");
	if (rc == GX_OK) {
		struct gx_finding copy = *finding;

		rc = describe(out, session, &telling, &copy, err);
	}
	trial->findings = NULL;
	gx_recording_release(&telling.recording);
	return rc;
}

/* What looking for simpler executions may take. Who bounds the time gives some of it again for this, at the most. */
struct budget {
	uint64_t states;   /* per finding and number of preemptions */
	double until;      /* wall clock; 0: no bound */
	unsigned findings; /* among which what is left of the time is divided */
	const volatile sig_atomic_t *interrupted;
};

#define MORE_TIME 0.2

static struct budget budget_of(const struct gx_explored *explored, const struct gx_session_options *options)
{
	double seconds = options->explore.seconds;
	double left = seconds - explored->seconds;

	if (left < seconds * MORE_TIME)
		left = seconds * MORE_TIME;
	return (struct budget){.states = explored->complete ? MINIMISE_STATES_OF_ALL : MINIMISE_STATES,
			       .until = seconds > 0 ? gx_wall_seconds() + left : 0,
			       .findings = explored->hit_count,
			       .interrupted = options->explore.interrupted};
}

/* The simplest execution that shows it, unless looking for a shorter one would hang, too. */
static enum gx_status minimise(struct gx_result_finding *out, struct gx_hit *hit, struct budget *left,
			       struct gx_error *err)
{
	struct gx_minimising job = {.key = hit->key, .states = left->states, .interrupted = left->interrupted};
	unsigned traits = gx_rule_row((enum gx_rule)gx_key_rule(hit->key))->traits;
	enum gx_status rc;

	if (traits & (GX_RULE_COSTS_SECONDS | GX_RULE_HAS_NO_END))
		return GX_OK;
	if (left->until > 0) {
		job.seconds = (left->until - gx_wall_seconds()) / left->findings--;
		if (job.seconds <= 0)
			return GX_OK;
	}
	rc = gx_minimise(&hit->path, &job, err);
	out->shortest = job.proven;
	return rc;
}

static void copy_figures(struct gx_result_explored *out, const struct gx_explored *explored)
{
	*out = (struct gx_result_explored){
		.executions = explored->executions,
		.states = explored->states,
		.transitions = explored->transitions,
		.points = explored->points,
		.seconds = explored->seconds,
		.interleavings = explored->interleavings,
		.interleavings_infinite = explored->infinite,
		.collision_chance = explored->collision_chance,
		.depth = explored->depth,
		.rechecked = explored->rechecked,
		.stats = explored->counted_pairs,
		.pairs = explored->pairs,
		.independent = explored->independent,
		.end_hash = explored->end_hash,
	};
}

static void say_trouble(struct gx_session *session, const struct gx_error *err)
{
	session->result->incomplete = GX_INCOMPLETE_TROUBLE;
	session->result->incomplete_why = gx_keep_text(session->keep, err->text);
}

static void say_extent(struct gx_session *session, const struct gx_explored *explored)
{
	struct gx_result_run *out = session->result;

	copy_figures(&out->explored, explored);
	out->complete = explored->complete;
	out->interrupted = explored->interrupted;
	if (!explored->complete) {
		out->incomplete_why = gx_keep_text(session->keep, explored->why);
		out->incomplete = explored->interrupted ? GX_INCOMPLETE_INTERRUPTED
				  : *explored->why      ? GX_INCOMPLETE_STOPPED
							: GX_INCOMPLETE_SAMPLE;
	}
	if (explored->hit_count)
		out->verdict = GX_VERDICT_FOUND;
	else if (explored->complete)
		out->verdict = GX_VERDICT_CLEAN;
}

static enum gx_status tell_hits(struct gx_session *session, struct gx_explored *explored,
				const struct gx_session_options *options, struct gx_error *err)
{
	struct budget left = budget_of(explored, options);
	struct gx_result_run *out = session->result;
	struct gx_result_finding *findings =
		gx_keep_alloc(session->keep, sizeof(*findings) * (explored->hit_count + 1));
	enum gx_status rc = GX_OK;

	qsort(explored->hits, explored->hit_count, sizeof(explored->hits[0]), by_rule);
	out->findings = findings;
	for (unsigned i = 0; i < explored->hit_count && rc == GX_OK; i++) {
		/* Who interrupts wants to see what there is, now. */
		if (options->minimise && !(left.interrupted && *left.interrupted))
			rc = minimise(&findings[i], &explored->hits[i], &left, err);
		if (rc == GX_OK)
			rc = tell_hit(&findings[i], session, &explored->hits[i], err);
		if (rc == GX_OK)
			out->finding_count++;
	}
	return rc;
}

enum gx_status gx_session_explore(struct gx_session *session, const struct gx_session_options *options,
				  struct gx_error *err)
{
	struct gx_explored *explored = gx_keep_alloc(session->keep, sizeof(*explored));
	enum gx_status rc = gx_session_load(session, GX_RUN_EXPLORATION, err);

	session->result->strategy = (options->explore.strategy ? options->explore.strategy : gx_strategies[0])->name;
	session->result->seed = options->explore.seed;
	if (rc == GX_OK) {
		rc = gx_explore(explored, &options->explore, err);
		say_extent(session, explored);
	}
	if (rc != GX_OK)
		say_trouble(session, err);
	else
		rc = tell_hits(session, explored, options, err);
	gx_explored_release(explored);
	return rc;
}

/* ---- from the middle of an execution ---- */

/*
 * A program that stands behind the first steps of another one when it begins: the steps are part of its set-up, and so of the state that
 * every execution starts from. Whatever explores it knows nothing of them.
 */
static struct {
	const struct gx_path *steps;
	enum gx_status (*setup)(void *context, struct gx_error *err);
} begun;

static enum gx_status set_up_begun(void *context, struct gx_error *err)
{
	enum gx_status rc = begun.setup(context, err);

	for (uint32_t i = 0; i < begun.steps->count && rc == GX_OK; i++)
		if (!gx_take(begun.steps->choice[i]))
			rc = gx_fail(err, GX_EDIVERGED,
				     "not deterministic: step %u of the repro cannot be taken a second time", i + 1);
	return rc;
}

static enum gx_status load_begun(struct gx_session *session, const struct gx_path *prefix, struct gx_error *err)
{
	struct gx_program *program = &session->trial->program;
	enum gx_status rc;

	begun.steps = prefix;
	begun.setup = program->setup;
	program->setup = set_up_begun;
	rc = gx_sched_load(program, err);
	program->setup = begun.setup;
	return rc;
}

/* The path behind the prefix as one from the start. */
static void prepend(struct gx_path *path, const struct gx_path *prefix)
{
	struct gx_path whole = {0};

	gx_path_copy(&whole, prefix);
	for (uint32_t i = 0; i < path->count; i++)
		gx_path_push(&whole, path->choice[i]);
	gx_path_release(path);
	*path = whole;
}

/* What the prefix has broken already is broken in whatever follows, and shows in none of it. */
static void add_earlier_hits(struct gx_explored *explored, struct gx_session *session, const struct gx_path *prefix)
{
	struct gx_finding found[FINDINGS_MAX] = {0};
	struct gx_trial *trial = session->trial;

	trial->findings = found;
	trial->finding_capacity = FINDINGS_MAX;
	trial->finding_count = 0;
	gx_sched_reset();
	for (uint32_t i = 0; i < prefix->count; i++)
		if (!gx_take(prefix->choice[i]))
			break;
	for (unsigned i = 0; i < trial->finding_count && explored->hit_count < GX_HITS_MAX; i++) {
		struct gx_hit *hit = &explored->hits[explored->hit_count++];

		hit->key = gx_finding_key(found[i].rule, found[i].workspace);
		hit->count = 1;
		gx_path_copy(&hit->path, prefix);
	}
	trial->findings = NULL;
}

static enum gx_status explore_begun(struct gx_explored *explored, struct gx_session *session,
				    const struct gx_path *prefix, const struct gx_session_options *options,
				    struct gx_error *err)
{
	enum gx_status rc = load_begun(session, prefix, err);
	struct budget left;

	if (rc == GX_OK)
		rc = gx_explore(explored, &options->explore, err);
	left = budget_of(explored, options);
	for (unsigned i = 0; i < explored->hit_count && rc == GX_OK; i++) {
		struct gx_result_finding ignored; /* the shortest way on is not the shortest of all */

		rc = minimise(&ignored, &explored->hits[i], &left, err);
		if (rc == GX_OK)
			prepend(&explored->hits[i].path, prefix);
	}
	return rc;
}

enum gx_status gx_session_go_on(struct gx_session *session, const struct gx_path *prefix,
				const struct gx_session_options *options, struct gx_error *err)
{
	struct gx_explored *explored = gx_keep_alloc(session->keep, sizeof(*explored));
	struct gx_session_options shortened = *options;
	struct gx_result_run *out = session->result;
	enum gx_status rc = explore_begun(explored, session, prefix, options, err);

	out->kind = GX_RUN_EXPLORATION;
	out->strategy = options->explore.strategy->name;
	out->seed = options->explore.seed;
	say_extent(session, explored);
	session->saw_the_rest = explored->complete;
	if (explored->complete) {
		out->complete = false;
		out->incomplete = GX_INCOMPLETE_STOPPED;
		out->incomplete_why = "only what begins like the repro was looked at, all of it";
		out->verdict = GX_VERDICT_INCOMPLETE;
	}
	if (rc == GX_OK)
		rc = gx_sched_load(&session->trial->program, err);
	if (rc == GX_OK)
		add_earlier_hits(explored, session, prefix);
	shortened.minimise = false;
	if (rc == GX_OK)
		rc = tell_hits(session, explored, &shortened, err);
	if (out->finding_count)
		out->verdict = GX_VERDICT_FOUND;
	gx_explored_release(explored);
	return rc;
}

/* ---- one execution that was asked for ---- */

static int by_key(const void *a, const void *b)
{
	const struct gx_finding *x = a;
	const struct gx_finding *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return (x->workspace > y->workspace) - (x->workspace < y->workspace);
}

enum gx_status gx_session_describe(struct gx_session *session, const struct gx_path *path, const char *repro,
				   struct gx_error *err)
{
	struct gx_finding found[FINDINGS_MAX] = {0};
	struct gx_finding seen[FINDINGS_MAX];
	struct gx_trial *trial = session->trial;
	struct gx_result_run *out = session->result;
	struct telling telling = {.path = path, .repro = repro};
	struct gx_result_finding *findings;
	unsigned count;
	enum gx_status rc;

	trial->findings = found;
	trial->finding_capacity = FINDINGS_MAX;
	rc = record(trial, path, &telling.recording, session->keep, err);
	count = trial->finding_count;
	memcpy(seen, found, count * sizeof(seen[0]));
	out->explored.executions = 1;
	out->explored.points = gx_sched_steps();
	out->explored.depth = gx_sched_steps();
	qsort(seen, count, sizeof(seen[0]), by_key);
	out->verdict = count ? GX_VERDICT_FOUND : GX_VERDICT_CLEAN;
	findings = gx_keep_alloc(session->keep, sizeof(*findings) * (count + 1));
	for (unsigned i = 0; i < count && rc == GX_OK; i++) {
		findings[i].count = 1;
		rc = describe(&findings[i], session, &telling, &seen[i], err);
		if (rc == GX_OK)
			out->finding_count++;
	}
	out->findings = findings;
	trial->findings = NULL;
	gx_recording_release(&telling.recording);
	return rc;
}
