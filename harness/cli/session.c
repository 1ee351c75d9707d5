#include "cli/session.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/atomics.h"
#include "access/races.h"
#include "cli/cover.h"
#include "cli/debug.h"
#include "core/identity.h"
#include "core/line.h"
#include "core/lost.h"
#include "core/rescue.h"
#include "core/sanitizer.h"
#include "core/symbol.h"
#include "core/world.h"
#include "explore/clock.h"
#include "explore/run.h"
#include "gates/gates.h"
#include "hosts/tsan.h"
#include "module/compile.h"
#include "scenario/find.h"
#include "scenario/nearest.h"
#include "story/places.h"

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
		"%sthere is no gate named %s; `gatecrash list gates` names them, one of your own is a path such as ./mygate.c",
		where, gx_quote(word).text);
}

/* Each of several sources from the root on. */
static void make_lasting(char *out, size_t size, const char *word)
{
	size_t used = 0;

	*out = 0;
	for (size_t length; *word && used < size; word += length + (word[length] == ',')) {
		char one[PATH_MAX];

		length = strcspn(word, ",");
		if (!gx_is_source(word))
			length = strlen(word);
		snprintf(one, sizeof(one), "%.*s", (int)length, word);
		used += (size_t)snprintf(out + used, size - used, used ? "," : "");
		if (used < size)
			gx_absolute_path(out + used, size - used, one);
		used += strlen(out + used);
	}
}

/* A complaint about what was made of sources begins with its path, which the user has never seen. */
static void name_as_given(struct gx_error *err, const char *made, const char *path)
{
	struct gx_error told = *err;
	size_t length = strlen(made);

	if (!strncmp(told.text, made, length) && told.text[length] == ':')
		(void)snprintf(err->text, sizeof(err->text), "%.300s%s", path, told.text + length);
}

/* One file, with a comma in its name. */
static bool is_cut_by_a_comma(const char *path)
{
	const char *last = strrchr(path, ',');

	return last && gx_is_source(last + 1) && !gx_is_source(path) && !access(path, F_OK);
}

static enum gx_status choose_file(struct gx_gate_choice *out, const char *path, struct gx_error *err)
{
	char lasting[PATH_MAX];
	char made[PATH_MAX] = "";
	enum gx_status rc = GX_OK;

	if (is_cut_by_a_comma(path))
		rc = gx_fail(
			err, GX_EINPUT,
			"%.300s: sources are named with commas between them, so none may have one in its name; rename it",
			path);
	else if (gx_is_source(path))
		rc = gx_compile(made, sizeof(made), path, err);
	if (rc == GX_OK)
		rc = gx_plugin_load(&out->plugin, gx_is_source(path) ? made : path, err);
	if (rc != GX_OK && gx_is_source(path))
		name_as_given(err, made, path);
	if (rc == GX_OK) {
		gx_symbol_prepare(gx_plugin_gate(out->plugin));
		gx_line_prepare(gx_plugin_gate(out->plugin));
	}
	make_lasting(lasting, sizeof(lasting), path);
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

/* Gates that are linked in are compiled so, but for builds that a sanitizer looks at itself (Makefile). */
static bool is_watched(const struct gx_gate_choice *gate)
{
	return gate->plugin ? gx_plugin_is_instrumented(gate->plugin) : !GX_ASAN && !GX_TSAN;
}

static void say_unwatched(const struct gx_session *session)
{
	const char *const *what;
	bool more;
	size_t count = gx_plugin_unwatched(session->gate->plugin, &what, &more);
	const char **said = gx_keep_alloc(session->keep, (count + 1) * sizeof(*said));

	for (size_t i = 0; i < count; i++)
		said[i] = gx_keep_text(session->keep, what[i]);
	if (more)
		said[count++] = "others";
	session->result->unwatched = said;
	session->result->unwatched_count = count;
}

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
	gx_points_forget();
	gx_points_set(&session->points);
	gx_races_watch(is_watched(session->gate), session->gate->plugin && gx_plugin_tries(session->gate->plugin));
	gx_tsan_watch(is_watched(session->gate));
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
		.from_file = gate->plugin != NULL,
		.watches_memory = is_watched(gate),
		.one_identity = gx_identity() == GX_IDENTITY_MACHINE,
	};
	if (gate->plugin)
		say_unwatched(session);
	return load(session->trial, session, err);
}

