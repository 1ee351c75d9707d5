#include "core/shift.h"

#include <string.h>

#include "core/parts.h"

#define SECOND 1000000000ull
#define DAY    86400ull
enum { DAYS_BEFORE = 1, DAYS = 31, UNITS = 4, LONG_PAST_S = 1 };

/* Times of one clock in one unit: low <= t < low + size; `now` of them is now. */
struct window {
	uint64_t low;
	uint64_t size;
	uint64_t now;
	uint64_t long_past; /* more than this before now */
};

static const uint64_t per_second[UNITS] = {1, 1000, 1000000, SECOND};

static uint64_t begins[GX_CLOCKS_MAX];
static unsigned clocks;

void gx_clock_begins_at(uint64_t ns)
{
	for (unsigned i = 0; i < clocks; i++)
		if (begins[i] == ns)
			return;
	GX_ASSERT(clocks < GX_CLOCKS_MAX);
	begins[clocks++] = ns;
}

/* [clock * UNITS + unit] */
static struct window windows[GX_CLOCKS_MAX * UNITS];

static void set_windows(void)
{
	uint64_t shown = GX_HIDDEN->now - (GX_HIDDEN->first_look - 1);

	for (unsigned i = 0; i < clocks * UNITS; i++) {
		uint64_t in_second = per_second[i % UNITS];
		uint64_t first = begins[i / UNITS] / (SECOND / in_second);

		windows[i] = (struct window){.low = first - DAYS_BEFORE * DAY * in_second,
					     .size = DAYS * DAY * in_second,
					     .now = (begins[i / UNITS] + shown) / (SECOND / in_second),
					     .long_past = gx_core.time == GX_TIME_SEEN ? LONG_PAST_S * in_second
										       : UINT64_MAX};
	}
}

/* Some time that was seen is long past. */
static bool long_past;

/* How far it is from now. */
static uint64_t distance(const struct window *window, uint64_t time)
{
	if (time >= window->now || window->now - time <= window->long_past)
		return time - window->now;
	long_past = true;
	return UINT64_MAX / 2;
}

/*
 * A double of at least a day, in integers alone: to compare arbitrary bits as a double raises flags of the processor's, which a switch saves
 * on the stacks of tasks.
 */
static bool shift_double(uint64_t *word)
{
	enum { BIAS = 1023, MANTISSA = 52, LARGEST = 62 };
	uint64_t exponent = (*word >> MANTISSA) - BIAS; /* of a negative number: far too large */
	uint64_t mantissa = (*word & ((1ull << MANTISSA) - 1)) | 1ull << MANTISSA;
	uint64_t whole;
	uint64_t part = 0;

	if (exponent < 16 || exponent > LARGEST)
		return false;
	if (exponent < MANTISSA)
		part = mantissa << (64 - MANTISSA + exponent);
	whole = exponent < MANTISSA ? mantissa >> (MANTISSA - exponent) : mantissa << (exponent - MANTISSA);
	for (unsigned i = 0; i < clocks * UNITS; i++)
		if (whole - windows[i].low < windows[i].size) {
			*word = distance(&windows[i], whole) * 31 + part;
			return true;
		}
	return false;
}

/* Seconds in four bytes. */
static bool shift_half(uint32_t *half)
{
	for (unsigned i = 0; i < clocks; i++) {
		const struct window *window = &windows[(size_t)i * UNITS];

		if (*half - (uint32_t)window->low < (uint32_t)window->size) {
			*half = (uint32_t)distance(window, *half);
			return true;
		}
	}
	return false;
}

/* If the word holds a time, or two halves of it do: what takes its place. */
static bool shift_word(uint64_t *word)
{
	uint32_t halves[2];
	bool shifted;

	for (unsigned i = 0; i < clocks * UNITS; i++)
		if (*word - windows[i].low < windows[i].size) {
			*word = distance(&windows[i], *word);
			return true;
		}
	memcpy(halves, word, sizeof(halves));
	shifted = shift_half(&halves[0]);
	shifted |= shift_half(&halves[1]);
	if (!shifted)
		return shift_double(word);
	memcpy(word, halves, sizeof(halves));
	return true;
}

/* ---- most lines hold no time: these are looked at, eight halves of words at once, and left ---- */

typedef uint32_t halves __attribute__((vector_size(32)));

/* low <= half < low + size, of those halves that `of` has as ones. */
struct sieve {
	halves low;
	halves size;
	halves of;
};

static struct sieve sieves[GX_CLOCKS_MAX * UNITS + 1];

/* Not a function: a vector returned would need an ABI of its own. */
#define ALL(half) ((halves){(half), (half), (half), (half), (half), (half), (half), (half)})

