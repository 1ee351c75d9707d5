#include "core/track.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/parts.h"
#include "core/raw.h"
#include "core/shift.h"
#include "core/snapshot.h"

#define LOG_BYTES    (16ull << 30) /* address space; pages are committed as they are touched */
#define MIRROR_BYTES (GX_WORLD_AREA_BYTES + (uint64_t)GX_SLOT_COUNT * GX_SLOT_BYTES)
/* A line and its mirror lie in different places of the caches. */
#define MIRROR_SHIFT 2048u
#define LINES_BYTES  (256ull << 20) /* more than all lines of the largest world, twice */

/* Bytes that were different, followed by what they were. */
struct entry {
	unsigned char *at;
	unsigned char *mirror; /* NULL: bookkeeping of ours, which has none */
	size_t size;
};

/* What the mirror holds, in a few words. */
struct page {
	uint64_t hash; /* of the state */
	uint64_t header_hash;
	uint64_t now;
	uint64_t tasks;  /* bit per index: has a record */
	uint64_t stacks; /* bit per index: has a live stack */
	uint64_t arena_count;
};

/* A frame of the log: behind its entries, what the mirror held before. */
struct frame {
	size_t previous;  /* where the frame before ends; the entries of this one begin there */
	uint64_t changed; /* tasks whose record has changed */
	struct page page;
};

struct known_task {
	uint64_t hash;        /* of the record */
	unsigned char *stack; /* first line of the live stack; NULL: none */
	uint64_t slot;
};

struct known_arena {
	uint32_t slot;
	uint32_t size; /* used, in whole lines */
};

static struct {
	unsigned char *log;
	size_t used; /* where the last frame ends */
	size_t high;
	unsigned char *mirror;
	unsigned char *shadow; /* ASan: a mirror of the shadows of stacks */
	unsigned char *segment[GX_WORLD_ADOPTED];
	size_t segment_size[GX_WORLD_ADOPTED];
	bool wide; /* the processor compares 32 bytes at once */
	struct page page;
	struct known_task task[GX_TASKS_MAX];
	struct known_arena arena[GX_ARENAS_MAX];
} track;

/* ---- memory ---- */

static enum gx_status reserve(unsigned char **out, uint64_t size, const char *what, struct gx_error *err)
{
	void *base;

	if (*out)
		return GX_OK;
	base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return gx_fail(err, GX_ENOMEM, "cannot reserve %llu MiB of address space for %s: %s",
			       (unsigned long long)(size >> 20), what, strerror(errno));
	*out = base;
	return GX_OK;
}

static inline unsigned char *mirror_of(const void *at)
{
	return track.mirror + MIRROR_SHIFT + ((uintptr_t)at - GX_WORLD_BASE);
}

#if GX_ASAN
static inline unsigned char *shadow_of(const void *at)
{
	return track.shadow + ((uintptr_t)at - GX_WORLD_BASE) / 8;
}
#endif

static inline size_t round_up(size_t size, size_t to)
{
	return (size + to - 1) & ~(to - 1);
}

/* ---- the log ---- */

static inline unsigned char *log_bytes(unsigned char *at, unsigned char *mirror, size_t size)
{
	struct entry *entry = (struct entry *)(track.log + track.used);

	*entry = (struct entry){.at = at, .mirror = mirror, .size = size};
	track.used += sizeof(*entry) + round_up(size, 8);
	return (unsigned char *)(entry + 1);
}

/* Nearly always a line. */
static inline __attribute__((always_inline)) void copy_line(void *to, const void *from, size_t size)
{
	if (!GX_ASAN && size == GX_LINE_BYTES)
		memcpy(to, from, GX_LINE_BYTES);
	else
		gx_raw_copy(to, from, size);
}

/* The bytes at `at` have been changed, or gone: their old ones are those of the mirror. */
static inline void log_old(unsigned char *at, unsigned char *mirror, size_t size)
{
	copy_line(log_bytes(at, mirror, size), mirror, size);
}

/* They have come; before, they were dead, and zero. */
static inline void log_new(unsigned char *at, unsigned char *mirror, size_t size)
{
	memset(log_bytes(at, mirror, size), 0, size);
}

static inline void log_own(void *at, size_t size)
{
	memcpy(log_bytes(at, NULL, size), at, size);
}

