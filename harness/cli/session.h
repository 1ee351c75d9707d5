/*
 * session.h - one scenario with one gate, from exploration to a result in words.
 *
 *     explore ─► for each finding: minimise ─► repro ─► replay, recording ─► steps, message, waits
 *     load ─► play or replay ─► describe: the same for one execution that was asked for
 *
 * The session is what all of these share, and what is passed: what is run, and the result that they fill.
 */
#ifndef GX_CLI_SESSION_H
#define GX_CLI_SESSION_H

#include "access/points.h"
#include "explore/explore.h"
#include "explore/replay.h"
#include "module/plugin.h"
#include "reports/result.h"
#include "scenario/file.h"
#include "story/keep.h"
#include "story/story.h"
#include "trial/trial.h"

/* A gate as the command line names it: linked in, or a plugin that the choice owns. */
struct gx_gate_choice {
	const char *word;           /* as given: "per-workspace", "./mygate.so" */
	const struct gx_gate *gate; /* NULL: refused */
	struct gx_plugin *plugin;   /* NULL for a linked-in gate */
	char *lasting; /* of a file: its absolute path, so that a repro finds it from any folder; else NULL. Owned */
	char *refused; /* of a file that is no gate: why. Owned */
};

/* Resolve a word: one with a slash or ending in .so is a file. The choice is to be released in every case. */
enum gx_status gx_gate_choose(struct gx_gate_choice *out, const char *word, struct gx_error *err) GX_MUST_USE;
/* What a repro calls it. */
const char *gx_gate_lasting_word(const struct gx_gate_choice *choice);
/* GX_EINPUT: `where` and what to choose instead. */
enum gx_status gx_no_such_gate(const char *word, const char *where, struct gx_error *err);
void gx_gate_choice_release(struct gx_gate_choice *choice);

/* Filled by whoever begins one; everything is borrowed. The scenario, the gate and `keep` outlive the result. */
struct gx_session {
	const struct gx_scenario_file *file; /* what of it is beyond the gate; NULL: nothing */
	const struct gx_scenario *scenario;
	const char *scenario_word; /* what a repro calls it: gx_scenario_lasting_word() */
	const struct gx_gate_choice *gate;
	struct gx_keep *keep;          /* owns what the result points to */
	struct gx_result_run *result;  /* until its owner grows */
	struct gx_point_places points; /* GX_POINTS_AUTO: with those that have been found so far */
	bool strict;                   /* what is beyond the gate counts like anything else */
	const char *about;             /* replay: what the repro was printed for, or "" or NULL; ... */
	uint32_t about_step;           /* ... then whatever shows at this step */
	struct gx_trial *trial;        /* once loaded; there is one, which the next session to be loaded takes over */
	bool saw_the_rest;             /* gx_session_go_on(): every way to go on */
};

struct gx_session_options {
	struct gx_explore_options explore;
	bool minimise; /* findings are, unless the exploration is interrupted */
};

/* Begin the result, and load the pair: afterwards executions of it can run. */
enum gx_status gx_session_load(struct gx_session *session, enum gx_run_kind kind, struct gx_error *err) GX_MUST_USE;

/* Load and explore. GX_EDIVERGED and GX_ELIMIT: could not tell; the result holds what was seen before. */
enum gx_status gx_session_explore(struct gx_session *session, const struct gx_session_options *options,
				  struct gx_error *err) GX_MUST_USE;

/* Replay a scripted interleaving on the loaded pair; *whole gets its choices. GX_EDIVERGED: a step of it does not fit. */
enum gx_status gx_session_play(struct gx_session *session, const struct gx_interleaving *script, struct gx_path *whole,
			       struct gx_error *err) GX_MUST_USE;

/* Replay a repro on the loaded pair, strictly; *whole gets its choices. GX_EDIVERGED: what differs first. */
enum gx_status gx_session_replay(struct gx_session *session, const struct gx_repro *repro, struct gx_path *whole,
				 struct gx_error *err) GX_MUST_USE;

/*
 * Explore what begins with the choices of `prefix`, which the loaded pair can take: what breaks a rule is in the result, each with the
 * path from the start. For a repro that does not fit any more.
 */
enum gx_status gx_session_go_on(struct gx_session *session, const struct gx_path *prefix,
				const struct gx_session_options *options, struct gx_error *err) GX_MUST_USE;

/*
 * Describe the execution of `path` on the loaded pair: every finding it shows, with steps. The repro line is `repro` if given, which
 * outlives the result, else made from the path.
 */
enum gx_status gx_session_describe(struct gx_session *session, const struct gx_path *path, const char *repro,
				   struct gx_error *err) GX_MUST_USE;

/* What is replayed from now on stops at this step, for a debugger (debug.h). */
void gx_session_break_at(uint32_t step);

#endif
