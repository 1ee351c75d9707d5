/*
 * lock-order.c - two tasks take the same locks, each holding one while it waits for the other's: they deadlock if they meet, and this execution
 * shows that they can (Havelund: "Using runtime analysis to guide model checking of Java programs", 2000: GoodLock).
 *
 *     acquisition   a task takes a lock, and would have waited for it, while it holds others
 *     circle        acquisitions of different tasks, each of a lock that the next one holds
 *
 * No circle: of one task; of tasks that hold one lock besides, which lets one of them through at a time; of two readers; where the one had
 * happened before the other task was made, or had been joined by it.
 *
 * What is remembered is all acquisitions of an execution so far, in an order of their own, so that it does not tell orders of arrival apart.
 */
#include <string.h>

#include "core/mark.h"
#include "core/task.h"
#include "rules/internal.h"

/* More are not remembered; who holds more is not judged. */
enum { TAKEN_MAX = 10, HELD_MAX = 4, CIRCLE_MAX = 4 };

struct acquisition {
	uint32_t task;     /* path; 0: none */
	uint16_t children; /* how many tasks it had made by then */
	uint8_t request;
	uint8_t reads; /* bit per held lock: for reading; LOCK_READS: so is the one that it takes */
	uint32_t lock; /* gx_lock_id() */
	uint32_t held[HELD_MAX];
};
enum { LOCK_READS = 1 << HELD_MAX };

struct memory {
	struct acquisition taken[TAKEN_MAX];
};

/* ---- one acquisition, told lock by lock ---- */

static struct {
	uint32_t step;
	uint16_t told;
	struct acquisition now;
} gathered;

static bool add_held(uint64_t lock)
{
	struct acquisition *now = &gathered.now;
	uint32_t id = gx_lock_id(lock);

	if (gathered.told == HELD_MAX)
		return false;
	now->held[gathered.told] = id;
	if (lock & GX_LOCK_READ)
		now->reads |= (uint8_t)(1u << gathered.told);
	gathered.told++;
	return true;
}

/* In one order, whatever the order in which it was told. */
static void sort_held(struct acquisition *now, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		for (unsigned j = i; j && now->held[j] < now->held[j - 1]; j--) {
			uint32_t lock = now->held[j];
			unsigned one = now->reads >> j & 1;
			unsigned other = now->reads >> (j - 1) & 1;

			now->held[j] = now->held[j - 1];
			now->held[j - 1] = lock;
			now->reads &= (uint8_t) ~(3u << (j - 1));
			now->reads |= (uint8_t)(other << j | one << (j - 1));
		}
}

/* True once all locks that the task holds have been told. */
static bool gather(const struct gx_event *event, const struct gx_task *task)
{
	unsigned count = event->extra & 0xff;

	if (!gathered.told || gathered.step != event->step || gathered.now.task != task->path) {
		memset(&gathered, 0, sizeof(gathered));
		gathered.step = event->step;
		gathered.now.task = task->path;
		gathered.now.children = task->children;
		gathered.now.request = (uint8_t)(event->extra >> 8);
		gathered.now.lock = gx_lock_id(event->object);
		gathered.now.reads = event->object & GX_LOCK_READ ? LOCK_READS : 0;
	}
	if (count > HELD_MAX || !add_held(event->value) || gathered.told != count)
		return false;
	gathered.told = 0;
	sort_held(&gathered.now, count);
	return true;
}

/* ---- circles ---- */

/* The place of the lock among those that it holds, in a way that keeps the other out, who wants it; or HELD_MAX. */
static unsigned blocks(const struct acquisition *holder, uint32_t lock, bool reads)
{
	for (unsigned i = 0; i < HELD_MAX; i++)
		if (holder->held[i] == lock && !(reads && holder->reads >> i & 1))
			return i;
	return HELD_MAX;
}

static bool waits_for(const struct acquisition *waiter, const struct acquisition *holder)
{
	return blocks(holder, waiter->lock, waiter->reads & LOCK_READS) < HELD_MAX;
}

/* One lock that both hold, not both to read. */
static bool have_a_guard(const struct acquisition *one, const struct acquisition *other)
{
	for (unsigned i = 0; i < HELD_MAX && one->held[i]; i++)
		if (blocks(other, one->held[i], one->reads >> i & 1) < HELD_MAX)
			return true;
	return false;
}

/* What the older one says was done before the task was made, or those who made it. */
static bool was_before(const struct acquisition *older, const struct gx_task *task)
{
	for (unsigned generation = 0; task && generation < GX_TASKS_MAX; generation++) {
		const struct gx_task *maker = task->parent ? gx_task_by_slot(task->parent) : NULL;

		if (maker && maker->path == older->task)
			return task->nth > older->children;
		task = maker;
	}
	return false;
}

static bool fits(const struct acquisition *circle[], unsigned count, const struct acquisition *next,
		 const struct gx_task *task)
{
	if (!next->task || !waits_for(circle[count - 1], next))
		return false;
	if (was_before(next, task)) {
		GX_MARK("lock-order: done before the other was made");
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		if (circle[i]->task == next->task) {
			GX_MARK("lock-order: of one task");
			return false;
		}
		if (have_a_guard(circle[i], next)) {
			GX_MARK("lock-order: one lock lets one of them through at a time");
			return false;
		}
	}
	return true;
}

