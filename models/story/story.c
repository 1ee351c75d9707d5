#include "story/story.h"
#include "access/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "posix/posix.h"
#include "service/labels.h"
#include "story/internal.h"
#include "story/places.h"

void gx_recording_release(struct gx_recording *recording)
{
	free(recording->events);
	*recording = (struct gx_recording){0};
}

/* ---- steps ---- */

struct teller {
	struct gx_name_book *book;
	struct gx_keep *keep;
	uint8_t leg_of[GX_TASKS_MAX];       /* request whose leg the task runs */
	uint8_t request_of[GX_TASKS_MAX];   /* request whose handle() it runs */
	uint8_t workspace_of[GX_TASKS_MAX]; /* that its maker made it for, or GX_NO_WORKSPACE */
};

/* "stop begins", "start fails", "comes to the gate", "coalesced"; "" for any other fact. */
static void say_progress(const struct gx_event *event, char *text, size_t size)
{
	static const char *const legs[] = {"", "stop", "start", ""};
	static const char *const ends[] = {"ends", "is skipped", "fails"};
	static const char *const outcomes[] = {"ran", "accepted", "coalesced", "dropped", "busy: 409"};

	*text = 0;
	if (event->label == GX_F_REQUEST)
		snprintf(text, size, "comes to the gate");
	else if (event->label == GX_F_LEG_BEGIN)
		snprintf(text, size, "%s begins", legs[event->value & 3]);
	else if (event->label == GX_F_LEG_END)
		snprintf(text, size, "%s %s", legs[event->value & 3],
			 ends[event->value >> 8 < 3 ? event->value >> 8 : 0]);
	else if (event->label == GX_F_ANSWER && event->value < sizeof(outcomes) / sizeof(outcomes[0]))
		snprintf(text, size, "%s", outcomes[event->value]);
}

/* How far a request has come, and whose leg it is from now on. */
static void follow_legs(struct teller *teller, const struct gx_event *events, unsigned count, char *text, size_t size)
{
	size_t used = 0;
	char what[40];

	*text = 0;
	for (unsigned i = 1; i < count; i++) {
		if (events[i].label == GX_F_LEG_BEGIN)
			teller->leg_of[events[i].task] = (uint8_t)events[i].extra;
		else if (events[i].label == GX_F_LEG_END)
			teller->leg_of[events[i].task] = 0;
		say_progress(&events[i], what, sizeof(what));
		if (*what && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", what);
	}
}

/* ---- whose a step is ---- */

static bool is_workspace(const struct teller *teller, uint64_t workspace)
{
	return workspace < teller->book->trial->scenario->workspace_count;
}

static uint8_t bit_of(const struct teller *teller, uint64_t workspace)
{
	unsigned bit = is_workspace(teller, workspace) ? 1u << workspace : 0;

	return (uint8_t)bit;
}

/* A task that is made: for which workspace, as far as its role or its maker says. */
static void follow_spawn(struct teller *teller, unsigned maker, unsigned index, unsigned role, unsigned number)
{
	const struct gx_scenario *scenario = teller->book->trial->scenario;
	unsigned workspace = GX_NO_WORKSPACE;

	if (role == GX_ROLE_CONTAINER)
		workspace = number;
	else if (role == GX_ROLE_ACTOR && number < scenario->actor_count)
		workspace = scenario->actors[number].workspace;
	else if (role == GX_ROLE_GO || role == GX_ROLE_THREAD)
		workspace = teller->workspace_of[maker];
	teller->leg_of[index] = 0;
	teller->request_of[index] = 0;
	teller->workspace_of[index] = (uint8_t)workspace;
}

static uint8_t workspace_of_object(const struct teller *teller, const struct gx_event *step)
{
	const struct gx_places *places = &teller->book->trial->places;

	if (step->label >= GX_LABELS_SERVICE)
		return step->object && step->object >> 32 != GX_CELL_SERVER ? bit_of(teller, step->object & 0xffffffff)
									    : 0;
	if (step->label < GX_LABELS_DOCKER || step->label >= GX_L_DOCKER_END)
		return 0;
	for (unsigned w = 0; w < teller->book->trial->scenario->workspace_count; w++)
		if ((step->object & 0xffffffff) == places->name[w])
			return bit_of(teller, w);
	return 0;
}

/* The facts of the end are about everybody, whoever's step came last. */
static bool is_about_the_step(const struct gx_event *step, const struct gx_event *fact)
{
	return fact->task == step->task && fact->label >= GX_F_REQUEST && fact->label < GX_F_FINAL_BLOCKED;
}

/* Follow the facts of a step; whose it was. */
static struct gx_story_owner follow_owner(struct teller *teller, const struct gx_event *events, unsigned count)
{
	const struct gx_event *step = &events[0];
	struct gx_story_owner owner = {.workspaces = workspace_of_object(teller, step)};

	owner.request = teller->request_of[step->task];
	if (!owner.workspaces)
		owner.workspaces = bit_of(teller, teller->workspace_of[step->task]);
	for (unsigned i = 1; i < count; i++) {
		const struct gx_event *fact = &events[i];

		if (fact->label == GX_L_TASK_SPAWN && fact->extra < GX_TASKS_MAX)
			follow_spawn(teller, fact->task, fact->extra, (unsigned)(fact->value >> 32),
				     (unsigned)fact->value);
		if (!is_about_the_step(step, fact))
			continue;
		owner.workspaces |= bit_of(teller, fact->object);
		if (fact->label == GX_F_REQUEST) {
			owner.request = (uint8_t)fact->extra;
			teller->request_of[step->task] = (uint8_t)fact->extra;
			teller->workspace_of[step->task] = (uint8_t)fact->object;
		}
		if (fact->label == GX_F_ANSWER)
			teller->request_of[step->task] = 0;
	}
	owner.leg = teller->leg_of[step->task];
	return owner;
}

static void know_tasks_of_set_up(struct teller *teller)
{
	memset(teller->workspace_of, GX_NO_WORKSPACE, sizeof(teller->workspace_of));
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);

		if (task)
			follow_spawn(teller, GX_CLOCK, i, task->role, task->number);
	}
}