/* ---- pass 1: what differs ---- */

/* A line that differs, or has come, or has gone. */
enum change { CHANGED, NEW, GONE };
struct line {
	unsigned char *at;
	unsigned char *mirror;
	uint32_t size;
	enum change change;
};

static struct {
	unsigned count;
	bool open;         /* between a look and what comes of it */
	size_t previous;   /* where the log ended before */
	bool arenas_moved; /* one has come, gone, or changed its size */
	uint64_t changed;  /* bit per task: its record differs, or has come or gone */
	struct page page;
	uint64_t record_hash[GX_TASKS_MAX]; /* of those that have changed */
	struct line *lines;                 /* LINES_BYTES of them: no world has more */
} seen;

static inline void see(unsigned char *at, unsigned char *mirror, size_t size, uint64_t seed, enum change change)
{
	seen.lines[seen.count++] = (struct line){.at = at, .mirror = mirror, .size = (uint32_t)size, .change = change};
	if (change != NEW)
		seen.page.hash -= gx_line_hash(mirror, size, seed);
	if (change != GONE)
		seen.page.hash += gx_line_hash(at, size, seed);
}

typedef uint64_t pair __attribute__((vector_size(16), may_alias, aligned(8)));

/* `size` is a multiple of 16, and a constant where it matters. */
static inline __attribute__((always_inline)) bool same_words(const void *a, const void *b, size_t size)
{
	const pair *x = a;
	const pair *y = b;
	pair differ = {0};

#pragma GCC unroll 16
	for (size_t i = 0; i < size / sizeof(pair); i++)
		differ |= x[i] ^ y[i];
	return !(differ[0] | differ[1]);
}

_Static_assert(sizeof(struct gx_task) % sizeof(pair) == 0 && _Alignof(struct gx_hidden) >= 8,
	       "records are compared in pairs");

/* ASan: the shadow of a stack's line, 8 bytes, belongs to it. */
static inline bool same_shadow(const unsigned char *at GX_UNUSED)
{
#if GX_ASAN
	return gx_raw_same(GX_ASAN_SHADOW(at), shadow_of(at), GX_LINE_BYTES / 8);
#else
	return true;
#endif
}

/* Most of the world is as it was. Which of up to 64 lines differ, a bit each. */
enum { STRIDE_LINES = 64 };

static GX_NO_ASAN uint64_t differing_by_pairs(const unsigned char *at, const unsigned char *mirror, unsigned lines)
{
	uint64_t differ = 0;

	for (unsigned i = 0; i < lines; i++, at += GX_LINE_BYTES, mirror += GX_LINE_BYTES)
		if (!same_words(at, mirror, GX_LINE_BYTES) || !same_shadow(at))
			differ |= 1ull << i;
	return differ;
}

#if defined(__x86_64__) && !GX_ASAN
#define WITH_AVX2 __attribute__((target("avx2")))

static inline WITH_AVX2 __m256i difference(const unsigned char *a, const unsigned char *b)
{
	return _mm256_xor_si256(_mm256_loadu_si256((const __m256i_u *)(const void *)a),
				_mm256_loadu_si256((const __m256i_u *)(const void *)b));
}

static inline WITH_AVX2 __m256i line_difference(const unsigned char *a, const unsigned char *b)
{
	return _mm256_or_si256(difference(a, b), difference(a + 32, b + 32));
}

static inline WITH_AVX2 bool is_zero(__m256i x)
{
	return _mm256_testz_si256(x, x);
}

/* The same: two lines at a time, one look at both. */
static WITH_AVX2 uint64_t differing_by_quads(const unsigned char *at, const unsigned char *mirror, unsigned lines)
{
	uint64_t differ = 0;
	unsigned i = 0;

	for (; i + 2 <= lines; i += 2, at += 2 * GX_LINE_BYTES, mirror += 2 * GX_LINE_BYTES) {
		__m256i first = line_difference(at, mirror);
		__m256i second = line_difference(at + GX_LINE_BYTES, mirror + GX_LINE_BYTES);

		if (is_zero(_mm256_or_si256(first, second)))
			continue;
		differ |= (uint64_t)!is_zero(first) << i | (uint64_t)!is_zero(second) << (i + 1);
	}
	if (i < lines)
		differ |= (uint64_t)!is_zero(line_difference(at, mirror)) << i;
	return differ;
}

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2");
}
#else
#define differing_by_quads differing_by_pairs

