#include "core/where.h"

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unwind.h>

#include "core/crash.h"
#include "core/internal.h"
#include "core/task.h"
#include "core/world.h"

enum { STEPS_MAX = 1 << 16 };

static struct {
	struct gx_where task[GX_TASKS_MAX]; /* where it has come to */
	struct gx_where *announced;         /* by step */
	struct gx_where *noticed;
	uint32_t steps; /* so many are known */
	uint32_t room;
	uint32_t now; /* the step that runs */
} known;

static void add(struct gx_where *where, const void *pc)
{
	if (where->count < GX_WHERE_DEEP && gx_world_code(pc))
		where->pc[where->count++] = pc;
}

static _Unwind_Reason_Code one_frame(struct _Unwind_Context *context, void *argument)
{
	struct gx_where *where = argument;

	/* A return address may be that of the next line. */
	add(where, (const void *)(_Unwind_GetIP(context) - 1));
	return where->count < GX_WHERE_DEEP ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static struct gx_where calls_to_here(void)
{
	struct gx_task *self = gx_current;
	struct gx_where here = {.count = 0};

	gx_current = NULL; /* the unwinder's own locks are none of the program's */
	(void)_Unwind_Backtrace(one_frame, &here);
	gx_current = self;
	return here;
}

struct gx_where gx_where_now(void)
{
	return gx_point_hook ? calls_to_here() : (struct gx_where){.count = 0};
}

/* ---- blocks of the heap ---- */

enum { BLOCKS_MAX = 1024 };
static struct block {
	uintptr_t from;
	size_t size;
	struct gx_where came;
	struct gx_where went;
	bool is_of_locals;
	bool is_gone;
} blocks[BLOCKS_MAX];
static unsigned block_count; /* of all that there have been: the oldest are let go */

static struct block *block_at(uintptr_t address)
{
	unsigned known_blocks = block_count < BLOCKS_MAX ? block_count : BLOCKS_MAX;

	for (unsigned i = 1; i <= known_blocks; i++) {
		struct block *block = &blocks[(block_count - i) % BLOCKS_MAX];

		if (address - block->from < block->size)
			return block;
	}
	return NULL;
}

void gx_where_note_block(const void *address, size_t size, bool goes)
{
	struct block *block = goes ? block_at((uintptr_t)address) : &blocks[block_count++ % BLOCKS_MAX];

	if (!goes)
		*block = (struct block){.from = (uintptr_t)address, .size = size ? size : 1, .came = calls_to_here()};
	else if (block) {
		block->went = calls_to_here();
		block->is_gone = true;
	}
}

void gx_where_note_locals(const void *address)
{
	struct block *block = gx_point_hook ? block_at((uintptr_t)address) : NULL;

	if (block)
		block->is_of_locals = true;
}

bool gx_where_is_of_locals(const void *address, bool *gone)
{
	const struct block *block = block_at((uintptr_t)address);

	*gone = block && block->is_gone;
	return block && block->is_of_locals;
}

bool gx_where_of_block(const void *address, struct gx_where *came, struct gx_where *went)
{
	const struct block *block = block_at((uintptr_t)address);

	if (!block)
		return false;
	*came = block->came;
	*went = block->went;
	return true;
}

/* ---- steps ---- */

/* A point is come to; what is noticed in a step is so behind its point. */
static void hook(bool noticed)
{
	const struct gx_task *self = gx_current;
	struct gx_where here = calls_to_here();

	if (noticed && !here.count)
		here.count = 1; /* an address of nothing: behind the program's code, where no line is to blame */
	if (!noticed)
		known.task[self->index] = here;
	else if (known.now < known.steps)
		known.noticed[known.now] = here;
}

static bool make_room(uint32_t step)
{
	uint32_t room = known.room ? known.room : 256;
	struct gx_where *announced;
	struct gx_where *noticed;

	if (step < known.room)
		return true;
	while (room <= step)
		room *= 2;
	if (room > STEPS_MAX)
		return false;
	announced = realloc(known.announced, room * sizeof(*announced));
	known.announced = announced ? announced : known.announced;
	noticed = realloc(known.noticed, room * sizeof(*noticed));
	known.noticed = noticed ? noticed : known.noticed;
	if (!announced || !noticed)
		return false;
	known.room = room;
	return true;
}

void gx_where_step(uint32_t step, unsigned task)
{
	known.now = step;
	if (!gx_point_hook || !make_room(step))
		return;
	for (; known.steps <= step; known.steps++) {
		known.announced[known.steps].count = 0;
		known.noticed[known.steps].count = 0;
	}
	known.announced[step] = known.task[task];
	known.task[task].count = 0;
}

#if defined(__x86_64__)
static uintptr_t stopped_at(const ucontext_t *context, uintptr_t *frame)
{
	*frame = (uintptr_t)context->uc_mcontext.gregs[REG_RBP];
	return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
}
#else
static uintptr_t stopped_at(const ucontext_t *context, uintptr_t *frame)
{
	*frame = context->uc_mcontext.regs[29];
	return context->uc_mcontext.pc;
}
#endif

/* By the frame pointers, which gates from source have; the unwinder is nothing for a signal handler. */
static void GX_NO_ASAN stopped(const void *context)
{
	const unsigned char *bottom = gx_slot_stack_bottom(gx_current->slot);
	const unsigned char *top = gx_slot_stack_top(gx_current->slot);
	struct gx_where here = {.count = 0};
	uintptr_t frame;

	add(&here, (const void *)stopped_at(context, &frame));
	for (unsigned i = 0; i < 64 && frame >= (uintptr_t)bottom && frame + 16 <= (uintptr_t)top && !(frame % 8);
	     i++) {
		const uintptr_t *saved = (const uintptr_t *)frame;

		add(&here, (const void *)(saved[1] - 1));
		if (saved[0] <= frame)
			break;
		frame = saved[0];
	}
	known.task[gx_current->index] = here;
	if (known.now < known.steps)
		known.noticed[known.now] = here;
}

void gx_where_watch(bool on)
{
	gx_point_hook = on ? hook : NULL;
	gx_crash_hook = on ? stopped : NULL;
	if (!on)
		return;
	known.steps = 0;
	block_count = 0;
	known.now = UINT32_MAX;
	memset(known.task, 0, sizeof(known.task));
}

struct gx_where gx_where_of_step(uint32_t step, bool noticed)
{
	struct gx_where none = {.count = 0};

	if (step >= known.steps)
		return none;
	return noticed && known.noticed[step].count ? known.noticed[step] : known.announced[step];
}

struct gx_where gx_where_of_task(unsigned task)
{
	return known.task[task < GX_TASKS_MAX ? task : 0];
}
