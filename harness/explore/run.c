#include "explore/run.h"

#include <string.h>

#include "core/lost.h"
#include "core/rescue.h"
#include "core/snapshot.h"
#include "explore/clock.h"
#include "explore/hits.h"

struct gx_run gx_run_begin(const struct gx_explore_options *options, struct gx_explored *out, struct gx_error *err)
{
	gx_hits_listen(true);
	return (struct gx_run){.options = options,
			       .out = out,
			       .started = gx_wall_seconds(),
			       .hangs = gx_sched_hangs(),
			       .next_recheck = 1,
			       .err = err};
}

static struct {
	gx_path_fn *path;
	void *context;
	struct gx_path led; /* in static memory */
} at;

static void say_where(void *context GX_UNUSED)
{
	static struct gx_choice room[GX_LED_MAX];

	at.led = (struct gx_path){.choice = room, .capacity = GX_LED_MAX};
	if (at.path)
		at.path(at.context, &at.led);
}

void gx_run_is_at(gx_path_fn *path, void *context)
{
	at.path = path;
	at.context = context;
	at.led.count = 0;
	gx_rescue_last_words(say_where, NULL);
}

void gx_run_give_up(struct gx_explored *out)
{
	gx_hits_listen(false);
	gx_path_copy(&out->led_here, &at.led);
	at.path = NULL;
}

void gx_run_end(struct gx_run *run)
{
	gx_rescue_last_words(NULL, NULL);
	at.path = NULL;
	gx_hits_listen(false);
	gx_sched_reset();
	run->out->seconds += gx_wall_seconds() - run->started;
}

/* ---- hits ---- */

static void take_hit(struct gx_run *run, uint64_t key, gx_path_fn *path, void *context, uint64_t *once)
{
	struct gx_explored *out = run->out;
	unsigned i = 0;

	while (i < out->hit_count && out->hits[i].key != key)
		i++;
	if (i == GX_HITS_MAX)
		return;
	if (i == out->hit_count) {
		out->hit_count++;
		out->hits[i].key = key;
		path(context, &out->hits[i].path);
	}
	if (!once || once[i] != out->executions + 1) {
		out->hits[i].count++;
		out->hits[i].sampled += once != NULL;
	}
	if (once)
		once[i] = out->executions + 1;
	if (run->options->stop_at_first &&
	    !(run->options->passes && run->options->passes(run->options->passes_context, key))) {
		run->stop = true;
		out->stopped = true;
		out->why = "stopped at the first finding";
	}
}

void gx_run_take_hits(struct gx_run *run, gx_path_fn *path, void *context, uint64_t *once)
{
	for (unsigned i = 0; i < gx_hits_pending(); i++)
		take_hit(run, gx_hits_pending_key(i), path, context, once);
	gx_hits_forget();
}

/* ---- budgets ---- */

void gx_run_look_around(struct gx_run *run, uint64_t states, uint32_t depth)
{
	const struct gx_explore_options *options = run->options;
	struct gx_explored *out = run->out;

	if (options->interrupted && *options->interrupted) {
		run->stop = true;
		out->interrupted = true;
		out->why = "interrupted";
	} else if (options->seconds > 0 && gx_wall_seconds() - run->started > options->seconds) {
		run->stop = true;
		out->why = "the time budget is used up";
	}
	if (options->progress)
		options->progress(options->progress_context,
				  &(struct gx_progress){.executions = states ? out->executions : out->sampled,
							.states = states,
							.transitions = out->transitions,
							.depth = depth,
							.hits = out->hit_count});
}

void gx_run_count_hangs(struct gx_run *run)
{
	if (gx_lost_is_enough()) {
		run->stop = true;
		run->out->why = "one execution after the other takes the process with it";
	}
	if (gx_sched_hangs() - run->hangs < GX_HANGS_MAX)
		return;
	run->stop = true;
	run->out->why = "ten executions hung, which takes a fifth of a second each";
}

/* ---- once more ---- */

bool gx_run_rechecks(struct gx_run *run)
{
	if (run->out->executions != run->next_recheck)
		return false;
	run->next_recheck *= 2;
	return true;
}

bool gx_take(struct gx_choice choice)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned count = gx_sched_options(options);

	if (choice.task == GX_FAIR && gx_sched_goes_round()) {
		gx_sched_step(choice);
		return true;
	}
	for (unsigned i = 0; i < count; i++)
		if (!memcmp(&options[i], &choice, sizeof(choice))) {
			gx_sched_step(choice);
			return true;
		}
	return false;
}

#define OUTSIDE "some state lives outside the world (a static variable of the program, a file, ...)"

static enum gx_status again(const struct gx_path *path, const uint64_t *hashes, uint64_t memory, struct gx_error *err)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	unsigned hangs = gx_sched_hangs();

	for (uint32_t i = 0; i < path->count; i++) {
		bool taken = gx_take(path->choice[i]);

		(void)gx_sched_options(options); /* coming to rest belongs to the step */
		if (!taken || gx_sched_event_hash() != hashes[i])
			return gx_fail(
				err, GX_EDIVERGED,
				"not deterministic: run a second time, the same schedule did something else at step "
				"%u (task %u%s); " OUTSIDE,
				i + 1, path->choice[i].task, taken ? "" : ", which could not step");
	}
	/*
	 * Equal events, and other bytes: what a program keeps outside the world shows in what it computes, if in nothing else. What a step
	 * that hangs has written by the time that it is ended, nobody can say.
	 */
	if (gx_sched_hangs() == hangs && gx_world_memory_hash() != memory)
		return gx_fail(
			err, GX_EDIVERGED,
			"not deterministic: run a second time, the same schedule of %u steps left other bytes in "
			"memory at its end; " OUTSIDE,
			path->count);
	return GX_OK;
}

enum gx_status gx_run_again(struct gx_run *run, const struct gx_path *path, const uint64_t *hashes, uint64_t memory)
{
	enum gx_status rc;

	gx_hits_listen(false);
	gx_sched_reset();
	rc = again(path, hashes, memory, run->err);
	gx_hits_listen(true);
	run->out->rechecked += rc == GX_OK;
	return rc;
}
