/*
 * arena.c - malloc for controlled tasks: one arena per task, first fit, canonical.
 *
 * An arena is a row of blocks without gaps, each with a 16-byte header, closed by the first header that is all zero. Free
 * neighbours are always merged and the last block is always in use, and freed bytes are zeroed: so the bytes of an arena
 * follow from which blocks are live and where, not from the order in which others came and went.
 *
 *     │head│ block in use │head│ free, zeroed │head│ block in use │ 0 ...
 *
 * Programs under test allocate little (a map, a few locks), so a walk over the blocks costs less than any index would.
 */
#include <signal.h>
#include <string.h>

#include "core/footprint.h"
#include "core/internal.h"
#include "core/order.h"
#include "core/where.h"

struct head {
	uint32_t bytes;  /* of the block, head excluded, a multiple of 16; 0: end of the arena */
	uint32_t wanted; /* what was asked for */
	uint32_t in_use;
	uint32_t magic;
};

#define MAGIC 0x61726e61u

_Static_assert(sizeof(struct head) == 16, "blocks must stay aligned to 16");

static uint32_t slot_of(const void *address)
{
	uintptr_t offset = (uintptr_t)address - (GX_WORLD_BASE + GX_WORLD_AREA_BYTES);

	return (uint32_t)(offset / GX_SLOT_BYTES);
}

static struct head *first(uint32_t slot)
{
	return (struct head *)gx_slot_arena(slot);
}

static struct head *next(struct head *head)
{
	return (struct head *)((unsigned char *)(head + 1) + head->bytes);
}

/* The arena ends here: a header must fit behind every block. */
static struct head *limit(uint32_t slot)
{
	return (struct head *)(gx_slot_arena(slot) + GX_ARENA_BYTES) - 1;
}

/* A head that the program has not written over, and whose block ends inside. */
static bool is_sound(const struct head *head, uint32_t slot)
{
	return head->magic == MAGIC && head->bytes && head->bytes % 16 == 0 &&
	       head->bytes <= (size_t)((const unsigned char *)limit(slot) - (const unsigned char *)(head + 1));
}

/* The program wrote beyond a block, or before it: as in glibc, it is aborted where that is noticed. */
static void check(const struct head *head, uint32_t slot)
{
	bool is_end = !head->bytes && !head->wanted && !head->in_use && !head->magic;

	if (!is_end && !is_sound(head, slot))
		gx_task_fatal(GX_L_TASK_CRASH, SIGABRT);
}

static int place_of(uint32_t slot)
{
	for (uint32_t i = 0; i < GX_HIDDEN->arena_count; i++)
		if (GX_HIDDEN->arenas[i] == slot)
			return (int)i;
	return -1;
}

bool gx_arena_listed(uint32_t slot)
{
	return place_of(slot) >= 0;
}

size_t gx_arena_high(uint32_t slot)
{
	struct head *head = first(slot);

	/* A task may have written over a header: stay inside. */
	while (head < limit(slot) && head->bytes)
		head = next(head);
	return head < limit(slot) ? (size_t)((unsigned char *)head - gx_slot_arena(slot)) : GX_ARENA_BYTES;
}

/*
 * What is freed in a step is kept from being given out again until the step ends. Whoever still points to it could otherwise find only a block
 * that lives: nobody else can step in between, so that no order of steps would show the use after it. At the end of the step nothing is left
 * of this, so it tells no states apart.
 */
#define WAITS UINT32_MAX /* `wanted` of such a block */
enum { SETTLING_MAX = 8 };
static uint32_t settling[SETTLING_MAX];
unsigned gx_arena_settling;

static void settle(uint32_t slot);

void gx_arena_settle(void)
{
	while (gx_arena_settling)
		settle(settling[--gx_arena_settling]);
}

static void let_wait(struct head *head, uint32_t slot)
{
	unsigned i = 0;

	while (i < gx_arena_settling && settling[i] != slot)
		i++;
	if (i == SETTLING_MAX) {
		gx_arena_settle();
		i = 0;
	}
	if (i == gx_arena_settling)
		settling[gx_arena_settling++] = slot;
	head->wanted = WAITS;
}