static bool has_avx2(void)
{
	return false;
}
#endif

/* Of so many lines, and STRIDE_LINES at most. */
static inline uint64_t differing_lines(unsigned char *from, size_t lines)
{
	unsigned count = lines < STRIDE_LINES ? (unsigned)lines : STRIDE_LINES;

	return track.wide ? differing_by_quads(from, mirror_of(from), count)
			  : differing_by_pairs(from, mirror_of(from), count);
}

static void compare_lines(unsigned char *from, const unsigned char *to)
{
	while (from < to) {
		uint64_t differ = differing_lines(from, (size_t)(to - from) / GX_LINE_BYTES);

		for (; differ; differ &= differ - 1) {
			unsigned char *at = from + (size_t)__builtin_ctzll(differ) * GX_LINE_BYTES;

			see(at, mirror_of(at), GX_LINE_BYTES, gx_line_seed(at), CHANGED);
		}
		from += STRIDE_LINES * GX_LINE_BYTES;
	}
}

static void see_lines(unsigned char *from, const unsigned char *to, enum change change)
{
	for (; from < to; from += GX_LINE_BYTES)
		see(from, mirror_of(from), GX_LINE_BYTES, gx_line_seed(from), change);
}

/* A stretch that ends at `top` and began at `old`, and begins at `now`. */
static void compare_down(unsigned char *old, unsigned char *now, unsigned char *top)
{
	unsigned char *both = old > now ? old : now;

	if (now < both)
		see_lines(now, both, NEW);
	if (old < both)
		see_lines(old, both, GONE);
	compare_lines(both, top);
}

static void compare_segments(void)
{
	for (unsigned i = 0; i < gx_core.adopted; i++) {
		unsigned char *base = gx_core.segments[i].base;
		size_t size = gx_core.segments[i].size;

		for (size_t at = 0; at < size; at += GX_LINE_BYTES) {
			size_t bytes = size - at < GX_LINE_BYTES ? size - at : GX_LINE_BYTES;

			if (!gx_raw_same(base + at, track.segment[i] + at, bytes))
				see(base + at, track.segment[i] + at, bytes, gx_segment_seed(i, at), CHANGED);
		}
	}
}

static void compare_shared(void)
{
	compare_lines(GX_SHARED_BASE, GX_SHARED_BASE + round_up(gx_core.shared_used, GX_LINE_BYTES));
}

static void compare_header(void)
{
	seen.page.header_hash = gx_header_hash();
	seen.page.hash += seen.page.header_hash - track.page.header_hash;
}

/* Time has passed, and the task's deadline with it has come nearer. */
static bool is_nearer(const struct gx_task *task)
{
	return GX_HIDDEN->now != track.page.now && task->op.deadline != GX_FOREVER &&
	       task->op.deadline > track.page.now;
}

static GX_NO_ASAN void compare_records(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;

	seen.page.now = hidden->now;
	seen.page.tasks = hidden->used;
	seen.changed = 0;
	for (uint64_t rest = hidden->used | track.page.tasks; rest; rest &= rest - 1) {
		unsigned index = (unsigned)__builtin_ctzll(rest);
		const struct gx_task *task = &hidden->tasks[index];
		bool had = track.page.tasks >> index & 1;
		bool has = hidden->used >> index & 1;

		if (had && has && same_words(task, mirror_of(task), sizeof(*task)) && !is_nearer(task))
			continue;
		seen.changed |= 1ull << index;
		seen.record_hash[index] = has ? gx_record_hash(task) : 0;
		seen.page.hash += seen.record_hash[index] - (had ? track.task[index].hash : 0);
	}
}

static bool has_stack(unsigned index)
{
	return GX_HIDDEN->used >> index & 1 && GX_HIDDEN->tasks[index].state == GX_TASK_PARKED;
}

static void compare_stack(unsigned index)
{
	const struct gx_task *task = &GX_HIDDEN->tasks[index];
	unsigned char *old = track.page.stacks >> index & 1 ? track.task[index].stack : NULL;
	unsigned char *now = has_stack(index) ? gx_stack_first_line(task) : NULL;
	uint32_t old_slot = (uint32_t)track.task[index].slot;

	if (now)
		seen.page.stacks |= 1ull << index;
	if (old && now && old_slot == task->slot) {
		compare_down(old, now, gx_slot_stack_top(task->slot));
		return;
	}
	if (old)
		see_lines(old, gx_slot_stack_top(old_slot), GONE);
	if (now)
		see_lines(now, gx_slot_stack_top(task->slot), NEW);
}

