/* Requests that look at containers, wait for them, rename them; and what their processes do to the engine. */
#include <string.h>

#include "core/status.h"
#include "docker/internal.h"

static uint8_t without(uint8_t flags, unsigned flag)
{
	return (uint8_t)(flags & ~flag);
}

struct gx_docker_answer gx_docker_pause(struct gx_docker *engine, struct gx_docker_ref ref)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	struct gx_docker_container *c;

	c = gx_docker_arrive(&request, GX_L_DOCKER_PAUSE, GX_WRITE, GX_DOCKER_NO_SUCH_CONTAINER, &answer);
	if (!c)
		return answer;
	if (!(c->flags & GX_DOCKER_F_RUNNING))
		return gx_docker_refuse(&request, GX_DOCKER_NOT_RUNNING);
	if (c->flags & GX_DOCKER_F_PAUSED)
		return gx_docker_refuse(&request, GX_DOCKER_ALREADY_PAUSED);
	if (c->flags & GX_DOCKER_F_RESTARTING)
		return gx_docker_refuse(&request, GX_DOCKER_IS_RESTARTING);
	c->flags |= GX_DOCKER_F_PAUSED;
	gx_docker_checkpoint(engine, c);
	return gx_docker_done(&request, 204);
}

struct gx_docker_answer gx_docker_unpause(struct gx_docker *engine, struct gx_docker_ref ref)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	struct gx_docker_container *c;

	c = gx_docker_arrive(&request, GX_L_DOCKER_UNPAUSE, GX_WRITE, GX_DOCKER_NO_SUCH_CONTAINER, &answer);
	if (!c)
		return answer;
	if (!(c->flags & GX_DOCKER_F_PAUSED))
		return gx_docker_refuse(&request, GX_DOCKER_NOT_PAUSED);
	c->flags = without(c->flags, GX_DOCKER_F_PAUSED);
	gx_docker_checkpoint(engine, c);
	return gx_docker_done(&request, 204);
}

struct gx_docker_answer gx_docker_inspect(struct gx_docker *engine, struct gx_docker_ref ref)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	const struct gx_docker_container *c;

	c = gx_docker_arrive(&request, GX_L_DOCKER_INSPECT, GX_READ, GX_DOCKER_NO_SUCH_CONTAINER, &answer);
	if (!c)
		return answer;
	answer = gx_docker_draft(&request, 200, GX_DOCKER_SAID_NOTHING);
	answer.state = (uint8_t)gx_docker_state_of(c);
	answer.number = c->exit_code;
	answer.cause = c->error;
	return gx_docker_give(answer);
}

struct gx_docker_answer gx_docker_exec(struct gx_docker *engine, struct gx_docker_ref ref)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	const struct gx_docker_container *c;

	c = gx_docker_arrive(&request, GX_L_DOCKER_EXEC, GX_READ, GX_DOCKER_NO_SUCH_CONTAINER, &answer);
	if (!c)
		return answer;
	if (!(c->flags & GX_DOCKER_F_RUNNING))
		return gx_docker_refuse(&request, GX_DOCKER_NOT_RUNNING);
	if (c->flags & GX_DOCKER_F_PAUSED)
		return gx_docker_refuse(&request, GX_DOCKER_EXEC_PAUSED);
	if (c->flags & GX_DOCKER_F_RESTARTING)
		return gx_docker_refuse(&request, GX_DOCKER_IS_RESTARTING);
	return gx_docker_done(&request, 201);
}

static bool is_listed(const struct gx_docker_container *c, const struct gx_docker_filter *filter)
{
	if (c->stage != GX_DOCKER_REGISTERED && c->stage != GX_DOCKER_DEREGISTERED)
		return false;
	if (!filter->all && c->listed != GX_DOCKER_RUNNING && c->listed != GX_DOCKER_PAUSED &&
	    c->listed != GX_DOCKER_RESTARTING)
		return false;
	if (filter->leader && gx_docker_name_leader(c->name) != gx_docker_name_leader(filter->leader))
		return false;
	return !filter->name || strstr(gx_docker_name(c->name), filter->name);
}

