#include "core/event.h"

#include <string.h>

#include "core/internal.h"

/* Where in its owner's array a label's name stands: so a label has one owner, with one number for it. NULL: it is nobody's. */
static const char *const *label_names[GX_LABELS_END];

void gx_labels_register(unsigned first, const char *const *names, unsigned count)
{
	GX_ASSERT(first && first < GX_LABELS_END && count <= GX_LABELS_END - first);
	for (unsigned i = 0; i < count; i++) {
		GX_ASSERT(!label_names[first + i] || label_names[first + i] == &names[i]);
		label_names[first + i] = &names[i];
	}
}

const char *gx_label_name(unsigned label)
{
	return label < GX_LABELS_END && label_names[label] ? *label_names[label] : "?";
}

unsigned gx_label_find(const char *name)
{
	for (unsigned i = 0; i < GX_LABELS_END; i++)
		if (label_names[i] && !strcmp(*label_names[i], name))
			return i;
	return 0;
}

/*
 * Take an event into the rolling hash: the four words are multiplied side by side (the hash of the events before it waits for one
 * multiplication, not for four), then mixed in the manner of splitmix64 (Steele, Lea, Flood 2014).
 */
static inline uint64_t mix(uint64_t hash, uint64_t who, uint64_t what, uint64_t object, uint64_t value)
{
	uint64_t words = (what * 0xbf58476d1ce4e5b9ull) ^ (object * 0x94d049bb133111ebull) ^
			 ((value + 0x2545f4914f6cdd1dull) * 0xd6e8feb86659fd93ull);

	hash = (hash ^ who) * 0x9e3779b97f4a7c15ull;
	hash = (hash ^ (hash >> 29)) + words;
	hash ^= hash >> 32;
	return hash * 0xd6e8feb86659fd93ull;
}

/*
 * Events are made here and not on the stack of the task that emits: they hold the number of the step and the index of the task,
 * and the dead bytes of such a frame would tell interleavings apart that lead to the same state. Observers may emit in turn.
 */
enum { NESTED_MAX = 8 };
static struct gx_event happening[NESTED_MAX];
static unsigned nested;

static void __attribute__((noinline)) keep(const struct gx_event *event)
{
	if (*gx_core.record_count < gx_core.record_capacity)
		gx_core.record[*gx_core.record_count] = *event;
	++*gx_core.record_count;
}

static void __attribute__((noinline)) observe(struct gx_event *event)
{
	nested++;
	gx_core.program->observe(gx_core.program->context, event);
	nested--;
	if (gx_current)
		gx_scrub_stack();
}

/* Most of what happens concerns nobody. */
static inline bool is_heard(uint16_t kind, unsigned task, unsigned label)
{
	const struct gx_program *program = gx_core.program;

	if (!program->observe)
		return false;
	if (!program->heard)
		return true;
	if (kind == GX_EVENT_STEP)
		return GX_HIDDEN->watched & (1ull << task | 1ull << GX_CLOCK);
	return program->heard[label];
}

/*
 * Of an object on a stack, whose: how deep it lies there depends on the frames of this program's functions, and so on the compiler that has made
 * them. Repros play in programs of any.
 */
static inline uint64_t whose(uint64_t object)
{
	uint64_t offset = object - (1ull << 48) - GX_WORLD_AREA_BYTES;

	if (offset < GX_SLOT_COUNT * GX_SLOT_BYTES && offset % GX_SLOT_BYTES < GX_SLOT_STACK_BYTES)
		return object - offset % GX_SLOT_BYTES;
	return object;
}

static inline void happen(uint16_t kind, unsigned task, unsigned label, uint16_t extra, uint64_t object, uint64_t value)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	struct gx_event *event = &happening[nested];
	bool heard = is_heard(kind, task, label);

	if (gx_core.muted)
		return;
	GX_ASSERT(nested < NESTED_MAX);
	hidden->event_hash = mix(hidden->event_hash, hidden->steps | (uint64_t)task << 32 | (uint64_t)label << 48,
				 kind | (uint64_t)extra << 16, whose(object), value);
	if (!heard && !gx_core.record)
		return;
	event->step = hidden->steps;
	event->task = (uint16_t)task;
	event->label = (uint16_t)label;
	event->kind = kind;
	event->extra = extra;
	event->object = object;
	event->value = value;
	if (gx_core.record)
		keep(event);
	if (heard)
		observe(event);
}

void gx_event_abandon(void)
{
	nested = 0;
}

void gx_emit_for(unsigned task, unsigned label, uint16_t extra, uint64_t object, uint64_t value)
{
	happen(GX_EVENT_FACT, task, label, extra, object, value);
}

void gx_emit_extra(unsigned label, uint16_t extra, uint64_t object, uint64_t value)
{
	gx_emit_for(gx_current ? gx_current->index : GX_CLOCK, label, extra, object, value);
}

void gx_emit_aside(unsigned label, uint16_t extra, uint64_t object, uint64_t value)
{
	uint64_t hash = GX_HIDDEN->event_hash;

	gx_emit_extra(label, extra, object, value);
	GX_HIDDEN->event_hash = hash;
}

void gx_emit(unsigned label, uint64_t object, uint64_t value)
{
	gx_emit_extra(label, 0, object, value);
}

void gx_event_step(uint16_t task, uint16_t label, uint64_t object, uint64_t value)
{
	happen(GX_EVENT_STEP, task, label, 0, object, value);
}

void gx_sched_record(struct gx_event *events, uint32_t capacity, uint32_t *count)
{
	gx_core.record = events;
	gx_core.record_capacity = capacity;
	gx_core.record_count = count;
	if (events)
		*count = 0;
}
