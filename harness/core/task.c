#include "core/task.h"

#include <errno.h>
#include <string.h>

#include "core/event.h"
#include "core/footprint.h"
#include "core/host.h"
#include "core/internal.h"
#include "core/lost.h"
#include "core/order.h"
#include "core/sanitizer.h"

__thread struct gx_task *gx_current __attribute__((tls_model("initial-exec")));

void (*gx_point_hook)(bool noticed);

void *gx_task_local_of(const struct gx_task *task)
{
	return gx_slot_stack_top(task->slot) - GX_TASK_LOCAL_BYTES;
}

uint64_t gx_now(void)
{
	return GX_HIDDEN->now;
}

uint64_t gx_clock_look(void)
{
	struct gx_hidden *hidden = GX_HIDDEN;

	gx_touch(gx_object(GX_OBJECT_CORE, GX_OBJECT_TIME), GX_READ);
	gx_touch(gx_object(GX_OBJECT_CORE, GX_OBJECT_FIRST_LOOK), hidden->first_look ? GX_READ : GX_WRITE);
	if (!hidden->first_look)
		hidden->first_look = hidden->now + 1;
	gx_need_time(GX_TIME_SEEN);
	gx_order_look();
	if (gx_current)
		gx_core.lookers |= 1ull << gx_current->index;
	return hidden->now - (hidden->first_look - 1);
}

#if GX_ASAN
const void *gx_scheduler_bottom;
size_t gx_scheduler_size;
#endif

/* What a task is told by whoever jumps to it: NULL, by the scheduler; by another task, which one, or this. */
#define LEFT_FOR_GOOD ((void *)1)

/*
 * Kept out of line, and the other's stack pointer handed over at once: the scheduler's differs with the depth of its caller, so it
 * must not stay behind in a frame of a task, where it would be hashed.
 */
static inline void note_where_from(struct gx_transfer transfer)
{
	if (!transfer.data)
		gx_core.scheduler = transfer.from;
	else if (transfer.data != LEFT_FOR_GOOD)
		((struct gx_task *)transfer.data)->sp = transfer.from;
}

static void __attribute__((noinline)) arrive(struct gx_transfer transfer)
{
	note_where_from(transfer);
#if GX_ASAN
	__sanitizer_finish_switch_fiber(NULL, &gx_scheduler_bottom, &gx_scheduler_size);
#endif
}

static void __attribute__((noinline)) switch_out(void *says)
{
#if GX_ASAN
	void *fake;

	__sanitizer_start_switch_fiber(&fake, gx_scheduler_bottom, gx_scheduler_size);
#endif
	gx_host_switch(NULL);
	arrive(jump_fcontext(gx_core.scheduler, says));
}

static void touch_sleepers(const struct gx_task *task)
{
	if (task->op.deadline == GX_FOREVER)
		return;
	/* Which wake-up is the next, and so what a tick does: sleepers come and go in any order, but not beside the clock. */
	gx_touch(gx_object(GX_OBJECT_CORE, GX_OBJECT_TIME), GX_READ);
}

/* A step reads the task that takes it, whom others may kill; and does what its op says. */
static void __attribute__((noinline)) touch_own(const struct gx_task *task)
{
	gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_READ);
	gx_touch(task->op.object, task->op.access);
	touch_sleepers(task);
	if (task->grants == GX_GRANTED_SPURIOUS)
		gx_touch(gx_object(GX_OBJECT_CORE, GX_OBJECT_SPURIOUS), GX_WRITE);
}

/* The task's step begins: it is the running one from here on. */
static inline void take_over(struct gx_task *task)
{
	uint64_t bit = 1ull << task->index;
	struct gx_hidden *hidden = GX_HIDDEN;

	if (gx_footprint_under_way)
		touch_own(task);
	hidden->parked &= ~bit;
	hidden->conditional &= ~bit;
	hidden->branching &= ~bit;
	task->state = GX_TASK_RUNNING;
	memset(&task->op, 0, sizeof(task->op));
	*gx_lost_pulse = ++gx_core.resumes;
	gx_current = task;
}

/* Whoever chooses needs room on the stack of the task that has just parked; a frame of ours is small. */
static bool has_room_for_a_pilot(const struct gx_task *task)
{
	return (unsigned char *)__builtin_frame_address(0) - gx_slot_stack_bottom(task->slot) > GX_PILOT_STACK_BYTES;
}

