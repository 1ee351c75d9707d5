/*
 * legs.c - STOP and PROV, step by step as domain.md section 3 tells them, in the Docker form.
 *
 *     STOP        delete(full name, force), then the legacy name; errors are ignored by restarts
 *     P1  P3 P4 P5  P6 P7  P9  P10  P11  P12  P13  P14  P15   or FAIL
 *
 * P2's probe of the config is one look at the volume; P8 is for one runtime only and left out. P12 stands before P13, as after #1877.
 */
#include "core/task.h"
#include "service/labels.h"
#include "service/service.h"

struct cycle {
	const struct gx_request *request;
	unsigned index;
	struct gx_workspace *row;
	struct gx_docker *docker;
	uint16_t secrets;
	uint64_t token;     /* P4's; 0: minting was skipped */
	uint64_t container; /* P11's */
};

static struct cycle cycle_of(const struct gx_request *request, unsigned index)
{
	return (struct cycle){.request = request,
			      .index = index,
			      .row = &gx_service()->workspaces[index],
			      .docker = gx_places->docker};
}

static void fact(const struct cycle *c, enum gx_fact label, uint64_t value)
{
	gx_emit_extra(label, (uint16_t)c->request->id, c->index, value);
}

/* FAIL: no guard on the status that it overwrites. */
static void fail(const struct cycle *c)
{
	gx_event_insert(c->index);
	gx_row_write(c->row, c->index, GX_ROW_FAILED, false);
}

/* ---- STOP ---- */

/* Each helper that asks the engine is a frame of its own: answers must not stay behind in a live frame, where they are hashed. */
static bool __attribute__((noinline)) remove_by_name(const struct cycle *c, uint16_t name)
{
	struct gx_docker_answer answer = gx_docker_remove(c->docker, gx_docker_by_name(name), true);

	return !gx_docker_says_gone(&answer);
}

static void stop_containers(const struct cycle *c)
{
	bool removed = remove_by_name(c, gx_places->name[c->index]);

	gx_scrub_stack();
	if (!removed)
		remove_by_name(c, gx_places->legacy[c->index]);
	gx_scrub_stack();
}

enum { WAIT_PROVISIONING_S = 10 };

/* A2's re-read: is there something to restart? */
static bool still_wanted(const struct cycle *c)
{
	enum gx_row_status status = gx_row_read(c->row, c->index);

	if (status == GX_ROW_NONE || status == GX_ROW_REMOVED || status == GX_ROW_PAUSED || status == GX_ROW_HIBERNATED)
		return false;
	if (status == GX_ROW_PROVISIONING)
		gx_sleep(GX_L_WAIT_PROVISIONING, WAIT_PROVISIONING_S * 1000000000ull);
	return true;
}

enum gx_leg_result gx_leg_stop(const struct gx_request *request, unsigned workspace)
{
	struct cycle c = cycle_of(request, workspace);
	bool programmatic = request->origin == GX_PROGRAMMATIC || request->origin == GX_AFTER_MUTATION;

	if (!c.row->backend) {
		fail(&c);
		return GX_LEG_FAILED;
	}
	if (programmatic && !still_wanted(&c))
		return GX_LEG_SKIPPED;
	stop_containers(&c);
	if (programmatic) {
		gx_keys_clear(c.row, c.index);
		gx_row_write(c.row, c.index, GX_ROW_PROVISIONING, true);
	}
	return GX_LEG_DONE;
}

/* ---- PROV ---- */

/* P1, P2. */
static void __attribute__((noinline)) gather(struct cycle *c)
{
	c->secrets = gx_secrets_read(c->row, c->index, c->request->id);
	fact(c, GX_F_PROVISION_BEGIN, 0);
	gx_docker_volume_inspect(c->docker, gx_places->volume[c->index]);
}

/* P3 to P5: two statements and a helper container, no transaction around them (S6, S8). */
static void __attribute__((noinline)) mint(struct cycle *c)
{
	gx_tokens_revoke(c->row, c->index, c->request->id);
	c->token = gx_tokens_mint(c->row, c->index, c->request->id, 0);
	if (!c->token)
		return;
	gx_docker_volume_write_token(c->docker, gx_places->volume[c->index], c->token);
	fact(c, GX_F_TOKEN_WRITE, c->token);
}

/* P6, P7. */
static void __attribute__((noinline)) prepare(const struct cycle *c)
{
	gx_row_inbound(c->index);
	gx_docker_volume_create(c->docker, gx_places->volume[c->index]);
}

