/* The engine's tables: set-up, looking without asking, insertion and removal in canonical order. */
#include <string.h>

#include "core/footprint.h"
#include "core/status.h"
#include "docker/internal.h"

/* Where a table is nearly full, who comes first matters, across workspaces. */
static void touch_room(unsigned count, unsigned most)
{
	enum { NEARLY = 4 };

	if (count + NEARLY >= most)
		gx_touch(gx_object(GX_DOCKER_CLASS_ROOM, 0), GX_READ | GX_WRITE);
}

void gx_docker_touch_id(uint64_t id, unsigned access)
{
	gx_touch(gx_object(GX_DOCKER_CLASS_ID, (uint32_t)(id ^ id >> 32)), access);
}

void gx_docker_init(struct gx_docker *engine, const struct gx_docker_hooks *hooks, enum gx_docker_version version,
		    unsigned options)
{
	memset(engine, 0, sizeof(*engine));
	engine->hooks = hooks;
	engine->version = (uint8_t)version;
	engine->options = (uint8_t)options;
}

struct gx_docker_container *gx_docker_find(struct gx_docker *engine, uint64_t id)
{
	for (unsigned i = 0; i < engine->container_count; i++)
		if (engine->containers[i].id == id)
			return &engine->containers[i];
	return NULL;
}

struct gx_docker_container *gx_docker_holder(struct gx_docker *engine, uint16_t plain_name)
{
	for (unsigned i = 0; plain_name && i < engine->container_count; i++)
		if (engine->containers[i].name == plain_name || engine->containers[i].old_name == plain_name)
			return &engine->containers[i];
	return NULL;
}

struct gx_docker_container *gx_docker_insert(struct gx_docker *engine, uint64_t id, const struct gx_docker_spec *spec)
{
	struct gx_docker_container *c = engine->containers;

	touch_room(engine->container_count, GX_DOCKER_CONTAINERS_MAX);
	if (engine->container_count == GX_DOCKER_CONTAINERS_MAX)
		return NULL;
	while (c < engine->containers + engine->container_count && c->id < id)
		c++;
	gx_docker_touch_id(id, GX_WRITE);
	memmove(c + 1, c, (size_t)(engine->containers + engine->container_count - c) * sizeof(*c));
	engine->container_count++;
	*c = (struct gx_docker_container){
		.id = id,
		.label = spec->label,
		.name = gx_docker_name_plain(spec->name),
		.made_by = spec->made_by,
		.flawed = spec->flawed,
		.workspace = spec->workspace,
		.stage = GX_DOCKER_RESERVED,
		.traits = spec->traits,
		.flaw = spec->flaw,
	};
	memcpy(c->volumes, spec->volumes, sizeof(c->volumes));
	return c;
}

void gx_docker_erase(struct gx_docker *engine, struct gx_docker_container *container)
{
	struct gx_docker_container *last = engine->containers + --engine->container_count;

	touch_room(engine->container_count, GX_DOCKER_CONTAINERS_MAX);
	gx_docker_touch_id(container->id, GX_WRITE);
	memmove(container, container + 1, (size_t)(last - container) * sizeof(*container));
	memset(last, 0, sizeof(*last));
}

bool gx_docker_make_volumes(struct gx_docker *engine, const struct gx_docker_container *container)
{
	for (unsigned i = 0; i < GX_DOCKER_MOUNTS_MAX; i++)
		if (container->volumes[i] && !gx_docker_make_volume(engine, container->volumes[i]))
			return false;
	return true;
}

struct gx_docker_volume *gx_docker_find_volume(struct gx_docker *engine, uint16_t volume)
{
	for (unsigned i = 0; i < engine->volume_count; i++)
		if (engine->volumes[i].name == volume)
			return &engine->volumes[i];
	return NULL;
}

struct gx_docker_volume *gx_docker_make_volume(struct gx_docker *engine, uint16_t volume)
{
	struct gx_docker_volume *v = gx_docker_find_volume(engine, volume);

	if (v)
		return v;
	touch_room(engine->volume_count, GX_DOCKER_VOLUMES_MAX);
	if (engine->volume_count == GX_DOCKER_VOLUMES_MAX)
		return NULL;
	for (v = engine->volumes; v < engine->volumes + engine->volume_count && v->name < volume;)
		v++;
	memmove(v + 1, v, (size_t)(engine->volumes + engine->volume_count - v) * sizeof(*v));
	engine->volume_count++;
	*v = (struct gx_docker_volume){.name = volume};
	return v;
}