/* Under a pilot: straight to whoever goes on. Records' addresses may stay behind on stacks here, whose states nobody compares. */
static enum gx_granted __attribute__((noinline)) switch_over(struct gx_task *self)
{
	int saved = errno;

	if (!has_room_for_a_pilot(self)) {
		switch_out(GX_SAYS_PARKED);
	} else {
		struct gx_task *next;

		gx_current = NULL;
		next = gx_sched_next();
		if (!next) {
			gx_current = self;
			switch_out(GX_SAYS_PAUSED);
		} else {
			take_over(next);
			if (next != self) {
				gx_host_switch(next);
				note_where_from(jump_fcontext(next->sp, self));
			}
		}
	}
	errno = saved;
	return (enum gx_granted)self->grants;
}

/* Copies run upwards where a function is called, says the ABI; a gate that left it otherwise has only itself to harm. */
static inline void copies_run_upwards(void)
{
#if defined(__x86_64__)
	__asm__ volatile("cld");
#endif
}

/* It stands on a stack that is not its own: what it would leave there as its state would be somebody else's. */
static void __attribute__((noinline, noreturn)) stray(void)
{
	gx_emit_extra(GX_L_TASK_CRASH, GX_CRASHED_ELSEWHERE, gx_current->path, 0);
	gx_task_end_execution();
}

/* What is done before each point. */
static inline void leave_step(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	copies_run_upwards();
	if (__builtin_expect(!gx_world_is_whole(), 0))
		gx_crash_leave();
	if (here - (uintptr_t)gx_slot_base(gx_current->slot) >= GX_SLOT_STACK_BYTES)
		stray();
	if (gx_order.before_point)
		gx_order.before_point();
	if (__builtin_expect(gx_point_hook != NULL, 0))
		gx_point_hook(false);
}

static void __attribute__((noreturn)) leave(void *says)
{
	copies_run_upwards();
	if (gx_order.before_point)
		gx_order.before_point();
	if (gx_core.pilot && says == GX_SAYS_ENDED && has_room_for_a_pilot(gx_current)) {
		struct gx_task *next;

		gx_current = NULL;
		next = gx_sched_next();
		if (next) {
			take_over(next);
			gx_host_switch(next);
			jump_fcontext(next->sp, LEFT_FOR_GOOD);
		}
		says = GX_SAYS_PAUSED;
	}
	for (;;)
		switch_out(says);
}

/* What a task was made with decides what it will do until it has begun, and nothing afterwards. */
static void __attribute__((used)) begin(struct gx_transfer transfer)
{
	void (*entry)(void *) = gx_current->entry;
	void *argument = gx_current->argument;

	gx_current->entry = NULL;
	gx_current->argument = NULL;
	arrive(transfer);
	errno = 0;
	entry(argument);
	gx_task_exit();
}

#if defined(__x86_64__)
/*
 * The register in which a function returns holds the scheduler's stack pointer here. To line up its stack begin() may push it (clang does),
 * and it would lie at the bottom of every task for its whole life: different in processes with different environments.
 */
static void __attribute__((naked)) enter(struct gx_transfer transfer GX_UNUSED)
{
	__asm__("xorl %eax, %eax\n\tjmp begin");
}
#else
#define enter begin
#endif

void gx_task_mark_ended(struct gx_task *task)
{
	uint64_t bit = 1ull << task->index;
	struct gx_hidden *hidden = GX_HIDDEN;

	gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_WRITE);
	if (hidden->parked & bit)
		touch_sleepers(task);
	hidden->parked &= ~bit;
	hidden->conditional &= ~bit;
	hidden->branching &= ~bit;
	task->state = GX_TASK_ENDED;
	memset(&task->op, 0, sizeof(task->op));
	task->grants = 0;
	task->alternative = 0;
	task->sp = NULL;
	task->entry = NULL;
	task->argument = NULL;
	if (task->traits & GX_TASK_AUTOREAP)
		gx_task_reap(task);
}

void gx_task_pass_over(struct gx_task *task)
{
	take_over(task);
	gx_current = NULL;
	task->state = GX_TASK_ENDED;
}

