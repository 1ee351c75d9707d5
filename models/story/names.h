/*
 * names.h - words for people: who a task is, what an object is, what came of a step.
 *
 * A name book follows the events of one execution (tasks come, end, and their indices are used again). Reports and replays
 * use it; nothing here runs while exploring.
 *
 *     manual-restart#1               an actor
 *     manual-restart#1/go#1          its first gx_go() task; .../thread#1 its first pthread_create()
 *     container(ws-a)#2              the second process that ran as ws-a's container in this execution
 *     gate.open, gate.close          the tasks that call open() and close()
 *     probe-manual(ws-a)             a probe
 *
 *     mutex ws_lock[1]               a static object: its symbol
 *     mutex from open_gate()         one that open_gate() has initialised; a second one: mutex from open_gate() #2
 *     mutex m1                       nobody knows more of it
 */
#ifndef GX_STORY_NAMES_H
#define GX_STORY_NAMES_H

#include <stddef.h>

#include "trial/trial.h"

#define GX_TASK_NAME_BYTES   96
#define GX_OBJECT_NAME_BYTES 64
#define GX_OBJECTS_MAX       64

/* A mutex, condition variable, ... of the program's. */
struct gx_named_object {
	uint64_t object;
	uint64_t made_at; /* gx_posix_made_at() */
	unsigned kind;
	unsigned ended; /* label of the fact that it is no more (GX_L_POSIX_DESTROY, GX_L_POSIX_FREE), or 0 */
	char ended_by[GX_TASK_NAME_BYTES]; /* whose it was */
	char name[GX_OBJECT_NAME_BYTES];   /* "" until somebody asks */
};

/* What is gone: a task, by the slot of its memory; or a block, and who has freed it. */
#define GX_GONE_MAX 64
struct gx_named_gone {
	uint64_t object; /* the slot, or where the block was */
	uint64_t size;   /* of the block; 0 of a task */
	char name[GX_TASK_NAME_BYTES];
};

struct gx_name_book {
	const struct gx_trial *trial;
	struct gx_named_gone gone[GX_GONE_MAX]; /* the last ones, in a ring */
	unsigned gone_count;
	char task[GX_TASKS_MAX][GX_TASK_NAME_BYTES];
	uint32_t slot[GX_TASKS_MAX]; /* of its memory */
	uint16_t goes[GX_TASKS_MAX];
	uint16_t threads[GX_TASKS_MAX];
	uint16_t containers[GX_WORKSPACES_MAX];
	struct gx_named_object object[GX_OBJECTS_MAX]; /* in the order in which they were first touched */
	unsigned object_count;
};

/* Begin with the tasks that set-up made. Right after gx_sched_load() or gx_sched_reset(). */
void gx_name_book_init(struct gx_name_book *book, const struct gx_trial *trial);

/*
 * The same, and every event of the executions that follow comes to the book by itself, so that live tasks can be named although their
 * makers are gone; until gx_name_book_detach().
 */
void gx_name_book_attach(struct gx_name_book *book, struct gx_trial *trial);
void gx_name_book_detach(struct gx_trial *trial);

/* Follow one event, in order. */
void gx_name_book_follow(struct gx_name_book *book, const struct gx_event *event);

/* The task with this index, now. */
const char *gx_name_book_task(const struct gx_name_book *book, unsigned index);

/* A gx_task_namer (explore/replay.h) whose context is a book: the same words, but for a task that there is not. */
void gx_name_book_namer(void *book, unsigned task, char *text, size_t size);

/* "manual-restart#1", "the probe", "somebody"; by id. "ws-a" or "", by index. */
const char *gx_name_request(const struct gx_trial *trial, unsigned request);
const char *gx_name_workspace(const struct gx_trial *trial, uint64_t workspace);

/* "ws-a", "mutex m1", ""; for the label and object of an op. */
void gx_name_object(struct gx_name_book *book, unsigned label, uint64_t object, char *text, size_t size);

/*
 * "unlocks mutex m2, which manual-restart#1 holds": what the task of this index did, by the value of a GX_F_MISUSE. False if no object is
 * concerned, or there is no more to say than gx_misuse_text().
 */
bool gx_name_misuse(struct gx_name_book *book, unsigned task, uint64_t value, char *text, size_t size);

/*
 * "busy", "table+0x18", "memory that gate.open allocated", "memory that gate.open allocated and manual-restart#1 has freed", "the stack of
 * manual-restart#1": what lies at an address, by its number.
 */
void gx_name_lock(struct gx_name_book *book, uint64_t object, char *text, size_t size);
void gx_name_memory(struct gx_name_book *book, uint64_t object, char *text, size_t size);
/* Where the two accesses of the race for it stand that the last execution has told of. */
void gx_name_race(uint64_t object, uint32_t step, struct gx_message_memory *out);

/*
 * What came of a step, from its facts: "409 name in use", "401", "online", ""; `events` are those of the step, the step's own first.
 */
void gx_name_value(struct gx_name_book *book, const struct gx_event *events, unsigned count, char *text, size_t size);

#endif
