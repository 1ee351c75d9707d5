/* Requests that make, start, end and remove containers. */
#include <string.h>

#include "core/footprint.h"
#include "core/status.h"
#include "docker/internal.h"

static void tell(const struct gx_docker *engine, const struct gx_docker_container *c,
		 void (*hook)(void *, uint64_t, uint16_t))
{
	if (hook)
		hook(engine->hooks->context, c->id, c->name);
}

void gx_docker_checkpoint(struct gx_docker *engine, struct gx_docker_container *container)
{
	enum gx_docker_status status = gx_docker_state_of(container);

	/* E28 does not save that a removal is under way, so its lists show what else there is to see: dead. */
	if (status == GX_DOCKER_REMOVING && engine->version == GX_DOCKER_E28)
		status = GX_DOCKER_DEAD;
	container->listed = (uint8_t)status;
}

void gx_docker_wake(struct gx_docker_container *container)
{
	if (container->waiters)
		container->exits++;
}

void gx_docker_add_waiter(struct gx_docker_request *request, struct gx_docker_container *container)
{
	GX_ASSERT(container->waiters < UINT8_MAX);
	container->waiters++;
	request->exits = container->exits;
	request->was_dead = (container->flags & GX_DOCKER_F_DEAD) != 0;
}

void gx_docker_drop_waiter(struct gx_docker *engine, struct gx_docker_container *container)
{
	if (--container->waiters)
		return;
	container->exits = 0;
	if (container->stage == GX_DOCKER_GONE)
		gx_docker_erase(engine, container);
}

void gx_docker_begin_process(struct gx_docker *engine, struct gx_docker_container *container)
{
	container->flags &= (uint8_t) ~(GX_DOCKER_F_RESTARTING | GX_DOCKER_F_PAUSED | GX_DOCKER_F_STOPPED);
	container->flags |= GX_DOCKER_F_RUNNING | GX_DOCKER_F_STARTED;
	container->exit_code = 0;
	container->error = GX_DOCKER_SAID_NOTHING;
	if (engine->hooks)
		tell(engine, container, engine->hooks->started);
}

void gx_docker_end_process(struct gx_docker *engine, struct gx_docker_container *container, uint8_t exit_code)
{
	/* Between two runs there is no process: the code of the last one stays. */
	if (!(container->flags & GX_DOCKER_F_RESTARTING))
		container->exit_code = exit_code;
	container->flags &= (uint8_t) ~(GX_DOCKER_F_RUNNING | GX_DOCKER_F_PAUSED | GX_DOCKER_F_RESTARTING);
	container->flags |= GX_DOCKER_F_STOPPED;
	gx_docker_checkpoint(engine, container);
	gx_docker_wake(container);
	if (engine->hooks)
		tell(engine, container, engine->hooks->exited);
}

/* All names of a container must lead to one object, see names.h. */
static void check_leaders(const struct gx_docker *engine, const struct gx_docker_spec *spec)
{
	uint16_t name = spec->name ? spec->name : spec->volumes[0];

	for (unsigned i = 0; i < GX_DOCKER_MOUNTS_MAX; i++)
		GX_ASSERT(!spec->volumes[i] || engine->options & GX_DOCKER_ONE_OBJECT ||
			  gx_docker_name_leader(spec->volumes[i]) == gx_docker_name_leader(name));
}

/* Put the name in; false and *answer if that is not to be. The image is looked for first: its 404 comes before the name's 409. */
static bool reserve(struct gx_docker_request *request, const struct gx_docker_spec *spec,
		    struct gx_docker_answer *answer)
{
	struct gx_docker *engine = request->engine;
	const struct gx_docker_container *holder;

	if (spec->image)
		gx_touch(gx_object(GX_DOCKER_CLASS_IMAGE, gx_docker_name_leader(spec->image)), GX_READ);
	if (spec->image && !gx_docker_has_image(engine, spec->image)) {
		*answer = gx_docker_draft(request, 404, GX_DOCKER_NO_SUCH_IMAGE);
		answer->other = spec->image;
		gx_docker_give(*answer);
		return false;
	}
	if (spec->name && !gx_docker_name_is_valid(spec->name)) {
		*answer = gx_docker_refuse(request, GX_DOCKER_INVALID_NAME);
		return false;
	}
	holder = gx_docker_holder(engine, gx_docker_name_plain(spec->name));
	if (holder) {
		*answer = gx_docker_draft(request, 409, GX_DOCKER_NAME_IN_USE);
		answer->container = holder->id;
		gx_docker_give(*answer);
		return false;
	}
	if (engine->container_count == GX_DOCKER_CONTAINERS_MAX) {
		*answer = gx_docker_refuse(request, GX_DOCKER_CONTAINERS_FULL);
		return false;
	}
	request->id = gx_task_serial();
	gx_docker_insert(engine, request->id, spec);
	return true;
}

