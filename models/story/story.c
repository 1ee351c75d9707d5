#include "story/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "posix/posix.h"
#include "service/labels.h"
#include "story/topics.h"

void gx_recording_release(struct gx_recording *recording)
{
	free(recording->events);
	*recording = (struct gx_recording){0};
}

/* ---- steps ---- */

struct teller {
	struct gx_name_book *book;
	struct gx_keep *keep;
	const struct gx_finding *finding;
	unsigned topics;
	uint8_t leg_of[GX_TASKS_MAX]; /* request whose leg the task runs */
};

static void follow_legs(struct teller *teller, const struct gx_event *events, unsigned count, char *text, size_t size)
{
	static const char *const legs[] = {"", "stop", "start", ""};
	size_t used = strlen(text);

	for (unsigned i = 1; i < count; i++) {
		const struct gx_event *event = &events[i];
		const char *leg = legs[event->value & 3];
		const char *what = NULL;

		if (event->label == GX_F_LEG_BEGIN) {
			teller->leg_of[event->task] = (uint8_t)event->extra;
			what = "begins";
		} else if (event->label == GX_F_LEG_END) {
			static const char *const ends[] = {"ends", "is skipped", "fails"};

			teller->leg_of[event->task] = 0;
			what = ends[event->value >> 8 < 3 ? event->value >> 8 : 0];
		}
		if (what && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s %s", used ? ", " : "", leg, what);
	}
}

static bool is_spurious(const struct gx_event *step)
{
	return step->kind == GX_EVENT_STEP && step->value >> 16 == GX_GRANTED_SPURIOUS &&
	       step->label != GX_L_CLOCK_TICK;
}

/* `task` as it was called when it stepped: by the end of the step it may have ended and another have its index. */
static struct gx_story_step tell(struct teller *teller, const char *task, const struct gx_event *events, unsigned count)
{
	const struct gx_event *step = &events[0];
	struct gx_story_step out = {0};
	char text[160];

	out.task = task;
	out.op = gx_label_name(step->label);
	gx_name_object(teller->book, step->label, step->object, text, sizeof(text));
	out.object = gx_keep_text(teller->keep, text);
	gx_name_value(teller->book, events, count, text, sizeof(text));
	follow_legs(teller, events, count, text, sizeof(text));
	out.value = gx_keep_text(teller->keep, text);
	/* A wake-up for no reason is never by the way: most gates that it breaks forget that there are any. */
	out.matters = (gx_topics_of_step(events, count) & teller->topics) != 0 || step->step == teller->finding->step ||
		      is_spurious(step);
	return out;
}

/* The step that broke the rule, and the other party's last step on the same object before it. */
static void mark_collision(struct gx_story_step *steps, const struct gx_event *const *first, const uint8_t *leg,
			   size_t count, const struct gx_finding *finding)
{
	size_t at = count;

	for (size_t i = 0; i < count; i++)
		if (first[i]->step == finding->step)
			at = i;
	if (at == count || gx_rule_row((enum gx_rule)finding->rule)->traits & GX_RULE_NOTICED)
		return;
	steps[at].collides = true;
	for (size_t i = at; i-- > 0;)
		if (finding->requests[1] && leg[i] == finding->requests[1] && steps[i].matters &&
		    (first[i]->object & 0xffffffff) == (first[at]->object & 0xffffffff)) {
			steps[i].collides = true;
			break;
		}
}

/* Keep what fits a screen: of the steps that matter, those nearest to the finding. */
enum { SHOWN_MAX = 16 };

static void keep_a_screenful(struct gx_story_step *steps, size_t count)
{
	size_t shown = 0;

	for (size_t i = count; i-- > 0;) {
		if (steps[i].matters && ++shown > SHOWN_MAX && !steps[i].collides)
			steps[i].matters = false;
	}
}

static bool was_refused(const struct gx_event *events, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		if (events[i].label == GX_F_ANSWER && (events[i].value == GX_BUSY || events[i].value == GX_DROPPED))
			return true;
	return false;
}

/* What the rule advises when a step of this kind was on the way, or what was advised before. */
static const char *advise(const char *remedy, const struct gx_rule_row *row, const struct gx_event *events,
			  unsigned count)
{
	if (row->remedy_if_refused && was_refused(events, count))
		return row->remedy_if_refused;
	if (row->remedy_if_spurious && is_spurious(&events[0]))
		return row->remedy_if_spurious;
	return remedy;
}

/* Behind the last event of the step, or of set-up, that begins at `from`. */
static uint32_t end_of_step(const struct gx_recording *recording, uint32_t from)
{
	uint32_t end = from + 1;

	while (end < recording->count && recording->events[end].kind == GX_EVENT_FACT)
		end++;
	return end;
}

void gx_story_steps(struct gx_story *story, struct gx_name_book *book, const struct gx_recording *recording,
		    const struct gx_finding *finding, struct gx_keep *keep)
{
	const struct gx_rule_row *row = gx_rule_row((enum gx_rule)finding->rule);
	struct teller teller = {.book = book, .keep = keep, .finding = finding, .topics = row->topics | GX_TOPIC_LEGS};
	struct gx_story_step *steps = gx_keep_alloc(keep, sizeof(*steps) * (recording->count + 1));
	const struct gx_event **first = gx_keep_alloc(keep, sizeof(*first) * (recording->count + 1));
	uint8_t *leg = gx_keep_alloc(keep, recording->count + 1);
	uint64_t now = 0;
	size_t count = 0;
	uint32_t next;

	story->workspace = gx_keep_text(keep, gx_name_workspace(book->trial, finding->workspace));
	story->remedy = row->remedy ? row->remedy : "";
	for (uint32_t i = 0; i < recording->count; i = next) {
		const struct gx_event *event = &recording->events[i];
		const char *task = gx_keep_text(keep, gx_name_book_task(book, event->task));

		next = end_of_step(recording, i);
		for (uint32_t j = i; j < next; j++)
			gx_name_book_follow(book, &recording->events[j]);
		if (event->kind != GX_EVENT_STEP || event->step > finding->step)
			continue;
		if (event->label == GX_L_CLOCK_TICK)
			now = event->value;
		steps[count] = tell(&teller, task, event, next - i);
		steps[count].number = event->step;
		steps[count].at_ns = now;
		steps[count].preempted =
			event->step <= recording->preempted_count && recording->preempted[event->step - 1];
		first[count] = event;
		leg[count++] = teller.leg_of[event->task];
		story->remedy = advise(story->remedy, row, event, next - i);
	}
	mark_collision(steps, first, leg, count, finding);
	keep_a_screenful(steps, count);
	story->steps = steps;
	story->step_count = count;
}

/* ---- waits ---- */

static const char *holder_name(const struct gx_name_book *book, uint32_t slot)
{
	const struct gx_task *holder = slot ? gx_task_by_slot(slot) : NULL;

	return holder ? gx_name_book_task(book, holder->index) : "";
}

static bool is_blocked(const struct gx_task *task)
{
	return task && task->state == GX_TASK_PARKED && task->op.ready && !task->op.ready(task) &&
	       task->op.label != GX_L_CONTAINER_REST && task->op.deadline == GX_FOREVER;
}

void gx_story_waits(struct gx_story *story, struct gx_name_book *book, const struct gx_finding *finding,
		    struct gx_keep *keep)
{
	struct gx_story_wait *waits;

	if (!(gx_rule_row((enum gx_rule)finding->rule)->traits & GX_RULE_SHOWS_WAITS))
		return;
	waits = gx_keep_alloc(keep, sizeof(*waits) * GX_TASKS_MAX);
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);
		struct gx_posix_wait wait = {0};
		char text[64];

		if (!is_blocked(task))
			continue;
		gx_name_object(book, task->op.label, task->op.object, text, sizeof(text));
		gx_posix_wait_describe(task, &wait);
		waits[story->wait_count++] = (struct gx_story_wait){
			.task = gx_keep_text(keep, gx_name_book_task(book, i)),
			.op = gx_label_name(task->op.label),
			.object = gx_keep_text(keep, text),
			.holder = gx_keep_text(keep, holder_name(book, wait.holder)),
		};
	}
	story->waits = waits;
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
					 .context = live};
	char text[512];

	for (unsigned i = 0; i < scenario->workspace_count; i++)
		workspaces[i] = scenario->workspaces[i].name;
	gx_finding_message(finding, &names, text, sizeof(text));
	story->message = gx_keep_text(keep, text);
}
