#include "core/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/internal.h"
#include "core/sanitizer.h"

/*
 * Pieces by position: the hidden area in three kinds (what changes at every step, the list of arenas, the records of the tasks), the
 * segments, the shared area in chunks (a step changes a few cells of it), one stack per task index, then the arenas in the order
 * of their list.
 */
enum {
	SHARED_CHUNKS = 128,
	CHUNK_BYTES = 768, /* at least: comparing a chunk costs a call, hashing it costs its bytes; measured */
	PIECE_HEADER = 0,
	PIECE_ARENA_LIST,
	PIECE_SEGMENTS,
	PIECE_SHARED = PIECE_SEGMENTS + GX_WORLD_ADOPTED,
	PIECE_TASKS = PIECE_SHARED + SHARED_CHUNKS,
	PIECE_STACKS = PIECE_TASKS + GX_TASKS_MAX,
	PIECE_ARENAS = PIECE_STACKS + GX_TASKS_MAX,
	PIECES = PIECE_ARENAS + GX_ARENAS_MAX
};

struct piece {
	unsigned char *base;        /* where in the world; NULL: there is no such piece */
	const unsigned char *bytes; /* saved copy; NULL: not copied (yet) */
	uint32_t size;
	uint32_t key; /* stacks and arenas: slot, so that a position reused by another is noticed */
	uint64_t hash;
};

struct gx_state {
	uint64_t hash;
	uint64_t tasks;  /* bit per task index: has a record */
	uint64_t stacks; /* bit per task index: has a stack piece */
	uint32_t arenas;
	unsigned char *own; /* memory of gx_state_save() */
	size_t own_bytes;
	struct piece piece[PIECES];
};

/* ---- the pool ---- */

#define POOL_BYTES (16ull << 30) /* address space; pages are committed as they are touched */

static struct {
	unsigned char *base;
	size_t used;
	size_t high;
} pool;

static enum gx_status pool_open(struct gx_error *err)
{
	void *base;

	if (pool.base)
		return GX_OK;
	base = mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return gx_fail(err, GX_ENOMEM, "cannot reserve address space for the search stack");
	pool.base = base;
	return GX_OK;
}

size_t gx_pool_mark(void)
{
	return pool.used;
}

void gx_pool_release(size_t mark)
{
	pool.used = mark;
}

size_t gx_pool_high(void)
{
	return pool.high;
}

/* ---- pieces ---- */

/* A stack's saved copy is followed by the copy of its shadow in ASan builds (sanitizer.h). */
static size_t shadow_bytes(unsigned position, const struct piece *piece)
{
	if (GX_ASAN && position >= PIECE_STACKS && position < PIECE_ARENAS)
		return (piece->size + 7) / 8;
	return 0;
}

static size_t copy_bytes(unsigned position, const struct piece *piece)
{
	return ((size_t)piece->size + shadow_bytes(position, piece) + 15) & ~(size_t)15;
}

#if GX_ASAN
/*
 * memcpy is intercepted and would check redzones of live frames; these bytes are moved behind ASan's back, in words, which need
 * not be aligned: a shadow is not.
 */
typedef uint64_t __attribute__((may_alias, aligned(1))) raw_word;

static GX_NO_ASAN void raw_copy(void *to, const void *from, size_t size)
{
	volatile unsigned char *tail = to;
	const unsigned char *rest = from;
	volatile raw_word *target = to;
	const raw_word *source = from;

	for (size_t i = 0; i < size / 8; i++)
		target[i] = source[i];
	for (size_t i = size & ~(size_t)7; i < size; i++)
		tail[i] = rest[i];
}

static GX_NO_ASAN int raw_compare(const void *a, const void *b, size_t size)
{
	const volatile raw_word *x = a;
	const raw_word *y = b;
	const volatile unsigned char *x_tail = a;
	const unsigned char *y_tail = b;

	for (size_t i = 0; i < size / 8; i++)
		if (x[i] != y[i])
			return 1;
	for (size_t i = size & ~(size_t)7; i < size; i++)
		if (x_tail[i] != y_tail[i])
			return 1;
	return 0;
}

static GX_NO_ASAN void raw_zero(void *to, size_t size)
{
	volatile raw_word *target = to;
	volatile unsigned char *tail = to;

	for (size_t i = 0; i < size / 8; i++)
		target[i] = 0;
	for (size_t i = size & ~(size_t)7; i < size; i++)
		tail[i] = 0;
}
#else
#define raw_copy           memcpy
#define raw_compare        memcmp
#define raw_zero(to, size) memset((to), 0, (size))
#endif