static void compare_stacks(void)
{
	seen.page.stacks = 0;
	for (uint64_t rest = GX_HIDDEN->used | track.page.stacks; rest; rest &= rest - 1)
		compare_stack((unsigned)__builtin_ctzll(rest));
}

static uint32_t arena_lines(uint32_t slot)
{
	return (uint32_t)round_up(gx_arena_high(slot), GX_LINE_BYTES);
}

/* What is known of the arena that stands at `place` of the list now; most often it stood there before. */
static uint32_t known_size(uint32_t place, uint32_t slot)
{
	if (place < track.page.arena_count && track.arena[place].slot == slot)
		return track.arena[place].size;
	for (uint32_t i = 0; i < track.page.arena_count; i++)
		if (track.arena[i].slot == slot)
			return track.arena[i].size;
	return 0;
}

static void compare_arena(uint32_t slot, uint32_t old, uint32_t now)
{
	unsigned char *base = gx_slot_arena(slot);

	compare_lines(base, base + (old < now ? old : now));
	if (old < now)
		see_lines(base + old, base + now, NEW);
	else if (now < old)
		see_lines(base + now, base + old, GONE);
}

static void compare_arenas(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;

	seen.page.arena_count = hidden->arena_count;
	seen.arenas_moved = hidden->arena_count != track.page.arena_count;
	for (uint32_t i = 0; i < hidden->arena_count; i++) {
		uint32_t slot = hidden->arenas[i];
		uint32_t now = arena_lines(slot);
		uint32_t old = known_size(i, slot);

		compare_arena(slot, old, now);
		seen.arenas_moved |= old != now || i >= track.page.arena_count || track.arena[i].slot != slot;
	}
	for (uint32_t i = 0; seen.arenas_moved && i < track.page.arena_count; i++)
		if (!gx_arena_listed(track.arena[i].slot))
			compare_arena(track.arena[i].slot, track.arena[i].size, 0);
}

static void compare_all(void)
{
	seen.count = 0;
	seen.page.hash = track.page.hash;
	compare_header();
	compare_segments();
	compare_shared();
	compare_records();
	compare_stacks();
	compare_arenas();
}

/* ---- pass 2: what was there before goes to the log ---- */

/* ASan: the shadow of a line goes where the line goes. False: it has none. */
static inline bool has_shadow(const struct line *line GX_UNUSED, struct line *shadow GX_UNUSED)
{
#if GX_ASAN
	if ((uintptr_t)line->at - GX_WORLD_BASE < MIRROR_BYTES) {
		*shadow = (struct line){.at = GX_ASAN_SHADOW(line->at),
					.mirror = shadow_of(line->at),
					.size = GX_LINE_BYTES / 8,
					.change = line->change};
		return true;
	}
#endif
	return false;
}

static inline void for_each_line(void (*perform)(const struct line *line))
{
	struct line shadow;

	for (unsigned i = 0; i < seen.count; i++) {
		perform(&seen.lines[i]);
		if (has_shadow(&seen.lines[i], &shadow))
			perform(&shadow);
	}
}

static inline void log_line(const struct line *line)
{
	if (line->change == NEW)
		log_new(line->at, line->mirror, line->size);
	else
		log_old(line->at, line->mirror, line->size);
}

static inline size_t arena_list_bytes(void)
{
	uint64_t now = GX_HIDDEN->arena_count;
	uint64_t before = track.page.arena_count;

	return (now > before ? now : before) * sizeof(GX_HIDDEN->arenas[0]);
}

static void log_all(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	log_old((unsigned char *)hidden, mirror_of(hidden), offsetof(struct gx_hidden, arenas));
	for_each_line(log_line);
	for (uint64_t rest = seen.changed; rest; rest &= rest - 1) {
		struct gx_task *task = &hidden->tasks[__builtin_ctzll(rest)];

		log_own(&track.task[__builtin_ctzll(rest)], sizeof(track.task[0]));
		log_old((unsigned char *)task, mirror_of(task), sizeof(*task));
	}
	if (!seen.arenas_moved)
		return;
	log_own(track.arena, track.page.arena_count * sizeof(track.arena[0]));
	log_old((unsigned char *)hidden->arenas, mirror_of(hidden->arenas), arena_list_bytes());
}

