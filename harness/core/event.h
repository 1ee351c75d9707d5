/*
 * event.h - everything that happens is an event: small, fixed in size, free of text and of addresses.
 *
 * The modelled primitives and the models emit events; rules judge them, reports render them, replay compares them.
 * Nothing formats text while exploring: an event carries a *label*, a small number whose name ("docker.create.reserve")
 * stands in a table that each module registers once.
 *
 * Label ranges: core 1..63, posix 64..127, docker 128..255, service (platform, actors, gate API) 256..511.
 */
#ifndef GX_CORE_EVENT_H
#define GX_CORE_EVENT_H

#include <stdint.h>

enum { GX_LABELS_CORE = 1, GX_LABELS_POSIX = 64, GX_LABELS_DOCKER = 128, GX_LABELS_SERVICE = 256, GX_LABELS_END = 512 };

enum gx_event_kind {
	GX_EVENT_STEP =
		1,    /* the scheduler granted a step: label and object are those of the op, value the alternative */
	GX_EVENT_FACT /* the code that runs says what it did: label says what, object whom, value how much */
};

struct gx_event {
	uint32_t step; /* number of the grant it belongs to; the first is 1, setup is 0 */
	uint16_t task; /* index of the task in this execution; 0 is the clock */
	uint16_t label;
	uint16_t kind;   /* enum gx_event_kind */
	uint16_t extra;  /* free for the label's owner */
	uint32_t pad;    /* always 0: events are compared and hashed as bytes */
	uint64_t object; /* gx_world_canonical() of an address, or a model's own number; never a raw address */
	uint64_t value;
};

/*
 * Name the labels first..first+count-1. `names` must live as long as the process. Called once per module at start-up, from
 * the main thread. A name is lower case words joined by dots: "mutex.lock", "docker.create.reserve".
 */
void gx_labels_register(unsigned first, const char *const *names, unsigned count);

/* The name of a label, or "?" for one that nobody registered. Any thread. */
const char *gx_label_name(unsigned label);

/* The label with this name, or 0. For recipes and scenario files; linear, not for hot paths. */
unsigned gx_label_find(const char *name);

/*
 * Emit a fact from inside a controlled task or a scheduler callback. The observers are called at once, in the emitting
 * context; they must not reach a point.
 */
void gx_emit(unsigned label, uint64_t object, uint64_t value);
void gx_emit_extra(unsigned label, uint16_t extra, uint64_t object, uint64_t value);
/* The same on behalf of the task with this index (from an observer, which runs in nobody's context). */
void gx_emit_for(unsigned task, unsigned label, uint16_t extra, uint64_t object, uint64_t value);

#endif
