#include "explore/reduce.h"

#include <string.h>

#include "explore/explore.h"
#include "explore/hits.h"

struct reducer {
	uint64_t key;
	uint64_t left; /* steps */
	unsigned preemptions;
	struct gx_path *best;
	struct gx_path wish;  /* what is tried */
	struct gx_path taken; /* what came of it */
	bool (*stop)(void *context);
	void *context;
};

static bool goes_on(const struct reducer *r)
{
	return r->left && !r->stop(r->context);
}

/* Where `wanted` is among the options; their number if it is not. */
static unsigned find(const struct gx_choice *options, unsigned count, struct gx_choice wanted)
{
	unsigned i = 0;

	while (i < count && memcmp(&options[i], &wanted, sizeof(wanted)) != 0)
		i++;
	return i;
}

/* Run what is wished for; true if it shows the hit, and *preemptions says how simply. */
static bool run(struct reducer *r, unsigned *preemptions)
{
	struct gx_choice options[GX_OPTIONS_MAX] GX_UNINITIALISED;
	bool shown = false;
	uint32_t next = 0;
	unsigned count;

	gx_sched_reset();
	r->taken.count = 0;
	*preemptions = 0;
	while (!shown && r->left && *preemptions <= r->preemptions && (count = gx_sched_options(options)) > 0) {
		unsigned last = gx_sched_last();
		unsigned i = count;

		while (i == count && next < r->wish.count)
			i = find(options, count, r->wish.choice[next++]);
		if (i == count)
			i = 0;
		*preemptions += options[0].task == last && options[i].task != last;
		gx_path_push(&r->taken, options[i]);
		gx_sched_step(options[i]);
		r->left--;
		(void)gx_sched_options(options); /* coming to rest belongs to the step */
		shown = gx_hits_take(r->key);
	}
	return shown;
}

/* True if what is wished for was simpler than the best, which it then is. */
static bool improves(struct reducer *r)
{
	unsigned preemptions;

	if (!run(r, &preemptions) || preemptions > r->preemptions ||
	    (preemptions == r->preemptions && r->taken.count >= r->best->count))
		return false;
	gx_path_copy(r->best, &r->taken);
	r->preemptions = preemptions;
	return true;
}

static void wish(struct reducer *r, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		gx_path_push(&r->wish, r->best->choice[i]);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Leave out each chunk of this size in turn; true if some could be. */
static bool leave_out(struct reducer *r, uint32_t size)
{
	bool better = false;

	for (uint32_t from = 0; from < r->best->count && goes_on(r);) {
		r->wish.count = 0;
		wish(r, 0, from);
		wish(r, least(from + size, r->best->count), r->best->count);
		if (improves(r))
			better = true;
		else
			from += size;
	}
	return better;
}

/* The steps behind `at` of the task that ran before it come before it; false if there are none. */
static bool wish_sooner(struct reducer *r, uint32_t at)
{
	const struct gx_choice *choice = r->best->choice;
	uint32_t count = r->best->count;
	uint8_t task = choice[at - 1].task;
	uint32_t from = at;
	uint32_t to;

	while (from < count && choice[from].task != task)
		from++;
	if (from == at || from == count)
		return false;
	for (to = from; to < count && choice[to].task == task;)
		to++;
	r->wish.count = 0;
	wish(r, 0, at);
	wish(r, from, to);
	wish(r, at, from);
	wish(r, to, count);
	return true;
}

/* Let each task that is switched away from take its next steps first; true if some could. */
static bool go_on(struct reducer *r)
{
	bool better = false;

	for (uint32_t at = 1; at < r->best->count && goes_on(r);) {
		if (wish_sooner(r, at) && improves(r))
			better = true;
		else
			at++;
	}
	return better;
}

void gx_reduce(struct gx_path *path, uint64_t key, uint64_t steps, bool (*stop)(void *context), void *context)
{
	struct reducer r = {.key = key,
			    .left = steps,
			    .preemptions = gx_count_preemptions(path, NULL),
			    .best = path,
			    .stop = stop,
			    .context = context};
	bool better = true;

	gx_hits_listen(true);
	while (better && goes_on(&r)) {
		better = false;
		for (uint32_t size = path->count / 2; size && goes_on(&r); size /= 2)
			better |= leave_out(&r, size);
		better |= go_on(&r);
	}
	gx_hits_listen(false);
	gx_sched_reset();
	gx_path_release(&r.wish);
	gx_path_release(&r.taken);
}