void *gx_task_resume(struct gx_task *task, struct gx_task **who)
{
	struct gx_transfer transfer;

	take_over(task);
#if GX_ASAN
	void *fake;

	__sanitizer_start_switch_fiber(&fake, gx_slot_stack_bottom(task->slot), GX_SLOT_STACK_BYTES - GX_PAGE_BYTES);
#endif
	gx_host_switch(task);
	transfer = jump_fcontext(task->sp, NULL);
#if GX_ASAN
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
	*who = transfer.data == GX_SAYS_ENDED ? NULL : gx_current;
	gx_current = NULL;
	if (transfer.data == GX_SAYS_CRASHED) {
		if (gx_world_is_whole())
			(*who)->state = GX_TASK_ENDED;
	} else if (*who) {
		(*who)->sp = transfer.from;
		/* Frames deeper than the parked one are gone; ASan is told by the callee's own epilogue, which has run. */
		if (!gx_core.pilot)
			gx_task_clear_below(*who);
	}
	return transfer.data;
}

static inline void announce(struct gx_task *task, bool conditional, bool branching)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	uint64_t bit = 1ull << task->index;

	task->state = GX_TASK_PARKED;
	task->grants = 0;
	task->alternative = 0;
	hidden->parked |= bit;
	if (conditional)
		hidden->conditional |= bit;
	if (branching)
		hidden->branching |= bit;
	touch_sleepers(task);
}

/* In a frame of its own: a bit that follows from the order of arrival must not stay in a register of the task that parks. */
static void __attribute__((noinline)) publish(bool conditional, bool branching)
{
	announce(gx_current, conditional, branching);
}

typedef uint64_t pair __attribute__((vector_size(16), may_alias));

/* Store by store: for a few hundred bytes of known size the compiler takes `rep stos`, which takes longer to begin than this to end. */
static inline __attribute__((always_inline)) void clear_pairs(pair *at, size_t count)
{
#pragma GCC unroll 8
	for (size_t i = 0; i < count; i++)
		((volatile pair *)at)[i] = (pair){0};
}

/*
 * Clear what earlier calls left where the frames of the switch are about to lie: these have gaps that nobody writes. Called last before
 * park(), which takes the place of its caller's frame.
 */
static void __attribute__((noinline)) scrub_ahead(void)
{
	pair dead[(GX_ASAN ? 1024 : 192) / sizeof(pair)] GX_UNINITIALISED;

	clear_pairs(dead, sizeof(dead) / sizeof(dead[0]));
	__asm__ volatile("" : : "r"(dead) : "memory");
}

/*
 * The op stands in the task's record and is published. The record's address must not stay behind on the stack, where it would be hashed:
 * records are handed out by arrival. So everybody asks for the running task anew after a point, here and in the layers above.
 */
static enum gx_granted __attribute__((noinline, used)) park_now(void)
{
	int saved = errno;

	switch_out(GX_SAYS_PARKED);
	errno = saved;
	return (enum gx_granted)gx_current->grants;
}

#if defined(__x86_64__)
/*
 * To line up its stack park_now() may push the register in which functions return (clang does): what the last function before the point
 * has left there, a place in a table, a record, would lie on the stack of the task that waits.
 */
static enum gx_granted __attribute__((naked)) park(void)
{
	__asm__("xorl %eax, %eax\n\tjmp park_now");
}
#else
#define park park_now
#endif

/* When so much time has passed. Beyond the end of time is for ever, but still a deadline: the limit of virtual time will say so. */
static uint64_t deadline_in(uint64_t ns)
{
	if (ns == GX_FOREVER)
		return GX_FOREVER;
	return ns < GX_FOREVER - 1 - GX_HIDDEN->now ? GX_HIDDEN->now + ns : GX_FOREVER - 1;
}

/* The same under a pilot, in fewer frames. */
static enum gx_granted __attribute__((noinline)) point_under_pilot(const struct gx_op *op)
{
	struct gx_task *self = gx_current;

	self->op = *op;
	self->op.deadline = deadline_in(op->deadline);
	self->sp = __builtin_frame_address(0); /* predicates may ask which frames there are */
	announce(self, op->ready || op->deadline != GX_FOREVER, op->alternatives);
	return switch_over(self);
}

static enum gx_granted __attribute__((noinline)) simple_under_pilot(uint16_t label, uint8_t access, uint64_t object)
{
	struct gx_task *self = gx_current;
	struct gx_op *op = &self->op; /* all zero while the task runs */

	op->label = label;
	op->access = access;
	op->object = object;
	op->deadline = GX_FOREVER;
	self->sp = __builtin_frame_address(0);
	announce(self, false, false);
	return switch_over(self);
}

enum gx_granted gx_point(const struct gx_op *op)
{
	leave_step();
	if (gx_core.pilot)
		return point_under_pilot(op);
	gx_current->op = *op;
	gx_current->op.deadline = deadline_in(op->deadline);
	publish(op->ready || op->deadline != GX_FOREVER, op->alternatives);
	scrub_ahead();
	return park();
}

