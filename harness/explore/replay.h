/*
 * replay.h - one execution again, exactly: by path, by repro line, by recipe.
 *
 * Replay is strict. At the first difference it stops and says at which step, what was expected, what happened instead, and
 * what was enabled. The program must have been loaded (gx_sched_load()); all of these leave it in the state after their last
 * step, so that the caller can look; gx_sched_reset() goes back.
 */
#ifndef GX_EXPLORE_REPLAY_H
#define GX_EXPLORE_REPLAY_H

#include "explore/path.h"

/* Names a task for a message, as people know it. Writes at most `size` bytes; the clock is task 0. */
typedef void gx_task_namer(void *context, unsigned task, char *text, size_t size);

struct gx_replay {
	gx_task_namer *namer;
	void *context;
	struct gx_event *events; /* filled with the events of the execution if not NULL */
	uint32_t capacity;
	uint32_t event_count; /* may exceed capacity: then the rest was not kept */
};

/*
 * The steps of a path, then the default choice (the first option) to the end. `whole`, if not NULL, gets every choice that was
 * made. GX_EDIVERGED if a choice cannot be taken.
 */
enum gx_status gx_replay_path(struct gx_replay *replay, const struct gx_path *path, struct gx_path *whole,
			      struct gx_error *err) GX_MUST_USE;

/*
 * Replay a repro against the loaded program, checking it run by run; and at the end steps and hash. GX_EDIVERGED: *whole has the choices
 * of the repro that can still be taken.
 */
enum gx_status gx_replay_repro(struct gx_replay *replay, const struct gx_repro *repro, struct gx_path *whole,
			       struct gx_error *err) GX_MUST_USE;

/* Make the repro of a path by running it: runs with their checks, steps and hash of the whole. The caller releases *out. */
enum gx_status gx_repro_make(struct gx_repro *out, const char *scenario, const char *gate, const struct gx_path *path,
			     struct gx_error *err) GX_MUST_USE;

/*
 * One line of a recipe: let `task` run until it is about to perform an op whose label is `until` or begins with it and a dot (not
 * counting the op that it is at when the line begins), until it ends, or until it cannot go on.
 */
enum gx_recipe_until { GX_UNTIL_OP, GX_UNTIL_END, GX_UNTIL_BLOCKED, GX_UNTIL_TICK };

struct gx_recipe_step {
	const char *task; /* a name as gx_task_namer gives it; "clock" with GX_UNTIL_TICK */
	enum gx_recipe_until until;
	const char *label; /* GX_UNTIL_OP */
	unsigned line;     /* for messages */
};

/*
 * Run a recipe, then the default choice to the end; before its first line, the default choice until that line's task exists. A
 * step that does not fit: GX_EDIVERGED, with its line and what was enabled.
 */
enum gx_status gx_replay_recipe(struct gx_replay *replay, const struct gx_recipe_step *steps, unsigned count,
				struct gx_path *whole, struct gx_error *err) GX_MUST_USE;

#endif
