#include "core/event.h"

#include <string.h>

#include "core/internal.h"

static const char *label_names[GX_LABELS_END];

void gx_labels_register(unsigned first, const char *const *names, unsigned count)
{
	GX_ASSERT(first + count <= GX_LABELS_END);
	for (unsigned i = 0; i < count; i++)
		label_names[first + i] = names[i];
}

const char *gx_label_name(unsigned label)
{
	return label < GX_LABELS_END && label_names[label] ? label_names[label] : "?";
}

unsigned gx_label_find(const char *name)
{
	for (unsigned i = 0; i < GX_LABELS_END; i++)
		if (label_names[i] && !strcmp(label_names[i], name))
			return i;
	return 0;
}

/* One round of a multiplicative hash in the manner of splitmix64 (Steele, Lea, Flood 2014). */
static inline uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
	return hash ^ (hash >> 29);
}

static inline void happen(const struct gx_event *event)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t words[5];

	_Static_assert(sizeof(words) >= sizeof(struct gx_event), "an event is hashed whole");
	memset(words, 0, sizeof(words));
	memcpy(words, event, sizeof(*event));
	for (unsigned i = 0; i < 5; i++)
		hidden->event_hash = mix(hidden->event_hash, words[i]);
	if (gx_core.record) {
		if (*gx_core.record_count < gx_core.record_capacity)
			gx_core.record[*gx_core.record_count] = *event;
		++*gx_core.record_count;
	}
	gx_core.program->observe(gx_core.program->context, event);
}

void gx_emit_for(unsigned task, unsigned label, uint16_t extra, uint64_t object, uint64_t value)
{
	happen(&(struct gx_event){
		.step = GX_HIDDEN->steps,
		.task = (uint16_t)task,
		.label = (uint16_t)label,
		.kind = GX_EVENT_FACT,
		.extra = extra,
		.object = object,
		.value = value,
	});
}

void gx_emit_extra(unsigned label, uint16_t extra, uint64_t object, uint64_t value)
{
	gx_emit_for(gx_current ? gx_current->index : GX_CLOCK, label, extra, object, value);
}

void gx_emit(unsigned label, uint64_t object, uint64_t value)
{
	gx_emit_extra(label, 0, object, value);
}

void gx_event_step(uint16_t task, uint16_t label, uint64_t object, uint64_t value)
{
	happen(&(struct gx_event){
		.step = GX_HIDDEN->steps,
		.task = task,
		.label = label,
		.kind = GX_EVENT_STEP,
		.object = object,
		.value = value,
	});
}

void gx_sched_record(struct gx_event *events, uint32_t capacity, uint32_t *count)
{
	gx_core.record = events;
	gx_core.record_capacity = capacity;
	gx_core.record_count = count;
	if (events)
		*count = 0;
}
