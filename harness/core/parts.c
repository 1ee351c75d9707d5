#include "core/parts.h"

#include <stddef.h>

static void add(struct gx_part *parts, unsigned *count, enum gx_part_kind kind, unsigned index, const void *base,
		size_t size)
{
	parts[(*count)++] =
		(struct gx_part){.base = (unsigned char *)(uintptr_t)base, .size = size, .kind = kind, .index = index};
}

unsigned gx_parts(struct gx_part parts[GX_PARTS_MAX])
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	unsigned count = 0;

	add(parts, &count, GX_PART_HEADER, 0, hidden, offsetof(struct gx_hidden, arenas));
	add(parts, &count, GX_PART_ARENA_LIST, 0, hidden->arenas, hidden->arena_count * sizeof(hidden->arenas[0]));
	for (unsigned i = 0; i < gx_core.adopted; i++)
		add(parts, &count, GX_PART_SEGMENT, i, gx_core.segments[i].base, gx_core.segments[i].size);
	add(parts, &count, GX_PART_SHARED, 0, GX_SHARED_BASE, gx_core.shared_used);
	for (uint64_t rest = hidden->used; rest; rest &= rest - 1) {
		unsigned index = (unsigned)__builtin_ctzll(rest);
		const struct gx_task *task = &hidden->tasks[index];

		add(parts, &count, GX_PART_RECORD, index, task, sizeof(*task));
		if (task->state == GX_TASK_PARKED)
			add(parts, &count, GX_PART_STACK, index, task->sp,
			    (size_t)(gx_slot_stack_top(task->slot) - (unsigned char *)task->sp));
	}
	for (uint32_t i = 0; i < hidden->arena_count; i++)
		add(parts, &count, GX_PART_ARENA, i, gx_slot_arena(hidden->arenas[i]),
		    gx_arena_high(hidden->arenas[i]));
	return count;
}

/* ---- hashes ---- */

/* What a deadline is to the state: sched.h, enum gx_time. One that has come has no distance. */
static uint64_t distance(uint64_t deadline)
{
	uint64_t now = GX_HIDDEN->now;

	if (deadline == GX_FOREVER)
		return GX_FOREVER;
	if (deadline <= now)
		return 0;
	return gx_core.time >= GX_TIME_SEEN ? deadline - now : 1;
}

uint64_t gx_record_hash(const struct gx_task *task)
{
	unsigned char copy[offsetof(struct gx_task, sp)] GX_UNINITIALISED;
	uint64_t away = distance(task->op.deadline);

	memcpy(copy, task, sizeof(copy));
	memcpy(copy + offsetof(struct gx_task, op.deadline), &away, sizeof(away));
	return XXH3_64bits_withSeed(copy, sizeof(copy), 0x7461736bull);
}

/* What the clock shows to those who have looked at it: all of it, or what states have to agree in to be one (shift.h). */
static uint64_t shown_time(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t shown = hidden->now - (hidden->first_look - 1);

	if (!hidden->first_look)
		return 0;
	return (gx_core.time < GX_TIME_ABSOLUTE ? shown % 1000000000 : shown) + 1;
}

uint64_t gx_header_hash(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	const uint64_t words[] = {
		shown_time(),
		gx_core.time == GX_TIME_LEFT ? hidden->time_ns_max + hidden->overtaken - hidden->now : 0,
		(uint64_t)hidden->spurious_left << 32 | hidden->maker_children,
		(uint64_t)(gx_core.time >= GX_TIME_ABSOLUTE ? hidden->ticks : 0) << 32 | hidden->ending,
	};

	return XXH3_64bits_withSeed(words, sizeof(words), 0x68656164ull);
}

static uint64_t lines_hash(const unsigned char *base, size_t size, uint64_t seed)
{
	uint64_t sum = 0;

	for (size_t at = 0; at < size; at += GX_LINE_BYTES)
		sum += gx_line_hash(base + at, size - at < GX_LINE_BYTES ? size - at : GX_LINE_BYTES, seed + at);
	return sum;
}

uint64_t gx_part_hash(const struct gx_part *part)
{
	const struct gx_task *task = &GX_HIDDEN->tasks[part->index];

	switch (part->kind) {
	case GX_PART_HEADER:
		return gx_header_hash();
	case GX_PART_SEGMENT:
		return lines_hash(part->base, part->size, gx_segment_seed(part->index, 0));
	case GX_PART_RECORD:
		return gx_record_hash(task);
	case GX_PART_STACK: {
		const unsigned char *first = gx_stack_first_line(task);

		return lines_hash(first, (size_t)(gx_slot_stack_top(task->slot) - first), gx_line_seed(first));
	}
	case GX_PART_SHARED:
	case GX_PART_ARENA:
		return lines_hash(part->base, part->size, gx_line_seed(part->base));
	case GX_PART_ARENA_LIST: /* the arenas are part of the state, the order in which they came is not */
		break;
	}
	return 0;
}

/* ---- stacks ---- */

void gx_task_clear_below(const struct gx_task *task)
{
	unsigned char *bottom = gx_slot_stack_bottom(task->slot);
	unsigned char *sp = task->sp;
	unsigned char *clear = sp - GX_STACK_CLEAR_BYTES;

	if (clear < bottom)
		clear = bottom;
	gx_raw_zero(clear, (size_t)(sp - clear));
}

/* Of a task that ended, or crashed, in the middle of its frames: these would keep their redzones. */
void gx_task_bury_frames(const struct gx_task *task GX_UNUSED)
{
#if GX_ASAN
	unsigned char *bottom = gx_slot_stack_bottom(task->slot);

	gx_raw_zero(GX_ASAN_SHADOW(bottom), (size_t)((unsigned char *)task->sp - bottom) / 8);
#endif
}
