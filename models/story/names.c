#include "story/names.h"

#include <stdio.h>
#include <string.h>

#include "posix/output.h"
#include "service/labels.h"

const char *gx_name_workspace(const struct gx_trial *trial, uint64_t workspace)
{
	return workspace < trial->scenario->workspace_count ? trial->scenario->workspaces[workspace].name : "";
}

const char *gx_name_request(const struct gx_trial *trial, unsigned request)
{
	for (unsigned i = 0; i < trial->scenario->actor_count; i++)
		if (request && trial->request_of[i] == request)
			return trial->scenario->actors[i].name;
	return request > trial->places.request_count ? "the probe" : "somebody";
}

/* ---- tasks ---- */

static void name_actor(struct gx_name_book *book, char *text, unsigned number)
{
	const struct gx_trial *trial = book->trial;
	unsigned id;

	if (number < trial->scenario->actor_count) {
		snprintf(text, GX_TASK_NAME_BYTES, "%s", trial->scenario->actors[number].name);
		return;
	}
	id = trial->places.request_count + number - GX_ACTORS_MAX;
	snprintf(text, GX_TASK_NAME_BYTES, "probe-%s(%s)",
		 trial->places.requests[id].origin == GX_MANUAL ? "manual" : "programmatic",
		 trial->places.requests[id].workspace);
}

static void add_task(struct gx_name_book *book, unsigned maker, unsigned index, unsigned role, unsigned number)
{
	char *text = book->task[index];
	char from[GX_TASK_NAME_BYTES];

	memcpy(from, maker != GX_CLOCK ? book->task[maker] : "", maker != GX_CLOCK ? sizeof(from) : 1);
	book->goes[index] = 0;
	book->threads[index] = 0;
	switch (role) {
	case GX_ROLE_DRIVER:
		snprintf(text, GX_TASK_NAME_BYTES, "gate.%s", number ? "close" : "open");
		break;
	case GX_ROLE_ACTOR:
		name_actor(book, text, number);
		break;
	case GX_ROLE_CONTAINER:
		snprintf(text, GX_TASK_NAME_BYTES, "container(%s)#%u", gx_name_workspace(book->trial, number),
			 number < GX_WORKSPACES_MAX ? (unsigned)++book->containers[number] : 0u);
		break;
	case GX_ROLE_GO:
		snprintf(text, GX_TASK_NAME_BYTES, "%.70s/go#%u", from, (unsigned)++book->goes[maker]);
		break;
	default:
		snprintf(text, GX_TASK_NAME_BYTES, "%.70s/thread#%u", from, (unsigned)++book->threads[maker]);
		break;
	}
}

void gx_name_book_init(struct gx_name_book *book, const struct gx_trial *trial)
{
	memset(book, 0, sizeof(*book));
	book->trial = trial;
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);

		if (task)
			add_task(book, GX_CLOCK, i, task->role, task->number);
	}
}

void gx_name_book_follow(struct gx_name_book *book, const struct gx_event *event)
{
	if (event->kind == GX_EVENT_FACT && event->label == GX_L_TASK_SPAWN)
		add_task(book, event->task, event->extra, (unsigned)(event->value >> 32), (unsigned)event->value);
}

static void follow(void *book, const struct gx_event *event)
{
	gx_name_book_follow(book, event);
}

void gx_name_book_attach(struct gx_name_book *book, struct gx_trial *trial)
{
	gx_name_book_init(book, trial);
	gx_trial_follow(trial, follow, book);
}

void gx_name_book_detach(struct gx_trial *trial)
{
	gx_trial_follow(trial, NULL, NULL);
}

const char *gx_name_book_task(const struct gx_name_book *book, unsigned index)
{
	if (index == GX_CLOCK)
		return "clock";
	return index < GX_TASKS_MAX && book->task[index][0] ? book->task[index] : "?";
}

void gx_name_book_namer(void *book, unsigned task, char *text, size_t size)
{
	if (task != GX_CLOCK && !gx_task_at(task))
		snprintf(text, size, "task %u", task); /* of a repro that does not fit: nobody, so far */
	else
		snprintf(text, size, "%s", gx_name_book_task(book, task));
}

/* ---- objects ---- */

static const char *posix_kind(unsigned label)
{
	const char *name = gx_label_name(label);

	if (!strncmp(name, "mutex", 5))
		return "mutex m";
	if (!strncmp(name, "cond", 4))
		return "condition c";
	if (!strncmp(name, "sem", 3))
		return "semaphore s";
	return "once o";
}

