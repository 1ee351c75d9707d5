/*
 * gate_api.c - what a gate calls: legs, tracked tasks, deferred functions, notes; and how it is called.
 */
#include <string.h>

#include "core/task.h"
#include "core/where.h"
#include "facts/objects.h"
#include "service/service.h"

/* What the running task is doing. Asked for anew after every point: see park() in core/task.c. */
static uint64_t *doing(void)
{
	return &gx_task_self()->user[GX_USER_SERVICE_0];
}

/* ---- footprints ---- */

static void touch_request(unsigned id)
{
	gx_touch(gx_object(GX_OBJECT_REQUEST, id), GX_READ | GX_WRITE);
}

static void touch_requests(unsigned workspace)
{
	gx_touch(gx_object(GX_OBJECT_REQUESTS, workspace), GX_READ | GX_WRITE);
}

static void touch_tracked(void)
{
	gx_touch(gx_object(GX_OBJECT_SERVER, GX_SERVER_TRACKED), GX_WRITE);
}

/* ---- requests ---- */

bool gx_request_is_known(const struct gx_request *request)
{
	const struct gx_request *first = &gx_places->requests[1];
	unsigned count = gx_places->request_count + gx_places->probe_count;

	return request >= first && request < first + count && request->id == (uint32_t)(request - first) + 1;
}

/* Of a request that is none of the harness's nothing may be read: then the one whose handle() runs is to blame. */
static void misuse(enum gx_misuse what, const struct gx_request *request)
{
	unsigned id = gx_request_is_known(request) ? request->id : GX_DOING_HANDLE(*doing());

	gx_where_here();
	gx_emit_extra(GX_F_MISUSE, (uint16_t)id, id ? gx_request_workspace(id) : GX_NO_WORKSPACE, (uint64_t)what);
}

/* ---- legs ---- */

static enum gx_leg_result run_leg(const struct gx_request *request, unsigned workspace, enum gx_leg leg)
{
	struct gx_request_state *state = &gx_service()->requests[request->id];
	uint64_t before = *doing();
	enum gx_leg_result result;

	*doing() = (before & 0xff) | (uint64_t)request->id << 8 | (uint64_t)leg << 16 | GX_DOING_LEG_PENDING;
	gx_task_watch(gx_task_self(), true);
	state->begun |= (uint8_t)leg;
	if (gx_request_is_probe(request->id))
		result = GX_LEG_DONE; /* it has come to its first leg: all that a probe is for */
	else
		result = leg == GX_STOP ? gx_leg_stop(request, workspace) : gx_leg_start(request, workspace);
	if (*doing() & GX_DOING_LEG_PENDING) {
		gx_task_watch(gx_task_self(), false);
		gx_emit_extra(GX_F_LEG_BEGIN, (uint16_t)request->id, workspace, (uint64_t)leg);
	}
	touch_request(request->id);
	state->over |= (uint8_t)leg;
	state->result = (uint8_t)result;
	*doing() = before;
	gx_emit_extra(GX_F_LEG_END, (uint16_t)request->id, workspace, (uint64_t)leg | (uint64_t)result << 8);
	return result;
}

static enum gx_leg_result leg(const struct gx_request *request, enum gx_leg which)
{
	struct gx_request_state *state;

	if (!gx_request_is_known(request)) {
		misuse(GX_MISUSE_FOREIGN_REQUEST, request);
		return GX_LEG_FAILED;
	}
	touch_request(request->id);
	state = &gx_service()->requests[request->id];
	if (!(request->legs & which))
		return GX_LEG_DONE;
	if (state->begun & which) {
		misuse(GX_MISUSE_LEG_TWICE, request);
		return (enum gx_leg_result)state->result;
	}
	if (state->answered == GX_BUSY + 1 || state->answered == GX_DROPPED + 1) {
		misuse(GX_MISUSE_LEG_AFTER_REFUSAL, request);
		return GX_LEG_FAILED;
	}
	if (state->result != GX_LEG_DONE)
		return (enum gx_leg_result)state->result;
	if (which == GX_START && request->legs & GX_STOP && !(state->over & GX_STOP))
		misuse(GX_MISUSE_START_BEFORE_STOP, request);
	return run_leg(request, gx_request_workspace(request->id), which);
}

/* How the gate waited, or in which order it called, must not stay behind in gaps of the frames that the leg lives in. */
enum gx_leg_result gx_stop(const struct gx_request *request)
{
	gx_scrub_stack();
	return leg(request, GX_STOP);
}

enum gx_leg_result gx_start(const struct gx_request *request)
{
	gx_scrub_stack();
	return leg(request, GX_START);
}

/* ---- deferred functions and tracked tasks ---- */

struct call {
	struct call *next;
	void (*fn)(void *);
	void *arg;
};

