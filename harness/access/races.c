#include "access/races.h"
#include "access/points.h"

#include <stdlib.h>
#include <string.h>

#include "core/event.h"
#include "core/host.h"
#include "core/order.h"
#include "core/rescue.h"
#include "core/sched.h"
#include "core/world.h"

/* What has been told, for whoever asks where it was. ThreadSanitizer may not report another time what it has seen: there all is kept. */
enum { TOLD_MAX = GX_HOST_TSAN ? 4096 : 64 };
static struct told {
	uint64_t object;
	uint32_t step;
	struct gx_race_places places;
} told[TOLD_MAX];
static unsigned told_count;
static struct told remembered[TOLD_MAX];
static unsigned remembered_count;

void gx_races_remember(void)
{
	memcpy(remembered, told, told_count * sizeof(told[0]));
	remembered_count = told_count;
}

static const struct told *find_told(const struct told *list, unsigned count, uint64_t object, uint32_t step)
{
	for (unsigned i = 0; i < count; i++)
		if (list[i].object == object && list[i].step == step)
			return &list[i];
	return NULL;
}

bool gx_races_places(uint64_t object, uint32_t step, struct gx_race_places *places)
{
	const struct told *found = find_told(remembered, remembered_count, object, step);

	if (found)
		*places = found->places;
	return found;
}

static uint8_t bits(size_t from, size_t count)
{
	return (uint8_t)((count < 8 ? (1u << count) - 1 : 0xffu) << from);
}

static const void *last;

const void *gx_races_last(void)
{
	return last;
}

/* While nobody watches there is but the first, which is empty. */
enum { CALLS_MAX = 8192 };
static struct gx_where calls[CALLS_MAX];
static unsigned calls_count;

static unsigned note_calls(void)
{
	if (!gx_point_hook || calls_count + 1 >= CALLS_MAX)
		return 0;
	calls[++calls_count] = gx_where_now();
	return calls_count;
}

static void note_told(uint64_t object, struct gx_race_places places)
{
	if (told_count == TOLD_MAX || (GX_HOST_TSAN && find_told(told, told_count, object, gx_sched_steps())))
		return;
	told[told_count].object = object;
	told[told_count].step = gx_sched_steps();
	told[told_count++].places = places;
}

static void tell(uintptr_t at, size_t size, bool beside_it, uint16_t extra, struct gx_race_places places)
{
	uint64_t object = gx_world_canonical((const void *)at);

	last = places.later;
	gx_points_found(at, size);
	note_told(object, places);
	/* What a judge says is no part of what happens: the same execution is the same by another judge, and in the other program. */
	gx_emit_aside(GX_L_DATA_RACE, extra, object, GX_RACE_VALUE(size, beside_it));
}

void gx_races_tell(uintptr_t at, size_t size, uint16_t extra, struct gx_race_places places)
{
	tell(at, size, false, extra, places);
}

/* ---- side by side ---- */

static struct {
	const struct gx_memory_touch *touches;
	unsigned count;
	unsigned task;
	uint64_t told[TOLD_MAX]; /* bytes that have been told of, by the first of them: one race each is enough */
	unsigned told_count;
} beside;

/* Or there is no room to remember it. */
static bool is_told(uint64_t at)
{
	for (unsigned i = 0; i < beside.told_count; i++)
		if (beside.told[i] == at)
			return true;
	if (beside.told_count == TOLD_MAX)
		return true;
	beside.told[beside.told_count++] = at;
	return false;
}

static const struct gx_memory_touch *touch_of(uint64_t granule)
{
	for (unsigned i = 0; i < beside.count && beside.touches[i].granule <= granule; i++)
		if (beside.touches[i].granule == granule)
			return &beside.touches[i];
	return NULL;
}

/* What of the earlier step's bytes this access races with, if it may. */
static uint8_t racing(const struct gx_memory_touch *touch, unsigned how)
{
	uint8_t plain = (uint8_t)(touch->written | (how & GX_MEMORY_WRITES ? touch->read : 0));
	uint8_t atomic = (uint8_t)(touch->atomic_written | (how & GX_MEMORY_WRITES ? touch->atomic_read : 0));

	return (uint8_t)(plain | (how & GX_MEMORY_IS_ATOMIC ? 0 : atomic));
}

static void judge_beside(const struct gx_task *task, uintptr_t at, size_t size, unsigned how, const void *code)
{
	while (size) {
		size_t from = at % 8;
		size_t here = size < 8 - from ? size : 8 - from;
		const struct gx_memory_touch *touch = touch_of(at >> 3);
		uint8_t mine = bits(from, here);

		if (touch && task->index != beside.task && racing(touch, how) & mine && !is_told(at)) {
			bool wrote = ((touch->written | touch->atomic_written) & mine) != 0;

			tell(at, here, true, GX_RACE_EXTRA(beside.task, wrote, (how & GX_MEMORY_WRITES) != 0),
			     (struct gx_race_places){.later = code});
		}
		at += here;
		size -= here;
	}
}

