#include "story/names.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "access/heap.h"
#include "access/labels.h"
#include "access/races.h"
#include "core/symbol.h"
#include "core/where.h"
#include "core/world.h"
#include "hosts/seal.h"
#include "posix/output.h"
#include "posix/posix.h"

#include "service/labels.h"
#include "story/places.h"

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

/* ---- what is known of objects ---- */

/*
 * Where objects were initialised stands in their bytes as long as they live. A book that follows a live execution looks there; the others
 * are told what it has seen, since whoever tells an execution from its events has followed it first.
 */
static struct {
	uint64_t object;
	uint64_t made_at;
} looked_at[GX_OBJECTS_MAX];
static unsigned looked_at_count;

static void look_at_object(unsigned kind, uint64_t object)
{
	unsigned i = 0;

	while (i < looked_at_count && looked_at[i].object != object)
		i++;
	if (i == GX_OBJECTS_MAX)
		return;
	looked_at[i].object = object;
	looked_at[i].made_at = gx_posix_made_at(kind, object);
	looked_at_count += i == looked_at_count;
}

static struct gx_named_object *find_object(struct gx_name_book *book, uint64_t object)
{
	for (unsigned i = 0; i < book->object_count; i++)
		if (book->object[i].object == object)
			return &book->object[i];
	return NULL;
}

static struct gx_named_object *know_object(struct gx_name_book *book, unsigned kind, uint64_t object)
{
	struct gx_named_object *known = find_object(book, object);

	if (known || book->object_count == GX_OBJECTS_MAX)
		return known;
	known = &book->object[book->object_count++];
	*known = (struct gx_named_object){.object = object, .kind = kind};
	return known;
}

static void end_object(struct gx_name_book *book, struct gx_named_object *known, const struct gx_event *event)
{
	known->ended = event->label;
	snprintf(known->ended_by, sizeof(known->ended_by), "%s", gx_name_book_task(book, event->task));
}

static void note_gone(struct gx_name_book *book, uint64_t object, uint64_t size, const char *name)
{
	struct gx_named_gone *gone = &book->gone[book->gone_count++ % GX_GONE_MAX];

	*gone = (struct gx_named_gone){.object = object, .size = size};
	snprintf(gone->name, sizeof(gone->name), "%s", name);
}

/* What is done to an object: it is used, or it ends, by itself or with its memory. */
static void follow_object(struct gx_name_book *book, const struct gx_event *event)
{
	struct gx_named_object *known;

	if (event->kind == GX_EVENT_STEP && gx_posix_kind_of(event->label) && event->object) {
		known = know_object(book, gx_posix_kind_of(event->label), event->object);
		if (known)
			known->ended = 0;
		return;
	}
	if (event->kind != GX_EVENT_FACT)
		return;
	if (event->label == GX_L_POSIX_DESTROY) {
		known = know_object(book, (unsigned)event->value, event->object);
		if (known)
			end_object(book, known, event);
	} else if (event->label == GX_L_POSIX_FREE) {
		note_gone(book, event->object, event->value, gx_name_book_task(book, event->task));
		for (unsigned i = 0; i < book->object_count; i++)
			if (book->object[i].object - event->object < event->value)
				end_object(book, &book->object[i], event);
	}
}

/* "ws_lock", "ws_lock[1]" if the symbol can be a row of such objects, "table+0x28" inside of anything else. */
static bool say_symbol(const struct gx_named_object *known, char *text, size_t size)
{
	const size_t each = gx_posix_kind_bytes(known->kind);
	struct gx_symbol symbol;

	if (known->object >> 48 == 1 || !gx_symbol_of(gx_world_address(known->object), &symbol))
		return false;
	if (symbol.size > each && symbol.size % each == 0 && symbol.offset % each == 0)
		snprintf(text, size, "%.26s[%zu]", symbol.name, symbol.offset / each);
	else if (symbol.offset)
		snprintf(text, size, "%.30s+0x%zx", symbol.name, symbol.offset);
	else
		snprintf(text, size, "%.40s", symbol.name);
	return true;
}

/* By this function, at this place or another. */
static bool is_made_in(const struct gx_named_object *known, const char *function)
{
	const void *code = known->made_at ? gx_world_code_address(known->made_at) : NULL;
	struct gx_symbol symbol;

	return code && gx_symbol_of(code, &symbol) && !strcmp(symbol.name, function);
}

