#include "explore/visited.h"

#include <string.h>
#include <sys/mman.h>

/* 84 % and a fifth: between two growths a state takes 16 / 0.84 = 19 to 16 / 0.70 = 23 bytes. */
#define FULL(size)  ((size) / 100 * 84)
#define GROWN(size) ((size) + (size) / 5)
#define FIRST_SIZE  1024u

/* Places behind the last home, for entries that have been pushed on; when they run out the table grows early. */
static uint64_t margin_of(uint64_t size)
{
	return 64 + (size / 64 < 4096 ? size / 64 : 4096);
}

static size_t bytes_of(uint64_t size)
{
	return (size_t)(size + margin_of(size)) * sizeof(struct gx_visited_entry);
}

/*
 * The table grows in place, within address space that is reserved from the start: nothing is moved by the kernel, and the pages can be huge.
 * A look-up touches one place at random: with huge pages it misses the cache, but not the TLB as well. Small tables stay
 * with small pages: to clear a huge one takes longer than many a search.
 */
#define RESERVED_BYTES (16ull << 30)
#define HUGE_BYTES     (2ull << 20)
#define LARGE_BYTES    (2 * HUGE_BYTES)

static size_t pages_of(uint64_t size)
{
	size_t unit = bytes_of(size) < LARGE_BYTES ? 4096 : HUGE_BYTES;

	return (bytes_of(size) + unit - 1) & ~(unit - 1);
}

/* Only a hint. */
static void ask_for_huge_pages(const struct gx_visited *set)
{
	if (bytes_of(set->size) < LARGE_BYTES)
		return;
	(void)madvise(set->entries, pages_of(set->size), MADV_HUGEPAGE);
#ifdef MADV_COLLAPSE
	/* What it had as small pages; once, when it has become large. */
	if (bytes_of(set->size) < 2 * LARGE_BYTES)
		(void)madvise(set->entries, pages_of(set->size), MADV_COLLAPSE);
#endif
}

static bool open_pages(void *base, uint64_t size)
{
	return pages_of(size) <= RESERVED_BYTES && !mprotect(base, pages_of(size), PROT_READ | PROT_WRITE);
}

enum gx_status gx_visited_init(struct gx_visited *set, struct gx_error *err)
{
	void *reserved =
		mmap(NULL, RESERVED_BYTES + HUGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uintptr_t base = ((uintptr_t)reserved + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1);

	*set = (struct gx_visited){0};
	if (reserved == MAP_FAILED || !open_pages((void *)base, FIRST_SIZE))
		return gx_fail(err, GX_ENOMEM, "out of memory for the set of visited states");
	set->entries = (struct gx_visited_entry *)base;
	set->reserved = reserved;
	set->size = FIRST_SIZE;
	return GX_OK;
}

void gx_visited_release(struct gx_visited *set)
{
	if (set->entries)
		munmap(set->reserved, RESERVED_BYTES + HUGE_BYTES);
	*set = (struct gx_visited){0};
}

struct gx_visited_entry *gx_visited_find(struct gx_visited *set, uint64_t fingerprint)
{
	struct gx_visited_entry *entry;

	fingerprint += !fingerprint;
	for (entry = &set->entries[gx_visited_home(set, fingerprint)]; entry->fingerprint; entry++)
		if (entry->fingerprint >= fingerprint)
			return entry->fingerprint == fingerprint ? entry : NULL;
	return NULL;
}

/*
 * Grow in place, from the end: an entry's new place is never before its old one, and never before that of the entry in front
 * of it; so going down, each entry is moved to the highest place it may take.
 *
 * Two sweeps: the first moves all entries to the end of the new table, the second spreads them from the front, which is the
 * same as inserting them in order.
 */
static enum gx_status grow(struct gx_visited *set, struct gx_error *err)
{
	uint64_t old_places = set->size + margin_of(set->size);
	uint64_t size = GROWN(set->size);
	uint64_t places = size + margin_of(size);
	struct gx_visited_entry *base = set->entries;
	uint64_t from = places;
	uint64_t to = 0;

	if (!open_pages(base, size))
		return gx_fail(err, GX_ENOMEM, "out of memory for %llu visited states", (unsigned long long)set->count);
	set->size = size;
	ask_for_huge_pages(set);
	for (uint64_t i = old_places; i-- > 0;)
		if (base[i].fingerprint)
			base[--from] = base[i];
	for (; from < places; from++) {
		struct gx_visited_entry entry = base[from];
		uint64_t want = gx_visited_home(set, entry.fingerprint);

		if (want < to)
			want = to;
		GX_ASSERT(want <= from);
		memset(&base[to], 0, (size_t)(want - to) * sizeof(entry));
		base[want] = entry;
		to = want + 1;
	}
	memset(&base[to], 0, (size_t)(places - to) * sizeof(*base));
	return GX_OK;
}

/* The last place has to stay empty, so that every walk ends. */
static bool last_is_taken(const struct gx_visited *set)
{
	return set->entries[set->size + margin_of(set->size) - 1].fingerprint != 0;
}

enum gx_status gx_visited_insert(struct gx_visited *set, uint64_t fingerprint, double value, struct gx_error *err)
{
	struct gx_visited_entry moving = {.fingerprint = fingerprint + !fingerprint, .value = value};
	struct gx_visited_entry *entry;

	while (set->count >= FULL(set->size) || last_is_taken(set)) {
		enum gx_status rc = grow(set, err);

		if (rc != GX_OK)
			return rc;
	}
	for (entry = &set->entries[gx_visited_home(set, moving.fingerprint)]; entry->fingerprint; entry++) {
		if (entry->fingerprint > moving.fingerprint) {
			struct gx_visited_entry pushed = *entry;

			*entry = moving;
			moving = pushed;
		}
	}
	*entry = moving;
	set->count++;
	return last_is_taken(set) ? grow(set, err) : GX_OK;
}

double gx_visited_collision_chance(const struct gx_visited *set)
{
	double n = (double)set->count;

	return n * n / 36893488147419103232.0; /* 2^65 */
}

double gx_visited_bytes_per_state(const struct gx_visited *set)
{
	return set->count ? (double)bytes_of(set->size) / (double)set->count : 0;
}