enum gx_status gx_track_look(uint64_t *hash, void (*peek)(void *context, uint64_t hash), void *context,
			     struct gx_error *err)
{
	GX_ASSERT(!seen.open);
	compare_all();
	*hash = seen.page.hash + gx_shift_hash();
	if (peek)
		peek(context, *hash);
	/* An entry is at most twice as large as its line; records, header and arenas are few. */
	if (seen.count * 3ull * GX_LINE_BYTES + (1u << 20) > LOG_BYTES - track.used)
		return gx_fail(err, GX_ENOMEM, "the search stack outgrew %llu GiB", LOG_BYTES >> 30);
	seen.open = true;
	seen.previous = track.used;
	log_all();
	return GX_OK;
}

/* ---- either on: the mirror becomes what the world is ---- */

static inline void keep_line(const struct line *line)
{
	if (line->change != GONE)
		copy_line(line->mirror, line->at, line->size);
}

static void keep_records(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	for (uint64_t rest = seen.changed; rest; rest &= rest - 1) {
		unsigned index = (unsigned)__builtin_ctzll(rest);
		const struct gx_task *task = &hidden->tasks[index];

		memcpy(mirror_of(task), task, sizeof(*task));
		track.task[index] = (struct known_task){.hash = seen.record_hash[index],
							.slot = task->slot,
							.stack = has_stack(index) ? gx_stack_first_line(task) : NULL};
	}
}

static void keep_arenas(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	memcpy(mirror_of(hidden->arenas), hidden->arenas, arena_list_bytes());
	for (uint32_t i = 0; i < hidden->arena_count; i++)
		track.arena[i] =
			(struct known_arena){.slot = hidden->arenas[i], .size = arena_lines(hidden->arenas[i])};
}

void gx_track_keep(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	struct frame *frame = (struct frame *)(void *)(track.log + track.used);

	GX_ASSERT(seen.open);
	seen.open = false;
	memcpy(mirror_of(hidden), hidden, offsetof(struct gx_hidden, arenas));
	for_each_line(keep_line);
	keep_records();
	if (seen.arenas_moved)
		keep_arenas();
	*frame = (struct frame){.previous = seen.previous, .changed = seen.changed, .page = track.page};
	track.used += sizeof(*frame);
	track.page = seen.page;
	if (track.used > track.high)
		track.high = track.used;
}

/* ---- or back: the world becomes what the mirror is ---- */

static inline void drop_line(const struct line *line)
{
	if (line->change == NEW)
		gx_raw_zero(line->at, line->size);
	else
		copy_line(line->at, line->mirror, line->size);
}

/* What parked tasks have below their stack pointers; `back`: those among them that had ended, and left frames there for good. */
static void clear_below(uint64_t tasks, uint64_t back)
{
	for (; tasks; tasks &= tasks - 1)
		gx_task_clear_below(&GX_HIDDEN->tasks[__builtin_ctzll(tasks)]);
	for (; GX_ASAN && back; back &= back - 1)
		gx_task_bury_frames(&GX_HIDDEN->tasks[__builtin_ctzll(back)]);
}

void gx_track_drop(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	GX_ASSERT(seen.open);
	seen.open = false;
	track.used = seen.previous;
	if (seen.arenas_moved)
		memcpy(hidden->arenas, mirror_of(hidden->arenas), arena_list_bytes());
	memcpy(hidden, mirror_of(hidden), offsetof(struct gx_hidden, arenas));
	for_each_line(drop_line);
	for (uint64_t rest = seen.changed; rest; rest &= rest - 1) {
		struct gx_task *task = &hidden->tasks[__builtin_ctzll(rest)];

		memcpy(task, mirror_of(task), sizeof(*task));
	}
	clear_below(seen.changed & track.page.stacks, track.page.stacks & ~seen.page.stacks);
}