static void save_piece(unsigned position, struct piece *piece, unsigned char *to)
{
	raw_copy(to, piece->base, piece->size);
#if GX_ASAN
	if (shadow_bytes(position, piece))
		raw_copy(to + piece->size, GX_ASAN_SHADOW(piece->base), shadow_bytes(position, piece));
#else
	(void)position;
#endif
	piece->bytes = to;
}

static void load_piece(unsigned position, const struct piece *piece)
{
#if GX_ASAN
	if (shadow_bytes(position, piece)) {
		/* Dead frames below would otherwise keep their redzones. */
		uint32_t slot = piece->key;
		unsigned char *bottom = gx_slot_stack_bottom(slot);

		raw_zero(GX_ASAN_SHADOW(bottom), (size_t)(piece->base - bottom) / 8);
		raw_copy(GX_ASAN_SHADOW(piece->base), piece->bytes + piece->size, shadow_bytes(position, piece));
	}
#endif
	raw_copy(piece->base, piece->bytes, piece->size);
	if (position >= PIECE_STACKS && position < PIECE_ARENAS) {
		unsigned char *bottom = gx_slot_stack_bottom(piece->key);
		unsigned char *clear = piece->base - GX_STACK_CLEAR_BYTES;

		if (clear < bottom)
			clear = bottom;
		raw_zero(clear, (size_t)(piece->base - clear));
	}
}

/* The inner hash of a hashed state: pieces are summed, so that the order in which tasks and arenas came does not count. */
static uint64_t weigh(uint64_t hash, uint64_t salt)
{
	hash = (hash ^ salt) * 0x9e3779b97f4a7c15ull;
	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93ull;
	return hash ^ (hash >> 32);
}

#define HASHED_TASK_BYTES offsetof(struct gx_task, sp)

#if GX_ASAN
/* Inlined XXH3 is instrumented too: hash a copy. */
static uint64_t hash_bytes(const void *bytes, size_t size)
{
	static unsigned char copy[GX_SLOT_BYTES];

	GX_ASSERT(size <= sizeof(copy));
	raw_copy(copy, bytes, size);
	return XXH3_64bits(copy, size);
}
#else
#define hash_bytes XXH3_64bits
#endif

static inline bool same_bytes(const struct piece *now, const struct piece *before)
{
	return before->base == now->base && before->size == now->size && before->key == now->key && before->bytes &&
	       !raw_compare(before->bytes, now->base, now->size);
}

static inline void place(struct piece *now, const void *base, size_t size, uint32_t key)
{
	now->base = (unsigned char *)(uintptr_t)base;
	now->size = (uint32_t)size;
	now->key = key;
	now->bytes = NULL;
}

/* Fill one piece of `after` from the world, sharing with `before` (may be NULL) if equal. Returns its weight. */
static inline uint64_t look(struct piece *now, const struct piece *before, unsigned char *base, size_t size,
			    uint32_t key, uint64_t salt)
{
	place(now, base, size, key);
	if (before && same_bytes(now, before)) {
		now->bytes = before->bytes;
		now->hash = before->hash;
	} else {
		now->hash = weigh(hash_bytes(base, size), salt);
	}
	return now->hash;
}

/* What is hashed of the header is said in internal.h; the list of arenas is not, the arenas are. */
static uint64_t look_at_hidden(struct gx_state *after, const struct gx_state *before)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	struct piece *list = &after->piece[PIECE_ARENA_LIST];

	place(&after->piece[PIECE_HEADER], hidden, offsetof(struct gx_hidden, arenas), 0);
	place(list, hidden->arenas, hidden->arena_count * sizeof(hidden->arenas[0]), 0);
	if (before && same_bytes(list, &before->piece[PIECE_ARENA_LIST]))
		list->bytes = before->piece[PIECE_ARENA_LIST].bytes;
	return weigh(hidden->now, 1) + weigh(hidden->time_ns_max, 5) +
	       weigh((uint64_t)hidden->spurious_left << 32 | hidden->maker_children, 2) + weigh(hidden->ticks, 6) +
	       weigh(hidden->ending, 3);
}

static size_t chunk_bytes(void)
{
	size_t even = (gx_core.shared_used + SHARED_CHUNKS - 1) / SHARED_CHUNKS;

	return even > CHUNK_BYTES ? even : CHUNK_BYTES;
}

static unsigned chunk_count(void)
{
	size_t size = chunk_bytes();

	return (unsigned)((gx_core.shared_used + size - 1) / size);
}

