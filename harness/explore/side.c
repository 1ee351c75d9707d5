#include "explore/side.h"

#include <stdlib.h>
#include <string.h>

#include "core/rescue.h"

static void make_room(struct gx_side_notes *notes, unsigned count)
{
	size_t capacity = notes->capacity ? notes->capacity : 1024;
	struct gx_memory_touch *larger;

	if (notes->used + count <= notes->capacity)
		return;
	while (capacity < notes->used + count)
		capacity *= 2;
	larger = realloc(notes->touches, capacity * sizeof(*larger));
	if (!larger)
		gx_no_memory("the footprints of steps");
	notes->touches = larger;
	notes->capacity = capacity;
}

struct gx_side_step gx_side_note(struct gx_side_notes *notes, struct gx_memory_footprint *touched, unsigned task,
				 uint64_t able)
{
	struct gx_side_step step = {.from = notes->used, .task = task, .able = able, .everything = touched->everything};

	gx_memory_tidy(touched);
	step.count = touched->count;
	if (!step.count)
		return step;
	make_room(notes, step.count);
	memcpy(notes->touches + notes->used, touched->touches, step.count * sizeof(*notes->touches));
	notes->used += step.count;
	return step;
}

bool gx_side_race(const struct gx_side_notes *notes, const struct gx_side_step *one, const struct gx_side_step *other)
{
	if (one->task == other->task || !one->count || !other->count)
		return false;
	if (!(one->able >> other->task & 1) || !(other->able >> one->task & 1))
		return false;
	return one->everything || other->everything ||
	       gx_memory_conflict(notes->touches + one->from, one->count, notes->touches + other->from, other->count);
}

static uint8_t bytes_in(const struct gx_side_notes *notes, const struct gx_memory_touch *touch,
			const struct gx_side_step *other)
{
	uint8_t bytes = 0;

	for (unsigned i = 0; i < other->count; i++)
		bytes |= gx_memory_meet(touch, &notes->touches[other->from + i]);
	return bytes;
}

uint64_t gx_side_granule(const struct gx_side_notes *notes, const struct gx_side_step *one,
			 const struct gx_side_step *other, unsigned *nth, uint8_t *bytes)
{
	for (unsigned i = *nth; i < one->count; i++) {
		*bytes = bytes_in(notes, notes->touches + one->from + i, other);
		if (*bytes) {
			*nth = i + 1;
			return notes->touches[one->from + i].granule;
		}
	}
	return 0;
}

void gx_side_release(struct gx_side_notes *notes)
{
	free(notes->touches);
	*notes = (struct gx_side_notes){0};
}