void gx_races_beside(const struct gx_memory_touch *touches, unsigned count, unsigned task)
{
	beside.touches = touches;
	beside.count = count;
	beside.task = task;
	beside.told_count = 0;
	told_count = 0;
	gx_memory_judge(judge_beside);
	gx_order_follow(NULL);
}

void gx_races_end(void)
{
	gx_memory_judge(NULL);
	gx_order_follow(NULL);
}

/* ---- clocks ---- */

typedef uint32_t clock_values[GX_TASKS_MAX];

/* What each task, by index, knows of all others; an index that is used again goes on counting. */
static clock_values clocks[GX_TASKS_MAX];

/* What has been released to an object. */
struct released {
	uint64_t object; /* 0: free */
	clock_values values;
};

/* An access that a later one may race with. */
struct seen {
	uint32_t when; /* of its task's clock */
	uint8_t task;
	uint8_t bytes;
	bool writes;
	bool atomic;
	bool told;
	uint32_t step;
	unsigned calls; /* that led to it */
	const void *code;
};

enum { SEEN_MAX = 32 };
struct cell {
	uint64_t granule; /* 0: free */
	unsigned count;
	struct seen seen[SEEN_MAX];
};

/* Hash tables with open addressing, twice as large as what they hold; emptied by a walk over what was used. */
struct table {
	void *entries;
	size_t size; /* of an entry; its first word is the key */
	uint32_t capacity;
	uint32_t count;
	uint32_t *used;
};

static struct table released = {.size = sizeof(struct released)};
static struct table cells = {.size = sizeof(struct cell)};

static void *entry_at(const struct table *table, uint32_t i)
{
	return (char *)table->entries + i * table->size;
}

static uint32_t place_of(const struct table *table, uint64_t key)
{
	uint32_t i = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 32) & (table->capacity - 1);

	for (;; i = (i + 1) & (table->capacity - 1)) {
		uint64_t found = *(const uint64_t *)entry_at(table, i);

		if (found == key || !found)
			return i;
	}
}

static void empty(struct table *table)
{
	for (uint32_t i = 0; i < table->count; i++)
		*(uint64_t *)entry_at(table, table->used[i]) = 0;
	table->count = 0;
}

/* Compilers take it for granted that malloc() does not look at variables of the program's. */
static void become(struct gx_task *task)
{
	gx_current = task;
	__asm__ volatile("" : : : "memory");
}

/* On the heap of the process: tasks have another one, and this is called in their context. */
static void *room_for(size_t count, size_t size)
{
	struct gx_task *self = gx_task_self();
	void *room;

	become(NULL);
	room = calloc(count, size);
	become(self);
	if (!room)
		gx_no_memory("the order of an execution");
	return room;
}

static void release_room(void *room)
{
	struct gx_task *self = gx_task_self();

	become(NULL);
	free(room);
	become(self);
}

static void grow(struct table *table)
{
	struct table old = *table;

	table->capacity = old.capacity ? old.capacity * 2 : 64;
	table->entries = room_for(table->capacity, table->size);
	table->used = room_for(table->capacity, sizeof(*table->used));
	table->count = 0;
	for (uint32_t i = 0; i < old.count; i++) {
		const void *entry = entry_at(&old, old.used[i]);
		uint32_t place = place_of(table, *(const uint64_t *)entry);

		memcpy(entry_at(table, place), entry, table->size);
		table->used[table->count++] = place;
	}
	release_room(old.entries);
	release_room(old.used);
}

/* The entry with this key; if there is none, NULL, or, to be made, a new one of which only the key is set. */
static void *find(struct table *table, uint64_t key, bool make, bool *is_new)
{
	uint32_t place;
	void *entry;

	*is_new = false;
	if (make && table->count * 2 >= table->capacity)
		grow(table);
	if (!table->capacity)
		return NULL;
	place = place_of(table, key);
	entry = entry_at(table, place);
	if (*(uint64_t *)entry)
		return entry;
	if (!make)
		return NULL;
	*(uint64_t *)entry = key;
	table->used[table->count++] = place;
	*is_new = true;
	return entry;
}

static void join(clock_values to, const clock_values from)
{
	for (unsigned i = 0; i < GX_TASKS_MAX; i++)
		to[i] = to[i] > from[i] ? to[i] : from[i];
}

/* Who acts: the running task; a callback acts for nobody. */
static unsigned who(void)
{
	return gx_task_self() ? gx_task_self()->index : GX_CLOCK;
}

static void on_release(uint64_t object)
{
	struct released *entry;
	bool is_new;

	if (!object || !gx_task_self())
		return;
	entry = find(&released, object, true, &is_new);
	if (is_new)
		memcpy(entry->values, clocks[who()], sizeof(clock_values));
	else
		join(entry->values, clocks[who()]);
	clocks[who()][who()]++;
}

static void on_acquire(uint64_t object)
{
	const struct released *entry;
	bool is_new;

	if (!object || !gx_task_self())
		return;
	entry = find(&released, object, false, &is_new);
	if (entry)
		join(clocks[who()], entry->values);
}