static bool say_maker(const struct gx_name_book *book, const struct gx_named_object *known, char *text, size_t size)
{
	const void *code = known->made_at ? gx_world_code_address(known->made_at) : NULL;
	struct gx_symbol symbol;
	unsigned before = 0;

	if (!code || !gx_symbol_of(code, &symbol))
		return false;
	for (const struct gx_named_object *other = book->object; other < known; other++)
		before += other->kind == known->kind && is_made_in(other, symbol.name);
	snprintf(text, size, before ? "from %.30s() #%u" : "from %.30s()", symbol.name, before + 1);
	return true;
}

static void know_makers(struct gx_name_book *book)
{
	for (unsigned i = 0; i < book->object_count; i++)
		for (unsigned j = 0; j < looked_at_count; j++)
			if (looked_at[j].object == book->object[i].object)
				book->object[i].made_at = looked_at[j].made_at;
}

/* "mutex ws_lock[1]" */
static const char *object_name(struct gx_name_book *book, struct gx_named_object *known)
{
	char name[GX_OBJECT_NAME_BYTES - 12];

	if (known->name[0])
		return known->name;
	know_makers(book);
	if (!say_symbol(known, name, sizeof(name)) && !say_maker(book, known, name, sizeof(name)))
		snprintf(name, sizeof(name), "%c%u", gx_posix_kind_name(known->kind)[0],
			 (unsigned)(known - book->object) + 1);
	snprintf(known->name, sizeof(known->name), "%s %s", gx_posix_kind_name(known->kind), name);
	return known->name;
}

void gx_name_book_init(struct gx_name_book *book, const struct gx_trial *trial)
{
	memset(book, 0, sizeof(*book));
	book->trial = trial;
	for (unsigned i = 1; i < GX_TASKS_MAX; i++) {
		const struct gx_task *task = gx_task_at(i);

		if (!task)
			continue;
		add_task(book, GX_CLOCK, i, task->role, task->number);
		book->slot[i] = task->slot;
	}
}

void gx_name_book_follow(struct gx_name_book *book, const struct gx_event *event)
{
	if (event->kind == GX_EVENT_FACT && event->label == GX_L_TASK_SPAWN) {
		add_task(book, event->task, event->extra, (unsigned)(event->value >> 32), (unsigned)event->value);
		book->slot[event->extra] = (uint32_t)(event->object % GX_SLOT_COUNT);
	}
	if (event->kind == GX_EVENT_FACT && (event->label == GX_L_TASK_END || event->label == GX_L_TASK_KILL))
		note_gone(book, event->object % GX_SLOT_COUNT, 0,
			  gx_name_book_task(book, event->label == GX_L_TASK_END ? event->task : event->extra));
	follow_object(book, event);
}

static void follow(void *book, const struct gx_event *event)
{
	gx_name_book_follow(book, event);
	if (event->kind == GX_EVENT_STEP)
		gx_where_step(event->step, event->task);
	if (event->kind == GX_EVENT_STEP && gx_posix_kind_of(event->label) && event->object)
		look_at_object(gx_posix_kind_of(event->label), event->object);
}

void gx_name_book_attach(struct gx_name_book *book, struct gx_trial *trial)
{
	looked_at_count = 0;
	gx_where_watch(true);
	gx_name_book_init(book, trial);
	gx_trial_follow(trial, follow, book);
}