/*
 * Create takes the name first and shows the container last: between the two steps a look-up by that name answers 404 and another
 * create 409. A create that fails after the first step gives the name back.
 */
struct gx_docker_answer gx_docker_create(struct gx_docker *engine, const struct gx_docker_spec *spec)
{
	struct gx_docker_request request = gx_docker_request(engine, gx_docker_by_name(spec->name));
	uint16_t about = spec->name ? spec->name : spec->volumes[0];
	struct gx_docker_answer answer;
	struct gx_docker_container *c;

	check_leaders(engine, spec);
	gx_docker_step_on(engine, GX_L_DOCKER_CREATE_RESERVE, GX_WRITE, GX_DOCKER_CLASS_WORKSPACE, about);
	if (gx_docker_struck(&request, GX_L_DOCKER_CREATE_RESERVE, spec->name, &answer) ||
	    !reserve(&request, spec, &answer))
		return answer;

	gx_docker_step_on(engine, GX_L_DOCKER_CREATE_REGISTER, GX_WRITE, GX_DOCKER_CLASS_WORKSPACE, about);
	c = gx_docker_find(engine, request.id);
	GX_ASSERT(c);
	if (gx_docker_struck(&request, GX_L_DOCKER_CREATE_REGISTER, spec->name, &answer)) {
		gx_docker_erase(engine, c);
		return answer;
	}
	if (!gx_docker_make_volumes(engine, c)) {
		gx_docker_erase(engine, c);
		return gx_docker_refuse(&request, GX_DOCKER_VOLUMES_FULL);
	}
	c->stage = GX_DOCKER_REGISTERED;
	gx_docker_checkpoint(engine, c);
	return gx_docker_done(&request, 201);
}

/* A start that fails leaves a created container with a reason, which can be started again. */
static struct gx_docker_answer fail_start(struct gx_docker_request *request, struct gx_docker_container *c)
{
	static const struct {
		uint8_t error;
		uint8_t exit_code;
	} failures[] = {
		[GX_DOCKER_FLAW_COMMAND] = {GX_DOCKER_COMMAND_NOT_FOUND, 127},
		[GX_DOCKER_FLAW_DENIED] = {GX_DOCKER_COMMAND_DENIED, 126},
		[GX_DOCKER_FLAW_NETWORK] = {GX_DOCKER_NETWORK_NOT_FOUND, 128},
		[GX_DOCKER_FLAW_USER] = {GX_DOCKER_USER_NOT_FOUND, 128},
	};
	struct gx_docker_answer answer;

	c->error = failures[c->flaw].error;
	c->exit_code = failures[c->flaw].exit_code;
	answer = gx_docker_draft(request, gx_docker_code_status(c->error, GX_DOCKER_E28), c->error);
	answer.other = c->flawed;
	return gx_docker_give(answer);
}

/*
 * The state test and the locked part are two steps: two starts that both pass the test are both answered 204, the second having
 * found a running container. In the locked part the engine has a pointer, not a name: a container that has been removed in
 * the meantime is "marked for removal", not "no such container".
 */
struct gx_docker_answer gx_docker_start(struct gx_docker *engine, struct gx_docker_ref ref)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	struct gx_docker_container *c;

	c = gx_docker_arrive(&request, GX_L_DOCKER_START_CHECK, GX_READ, GX_DOCKER_NO_SUCH_CONTAINER, &answer);
	if (!c)
		return answer;
	if (c->flags & GX_DOCKER_F_PAUSED)
		return gx_docker_refuse(&request, GX_DOCKER_START_PAUSED);
	if (c->flags & GX_DOCKER_F_RUNNING)
		return gx_docker_done(&request, 304);
	if (c->flags & (GX_DOCKER_F_REMOVING | GX_DOCKER_F_DEAD))
		return gx_docker_refuse(&request, GX_DOCKER_START_REMOVING);

	gx_docker_step(&request, GX_L_DOCKER_START, GX_WRITE);
	c = gx_docker_held(&request);
	if (c && c->flags & GX_DOCKER_F_RUNNING)
		return gx_docker_done(&request, 204);
	if (!c || c->flags & (GX_DOCKER_F_REMOVING | GX_DOCKER_F_DEAD))
		return gx_docker_refuse(&request, GX_DOCKER_START_REMOVING);
	if (gx_docker_struck(&request, GX_L_DOCKER_START, c->name, &answer))
		return answer;
	if (c->flaw != GX_DOCKER_FLAWLESS && c->flaw != GX_DOCKER_FLAW_FILES)
		return fail_start(&request, c);
	gx_docker_begin_process(engine, c);
	if (engine->options & GX_DOCKER_LOCKS) {
		c->flags |= GX_DOCKER_F_LOCKED;
		gx_docker_step_if(&request, GX_L_DOCKER_START_FINISH, GX_WRITE, NULL);
		c = gx_docker_held(&request);
		GX_ASSERT(c);
		c->flags &= (uint8_t)~GX_DOCKER_F_LOCKED;
	}
	gx_docker_checkpoint(engine, c);
	return gx_docker_done(&request, 204);
}

