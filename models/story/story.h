/*
 * story.h - one recorded execution in words: its steps, those that matter for a finding, who waits for whom, and a sentence.
 *
 *     recording ─► gx_story_steps()     a name book, begun with the execution, follows it
 *     live world, standing where the finding shows ─► gx_story_waits(), gx_story_message()
 *
 * All text belongs to the `keep` that is given. Whoever shows stories copies what it wants of them; nothing here runs while exploring.
 */
#ifndef GX_STORY_STORY_H
#define GX_STORY_STORY_H

#include "rules/rules.h"
#include "story/keep.h"
#include "story/names.h"

struct gx_story_step {
	const char *task;   /* "manual-restart#1", "manual-restart#1/go#1", "container(ws-a)#1", "clock" */
	const char *op;     /* "docker.create.reserve" */
	const char *object; /* "ws-a", "mutex m1", "" */
	const char *value;  /* what came of it: "409 name in use", "401", "failed", "" */
	uint32_t number;    /* of the step in its execution, from 1 */
	uint64_t at_ns;     /* virtual time */
	bool matters;
	bool collides;
	bool preempted; /* the task before it could have gone on */
};

/* "A waits for mutex m1, held by B". */
struct gx_story_wait {
	const char *task;
	const char *op;
	const char *object;
	const char *holder; /* "" if nobody in particular holds it */
};

struct gx_story {
	const char *workspace; /* "" for none */
	const char *message;   /* one sentence */
	const char *remedy;    /* what a developer could do about it, or "" */
	const struct gx_story_step *steps;
	size_t step_count;
	const struct gx_story_wait *waits;
	size_t wait_count;
};

/* The events of one execution. Zeroed bytes are an empty one. */
struct gx_recording {
	struct gx_event *events;
	uint32_t count;
	uint32_t capacity;
	const bool
		*preempted; /* per step of the path, from 0: behind a switch away from a task that could have gone on */
	uint32_t preempted_count;
	unsigned preemptions; /* how many of them are set */
};

void gx_recording_release(struct gx_recording *recording);

/* Fill steps (all up to the finding's, those that matter marked), workspace and remedy. `book` is freshly begun and follows. */
void gx_story_steps(struct gx_story *story, struct gx_name_book *book, const struct gx_recording *recording,
		    const struct gx_finding *finding, struct gx_keep *keep);

/* Fill waits from the live world, which stands at the step that showed the finding; none if they would not explain it. */
void gx_story_waits(struct gx_story *story, struct gx_name_book *book, const struct gx_finding *finding,
		    struct gx_keep *keep);

/* Fill message. `live` has followed the execution to the step that showed the finding: its tasks are named as they are there. */
void gx_story_message(struct gx_story *story, struct gx_name_book *live, const struct gx_finding *finding,
		      struct gx_keep *keep);

#endif