/*
 * The replica goes with the name, in the last step of a removal, so lists show a container that inspect no longer knows.
 */
struct gx_docker_answer gx_docker_list(struct gx_docker *engine, const struct gx_docker_filter *filter,
				       struct gx_docker_entry *entries, size_t max)
{
	struct gx_docker_request request = gx_docker_request(engine, gx_docker_by_name(GX_DOCKER_NO_NAME));
	struct gx_docker_answer answer;
	uint16_t count = 0;

	GX_ASSERT(filter->leader || engine->options & GX_DOCKER_ONE_OBJECT);
	gx_docker_step_on(engine, GX_L_DOCKER_LIST, GX_READ, GX_DOCKER_CLASS_WORKSPACE, filter->leader);
	if (gx_docker_struck(&request, GX_L_DOCKER_LIST, filter->leader, &answer))
		return answer;
	for (unsigned i = 0; i < engine->container_count; i++) {
		const struct gx_docker_container *c = &engine->containers[i];

		if (!is_listed(c, filter))
			continue;
		if (count < max)
			entries[count] =
				(struct gx_docker_entry){.container = c->id, .name = c->name, .state = c->listed};
		count++;
	}
	answer = gx_docker_draft(&request, 200, GX_DOCKER_SAID_NOTHING);
	answer.number = count;
	return gx_docker_give(answer);
}

static struct gx_docker_answer refuse_name(const struct gx_docker_request *request, enum gx_docker_code code,
					   uint16_t new_name)
{
	struct gx_docker_answer answer = gx_docker_draft(request, gx_docker_code_status(code, GX_DOCKER_E28), code);
	const struct gx_docker_container *holder;

	answer.other = new_name;
	if (code == GX_DOCKER_RENAME_IN_USE) {
		holder = gx_docker_holder(request->engine, gx_docker_name_plain(new_name));
		answer.container = holder->id;
	}
	return gx_docker_give(answer);
}

/* Why a container cannot have a new name, or GX_DOCKER_SAID_NOTHING. */
static enum gx_docker_code rename_fault(struct gx_docker *engine, const struct gx_docker_container *c,
					uint16_t new_name)
{
	if (gx_docker_name_plain(new_name) == c->name)
		return GX_DOCKER_RENAME_SAME;
	if (!gx_docker_name_is_valid(new_name))
		return GX_DOCKER_RENAME_INVALID;
	if (gx_docker_holder(engine, gx_docker_name_plain(new_name)))
		return GX_DOCKER_RENAME_IN_USE;
	if (engine->version == GX_DOCKER_E20 && c->flags & GX_DOCKER_F_RESTARTING)
		return GX_DOCKER_RENAME_SANDBOX;
	return GX_DOCKER_SAID_NOTHING;
}

/* Puts the new name in, then takes the old one out, under the container's lock; whether a removal is under way does not matter. */
struct gx_docker_answer gx_docker_rename(struct gx_docker *engine, struct gx_docker_ref ref, uint16_t new_name)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	struct gx_docker_container *c;
	enum gx_docker_code code;

	c = gx_docker_arrive(&request, GX_L_DOCKER_RENAME_RESERVE, GX_WRITE,
			     new_name ? GX_DOCKER_NO_SUCH_CONTAINER : GX_DOCKER_RENAME_EMPTY, &answer);
	if (!c)
		return answer;
	if (!new_name)
		return gx_docker_refuse(&request, GX_DOCKER_RENAME_EMPTY);
	code = rename_fault(engine, c, new_name);
	if (code != GX_DOCKER_SAID_NOTHING)
		return refuse_name(&request, code, new_name);
	GX_ASSERT(engine->options & GX_DOCKER_ONE_OBJECT || !c->name ||
		  gx_docker_name_leader(new_name) == gx_docker_name_leader(c->name));
	if (engine->options & GX_DOCKER_LOCKS) {
		c->flags |= GX_DOCKER_F_LOCKED;
		gx_docker_touch_id(c->id, GX_WRITE);
		c->old_name = c->name;
		gx_docker_touch_id(c->id, GX_WRITE);
		c->name = gx_docker_name_plain(new_name);
		gx_docker_step_if(&request, GX_L_DOCKER_RENAME_RELEASE, GX_WRITE, NULL);
		c = gx_docker_held(&request);
		GX_ASSERT(c);
		c->flags = without(c->flags, GX_DOCKER_F_LOCKED);
		c->old_name = GX_DOCKER_NO_NAME;
	}
	gx_docker_touch_id(c->id, GX_WRITE);
	c->name = gx_docker_name_plain(new_name);
	return gx_docker_done(&request, 204);
}