/* Names of live tasks only need their makers, which may be gone: follow the events up to now instead. */
static struct gx_name_book live_book;

static void begin_naming(struct gx_trial *trial)
{
	gx_sched_reset();
	gx_name_book_attach(&live_book, trial);
}

void gx_session_break_at(uint32_t step)
{
	gx_debug_break_at(step, &live_book);
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
		gx_races_remember();
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
			found |= gx_key_of(&trial->findings[j]) == gx_key_of(finding);
		if (found)
			break;
		count = gx_sched_options(options);
		if (!count)
			break;
		gx_sched_step(i < path->count ? path->choice[i] : options[0]);
	}
	end_naming(trial);
}

static enum gx_result_hold hold_of(enum gx_story_hold hold)
{
	switch (hold) {
	case GX_STORY_TAKEN:
		return GX_HOLD_TAKEN;
	case GX_STORY_PASSED:
		return GX_HOLD_PASSED;
	case GX_STORY_HELD:
		break;
	}
	return GX_HOLD_HELD;
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
						   .left = story->steps[i].left,
						   .place = story->steps[i].place,
						   .number = story->steps[i].number,
						   .at_ns = story->steps[i].at_ns,
						   .matters = story->steps[i].matters,
						   .collides = story->steps[i].collides,
						   .preempted = story->steps[i].preempted};
	for (size_t i = 0; i < story->wait_count; i++)
		waits[i] = (struct gx_result_wait){.task = story->waits[i].task,
						   .op = story->waits[i].op,
						   .place = story->waits[i].place,
						   .object = story->waits[i].object,
						   .holder = story->waits[i].holder,
						   .hold = hold_of(story->waits[i].hold),
						   .holder_ended = story->waits[i].holder_ended,
						   .since = story->waits[i].since};
	out->workspace = story->workspace;
	out->message = story->message;
	out->remedy = story->remedy;
	out->marks = story->marks;
	out->repeats = story->repeats;
	out->steps = steps;
	out->step_count = story->step_count;
	out->waits = waits;
	out->wait_count = story->wait_count;
}

/* One execution, as it was recorded. */
struct telling {
	const struct gx_path *path;
	const char *repro; /* its line, if there is one already */
	struct gx_recording recording;
};

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

/* "wedged", or "wedged/ws-a" where there are several workspaces: what --rule takes. */
static void say_about(char *text, size_t size, const struct gx_session *session, const struct gx_finding *finding)
{
	const struct gx_scenario *scenario = session->scenario;
	bool named = scenario->workspace_count > 1 && finding->workspace < scenario->workspace_count;

	snprintf(text, size, "%s%s%s", gx_rule_name((enum gx_rule)finding->rule), named ? "/" : "",
		 named ? scenario->workspaces[finding->workspace].name : "");
}

/* The line that shows this finding: made from the path, or one that shows the same execution. */
static enum gx_status say_repro(struct gx_result_finding *out, const struct gx_session *session,
				const struct telling *telling, const struct gx_finding *finding, struct gx_error *err)
{
	char program[4096];
	struct gx_repro repro;
	enum gx_status rc = telling->repro ? gx_repro_parse(&repro, telling->repro, err)
					   : gx_repro_make(&repro, session->scenario_word,
							   gx_gate_lasting_word(session->gate), telling->path, err);
	char *line;

	if (rc != GX_OK)
		return rc;
	say_about(repro.about, sizeof(repro.about), session, finding);
	line = gx_repro_print(&repro);
	out->repro = gx_keep_text(session->keep, line);
	free(line);
	gx_repro_release(&repro);
	say_program(program, sizeof(program));
	out->repro_command = gx_keep_format(session->keep, "%s replay '%s'", program, out->repro);
	return GX_OK;
}

/* The scenario says that the rule breaks whichever gate is used, and nobody wants it to count all the same. */
static bool is_beyond(const struct gx_session *session, unsigned rule)
{
	return session->file && !session->strict && gx_scenario_beyond(session->file, (enum gx_rule)rule);
}

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
	out->because = session->file ? gx_scenario_beyond(session->file, (enum gx_rule)finding->rule) : NULL;
	out->beyond_gate = is_beyond(session, finding->rule);
	rc = say_repro(out, session, telling, finding, err);
	if (rc != GX_OK)
		return rc;
	gx_sched_reset();
	gx_name_book_init(&book, trial);
	gx_story_steps(&story, &book, &telling->recording, finding, keep);
	stand_at(trial, telling->path, finding);
	gx_story_waits(&story, &book, &live_book, finding, keep);
	gx_story_message(&story, &live_book, finding, keep);
	gx_story_explain(&story, finding, keep);
	take_story(out, &story, keep);
	return GX_OK;
}