void gx_name_book_detach(struct gx_trial *trial)
{
	gx_where_watch(false);
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

void gx_name_object(struct gx_name_book *book, unsigned label, uint64_t object, char *text, size_t size)
{
	struct gx_named_object *known;

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
	if (label >= GX_LABELS_ACCESS && label < GX_L_ACCESS_END && object) {
		gx_name_memory(book, object, text, size);
		return;
	}
	known = gx_posix_kind_of(label) ? know_object(book, gx_posix_kind_of(label), object) : NULL;
	if (known)
		snprintf(text, size, "%s", object_name(book, known));
}

void gx_name_lock(struct gx_name_book *book, uint64_t object, char *text, size_t size)
{
	struct gx_named_object *known = find_object(book, object);

	snprintf(text, size, "%s", known ? object_name(book, known) : "a lock");
}

/* ---- misuse of an object ---- */

/* What the other task has to do with it; "" for nobody. */
static void say_role(char *text, size_t size, unsigned role, const char *task, bool itself)
{
	if (!*task)
		snprintf(text, size, "%s", role == GX_POSIX_HOLDS ? "that a task holds which has ended" : "");
	else if (itself)
		snprintf(text, size, "while it holds it itself");
	else if (role == GX_POSIX_HOLDS)
		snprintf(text, size, "while %s holds it", task);
	else if (role == GX_POSIX_WAITS)
		snprintf(text, size, "while %s waits for it", task);
	else
		snprintf(text, size, "while %s is about to use it", task);
}

/* "which manual-restart#1 has destroyed"; false if it is not known to have come to an end. */
static bool say_end(char *text, size_t size, const struct gx_named_object *known, const char *user)
{
	bool itself = known && !strcmp(known->ended_by, user);

	if (known && known->ended)
		snprintf(text, size, "which %s has %s%s", itself ? "it" : known->ended_by,
			 known->ended == GX_L_POSIX_FREE ? "freed" : "destroyed", itself ? " itself" : "");
	return known && known->ended;
}

/* What happened to an object that is none any more. */
static void say_loss(char *text, size_t size, enum gx_posix_misuse misuse, const char *name, const char *user,
		     const char *other, const struct gx_named_object *known)
{
	char end[160];

	if (misuse == GX_POSIX_USE_LEFT)
		snprintf(text, size, "uses %s, which lay in a frame of %s that has been left", name,
			 *other ? other : "a task that has ended");
	else if (say_end(end, sizeof(end), known, user))
		snprintf(text, size, "uses %s, %s", name, end);
	else if (misuse == GX_POSIX_USE_FREED)
		snprintf(text, size, "uses %s, whose memory is free", name);
	else if (misuse == GX_POSIX_USE_DESTROYED)
		snprintf(text, size, "uses %s, which has been destroyed", name);
	else
		snprintf(text, size, "uses %s, which was never initialised, or has been overwritten", name);
}

bool gx_name_misuse(struct gx_name_book *book, unsigned task, uint64_t value, char *text, size_t size)
{
	uint16_t extra = GX_MISUSE_EXTRA(value);
	unsigned kind = GX_POSIX_EXTRA_KIND(extra);
	unsigned index = GX_POSIX_EXTRA_OTHER(extra);
	uint64_t object = gx_misuse_object(value);
	const char *other = index ? gx_name_book_task(book, index) : "";
	struct gx_named_object *known;
	const char *name;
	char role[160] = "";

	if (GX_MISUSE_OF(value) < GX_MISUSE_POSIX || !kind || kind >= GX_POSIX_KIND_END || !object)
		return false;
	known = know_object(book, kind, object);
	name = known ? object_name(book, known) : gx_posix_kind_name(kind);
	say_role(role, sizeof(role), GX_POSIX_EXTRA_ROLE(extra), other, index == task);
	switch ((enum gx_posix_misuse)(GX_MISUSE_OF(value) - GX_MISUSE_POSIX)) {
	case GX_POSIX_UNLOCK_NOT_OWNER:
		snprintf(text, size, "unlocks %s %s", name, *role ? role : "that another task holds");
		return true;
	case GX_POSIX_UNLOCK_UNLOCKED:
		snprintf(text, size, "unlocks %s, which is not locked", name);
		return true;
	case GX_POSIX_DESTROY_HELD:
	case GX_POSIX_DESTROY_WAITERS:
		snprintf(text, size, "destroys %s %s", name, *role ? role : "while it is in use");
		return true;
	case GX_POSIX_WAIT_WITHOUT_MUTEX:
		snprintf(text, size, "waits for %s without holding its mutex", name);
		return true;
	case GX_POSIX_USE_DESTROYED:
	case GX_POSIX_USE_FREED:
	case GX_POSIX_USE_LEFT:
	case GX_POSIX_USE_NONE:
		say_loss(text, size, (enum gx_posix_misuse)(GX_MISUSE_OF(value) - GX_MISUSE_POSIX), name,
			 gx_name_book_task(book, task), other, known);
		return true;
	case GX_POSIX_FREE_IN_USE:
		snprintf(text, size, "frees the memory of %s %s", name, role);
		return true;
	case GX_POSIX_INIT_IN_USE:
		snprintf(text, size, "initialises %s %s", name, role);
		return true;
	case GX_POSIX_UPGRADE:
		snprintf(text, size, "takes %s for writing, which it holds for reading", name);
		return true;
	case GX_POSIX_TWO_MUTEXES:
		snprintf(text, size, "waits for %s with another mutex, %s", name, role);
		return true;
	default:
		return false;
	}
}

/* ---- memory ---- */

/* The last one that fits; NULL: none. */
static const char *gone_at(const struct gx_name_book *book, uint64_t object, bool is_task)
{
	unsigned count = book->gone_count < GX_GONE_MAX ? book->gone_count : GX_GONE_MAX;

	for (unsigned i = 1; i <= count; i++) {
		const struct gx_named_gone *gone = &book->gone[(book->gone_count - i) % GX_GONE_MAX];

		if (is_task ? !gone->size && gone->object == object : object - gone->object < gone->size)
			return gone->name;
	}
	return NULL;
}

/* Whose stack or blocks they are, by the slot. */
static void say_owner(const struct gx_name_book *book, uint64_t object, const unsigned char *address, char *text,
		      size_t size)
{
	size_t offset = (size_t)(address - (const unsigned char *)GX_WORLD_BASE) - GX_WORLD_AREA_BYTES;
	const struct gx_task *task = gx_task_by_slot((uint32_t)(offset / GX_SLOT_BYTES));
	const char *name = task ? gx_name_book_task(book, task->index) : gone_at(book, offset / GX_SLOT_BYTES, true);
	const char *freed = gone_at(book, object, false);
	bool gone;

	/* The one whose step ended the execution is neither. */
	for (unsigned i = 1; i < GX_TASKS_MAX && !name; i++)
		if (book->slot[i] == offset / GX_SLOT_BYTES && book->task[i][0])
			name = book->task[i];
	if (!name)
		name = offset / GX_SLOT_BYTES ? "somebody" : "the loading of the gate";

	if (address < (const unsigned char *)GX_WORLD_BASE + GX_WORLD_AREA_BYTES)
		snprintf(text, size, "memory of the harness");
	else if (offset % GX_SLOT_BYTES < GX_SLOT_STACK_BYTES)
		snprintf(text, size, "the stack of %.60s", name);
	else if (gx_where_is_of_locals(address, &gone))
		snprintf(text, size, "a thread-local variable of %.60s", name);
	else
		snprintf(text, size, "memory that %.40s allocated%s%.40s%s", name, freed ? " and " : "",
			 freed ? freed : "", freed ? " has freed" : "");
}

void gx_name_memory(struct gx_name_book *book, uint64_t object, char *text, size_t size)
{
	const void *address = gx_world_address(object);
	struct gx_symbol symbol;

	if (object >> 48 == 1)
		say_owner(book, object, address, text, size);
	else if (!address || !gx_symbol_of(address, &symbol))
		snprintf(text, size, "static memory");
	else if (symbol.offset)
		snprintf(text, size, "%.60s+0x%zx", symbol.name, symbol.offset);
	else
		snprintf(text, size, "%.60s", symbol.name);
}

static void say_place(const void *code, char *text, size_t size)
{
	struct gx_symbol symbol;
	char place[96];

	*text = 0;
	gx_say_place_of_code(code, place, sizeof(place));
	if (code && gx_symbol_of(code, &symbol))
		snprintf(text, size, *place ? " in %.48s() (%s)" : " in %.48s()%s", symbol.name, place);
}

/*
 * " in set() (mygate.c:12), called in handle() (mygate.c:31)": the access, and the calls that led there; of those in headers of the system,
 * which C++ has many of, none is told if there are others.
 */
static void say_calls(const void *code, const struct gx_where *calls, char *text, size_t size)
{
	enum { TOLD = 4 };
	size_t used = 0;
	unsigned told = 0;

	*text = 0;
	for (unsigned i = 0; code && i < (calls->count ? calls->count : 1) && told < TOLD && used + 1 < size; i++) {
		const void *here = i ? (const char *)calls->pc[i] + 1 : code;
		char place[160];

		say_place(here, place, sizeof(place));
		if (!*place || gx_place_is_of_the_system(here))
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", told++ ? ", called" : "", place);
	}
	if (!told)
		say_place(code, text, size);
}

/* Where the block came from, and where it went. */
static void say_block(uint64_t object, char *text, size_t size)
{
	struct gx_where came = {.count = 0};
	struct gx_where went = {.count = 0};
	bool gone;
	char from[160];
	char to[160];

	*text = 0;
	if (!gx_where_of_block(gx_world_address(object), &came, &went))
		return;
	if (gx_where_is_of_locals(gx_world_address(object), &gone)) {
		snprintf(text, size, "%s", gone ? "; it went with its thread" : "");
		return;
	}
	say_place(came.count ? (const char *)came.pc[0] + 1 : NULL, from, sizeof(from));
	say_place(went.count ? (const char *)went.pc[0] + 1 : NULL, to, sizeof(to));
	snprintf(text, size, "%s%s%s%s", *from ? "; allocated" : "", from, *to ? *from ? ", freed" : "; freed" : "",
		 to);
}

void gx_name_race(uint64_t object, uint32_t step, struct gx_message_memory *out)
{
	struct gx_race_places places = {0};
	struct gx_where calls;

	if (gx_races_places(object, step, &places)) {
		say_calls(places.earlier, &places.earlier_calls, out->earlier, sizeof(out->earlier));
		say_calls(places.later, &places.later_calls, out->later, sizeof(out->later));
		return;
	}
	calls = gx_heap_last_calls();
	say_calls(gx_heap_last(), &calls, out->later, sizeof(out->later));
	say_block(object, out->earlier, sizeof(out->earlier));
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

static void say_destroyed(struct gx_name_book *book, const struct gx_event *event, char *text, size_t size)
{
	struct gx_named_object *known = know_object(book, (unsigned)event->value, event->object);

	if (known)
		snprintf(text, size, "%s destroyed", object_name(book, known));
}

/* Later facts of a step say more than earlier ones: the last that has words wins, but a finding's own fact always does. */
static bool say_fact(struct gx_name_book *book, const struct gx_event *event, char *text, size_t size)
{
	char name[96];

	switch (event->label) {
	case GX_L_DOCKER_ANSWER:
		say_answer(event, text, size);
		return false;
	case GX_F_ROW_STATUS:
		snprintf(text, size, "%s", gx_row_status_name((enum gx_row_status)event->value));
		return false;
	case GX_L_SIGNAL_LOST:
		snprintf(text, size, "lost: it wakes nobody");
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
	case GX_F_MISUSE:
		if (!gx_name_misuse(book, event->task, event->value, text, size))
			snprintf(text, size, "%s", gx_misuse_text(GX_MISUSE_OF(event->value)));
		return true;
	case GX_L_POSIX_DESTROY:
		say_destroyed(book, event, text, size);
		return false;
	case GX_L_MEMORY_ERROR:
		gx_name_memory(book, event->object, name, sizeof(name));
		snprintf(text, size, "%s %s", GX_MEMORY_ERROR_WRITES(event->extra) ? "writes" : "reads", name);
		return true;
	case GX_L_DATA_RACE:
		gx_name_memory(book, event->object, name, sizeof(name));
		snprintf(text, size, "%s %s", GX_RACE_LATER_WRITES(event->extra) ? "writes" : "reads", name);
		return true;
	case GX_L_TASK_CRASH:
		snprintf(text, size, "%s",
			 event->extra == GX_CRASHED_ELSEWHERE  ? "on a stack that is not its own"
			 : event->extra == GX_CRASHED_LOST     ? "takes the process with it"
			 : event->extra == GX_CRASHED_SMASHED  ? "writes over the harness's memory"
			 : event->extra                        ? "stack overflow"
			 : event->value == GX_ENDS_THE_PROCESS ? "ends the process"
			 : event->value == GX_ENDS_ITS_THREAD  ? "ends its thread"
							       : strsignal((int)event->value));
		return true;
	case GX_L_TASK_SYSCALL:
		snprintf(text, size, "system call %s", gx_syscall_name(event->value));
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

/* Its time had come although what it waited for had not; whoever only sleeps has waited for nothing else. */
static bool has_timed_out(const struct gx_event *step)
{
	return step->value >> 16 == GX_GRANTED_TIMEOUT && step->label != GX_L_SLEEP && step->label != GX_L_ARRIVE &&
	       step->label != GX_L_PROBE_WAIT && step->label != GX_L_WAIT_PROVISIONING && step->label != GX_L_PORT_WAIT;
}

static void say_what_came(struct gx_name_book *book, const struct gx_event *events, unsigned count, char *text,
			  size_t size)
{
	if (events[0].kind == GX_EVENT_STEP && events[0].label == GX_L_CLOCK_TICK)
		snprintf(text, size, "%.3f s", (double)events[0].value / 1e9);
	else if (events[0].kind == GX_EVENT_STEP && has_timed_out(&events[0]))
		snprintf(text, size, "timed out");
	else if (events[0].kind == GX_EVENT_STEP && events[0].value >> 16 == GX_GRANTED_SPURIOUS)
		snprintf(text, size, "spurious wake-up");
	for (unsigned i = 1; i < count; i++)
		if (say_fact(book, &events[i], text, size))
			return;
}

void gx_name_value(struct gx_name_book *book, const struct gx_event *events, unsigned count, char *text, size_t size)
{
	*text = 0;
	say_what_came(book, events, count, text, size);
	say_printed(events, count, text, size);
}
