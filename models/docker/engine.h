/*
 * engine.h - a fake Docker Engine: the engine's own steps, not one atomic answer per request.
 *
 *     create   reserve the name ── register                              between: create 409, look-up 404
 *     start    state test ── locked start                                several 204 for one start
 *     remove   look-up ── mark ── kill ── deregister ── release the name  between the last two: look-up 404, create 409
 *
 * From docker-engine-facts sections 1 to 4 and domain.md section 2: a name table, a store of containers, one lock per container,
 * a replica that lists read. Requests are functions, called from controlled tasks; each dash above is a scheduling point, and
 * what stands between two points needs no lock. So that nothing is remembered across a point, a container is looked up again
 * by its id after each.
 *
 * The state is plain data that starts as zeros and lies in the world's shared area. It is canonical: containers by id, volumes by
 * name, no holes, nothing that tells in which order independent things happened.
 *
 * A limit of the fake (GX_DOCKER_CONTAINERS_MAX, ...) is an answer, 500 with a message that says so.
 */
#ifndef GX_DOCKER_ENGINE_H
#define GX_DOCKER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "core/task.h"
#include "docker/messages.h"
#include "docker/names.h"

#define GX_DOCKER_CONTAINERS_MAX 12u
#define GX_DOCKER_VOLUMES_MAX    16u
#define GX_DOCKER_IMAGES_MAX     8u
#define GX_DOCKER_MOUNTS_MAX     3u

/* Labels of the ops, and of one fact. */
enum { GX_LABELS_DOCKER = 128 };
enum gx_docker_label {
	GX_L_DOCKER_CREATE_RESERVE = GX_LABELS_DOCKER,
	GX_L_DOCKER_CREATE_REGISTER,
	GX_L_DOCKER_START_CHECK,
	GX_L_DOCKER_START,
	GX_L_DOCKER_START_FINISH, /* GX_DOCKER_LOCKS only */
	GX_L_DOCKER_STOP,
	GX_L_DOCKER_STOP_EXIT,
	GX_L_DOCKER_KILL,
	GX_L_DOCKER_REMOVE_LOOKUP,
	GX_L_DOCKER_REMOVE_MARK,
	GX_L_DOCKER_REMOVE_KILL, /* if it runs */
	GX_L_DOCKER_REMOVE_DEREGISTER,
	GX_L_DOCKER_REMOVE_RELEASE,
	GX_L_DOCKER_PAUSE,
	GX_L_DOCKER_UNPAUSE,
	GX_L_DOCKER_INSPECT,
	GX_L_DOCKER_EXEC,
	GX_L_DOCKER_LIST,
	GX_L_DOCKER_RENAME_RESERVE,
	GX_L_DOCKER_RENAME_RELEASE, /* GX_DOCKER_LOCKS only */
	GX_L_DOCKER_WAIT,
	GX_L_DOCKER_WAIT_DONE,
	GX_L_DOCKER_ARCHIVE_PUT,
	GX_L_DOCKER_ARCHIVE_GET, /* the process reads its mounted file */
	GX_L_DOCKER_VOLUME_CREATE,
	GX_L_DOCKER_VOLUME_INSPECT,
	GX_L_DOCKER_VOLUME_REMOVE,
	GX_L_DOCKER_VOLUME_WRITE, /* a helper container */
	GX_L_DOCKER_VOLUME_READ,
	GX_L_DOCKER_IMAGE_INSPECT,
	GX_L_DOCKER_IMAGE_PULL,
	GX_L_DOCKER_EXIT,    /* a process ends by itself */
	GX_L_DOCKER_RESPAWN, /* the restart policy starts it again */
	GX_L_DOCKER_ANSWER,  /* fact, one per request: extra = status; object, value: see gx_docker_answer_of() */
	GX_L_DOCKER_END
};

/* Name them "docker.create.reserve" and so on. Before the first execution. */
void gx_docker_register_labels(void);

/*
 * Objects of the ops: class << 32 | leader of the name (names.h), 0 for the leader if it is not known (an id that no longer
 * exists). op.detail is the name itself. Look-ups are GX_READ, changes GX_WRITE. Beyond its op's object a request touches the image
 * that it creates a container from, and the room that is left where a table is nearly full (core/footprint.h).
 */
enum gx_docker_class {
	GX_DOCKER_CLASS_WORKSPACE = 0x80,
	GX_DOCKER_CLASS_IMAGE,
	GX_DOCKER_CLASS_ROOM,
	GX_DOCKER_CLASS_ID /* with 32 bits of a container's id: whether there is one, and its name */
};