/* ---- results ---- */

static const struct gx_finding *finding_of(const struct gx_trial *trial, uint64_t key)
{
	for (unsigned i = 0; i < trial->finding_count; i++)
		if (gx_key_of(&trial->findings[i]) == key)
			return &trial->findings[i];
	return NULL;
}

/* What the gate is guilty of before what is beyond it; then in the order of the rules. */
static int by_key(uint64_t x, uint64_t y, const struct gx_session *session)
{
	bool beyond_x = is_beyond(session, gx_key_rule(x));
	bool beyond_y = is_beyond(session, gx_key_rule(y));

	if (beyond_x != beyond_y)
		return beyond_x - beyond_y;
	return (gx_key_order(x) > gx_key_order(y)) - (gx_key_order(x) < gx_key_order(y));
}

static int hits_by_key(const void *a, const void *b, void *session)
{
	return by_key(((const struct gx_hit *)a)->key, ((const struct gx_hit *)b)->key, session);
}

/* ThreadSanitizer may not report a second time what it has seen once: its history is bounded. */
static const struct gx_finding *seen_race(const struct gx_trial *trial, uint64_t key)
{
	for (unsigned i = 0; i < trial->races; i++)
		if (gx_key_of(&trial->race_seen[i]) == key)
			return &trial->race_seen[i];
	return NULL;
}

static enum gx_status tell_hit(struct gx_result_finding *out, struct gx_session *session, struct gx_hit *hit,
			       struct gx_error *err)
{
	struct gx_finding found[FINDINGS_MAX];
	struct gx_trial *trial = session->trial;
	struct telling telling = {.path = &hit->path};
	const struct gx_finding *finding;
	enum gx_status rc;

	out->transitions = hit->count - hit->sampled;
	out->executions = hit->sampled;
	trial->findings = found;
	trial->finding_capacity = FINDINGS_MAX;
	rc = record(trial, &hit->path, &telling.recording, session->keep, err);
	finding = rc == GX_OK ? finding_of(trial, hit->key) : NULL;
	if (GX_HOST_TSAN && !finding && gx_key_rule(hit->key) == GX_RULE_DATA_RACE)
		finding = seen_race(trial, hit->key);
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
	struct gx_minimising job = {.key = hit->key,
				    .states = left->states,
				    .races = gx_key_rule(hit->key) == GX_RULE_DATA_RACE && gx_memory_is_watched(),
				    .interrupted = left->interrupted};
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
		.executions = explored->sampled,
		.ends = explored->executions - explored->sampled,
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
		.covered = explored->covered,
		.covered_states = explored->covered_states,
		.end_hash = explored->end_hash,
	};
}

/* Whatever was seen before: that it was all cannot be said any more. */
static void say_trouble(struct gx_session *session, const struct gx_error *err)
{
	session->result->complete = false;
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
}

/* One hit that is told, in words or not at all. */
struct told_hit {
	struct gx_result_finding *out;
	struct gx_session *session;
	struct gx_hit *hit;
	struct gx_error *err;
};

static enum gx_status tell_it(void *context)
{
	const struct told_hit *it = context;

	return tell_hit(it->out, it->session, it->hit, it->err);
}

/* The others are told although this one ends in what nobody foresaw. */
static enum gx_status tell_or_give_up(struct gx_result_finding *out, struct gx_session *session, struct gx_hit *hit,
				      struct gx_error *err)
{
	struct told_hit it = {.out = out, .session = session, .hit = hit, .err = err};
	enum gx_status rc = gx_rescue(tell_it, &it, err);

	session->trial->findings = NULL;
	return rc;
}

/*
 * One that cannot be told takes none of the others with it: the first of them is the trouble. After an exploration that was in trouble
 * already nothing is minimised.
 */