static struct call *new_call(void (*fn)(void *), void *arg)
{
	struct call *call = gx_arena_alloc(sizeof(*call), 16);

	*call = (struct call){.fn = fn, .arg = arg};
	return call;
}

void gx_defer(void (*fn)(void *), void *arg)
{
	struct gx_task *self = gx_task_self();
	struct call *call = new_call(fn, arg);

	call->next = (struct call *)(uintptr_t)self->user[GX_USER_SERVICE_2];
	self->user[GX_USER_SERVICE_2] = (uintptr_t)call;
	gx_scrub_stack();
}

/* Takes the last one off the list of the running task. Out of line, and asked for anew each time: see park() in core/task.c. */
static bool __attribute__((noinline)) take_deferred(struct call *now)
{
	struct gx_task *self = gx_task_self();
	struct call *call = (struct call *)(uintptr_t)self->user[GX_USER_SERVICE_2];

	if (!call)
		return false;
	*now = *call;
	self->user[GX_USER_SERVICE_2] = (uintptr_t)now->next;
	gx_arena_free(call);
	return true;
}

void gx_run_deferred(void)
{
	struct call now;

	while (take_deferred(&now)) {
		gx_scrub_stack();
		now.fn(now.arg);
	}
}

void gx_end_of_thread(void)
{
	gx_run_deferred();
}

static void go_main(void *argument)
{
	struct call now = *(struct call *)argument;

	gx_arena_free(argument);
	gx_scrub_stack();
	now.fn(now.arg);
	gx_run_deferred();
	touch_tracked();
}

void gx_go(void (*fn)(void *), void *arg)
{
	struct gx_task *task = gx_task_spawn(GX_ROLE_GO, 0, go_main, new_call(fn, arg));

	touch_tracked();
	if (!task)
		gx_task_fatal(GX_L_WORLD_FULL, 0);
	gx_task_autoreap(task);
}

/* ---- notes ---- */

#define NOTES_MAX  128
#define NOTE_BYTES 64

/* Texts by their hash; outside the world, since only reports read them and a text never changes its hash. */
static struct {
	uint64_t hash;
	char text[NOTE_BYTES];
} notes[NOTES_MAX];

void gx_note(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325ull; /* FNV-1a */
	size_t length = strnlen(text, NOTE_BYTES - 1);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3ull;
	for (unsigned i = 0; i < NOTES_MAX; i++) {
		if (notes[i].hash == hash)
			break;
		if (!notes[i].hash) {
			notes[i].hash = hash;
			memcpy(notes[i].text, text, length);
			break;
		}
	}
	gx_emit(GX_F_NOTE, GX_NO_WORKSPACE, hash);
}

const char *gx_note_text(uint64_t value)
{
	for (unsigned i = 0; i < NOTES_MAX && notes[i].hash; i++)
		if (notes[i].hash == value)
			return notes[i].text;
	return "?";
}

/* ---- calling the gate ---- */

static void check_outcome(const struct gx_request *request, enum gx_outcome outcome)
{
	const struct gx_request_state *state = &gx_service()->requests[request->id];
	bool closed = (state->over & request->legs) == request->legs || state->result != GX_LEG_DONE;

	if ((unsigned)outcome > GX_BUSY)
		misuse(GX_MISUSE_BAD_OUTCOME, request);
	else if (outcome == GX_RAN && !closed)
		misuse(GX_MISUSE_RAN_TOO_EARLY, request);
	else if ((outcome == GX_BUSY || outcome == GX_DROPPED) && state->begun)
		misuse(GX_MISUSE_LEG_AFTER_REFUSAL, request);
}

enum gx_outcome gx_handle(unsigned id)
{
	struct gx_service *service = gx_service();
	const struct gx_request *request = &gx_places->requests[id];
	unsigned workspace = gx_request_workspace(id);
	enum gx_outcome outcome;

	*doing() = id;
	touch_requests(workspace);
	service->reached |= 1ull << id;
	gx_emit_extra(GX_F_REQUEST, (uint16_t)id, workspace,
		      (uint64_t)request->origin | (uint64_t)request->legs << 8 |
			      (gx_request_is_probe(id) ? 1ull << 16 : 0));
	outcome = gx_places->gate->handle(service->gate_state, request);
	gx_run_deferred();
	gx_posix_check_held();
	touch_request(id);
	touch_requests(workspace);
	check_outcome(request, outcome);
	service->requests[id].answered = (uint8_t)((unsigned)outcome > GX_BUSY ? GX_BUSY + 1 : (unsigned)outcome + 1);
	*doing() = 0;
	gx_emit_extra(GX_F_ANSWER, (uint16_t)id, workspace, (uint64_t)outcome);
	return outcome;
}