/* P10. */
static void __attribute__((noinline)) fetch_image(const struct cycle *c)
{
	struct gx_docker_answer answer = gx_docker_image_inspect(c->docker, gx_places->image);

	if (gx_docker_is_error(&answer))
		gx_docker_image_pull(c->docker, gx_places->image); /* a failure falls through to create */
}

/* P11. */
static bool __attribute__((noinline)) create(struct cycle *c)
{
	struct gx_docker_spec spec = {
		.label = c->secrets,
		.name = gx_places->name[c->index],
		.image = gx_places->image,
		.volumes = {gx_places->volume[c->index]},
		.made_by = (uint16_t)c->request->id,
		.workspace = (uint8_t)c->index,
		.traits = GX_DOCKER_UNLESS_STOPPED,
	};
	struct gx_docker_answer answer = gx_docker_create(c->docker, &spec);

	if (answer.message == GX_DOCKER_NAME_IN_USE)
		fact(c, GX_F_NAME_CONFLICT, answer.container);
	if (gx_docker_is_error(&answer))
		return false;
	c->container = answer.container;
	fact(c, GX_F_CONTAINER_MADE, c->container);
	return true;
}

/* P12. */
static bool __attribute__((noinline)) put_files(const struct cycle *c)
{
	struct gx_docker_answer answer =
		gx_docker_put_archive(c->docker, gx_docker_by_id(c->container), c->token, c->secrets);

	if (gx_docker_is_error(&answer))
		return false;
	if (c->token)
		fact(c, GX_F_TOKEN_WRITE, c->token);
	return true;
}

/* P13. */
static bool __attribute__((noinline)) start(const struct cycle *c)
{
	struct gx_docker_answer answer = gx_docker_start(c->docker, gx_docker_by_id(c->container));

	if (gx_docker_is_error(&answer))
		return false;
	fact(c, GX_F_CONTAINER_STARTED, c->container);
	return true;
}

enum { PORT_LOOKS = 4, PORT_WAIT_MS = 500 };

/* P14: a container that runs has its port; one that is gone never will. */
static bool __attribute__((noinline)) has_port(const struct cycle *c, bool *gone)
{
	struct gx_docker_answer answer = gx_docker_inspect(c->docker, gx_docker_by_id(c->container));

	*gone = gx_docker_is_error(&answer);
	return !*gone && answer.state == GX_DOCKER_RUNNING;
}

static void __attribute__((noinline)) wait_for_port(const struct cycle *c)
{
	bool gone;

	for (unsigned i = 0; i < PORT_LOOKS; i++) {
		if (has_port(c, &gone) || gone)
			return;
		if (i + 1 < PORT_LOOKS)
			gx_sleep(GX_L_PORT_WAIT, PORT_WAIT_MS * 1000000ull);
	}
}

/* The error path of P12 and P13: delete(id, force), its error ignored. */
static void __attribute__((noinline)) discard(const struct cycle *c)
{
	gx_docker_remove(c->docker, gx_docker_by_id(c->container), true);
}

static bool provision(struct cycle *c)
{
	gather(c);
	mint(c);
	prepare(c);
	remove_by_name(c, gx_places->name[c->index]); /* P9: whatever it answers */
	gx_scrub_stack();                             /* ... makes no difference from here on */
	fetch_image(c);
	gx_scrub_stack();
	if (!create(c))
		return false;
	gx_scrub_stack();
	if (!put_files(c) || !start(c)) {
		discard(c);
		return false;
	}
	gx_scrub_stack();
	wait_for_port(c);
	gx_scrub_stack();
	gx_row_url(c->row, c->index); /* P15: no look whether it is still current (S24) */
	gx_url_cache(c->row, c->index);
	return true;
}

enum gx_leg_result gx_leg_start(const struct gx_request *request, unsigned workspace)
{
	struct cycle c = cycle_of(request, workspace);
	bool ok;

	if (!c.row->backend) {
		fail(&c);
		return GX_LEG_FAILED;
	}
	ok = provision(&c);
	c.container = c.token = 0; /* where it failed makes no difference to what comes */
	gx_scrub_stack();
	if (!ok)
		fail(&c);
	fact(&c, GX_F_PROVISION_END, ok);
	return ok ? GX_LEG_DONE : GX_LEG_FAILED;
}