static enum gx_status tell_hits(struct gx_session *session, struct gx_explored *explored,
				const struct gx_session_options *options, enum gx_status rc, struct gx_error *err)
{
	struct budget left = budget_of(explored, options);
	struct gx_result_run *out = session->result;
	struct gx_result_finding *findings =
		gx_keep_alloc(session->keep, sizeof(*findings) * (explored->hit_count + 1));
	/* That looks at states, and tries executions that nobody has had, in which the process may be lost. */
	bool minimises = options->minimise && rc == GX_OK && !GX_HOST_TSAN && !gx_lost;
	struct gx_error another = {""};

	qsort_r(explored->hits, explored->hit_count, sizeof(explored->hits[0]), hits_by_key, session);
	out->findings = findings;
	for (unsigned i = 0; i < explored->hit_count; i++) {
		struct gx_error *here = rc == GX_OK ? err : &another;
		enum gx_status one = GX_OK;

		findings[out->finding_count] = (struct gx_result_finding){0};
		/* Who interrupts wants to see what there is, now. */
		if (minimises && !(left.interrupted && *left.interrupted))
			one = minimise(&findings[out->finding_count], &explored->hits[i], &left, here);
		if (one == GX_OK)
			one = tell_or_give_up(&findings[out->finding_count], session, &explored->hits[i], here);
		if (one == GX_OK)
			out->finding_count++;
		else if (rc == GX_OK)
			rc = one;
	}
	return rc;
}

/* An exploration that ends at the first finding does not end at one that no gate can help. */
static bool passes(const void *session, uint64_t key)
{
	return is_beyond(session, gx_key_rule(key));
}

/* Several may stand in one line. */
static bool is_said(const struct gx_result_run *run, const char *place)
{
	for (size_t i = 0; i < run->point_place_count; i++)
		if (!strcmp(run->point_places[i], place))
			return true;
	return false;
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t) * (const void *const *)a;
	uintptr_t y = (uintptr_t) * (const void *const *)b;

	return (x > y) - (x < y);
}

/* In the order of the program. */
static void say_points(const struct gx_session *session)
{
	const struct gx_point_places *points = &session->points;
	struct gx_result_run *run = session->result;
	const char **places = gx_keep_alloc(session->keep, (points->count + 1) * sizeof(*places));
	const void *code[GX_POINT_PLACES_MAX] = {NULL};
	unsigned count = points->which == GX_POINTS_AUTO ? points->count : 0;

	run->points = gx_points_names[points->which];
	run->point_places = places;
	for (unsigned i = 0; i < count; i++)
		code[i] = gx_point_code(points->place[i]);
	qsort(code, count, sizeof(code[0]), by_address);
	for (unsigned i = 0; i < count; i++) {
		char text[96];

		gx_say_place_of_code(code[i], text, sizeof(text));
		if (*text && !is_said(run, text))
			places[run->point_place_count++] = gx_keep_text(session->keep, text);
	}
}

/* What has to be explored again with more points is gone, but for the time that it took. */
static bool goes_finer(struct gx_session *session, struct gx_explored *explored, struct gx_explore_options *options)
{
	if (session->points.which != GX_POINTS_AUTO || explored->interrupted)
		return false;
	if (options->seconds > 0 && explored->seconds >= options->seconds)
		return false;
	if (!gx_points_learn(&session->points))
		return false;
	gx_points_set(&session->points);
	if (options->seconds > 0)
		options->seconds -= explored->seconds;
	return true;
}

static enum gx_status explore_all(struct gx_session *session, struct gx_explored *explored,
				  struct gx_explore_options options, struct gx_error *err)
{
	double seconds = 0;
	enum gx_status rc = gx_explore(explored, &options, err);

	while (rc == GX_OK && goes_finer(session, explored, &options)) {
		seconds += explored->seconds;
		gx_explored_release(explored);
		rc = gx_explore(explored, &options, err);
	}
	explored->seconds += seconds;
	return rc;
}

static enum gx_status cover(struct gx_session *session, const struct gx_explored *explored,
			    const struct gx_explore_options *options, double until, struct gx_error *err)
{
	const struct gx_cover_limits limits = {.until = until,
					       .interrupted = options->interrupted,
					       .progress = options->progress,
					       .progress_context = options->progress_context};

	if (!explored->complete)
		return gx_fail(err, GX_ELIMIT, "no cover was written: not all transitions are known (%s)",
			       explored->why);
	return gx_cover_text(session->result, session->keep, options->graph, session->scenario_word,
			     gx_gate_lasting_word(session->gate), &limits, err);
}