static void send_signal(const struct gx_docker *engine, const struct gx_docker_container *c, unsigned signal)
{
	if (engine->hooks && engine->hooks->signalled)
		engine->hooks->signalled(engine->hooks->context, c->id, c->name, signal);
}

/*
 * Between the signal and the end of the process the container is still running: a start then answers 304 and the container is
 * exited in the end. A start that comes after the end and before this request's answer is not undone.
 */
struct gx_docker_answer gx_docker_stop(struct gx_docker *engine, struct gx_docker_ref ref)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	struct gx_docker_container *c;

	c = gx_docker_arrive(&request, GX_L_DOCKER_STOP, GX_WRITE, GX_DOCKER_NO_SUCH_CONTAINER, &answer);
	if (!c)
		return answer;
	if (!(c->flags & GX_DOCKER_F_RUNNING))
		return gx_docker_done(&request, 304);
	c->flags |= GX_DOCKER_F_STOPPED;
	gx_docker_add_waiter(&request, c);
	if (!(c->flags & GX_DOCKER_F_RESTARTING))
		send_signal(engine, c, 15);

	gx_docker_step(&request, GX_L_DOCKER_STOP_EXIT, GX_WRITE);
	c = gx_docker_find(engine, request.id);
	GX_ASSERT(c);
	if (c->flags & GX_DOCKER_F_RUNNING && c->exits == request.exits)
		gx_docker_end_process(engine, c, c->traits & GX_DOCKER_HANDLES_TERM ? 0 : 137);
	gx_docker_drop_waiter(engine, c);
	return gx_docker_done(&request, 204);
}

static struct gx_docker_answer refuse_signal(const struct gx_docker_request *request, enum gx_docker_code code,
					     unsigned signal)
{
	struct gx_docker_answer answer;

	answer = gx_docker_draft(request, gx_docker_code_status(code, (enum gx_docker_version)request->engine->version),
				 code);
	answer.number = (uint16_t)signal;
	return gx_docker_give(answer);
}

struct gx_docker_answer gx_docker_kill(struct gx_docker *engine, struct gx_docker_ref ref, unsigned signal)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	struct gx_docker_container *c;

	/* "No signal" is noticed before the container is looked for. */
	c = gx_docker_arrive(&request, GX_L_DOCKER_KILL, GX_WRITE,
			     signal ? GX_DOCKER_KILL_NO_SUCH_CONTAINER : GX_DOCKER_KILL_INVALID_SIGNAL, &answer);
	if (!c)
		return answer;
	if (!signal)
		return refuse_signal(&request, GX_DOCKER_KILL_INVALID_SIGNAL, signal);
	if (signal > 64)
		return refuse_signal(&request, GX_DOCKER_KILL_UNSUPPORTED_SIGNAL, signal);
	if (!(c->flags & GX_DOCKER_F_RUNNING))
		return gx_docker_refuse(&request, GX_DOCKER_KILL_NOT_RUNNING);
	c->flags |= GX_DOCKER_F_STOPPED;
	/* Between two runs any signal ends it. A paused process is thawed once the signal has been sent. */
	if (signal == 9 || c->flags & GX_DOCKER_F_RESTARTING) {
		gx_docker_end_process(engine, c, 137);
	} else {
		c->flags &= (uint8_t)~GX_DOCKER_F_PAUSED;
		gx_docker_checkpoint(engine, c);
		send_signal(engine, c, signal);
	}
	return gx_docker_done(&request, 204);
}

/* One removal at a time: the code for a mark that is refused, or GX_DOCKER_SAID_NOTHING. */
static enum gx_docker_code refuse_mark(const struct gx_docker_container *c, bool force)
{
	if (c->flags & GX_DOCKER_F_REMOVING)
		return GX_DOCKER_REMOVAL_IN_PROGRESS;
	if (force || !(c->flags & GX_DOCKER_F_RUNNING))
		return GX_DOCKER_SAID_NOTHING;
	if (c->flags & GX_DOCKER_F_PAUSED)
		return GX_DOCKER_REMOVE_PAUSED;
	return c->flags & GX_DOCKER_F_RESTARTING ? GX_DOCKER_REMOVE_RESTARTING : GX_DOCKER_REMOVE_RUNNING;
}