void gx_point_simple(uint16_t label, uint8_t access, uint64_t object)
{
	struct gx_op *op;

	leave_step();
	if (gx_core.pilot) {
		simple_under_pilot(label, access, object);
		return;
	}
	op = &gx_current->op; /* all zero while the task runs */
	op->label = label;
	op->access = access;
	op->object = object;
	op->deadline = GX_FOREVER;
	publish(false, false);
	scrub_ahead();
	park();
}

static bool never(const struct gx_task *task GX_UNUSED)
{
	return false;
}

/* The deadline goes straight into the record: on the stack it would be an absolute time, which tells states apart. */
void gx_sleep_unless(uint16_t label, uint64_t ns, gx_ready_fn *ready)
{
	struct gx_op *op = &gx_current->op; /* all zero while the task runs */

	leave_step();
	if (!ns) {
		gx_point_simple(label, GX_READ, 0);
		return;
	}
	op->label = label;
	op->access = GX_READ;
	op->ready = ready;
	op->deadline = deadline_in(ns < GX_FOREVER ? ns : GX_FOREVER - 1);
	publish(true, false);
	if (gx_core.pilot) {
		switch_over(gx_current);
		return;
	}
	scrub_ahead();
	park();
}

void gx_sleep(uint16_t label, uint64_t ns)
{
	gx_sleep_unless(label, ns, never);
}

/* Deep enough for what is called between two points. */
enum { SCRUB_BYTES = GX_ASAN ? 4096 : 512 };

void __attribute__((noinline)) gx_scrub_stack(void)
{
	pair dead[SCRUB_BYTES / sizeof(pair)] GX_UNINITIALISED;

	if (gx_core.pilot)
		return;
	clear_pairs(dead, sizeof(dead) / sizeof(dead[0]));
	__asm__ volatile("" : : "r"(dead) : "memory");
}

/* Finaliser of murmur3 (Appleby): spreads (parent, nth) over 32 bits. */
static uint32_t mix32(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x85ebca6bu;
	x ^= x >> 13;
	x *= 0xc2b2ae35u;
	return x ^ (x >> 16);
}

enum { FEW_PLACES = 16 };

static bool slot_taken(uint32_t slot)
{
	return !slot || gx_task_by_slot(slot) || gx_arena_listed(slot);
}

static struct gx_task *__attribute__((noinline))
spawn(unsigned role, uint32_t number, void (*entry)(void *), void *argument)
{
	struct gx_hidden *hidden = GX_HIDDEN;
	uint32_t nth = gx_current ? ++gx_current->children : ++hidden->maker_children;
	uint32_t path = mix32((gx_current ? gx_current->path : 0) * 31 + nth);
	uint32_t slot = path % GX_SLOT_COUNT;
	uint64_t free_mask = ~(hidden->used | 1);
	struct gx_task *task;
	unsigned char *top;

	GX_ASSERT(role < GX_ROLES_MAX);
	/* Who gets the last places matters; else the order in which children come does not. */
	if (__builtin_popcountll(free_mask) < FEW_PLACES)
		gx_touch(gx_object(GX_OBJECT_CORE, GX_OBJECT_PLACES), GX_WRITE);
	if (!free_mask)
		return NULL;
	/* Two live tasks on one slot are rare (a few in 16384); the next slot then depends on who came first. */
	while (slot_taken(slot))
		slot = (slot + 1) % GX_SLOT_COUNT;
	gx_slot_open(slot);
	top = gx_slot_stack_top(slot);
#if GX_ASAN
	__asan_unpoison_memory_region(gx_slot_stack_bottom(slot), GX_SLOT_STACK_BYTES - GX_PAGE_BYTES);
#endif
	clear_pairs((pair *)(void *)(top - GX_STACK_FRESH_BYTES), GX_STACK_FRESH_BYTES / sizeof(pair));
	task = &hidden->tasks[__builtin_ctzll(free_mask)];
	clear_pairs((pair *)(void *)task, sizeof(*task) / sizeof(pair));
	task->index = (uint16_t)(task - hidden->tasks);
	task->slot = slot;
	task->path = path;
	task->parent = gx_current ? gx_current->slot : 0;
	task->nth = (uint16_t)nth;
	task->role = (uint8_t)role;
	task->number = number;
	task->entry = entry;
	task->argument = argument;
	task->state = GX_TASK_PARKED;
	task->op = (struct gx_op){.label = GX_L_TASK_BEGIN, .deadline = GX_FOREVER};
	task->sp = make_fcontext(top - GX_TASK_LOCAL_BYTES, GX_SLOT_STACK_BYTES - GX_PAGE_BYTES, enter);
	hidden->used |= 1ull << task->index;
	hidden->parked |= 1ull << task->index;
	gx_emit_extra(GX_L_TASK_SPAWN, task->index, path, (uint64_t)role << 32 | number);
	gx_order.opened = true;
	if (gx_current && (uintptr_t)argument - (uintptr_t)gx_slot_base(gx_current->slot) < GX_SLOT_STACK_BYTES)
		gx_task_share_stack(gx_current);
	if (gx_order.follower && !gx_order.muted)
		gx_order.follower->made(gx_current, task);
	return task;
}