/* Explore, and cover the graph if it is kept: once more if it cannot be walked because deadlines did not count (explore/cover.h). */
static enum gx_status explore_and_cover(struct gx_session *session, struct gx_explored *explored,
					struct gx_explore_options options, struct gx_error *err)
{
	double until = options.seconds > 0 ? gx_wall_seconds() + options.seconds : 0;
	enum gx_status rc = explore_all(session, explored, options, err);

	if (rc != GX_OK || !options.graph)
		return rc;
	rc = cover(session, explored, &options, until, err);
	if (rc == GX_EDIVERGED && options.graph->time == GX_TIME_COME) {
		gx_explored_release(explored);
		options.count_deadlines = true;
		rc = explore_all(session, explored, options, err);
		if (rc == GX_OK)
			rc = cover(session, explored, &options, until, err);
	}
	gx_graph_release(options.graph);
	return rc;
}

enum gx_status gx_session_explore(struct gx_session *session, const struct gx_session_options *options,
				  struct gx_error *err)
{
	struct gx_explored *explored = gx_keep_alloc(session->keep, sizeof(*explored));
	enum gx_status rc = gx_session_load(session, GX_RUN_EXPLORATION, err);

	session->result->strategy =
		options->explore.schedules
			? "import"
			: (options->explore.strategy ? options->explore.strategy : gx_strategies[0])->name;
	session->result->seed = options->explore.seed;
	if (rc == GX_OK) {
		struct gx_explore_options explore = options->explore;

		explore.passes = passes;
		explore.passes_context = session;
		(void)gx_atomics_were_weak();
		rc = explore_and_cover(session, explored, explore, err);
		session->result->weak_atomics = gx_atomics_were_weak();
		say_extent(session, explored);
		say_points(session);
		rc = tell_hits(session, explored, options, rc, err);
	}
	if (rc != GX_OK)
		say_trouble(session, err);
	gx_run_judge(session->result);
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

		hit->key = gx_key_of(&found[i]);
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
	}
	if (rc == GX_OK)
		rc = gx_sched_load(&session->trial->program, err);
	if (rc == GX_OK)
		add_earlier_hits(explored, session, prefix);
	shortened.minimise = false;
	if (rc == GX_OK)
		rc = tell_hits(session, explored, &shortened, rc, err);
	gx_run_judge(out);
	gx_explored_release(explored);
	return rc;
}

/* ---- one execution that was asked for ---- */

static int findings_by_key(const void *a, const void *b, void *session)
{
	const struct gx_finding *x = a;
	const struct gx_finding *y = b;

	return by_key(gx_key_of(x), gx_key_of(y), session);
}

/* The finding that the repro was printed for is the first of its kind, and the one that is told. */
static void show(struct gx_result_run *run, struct gx_result_finding *findings, size_t at)
{
	struct gx_result_finding shown = findings[at];
	size_t first = shown.beyond_gate ? gx_run_guilty(run) : 0;

	memmove(&findings[first + 1], &findings[first], (at - first) * sizeof(*findings));
	findings[first] = shown;
	run->shown = first;
}

/* Which it is; of a repro that does not say so, what shows where its choices end. */
static size_t shown_of(const struct gx_session *session, const struct gx_finding *found, size_t count)
{
	const struct gx_result_run *run = session->result;

	for (size_t i = 0; i < count && session->about && *session->about; i++)
		if (gx_finding_is(&run->findings[i], session->about) && found[i].step == session->about_step)
			return i;
	for (size_t i = 0; i < count && session->about && *session->about; i++)
		if (gx_finding_is(&run->findings[i], session->about))
			return i;
	for (size_t i = 0; i < count; i++)
		if (session->about_step && found[i].step == session->about_step)
			return i;
	return 0;
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
	say_points(session);
	out->explored.executions = 1;
	out->explored.points = gx_sched_steps();
	out->explored.depth = gx_sched_steps();
	qsort_r(seen, count, sizeof(seen[0]), findings_by_key, session);
	findings = gx_keep_alloc(session->keep, sizeof(*findings) * (count + 1));
	for (unsigned i = 0; i < count && rc == GX_OK; i++) {
		findings[i].executions = 1;
		rc = describe(&findings[i], session, &telling, &seen[i], err);
		if (rc == GX_OK)
			out->finding_count++;
	}
	out->findings = findings;
	if (out->finding_count)
		show(out, findings, shown_of(session, seen, out->finding_count));
	if (rc != GX_OK)
		say_trouble(session, err);
	gx_run_judge(out);
	trial->findings = NULL;
	gx_recording_release(&telling.recording);
	return rc;
}