/* Extend circle[0..count-1] until the last waits for what the first holds; its length, 0: there is none. */
static unsigned close_circle(const struct memory *memory, const struct acquisition *circle[], unsigned count,
			     const struct gx_task *task)
{
	if (count > 1 && waits_for(circle[count - 1], circle[0]))
		return count;
	for (unsigned i = 0; i < TAKEN_MAX && count < CIRCLE_MAX; i++) {
		unsigned length;

		if (!fits(circle, count, &memory->taken[i], task))
			continue;
		circle[count] = &memory->taken[i];
		length = close_circle(memory, circle, count + 1, task);
		if (length)
			return length;
	}
	return 0;
}

/* ---- what is remembered ---- */

static void remember(struct memory *memory, const struct acquisition *now)
{
	unsigned at = 0;

	while (at < TAKEN_MAX && memory->taken[at].task && memcmp(&memory->taken[at], now, sizeof(*now)) < 0)
		at++;
	if (at == TAKEN_MAX || !memcmp(&memory->taken[at], now, sizeof(*now)))
		return;
	memmove(&memory->taken[at + 1], &memory->taken[at], (TAKEN_MAX - 1 - at) * sizeof(*now));
	memory->taken[at] = *now;
}

/* All that it did is behind whoever joined it, who now stands for it. */
static void hand_over(struct memory *memory, uint32_t joined, const struct gx_task *joiner)
{
	struct acquisition moved[TAKEN_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < TAKEN_MAX; i++) {
		if (!memory->taken[i].task || memory->taken[i].task != joined)
			continue;
		moved[count] = memory->taken[i];
		moved[count].task = joiner->path;
		moved[count].children = joiner->children;
		count++;
		memmove(&memory->taken[i], &memory->taken[i + 1], (TAKEN_MAX - 1 - i) * sizeof(moved[0]));
		memset(&memory->taken[TAKEN_MAX - 1], 0, sizeof(moved[0]));
		i--;
	}
	for (unsigned i = 0; i < count; i++)
		remember(memory, &moved[i]);
}

/* ---- the rule ---- */

static void judge_acquisition(struct gx_rules *rules, struct memory *memory, const struct gx_event *event,
			      const struct gx_task *task)
{
	struct gx_finding finding = gx_found_in_task(event, GX_RULE_LOCK_ORDER);
	const struct acquisition *circle[CIRCLE_MAX] = {&gathered.now};
	unsigned length = close_circle(memory, circle, 1, task);

	if (length) {
		const struct acquisition *last = circle[length - 1];
		unsigned held = blocks(&gathered.now, last->lock, last->reads & LOCK_READS);

		finding.workspace = GX_NO_WORKSPACE;
		finding.requests[0] = gathered.now.request;
		finding.requests[1] = circle[1]->request;
		finding.detail = (uint16_t)length;
		finding.value = (uint64_t)gathered.now.lock << 32 | gathered.now.held[held];
		gx_report_finding(rules, &finding);
	}
	remember(memory, &gathered.now);
}

static void judge(struct gx_rules *rules, const struct gx_event *event)
{
	struct memory *memory = gx_rule_memory(rules, GX_RULE_LOCK_ORDER);
	const struct gx_task *task = gx_task_at(event->task);

	if (!task)
		return;
	if (event->label == GX_L_THREAD_JOINED)
		hand_over(memory, (uint32_t)event->object, task);
	else if (gather(event, task))
		judge_acquisition(rules, memory, event, task);
}

static void tell(const struct gx_telling *t)
{
	const struct gx_finding *finding = t->finding;
	const char *other = finding->requests[1] ? gx_told_request(t, 1) : "another thread";
	char lock[96] = "a lock";
	char held[96] = "another";

	if (t->names->lock) {
		t->names->lock(t->names->context, gx_lock_object((uint32_t)(finding->value >> 32)), lock, sizeof(lock));
		t->names->lock(t->names->context, gx_lock_object((uint32_t)finding->value), held, sizeof(held));
	}
	if (finding->detail > 2)
		gx_tell(t,
			"%s takes %s while it holds %s, and %u others, each holding the lock that another takes, close a circle",
			gx_told_task(t), lock, held, finding->detail - 1);
	else
		gx_tell(t,
			"%s takes %s while it holds %s, and %s has taken them the other way round: if they meet, both wait for ever",
			gx_told_task(t), lock, held, other);
}

const struct gx_rule_row gx_rule_lock_order = {
	.name = "lock-order",
	.summary = "two tasks take locks in opposite orders: they may deadlock, whether or not they do here",
	.remedy = "take several locks in one order everywhere, or under one more lock that all take first",
	.facts = {GX_L_LOCK_NESTED, GX_L_THREAD_JOINED},
	.judge = judge,
	.memory = sizeof(struct memory),
	.tell = tell,
	.topics = GX_TOPIC_LOCKS,
};