/* `not-running` also ends at an exit after which the policy has started the container again. */
static bool wait_is_over(const struct gx_task *task)
{
	struct gx_docker_request *request = task->op.subject;
	const struct gx_docker_container *c = gx_docker_find(request->engine, request->id);

	if (!c || c->stage == GX_DOCKER_GONE)
		return true;
	switch ((enum gx_docker_condition)request->condition) {
	case GX_DOCKER_UNTIL_NOT_RUNNING:
		return !(c->flags & GX_DOCKER_F_RUNNING) || c->exits != request->exits;
	case GX_DOCKER_UNTIL_NEXT_EXIT:
		return c->exits != request->exits;
	case GX_DOCKER_UNTIL_REMOVED: /* or its removal has failed */
		return !request->was_dead && c->flags & GX_DOCKER_F_DEAD && !(c->flags & GX_DOCKER_F_REMOVING);
	}
	return false;
}

struct gx_docker_answer gx_docker_wait(struct gx_docker *engine, struct gx_docker_ref ref,
				       enum gx_docker_condition condition)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	struct gx_docker_container *c;

	c = gx_docker_arrive(&request, GX_L_DOCKER_WAIT, GX_READ, GX_DOCKER_NO_SUCH_CONTAINER, &answer);
	if (!c)
		return answer;
	request.condition = (uint8_t)condition;
	gx_docker_add_waiter(&request, c);

	gx_docker_step_if(&request, GX_L_DOCKER_WAIT_DONE, GX_READ, wait_is_over);
	c = gx_docker_find(engine, request.id);
	GX_ASSERT(c);
	answer = gx_docker_draft(&request, 200, GX_DOCKER_WAITED);
	answer.number = c->exit_code;
	answer.cause = c->error;
	answer.other = c->error ? c->flawed : GX_DOCKER_NO_NAME;
	gx_docker_drop_waiter(engine, c);
	return gx_docker_give(answer);
}

/* Between its exit and the next run the container says running and restarting: a start then answers 304. */
bool gx_docker_exited(struct gx_docker *engine, uint64_t id, uint8_t exit_code)
{
	struct gx_docker_request request = gx_docker_request(engine, gx_docker_by_id(id));
	struct gx_docker_container *c;

	request.id = id;
	gx_docker_step(&request, GX_L_DOCKER_EXIT, GX_WRITE);
	c = gx_docker_held(&request);
	if (!c || !gx_docker_executes(c))
		return false;
	c->exit_code = exit_code;
	if (!(c->traits & GX_DOCKER_UNLESS_STOPPED) || c->flags & (GX_DOCKER_F_STOPPED | GX_DOCKER_F_REMOVING)) {
		c->flags = without(c->flags, GX_DOCKER_F_RUNNING);
		gx_docker_checkpoint(engine, c);
		gx_docker_wake(c);
		return false;
	}
	c->flags |= GX_DOCKER_F_RESTARTING;
	gx_docker_checkpoint(engine, c);
	gx_docker_wake(c);

	gx_docker_step(&request, GX_L_DOCKER_RESPAWN, GX_WRITE);
	c = gx_docker_held(&request);
	if (!c || !(c->flags & GX_DOCKER_F_RESTARTING) || c->flags & (GX_DOCKER_F_STOPPED | GX_DOCKER_F_REMOVING))
		return false;
	gx_docker_begin_process(engine, c);
	gx_docker_checkpoint(engine, c);
	return true;
}