/* The text for an op's object: the leader's name, "docker" if it has none. */
const char *gx_docker_object_name(uint64_t object);

/*
 * What the owner of the containers' processes is told, and what it may tell the engine. Called between two points, in the task that
 * made the request; they must not reach a point. Any of them may be NULL.
 */
struct gx_docker_hooks {
	void *context;
	/* The process of a container begins: a start, or the restart policy. */
	void (*started)(void *context, uint64_t container, uint16_t name);
	/*
	 * It was killed (kill, stop, remove with force): nothing of it may run on. Also for a container between two runs
	 * (restarting), whose task waits in gx_docker_exited(). Not for a process that ended by itself.
	 */
	void (*exited)(void *context, uint64_t container, uint16_t name);
	/* A removal has begun: the container is marked. */
	void (*removing)(void *context, uint64_t container, uint16_t name);
	/* kill, and stop before its grace, sent a signal other than SIGKILL. A process that ends of it calls gx_docker_exited(). */
	void (*signalled)(void *context, uint64_t container, uint16_t name, unsigned signal);
	/*
	 * Does a fault of the scenario strike here? Asked at the first step of each request, and at docker.create.register and
	 * docker.start; a status >= 400 fails the request there, as an engine does: nothing is left behind but what the request
	 * found, or, for docker.start, a created container. 0: no fault.
	 */
	unsigned (*fault)(void *context, unsigned label, uint16_t name);
	/* op.alternatives of every docker op, for owners whose faults are a choice of the schedule; read it in `fault`. */
	gx_alternatives_fn *alternatives;
};

/* Options. */
enum {
	/*
	 * Start and rename take time and hold the container's lock: one more point each, during which requests for that container
	 * wait and lists still show it as before. Without it both are one step, which hides nothing but the list's lag and
	 * what a process does before the answer to its start; it keeps ready predicates off the ops.
	 */
	GX_DOCKER_LOCKS = 1,
	/* One object for all docker ops. For scenarios in which somebody lists across workspaces or pulls images. */
	GX_DOCKER_ONE_OBJECT = 2
};

/* What a container has from its create. */
enum gx_docker_trait {
	GX_DOCKER_UNLESS_STOPPED = 1, /* restart policy; without it: no */
	GX_DOCKER_HANDLES_TERM = 2 /* its process ends on SIGTERM, code 0; without it stop has to kill it, code 137 */
};

/* What is wrong with it. */
enum gx_docker_flaw {
	GX_DOCKER_FLAWLESS,
	GX_DOCKER_FLAW_COMMAND, /* start: 400, not found, exit code 127 */
	GX_DOCKER_FLAW_DENIED,  /* start: 400, not executable, 126 */
	GX_DOCKER_FLAW_NETWORK, /* start: 404 (!), 128 */
	GX_DOCKER_FLAW_USER,    /* start: 500, 128 */
	GX_DOCKER_FLAW_FILES    /* remove: 500, and the container is dead */
};

/* The body of a create. */
struct gx_docker_spec {
	uint64_t label;                         /* the owner's */
	uint16_t name;                          /* GX_DOCKER_NO_NAME: unnamed, reached by id only */
	uint16_t image;                         /* GX_DOCKER_NO_NAME: from scratch, always there */
	uint16_t volumes[GX_DOCKER_MOUNTS_MAX]; /* the first one is mounted at /configs; made if missing */
	uint16_t made_by;                       /* the owner's: request */
	uint16_t flawed;   /* what the flaw is about: the command, the network, the user, the file */
	uint8_t workspace; /* the owner's */
	uint8_t traits;    /* enum gx_docker_trait bits */
	uint8_t flaw;      /* enum gx_docker_flaw */
};

enum gx_docker_stage {
	GX_DOCKER_RESERVED = 1, /* holds its name, unknown to look-ups and lists */
	GX_DOCKER_REGISTERED,
	GX_DOCKER_DEREGISTERED, /* holds its name, unknown to look-ups */
	GX_DOCKER_GONE          /* kept for those who wait for it, who take its exit code */
};

enum gx_docker_flag {
	GX_DOCKER_F_RUNNING = 1,
	GX_DOCKER_F_PAUSED = 2,
	GX_DOCKER_F_RESTARTING = 4,
	GX_DOCKER_F_DEAD = 8,
	GX_DOCKER_F_REMOVING = 16,
	GX_DOCKER_F_STARTED = 32, /* has been, once */
	GX_DOCKER_F_STOPPED = 64, /* by request: no policy starts it again */
	GX_DOCKER_F_LOCKED = 128
};