/* What ends or breaks the task comes behind all else that it did in the step. */
static bool is_its_last_word(const struct gx_event *events, unsigned count)
{
	bool last = false;

	for (unsigned i = 1; i < count; i++) {
		unsigned label = events[i].label;

		if (label == GX_L_TASK_CRASH || label == GX_L_TASK_HANG || label == GX_L_TASK_SYSCALL ||
		    label == GX_F_MISUSE || label == GX_L_DATA_RACE || label == GX_L_MEMORY_ERROR)
			last = true;
		else if (label == GX_F_REQUEST || label == GX_F_LEG_BEGIN || label == GX_F_LEG_END)
			last = false;
	}
	return last;
}

/* `task` as it was called when it stepped: by the end of the step it may have ended and another have its index. */
static struct gx_story_step tell(struct teller *teller, const char *task, const struct gx_event *events, unsigned count)
{
	const struct gx_event *step = &events[0];
	struct gx_story_step out = {.task = task, .left = "", .number = step->step};
	char text[160];
	char progress[160];
	bool last;

	out.op = gx_label_name(step->label);
	gx_name_object(teller->book, step->label, step->object, text, sizeof(text));
	out.object = gx_keep_text(teller->keep, text);
	out.place = gx_place_of_step(step->step, false, teller->keep);
	gx_name_value(teller->book, events, count, text, sizeof(text));
	follow_legs(teller, events, count, progress, sizeof(progress));
	last = is_its_last_word(events, count);
	out.value = gx_keep_format(teller->keep, "%s%s%s", last ? progress : text, *text && *progress ? ", " : "",
				   last ? text : progress);
	return out;
}

/* Behind the last event of the step, or of set-up, that begins at `from`. */
static uint32_t end_of_step(const struct gx_recording *recording, uint32_t from)
{
	uint32_t end = from + 1;

	while (end < recording->count && recording->events[end].kind == GX_EVENT_FACT)
		end++;
	return end;
}

static struct gx_story_table *make_table(struct gx_keep *keep, size_t room)
{
	struct gx_story_table *table = gx_keep_alloc(keep, sizeof(*table));

	table->steps = gx_keep_alloc(keep, sizeof(*table->steps) * room);
	table->events = gx_keep_alloc(keep, sizeof(*table->events) * room);
	table->event_counts = gx_keep_alloc(keep, sizeof(*table->event_counts) * room);
	table->workspaces = gx_keep_alloc(keep, room);
	table->requests = gx_keep_alloc(keep, room);
	table->legs = gx_keep_alloc(keep, room);
	return table;
}

