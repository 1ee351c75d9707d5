/*
 * story.h - one recorded execution in words: its steps, those that matter for a finding, who waits for whom, and a sentence.
 *
 *     recording ─► gx_story_steps()     a name book, begun with the execution, follows it
 *     live world, standing where the finding shows ─► gx_story_waits(), gx_story_message()
 *     both ─► gx_story_explain()        which steps made it so, what marks them, what a developer could do
 *
 * In this order. All text belongs to the `keep` that is given. Whoever shows stories copies what it wants of them; nothing here runs while
 * exploring.
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
	const char *left;   /* of a preemption: the task that could have gone on; else "" */
	const char *place;  /* in the gate: "mygate.c:31", "" */
	uint32_t number;    /* of the step in its execution, from 1 */
	uint64_t at_ns;     /* virtual time */
	bool matters;
	bool collides;
	bool preempted; /* the task before it could have gone on */
};

/* How the holder of a wait stands to what is waited for. */
enum gx_story_hold {
	GX_STORY_HELD,  /* it owns the mutex, or is the thread that is joined */
	GX_STORY_TAKEN, /* it took the semaphore's last unit and gave none back */
	GX_STORY_PASSED /* nobody holds a condition: it was the last at its mutex who could have woken the waiter */
};

/* "A waits for mutex m1, held by B since step 7, which has ended". */
struct gx_story_wait {
	const char *task;
	const char *place; /* where it stands: "mygate.c:31", "" */
	const char *op;
	const char *object;
	const char *holder; /* "" if nobody in particular holds it */
	enum gx_story_hold hold;
	bool holder_ended;
	uint32_t since;     /* the step at which the holder took it, or came by; 0: not known */
	uint64_t object_id; /* as in events */
	unsigned label;     /* of the op */
};

struct gx_story_table;

struct gx_story {
	const char *workspace; /* "" for none */
	const char *message;   /* one sentence */
	const char *remedy;    /* what a developer could do about it, or "" */
	const char *marks;     /* what the steps that collide have in common: "these collide", ... */
	const struct gx_story_step *steps;
	size_t step_count;
	const struct gx_story_wait *waits;
	size_t wait_count;
	bool repeats;             /* it goes round in a loop, of which one round is shown */
	enum gx_wait_cause cause; /* why those who wait do so for ever */
	struct gx_story_table *table;
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

/* Fill steps (all up to the finding's) and workspace. `book` is freshly begun and follows. */
void gx_story_steps(struct gx_story *story, struct gx_name_book *book, const struct gx_recording *recording,
		    const struct gx_finding *finding, struct gx_keep *keep);

/*
 * Fill waits and their cause from the live world, which stands at the step that showed the finding; none if they would not explain it.
 * `live` has followed the execution up to there: tasks are named as they are there, objects as `book` has named them.
 */
void gx_story_waits(struct gx_story *story, struct gx_name_book *book, const struct gx_name_book *live,
		    const struct gx_finding *finding, struct gx_keep *keep);

/* Fill message; `live` as above. */
void gx_story_message(struct gx_story *story, struct gx_name_book *live, const struct gx_finding *finding,
		      struct gx_keep *keep);

/* Say which steps matter and which collide, what that mark means, and the remedy. causes.c */
void gx_story_explain(struct gx_story *story, const struct gx_finding *finding, struct gx_keep *keep);

#endif
