/*
 * internal.h - what the engine's files share among themselves.
 *
 *     containers.c, lifecycle.c, storage.c   the requests
 *     request.c                              points, look-ups, answers
 *     tables.c                               containers, volumes, images: sorted, closed up, zero behind the last
 */
#ifndef GX_DOCKER_INTERNAL_H
#define GX_DOCKER_INTERNAL_H

#include "docker/engine.h"

/* A request on its way through its points. Lies on the stack of the task that makes it; ready predicates look at it. */
struct gx_docker_request {
	struct gx_docker *engine;
	struct gx_docker_ref given; /* as in the path */
	uint64_t id;                /* once looked up: what the engine holds a pointer to */
	uint8_t condition;          /* wait: enum gx_docker_condition */
	uint8_t exits;              /* wait, stop: the container's count when they began to wait */
	uint8_t was_dead;           /* wait: it was dead already */
	uint8_t pad[5];
};

static inline struct gx_docker_request gx_docker_request(struct gx_docker *engine, struct gx_docker_ref ref)
{
	return (struct gx_docker_request){.engine = engine, .given = ref};
}

/* ---- tables.c ---- */

/* An id is looked up outside of a point, to name the object of the next op; its coming and going, and its name, are an object. */
void gx_docker_touch_id(uint64_t id, unsigned access);

struct gx_docker_container *gx_docker_find(struct gx_docker *engine, uint64_t id); /* any stage */
struct gx_docker_container *gx_docker_holder(struct gx_docker *engine, uint16_t plain_name);
/* NULL when the table is full. */
struct gx_docker_container *gx_docker_insert(struct gx_docker *engine, uint64_t id, const struct gx_docker_spec *spec);
void gx_docker_erase(struct gx_docker *engine, struct gx_docker_container *container);
bool gx_docker_make_volumes(struct gx_docker *engine, const struct gx_docker_container *container);

struct gx_docker_volume *gx_docker_find_volume(struct gx_docker *engine, uint16_t volume);
/* Find or make it; NULL when the table is full. */
struct gx_docker_volume *gx_docker_make_volume(struct gx_docker *engine, uint16_t volume);
void gx_docker_erase_volume(struct gx_docker *engine, struct gx_docker_volume *volume);
/* The first container that names a volume, or NULL. */
const struct gx_docker_container *gx_docker_user_of(const struct gx_docker *engine, uint16_t volume);

bool gx_docker_has_image(const struct gx_docker *engine, uint16_t image);
bool gx_docker_make_image(struct gx_docker *engine, uint16_t image); /* false when the table is full */

/* ---- request.c ---- */

/* Publish the next step of a request that concerns a container and park. With GX_DOCKER_LOCKS it waits for the container's lock. */
void gx_docker_step(struct gx_docker_request *request, unsigned label, unsigned access);
/* The same whatever the lock: its holder, lists, processes. `ready` may be NULL. */
void gx_docker_step_if(struct gx_docker_request *request, unsigned label, unsigned access, gx_ready_fn *ready);
/* A step that concerns a volume or an image, by its name. */
void gx_docker_step_on(struct gx_docker *engine, unsigned label, unsigned access, enum gx_docker_class class,
		       uint16_t name);

/* The container that a pointer taken by an earlier step leads to: by id, also when deregistered; NULL once the name is released. */
struct gx_docker_container *gx_docker_held(struct gx_docker_request *request);

/*
 * The first step of most requests: park, ask for a fault, look the container up. NULL and *answer when that ends the request;
 * `missing` is the code for a container that is not there.
 */
struct gx_docker_container *gx_docker_arrive(struct gx_docker_request *request, unsigned label, unsigned access,
					     enum gx_docker_code missing, struct gx_docker_answer *answer);

/* True if a fault of the scenario strikes: *answer is complete. */
bool gx_docker_struck(struct gx_docker_request *request, unsigned label, uint16_t name,
		      struct gx_docker_answer *answer);

/* An answer about the request's container, not yet given. */
struct gx_docker_answer gx_docker_draft(const struct gx_docker_request *request, unsigned status,
					enum gx_docker_code code);
/* Give it: emits the fact. */
struct gx_docker_answer gx_docker_give(struct gx_docker_answer answer);
/* Both; for errors the status follows from the code. */
struct gx_docker_answer gx_docker_done(const struct gx_docker_request *request, unsigned status);
struct gx_docker_answer gx_docker_refuse(const struct gx_docker_request *request, enum gx_docker_code code);

/* ---- containers.c ---- */

/* The process begins; it has ended, killed, with this code. */
void gx_docker_begin_process(struct gx_docker *engine, struct gx_docker_container *container);
void gx_docker_end_process(struct gx_docker *engine, struct gx_docker_container *container, uint8_t exit_code);
/* Save to the replica that lists read. */
void gx_docker_checkpoint(struct gx_docker *engine, struct gx_docker_container *container);
/* Count an exit, for those who wait for the next one. */
void gx_docker_wake(struct gx_docker_container *container);
void gx_docker_add_waiter(struct gx_docker_request *request, struct gx_docker_container *container);
void gx_docker_drop_waiter(struct gx_docker *engine, struct gx_docker_container *container);

#endif