struct gx_task *gx_task_spawn(unsigned role, uint32_t number, void (*entry)(void *), void *argument)
{
	struct gx_task *task = spawn(role, number, entry, argument);

	if (gx_current)
		gx_scrub_stack();
	return task;
}

void gx_task_exit(void)
{
	gx_emit(GX_L_TASK_END, gx_current->path, 0);
	gx_task_mark_ended(gx_current);
	leave(GX_SAYS_ENDED);
}

void gx_task_kill(struct gx_task *task)
{
	GX_ASSERT(task->state == GX_TASK_PARKED);
	gx_emit_extra(GX_L_TASK_KILL, task->index, task->path, 0);
	gx_task_mark_ended(task);
}

void gx_task_reap(struct gx_task *task)
{
	uint64_t bit = 1ull << task->index;

	GX_ASSERT(task->state == GX_TASK_ENDED);
	gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_WRITE);
	GX_HIDDEN->used &= ~bit;
	GX_HIDDEN->watched &= ~bit;
	GX_HIDDEN->background &= ~bit;
	memset(task, 0, sizeof(*task));
}

void gx_task_watch(const struct gx_task *task, bool on)
{
	uint64_t bit = 1ull << task->index;

	GX_HIDDEN->watched = on ? GX_HIDDEN->watched | bit : GX_HIDDEN->watched & ~bit;
}

void gx_task_watch_all(void)
{
	GX_HIDDEN->watched |= 1ull << GX_CLOCK;
}

void gx_task_background(const struct gx_task *task)
{
	GX_HIDDEN->background |= 1ull << task->index;
}

bool gx_task_is_background(const struct gx_task *task)
{
	return GX_HIDDEN->background >> task->index & 1;
}

void gx_task_autoreap(struct gx_task *task)
{
	gx_touch(gx_object(GX_OBJECT_TASK, task->path), GX_WRITE);
	task->traits |= GX_TASK_AUTOREAP;
}

void gx_task_share_stack(struct gx_task *task)
{
	task->traits |= GX_TASK_SHARES_STACK;
}

bool gx_task_is_autoreap(const struct gx_task *task)
{
	return task->traits & GX_TASK_AUTOREAP;
}

struct gx_task *gx_task_at(unsigned index)
{
	return index < GX_TASKS_MAX && GX_HIDDEN->used >> index & 1 ? &GX_HIDDEN->tasks[index] : NULL;
}

uint64_t gx_task_indices(void)
{
	return GX_HIDDEN->used;
}

struct gx_task *gx_task_first(uint64_t indices)
{
	return &GX_HIDDEN->tasks[__builtin_ctzll(indices)];
}

struct gx_task *gx_task_by_slot(uint32_t slot)
{
	for (uint64_t rest = GX_HIDDEN->used; rest; rest &= rest - 1) {
		struct gx_task *task = &GX_HIDDEN->tasks[__builtin_ctzll(rest)];

		if (task->slot == slot)
			return task;
	}
	return NULL;
}

uint64_t gx_task_serial(void)
{
	GX_ASSERT(gx_current->serial < 4095);
	return (uint64_t)gx_current->path << 12 | ++gx_current->serial;
}

void gx_task_fatal(uint16_t label, uint64_t value)
{
	if (__builtin_expect(gx_point_hook != NULL, 0))
		gx_point_hook(true);
	gx_emit(label, gx_current->path, value);
	gx_task_end_execution();
}

void gx_task_end_execution(void)
{
	GX_HIDDEN->ending = GX_ENDING_FATAL;
	gx_task_mark_ended(gx_current);
	leave(GX_SAYS_ENDED);
}
