/*
 * memory.c - what a scenario file owns, freed at once.
 */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/internal.h"

struct block {
	struct block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

struct gx_scenario_memory {
	struct block *blocks;
};

enum { BLOCK_BYTES = 4096 };

struct gx_scenario_memory *gx_scenario_memory_new(void)
{
	return calloc(1, sizeof(struct gx_scenario_memory));
}

void gx_scenario_memory_free(struct gx_scenario_memory *memory)
{
	while (memory && memory->blocks) {
		struct block *block = memory->blocks;

		memory->blocks = block->next;
		free(block);
	}
	free(memory);
}

void *gx_scenario_memory_take(struct gx_scenario_memory *memory, size_t size)
{
	struct block *block = memory->blocks;
	void *taken;

	size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (!block || block->size - block->used < size) {
		size_t bytes = size > BLOCK_BYTES ? size : BLOCK_BYTES;

		block = calloc(1, sizeof(*block) + bytes);
		if (!block)
			return NULL;
		block->size = bytes;
		block->next = memory->blocks;
		memory->blocks = block;
	}
	taken = block->bytes + block->used;
	block->used += size;
	return taken;
}