/* Once the clocks are known: seconds may stand in either half of a word, anything larger is told by the upper one, which comes second. */
static void make_sieves(void)
{
	const halves upper = {0, UINT32_MAX, 0, UINT32_MAX, 0, UINT32_MAX, 0, UINT32_MAX};
	unsigned count = clocks * UNITS;

	for (unsigned i = 0; i < count; i++) {
		uint64_t low = windows[i].low;
		uint64_t end = low + windows[i].size;
		bool seconds = i % UNITS == 0;
		uint32_t first = (uint32_t)(seconds ? low : low >> 32);
		uint32_t many = (uint32_t)(seconds ? windows[i].size : (end >> 32) - (low >> 32) + 1);

		sieves[i] =
			(struct sieve){.low = ALL(first), .size = ALL(many), .of = seconds ? ALL(UINT32_MAX) : upper};
	}
	/* Doubles: by their exponents. */
	sieves[count] = (struct sieve){.low = ALL((1023u + 16) << 20), .size = ALL(47u << 20), .of = upper};
}

static inline __attribute__((always_inline)) bool may_hold_times(const unsigned char *line)
{
	unsigned count = clocks * UNITS + 1;
	halves found = ALL(0);
	uint64_t any[4];

	for (unsigned half = 0; half < 2; half++) {
		halves in;

		memcpy(&in, line + half * sizeof(in), sizeof(in));
		for (unsigned i = 0; i < count; i++)
			found |= (halves)(in - sieves[i].low < sieves[i].size) & sieves[i].of;
	}
	memcpy(any, &found, sizeof(any));
	return any[0] | any[1] | any[2] | any[3];
}

static uint64_t __attribute__((noinline)) shift_line(const unsigned char *line, size_t size, uint64_t seed)
{
	uint64_t words[GX_LINE_BYTES / sizeof(uint64_t)] = {0};
	bool shifted = false;

	gx_raw_copy((unsigned char *)words, line, size);
	for (unsigned i = 0; i < GX_LINE_BYTES / sizeof(uint64_t); i++)
		if (words[i] >= DAY) /* nothing below is a time */
			shifted |= shift_word(&words[i]);
	return shifted ? gx_line_hash(words, GX_LINE_BYTES, ~seed) - gx_line_hash(line, size, seed) : 0;
}

static inline __attribute__((always_inline)) uint64_t sum_of_lines(const unsigned char *base, size_t size,
								   uint64_t seed)
{
	uint64_t sum = 0;

	for (size_t at = 0; at < size; at += GX_LINE_BYTES) {
		size_t rest = size - at < GX_LINE_BYTES ? size - at : GX_LINE_BYTES;

		if (rest < GX_LINE_BYTES || GX_ASAN || may_hold_times(base + at))
			sum += shift_line(base + at, rest, seed + at);
	}
	return sum;
}

static uint64_t shift_lines_anywhere(const unsigned char *base, size_t size, uint64_t seed)
{
	return sum_of_lines(base, size, seed);
}

#if defined(__x86_64__)
/* The same code, by the processor's wide registers. */
static uint64_t __attribute__((target("avx2"))) shift_lines_wide(const unsigned char *base, size_t size, uint64_t seed)
{
	return sum_of_lines(base, size, seed);
}
#endif

static uint64_t shift_lines(const unsigned char *base, size_t size, uint64_t seed)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return shift_lines_wide(base, size, seed);
#endif
	return shift_lines_anywhere(base, size, seed);
}

static uint64_t shift_part(const struct gx_part *part)
{
	const struct gx_task *task = &GX_HIDDEN->tasks[part->index];
	const unsigned char *first;

	switch (part->kind) {
	case GX_PART_SEGMENT:
		return shift_lines(part->base, part->size, gx_segment_seed(part->index, 0));
	case GX_PART_STACK:
		first = gx_stack_first_line(task);
		return shift_lines(first, (size_t)(gx_slot_stack_top(task->slot) - first), gx_line_seed(first));
	case GX_PART_SHARED:
		if (!gx_core.program->times_in_shared)
			return 0;
		return shift_lines(part->base, part->size, gx_line_seed(part->base));
	case GX_PART_ARENA:
		return shift_lines(part->base, part->size, gx_line_seed(part->base));
	case GX_PART_HEADER:
	case GX_PART_RECORD:
	case GX_PART_ARENA_LIST:
		break;
	}
	return 0;
}

/* What one task has on its stack concerns those who have looked only if it is that task's. */
static bool concerns_a_looker(const struct gx_part *part)
{
	return gx_core.lookers && (part->kind != GX_PART_STACK || gx_core.lookers >> part->index & 1);
}

uint64_t gx_shift_hash(void)
{
	struct gx_part parts[GX_PARTS_MAX] GX_UNINITIALISED;
	uint64_t sum = 0;
	unsigned count;

	if (gx_core.time == GX_TIME_COME || gx_core.time >= GX_TIME_ABSOLUTE || !GX_HIDDEN->first_look)
		return 0;
	set_windows();
	if (!sieves[0].size[0])
		make_sieves();
	count = gx_parts(parts);
	for (unsigned i = 0; i < count; i++) {
		long_past = false;
		sum += shift_part(&parts[i]);
		if (long_past && concerns_a_looker(&parts[i]))
			gx_need_time(GX_TIME_FAR);
	}
	return sum;
}