static void add_step(struct gx_story_table *table, struct teller *teller, const char *task,
		     const struct gx_event *events, unsigned count)
{
	size_t at = table->count++;
	struct gx_story_owner owner;

	table->steps[at] = tell(teller, task, events, count);
	owner = follow_owner(teller, events, count);
	table->events[at] = events;
	table->event_counts[at] = count;
	table->workspaces[at] = owner.workspaces;
	table->requests[at] = owner.request;
	table->legs[at] = owner.leg;
}

void gx_story_steps(struct gx_story *story, struct gx_name_book *book, const struct gx_recording *recording,
		    const struct gx_finding *finding, struct gx_keep *keep)
{
	struct teller teller = {.book = book, .keep = keep};
	struct gx_story_table *table = make_table(keep, recording->count + 1);
	uint64_t now = 0;
	uint32_t next;

	know_tasks_of_set_up(&teller);
	for (uint32_t i = 0; i < recording->count; i = next) {
		const struct gx_event *event = &recording->events[i];
		const char *task = gx_keep_text(keep, gx_name_book_task(book, event->task));
		struct gx_story_step *step = &table->steps[table->count];

		next = end_of_step(recording, i);
		for (uint32_t j = i; j < next; j++)
			gx_name_book_follow(book, &recording->events[j]);
		if (event->kind != GX_EVENT_STEP || event->step > finding->step)
			continue;
		if (event->label == GX_L_CLOCK_TICK)
			now = event->value;
		add_step(table, &teller, task, event, next - i);
		step->at_ns = now;
		step->preempted = event->step <= recording->preempted_count && recording->preempted[event->step - 1];
		if (step->preempted && step > table->steps)
			step->left = step[-1].task;
	}
	story->workspace = gx_keep_text(keep, gx_name_workspace(book->trial, finding->workspace));
	story->table = table;
	story->steps = table->steps;
	story->step_count = table->count;
}

/* ---- waits ---- */

static bool is_blocked(const struct gx_task *task)
{
	return task && task->state == GX_TASK_PARKED && task->op.ready && !task->op.ready(task) &&
	       task->op.label != GX_L_CONTAINER_REST && task->op.deadline == GX_FOREVER;
}

static bool is_alive(const struct gx_name_book *live, const char *name)
{
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);

		if (task && task->state != GX_TASK_ENDED && !strcmp(gx_name_book_task(live, i), name))
			return true;
	}
	return false;
}

/* The step was not just granted so that it could say that it has waited long enough. */
static bool was_ready(const struct gx_event *step)
{
	return step->value >> 16 == GX_GRANTED_READY;
}

static bool takes(const struct gx_event *step)
{
	return gx_posix_traits(step->label) & (GX_POSIX_TAKES | GX_POSIX_TRIES) && was_ready(step);
}

/* The last step that took the object, of those of `task` if that is not NULL; or table->count. */
static size_t last_take(const struct gx_story_table *table, uint64_t object, const char *task)
{
	for (size_t i = table->count; i-- > 0;) {
		const struct gx_event *step = table->events[i];

		if (step->object != object || !takes(step))
			continue;
		if (!task || !strcmp(table->steps[i].task, task))
			return i;
	}
	return table->count;
}

/* Whether the mutex is given up by a wait on a condition, with which the task that does so comes back later. */
static bool waits_with(const struct gx_story_table *table, size_t at, uint64_t mutex)
{
	if (table->events[at]->label != GX_L_COND_ENTER)
		return false;
	for (size_t i = at + 1; i < table->count; i++)
		if (!strcmp(table->steps[i].task, table->steps[at].task) && table->events[i]->label == GX_L_MUTEX_LOCK)
			return table->events[i]->object == mutex;
	return true; /* it waits still */
}

/* A trylock takes what is free, and fails else. */
size_t gx_story_take_before(const struct gx_story_table *table, uint64_t mutex, size_t end)
{
	size_t held = table->count;

	for (size_t i = 0; i < end; i++) {
		const struct gx_event *step = table->events[i];
		bool mine = held < table->count && !strcmp(table->steps[i].task, table->steps[held].task);

		if (mine && waits_with(table, i, mutex))
			held = table->count;
		if (step->object != mutex)
			continue;
		if (gx_posix_traits(step->label) & GX_POSIX_GIVES)
			held = table->count;
		else if (takes(step) && (!(gx_posix_traits(step->label) & GX_POSIX_TRIES) || held == table->count))
			held = i;
	}
	return held;
}

static bool gives_back(const struct gx_event *step)
{
	return gx_posix_traits(step->label) & GX_POSIX_GIVES;
}