static uint64_t look_at_shared(struct gx_state *after, const struct gx_state *before)
{
	struct piece *now = &after->piece[PIECE_SHARED];
	const struct piece *old = before ? &before->piece[PIECE_SHARED] : NULL;
	size_t size = chunk_bytes();
	uint64_t sum = 0;

	for (size_t at = 0; at < gx_core.shared_used; at += size, now++) {
		size_t rest = gx_core.shared_used - at;

		sum += look(now, old, GX_SHARED_BASE + at, rest < size ? rest : size, 0, 0x300000000ull + at);
		if (old)
			old++;
	}
	return sum;
}

/* A task's record. The part from sp on is where it is, not what it is: saved, not hashed. */
static inline uint64_t look_at_record(struct piece *now, const struct piece *before, const struct gx_task *task)
{
	place(now, task, sizeof(*task), task->slot);
	if (before && same_bytes(now, before)) {
		now->bytes = before->bytes;
		now->hash = before->hash;
	} else {
		now->hash = weigh(XXH3_64bits(task, HASHED_TASK_BYTES), 0x7461736bull);
	}
	return now->hash;
}

static uint64_t look_at_tasks(struct gx_state *after, const struct gx_state *before)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t old_tasks = before ? before->tasks : 0;
	uint64_t old_stacks = before ? before->stacks : 0;
	uint64_t sum = 0;

	after->tasks = hidden->used;
	after->stacks = 0;
	for (uint64_t rest = hidden->used; rest; rest &= rest - 1) {
		unsigned index = (unsigned)__builtin_ctzll(rest);
		const struct gx_task *task = &hidden->tasks[index];
		unsigned char *sp = task->sp;

		sum += look_at_record(&after->piece[PIECE_TASKS + index],
				      old_tasks >> index & 1 ? &before->piece[PIECE_TASKS + index] : NULL, task);
		if (task->state != GX_TASK_PARKED)
			continue;
		after->stacks |= 1ull << index;
		sum += look(&after->piece[PIECE_STACKS + index],
			    old_stacks >> index & 1 ? &before->piece[PIECE_STACKS + index] : NULL, sp,
			    (size_t)(gx_slot_stack_top(task->slot) - sp), task->slot, 0x100000000ull | task->slot);
	}
	return sum;
}

static uint64_t look_at_arenas(struct gx_state *after, const struct gx_state *before)
{
	const struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t sum = 0;

	after->arenas = hidden->arena_count;
	for (uint32_t i = 0; i < hidden->arena_count; i++) {
		uint32_t slot = hidden->arenas[i];

		sum += look(&after->piece[PIECE_ARENAS + i],
			    before && i < before->arenas ? &before->piece[PIECE_ARENAS + i] : NULL, gx_slot_arena(slot),
			    gx_arena_high(slot), slot, 0x200000000ull | slot);
	}
	return sum;
}

uint64_t gx_state_diff(struct gx_state *after, const struct gx_state *before)
{
	struct piece *piece = after->piece;
	uint64_t sum = look_at_hidden(after, before);

	for (unsigned i = 0; i < gx_core.adopted; i++)
		sum += look(&piece[PIECE_SEGMENTS + i], before ? &before->piece[PIECE_SEGMENTS + i] : NULL,
			    gx_core.segments[i].base, gx_core.segments[i].size, 0, 16 + i);
	sum += look_at_shared(after, before);
	sum += look_at_tasks(after, before);
	sum += look_at_arenas(after, before);
	after->hash = sum;
	return sum;
}

/* Call `visit` for every piece of a state. */
#define FOR_EACH_PIECE(state, position) \
	for (unsigned position = PIECE_HEADER; position < PIECES; position = next_piece((state), position))

static unsigned next_of_mask(uint64_t mask, unsigned first, unsigned position, unsigned beyond)
{
	uint64_t rest = position - first < 64 ? mask >> (position - first) : 0;

	return rest ? position + (unsigned)__builtin_ctzll(rest) : beyond;
}

static inline unsigned next_piece(const struct gx_state *state, unsigned position)
{
	position++;
	if (position >= PIECE_SEGMENTS + gx_core.adopted && position < PIECE_SHARED)
		position = PIECE_SHARED;
	if (position >= PIECE_SHARED + chunk_count() && position < PIECE_TASKS)
		position = PIECE_TASKS;
	if (position >= PIECE_TASKS && position < PIECE_STACKS)
		position = next_of_mask(state->tasks, PIECE_TASKS, position, PIECE_STACKS);
	if (position >= PIECE_STACKS && position < PIECE_ARENAS)
		position = next_of_mask(state->stacks, PIECE_STACKS, position, PIECE_ARENAS);
	if (position >= PIECE_ARENAS && position - PIECE_ARENAS >= state->arenas)
		return PIECES;
	return position;
}

