#include "access/heap.h"

#include <link.h>

#include "core/event.h"
#include "core/task.h"
#include "core/where.h"
#include "core/world.h"

static const void *last;
static struct gx_where last_calls;

const void *gx_heap_last(void)
{
	return last;
}

static void __attribute__((noinline, noreturn))
fail(uintptr_t at, size_t size, enum gx_memory_error error, bool writes, const void *code)
{
	last = code;
	last_calls = gx_where_now();
	gx_where_here();
	gx_emit_extra(GX_L_MEMORY_ERROR, GX_MEMORY_ERROR_EXTRA(error, writes), gx_world_canonical((const void *)at),
		      size);
	gx_task_end_execution();
}

struct gx_where gx_heap_last_calls(void)
{
	return last_calls;
}

/* Blocks that accesses of this step have been in: until a block comes or goes, or another step begins. */
enum { KNOWN = 16 };
static struct {
	uint64_t change;
	uintptr_t from;
	uintptr_t to;
} known[KNOWN];

static void check_block(uintptr_t at, size_t size, bool writes, const void *code)
{
	unsigned i = (unsigned)(at >> 5) % KNOWN;
	struct gx_arena_block block;

	if (known[i].change == gx_arena_changes && at >= known[i].from && at + size <= known[i].to)
		return;
	gx_arena_look((const void *)at, &block);
	if (block.in_use && at >= block.from && at + size <= block.to) {
		known[i].change = gx_arena_changes;
		known[i].from = block.from;
		known[i].to = block.to;
		return;
	}
	if (block.in_use && at >= block.from)
		fail(at, size, GX_MEMORY_BEYOND, writes, code);
	fail(at, size, block.in_use ? GX_MEMORY_BEFORE : GX_MEMORY_FREED, writes, code);
}

static void check_stack(uintptr_t at, size_t size, uint32_t slot, bool writes, const void *code)
{
	const struct gx_task *owner = gx_task_by_slot(slot);

	if (!owner || (owner != gx_task_self() && at < (uintptr_t)owner->sp))
		fail(at, size, GX_MEMORY_LEFT, writes, code);
}

void gx_heap_left(uintptr_t at, size_t size, bool writes, const void *code)
{
	fail(at, size, GX_MEMORY_LEFT, writes, code);
}

/* ---- static data of others ---- */

enum { FOREIGN_MAX = 64 };
static struct {
	uintptr_t from;
	size_t size;
} foreign[FOREIGN_MAX];
static unsigned foreign_count;

static int note_foreign(struct dl_phdr_info *info, size_t size GX_UNUSED, void *unused GX_UNUSED)
{
	for (unsigned i = 0; i < info->dlpi_phnum && foreign_count < FOREIGN_MAX; i++) {
		const ElfW(Phdr) *phdr = &info->dlpi_phdr[i];

		if (phdr->p_type != PT_LOAD || !(phdr->p_flags & PF_W))
			continue;
		foreign[foreign_count].from = info->dlpi_addr + phdr->p_vaddr;
		foreign[foreign_count++].size = phdr->p_memsz;
	}
	return 0;
}

void gx_heap_look_around(void)
{
	foreign_count = 0;
	(void)dl_iterate_phdr(note_foreign, NULL);
}

static bool is_foreign(uintptr_t at)
{
	for (unsigned i = 0; i < foreign_count; i++)
		if (at - foreign[i].from < foreign[i].size)
			return true;
	return false;
}

void gx_heap_check(uintptr_t at, size_t size, bool writes, const void *code)
{
	uintptr_t offset = at - (GX_WORLD_BASE + GX_WORLD_AREA_BYTES);

	if (offset < GX_SLOT_COUNT * GX_SLOT_BYTES) {
		if (offset % GX_SLOT_BYTES >= GX_SLOT_STACK_BYTES)
			check_block(at, size, writes, code);
		else if (offset / GX_SLOT_BYTES != gx_task_self()->slot)
			check_stack(at, size, (uint32_t)(offset / GX_SLOT_BYTES), writes, code);
	} else if (writes && (at - GX_WORLD_BASE < GX_WORLD_AREA_BYTES || is_foreign(at))) {
		fail(at, size, GX_MEMORY_HARNESS, writes, code);
	}
}