/* A removal that fails half way: the container is dead, keeps its name, and remove may be tried again. */
static struct gx_docker_answer fail_removal(struct gx_docker_request *request, struct gx_docker_container *c)
{
	struct gx_docker_answer answer = gx_docker_draft(request, 500, GX_DOCKER_REMOVE_FAILED);

	c->flags &= (uint8_t)~GX_DOCKER_F_REMOVING;
	c->error = GX_DOCKER_REMOVE_TROUBLE;
	answer.other = c->flawed;
	return gx_docker_give(answer);
}

/* The last step: the name is free. What others still wait for is the exit code. */
static void release(struct gx_docker *engine, struct gx_docker_container *c)
{
	if (!c->waiters) {
		gx_docker_erase(engine, c);
		return;
	}
	*c = (struct gx_docker_container){
		.id = c->id,
		.stage = GX_DOCKER_GONE,
		.exit_code = c->exit_code,
		.waiters = c->waiters,
		.exits = c->exits,
	};
}

/*
 * What a removal does at each of its steps is a function of its own: where the container stands in the table, which depends on who else has
 * come and gone, must not stay in a register of the task that waits for the next step.
 */
enum marked { MARK_REFUSED, MARKED_RUNNING, MARKED_DEAD };

static void die(struct gx_docker *engine, struct gx_docker_container *c)
{
	c->flags |= GX_DOCKER_F_DEAD;
	gx_docker_checkpoint(engine, c);
}

static enum marked __attribute__((noinline))
mark(struct gx_docker_request *request, bool force, struct gx_docker_answer *answer)
{
	struct gx_docker *engine = request->engine;
	struct gx_docker_container *c = gx_docker_held(request);
	enum gx_docker_code code;

	if (!c) {
		*answer = gx_docker_done(request, 204);
		return MARK_REFUSED;
	}
	code = refuse_mark(c, force);
	if (code != GX_DOCKER_SAID_NOTHING) {
		*answer = gx_docker_refuse(request, code);
		return MARK_REFUSED;
	}
	c->flags |= GX_DOCKER_F_REMOVING;
	if (engine->hooks)
		tell(engine, c, engine->hooks->removing);
	if (c->flags & GX_DOCKER_F_RUNNING)
		return MARKED_RUNNING;
	die(engine, c);
	return MARKED_DEAD;
}

static void __attribute__((noinline)) kill_marked(struct gx_docker_request *request)
{
	struct gx_docker_container *c = gx_docker_held(request);

	GX_ASSERT(c);
	if (c->flags & GX_DOCKER_F_RUNNING)
		gx_docker_end_process(request->engine, c, 137);
	die(request->engine, c);
}

static bool __attribute__((noinline)) deregister(struct gx_docker_request *request, struct gx_docker_answer *answer)
{
	struct gx_docker_container *c = gx_docker_held(request);

	GX_ASSERT(c);
	if (c->flaw == GX_DOCKER_FLAW_FILES) {
		*answer = fail_removal(request, c);
		return false;
	}
	c->stage = GX_DOCKER_DEREGISTERED;
	return true;
}

static void __attribute__((noinline)) release_held(struct gx_docker_request *request)
{
	struct gx_docker_container *c = gx_docker_held(request);

	GX_ASSERT(c);
	release(request->engine, c);
}

/*
 * The name is released last, after the container can no longer be found: between the last two steps a remove answers 404 and a
 * create still 409 (moby#37698). Another remove that has looked it up before is told 409 as long as this one is under
 * way, and 204 after it.
 */
struct gx_docker_answer gx_docker_remove(struct gx_docker *engine, struct gx_docker_ref ref, bool force)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	enum marked marked;

	if (!gx_docker_arrive(&request, GX_L_DOCKER_REMOVE_LOOKUP, GX_READ, GX_DOCKER_NO_SUCH_CONTAINER, &answer))
		return answer;

	gx_docker_step(&request, GX_L_DOCKER_REMOVE_MARK, GX_WRITE);
	marked = mark(&request, force, &answer);
	if (marked == MARK_REFUSED)
		return answer;

	if (marked == MARKED_RUNNING) {
		gx_docker_step(&request, GX_L_DOCKER_REMOVE_KILL, GX_WRITE);
		kill_marked(&request);
		gx_scrub_stack(); /* where the owner of the process has found it in the table */
	}

	gx_docker_step(&request, GX_L_DOCKER_REMOVE_DEREGISTER, GX_WRITE);
	if (!deregister(&request, &answer))
		return answer;

	gx_docker_step(&request, GX_L_DOCKER_REMOVE_RELEASE, GX_WRITE);
	release_held(&request);
	return gx_docker_done(&request, 204);
}
