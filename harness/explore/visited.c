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

/* A look-up touches one place at random: with huge pages it misses the cache, but not the TLB as well. Only a hint. */
static void ask_for_huge_pages(const struct gx_visited *set)
{
	(void)madvise(set->entries, bytes_of(set->size), MADV_HUGEPAGE);
}

enum gx_status gx_visited_init(struct gx_visited *set, struct gx_error *err)
{
	void *base = mmap(NULL, bytes_of(FIRST_SIZE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*set = (struct gx_visited){0};
	if (base == MAP_FAILED)
		return gx_fail(err, GX_ENOMEM, "out of memory for the set of visited states");
	set->entries = base;
	set->size = FIRST_SIZE;
	ask_for_huge_pages(set);
	return GX_OK;
}

void gx_visited_release(struct gx_visited *set)
{
	if (set->entries)
		munmap(set->entries, bytes_of(set->size));
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
	struct gx_visited_entry *base = mremap(set->entries, bytes_of(set->size), bytes_of(size), MREMAP_MAYMOVE);
	uint64_t from = places;
	uint64_t to = 0;

	if (base == MAP_FAILED)
		return gx_fail(err, GX_ENOMEM, "out of memory for %llu visited states", (unsigned long long)set->count);
	for (uint64_t i = old_places; i-- > 0;)
		if (base[i].fingerprint)
			base[--from] = base[i];
	set->entries = base;
	set->size = size;
	ask_for_huge_pages(set);
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