struct gx_docker_container {
	uint64_t id;
	uint64_t label;
	uint16_t name;
	uint16_t old_name; /* GX_DOCKER_LOCKS: the name that a rename has still to give back */
	uint16_t volumes[GX_DOCKER_MOUNTS_MAX];
	uint16_t made_by;
	uint16_t flawed;
	uint8_t workspace;
	uint8_t stage; /* enum gx_docker_stage */
	uint8_t flags; /* enum gx_docker_flag */
	uint8_t traits;
	uint8_t flaw;
	uint8_t listed; /* the replica: enum gx_docker_status that lists show */
	uint8_t error;  /* State.Error: enum gx_docker_code */
	uint8_t exit_code;
	uint8_t waiters; /* requests that wait for its exit or removal */
	uint8_t exits;   /* counted while there are waiters, else 0 */
};

struct gx_docker_volume {
	uint64_t token;   /* .auth_token; 0: no such file */
	uint32_t version; /* what the last archive said of the secrets */
	uint16_t name;
	uint16_t pad;
};

struct gx_docker {
	const struct gx_docker_hooks *hooks; /* or NULL; not in the world, lent for the life of the engine */
	uint8_t version;                     /* enum gx_docker_version: for the statuses that differ */
	uint8_t options;
	uint8_t container_count;
	uint8_t volume_count;
	uint8_t image_count;
	uint8_t pad[3];
	uint16_t images[GX_DOCKER_IMAGES_MAX]; /* ascending */
	struct gx_docker_container
		containers[GX_DOCKER_CONTAINERS_MAX];           /* by id; entries from container_count on are zero */
	struct gx_docker_volume volumes[GX_DOCKER_VOLUMES_MAX]; /* by name; the same */
};

_Static_assert(sizeof(struct gx_docker_container) == 40, "containers are copied and hashed at every step");
_Static_assert(sizeof(struct gx_docker) <= 1024, "so is the engine");

/* ---- set-up: no points ---- */

/* Zeroed bytes are an engine already: 28.5.2, no options, nobody to tell. */
void gx_docker_init(struct gx_docker *engine, const struct gx_docker_hooks *hooks, enum gx_docker_version version,
		    unsigned options);

/* A container that is there from the start: created, running or exited. `id` is the caller's, not 0. No hook is called. */
void gx_docker_place(struct gx_docker *engine, uint64_t id, const struct gx_docker_spec *spec,
		     enum gx_docker_status status);
void gx_docker_place_volume(struct gx_docker *engine, uint16_t volume, uint64_t token, uint32_t version);
void gx_docker_place_image(struct gx_docker *engine, uint16_t image);

/* ---- looking without asking: no points, any context ---- */

/* The container with this id, unless it is gone; NULL. The pointer is good until the next point. */
const struct gx_docker_container *gx_docker_peek(const struct gx_docker *engine, uint64_t id);
/* Who holds a name (reserved and deregistered ones included), or NULL. */
const struct gx_docker_container *gx_docker_peek_name(const struct gx_docker *engine, uint16_t name);
/* The token in a volume's file, 0 for none. */
uint64_t gx_docker_peek_token(const struct gx_docker *engine, uint16_t volume);
enum gx_docker_status gx_docker_state_of(const struct gx_docker_container *container);
/* True while its process executes: running, neither paused nor between two runs. */
bool gx_docker_executes(const struct gx_docker_container *container);

/* ---- requests: called from controlled tasks ---- */

/* The container of a request's path: a name or an id. */
struct gx_docker_ref {
	uint64_t id; /* 0: by name */
	uint16_t name;
};

static inline struct gx_docker_ref gx_docker_by_name(uint16_t name)
{
	return (struct gx_docker_ref){.name = name};
}

static inline struct gx_docker_ref gx_docker_by_id(uint64_t id)
{
	return (struct gx_docker_ref){.id = id};
}

/* 2 points. 201 with the new container, its id from gx_task_serial(); 400, 404 (image), 409, 500. `spec` must outlive the call. */
struct gx_docker_answer gx_docker_create(struct gx_docker *engine, const struct gx_docker_spec *spec);

/* 2 points. 204, 304, 404, 409, and what the flaws say. 204 does not mean that the container still exists. */
struct gx_docker_answer gx_docker_start(struct gx_docker *engine, struct gx_docker_ref ref);

/* 2 points: SIGTERM is sent, then the process has gone, killed if need be. 204, 304, 404. */
struct gx_docker_answer gx_docker_stop(struct gx_docker *engine, struct gx_docker_ref ref);

/* 1 point. SIGKILL (9) is over when 204 is answered; after another signal the process goes on until it acts on it. 204, 400, 404, 409. */
struct gx_docker_answer gx_docker_kill(struct gx_docker *engine, struct gx_docker_ref ref, unsigned signal);

