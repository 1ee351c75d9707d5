/* Requests about files, volumes and images. */
#include <string.h>

#include "docker/internal.h"

/* The answer to a request about a volume or an image, which `other` names. */
static struct gx_docker_answer about(uint16_t other, unsigned status, enum gx_docker_code code)
{
	return gx_docker_give(
		(struct gx_docker_answer){.status = (uint16_t)status, .message = (uint16_t)code, .other = other});
}

static struct gx_docker_answer refuse(uint16_t other, enum gx_docker_code code)
{
	return about(other, gx_docker_code_status(code, GX_DOCKER_E28), code);
}

/* The step of a one-step request about a volume or image; true if a fault strikes. */
static bool strikes(struct gx_docker *engine, unsigned label, unsigned access, enum gx_docker_class class,
		    uint16_t name, struct gx_docker_answer *answer)
{
	struct gx_docker_request request = gx_docker_request(engine, gx_docker_by_name(GX_DOCKER_NO_NAME));

	gx_docker_step_on(engine, label, access, class, name);
	return gx_docker_struck(&request, label, name, answer);
}

struct gx_docker_answer gx_docker_put_archive(struct gx_docker *engine, struct gx_docker_ref ref, uint64_t token,
					      uint32_t version)
{
	struct gx_docker_request request = gx_docker_request(engine, ref);
	struct gx_docker_answer answer;
	const struct gx_docker_container *c;
	struct gx_docker_volume *v;

	c = gx_docker_arrive(&request, GX_L_DOCKER_ARCHIVE_PUT, GX_WRITE, GX_DOCKER_NO_SUCH_CONTAINER, &answer);
	if (!c)
		return answer;
	v = c->volumes[0] ? gx_docker_find_volume(engine, c->volumes[0]) : NULL;
	if (!v)
		return gx_docker_refuse(&request, GX_DOCKER_NO_FILE);
	if (token)
		v->token = token;
	v->version = version;
	return gx_docker_done(&request, 200);
}

uint64_t gx_docker_read_token(struct gx_docker *engine, uint64_t id)
{
	struct gx_docker_request request = gx_docker_request(engine, gx_docker_by_id(id));
	const struct gx_docker_container *c;

	gx_docker_step_if(&request, GX_L_DOCKER_ARCHIVE_GET, GX_READ, NULL);
	c = gx_docker_find(engine, id);
	return c && c->volumes[0] ? gx_docker_peek_token(engine, c->volumes[0]) : 0;
}

struct gx_docker_answer gx_docker_volume_create(struct gx_docker *engine, uint16_t volume)
{
	struct gx_docker_answer answer;

	if (strikes(engine, GX_L_DOCKER_VOLUME_CREATE, GX_WRITE, GX_DOCKER_CLASS_WORKSPACE, volume, &answer))
		return answer;
	if (strlen(gx_docker_name(volume)) < 2)
		return refuse(volume, GX_DOCKER_VOLUME_SHORT_NAME);
	if (!gx_docker_name_is_valid(volume) || gx_docker_name_plain(volume) != volume)
		return refuse(volume, GX_DOCKER_VOLUME_BAD_NAME);
	if (!gx_docker_make_volume(engine, volume))
		return refuse(volume, GX_DOCKER_VOLUMES_FULL);
	return about(volume, 201, GX_DOCKER_SAID_NOTHING);
}

struct gx_docker_answer gx_docker_volume_inspect(struct gx_docker *engine, uint16_t volume)
{
	struct gx_docker_answer answer;

	if (strikes(engine, GX_L_DOCKER_VOLUME_INSPECT, GX_READ, GX_DOCKER_CLASS_WORKSPACE, volume, &answer))
		return answer;
	if (!gx_docker_find_volume(engine, volume))
		return refuse(volume, GX_DOCKER_NO_SUCH_VOLUME);
	return about(volume, 200, GX_DOCKER_SAID_NOTHING);
}

/* Force hides a missing volume and nothing else: it fails while any container names it, one that never ran included. */
struct gx_docker_answer gx_docker_volume_remove(struct gx_docker *engine, uint16_t volume, bool force)
{
	const struct gx_docker_container *user;
	struct gx_docker_volume *v;
	struct gx_docker_answer answer;

	if (strikes(engine, GX_L_DOCKER_VOLUME_REMOVE, GX_WRITE, GX_DOCKER_CLASS_WORKSPACE, volume, &answer))
		return answer;
	v = gx_docker_find_volume(engine, volume);
	if (!v)
		return force ? about(volume, 204, GX_DOCKER_SAID_NOTHING) : refuse(volume, GX_DOCKER_NO_SUCH_VOLUME);
	user = gx_docker_user_of(engine, volume);
	if (user)
		return gx_docker_give((struct gx_docker_answer){.status = 409,
								.message = GX_DOCKER_VOLUME_IN_USE,
								.other = volume,
								.container = user->id});
	gx_docker_erase_volume(engine, v);
	return about(volume, 204, GX_DOCKER_SAID_NOTHING);
}

struct gx_docker_answer gx_docker_volume_write_token(struct gx_docker *engine, uint16_t volume, uint64_t token)
{
	struct gx_docker_volume *v;
	struct gx_docker_answer answer;

	if (strikes(engine, GX_L_DOCKER_VOLUME_WRITE, GX_WRITE, GX_DOCKER_CLASS_WORKSPACE, volume, &answer))
		return answer;
	v = gx_docker_make_volume(engine, volume);
	if (!v)
		return refuse(volume, GX_DOCKER_VOLUMES_FULL);
	v->token = token;
	return about(volume, 200, GX_DOCKER_SAID_NOTHING);
}

/* A write, too: binding a volume makes it. */
struct gx_docker_answer gx_docker_volume_read_token(struct gx_docker *engine, uint16_t volume, uint64_t *token)
{
	struct gx_docker_volume *v;
	struct gx_docker_answer answer;

	*token = 0;
	if (strikes(engine, GX_L_DOCKER_VOLUME_READ, GX_READ | GX_WRITE, GX_DOCKER_CLASS_WORKSPACE, volume, &answer))
		return answer;
	v = gx_docker_make_volume(engine, volume);
	if (!v)
		return refuse(volume, GX_DOCKER_VOLUMES_FULL);
	*token = v->token;
	return about(volume, 200, GX_DOCKER_SAID_NOTHING);
}

struct gx_docker_answer gx_docker_image_inspect(struct gx_docker *engine, uint16_t image)
{
	struct gx_docker_answer answer;

	if (strikes(engine, GX_L_DOCKER_IMAGE_INSPECT, GX_READ, GX_DOCKER_CLASS_IMAGE, image, &answer))
		return answer;
	if (!gx_docker_has_image(engine, image))
		return refuse(image, GX_DOCKER_IMAGE_UNKNOWN);
	return about(image, 200, GX_DOCKER_SAID_NOTHING);
}

struct gx_docker_answer gx_docker_image_pull(struct gx_docker *engine, uint16_t image)
{
	struct gx_docker_answer answer;

	if (strikes(engine, GX_L_DOCKER_IMAGE_PULL, GX_WRITE, GX_DOCKER_CLASS_IMAGE, image, &answer))
		return answer;
	if (!gx_docker_make_image(engine, image))
		return refuse(image, GX_DOCKER_IMAGES_FULL);
	return about(image, 200, GX_DOCKER_SAID_NOTHING);
}