/* Whether the task of step `at` gave the object back later. */
static bool gave_back(const struct gx_story_table *table, size_t at)
{
	for (size_t i = at + 1; i < table->count; i++)
		if (table->events[i]->object == table->events[at]->object && gives_back(table->events[i]) &&
		    !strcmp(table->steps[i].task, table->steps[at].task))
			return true;
	return false;
}

/* The last of the others that stepped on this object, waiters on it excepted; or table->count. */
static size_t last_passer(const struct gx_story_table *table, uint64_t object, uint64_t cond, const char *waiter)
{
	for (size_t i = table->count; i-- > 0;)
		if (object && (table->events[i]->object == object || table->events[i]->object == cond) &&
		    table->events[i]->label != GX_L_COND_ENTER && strcmp(table->steps[i].task, waiter) != 0)
			return i;
	return table->count;
}

/* The last take of a semaphore by somebody else who gave nothing back; or table->count. Who looks again and again has taken nothing yet. */
static size_t take_of_semaphore(const struct gx_story_table *table, const struct gx_name_book *live, uint64_t object,
				const char *waiter)
{
	for (size_t i = table->count; i-- > 0;) {
		const struct gx_event *step = table->events[i];
		const char *task = table->steps[i].task;

		if (step->object != object || !takes(step) || !strcmp(task, waiter) || gave_back(table, i))
			continue;
		if (step->label == GX_L_SEM_WAIT || !is_alive(live, task))
			return i;
	}
	return table->count;
}

static bool is_of_lock(unsigned label)
{
	return gx_posix_traits(label) & GX_POSIX_OF_LOCK;
}

static bool is_of_semaphore(unsigned label)
{
	return label == GX_L_SEM_WAIT || label == GX_L_SEM_TRYWAIT;
}

/* Whose step it was, and what it is to the waiter. */
static void hold_since(struct gx_story_wait *wait, const struct gx_story_table *table, const struct gx_name_book *live,
		       size_t at, enum gx_story_hold hold)
{
	wait->hold = hold;
	if (at == table->count)
		return;
	wait->since = table->steps[at].number;
	wait->holder = table->steps[at].task;
	wait->holder_ended = !is_alive(live, wait->holder);
}

/* Who has to act first, as the world says, or as the steps do. */
static void name_the_holder(struct gx_story_wait *wait, const struct gx_story_table *table,
			    const struct gx_name_book *live, const struct gx_posix_wait *posix, struct gx_keep *keep)
{
	const struct gx_task *holder = posix->holder ? gx_task_by_slot(posix->holder) : NULL;
	uint64_t object = wait->object_id;

	if (holder) {
		const char *name = gx_keep_text(keep, gx_name_book_task(live, holder->index));

		if (is_of_lock(wait->label))
			hold_since(wait, table, live, last_take(table, object, name), GX_STORY_HELD);
		wait->holder = name;
		wait->holder_ended = holder->state == GX_TASK_ENDED;
	} else if (is_of_lock(wait->label)) {
		hold_since(wait, table, live, gx_story_take_before(table, object, table->count), GX_STORY_HELD);
	} else if (is_of_semaphore(wait->label)) {
		hold_since(wait, table, live, take_of_semaphore(table, live, object, wait->task), GX_STORY_TAKEN);
	} else if (wait->label == GX_L_COND_WAIT) {
		hold_since(wait, table, live, last_passer(table, posix->guard, object, wait->task), GX_STORY_PASSED);
	}
}

/* The task waits for an object that it is at, or at which it looks again and again (`label`). */
static struct gx_story_wait wait_of(const struct gx_task *task, unsigned label, uint64_t object,
				    const struct gx_story *story, struct gx_name_book *book,
				    const struct gx_name_book *live, struct gx_keep *keep)
{
	struct gx_posix_wait posix = {0};
	struct gx_story_wait wait = {.op = gx_label_name(label), .holder = "", .label = label, .object_id = object};
	char text[64];

	gx_name_object(book, label, object, text, sizeof(text));
	if (label == task->op.label)
		gx_posix_wait_describe(task, &posix);
	wait.task = gx_keep_text(keep, gx_name_book_task(live, task->index));
	wait.object = gx_keep_text(keep, text);
	wait.place = gx_place_of_task(task->index, keep);
	name_the_holder(&wait, story->table, live, &posix, keep);
	return wait;
}

/* Of its own last steps so many are looked at: a round of one that polls is short. */
enum { ROUND_MAX = 16 };