/* 4 points, 5 if it runs. 204 (also if another removal was over between look-up and mark), 404, 409, 500 and the container is dead. */
struct gx_docker_answer gx_docker_remove(struct gx_docker *engine, struct gx_docker_ref ref, bool force);

/* 1 point each. An owner keeps a paused process from stepping: gx_docker_executes() in its ready predicate. */
struct gx_docker_answer gx_docker_pause(struct gx_docker *engine, struct gx_docker_ref ref);
struct gx_docker_answer gx_docker_unpause(struct gx_docker *engine, struct gx_docker_ref ref);

/* 1 point. 200 with container, state, number (exit code) and cause; 404. */
struct gx_docker_answer gx_docker_inspect(struct gx_docker *engine, struct gx_docker_ref ref);

/* 1 point. exec create and start of a short command, such as cat: 201, 404, 409. */
struct gx_docker_answer gx_docker_exec(struct gx_docker *engine, struct gx_docker_ref ref);

/* 1 point, 2 with GX_DOCKER_LOCKS. 204, 400, 404, 409. The new name must have the leader of the old one. */
struct gx_docker_answer gx_docker_rename(struct gx_docker *engine, struct gx_docker_ref ref, uint16_t new_name);

enum gx_docker_condition { GX_DOCKER_UNTIL_NOT_RUNNING, GX_DOCKER_UNTIL_NEXT_EXIT, GX_DOCKER_UNTIL_REMOVED };

/* 2 points: asked, and the condition holds. 200 with number (exit code) and cause; 404. The task must not be killed in between. */
struct gx_docker_answer gx_docker_wait(struct gx_docker *engine, struct gx_docker_ref ref,
				       enum gx_docker_condition condition);

/* 1 point. P12: unpack into /configs: writes .auth_token (0: the archive has none) and `version`. 200, 404 also if nothing is mounted there. */
struct gx_docker_answer gx_docker_put_archive(struct gx_docker *engine, struct gx_docker_ref ref, uint64_t token,
					      uint32_t version);

/* 1 point. The process of container `id` reads /configs/.auth_token; 0 for none. No request to the engine: it answers nothing. */
uint64_t gx_docker_read_token(struct gx_docker *engine, uint64_t id);

struct gx_docker_filter {
	const char *name; /* substring of the name; NULL: any */
	uint16_t leader;  /* only names with this leader; GX_DOCKER_NO_NAME: all, which needs GX_DOCKER_ONE_OBJECT */
	bool all;         /* also those that do not run */
};

struct gx_docker_entry {
	uint64_t container;
	uint16_t name;
	uint8_t state; /* enum gx_docker_status as the replica has it */
};

/*
 * 1 point. Fill up to `max` entries, by id (the engine's order is newest first); the answer's number says how many there are.
 * Reads the replica and never waits. 200.
 */
struct gx_docker_answer gx_docker_list(struct gx_docker *engine, const struct gx_docker_filter *filter,
				       struct gx_docker_entry *entries, size_t max);

/* 1 point each. Create: 201 also if it exists; 400, 500. Inspect: 200, 404. Remove: 204, 404 without force, 409 while any container names it. */
struct gx_docker_answer gx_docker_volume_create(struct gx_docker *engine, uint16_t volume);
struct gx_docker_answer gx_docker_volume_inspect(struct gx_docker *engine, uint16_t volume);
struct gx_docker_answer gx_docker_volume_remove(struct gx_docker *engine, uint16_t volume, bool force);

/*
 * 1 point each. P5 and P2: a nameless helper container binds the volume, which is made if it is missing, and writes or reads
 * .auth_token (0: no such file). 200, 500.
 */
struct gx_docker_answer gx_docker_volume_write_token(struct gx_docker *engine, uint16_t volume, uint64_t token);
struct gx_docker_answer gx_docker_volume_read_token(struct gx_docker *engine, uint16_t volume, uint64_t *token);

/* 1 point each. Inspect: 200, 404. Pull: 200 and the image is there; a registry that fails is a fault of the scenario. */
struct gx_docker_answer gx_docker_image_inspect(struct gx_docker *engine, uint16_t image);
struct gx_docker_answer gx_docker_image_pull(struct gx_docker *engine, uint16_t image);

/*
 * The process of container `id` ends by itself; called in its task. 1 point, and 1 more if the restart policy starts it again:
 * then the hook `started` has been called and true is returned. False: it is over (exited, stopped or removed meanwhile).
 */
bool gx_docker_exited(struct gx_docker *engine, uint64_t id, uint8_t exit_code);

#endif