void gx_name_object(struct gx_name_book *book, unsigned label, uint64_t object, char *text, size_t size)
{
	unsigned i = 0;

	*text = 0;
	if (!object)
		return;
	if (label >= GX_LABELS_SERVICE) {
		if (object >> 32 != GX_CELL_SERVER)
			snprintf(text, size, "%s", gx_name_workspace(book->trial, object & 0xffffffff));
		return;
	}
	if (label >= GX_LABELS_DOCKER && label < GX_L_DOCKER_END) {
		for (unsigned w = 0; w < book->trial->scenario->workspace_count; w++)
			if ((object & 0xffffffff) == book->trial->places.name[w]) {
				snprintf(text, size, "%s", gx_name_workspace(book->trial, w));
				return;
			}
		snprintf(text, size, "%s", gx_docker_object_name(object));
		return;
	}
	if (label < GX_LABELS_POSIX || label >= GX_L_POSIX_END || object >> 48 == 0)
		return;
	while (i < book->object_count && book->object[i] != object)
		i++;
	if (i == book->object_count) {
		if (i == GX_OBJECTS_MAX)
			return;
		book->object[book->object_count++] = object;
	}
	snprintf(text, size, "%s%u", posix_kind(label), i + 1);
}

/* ---- what came of it ---- */

static void say_answer(const struct gx_event *event, char *text, size_t size)
{
	struct gx_docker_answer answer = gx_docker_answer_of(event);
	char message[256];

	gx_docker_message(&answer, GX_DOCKER_E28, message, sizeof(message));
	if (answer.message == GX_DOCKER_NAME_IN_USE)
		snprintf(text, size, "%u name is already in use", answer.status);
	else if (answer.message == GX_DOCKER_NO_SUCH_CONTAINER)
		snprintf(text, size, "%u no such container", answer.status);
	else if (answer.message == GX_DOCKER_REMOVAL_IN_PROGRESS)
		snprintf(text, size, "%u removal in progress", answer.status);
	else if (gx_docker_is_error(&answer))
		snprintf(text, size, "%u %.60s", answer.status, message);
	else
		snprintf(text, size, "%u", answer.status);
}

static const char *const outcomes[] = {"ran", "accepted", "coalesced", "dropped", "busy: 409"};

/* Later facts of a step say more than earlier ones: the last that has words wins, but a finding's own fact always does. */
static bool say_fact(const struct gx_event *event, char *text, size_t size)
{
	switch (event->label) {
	case GX_L_DOCKER_ANSWER:
		say_answer(event, text, size);
		return false;
	case GX_F_ROW_STATUS:
		snprintf(text, size, "%s", gx_row_status_name((enum gx_row_status)event->value));
		return false;
	case GX_F_TOKEN_REVOKE:
		snprintf(text, size, "%llu revoked", (unsigned long long)event->value);
		return false;
	case GX_F_CLIENT_401:
	case GX_F_CONTAINER_401:
		snprintf(text, size, "401");
		return true;
	case GX_F_SECRET_WRITE:
	case GX_F_SECRET_READ:
		snprintf(text, size, "version %llu", (unsigned long long)event->value);
		return false;
	case GX_F_ANSWER:
		if (event->value < sizeof(outcomes) / sizeof(outcomes[0]))
			snprintf(text, size, "%s", outcomes[event->value]);
		return false;
	case GX_F_MISUSE:
		snprintf(text, size, "%s", gx_misuse_text((enum gx_misuse)event->value));
		return true;
	case GX_L_TASK_CRASH:
		snprintf(text, size, "%s",
			 event->extra   ? "stack overflow"
			 : event->value ? strsignal((int)event->value)
					: "ends the process");
		return true;
	case GX_L_TASK_HANG:
		snprintf(text, size, "never comes to a point again");
		return true;
	case GX_F_NOTE:
		snprintf(text, size, "\"%s\"", gx_note_text(event->value));
		return false;
	case GX_L_TASK_KILL:
		return false;
	default:
		return false;
	}
}

/* What was printed stands beside whatever else the step did: the first line, before it. */
static void say_printed(const struct gx_event *events, unsigned count, char *text, size_t size)
{
	char rest[128];
	unsigned i = 1;

	while (i < count && events[i].label != GX_L_PRINT)
		i++;
	if (i >= count)
		return;
	snprintf(rest, sizeof(rest), "%s", text);
	snprintf(text, size, "prints \"%s\"%s%s", gx_posix_printed(events[i].value), *rest ? ", " : "", rest);
}

static void say_what_came(const struct gx_event *events, unsigned count, char *text, size_t size)
{
	if (events[0].kind == GX_EVENT_STEP && events[0].label == GX_L_CLOCK_TICK)
		snprintf(text, size, "%.3f s", (double)events[0].value / 1e9);
	else if (events[0].kind == GX_EVENT_STEP && events[0].value >> 16 == GX_GRANTED_TIMEOUT)
		snprintf(text, size, "timed out");
	else if (events[0].kind == GX_EVENT_STEP && events[0].value >> 16 == GX_GRANTED_SPURIOUS)
		snprintf(text, size, "spurious wake-up");
	for (unsigned i = 1; i < count; i++)
		if (say_fact(&events[i], text, size))
			return;
}

void gx_name_value(struct gx_name_book *book GX_UNUSED, const struct gx_event *events, unsigned count, char *text,
		   size_t size)
{
	*text = 0;
	say_what_came(events, count, text, size);
	say_printed(events, count, text, size);
}