/* A callback makes it when everything has come to rest: behind all. */
static void on_made(const struct gx_task *maker, const struct gx_task *task)
{
	uint32_t own = clocks[task->index][task->index];

	if (maker) {
		memcpy(clocks[task->index], clocks[maker->index], sizeof(clock_values));
		clocks[maker->index][maker->index]++;
	} else {
		for (unsigned i = 0; i < GX_TASKS_MAX; i++)
			if (i != task->index)
				join(clocks[task->index], clocks[i]);
		for (unsigned i = 0; i < GX_TASKS_MAX; i++)
			if (i != task->index)
				clocks[i][i]++;
	}
	clocks[task->index][task->index] = own + 1;
}

static void on_fresh(const void *block, size_t size)
{
	for (uintptr_t at = (uintptr_t)block; at < (uintptr_t)block + size; at += 8) {
		bool is_new;
		struct cell *cell = find(&cells, at >> 3, false, &is_new);

		if (cell)
			cell->count = 0;
	}
}

static bool is_before(const struct seen *seen, const struct gx_task *task)
{
	return seen->task == task->index || seen->when <= clocks[task->index][seen->task];
}

/* One of those that there are is of no use any more: what races with it races with this one, too. */
static bool covers(const struct seen *later, const struct seen *earlier, const struct gx_task *task)
{
	return !(earlier->bytes & ~later->bytes) && (later->writes || !earlier->writes) &&
	       (!later->atomic || earlier->atomic) && is_before(earlier, task);
}

static void note(struct cell *cell, struct seen now, const struct gx_task *task)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < cell->count; i++)
		if (!covers(&now, &cell->seen[i], task))
			cell->seen[kept++] = cell->seen[i];
	/* More than so many tasks that read one byte: the oldest is let go. */
	if (kept == SEEN_MAX) {
		memmove(cell->seen, cell->seen + 1, (SEEN_MAX - 1) * sizeof(cell->seen[0]));
		kept--;
	}
	cell->seen[kept++] = now;
	cell->count = kept;
}

static void judge_granule(const struct gx_task *task, uintptr_t at, size_t size, unsigned how, const void *code)
{
	bool writes = (how & GX_MEMORY_WRITES) != 0;
	struct seen now = {.when = clocks[task->index][task->index],
			   .task = (uint8_t)task->index,
			   .bytes = bits(at % 8, size),
			   .writes = writes,
			   .atomic = (how & GX_MEMORY_IS_ATOMIC) != 0,
			   .step = gx_sched_steps(),
			   .calls = note_calls(),
			   .code = code};
	const struct seen *race = NULL;
	bool is_new;
	struct cell *cell = find(&cells, at >> 3, true, &is_new);

	if (is_new)
		cell->count = 0;
	for (unsigned i = 0; i < cell->count && !(race && race->step + 1 == now.step); i++) {
		struct seen *seen = &cell->seen[i];

		if (!(seen->bytes & now.bytes) || !(seen->writes || writes) || (seen->atomic && now.atomic) ||
		    is_before(seen, task))
			continue;
		now.told = true;
		/* Once for those who come later; and side by side, which shows best what it is. */
		if (!seen->told || seen->step + 1 == now.step)
			race = seen;
	}
	if (race) {
		tell(at, size, race->step + 1 == now.step, GX_RACE_EXTRA(race->task, race->writes, writes),
		     (struct gx_race_places){.earlier = race->code,
					     .later = code,
					     .step = race->step,
					     .earlier_calls = calls[race->calls],
					     .later_calls = calls[now.calls]});
	}
	note(cell, now, task);
}

static void judge_by_clocks(const struct gx_task *task, uintptr_t at, size_t size, unsigned how, const void *code)
{
	while (size) {
		size_t from = at % 8;
		size_t here = size < 8 - from ? size : 8 - from;

		judge_granule(task, at, here, how, code);
		at += here;
		size -= here;
	}
}

/* Those that there are already are the set-up's. */
static void on_begin(void)
{
	told_count = 0;
	calls_count = 0;
	empty(&released);
	empty(&cells);
	memset(clocks, 0, sizeof(clocks));
	for (uint64_t tasks = gx_task_indices(); tasks; tasks &= tasks - 1)
		clocks[gx_task_first(tasks)->index][gx_task_first(tasks)->index] = 1;
}

void gx_races_by_clocks(void)
{
	static const struct gx_order_follower follower = {.begin = on_begin,
							  .release = on_release,
							  .acquire = on_acquire,
							  .fresh = on_fresh,
							  .made = on_made};

	on_begin();
	gx_memory_judge(judge_by_clocks);
	gx_order_follow(&follower);
}

/* Where the runtime of a compiler judges, who follows the order tells it (hosts/tsan.h). */
void gx_races_watch(bool on, bool tries)
{
	gx_order.tries = tries;
	gx_memory_watch(on);
#if !GX_HOST_TSAN
	if (on)
		gx_races_by_clocks();
	else
		gx_races_end();
#endif
}