/* The last step by which a task that is not blocked has looked whether a lock is free; or table->count. */
static size_t last_poll(const struct gx_story_table *table, const char *task)
{
	unsigned looked = 0;

	for (size_t i = table->count; i-- > 0 && looked < ROUND_MAX;) {
		unsigned label = table->events[i]->label;

		if (strcmp(table->steps[i].task, task) != 0)
			continue;
		looked++;
		if (label == GX_L_MUTEX_TRYLOCK || label == GX_L_SEM_TRYWAIT)
			return i;
	}
	return table->count;
}

/* True and *out filled if the task waits: blocked, or by looking again and again at what somebody else holds. */
static bool waits(struct gx_story_wait *out, const struct gx_task *task, const struct gx_story *story,
		  struct gx_name_book *book, const struct gx_name_book *live, struct gx_keep *keep)
{
	const struct gx_story_table *table = story->table;
	size_t poll;

	if (!task || task->state != GX_TASK_PARKED)
		return false;
	if (is_blocked(task)) {
		*out = wait_of(task, task->op.label, task->op.object, story, book, live, keep);
		return true;
	}
	poll = last_poll(table, gx_name_book_task(live, task->index));
	if (poll == table->count)
		return false;
	*out = wait_of(task, table->events[poll]->label, table->events[poll]->object, story, book, live, keep);
	return *out->holder && strcmp(out->holder, out->task) != 0;
}

/* What a task was about when it last stepped: a bit per workspace, all of them if it was about none in particular. */
static unsigned workspaces_of(const struct gx_story_table *table, const char *task)
{
	for (size_t i = table->count; i-- > 0;)
		if (!strcmp(table->steps[i].task, task) && table->workspaces[i])
			return table->workspaces[i];
	return ~0u;
}

/* Those of the finding's workspace, and whoever they wait for; the others wait for something else. */
static size_t keep_those_concerned(struct gx_story_wait *waits, size_t count, const struct gx_story_table *table,
				   const struct gx_finding *finding)
{
	bool concerned[GX_TASKS_MAX] = {false};
	bool more = true;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		concerned[i] = finding->workspace >= GX_WORKSPACES_MAX ||
			       (workspaces_of(table, waits[i].task) >> finding->workspace & 1);
	while (more) {
		more = false;
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < count && concerned[i]; j++)
				if (!concerned[j] && !strcmp(waits[i].holder, waits[j].task))
					concerned[j] = more = true;
	}
	for (size_t i = 0; i < count; i++)
		if (concerned[i])
			waits[kept++] = waits[i];
	return kept;
}

/* ---- why they wait ---- */

static const struct gx_story_wait *wait_by(const struct gx_story_wait *waits, size_t count, const char *task)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(waits[i].task, task))
			return &waits[i];
	return NULL;
}

/* Follow who waits for whom to where it comes from. */
static enum gx_wait_cause cause_of(const struct gx_story_wait *waits, size_t count, const struct gx_story_wait *first)
{
	const struct gx_story_wait *wait = first;

	for (size_t i = 0; i <= count; i++) {
		const struct gx_story_wait *next = wait_by(waits, count, wait->holder);

		if (wait->hold == GX_STORY_PASSED && *wait->holder && !wait->holder_ended && !next)
			return GX_WAIT_UNKNOWN; /* it goes on, and may wake it yet */
		if (!*wait->holder || wait->hold == GX_STORY_PASSED)
			return i && first->hold == GX_STORY_HELD && first->label != GX_L_THREAD_JOIN ? GX_WAIT_HOLDING
												     : GX_WAIT_UNWOKEN;
		if (!strcmp(wait->holder, wait->task))
			return wait->label == GX_L_RWLOCK_RDLOCK ? GX_WAIT_READING : GX_WAIT_SELF;
		if (wait->holder_ended)
			return GX_WAIT_ENDED;
		if (!next)
			return GX_WAIT_UNKNOWN;
		wait = next;
	}
	return GX_WAIT_CIRCLE;
}

static enum gx_wait_cause common_cause(const struct gx_story_wait *waits, size_t count)
{
	enum gx_wait_cause cause = GX_WAIT_UNKNOWN;

	for (size_t i = 0; i < count; i++) {
		enum gx_wait_cause one = cause_of(waits, count, &waits[i]);

		cause = one > cause ? one : cause;
	}
	return cause;
}