/* Cut a free block (or the open end, then `head` is the zero header) so that it begins with one of `bytes`. */
static void *take(struct head *head, uint32_t bytes, uint32_t wanted)
{
	uint32_t rest = head->bytes - bytes;

	if (head->bytes && rest >= sizeof(struct head)) {
		struct head *behind;

		head->bytes = bytes;
		behind = next(head);
		*behind = (struct head){.bytes = rest - (uint32_t)sizeof(struct head), .magic = MAGIC};
		if (!behind->bytes) { /* a bare header: give it to the block, a block of 0 bytes would end the arena */
			memset(behind, 0, sizeof(*behind));
			head->bytes += (uint32_t)sizeof(struct head);
		}
	} else if (!head->bytes) {
		head->bytes = bytes;
	}
	gx_arena_changes++;
	head->wanted = wanted;
	head->in_use = 1;
	head->magic = MAGIC;
	return head + 1;
}

/* Bytes to leave free before a block at `head` so that its payload is aligned. 0 or at least a header and 16 bytes. */
static uint32_t lead_for(const struct head *head, size_t alignment)
{
	uintptr_t payload = (uintptr_t)(head + 1);
	uintptr_t gap = (0 - payload) & (alignment - 1);

	while (gap && gap < 2 * sizeof(struct head))
		gap += alignment;
	return (uint32_t)gap;
}

static void full(size_t size)
{
	gx_task_fatal(GX_L_WORLD_FULL, size);
}

static bool list_arena(uint32_t slot)
{
	if (place_of(slot) >= 0)
		return true;
	if (GX_HIDDEN->arena_count == GX_ARENAS_MAX)
		return false;
	GX_HIDDEN->arenas[GX_HIDDEN->arena_count++] = slot;
	return true;
}

/* NULL: there is no room. */
static void *alloc_in(uint32_t slot, size_t size, size_t alignment)
{
	uint32_t bytes;

	if (alignment < 16)
		alignment = 16;
	if (size > GX_ARENA_BYTES - 4096 || alignment > 4096)
		return NULL;
	bytes = (uint32_t)((size + 15) & ~(size_t)15);
	if (!bytes)
		bytes = 16;
	if (!list_arena(slot))
		return NULL;
	gx_touch(gx_object(GX_OBJECT_ARENA, slot), GX_WRITE);
	for (struct head *head = first(slot);; head = next(head)) {
		uint32_t lead = lead_for(head, alignment);
		uint32_t need = lead + bytes;

		check(head, slot);
		if (head->in_use || head->wanted == WAITS)
			continue;
		if (!head->bytes && (unsigned char *)(head + 1) + need > (unsigned char *)limit(slot))
			return NULL;
		if (head->bytes && head->bytes < need)
			continue;
		if (lead) {
			/* A free block in front of the aligned one. */
			uint32_t rest = head->bytes ? head->bytes - lead : 0;

			head->bytes = lead - (uint32_t)sizeof(struct head);
			head->magic = MAGIC;
			head = next(head);
			*head = (struct head){.bytes = rest, .magic = rest ? MAGIC : 0};
		}
		return take(head, bytes, (uint32_t)size);
	}
}

void *gx_arena_alloc(size_t size, size_t alignment)
{
	void *block = alloc_in(gx_current->slot, size, alignment);

	if (!block && gx_arena_settling) {
		gx_arena_settle();
		block = alloc_in(gx_current->slot, size, alignment);
	}
	if (!block)
		full(GX_HIDDEN->arena_count < GX_ARENAS_MAX || gx_arena_listed(gx_current->slot) ? size : 0);
	if (gx_order.follower && !gx_order.muted)
		gx_order.follower->fresh(block, size);
	gx_where_block(block, size, false);
	return block;
}

/* ---- what a plugin allocated while it was loaded: in the arena of slot 0, which no task has ---- */

void *gx_arena_alloc_loading(size_t size, size_t alignment)
{
	gx_slot_open(0);
	return alloc_in(0, size, alignment);
}

size_t gx_arena_loaded_bytes(void)
{
	return gx_arena_listed(0) ? gx_arena_high(0) : 0;
}

const void *gx_arena_loaded(void)
{
	return gx_slot_arena(0);
}

bool gx_arena_put_loaded(const void *bytes, size_t size)
{
	if (gx_arena_listed(0)) {
		int place = place_of(0);

		memset(gx_slot_arena(0), 0, gx_arena_high(0));
		GX_HIDDEN->arenas[place] = GX_HIDDEN->arenas[--GX_HIDDEN->arena_count];
		GX_HIDDEN->arenas[GX_HIDDEN->arena_count] = 0;
	}
	if (!size)
		return true;
	gx_slot_open(0);
	if (!list_arena(0))
		return false;
	memcpy(gx_slot_arena(0), bytes, size);
	return true;
}

