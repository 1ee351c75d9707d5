#include "cli/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "posix/posix.h"
#include "service/labels.h"

void gx_recording_release(struct gx_recording *recording)
{
	free(recording->events);
	*recording = (struct gx_recording){0};
}

/* ---- which steps matter ---- */

enum group {
	OTHER = 0,
	TOKENS = 1,
	NAMES = 2,
	ROWS = 4,
	LOCKS = 8,
	SECRETS = 16,
	LEGS = 32, /* a leg begins or ends, the gate answers, a note */
	SERVER = 64,
	PROBES = 128
};

/* What each rule is about. Legs are always shown: they tell the reader where in a cycle a task stands. */
static unsigned groups_of(enum gx_rule rule)
{
	static const unsigned groups[GX_RULE_COUNT] = {
		[GX_RULE_NAME_CONFLICT] = NAMES,
		[GX_RULE_DOUBLE_TOKEN_WRITE] = TOKENS,
		[GX_RULE_DEADLOCK] = LOCKS,
		[GX_RULE_OVERLAPPING_CYCLES] = NAMES,
		[GX_RULE_STALE_BEARER] = TOKENS,
		[GX_RULE_WEDGED] = NAMES | ROWS,
		[GX_RULE_STATUS_MISMATCH] = NAMES | ROWS,
		[GX_RULE_VICTIM_KILLED] = NAMES,
		[GX_RULE_ORPHAN_CONTAINER] = NAMES | ROWS,
		[GX_RULE_GATE_LEAKED] = LOCKS | PROBES,
		[GX_RULE_ISOLATION] = LOCKS,
		[GX_RULE_LOST_RESTART] = SECRETS,
		[GX_RULE_UNTRACKED_TASK] = SERVER | NAMES,
		[GX_RULE_MISUSE] = LOCKS,
		[GX_RULE_CRASH] = LOCKS,
		[GX_RULE_HANG] = LOCKS,
		[GX_RULE_STEP_LIMIT] = LOCKS,
	};

	return groups[rule] | LEGS;
}

static unsigned group_of_label(unsigned label)
{
	switch (label) {
	case GX_L_TOKEN_REVOKE:
	case GX_L_TOKEN_MINT:
	case GX_L_DOCKER_VOLUME_WRITE:
	case GX_L_DOCKER_ARCHIVE_GET:
		return TOKENS;
	case GX_L_DOCKER_ARCHIVE_PUT:
		return TOKENS | NAMES;
	case GX_L_DOCKER_CREATE_RESERVE:
	case GX_L_DOCKER_CREATE_REGISTER:
	case GX_L_DOCKER_REMOVE_MARK:
	case GX_L_DOCKER_REMOVE_RELEASE:
	case GX_L_DOCKER_START:
		return NAMES;
	case GX_L_ROW_WRITE:
	case GX_L_ROW_REGISTER:
	case GX_L_ROW_HEARTBEAT:
	case GX_L_ROW_INSERT:
	case GX_L_ROW_URL:
		return ROWS;
	case GX_L_SECRETS_READ:
	case GX_L_SECRETS_WRITE:
		return SECRETS;
	case GX_L_SERVER_STOP:
	case GX_L_SERVER_DRAIN:
		return SERVER;
	default:
		return label >= GX_LABELS_POSIX && label < GX_LABELS_DOCKER ? LOCKS : OTHER;
	}
}

static unsigned group_of_facts(const struct gx_event *events, unsigned count)
{
	unsigned groups = 0;

	for (unsigned i = 1; i < count; i++) {
		unsigned label = events[i].label;

		if (label == GX_F_LEG_BEGIN || label == GX_F_LEG_END || label == GX_F_NOTE || label == GX_F_MISUSE ||
		    label == GX_L_TASK_CRASH || label == GX_L_TASK_HANG || label == GX_F_CLIENT_401 ||
		    (label == GX_F_ANSWER && events[i].value != GX_RAN))
			groups |= LEGS;
		if (label == GX_F_CONTAINER_401)
			groups |= TOKENS;
		if (label == GX_F_PROBE_RESULT)
			groups |= PROBES;
	}
	return groups;
}

/* ---- steps ---- */

