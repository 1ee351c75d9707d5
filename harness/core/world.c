#include "core/world.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "core/crash.h"
#include "core/internal.h"
#include "core/raw.h"
#include "core/sanitizer.h"

struct gx_core gx_core;

/* Which slots have been opened (mprotect) since the process started: a fact about the mapping, not about the world. */
static unsigned char opened[GX_SLOT_COUNT];

static const size_t world_bytes = GX_WORLD_AREA_BYTES + (size_t)GX_SLOT_COUNT * GX_SLOT_BYTES;

enum gx_status gx_world_open(struct gx_error *err)
{
	static bool open;
	void *base = (void *)GX_WORLD_BASE;

	if (open)
		return GX_OK;
	/* Address space only: nothing is committed before a slot is opened, so overcommit limits do not matter. */
	if (mmap(base, world_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
		 0) != base)
		return gx_fail(
			err, GX_ESYSTEM,
			"cannot map the world, %zu MiB of address space at %p: %s; is the address space limited (ulimit -v)?",
			world_bytes >> 20, base, strerror(errno));
	if (mprotect(base, GX_WORLD_AREA_BYTES, PROT_READ | PROT_WRITE))
		return gx_fail(err, GX_ESYSTEM, "cannot open the world's areas: %s", strerror(errno));
	(void)madvise(base, world_bytes, MADV_DONTDUMP);
	open = true;
	return gx_crash_install(err);
}

void gx_slot_open(uint32_t slot)
{
	unsigned char *bottom = gx_slot_stack_bottom(slot);

	if (opened[slot])
		return;
	if (mprotect(bottom, GX_SLOT_BYTES - GX_PAGE_BYTES, PROT_READ | PROT_WRITE))
		gx_no_memory("a task's part of the world");
	opened[slot] = 1;
}

void gx_world_wipe(void)
{
	void *base = (void *)GX_WORLD_BASE;

	if (madvise(base, world_bytes, MADV_DONTNEED))
		gx_raw_zero((unsigned char *)base, GX_WORLD_AREA_BYTES);
}

void *gx_world_shared(size_t size)
{
	size_t at = gx_core.shared_used;

	size = (size + 15) & ~(size_t)15;
	GX_ASSERT(size <= GX_WORLD_AREA_BYTES - GX_HIDDEN_BYTES - at);
	gx_core.shared_used = at + size;
	return GX_SHARED_BASE + at;
}

void gx_world_clear(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	for (uint32_t i = 0; i < hidden->arena_count; i++)
		memset(gx_slot_arena(hidden->arenas[i]), 0, gx_arena_high(hidden->arenas[i]));
	memset(hidden, 0, sizeof(*hidden));
	memset(GX_SHARED_BASE, 0, gx_core.shared_used);
	gx_core.shared_used = 0;
	gx_core.adopted = 0;
	gx_world_found.size = 0;
}

enum gx_status gx_world_adopt(void *base, size_t size, struct gx_error *err)
{
	if (gx_core.adopted == GX_WORLD_ADOPTED)
		return gx_fail(err, GX_ELIMIT, "the plugin has more than %d writable segments", GX_WORLD_ADOPTED);
	gx_core.segments[gx_core.adopted].base = base;
	gx_core.segments[gx_core.adopted].size = size;
	gx_core.adopted++;
	return GX_OK;
}

/* The segment that holds an address, or -1. */
static int segment_of(const void *address)
{
	for (unsigned i = 0; i < gx_core.adopted; i++) {
		const unsigned char *base = gx_core.segments[i].base;

		if ((const unsigned char *)address >= base &&
		    (const unsigned char *)address < base + gx_core.segments[i].size)
			return (int)i;
	}
	return -1;
}

static bool in_block(const void *address)
{
	return (uintptr_t)address - GX_WORLD_BASE < world_bytes;
}

struct gx_world_found gx_world_found;

bool gx_world_find_adopted(const void *address)
{
	int segment = segment_of(address);

	if (segment < 0)
		return false;
	gx_world_found.base = (uintptr_t)gx_core.segments[segment].base;
	gx_world_found.size = gx_core.segments[segment].size;
	return true;
}

bool gx_world_contains(const void *address)
{
	return (in_block(address) && (const unsigned char *)address >= GX_SHARED_BASE) || segment_of(address) >= 0;
}

uint64_t gx_world_canonical(const void *address)
{
	int segment;

	if (in_block(address))
		return (1ull << 48) | ((uintptr_t)address - GX_WORLD_BASE);
	segment = segment_of(address);
	if (segment < 0)
		return 0;
	return ((uint64_t)(segment + 2) << 48) |
	       (uint64_t)((const unsigned char *)address - gx_core.segments[segment].base);
}

const void *gx_world_address(uint64_t canonical)
{
	uint64_t offset = canonical & ((1ull << 48) - 1);
	uint64_t segment = canonical >> 48;

	if (segment == 1)
		return offset < world_bytes ? (const unsigned char *)GX_WORLD_BASE + offset : NULL;
	if (segment < 2 || segment - 2 >= gx_core.adopted || offset >= gx_core.segments[segment - 2].size)
		return NULL;
	return gx_core.segments[segment - 2].base + offset;
}

/* A plugin's code lies before its data, in one piece with it. */
enum { CODE_BYTES_MAX = 64 << 20 };

uint64_t gx_world_code(const void *address)
{
	uintptr_t data = gx_core.adopted ? (uintptr_t)gx_core.segments[0].base : 0;

	return data - (uintptr_t)address < CODE_BYTES_MAX ? data - (uintptr_t)address : 0;
}

const void *gx_world_code_address(uint64_t code)
{
	return code && code < CODE_BYTES_MAX && gx_core.adopted ? gx_core.segments[0].base - code : NULL;
}
