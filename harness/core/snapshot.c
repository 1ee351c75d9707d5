#include "core/snapshot.h"

#include <stdlib.h>

#include "core/parts.h"
#include "core/raw.h"
#include "core/shift.h"

struct gx_state {
	unsigned count;
	unsigned char *
		bytes; /* of all parts, one behind the other; a stack is followed by its shadow in ASan builds (sanitizer.h) */
	struct gx_part parts[GX_PARTS_MAX];
};

static size_t shadow_bytes(const struct gx_part *part)
{
	return GX_ASAN && part->kind == GX_PART_STACK ? (part->size + 7) / 8 : 0;
}

static size_t copy_bytes(const struct gx_part *part)
{
	return (part->size + shadow_bytes(part) + 15) & ~(size_t)15;
}

static void save_part(const struct gx_part *part, unsigned char *to)
{
	gx_raw_copy(to, part->base, part->size);
#if GX_ASAN
	gx_raw_copy(to + part->size, GX_ASAN_SHADOW(part->base), shadow_bytes(part));
#endif
}

static void load_part(const struct gx_part *part, const unsigned char *from)
{
#if GX_ASAN
	gx_raw_copy(GX_ASAN_SHADOW(part->base), from + part->size, shadow_bytes(part));
#endif
	gx_raw_copy(part->base, from, part->size);
}

/* Of an arena that the state has not, or has shorter, the rest must be zero again, as arena.c relies on. */
static void clear_arenas(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;

	for (uint32_t i = 0; i < hidden->arena_count; i++)
		gx_raw_zero(gx_slot_arena(hidden->arenas[i]), gx_arena_high(hidden->arenas[i]));
}

static void clear_below(const struct gx_task *task)
{
	gx_task_clear_below(task);
	gx_task_bury_frames(task);
}

void gx_state_restore(const struct gx_state *state)
{
	const unsigned char *from = state->bytes;

	clear_arenas();
	for (unsigned i = 0; i < state->count; i++) {
		load_part(&state->parts[i], from);
		from += copy_bytes(&state->parts[i]);
	}
	for (unsigned i = 0; i < state->count; i++)
		if (state->parts[i].kind == GX_PART_STACK)
			clear_below(&GX_HIDDEN->tasks[state->parts[i].index]);
}

enum gx_status gx_state_new(struct gx_state **out, struct gx_error *err)
{
	*out = calloc(1, sizeof(**out));
	return *out ? GX_OK : gx_fail(err, GX_ENOMEM, "out of memory for a state");
}

void gx_state_forget(struct gx_state *state)
{
	free(state->bytes);
	state->bytes = NULL;
	state->count = 0;
}

void gx_state_free(struct gx_state *state)
{
	if (!state)
		return;
	free(state->bytes);
	free(state);
}

enum gx_status gx_state_save(struct gx_state *state, struct gx_error *err)
{
	size_t size = 0;
	unsigned char *to;

	gx_state_forget(state);
	state->count = gx_parts(state->parts);
	for (unsigned i = 0; i < state->count; i++)
		size += copy_bytes(&state->parts[i]);
	state->bytes = malloc(size);
	if (!state->bytes) {
		state->count = 0;
		return gx_fail(err, GX_ENOMEM, "out of memory for a state of %zu bytes", size);
	}
	to = state->bytes;
	for (unsigned i = 0; i < state->count; i++) {
		save_part(&state->parts[i], to);
		to += copy_bytes(&state->parts[i]);
	}
	return GX_OK;
}

size_t gx_state_bytes(const struct gx_state *state)
{
	size_t sum = 0;

	for (unsigned i = 0; i < state->count; i++)
		sum += state->parts[i].size;
	return sum;
}

static uint64_t hash_of_parts(bool stacks)
{
	struct gx_part parts[GX_PARTS_MAX];
	unsigned count = gx_parts(parts);
	uint64_t sum = 0;

	for (unsigned i = 0; i < count; i++)
		if (stacks || (parts[i].kind != GX_PART_STACK && parts[i].kind != GX_PART_HEADER))
			sum += gx_part_hash(&parts[i]);
	return sum;
}

uint64_t gx_world_hash(void)
{
	return hash_of_parts(true) + gx_shift_hash();
}

uint64_t gx_world_memory_hash(void)
{
	return hash_of_parts(false);
}