struct teller {
	struct gx_name_book *book;
	struct gx_keep *keep;
	const struct gx_finding *finding;
	unsigned groups;
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
static struct gx_result_step tell(struct teller *teller, const char *task, const struct gx_event *events,
				  unsigned count)
{
	const struct gx_event *step = &events[0];
	struct gx_result_step out = {0};
	char text[160];
	unsigned groups;

	out.task = task;
	out.op = gx_label_name(step->label);
	gx_name_object(teller->book, step->label, step->object, text, sizeof(text));
	out.object = gx_keep_text(teller->keep, text);
	gx_name_value(teller->book, events, count, text, sizeof(text));
	follow_legs(teller, events, count, text, sizeof(text));
	out.value = gx_keep_text(teller->keep, text);
	groups = group_of_label(step->label) | group_of_facts(events, count);
	if (step->label == GX_L_DOCKER_REMOVE_MARK || step->label == GX_L_DOCKER_ARCHIVE_GET)
		groups &= ~(unsigned)OTHER;
	/* A wake-up for no reason is never by the way: most gates that it breaks forget that there are any. */
	out.matters = (groups & teller->groups) != 0 || step->step == teller->finding->step || is_spurious(step);
	return out;
}

/* The step that broke the rule, and the other party's last step on the same object before it. */
static void mark_collision(struct gx_result_step *steps, const struct gx_event *const *first, const uint8_t *leg,
			   size_t count, const struct gx_finding *finding)
{
	size_t at = count;

	for (size_t i = 0; i < count; i++)
		if (first[i]->step == finding->step)
			at = i;
	/* A deadlock is noticed at some step of whoever could still take one: the waits explain it, not that step. */
	if (at == count || finding->rule == GX_RULE_DEADLOCK)
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

static void keep_a_screenful(struct gx_result_step *steps, size_t count)
{
	size_t shown = 0;

	for (size_t i = count; i-- > 0;) {
		if (steps[i].matters && ++shown > SHOWN_MAX && !steps[i].collides)
			steps[i].matters = false;
	}
}

/* Rules that two cycles side by side break. */
static bool is_about_cycles(enum gx_rule rule)
{
	return rule == GX_RULE_NAME_CONFLICT || rule == GX_RULE_DOUBLE_TOKEN_WRITE ||
	       rule == GX_RULE_OVERLAPPING_CYCLES || rule == GX_RULE_STALE_BEARER || rule == GX_RULE_WEDGED ||
	       rule == GX_RULE_STATUS_MISMATCH || rule == GX_RULE_VICTIM_KILLED;
}

static bool was_refused(const struct gx_event *events, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		if (events[i].label == GX_F_ANSWER && (events[i].value == GX_BUSY || events[i].value == GX_DROPPED))
			return true;
	return false;
}

/* Hints that follow from a step of the execution, not from the rule alone. */
#define SPURIOUS_REMEDY "a wait may return for no reason: wait in a `while` that looks at the condition again"
#define REFUSED_REMEDY \
	"a manual restart writes the row before it comes to the gate: refused, it leaves that write behind"

void gx_explain_steps(struct gx_result_finding *out, struct gx_name_book *book, const struct gx_recording *recording,
		      const struct gx_finding *finding, struct gx_keep *keep)
{
	struct teller teller = {.book = book,
				.keep = keep,
				.finding = finding,
				.groups = groups_of((enum gx_rule)finding->rule)};
	struct gx_result_step *steps = gx_keep_alloc(keep, sizeof(*steps) * (recording->count + 1));
	const struct gx_event **first = gx_keep_alloc(keep, sizeof(*first) * (recording->count + 1));
	uint8_t *leg = gx_keep_alloc(keep, recording->count + 1);
	size_t count = 0;
	uint64_t now = 0;

	for (uint32_t i = 0; i < recording->count;) {
		const struct gx_event *event = &recording->events[i];
		const char *task = gx_keep_text(keep, gx_name_book_task(book, event->task));
		uint32_t next = i + 1;

		while (next < recording->count && recording->events[next].kind == GX_EVENT_FACT)
			next++;
		for (uint32_t j = i; j < next; j++)
			gx_name_book_follow(book, &recording->events[j]);
		if (event->kind == GX_EVENT_STEP && event->label == GX_L_CLOCK_TICK)
			now = event->value;
		if (event->kind == GX_EVENT_STEP && event->step <= finding->step) {
			steps[count] = tell(&teller, task, event, next - i);
			steps[count].number = event->step;
			steps[count].at_ns = now;
			steps[count].preempted =
				event->step <= recording->preempted_count && recording->preempted[event->step - 1];
			first[count] = event;
			leg[count] = teller.leg_of[event->task];
			if (is_spurious(event) && is_about_cycles((enum gx_rule)finding->rule))
				out->remedy = SPURIOUS_REMEDY;
			if (finding->rule == GX_RULE_STATUS_MISMATCH && was_refused(event, next - i))
				out->remedy = REFUSED_REMEDY;
			count++;
		}
		i = next;
	}
	mark_collision(steps, first, leg, count, finding);
	keep_a_screenful(steps, count);
	out->steps = steps;
	out->step_count = count;
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

void gx_explain_waits(struct gx_result_finding *out, struct gx_name_book *book, struct gx_keep *keep)
{
	struct gx_result_wait *waits = gx_keep_alloc(keep, sizeof(*waits) * GX_TASKS_MAX);

	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);
		struct gx_posix_wait wait = {0};
		char text[64];

		if (!is_blocked(task))
			continue;
		gx_name_object(book, task->op.label, task->op.object, text, sizeof(text));
		gx_posix_wait_describe(task, &wait);
		waits[out->wait_count++] = (struct gx_result_wait){
			.task = gx_keep_text(keep, gx_name_book_task(book, i)),
			.op = gx_label_name(task->op.label),
			.object = gx_keep_text(keep, text),
			.holder = gx_keep_text(keep, holder_name(book, wait.holder)),
		};
	}
	out->waits = waits;
}

const char *gx_explain_remedy(enum gx_rule rule)
{
	switch (rule) {
	case GX_RULE_NAME_CONFLICT:
	case GX_RULE_DOUBLE_TOKEN_WRITE:
	case GX_RULE_OVERLAPPING_CYCLES:
	case GX_RULE_VICTIM_KILLED:
		return "let one cycle per workspace hold the gate from before its stop leg to after its start leg";
	case GX_RULE_DEADLOCK:
		return "take no lock twice, several in one order everywhere, and wake whoever waits for what you changed";
	case GX_RULE_GATE_LEAKED:
		return "release the gate on every way out of handle(), early returns and panics included (gx_defer)";
	case GX_RULE_ISOLATION:
		return "keep one lock per workspace instead of one for all";
	case GX_RULE_UNTRACKED_TASK:
		return "run the leg in a tracked task (gx_go), which the drain waits for";
	case GX_RULE_LOST_RESTART:
		return "a request may only be coalesced into a provision that has yet to begin";
	default:
		return "";
	}
}
