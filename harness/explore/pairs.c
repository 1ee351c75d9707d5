#include "explore/pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/event.h"
#include "core/track.h"
#include "explore/hits.h"
#include "explore/run.h"

/* The clock is a task, too; the ways of one op are not two steps. */
static bool is_pair(const struct gx_pairs_state *state, unsigned a, unsigned b)
{
	return state->choices[a].task != state->choices[b].task;
}

static bool is_independent(const struct gx_pairs_state *state, unsigned a, unsigned b)
{
	return is_pair(state, a, b) && !gx_footprints_conflict(&state->footprints[a], &state->footprints[b]);
}

void gx_pairs_count(const struct gx_pairs_state *state, struct gx_explored *out)
{
	for (unsigned a = 0; a < state->count; a++)
		for (unsigned b = a + 1; b < state->count; b++) {
			out->pairs += is_pair(state, a, b);
			out->independent += is_independent(state, a, b);
		}
}

/* What came of two steps, one after the other. */
struct outcome {
	bool possible; /* the second could still be taken */
	uint64_t hash;
	unsigned options;
	unsigned hits;
	uint64_t keys[GX_HITS_PENDING_MAX];
};

static int by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static enum gx_status take_both(struct gx_choice first, struct gx_choice second, struct outcome *out,
				struct gx_error *err)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	enum gx_status rc;

	memset(out, 0, sizeof(*out));
	gx_hits_forget();
	gx_sched_step(first);
	out->possible = gx_take(second);
	out->options = gx_sched_options(options);
	out->hits = gx_hits_pending();
	for (unsigned i = 0; i < out->hits; i++)
		out->keys[i] = gx_hits_pending_key(i);
	qsort(out->keys, out->hits, sizeof(out->keys[0]), by_key);
	gx_hits_forget();
	rc = gx_track_look(&out->hash, NULL, NULL, err);
	if (rc == GX_OK)
		gx_track_drop();
	return rc;
}

static void tell(struct gx_explored *out, const struct outcome *one, const struct outcome *other, const char *a,
		 const char *b)
{
	const char *what = !one->possible || !other->possible ? "one disables the other"
			   : one->hash != other->hash         ? "two states"
			   : one->options != other->options   ? "other steps are enabled"
							      : "other findings";

	if (!out->unequal++)
		snprintf(out->unequal_what, sizeof(out->unequal_what), "%s and %s: %s", a, b, what);
}

/* The name of what a choice is about to do; before anything is done. */
static const char *op_of(struct gx_choice choice)
{
	const struct gx_task *task = gx_task_at(choice.task);

	return choice.task == GX_CLOCK ? "clock.tick" : task ? gx_label_name(task->op.label) : "?";
}

static enum gx_status check(struct gx_choice a, struct gx_choice b, struct gx_explored *out, struct gx_error *err)
{
	const char *first = op_of(a);
	const char *second = op_of(b);
	struct outcome one;
	struct outcome other;
	enum gx_status rc = take_both(a, b, &one, err);

	if (rc == GX_OK)
		rc = take_both(b, a, &other, err);
	if (rc == GX_OK && memcmp(&one, &other, sizeof(one)) != 0)
		tell(out, &one, &other, first, second);
	return rc;
}

enum gx_status gx_pairs_check(const struct gx_pairs_state *state, struct gx_explored *out, struct gx_error *err)
{
	enum gx_status rc = GX_OK;

	for (unsigned a = 0; a < state->count; a++)
		for (unsigned b = a + 1; b < state->count && rc == GX_OK; b++)
			if (is_independent(state, a, b))
				rc = check(state->choices[a], state->choices[b], out, err);
	return rc;
}