void gx_docker_erase_volume(struct gx_docker *engine, struct gx_docker_volume *volume)
{
	struct gx_docker_volume *last = engine->volumes + --engine->volume_count;

	touch_room(engine->volume_count, GX_DOCKER_VOLUMES_MAX);
	memmove(volume, volume + 1, (size_t)(last - volume) * sizeof(*volume));
	memset(last, 0, sizeof(*last));
}

const struct gx_docker_container *gx_docker_user_of(const struct gx_docker *engine, uint16_t volume)
{
	for (unsigned i = 0; i < engine->container_count; i++)
		for (unsigned k = 0; k < GX_DOCKER_MOUNTS_MAX; k++)
			if (engine->containers[i].volumes[k] == volume)
				return &engine->containers[i];
	return NULL;
}

bool gx_docker_has_image(const struct gx_docker *engine, uint16_t image)
{
	for (unsigned i = 0; i < engine->image_count; i++)
		if (engine->images[i] == image)
			return true;
	return false;
}

bool gx_docker_make_image(struct gx_docker *engine, uint16_t image)
{
	unsigned i;

	if (gx_docker_has_image(engine, image))
		return true;
	if (engine->image_count == GX_DOCKER_IMAGES_MAX)
		return false;
	for (i = engine->image_count++; i > 0 && engine->images[i - 1] > image; i--)
		engine->images[i] = engine->images[i - 1];
	engine->images[i] = image;
	return true;
}

void gx_docker_place(struct gx_docker *engine, uint64_t id, const struct gx_docker_spec *spec,
		     enum gx_docker_status status)
{
	struct gx_docker_container *c;

	GX_ASSERT(id && !gx_docker_find(engine, id));
	GX_ASSERT(!gx_docker_holder(engine, gx_docker_name_plain(spec->name)));
	GX_ASSERT(status == GX_DOCKER_CREATED || status == GX_DOCKER_RUNNING || status == GX_DOCKER_EXITED);
	c = gx_docker_insert(engine, id, spec);
	GX_ASSERT(c && gx_docker_make_volumes(engine, c));
	c->stage = GX_DOCKER_REGISTERED;
	if (status != GX_DOCKER_CREATED)
		c->flags = GX_DOCKER_F_STARTED;
	if (status == GX_DOCKER_RUNNING)
		c->flags |= GX_DOCKER_F_RUNNING;
	c->listed = (uint8_t)status;
}

void gx_docker_place_volume(struct gx_docker *engine, uint16_t volume, uint64_t token, uint32_t version)
{
	struct gx_docker_volume *v = gx_docker_make_volume(engine, volume);

	GX_ASSERT(v);
	v->token = token;
	v->version = version;
}

void gx_docker_place_image(struct gx_docker *engine, uint16_t image)
{
	bool placed = gx_docker_make_image(engine, image);

	GX_ASSERT(placed);
}

const struct gx_docker_container *gx_docker_peek(const struct gx_docker *engine, uint64_t id)
{
	gx_docker_touch_id(id, GX_READ);
	for (unsigned i = 0; i < engine->container_count; i++)
		if (engine->containers[i].id == id && engine->containers[i].stage != GX_DOCKER_GONE)
			return &engine->containers[i];
	return NULL;
}

const struct gx_docker_container *gx_docker_peek_name(const struct gx_docker *engine, uint16_t name)
{
	uint16_t plain = gx_docker_name_plain(name);

	for (unsigned i = 0; plain && i < engine->container_count; i++)
		if (engine->containers[i].name == plain || engine->containers[i].old_name == plain)
			return &engine->containers[i];
	return NULL;
}

uint64_t gx_docker_peek_token(const struct gx_docker *engine, uint16_t volume)
{
	for (unsigned i = 0; i < engine->volume_count; i++)
		if (engine->volumes[i].name == volume)
			return engine->volumes[i].token;
	return 0;
}

/* The order of the tests is the engine's: a container that is being force-removed says "running" until its process has gone. */
enum gx_docker_status gx_docker_state_of(const struct gx_docker_container *container)
{
	unsigned flags = container->flags;

	if (flags & GX_DOCKER_F_RUNNING) {
		if (flags & GX_DOCKER_F_PAUSED)
			return GX_DOCKER_PAUSED;
		return flags & GX_DOCKER_F_RESTARTING ? GX_DOCKER_RESTARTING : GX_DOCKER_RUNNING;
	}
	if (flags & GX_DOCKER_F_REMOVING)
		return GX_DOCKER_REMOVING;
	if (flags & GX_DOCKER_F_DEAD)
		return GX_DOCKER_DEAD;
	return flags & GX_DOCKER_F_STARTED ? GX_DOCKER_EXITED : GX_DOCKER_CREATED;
}

bool gx_docker_executes(const struct gx_docker_container *container)
{
	return gx_docker_state_of(container) == GX_DOCKER_RUNNING;
}
