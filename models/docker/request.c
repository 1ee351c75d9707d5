/* What all requests have in common: their points, their look-ups, their answers, and the labels of both. */
#include "docker/internal.h"

static const char *const labels[] = {
	"docker.create.reserve", "docker.create.register",
	"docker.start.check",    "docker.start",
	"docker.start.finish",   "docker.stop",
	"docker.stop.exit",      "docker.kill",
	"docker.remove.lookup",  "docker.remove.mark",
	"docker.remove.kill",    "docker.remove.deregister",
	"docker.remove.release", "docker.pause",
	"docker.unpause",        "docker.inspect",
	"docker.exec",           "docker.list",
	"docker.rename.reserve", "docker.rename.release",
	"docker.wait",           "docker.wait.done",
	"docker.archive.put",    "docker.archive.get",
	"docker.volume.create",  "docker.volume.inspect",
	"docker.volume.remove",  "docker.volume.write",
	"docker.volume.read",    "docker.image.inspect",
	"docker.image.pull",     "docker.exit",
	"docker.respawn",        "docker.answer",
};

_Static_assert(sizeof(labels) / sizeof(*labels) == GX_L_DOCKER_END - GX_LABELS_DOCKER, "a label has no name");

void gx_docker_register_labels(void)
{
	gx_labels_register(GX_LABELS_DOCKER, labels, sizeof(labels) / sizeof(*labels));
}

static uint64_t object(const struct gx_docker *engine, enum gx_docker_class class, uint16_t name)
{
	if (engine->options & GX_DOCKER_ONE_OBJECT)
		return (uint64_t)GX_DOCKER_CLASS_WORKSPACE << 32;
	return (uint64_t) class << 32 | gx_docker_name_leader(name);
}

const char *gx_docker_object_name(uint64_t number)
{
	const char *name = gx_docker_name((uint16_t)number);

	return *name ? name : "docker";
}

static void park(const struct gx_docker *engine, const struct gx_op *op)
{
	struct gx_op with_faults;

	if (!engine->hooks || !engine->hooks->alternatives) {
		gx_point(op);
		return;
	}
	with_faults = *op;
	with_faults.alternatives = engine->hooks->alternatives;
	gx_point(&with_faults);
}

/* A look-up by the path of a request: needs the name table and the store, so a reserved or deregistered container is not found. */
static struct gx_docker_container *look_up(struct gx_docker *engine, struct gx_docker_ref ref)
{
	struct gx_docker_container *c;

	c = ref.id ? gx_docker_find(engine, ref.id) : gx_docker_holder(engine, gx_docker_name_plain(ref.name));
	return c && c->stage == GX_DOCKER_REGISTERED ? c : NULL;
}

struct gx_docker_container *gx_docker_held(struct gx_docker_request *request)
{
	struct gx_docker_container *c = gx_docker_find(request->engine, request->id);

	return c && c->stage != GX_DOCKER_GONE ? c : NULL;
}

/* The name that says what a request by id is about; an unnamed container is known by its volume. */
static uint16_t subject_name(struct gx_docker_request *request)
{
	const struct gx_docker_container *c;

	if (request->given.name)
		return request->given.name;
	gx_docker_touch_id(request->id ? request->id : request->given.id, GX_READ);
	c = gx_docker_find(request->engine, request->id ? request->id : request->given.id);
	if (!c)
		return GX_DOCKER_NO_NAME;
	return c->name ? c->name : c->volumes[0];
}

static bool is_unlocked(const struct gx_task *task)
{
	struct gx_docker_request *request = task->op.subject;
	const struct gx_docker_container *c;

	c = request->id ? gx_docker_find(request->engine, request->id) : look_up(request->engine, request->given);
	return !c || !(c->flags & GX_DOCKER_F_LOCKED);
}

void gx_docker_step_if(struct gx_docker_request *request, unsigned label, unsigned access, gx_ready_fn *ready)
{
	uint16_t name = subject_name(request);

	park(request->engine, &(struct gx_op){
				      .label = (uint16_t)label,
				      .access = (uint8_t)access,
				      .detail = name,
				      .object = object(request->engine, GX_DOCKER_CLASS_WORKSPACE, name),
				      .ready = ready,
				      .subject = ready ? request : NULL,
				      .deadline = GX_FOREVER,
			      });
}

void gx_docker_step(struct gx_docker_request *request, unsigned label, unsigned access)
{
	gx_docker_step_if(request, label, access, request->engine->options & GX_DOCKER_LOCKS ? is_unlocked : NULL);
}

void gx_docker_step_on(struct gx_docker *engine, unsigned label, unsigned access, enum gx_docker_class class,
		       uint16_t name)
{
	park(engine, &(struct gx_op){
			     .label = (uint16_t)label,
			     .access = (uint8_t)access,
			     .detail = name,
			     .object = object(engine, class, name),
			     .deadline = GX_FOREVER,
		     });
}

struct gx_docker_answer gx_docker_draft(const struct gx_docker_request *request, unsigned status,
					enum gx_docker_code code)
{
	return (struct gx_docker_answer){
		.status = (uint16_t)status,
		.message = (uint16_t)code,
		.name = request->given.name,
		.container = request->id ? request->id : request->given.id,
	};
}

struct gx_docker_answer gx_docker_give(struct gx_docker_answer answer)
{
	gx_emit_extra(GX_L_DOCKER_ANSWER, answer.status,
		      answer.message | (uint64_t)answer.name << 16 | (uint64_t)answer.other << 32 |
			      (uint64_t)answer.number << 48,
		      answer.container);
	return answer;
}

struct gx_docker_answer gx_docker_done(const struct gx_docker_request *request, unsigned status)
{
	return gx_docker_give(gx_docker_draft(request, status, GX_DOCKER_SAID_NOTHING));
}

struct gx_docker_answer gx_docker_refuse(const struct gx_docker_request *request, enum gx_docker_code code)
{
	enum gx_docker_version version = (enum gx_docker_version)request->engine->version;

	return gx_docker_give(gx_docker_draft(request, gx_docker_code_status(code, version), code));
}

bool gx_docker_struck(struct gx_docker_request *request, unsigned label, uint16_t name, struct gx_docker_answer *answer)
{
	const struct gx_docker_hooks *hooks = request->engine->hooks;
	unsigned status = hooks && hooks->fault ? hooks->fault(hooks->context, label, name) : 0;

	if (status)
		*answer = gx_docker_give(gx_docker_draft(request, status, GX_DOCKER_FAULT));
	return status != 0;
}

struct gx_docker_container *gx_docker_arrive(struct gx_docker_request *request, unsigned label, unsigned access,
					     enum gx_docker_code missing, struct gx_docker_answer *answer)
{
	struct gx_docker_container *c;

	gx_docker_step(request, label, access);
	if (gx_docker_struck(request, label, subject_name(request), answer))
		return NULL;
	c = look_up(request->engine, request->given);
	if (c)
		request->id = c->id;
	else
		*answer = gx_docker_refuse(request, missing);
	return c;
}