void gx_track_undo(void)
{
	struct frame frame;
	uint64_t back;
	size_t at;
	size_t end;

	GX_ASSERT(track.used && !seen.open);
	end = track.used - sizeof(frame);
	memcpy(&frame, track.log + end, sizeof(frame));
	for (at = frame.previous; at < end;) {
		const struct entry *entry = (const struct entry *)(const void *)(track.log + at);

		copy_line(entry->at, entry + 1, entry->size);
		if (entry->mirror)
			copy_line(entry->mirror, entry + 1, entry->size);
		at += sizeof(*entry) + round_up(entry->size, 8);
	}
	back = frame.page.stacks & ~track.page.stacks;
	track.page = frame.page;
	track.used = frame.previous;
	clear_below(frame.changed & track.page.stacks, back);
}

/* ---- the beginning ---- */

static enum gx_status mirror_segments(struct gx_error *err)
{
	for (unsigned i = 0; i < gx_core.adopted; i++) {
		size_t size = gx_core.segments[i].size;

		if (track.segment_size[i] < size) {
			unsigned char *larger = realloc(track.segment[i], size);

			if (!larger)
				return gx_fail(err, GX_ENOMEM, "out of memory for a copy of the plugin's data");
			track.segment[i] = larger;
			track.segment_size[i] = size;
		}
		gx_raw_copy(track.segment[i], gx_core.segments[i].base, size);
	}
	return GX_OK;
}

static GX_NO_ASAN void mirror_lines(const unsigned char *from, const unsigned char *to)
{
	gx_raw_copy(mirror_of(from), from, (size_t)(to - from));
#if GX_ASAN
	gx_raw_copy(shadow_of(from), GX_ASAN_SHADOW(from), (size_t)(to - from) / 8);
#endif
}

static void mirror_task(unsigned index)
{
	const struct gx_task *task = &GX_HIDDEN->tasks[index];
	struct known_task *known = &track.task[index];

	gx_raw_copy(mirror_of(task), task, sizeof(*task));
	*known = (struct known_task){.hash = gx_record_hash(task), .slot = task->slot};
	track.page.tasks |= 1ull << index;
	if (!has_stack(index))
		return;
	known->stack = gx_stack_first_line(task);
	track.page.stacks |= 1ull << index;
	mirror_lines(known->stack, gx_slot_stack_top(task->slot));
}

static void mirror_block(void)
{
	const struct gx_hidden *hidden = GX_HIDDEN;

	gx_raw_copy(mirror_of(hidden), hidden, sizeof(*hidden));
	mirror_lines(GX_SHARED_BASE, GX_SHARED_BASE + round_up(gx_core.shared_used, GX_LINE_BYTES));
	for (uint64_t rest = hidden->used; rest; rest &= rest - 1)
		mirror_task((unsigned)__builtin_ctzll(rest));
	track.page.arena_count = hidden->arena_count;
	for (uint32_t i = 0; i < hidden->arena_count; i++) {
		uint32_t slot = hidden->arenas[i];

		track.arena[i] = (struct known_arena){.slot = slot, .size = arena_lines(slot)};
		mirror_lines(gx_slot_arena(slot), gx_slot_arena(slot) + track.arena[i].size);
	}
}

enum gx_status gx_track_begin(struct gx_error *err)
{
	enum gx_status rc = reserve(&track.log, LOG_BYTES, "the search stack", err);

	if (rc == GX_OK)
		rc = reserve(&track.mirror, MIRROR_BYTES + MIRROR_SHIFT, "the copy of the world", err);
	if (rc == GX_OK)
		rc = reserve((unsigned char **)&seen.lines, LINES_BYTES, "the lines of a step", err);
#if GX_ASAN
	if (rc == GX_OK)
		rc = reserve(&track.shadow, MIRROR_BYTES / 8, "the copy of the shadow", err);
#endif
	if (rc == GX_OK)
		rc = mirror_segments(err);
	if (rc != GX_OK)
		return rc;
	track.wide = has_avx2();
	seen.open = false;
	track.used = 0;
	track.high = 0;
	track.page = (struct page){.header_hash = gx_header_hash(),
				   .hash = gx_world_hash() - gx_shift_hash(),
				   .now = GX_HIDDEN->now};
	mirror_block();
	return GX_OK;
}

uint64_t gx_track_hash(void)
{
	return track.page.hash + gx_shift_hash();
}

size_t gx_track_high(void)
{
	return track.high;
}
