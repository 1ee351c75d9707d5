/*
 * event.h - everything that happens is an event: small, fixed in size, free of text and of addresses.
 *
 * The scheduler, the modelled primitives and the layers above emit events; an observer judges them, replay compares them, and whoever
 * tells of an execution renders them. Nothing formats text while exploring: an event carries a *label*, a small number whose name
 * ("mutex.lock") stands in a table.
 *
 * Each layer owns a range of labels, and says in its header where it begins; registering their names takes them. Nobody gets a range that
 * is not free, so that no two owners can mean different things by one number. Labels are in the hash of the events, and so in repro
 * lines: a number that has moved is another execution.
 *
 * Main thread only.
 */
#ifndef GX_CORE_EVENT_H
#define GX_CORE_EVENT_H

#include <stdint.h>

/*
 * Core's own labels (task.h) lie below GX_LABELS_CORE_END, with those of accesses to memory behind them; everybody else's between there and
 * GX_LABELS_END, the size of the table.
 */
enum { GX_LABELS_CORE = 1, GX_LABELS_CORE_END = 64, GX_LABELS_END = 512 };

enum gx_event_kind {
	GX_EVENT_STEP =
		1,    /* the scheduler granted a step: label and object are those of the op, value the alternative */
	GX_EVENT_FACT /* the code that runs says what it did: label says what, object whom, value how much */
};

struct gx_event {
	uint32_t step; /* number of the grant it belongs to; the first is 1, setup is 0 */
	uint16_t task; /* index of the task in this execution; 0 is the clock, or nobody */
	uint16_t label;
	uint16_t kind;   /* enum gx_event_kind */
	uint16_t extra;  /* free for the label's owner */
	uint32_t pad;    /* always 0: events are compared and hashed as bytes */
	uint64_t object; /* gx_world_canonical() of an address, or a model's own number; never a raw address */
	uint64_t value;
};

/*
 * Take the labels first..first+count-1 and name them. `names` and its texts must live as long as the process. Each owner calls it before its
 * first event; again with the same `names` is nothing new, a label that another owner has is a bug of the harness. A name is lower case
 * words joined by dots, the thing before what is done to it: "mutex.lock".
 */
void gx_labels_register(unsigned first, const char *const *names, unsigned count);

/* The name of a label, or "?" for one that nobody has registered. */
const char *gx_label_name(unsigned label);

/* The label with this name, or 0. Linear: for what people write, not for hot paths. */
unsigned gx_label_find(const char *name);

/*
 * Emit a fact, from inside a controlled task, for which it then is, or from a callback of the program. The program's observer (sched.h) is
 * called at once, in the emitting context; it must not reach a point, and may emit in turn.
 */
void gx_emit(unsigned label, uint64_t object, uint64_t value);
void gx_emit_extra(unsigned label, uint16_t extra, uint64_t object, uint64_t value);
/* A fact that another execution of the same schedule may lack: it is observed and recorded, and no part of the hash of the events. */
void gx_emit_aside(unsigned label, uint16_t extra, uint64_t object, uint64_t value);
/* The same on behalf of the task with this index, whoever runs: for callbacks, which know whom they speak of. */
void gx_emit_for(unsigned task, unsigned label, uint16_t extra, uint64_t object, uint64_t value);

#endif