void gx_story_waits(struct gx_story *story, struct gx_name_book *book, const struct gx_name_book *live,
		    const struct gx_finding *finding, struct gx_keep *keep)
{
	struct gx_story_wait *all;
	size_t count = 0;

	if (!(gx_rule_row((enum gx_rule)finding->rule)->traits & GX_RULE_SHOWS_WAITS))
		return;
	all = gx_keep_alloc(keep, sizeof(*all) * GX_TASKS_MAX);
	for (unsigned i = 1; i < GX_TASKS_MAX; i++)
		count += waits(&all[count], gx_task_at(i), story, book, live, keep);
	story->wait_count = keep_those_concerned(all, count, story->table, finding);
	story->waits = all;
	story->cause = common_cause(all, story->wait_count);
}

/* ---- the sentence ---- */

static const char *task_name(void *context, unsigned task)
{
	return gx_name_book_task(context, task);
}

static const char *request_name(void *context, unsigned request)
{
	const struct gx_name_book *book = context;

	return gx_name_request(book->trial, request);
}

static bool misuse(void *book, const struct gx_finding *finding, char *text, size_t size)
{
	return gx_name_misuse(book, finding->task, finding->value, text, size);
}

static void memory(void *book, uint64_t object, uint32_t step, struct gx_message_memory *out)
{
	gx_name_memory(book, object, out->name, sizeof(out->name));
	gx_name_race(object, step, out);
}

static void lock(void *book, uint64_t object, char *text, size_t size)
{
	gx_name_lock(book, object, text, size);
}

/* Whether the cause is this one's own, not that of somebody for whom it waits. */
static bool is_at_the_root(const struct gx_story_wait *wait, enum gx_wait_cause cause)
{
	switch (cause) {
	case GX_WAIT_ENDED:
		return wait->hold != GX_STORY_PASSED && wait->holder_ended;
	case GX_WAIT_SELF:
	case GX_WAIT_READING:
		return !strcmp(wait->holder, wait->task);
	case GX_WAIT_UNWOKEN:
		return !*wait->holder || wait->hold == GX_STORY_PASSED;
	case GX_WAIT_CIRCLE:
	case GX_WAIT_HOLDING:
	case GX_WAIT_UNKNOWN:
		break;
	}
	return true;
}

/* The wait that shows the cause best. */
static const struct gx_story_wait *told_wait(const struct gx_story *story)
{
	for (size_t i = 0; i < story->wait_count; i++)
		if (cause_of(story->waits, story->wait_count, &story->waits[i]) == story->cause &&
		    is_at_the_root(&story->waits[i], story->cause))
			return &story->waits[i];
	return &story->waits[0];
}

/* Of rules that a line of the gate breaks: which. What is about memory tells it itself. */
static const char *place_of_deed(const struct gx_finding *finding, struct gx_keep *keep)
{
	static const enum gx_rule rules[] = {GX_RULE_MISUSE, GX_RULE_CRASH, GX_RULE_HANG, GX_RULE_LOCK_ORDER,
					     GX_RULE_UNCONTROLLED};

	for (size_t r = 0; r < sizeof(rules) / sizeof(rules[0]); r++)
		if (finding->rule == rules[r])
			return gx_place_of_step(finding->step, finding->rule != GX_RULE_LOCK_ORDER, keep);
	return "";
}

void gx_story_message(struct gx_story *story, struct gx_name_book *live, const struct gx_finding *finding,
		      struct gx_keep *keep)
{
	const struct gx_scenario *scenario = live->trial->scenario;
	const char *workspaces[GX_WORKSPACES_MAX];
	struct gx_message_names names = {.workspaces = workspaces,
					 .workspace_count = scenario->workspace_count,
					 .request = request_name,
					 .task = task_name,
					 .misuse = misuse,
					 .lock = lock,
					 .memory = memory,
					 .context = live};
	struct gx_message_wait wait = {0};
	const char *place;
	char text[512];

	if (story->wait_count) {
		const struct gx_story_wait *first = told_wait(story);

		wait = (struct gx_message_wait){.cause = story->cause,
						.task = first->task,
						.object = first->object,
						.holder = first->holder};
		names.wait = &wait;
	}
	for (unsigned i = 0; i < scenario->workspace_count; i++)
		workspaces[i] = scenario->workspaces[i].name;
	gx_finding_message(finding, &names, text, sizeof(text));
	place = place_of_deed(finding, keep);
	story->message = *place ? gx_keep_format(keep, "%s (%s)", text, place) : gx_keep_text(keep, text);
}
