#include "explore/sample.h"

#include <stdlib.h>

#include "core/snapshot.h"
#include "explore/hits.h"
#include "explore/run.h"

struct sampler {
	struct gx_run run;
	const struct gx_strategy *strategy;
	void *self;          /* the strategy's memory */
	struct gx_path path; /* of the execution that runs */
	uint64_t *hashes;    /* event hash after each step, when the execution is one of the sample */
	uint32_t hashes_capacity;
	uint64_t once[GX_HITS_MAX];
	bool keeps_hashes;
};

static void note_hash(struct sampler *s)
{
	if (!s->path.count)
		return;
	if (s->path.count > s->hashes_capacity) {
		uint64_t *larger = realloc(s->hashes, s->path.capacity * sizeof(*larger));

		if (!larger)
			gx_no_memory("the hashes of an execution");
		s->hashes = larger;
		s->hashes_capacity = s->path.capacity;
	}
	s->hashes[s->path.count - 1] = gx_sched_event_hash();
}

static void copy_path(void *context, struct gx_path *path)
{
	gx_path_copy(path, &((const struct sampler *)context)->path);
}

/* The last step is over, coming to rest included. */
static void settle(struct sampler *s)
{
	if (gx_hits_pending())
		gx_run_take_hits(&s->run, copy_path, s, s->once);
	if (s->keeps_hashes)
		note_hash(s);
}

static struct gx_choice choose(void *context, const struct gx_view *view)
{
	struct sampler *s = context;
	struct gx_choice choice;

	settle(s);
	choice = gx_view_choice(view, view->count > 1 ? s->strategy->choose(s->self, view) : 0);
	gx_path_push(&s->path, choice);
	return choice;
}

/* Chance would wake everybody who waits again and again. */
enum { SPURIOUS_MAX = 2 };

static void run_one(struct sampler *s, uint64_t number)
{
	struct gx_explored *out = s->run.out;

	gx_sched_reset();
	gx_sched_limit_spurious(SPURIOUS_MAX);
	s->path.count = 0;
	s->strategy->begin(s->self, s->run.options->seed, number);
	gx_sched_run(&(struct gx_pilot){.choose = choose, .context = s});
	settle(s);
	out->points += s->path.count;
	if (s->path.count > out->depth)
		out->depth = s->path.count;
}

/* The budget is looked at now and then: the clock costs more than an execution. */
enum { LOOK_EVERY = 0x40 };

static enum gx_status sample(struct sampler *s, uint64_t executions)
{
	struct gx_explored *out = s->run.out;
	uint64_t first = out->executions;
	enum gx_status rc = GX_OK;

	for (uint64_t i = 0; i < executions && rc == GX_OK && !s->run.stop; i++) {
		s->keeps_hashes = (i & (i + 1)) == 0; /* 0, 1, 3, 7, 15, ... */
		run_one(s, i);
		out->executions = first + i + 1;
		out->sampled = i + 1;
		if (s->keeps_hashes)
			rc = gx_run_again(&s->run, &s->path, s->hashes, gx_world_memory_hash());
		gx_run_count_hangs(&s->run);
		if (i % LOOK_EVERY == 0)
			gx_run_look_around(&s->run, 0, out->depth);
	}
	return rc;
}

enum gx_status gx_sample(struct gx_explored *out, const struct gx_strategy *strategy,
			 const struct gx_explore_options *options, struct gx_error *err)
{
	struct sampler s = {.strategy = strategy};
	enum gx_status rc;

	s.self = calloc(1, strategy->size ? strategy->size : 1);
	if (!s.self)
		return gx_fail(err, GX_ENOMEM, "out of memory for the strategy");
	s.run = gx_run_begin(options, out, err);
	gx_run_is_at(copy_path, &s);
	rc = sample(&s, options->executions);
	gx_run_end(&s.run);
	gx_path_release(&s.path);
	free(s.hashes);
	free(s.self);
	return rc;
}