/* Whether a state has the piece at this position at all. */
static inline bool has_piece(const struct gx_state *state, unsigned position)
{
	if (position < PIECE_TASKS)
		return true;
	if (position < PIECE_STACKS)
		return state->tasks >> (position - PIECE_TASKS) & 1;
	if (position < PIECE_ARENAS)
		return state->stacks >> (position - PIECE_STACKS) & 1;
	return position - PIECE_ARENAS < state->arenas;
}

enum gx_status gx_state_keep(struct gx_state *after, struct gx_error *err)
{
	FOR_EACH_PIECE(after, position)
	{
		struct piece *piece = &after->piece[position];
		size_t bytes;

		if (piece->bytes)
			continue;
		bytes = copy_bytes(position, piece);
		if (bytes > POOL_BYTES - pool.used)
			return gx_fail(err, GX_ENOMEM, "the search stack outgrew %llu GiB", POOL_BYTES >> 30);
		save_piece(position, piece, pool.base + pool.used);
		pool.used += bytes;
	}
	if (pool.used > pool.high)
		pool.high = pool.used;
	return GX_OK;
}

/* An arena that `now` has and `target` has not, or has shorter: the rest must be zero again, as arena.c relies on. */
static void trim_arenas(const struct gx_state *target, const struct gx_state *now)
{
	for (uint32_t i = 0; i < now->arenas; i++) {
		const struct piece *had = &now->piece[PIECE_ARENAS + i];
		size_t keep = 0;

		for (uint32_t j = 0; j < target->arenas; j++)
			if (target->piece[PIECE_ARENAS + j].key == had->key)
				keep = target->piece[PIECE_ARENAS + j].size;
		if (had->size > keep)
			memset(had->base + keep, 0, had->size - keep);
	}
}

void gx_state_restore_from(const struct gx_state *target, const struct gx_state *now)
{
	trim_arenas(target, now);
	FOR_EACH_PIECE(target, position)
	{
		const struct piece *want = &target->piece[position];
		const struct piece *have = &now->piece[position];

		if (!has_piece(now, position) || have->bytes != want->bytes || have->key != want->key)
			load_piece(position, want);
	}
}

void gx_state_restore(const struct gx_state *state)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	for (uint32_t i = 0; i < hidden->arena_count; i++)
		memset(gx_slot_arena(hidden->arenas[i]), 0, gx_arena_high(hidden->arenas[i]));
	FOR_EACH_PIECE(state, position)
	load_piece(position, &state->piece[position]);
}

enum gx_status gx_state_new(struct gx_state **out, struct gx_error *err)
{
	enum gx_status rc = pool_open(err);

	if (rc != GX_OK)
		return rc;
	*out = calloc(1, sizeof(**out));
	return *out ? GX_OK : gx_fail(err, GX_ENOMEM, "out of memory for a state");
}

void gx_state_forget(struct gx_state *state)
{
	free(state->own);
	memset(state, 0, sizeof(*state));
}

void gx_state_free(struct gx_state *state)
{
	if (!state)
		return;
	free(state->own);
	free(state);
}

enum gx_status gx_state_save(struct gx_state *state, struct gx_error *err)
{
	unsigned char *to;

	free(state->own);
	state->own = NULL;
	gx_state_diff(state, NULL);
	state->own_bytes = 0;
	FOR_EACH_PIECE(state, position)
	state->own_bytes += copy_bytes(position, &state->piece[position]);
	state->own = malloc(state->own_bytes);
	if (!state->own)
		return gx_fail(err, GX_ENOMEM, "out of memory for a state of %zu bytes", state->own_bytes);
	to = state->own;
	FOR_EACH_PIECE(state, position)
	{
		save_piece(position, &state->piece[position], to);
		to += copy_bytes(position, &state->piece[position]);
	}
	return GX_OK;
}

uint64_t gx_state_hash(const struct gx_state *state)
{
	return state->hash;
}

uint64_t gx_world_memory_hash(void)
{
	static struct gx_state scratch; /* its pieces share nothing: never kept, never restored */
	uint64_t sum = 0;

	gx_state_diff(&scratch, NULL);
	FOR_EACH_PIECE(&scratch, position)
	if (position >= PIECE_SEGMENTS && (position < PIECE_STACKS || position >= PIECE_ARENAS))
		sum += scratch.piece[position].hash;
	return sum;
}

size_t gx_state_bytes(const struct gx_state *state)
{
	size_t sum = 0;

	FOR_EACH_PIECE(state, position)
	sum += state->piece[position].size;
	return sum;
}