bool gx_arena_owns(const void *block)
{
	uintptr_t at = (uintptr_t)block;
	uintptr_t base = GX_WORLD_BASE + GX_WORLD_AREA_BYTES;

	return at >= base && at < base + (uint64_t)GX_SLOT_COUNT * GX_SLOT_BYTES &&
	       (const unsigned char *)block >= gx_slot_arena(slot_of(block));
}

size_t gx_arena_size(const void *block)
{
	const struct head *head = (const struct head *)block - 1;

	return head->magic == MAGIC && head->in_use ? head->wanted : 0;
}

bool gx_arena_is_live(const void *block)
{
	uint32_t slot = slot_of(block);

	if (place_of(slot) < 0)
		return false;
	for (struct head *head = first(slot); is_sound(head, slot); head = next(head))
		if (head + 1 == block)
			return head->in_use;
	return false;
}

bool gx_arena_holds(const void *address)
{
	uint32_t slot = slot_of(address);

	if (place_of(slot) < 0)
		return false;
	for (struct head *head = first(slot); is_sound(head, slot); head = next(head))
		if ((const unsigned char *)address < (const unsigned char *)next(head))
			return (const void *)(head + 1) <= address && head->in_use;
	return false;
}

uint64_t gx_arena_changes;

void gx_arena_look(const void *address, struct gx_arena_block *block)
{
	uint32_t slot = slot_of(address);
	const struct head *before = NULL;

	*block = (struct gx_arena_block){0};
	if (place_of(slot) < 0)
		return;
	for (struct head *head = first(slot); is_sound(head, slot); before = head, head = next(head)) {
		const struct head *it = head;

		if ((const unsigned char *)address >= (const unsigned char *)next(head))
			continue;
		if (address < (const void *)(head + 1) && before && before->in_use)
			it = before;
		*block = (struct gx_arena_block){.from = (uintptr_t)(it + 1),
						 .to = (uintptr_t)(it + 1) + it->wanted,
						 .in_use = it->in_use};
		return;
	}
	/* Right behind the last block. */
	if (before && before->in_use && (uintptr_t)address < (uintptr_t)(before + 1) + before->bytes + sizeof(*before))
		*block = (struct gx_arena_block){.from = (uintptr_t)(before + 1),
						 .to = (uintptr_t)(before + 1) + before->wanted,
						 .in_use = true};
}

/* Merge free neighbours and drop a free tail, so that the arena is canonical again. */
static void tidy(uint32_t slot)
{
	struct head *tail = first(slot); /* first of the free blocks at the end */
	struct head *head = tail;

	while (is_sound(head, slot)) {
		struct head *behind = next(head);

		if (head->in_use) {
			tail = behind;
			head = behind;
		} else if (is_sound(behind, slot) && !behind->in_use) {
			uint32_t more = behind->bytes + (uint32_t)sizeof(*behind);

			memset(behind, 0, sizeof(*behind));
			head->bytes += more;
		} else {
			head = behind;
		}
	}
	if (tail != head && !head->bytes)
		memset(tail, 0, sizeof(*tail)); /* its payload is zero already */
}

/* An empty arena is none. */
static void settle(uint32_t slot)
{
	int place = place_of(slot);

	for (struct head *head = first(slot); is_sound(head, slot); head = next(head))
		if (head->wanted == WAITS)
			head->wanted = 0;
	tidy(slot);
	if (first(slot)->bytes || place < 0)
		return;
	GX_HIDDEN->arenas[place] = GX_HIDDEN->arenas[--GX_HIDDEN->arena_count];
	GX_HIDDEN->arenas[GX_HIDDEN->arena_count] = 0;
}

void gx_arena_free(void *block)
{
	struct head *head = (struct head *)block - 1;
	uint32_t slot = slot_of(block);

	GX_ASSERT(head->magic == MAGIC && head->in_use);
	gx_where_block(block, head->wanted, true);
	gx_touch(gx_object(GX_OBJECT_ARENA, slot), GX_WRITE);
	gx_arena_changes++;
	for (struct head *each = first(slot); each->bytes; each = next(each))
		check(each, slot);
	memset(block, 0, head->bytes);
	head->in_use = 0;
	head->wanted = 0;
	if (gx_current)
		let_wait(head, slot);
	else
		settle(slot);
}
